"""`jejak custody`: the chain of custody."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import click

from cli.command import Command
from cli.screen import local, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import _

if TYPE_CHECKING:
    from evidence.query.chain import Link


@click.command(cls=Command)
@click.argument("subject")
@click.pass_obj
def custody(shell: Shell, subject: str, as_json: bool) -> None:
    """Show what happened to SUBJECT: collection, reads, exports, checks, holds, erasure.

    SUBJECT is an account, a post, a record id, or the name of a package. Each line says who, why,
    by which order and when (ISO/IEC 27037; Berkeley Protocol paragraph 167).
    """
    from evidence.query.chain import Link, chain, found_words
    from evidence.query.subject import find_subject

    found = find_subject(shell.archive, subject)
    links = chain(shell.archive, found)
    if as_json:
        names = [f.name for f in fields(Link)]
        said = [{name: getattr(link, name) for name in names} for link in links]
        write_json({"kind": found.kind.value, "subject": found.token, "chain": said})
        return
    zone = shell.shown_zone()
    write_line(f"{found.kind.value} {found.token}")
    write_table(
        [_("Time"), _("Event"), _("By"), _("Purpose"), _("Order"), _("Records"), _("Leaf"),
         _("Record")],
        [_row(link, zone) for link in links],
    )  # fmt: skip
    for link in links:
        if link.found:
            said_found = _("check at leaf {leaf} found: {found}")
            write_line(said_found.format(leaf=link.index, found=found_words(link.found)))
    write_line(_("{n} events").format(n=len(links)))


def _row(link: Link, zone: str) -> tuple[object, ...]:
    time = local(link.at, zone)
    if link.until is not None:
        time = f"{time} … {local(link.until, zone)}"
    return (
        time, link.action, link.actor or "-", link.purpose or "-", link.order or "-", link.number,
        link.index, link.rec,
    )  # fmt: skip

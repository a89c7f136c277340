"""`jejak pictures`: where else a picture may be shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli.command import Command
from cli.reading import keep_trace, reads_evidence
from cli.screen import write_json, write_line, write_table
from cli.shell import Shell
from cli.words import _

if TYPE_CHECKING:
    from evidence.query.picture import Alike


@click.command(cls=Command)
@click.argument("record_id", metavar="ID")
@reads_evidence
@click.pass_obj
def pictures(shell: Shell, record_id: str, purpose: str, order: str, as_json: bool) -> None:
    """List pictures of the archive that may be the same as those of ID, nearest first.

    ID is a snapshot or a kept picture. A match is a question for a human, not a finding.
    """
    from evidence.query.picture import same_pictures

    found = same_pictures(shell.archive, record_id)
    keep_trace(shell, [record_id, *(a.other for a in found)], purpose, order)
    if as_json:
        write_json([asdict(a) for a in found])
        return
    _show(shell, found)


def _show(shell: Shell, found: tuple[Alike, ...]) -> None:
    accounts = shell.archive.rows_by_id("watches", sorted({a.watch for a in found}))
    write_table(
        [_("Same picture?"), _("Account"), _("Bits apart"), _("Decided by"), _("Picture")],
        [
            (
                a.other,
                accounts.get(a.watch, {}).get("handle", a.watch),
                f"{a.match.distance_bits} / {a.match.of_bits}",
                a.match.decided_by,
                a.asked,
            )
            for a in found
        ],
    )
    write_line(_("{n} pictures may be the same; a human has to look.").format(n=len(found)))

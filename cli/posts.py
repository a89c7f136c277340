"""`jejak posts`: what watched accounts have published, as last seen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli.command import Command
from cli.reading import Moment, account_rows, keep_trace, reads_evidence, zones_of
from cli.screen import local, one_line, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.query import PostSeen


@click.command(cls=Command)
@click.option("--account", help=N_("Only this account: watch id, native id, handle or address."))
@click.option("--platform", help=N_("Only this platform."))
@click.option("--state", help=N_("Only posts in this state: PRESENT, EDITED, UNSEEN, ABSENT, ..."))
@click.option("--since", type=Moment(), help=N_("Published at or after this time."))
@click.option("--until", type=Moment(), help=N_("Published before this time."))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help=N_("At most so many."))
@reads_evidence
@click.pass_obj
def posts(
    shell: Shell,
    account: str | None,
    platform: str | None,
    state: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    purpose: str,
    order: str,
    as_json: bool,
) -> None:
    """List posts, newest first, with their state and the beginning of their text."""
    from evidence.query import posts as ask

    watches = [r["id"] for r in account_rows(shell, platform, account)] if account else [None]
    found: list[PostSeen] = []
    for watch in watches:
        found += ask(
            shell.archive, watch=watch, platform=platform, since=since, until=until, limit=limit,
            state=state.upper() if state else None,
        )  # fmt: skip
    keep_trace(shell, [p.row["snapshot"] for p in found], purpose, order)
    if as_json:
        write_json([{**p.row, "content": p.post} for p in found])
        return
    _show(shell, found)


def _show(shell: Shell, found: list[PostSeen]) -> None:
    zones = zones_of(shell)
    headers = [_("Published"), _("Account"), _("State"), _("Snapshots"), _("Text"), _("Post")]
    write_table(
        headers,
        [
            (
                local(p.row["published_at"], shell.shown_zone(zones.get(p.row["watch"], ""))),
                p.row["author_handle"] or p.row["watch"],
                p.row["state"],
                p.row["snapshots"],
                beginning(p.post),
                p.row["id"],
            )
            for p in found
        ],
    )
    write_line(_("{n} posts").format(n=len(found)))


def beginning(post: Any) -> str:
    """The beginning of a post's text on one line; says so when it was erased or is wordless."""
    if post is None:
        return _("(erased)")
    if post["text"]:
        return one_line(post["text"], 60)
    return _("(repost)") if post["repost_of"] else _("(no text)")

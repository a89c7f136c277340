"""`jejak interactions`: public acts between watchlist accounts."""

from __future__ import annotations

from datetime import datetime

import click

from cli.command import Command
from cli.reading import Moment, account_rows, keep_trace, reads_evidence, zones_of
from cli.screen import local, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

ACTS = ("LIKE", "COMMENT", "SHARE", "FOLLOW", "MENTION", "TAG")


@click.command(cls=Command)
@click.option("--account", help=N_("Only this account: watch id, native id, handle or address."))
@click.option(
    "--act", type=click.Choice(ACTS, case_sensitive=False), help=N_("Only this kind of act.")
)
@click.option("--since", type=Moment(), help=N_("First seen at or after this time."))
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, help=N_("At most so many."))
@reads_evidence
@click.pass_obj
def interactions(
    shell: Shell,
    account: str | None,
    act: str | None,
    since: datetime | None,
    limit: int,
    purpose: str,
    order: str,
    as_json: bool,
) -> None:
    """List likes, comments, shares, follows, mentions and tags between watchlist accounts.

    A platform may not show such acts to the public at all; an empty list is not proof of none. An
    act is withdrawn when a list of who acted was read to its end and does not show it any more.
    """
    from evidence.query import interactions as ask

    watches = [r["id"] for r in account_rows(shell, None, account)] if account else [None]
    found = {
        row["id"]: row
        for watch in watches
        for row in ask(shell.archive, watch=watch, act=act, since=since, limit=limit)
    }
    keep_trace(shell, [row["rec"] for row in found.values()], purpose, order)
    if as_json:
        write_json(list(found.values()))
        return
    zones = zones_of(shell)
    write_table(
        [
            _("First seen"),
            _("Act"),
            _("Actor"),
            _("Target"),
            _("Target account"),
            _("No longer listed"),
            _("Record"),
        ],
        [
            (
                local(r["first_seen_at"], shell.shown_zone(zones.get(r["actor_watch"] or "", ""))),
                r["act"],
                r["actor_handle"] or r["actor_id"] or "-",
                r["target"],
                r["target_watch"] or "-",
                local(r["withdrawn_at"], shell.shown_zone()) if r["withdrawn_at"] else "-",
                r["rec"],
            )
            for r in found.values()
        ],
    )
    write_line(_("{n} interactions").format(n=len(found)))
    for platform, acts in not_observable(shell).items():
        said = _("{platform} shows to nobody who did these: {acts}")
        write_line(said.format(platform=platform, acts=", ".join(acts)))


def not_observable(shell: Shell) -> dict[str, list[str]]:
    """Platform of the watchlist -> acts that no public page of it shows."""
    from crawler.registry import PLATFORMS

    watched = sorted({str(row["platform"]) for row in shell.archive.rows("watches")})
    found = {name: PLATFORMS[name].manifest.unseen for name in watched if name in PLATFORMS}
    return {name: list(acts) for name, acts in found.items() if acts}

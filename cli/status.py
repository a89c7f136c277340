"""`jejak status`: how the watch is going."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from cli.command import Command
from cli.gap import gap_words
from cli.screen import local, visible, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.query import Status


@click.command(cls=Command)
@click.option(
    "--days", type=click.IntRange(1, 3650), default=7, help=N_("Count outcomes of so many days.")
)
@click.pass_obj
def status(shell: Shell, days: int, as_json: bool) -> None:
    """Show accounts with their last outcome, outcomes and gaps of the last days, and the log."""
    from cli.anchor import anchors, as_values, show
    from cli.guards import guard_values, show_guards
    from evidence.query import status as ask
    from evidence.seal.anchor import standings

    now = shell.now()
    found = ask(shell.archive, now, now - timedelta(days=days))
    anchored = tuple(standings(shell.archive, anchors(shell).authorities))
    if as_json:
        write_json(
            {
                **_json(found),
                "anchors": [as_values(s) for s in anchored],
                "guards": guard_values(shell),
            }
        )
        return
    _show(shell, found, days)
    if anchored:
        show(shell, anchored)
    show_guards(shell)


def _json(found: Status) -> dict[str, Any]:
    shown = ("id", "platform", "handle", "side", "tier", "state", "last_visit_at", "last_due_at",
             "last_outcome")  # fmt: skip
    return {
        "at": found.at,
        "since": found.since,
        "watches": [{name: row.get(name) for name in shown} for row in found.watches],
        "outcomes": dict(found.outcomes),
        "gaps": dict(found.gaps),
        "open_claims": found.open_claims,
        "entries": found.entries,
        "sealed": found.sealed,
    }


def _show(shell: Shell, found: Status, days: int) -> None:
    write_table(
        [_("Platform"), _("Account"), _("State"), _("Last visit"), _("Outcome")],
        [
            (
                row["platform"], row["handle"], row.get("state") or "-",
                local(row.get("last_visit_at"), shell.shown_zone(row["entry"]["zone"])),
                row.get("last_outcome") or "-",
            )
            for row in found.watches
        ],
    )  # fmt: skip
    for title, counts in (
        (_("Outcomes of the last {days} days:"), found.outcomes),
        (_("Gaps of the last {days} days:"), found.gaps),
    ):
        listed = ", ".join(f"{name} {n}" for name, n in counts.items()) or _("none")
        write_line(f"{title.format(days=days)} {listed}")
    for code in found.gaps:
        write_line(f"  {visible(code)}: {gap_words(code)}")
    write_line(_("Visits under way: {n}").format(n=found.open_claims))
    said = _("Log: {entries} leaves, {sealed} of them under a signed checkpoint")
    write_line(said.format(entries=found.entries, sealed=found.sealed))

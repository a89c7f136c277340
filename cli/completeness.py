"""`jejak completeness`: whether every due visit has its outcome."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli import exits
from cli.command import Command
from cli.reading import Moment, account_rows
from cli.screen import local, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.query.completeness import Coverage

MAX_RUNS = 20
"""Holes shown for one account; --json gives all."""


@click.command(cls=Command)
@click.option("--from", "since", type=Moment(), help=N_("Visits due at or after this time."))
@click.option("--until", type=Moment(), help=N_("Visits due before this time; now when left out."))
@click.option("--watch", help=N_("Only this account: watch id, native id, handle or address."))
@click.pass_obj
def completeness(
    shell: Shell, since: datetime | None, until: datetime | None, watch: str | None, as_json: bool
) -> int:
    """Recompute every due visit from the log and name those without an outcome.

    Also how visits ended that did not see everything, what was noted as not seen, and what was not
    kept because it is about people nobody watches. Exit code 1 when there are holes.
    """
    from evidence.query.completeness import completeness as ask

    named = [row["id"] for row in account_rows(shell, None, watch)] if watch else None
    found = ask(shell.archive, shell.now(), since=since, until=until, watches=named)
    if as_json:
        write_json([_json(one) for one in found])
    else:
        _show(shell, found)
    return exits.FINDINGS if any(one.holes for one in found) else exits.OK


def _json(one: Coverage) -> dict[str, Any]:
    reasons = [{"outcome": o, "reason": r, "n": n} for (o, r), n in one.reasons.items()]
    return {
        "watch": one.watch, "platform": one.platform, "due": one.due,
        "outcomes": dict(one.outcomes), "reasons": reasons, "gaps": dict(one.gaps),
        "holes": list(one.holes), "pending": list(one.pending), "unplanned": list(one.unplanned),
        "withheld_interactions": one.withheld, "withheld_pages": one.bodies,
    }  # fmt: skip


def _show(shell: Shell, found: tuple[Coverage, ...]) -> None:
    rows = {row["id"]: row for row in shell.archive.rows("watches")}
    headers = [
        _("Watch"), _("Platform"), _("Account"), _("Due"), _("With outcome"), _("Holes"),
        _("Pending"), _("Not kept"),
    ]  # fmt: skip
    write_table(
        headers,
        [
            (
                one.watch, one.platform, rows.get(one.watch, {}).get("handle") or "-", one.due,
                one.due - len(one.holes) - len(one.pending), len(one.holes), len(one.pending),
                one.withheld + one.bodies,
            )
            for one in found
        ],
    )  # fmt: skip
    for one in found:
        zone = shell.shown_zone(rows.get(one.watch, {}).get("entry", {}).get("zone", ""))
        for at in one.holes[:MAX_RUNS]:
            said = _("{watch}: no outcome for the visit due {moment}")
            write_line(said.format(watch=one.watch, moment=local(at, zone)))
        if len(one.holes) > MAX_RUNS:
            write_line(
                _("{watch}: and {n} more").format(watch=one.watch, n=len(one.holes) - MAX_RUNS)
            )
        if one.unplanned:
            said = _("{watch}: {n} outcomes that the recorded schedule does not know")
            write_line(said.format(watch=one.watch, n=len(one.unplanned)))
    _show_sums(found)


def _show_sums(found: tuple[Coverage, ...]) -> None:
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    gaps: Counter[str] = Counter()
    for one in found:
        outcomes.update(one.outcomes)
        reasons.update({f"{o} ({r or '-'})": n for (o, r), n in one.reasons.items()})
        gaps.update(one.gaps)
    for title, counts in (
        (_("Outcomes of due visits:"), outcomes),
        (_("Not everything seen:"), reasons),
        (_("Gaps noted:"), gaps),
    ):
        listed = ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) or _("none")
        write_line(f"{title} {listed}")
    said = _("Not kept, of people nobody watches: {acts} interactions, {pages} pages")
    write_line(said.format(acts=sum(c.withheld for c in found), pages=sum(c.bodies for c in found)))
    due, holes = sum(c.due for c in found), sum(len(c.holes) for c in found)
    said = _("{due} due visits of {n} accounts, {holes} without an outcome for good")
    write_line(said.format(due=due, n=len(found), holes=holes))

"""What stands in the projections, as a plan and as batches for child processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from crawler.child import Batch
from evidence.canonical import from_value
from evidence.model import Campaign, Slot, WatchEntry, Watchlist
from evidence.planning import Plan, due_slots
from evidence.store import Archive

BATCH = 50
"""Slots a child process visits at most: what one crash or time limit can cost."""


def batches(run: Sequence[Slot], platforms: Mapping[str, str]) -> list[Batch]:
    """Slots in batches of one platform and at most 50, most urgent batch first.

    run: in the order of a plan.   platforms: platform of each watch.
    """
    by_platform: dict[str, list[list[Slot]]] = {}
    made: list[tuple[str, list[Slot]]] = []
    for slot in run:
        platform = platforms[slot.watch]
        groups = by_platform.setdefault(platform, [])
        if not groups or len(groups[-1]) == BATCH:
            groups.append([])
            made.append((platform, groups[-1]))
        groups[-1].append(slot)
    return [Batch(platform, tuple(group)) for platform, group in made]


def plan_due(
    archive: Archive, now: datetime, up_since: datetime | None
) -> tuple[Plan, dict[str, str]]:
    """What is due by the projections, and the platform of each watch.

    up_since: see planning.due_slots. Raises ParseError for a row that does not say what it must.
    """
    standing = [
        from_value(row["campaign"], Campaign) for row in archive.rows("campaigns", {"active": True})
    ]
    entries: list[WatchEntry] = []
    last_due: dict[str, datetime] = {}
    for row in archive.rows("watches", {"active": True}):
        entry = from_value(row["entry"], WatchEntry)
        entries.append(entry)
        if row.get("last_due_at") is not None:
            last_due[entry.watch] = row["last_due_at"]
    plan = due_slots(standing, Watchlist(tuple(entries)), last_due, now, up_since=up_since)
    return plan, {entry.watch: entry.account.platform for entry in entries}

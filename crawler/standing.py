"""What stands in the projections, as a plan and as batches for child processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from crawler.child import Batch
from evidence.canonical import from_value, parse_instant
from evidence.model import Campaign, Slot, WatchEntry, Watchlist
from evidence.planning import Past, Plan, due_slots
from evidence.store import Archive
from evidence.timetable import CampaignVersion, WatchVersion, campaign_version, watch_version

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

    Rows that were removed count too: what was due before may still be without an outcome.

    up_since: see planning.due_slots. Raises ParseError for a row that does not say what it must.
    """
    campaigns = list(archive.rows("campaigns"))
    entries: list[WatchEntry] = []
    last_due: dict[str, datetime] = {}
    changed: dict[str, tuple[WatchVersion, ...]] = {}
    for row in archive.rows("watches"):
        watch, last = str(row["id"]), row.get("last_due_at")
        if row["active"]:
            entries.append(from_value(row["entry"], WatchEntry))
        if last is not None:
            last_due[watch] = last
        if (len(row["versions"]) > 1 or not row["active"]) and (
            last is None or row["changed_at"] > last
        ):
            changed[watch] = tuple(watch_version(*said) for said in _said(row))
    plan = due_slots(
        [from_value(row["campaign"], Campaign) for row in campaigns],
        Watchlist(tuple(entries)),
        last_due,
        now,
        up_since=up_since,
        past=Past(past_campaigns(campaigns), changed),
    )
    return plan, {entry.watch: entry.account.platform for entry in entries}


def past_campaigns(rows: Iterable[Mapping[str, Any]]) -> tuple[CampaignVersion, ...]:
    """All versions of all campaigns. rows: of the `campaigns` projection."""
    return tuple(campaign_version(*said) for row in rows for said in _said(row))


def _said(row: Mapping[str, Any]) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    for version in row["versions"]:
        yield parse_instant(version["at"]), version["facts"]

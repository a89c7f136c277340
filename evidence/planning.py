"""What is due: slots from campaign, watchlist and the past. Pure; docs/formats/schedule.md rules.

A slot is an instant at which one account is to be visited. Slots follow from data alone, so any
number of schedulers, a verifier and a restart after a crash all see the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from evidence.model import Campaign, Slot, WatchEntry, Watchlist
from evidence.timetable import (
    FIRST,
    CampaignVersion,
    Due,
    Timeline,
    WatchVersion,
    phase_at,
    phase_instants,
    slot_suffix,
    span,
)

__all__ = [
    "DOWNTIME",
    "OVERRUN",
    "REMOVED",
    "Past",
    "Plan",
    "due_slots",
    "phase_at",
    "phase_instants",
    "slot_id",
    "slot_times",
    "slots_then",
]

DOWNTIME = "downtime"
"""Reason of a missed slot: no scheduler was at work when it was due."""
OVERRUN = "overrun"
"""Reason of a missed slot: the scheduler was up, but earlier visits were not done in time."""
REMOVED = "removed"
"""Reason of a missed slot: its account was taken off the watchlist before the visit."""


@dataclass(frozen=True, slots=True)
class Past:
    """Versions of campaigns and watchlist rows, in the order they were recorded.

    watches: rows that changed or were removed since their newest outcome; others need none.
    """

    campaigns: tuple[CampaignVersion, ...]
    watches: Mapping[str, tuple[WatchVersion, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now.

    run:    at most one slot an account, ordered by tier, due time, watch.
    missed: older slots that passed without a visit, each with its reason, ordered by watch and
            due time. They are to be recorded before the newer slot of the same watch is run:
            what has an outcome is remembered per watch by the newest due time alone.
    """

    run: tuple[Slot, ...] = ()
    missed: tuple[tuple[Slot, str], ...] = ()


def due_slots(
    campaigns: Sequence[Campaign],
    watchlist: Watchlist,
    last_due: Mapping[str, datetime],
    now: datetime,
    *,
    up_since: datetime | None = None,
    past: Past | None = None,
) -> Plan:
    """The slots to run and those that were missed.

    campaigns: all known ones; a superseded one has no slots.
    last_due:  per watch the due time of its newest slot that has an outcome. A watch without one
               is due from the beginning of its watching.
    now:       aware; slots after it are not due. A clock set back yields nothing twice.
    up_since:  when the scheduler started; missed slots due since then are `overrun`, all others
               `downtime`.
    past:      how campaigns and rows changed; without it they are taken to have always been so.
               What was due before a change stays due by what was in force then.

    Linear in the number of entries and missed slots. Raises ConfigError for a zone or a phase
    boundary that cannot be read, or a cadence below one second.
    """
    line = Timeline(past.campaigns) if past else Timeline.of(campaigns)
    changed = dict(past.watches) if past else {}
    ceiling = math.floor(now.timestamp()) + 1
    buckets: dict[tuple[str, datetime], list[Slot]] = {}
    missed: list[tuple[Slot, str]] = []
    for entry in sorted(watchlist.entries, key=attrgetter("watch")):
        due = _due(line, entry, changed.pop(entry.watch, ()), last_due.get(entry.watch), ceiling)
        if not due:
            continue
        newest = due[-1]
        buckets.setdefault((entry.tier, newest.at), []).append(_slot(entry.watch, newest))
        missed += [
            (_slot(entry.watch, d), OVERRUN if up_since and d.at >= up_since else DOWNTIME)
            for d in due[:-1]
        ]
    run = tuple(slot for key in sorted(buckets) for slot in buckets[key])
    if changed:
        missed += _left(line, changed, last_due, ceiling)
        missed.sort(key=lambda item: (item[0].watch, item[0].due_at))
    return Plan(run, tuple(missed))


def slot_times(
    campaigns: Sequence[Campaign], entry: WatchEntry, start: datetime, end: datetime
) -> tuple[Slot, ...]:
    """All slots of one account with start <= due_at < end, in order; says nothing of outcomes.

    For completeness: each of them must have exactly one outcome. Raises ConfigError as due_slots.
    """
    low, high = span(entry.watched_from, entry.watched_until)
    low, high = max(low, math.ceil(start.timestamp())), min(high, math.ceil(end.timestamp()))
    due = Timeline.of(campaigns).between(entry.zone, entry.tier, low, high)
    return tuple(_slot(entry.watch, d) for d in due)


def slots_then(
    line: Timeline, watch: str, versions: Sequence[WatchVersion], start: datetime, end: datetime
) -> tuple[Slot, ...]:
    """All slots of one account with start <= due_at < end by what was in force at each time."""
    low, high = math.ceil(start.timestamp()), math.ceil(end.timestamp())
    return tuple(_slot(watch, d) for d in line.ruled(versions, low, high))


def slot_id(watch: str, due_at: datetime) -> str:
    """The one name of a slot: `w-0123456789ab@2026-11-22T02:00:00Z`."""
    return watch + slot_suffix(due_at)


def _due(
    line: Timeline,
    entry: WatchEntry,
    versions: Sequence[WatchVersion],
    last: datetime | None,
    ceiling: int,
) -> Sequence[Due]:
    """Due instants of an account after the last one that has an outcome."""
    after = math.floor(last.timestamp()) + 1 if last else FIRST
    if versions:
        return line.ruled(versions, after, ceiling)
    low, high = span(entry.watched_from, entry.watched_until)
    low, high = max(low, after), min(high, ceiling)
    return line.between(entry.zone, entry.tier, low, high) if low < high else ()


def _left(
    line: Timeline,
    gone: Mapping[str, Sequence[WatchVersion]],
    last_due: Mapping[str, datetime],
    ceiling: int,
) -> Iterable[tuple[Slot, str]]:
    """What was due for accounts before they were removed, and was never visited."""
    for watch, versions in gone.items():
        last = last_due.get(watch)
        low = math.floor(last.timestamp()) + 1 if last else FIRST
        for due in line.ruled(versions, low, ceiling):
            yield _slot(watch, due), REMOVED


def _slot(watch: str, due: Due) -> Slot:
    return Slot(watch + due.suffix, watch, due.at, due.phase, due.campaign)

"""What is due: slots from campaign, watchlist and the past. Pure; docs/formats/schedule.md rules.

A slot is an instant at which one account is to be visited. Slots follow from data alone, so any
number of schedulers, a verifier and a restart after a crash all see the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from evidence.errors import ConfigError
from evidence.model import Campaign, Phase, Slot, WatchEntry, Watchlist

DOWNTIME = "downtime"
"""Reason of a missed slot: no scheduler was at work when it was due."""
OVERRUN = "overrun"
"""Reason of a missed slot: the scheduler was up, but earlier visits were not done in time."""


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


@dataclass(frozen=True, slots=True)
class _Window:
    """A phase of one campaign as instants for one zone and tier: epoch seconds, end exclusive."""

    start: int
    end: int
    step: int
    phase: str
    campaign: str


@dataclass(frozen=True, slots=True)
class _Due:
    """An instant shared by all accounts of one zone and tier; suffix is the slot id's `@...Z`."""

    at: datetime
    suffix: str
    phase: str
    campaign: str


def due_slots(
    campaigns: Sequence[Campaign],
    watchlist: Watchlist,
    last_due: Mapping[str, datetime],
    now: datetime,
    *,
    up_since: datetime | None = None,
) -> Plan:
    """The slots to run and those that were missed.

    campaigns: all known ones; a superseded one has no slots.
    last_due:  per watch the due time of its newest slot that has an outcome. A watch without one
               is due from the beginning of its watching.
    now:       aware; slots after it are not due. A clock set back yields nothing twice.
    up_since:  when the scheduler started; missed slots due since then are `overrun`, all others
               `downtime`.

    Linear in the number of entries and missed slots. Raises ConfigError for a zone or a phase
    boundary that cannot be read, or a cadence below one second.
    """
    schedule = _Schedule(campaigns)
    ceiling = math.floor(now.timestamp()) + 1
    buckets: dict[tuple[str, datetime], list[Slot]] = {}
    missed: list[tuple[Slot, str]] = []
    for entry in sorted(watchlist.entries, key=lambda entry: entry.watch):
        low, high = _span(entry, last_due.get(entry.watch), ceiling)
        if low >= high:
            continue
        due = schedule.between(entry.zone, entry.tier, low, high)
        if not due:
            continue
        newest = due[-1]
        buckets.setdefault((entry.tier, newest.at), []).append(_slot(entry.watch, newest))
        for older in due[:-1]:
            missed.append((_slot(entry.watch, older), _reason(older.at, up_since)))
    run = tuple(slot for key in sorted(buckets) for slot in buckets[key])
    return Plan(run, tuple(missed))


def slot_times(
    campaigns: Sequence[Campaign], entry: WatchEntry, start: datetime, end: datetime
) -> tuple[Slot, ...]:
    """All slots of one account with start <= due_at < end, in order; says nothing of outcomes.

    For completeness: each of them must have exactly one outcome. Raises ConfigError as due_slots.
    """
    low, high = _span(entry, None, math.ceil(end.timestamp()))
    low = max(low, math.ceil(start.timestamp()))
    due = _Schedule(campaigns).between(entry.zone, entry.tier, low, high)
    return tuple(_slot(entry.watch, d) for d in due)


def phase_at(campaign: Campaign, zone: str, moment: datetime) -> str | None:
    """Name of the campaign's phase at an instant, as the clocks of `zone` have it; None outside.

    Phases begin at local wall-clock times, so one instant can lie in two phases in two zones.
    Raises ConfigError as due_slots.
    """
    for phase, start, end in phase_instants(campaign, zone):
        if start <= moment < end:
            return phase.name
    return None


def phase_instants(campaign: Campaign, zone: str) -> tuple[tuple[Phase, datetime, datetime], ...]:
    """Each phase with its start and end (exclusive) as UTC, for the clocks of an IANA zone.

    Raises ConfigError for an unknown zone or a boundary that is no local wall-clock time in whole
    seconds.
    """
    place = _zone(zone)
    return tuple(
        (
            phase,
            _instant(phase.starts, place, campaign, phase),
            _instant(phase.ends, place, campaign, phase),
        )
        for phase in campaign.phases
    )


def slot_id(watch: str, due_at: datetime) -> str:
    """The one name of a slot: `w-0123456789ab@2026-11-22T02:00:00Z`."""
    return watch + _suffix(due_at)


class _Schedule:
    """Due instants by zone and tier, worked out once and shared by all accounts of one call."""

    def __init__(self, campaigns: Sequence[Campaign]) -> None:
        # On the same instant the campaign with the smaller id names the slot.
        standing = (campaign for campaign in campaigns if not campaign.superseded_by)
        self._campaigns = sorted(standing, key=lambda campaign: campaign.id)
        self._windows: dict[tuple[str, str], tuple[_Window, ...]] = {}
        self._spans: dict[tuple[str, str, int, int], tuple[_Due, ...]] = {}
        self._instants: dict[tuple[int, str, str], _Due] = {}

    def between(self, zone: str, tier: str, low: int, high: int) -> tuple[_Due, ...]:
        """Due instants low <= t < high in order, t in epoch seconds."""
        span = (zone, tier, low, high)
        if span not in self._spans:
            if (zone, tier) not in self._windows:
                self._windows[zone, tier] = tuple(_windows(self._campaigns, zone, tier))
            named: dict[int, _Window] = {}
            for window in self._windows[zone, tier]:
                for second in _steps(window, low, high):
                    named.setdefault(second, window)
            self._spans[span] = tuple(self._due(t, named[t]) for t in sorted(named))
        return self._spans[span]

    def _due(self, second: int, window: _Window) -> _Due:
        key = (second, window.phase, window.campaign)
        if key not in self._instants:
            at = datetime.fromtimestamp(second, UTC)
            self._instants[key] = _Due(at, _suffix(at), window.phase, window.campaign)
        return self._instants[key]


def _windows(campaigns: Iterable[Campaign], zone: str, tier: str) -> Iterator[_Window]:
    for campaign in campaigns:
        for phase, start, end in phase_instants(campaign, zone):
            step = dict(phase.cadence_s).get(tier)
            if step is None:
                continue
            if step < 1:
                raise ConfigError(
                    f"campaign {campaign.id}, phase {phase.name}, cadence of tier {tier}",
                    f"is {step} s, below one second",
                )
            yield _Window(
                int(start.timestamp()), int(end.timestamp()), step, phase.name, campaign.id
            )


def _steps(window: _Window, low: int, high: int) -> range:
    behind = max(0, low - window.start)
    first = window.start + -(-behind // window.step) * window.step
    return range(first, min(window.end, high), window.step)


def _span(entry: WatchEntry, last: datetime | None, ceiling: int) -> tuple[int, int]:
    low = math.ceil(entry.watched_from.timestamp())
    if last is not None:
        low = max(low, math.floor(last.timestamp()) + 1)
    if entry.watched_until is not None:
        ceiling = min(ceiling, math.ceil(entry.watched_until.timestamp()))
    return low, ceiling


def _reason(due_at: datetime, up_since: datetime | None) -> str:
    return OVERRUN if up_since is not None and due_at >= up_since else DOWNTIME


def _slot(watch: str, due: _Due) -> Slot:
    return Slot(watch + due.suffix, watch, due.at, due.phase, due.campaign)


def _suffix(due_at: datetime) -> str:
    return due_at.astimezone(UTC).strftime("@%Y-%m-%dT%H:%M:%SZ")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"zone {name!r}", "is not a known IANA zone", "Write it like Asia/Jakarta"
        ) from error


def _instant(text: str, place: ZoneInfo, campaign: Campaign, phase: Phase) -> datetime:
    what = f"campaign {campaign.id}, phase {phase.name}: boundary {text!r}"
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(what, "is not an ISO 8601 time") from error
    if local.tzinfo is not None or local.microsecond:
        raise ConfigError(what, "is not a local wall-clock time in whole seconds")
    return local.replace(tzinfo=place).astimezone(UTC)

"""When visits are due: phases as instants, grids of slots, and the versions that ruled them. Pure.

docs/formats/schedule.md is the norm.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from evidence.errors import ConfigError
from evidence.model import Phase

FIRST, LAST = -(1 << 60), 1 << 60
"""Epoch seconds before and after everything."""


class Calendar(Protocol):
    """What of a campaign makes slots: a Campaign, or one version of it."""

    @property
    def id(self) -> str:
        """The campaign's id."""

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Its phases, in order."""

    @property
    def superseded_by(self) -> str:
        """Id of the campaign that replaces it, or empty."""


@dataclass(frozen=True, slots=True)
class CampaignVersion:
    """A campaign as one statement has it. at: the time of that statement."""

    at: datetime
    id: str
    phases: tuple[Phase, ...]
    superseded_by: str = ""


@dataclass(frozen=True, slots=True)
class WatchVersion:
    """What of a watchlist row makes slots, as one statement has it. at: its time."""

    at: datetime
    tier: str
    zone: str
    watched_from: datetime
    watched_until: datetime | None = None
    removed: bool = False


V = TypeVar("V", CampaignVersion, WatchVersion)


@dataclass(frozen=True, slots=True)
class Window:
    """A phase of one campaign as instants for one zone and tier: epoch seconds, end exclusive."""

    start: int
    end: int
    step: int
    phase: str
    campaign: str


@dataclass(frozen=True, slots=True)
class Due:
    """An instant shared by all accounts of one zone and tier; suffix is the slot id's `@...Z`."""

    at: datetime
    suffix: str
    phase: str
    campaign: str


def phase_at(campaign: Calendar, zone: str, moment: datetime) -> str | None:
    """Name of the campaign's phase at an instant, as the clocks of `zone` have it; None outside.

    Phases begin at local wall-clock times, so one instant can lie in two phases in two zones.
    Raises ConfigError as due_slots.
    """
    for phase, start, end in phase_instants(campaign, zone):
        if start <= moment < end:
            return phase.name
    return None


def phase_instants(campaign: Calendar, zone: str) -> tuple[tuple[Phase, datetime, datetime], ...]:
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


def slot_suffix(due_at: datetime) -> str:
    """How a slot's id ends: `@2026-11-22T02:00:00Z`."""
    return due_at.astimezone(UTC).strftime("@%Y-%m-%dT%H:%M:%SZ")


Known = tuple[int, list[int], tuple[Due, ...]]  # from which second on, the second of each, all


class Grid:
    """Due instants by zone and tier, worked out once and shared by all accounts of one call."""

    def __init__(self, campaigns: Sequence[Calendar]) -> None:
        # On the same instant the campaign with the smaller id names the slot.
        standing = (campaign for campaign in campaigns if not campaign.superseded_by)
        self._campaigns = sorted(standing, key=lambda campaign: campaign.id)
        self._windows: dict[tuple[str, str], tuple[Window, ...]] = {}
        self._known: dict[tuple[str, str, int], Known] = {}
        self._instants: dict[tuple[int, str, str], Due] = {}

    def between(self, zone: str, tier: str, low: int, high: int) -> tuple[Due, ...]:
        """Due instants low <= t < high in order, t in epoch seconds."""
        known = self._known.get((zone, tier, high))
        if known is None or low < known[0]:
            # Twice as far back each time: accounts come in any order of their last visits.
            reach = low if known is None else min(low, 2 * known[0] - high)
            known = self._known[zone, tier, high] = self._from(zone, tier, reach, high)
        return known[2][bisect_left(known[1], low) :]

    def _from(self, zone: str, tier: str, low: int, high: int) -> Known:
        if (zone, tier) not in self._windows:
            self._windows[zone, tier] = tuple(_windows(self._campaigns, zone, tier))
        named: dict[int, Window] = {}
        for window in self._windows[zone, tier]:
            for second in _steps(window, low, high):
                named.setdefault(second, window)
        seconds = sorted(named)
        return low, seconds, tuple(self._due(t, named[t]) for t in seconds)

    def _due(self, second: int, window: Window) -> Due:
        key = (second, window.phase, window.campaign)
        if key not in self._instants:
            at = datetime.fromtimestamp(second, UTC)
            self._instants[key] = Due(at, slot_suffix(at), window.phase, window.campaign)
        return self._instants[key]


class Timeline:
    """Due instants under the versions of campaigns that were in force at each time.

    versions: in the order they were recorded. Source: docs/formats/schedule.md, Versions.
    """

    def __init__(self, versions: Sequence[CampaignVersion]) -> None:
        by_id: dict[str, list[CampaignVersion]] = {}
        for version in versions:
            by_id.setdefault(version.id, []).append(version)
        self._grids = [
            (low, high, Grid([in_force(known, moment) for known in by_id.values()]))
            for low, high, moment in _stretches(versions)
        ]

    @classmethod
    def of(cls, campaigns: Sequence[Calendar]) -> Timeline:
        """Campaigns that never changed."""
        line = cls(())
        line._grids = [(FIRST, LAST, Grid(campaigns))]
        return line

    def between(self, zone: str, tier: str, low: int, high: int) -> tuple[Due, ...]:
        """Due instants low <= t < high in order, t in epoch seconds, for one zone and tier."""
        begin, _, newest = self._grids[-1]
        if low >= begin:
            return newest.between(zone, tier, low, high)
        parts = [
            grid.between(zone, tier, max(low, begin), min(high, end))
            for begin, end, grid in self._grids
            if low < end and begin < high
        ]
        return tuple(due for part in parts for due in part)

    def ruled(self, versions: Sequence[WatchVersion], low: int, high: int) -> tuple[Due, ...]:
        """The same for one account, under its row's versions in the order they were recorded."""
        found: list[Due] = []
        for begin, end, moment in _stretches(versions):
            version = in_force(versions, moment)
            if version.removed and moment is not None:
                continue
            start, stop = span(version.watched_from, version.watched_until)
            start, stop = max(low, begin, start), min(high, end, stop)
            if start < stop:
                found += self.between(version.zone, version.tier, start, stop)
        return tuple(found)


def in_force(versions: Sequence[V], moment: datetime | None) -> V:
    """The last version recorded by a moment; the first when there is none. None: before all."""
    made = [v for v in versions if moment is not None and v.at <= moment]
    return made[-1] if made else versions[0]


def span(watched_from: datetime, watched_until: datetime | None) -> tuple[int, int]:
    """First second of watching and the first after it. As statements say them: whole ms."""
    return second(watched_from), LAST if watched_until is None else second(watched_until)


def second(moment: datetime) -> int:
    """The first whole epoch second not before a moment, whose microseconds are cut to ms."""
    if odd := moment.microsecond % 1000:
        moment = moment.replace(microsecond=moment.microsecond - odd)
    return math.ceil(moment.timestamp())


def campaign_version(at: datetime, facts: Mapping[str, Any]) -> CampaignVersion:
    """The version that a `campaign` statement's facts say."""
    phases = facts["schedule"]["phases"]
    return CampaignVersion(
        at,
        facts["campaign"],
        tuple(
            Phase(p["name"], p["starts"], p["ends"], tuple(sorted(p["cadence_s"].items())))
            for p in phases
        ),
        facts["superseded_by"],
    )


def watch_version(at: datetime, facts: Mapping[str, Any]) -> WatchVersion:
    """The version that a `watch` statement's facts say."""
    return WatchVersion(
        at,
        facts["tier"],
        facts["zone"],
        datetime.fromisoformat(facts["from"]),
        datetime.fromisoformat(facts["until"]) if facts["until"] else None,
        facts["change"] == "REMOVED",
    )


def _stretches(
    versions: Sequence[CampaignVersion] | Sequence[WatchVersion],
) -> Iterator[tuple[int, int, datetime | None]]:
    """Stretches of time (epoch seconds) in which nothing changes, and a moment that rules each."""
    turns = sorted({version.at for version in versions})
    edges = [FIRST, *(math.ceil(turn.timestamp()) for turn in turns), LAST]
    yield from zip(edges, edges[1:], [None, *turns], strict=False)


def _windows(campaigns: Iterable[Calendar], zone: str, tier: str) -> Iterator[Window]:
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
            yield Window(
                int(start.timestamp()), int(end.timestamp()), step, phase.name, campaign.id
            )


def _steps(window: Window, low: int, high: int) -> range:
    behind = max(0, low - window.start)
    first = window.start + -(-behind // window.step) * window.step
    return range(first, min(window.end, high), window.step)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"zone {name!r}", "is not a known IANA zone", "Write it like Asia/Jakarta"
        ) from error


def _instant(text: str, place: ZoneInfo, campaign: Calendar, phase: Phase) -> datetime:
    what = f"campaign {campaign.id}, phase {phase.name}: boundary {text!r}"
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(what, "is not an ISO 8601 time") from error
    if local.tzinfo is not None or local.microsecond:
        raise ConfigError(what, "is not a local wall-clock time in whole seconds")
    return local.replace(tzinfo=place).astimezone(UTC)

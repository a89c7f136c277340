"""The watch over the store: what a tripwire sees becomes alarms, and that it looks, heartbeats.

Both are statements, so they are sealed like evidence. A heartbeat that is missing says that nobody
was watching.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from evidence.canonical import decode, encode, instant, new_record_id, record_id
from evidence.errors import IntegrityError, ParseError
from evidence.model import Draft, Entry, StatementType
from evidence.seal.disk import write_durably
from evidence.store.ports import Archive, Sighting

HEARTBEAT = "HEARTBEAT"


class Tripwire(Protocol):
    """What tells of acts on the store; evidence.store.mongo.tripwire is one."""

    def look(self) -> tuple[Sighting, ...]:
        """What was done since the last look. Raises StoreError."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the watch keeps on disk between runs; docs/how-to/production.md says where."""

    token: str = ""
    going: tuple[str, ...] = ()


class StoreWatch:
    """Records alarms and heartbeats into the archive it watches.

    clock:   whose time `now` is in what is recorded.   every: pause between two heartbeats.
    resumed: True when the tripwire goes on where an earlier run stopped.
    """

    def __init__(
        self,
        archive: Archive,
        tripwire: Tripwire,
        *,
        clock: str,
        every: timedelta,
        resumed: bool = False,
    ) -> None:
        self._archive = archive
        self._tripwire = tripwire
        self._clock = clock
        self._every = every
        self._start = "it goes on where it stopped" if resumed else "it begins anew"
        self._beat_at: datetime | None = None
        self._alarms = 0

    def step(self, now: datetime) -> tuple[Entry, ...]:
        """Look once; the alarms recorded, durable on return. Raises StoreError."""
        drafts = alarm_drafts(self._tripwire.look(), now, self._clock)
        recorded = self._archive.record(drafts) if drafts else ()
        self._alarms += len(recorded)
        if self._beat_at is None or now - self._beat_at >= self._every:
            self._archive.record([self._heartbeat(now)])
            self._beat_at, self._alarms = now, 0
        return recorded

    def _heartbeat(self, now: datetime) -> Draft:
        since = self._start if self._beat_at is None else f"last at {instant(self._beat_at)}"
        facts = {
            "code": HEARTBEAT,
            "detail": f"the store is watched, {since}; alarms: {self._alarms}",
            "every_s": int(self._every.total_seconds()),
        }
        return Draft(StatementType.ALARM, new_record_id(), now, self._clock, facts)


def alarm_drafts(seen: Sequence[Sighting], now: datetime, clock: str) -> list[Draft]:
    """One alarm for all acts of one kind on one collection: the first is named, all are counted.

    The record id follows from the first event, so an act that is seen twice is recorded once.
    """
    count = Counter(_kind(each) for each in seen)
    first: dict[tuple[str, str], Sighting] = {}
    for each in seen:
        first.setdefault(_kind(each), each)
    return [
        Draft(
            StatementType.ALARM,
            record_id("tripwire", each.code, each.place, each.token),
            now,
            clock,
            {"code": each.code, "detail": f"{each.place}: {each.detail} (acts: {count[kind]})"},
        )
        for kind, each in first.items()
    ]


def read_kept(path: Path) -> Kept:
    """What the last run kept; empty at the first. Raises IntegrityError for a file of others."""
    if not path.exists():
        return Kept()
    try:
        value = decode(path.read_bytes())
        return Kept(str(value["token"]), tuple(str(row) for row in value["going"]))
    except (ParseError, KeyError, TypeError) as error:
        raise IntegrityError(
            str(path), "is not what the watch wrote", "Move it away: the watch then begins anew"
        ) from error


def write_kept(path: Path, kept: Kept) -> None:
    """Keep it durably. Done after the alarms are recorded: an act may be seen twice, never missed."""
    write_durably(path, encode({"token": kept.token, "going": sorted(kept.going)}))


def _kind(each: Sighting) -> tuple[str, str]:
    return each.code, each.place.split(",")[0]

"""What time stamp authorities said of our clock; the signer asks before it signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from evidence.canonical import decode, encode, instant, parse_instant
from evidence.errors import IntegrityError, ParseError
from evidence.seal.disk import write_durably

CLOCK_FILE = "clock.json"
TOLERANCE = timedelta(seconds=5)
RESOLUTION = timedelta(seconds=1)
"""Most authorities give whole seconds, cut off."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """newest: latest time an agreeing authority gave, None before the first.

    offsets_ms: per authority, how far its last time lay outside [asked, answered]; 0 inside.
    """

    newest: datetime | None = None
    offsets_ms: Mapping[str, int] = field(default_factory=dict)

    def after(
        self, authority: str, asked: datetime, answered: datetime, time: datetime
    ) -> WallClock:
        """What is known once an authority gave a time for a question of ours."""
        early, late = asked - RESOLUTION - time, time - answered
        offset = late if late > timedelta(0) else -early if early > timedelta(0) else timedelta(0)
        agrees = abs(offset) <= TOLERANCE
        newest = max(filter(None, (self.newest, time if agrees else None)), default=None)
        offsets = {**self.offsets_ms, authority: offset // timedelta(milliseconds=1)}
        return WallClock(newest, offsets)

    def agrees(self, authority: str) -> bool:
        """Whether an authority's last time was within 5 s of ours."""
        return abs(self.offsets_ms.get(authority, 0)) <= TOLERANCE // timedelta(milliseconds=1)

    def fault(self, now: datetime) -> tuple[str, str] | None:
        """(alarm code, detail) when nothing may be signed at `now`, else None.

        One authority that disagrees while another agrees is that authority's fault, not ours.
        """
        if self.newest is not None and now < self.newest - TOLERANCE:
            return "CLOCK_BEHIND", f"the clock is before {instant(self.newest)}, stamped already"
        if self.offsets_ms and not any(self.agrees(name) for name in self.offsets_ms):
            worst = max(self.offsets_ms.values(), key=abs)
            return "CLOCK_OFF", f"the clock is {worst} ms off what every authority says"
        return None


def read_clock(key_dir: Path) -> WallClock:
    """What is kept in `key_dir/clock.json`; nothing when there is no such file.

    Raises IntegrityError when the file is not one this program wrote.
    """
    path = key_dir / CLOCK_FILE
    if not path.exists():
        return WallClock()
    try:
        value = decode(path.read_bytes())
        newest = value["newest"]
        return WallClock(parse_instant(newest) if newest else None, dict(value["offsets_ms"]))
    except (ParseError, KeyError, TypeError, ValueError) as error:
        raise IntegrityError(str(path), "is not what this program wrote") from error


def write_clock(key_dir: Path, clock: WallClock) -> None:
    """Keep what is known."""
    value = {
        "newest": instant(clock.newest) if clock.newest else None,
        "offsets_ms": dict(clock.offsets_ms),
        "v": 1,
    }
    write_durably(key_dir / CLOCK_FILE, encode(value))

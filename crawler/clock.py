"""The only place that reads a clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidence.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time, and says whose time it is.

    source: `system`, or `simulated` when shifted by `offset` (sandbox only).
    """

    source: str = "system"
    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.now(UTC) + self.offset


def simulated(start: str) -> Clock:
    """A clock that says `start` (ISO 8601 with offset) now and runs at the usual pace.

    Raises ConfigError when start is not such a time.
    """
    try:
        moment = datetime.fromisoformat(start)
    except ValueError as error:
        raise ConfigError(f"simulated time {start!r}", "is not ISO 8601") from error
    if moment.tzinfo is None:
        raise ConfigError(f"simulated time {start!r}", "has no zone", "Write it with Z or +07:00")
    return Clock("simulated", moment - datetime.now(UTC))


def monotonic_s() -> float:
    """Seconds for measuring durations; jumps of the wall clock do not touch it."""
    return time.monotonic()

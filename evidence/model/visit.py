"""A visit to one account in one slot, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """The one word every due slot ends with."""

    COMPLETE = "COMPLETE"
    """All that was asked for was seen; something was new or changed."""
    PARTIAL = "PARTIAL"
    """Some of it was seen; the gaps say what was not."""
    UNCHANGED = "UNCHANGED"
    """All that was asked for was seen, equal to the last visit."""
    EMPTY = "EMPTY"
    """Positive proof that the account exists and shows nothing."""
    BLOCKED = "BLOCKED"
    """The platform refused us: rate limit, login wall, challenge, robots."""
    FAILED = "FAILED"
    """Our side or the network failed before anything was seen."""
    MISSED = "MISSED"
    """The slot passed without a visit; the reason says why."""
    SUSPECT = "SUSPECT"
    """The page came, but its expected structure is gone (drift)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be seen in a visit.

    code:   stable word (`RATE_LIMITED`, `LOGIN_WALL`, `TIMEOUT`, `TOO_LARGE`, `DRIFT`,
            `DATA_LOSS`, `READER_CRASH`, `HTTP_5XX`, `DNS`, `REFUSED_ADDRESS`, `ROBOTS`, ...).
    detail: where and how much, without content.
    capture: record id of the capture that shows it, if one was kept.
    """

    code: str
    detail: str = ""
    capture: str | None = None


@dataclass(frozen=True, slots=True)
class VisitEnd:
    """How a visit ended; becomes the slot's outcome statement.

    slot:   None for a visit made by hand outside the schedule.
    counts: sorted (name, n) pairs: requests, captures, posts, new, edited, absent, interactions.
    """

    visit: str
    watch: str
    slot: str | None
    due_at: datetime | None
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    reason: str
    counts: tuple[tuple[str, int], ...] = ()
    gaps: tuple[Gap, ...] = ()
    account_native_id: str | None = None
    account_handle: str | None = None
    not_observable: tuple[str, ...] = ()
    """Acts that the platform shows to nobody, so that not seeing them says nothing."""
    versions: tuple[str, ...] = ()
    """Record ids, ascending, of the newest versions that were known of the account's row and of the
    campaigns that stand."""

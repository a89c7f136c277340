"""How the watch over the accounts is going: last outcomes, gaps, size and head of the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.store.ports import Archive


@dataclass(frozen=True, slots=True)
class Status:
    """The archive at one moment.

    watches:     `watches` rows that are active, by platform and handle.
    outcomes:    outcome word -> number of slots and visits since `since`.
    gaps:        gap code -> times noted since `since`.
    open_claims: slots being visited now.
    entries:     leaves in the log, of which `sealed` lie under a signed checkpoint.
    """

    at: datetime
    since: datetime | None
    watches: tuple[Mapping[str, Any], ...]
    outcomes: Mapping[str, int]
    gaps: Mapping[str, int]
    open_claims: int
    entries: int
    sealed: int


def status(archive: Archive, now: datetime, since: datetime | None = None) -> Status:
    """The archive now. since: outcomes that ended before are not counted."""
    outcomes: Counter[str] = Counter()
    gaps: Counter[str] = Counter()
    for row in archive.rows("outcomes", since=("ended_at", since) if since else None):
        outcomes[row["outcome"]] += 1
        for gap in row["gaps"]:
            gaps[gap["code"]] += gap["n"]
    active = [row for row in archive.rows("watches") if row["active"]]
    notes = archive.checkpoints()
    return Status(
        at=now,
        since=since,
        watches=tuple(sorted(active, key=lambda r: (r["platform"], str(r["handle"])))),
        outcomes=dict(sorted(outcomes.items())),
        gaps=dict(sorted(gaps.items())),
        open_claims=sum(1 for claim in archive.claims() if claim.lease_until > now),
        entries=archive.size(),
        sealed=notes[-1][0] if notes else 0,
    )

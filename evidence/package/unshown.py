"""What a report cannot show, counted, so that no reader takes it for what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.model import Entry, StatementType

OWN = {StatementType.SNAPSHOT: "post", StatementType.INTERACTION: "interaction"}
"""The object without which a record of this type is no exhibit."""
ASKED = frozenset({"OFFICIAL", "HUMAN"})
"""Ways by which something came that was not asked for by a visit without login."""


@dataclass(frozen=True, slots=True)
class Unshown:
    """Counts over the records of a package.

    posts, interactions: records whose own object is withheld or erased.
    visits:   visits that no schedule asked for; they answer for no due visit.
    outcomes: whether any outcome of a visit is there: without one nothing is said of gaps.
    running:  whether the period had not ended when the package was made.
    unkept:   captures of which only size and SHA-256 were kept: no watched account was on them.
    ways:     ways, besides visits, by which captures came.
    """

    posts: int
    interactions: int
    visits: int
    outcomes: bool
    running: bool
    unkept: int
    ways: frozenset[str]


def unshown(
    entries: Iterable[Entry],
    said: Mapping[int, Mapping[str, Any]],
    period: tuple[datetime, datetime] | None,
    now: datetime,
) -> Unshown:
    """What of these records a report made at `now` cannot show. said: opened objects, by index."""
    entries = tuple(entries)
    closed = [
        e.statement.type
        for e in entries
        if e.statement.type in OWN and OWN[e.statement.type] not in said.get(e.index, {})
    ]
    outcomes = [e.statement.facts for e in entries if e.statement.type is StatementType.OUTCOME]
    captures = [e.statement.facts for e in entries if e.statement.type is StatementType.CAPTURE]
    return Unshown(
        posts=closed.count(StatementType.SNAPSHOT),
        interactions=closed.count(StatementType.INTERACTION),
        visits=sum(facts.get("slot") is None for facts in outcomes),
        outcomes=bool(outcomes),
        running=period is not None and period[1] > now,
        unkept=sum(facts.get("body_kept") is False for facts in captures),
        ways=frozenset(str(facts.get("via")) for facts in captures) & ASKED,
    )

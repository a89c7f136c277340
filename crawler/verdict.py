"""How a visit ended: exactly one outcome, decided from what was seen and what could not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.model import Outcome, SeenState

if TYPE_CHECKING:
    from crawler.visit import Visit

ANSWERS = frozenset(
    {
        SeenState.ABSENT,
        SeenState.UNSEEN,
        SeenState.PRIVATE,
        SeenState.SUSPENDED,
        SeenState.WITHHELD,
    }
)
"""States in which the platform said something of the account itself, though it showed nothing."""


def verdict(visit: Visit, failure: str) -> tuple[Outcome, str]:
    """Outcome of a visit, and the reason where it is not whole. failure: why it broke off."""
    closed = visit.account_state in ANSWERS
    nothing = not (visit.shown or closed)
    if failure:
        return (Outcome.FAILED if nothing else Outcome.PARTIAL), failure
    if nothing and visit.refused:
        return Outcome.BLOCKED, visit.gaps[-1].code
    if nothing and visit.drifted:
        return Outcome.SUSPECT, "the page's expected structure is not there"
    if nothing:
        network = next((gap.code for gap in visit.gaps), "")
        if network:
            return Outcome.FAILED, network
        return Outcome.SUSPECT, "neither content nor a marker was seen"
    if visit.gaps:
        return Outcome.PARTIAL, ", ".join(sorted({gap.code for gap in visit.gaps}))
    changes = sum(
        visit.counts.get(name, 0)
        for name in ("new", "edited", "returned", "state", "interactions", "account")
    )
    if changes:
        return Outcome.COMPLETE, ""
    if visit.empty and not visit.posts_seen:
        return Outcome.EMPTY, "the platform shows an empty list"
    return Outcome.UNCHANGED, ""

"""What one exchange adds to what a visit knows: states, gaps, its account, its posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.model import SeenState, StateSeen

if TYPE_CHECKING:
    from crawler.visit import Seen, Visit

REFUSALS = frozenset({SeenState.BLOCKED, SeenState.GATED})
"""States in which a page was kept from us: they say nothing of what is behind it."""


def note(visit: Visit, seen: Seen, *, made_up: bool) -> None:
    """Tell the visit what an exchange showed, and what it did not.

    made_up: another part of the same look is sound, so that its drift is no loss.
    """
    visit.count("requests")
    reading = seen.reading
    if seen.cut:
        visit.gap(seen.cut, "the body is not whole", seen.capture)
    for state in reading.states:
        _state(visit, seen, state)
    if seen.is_for_reader:
        for drift in () if made_up else reading.drift:
            visit.drifted = True
            visit.gap("DRIFT", drift.detail, seen.capture)
        if seen.sound:
            visit.shown = True
            visit.control = visit.control or seen.capture
    visit.empty = visit.empty or reading.empty
    for account in reading.accounts:
        if account.native_id and account.native_id == visit.native_id:
            visit.account_state = account.state
    for post in reading.posts:
        visit.posts_seen.setdefault(post.native_id, seen.capture)


def _state(visit: Visit, seen: Seen, state: StateSeen) -> None:
    if state.state in REFUSALS:
        code = "RATE_LIMITED" if seen.status == 429 else state.state.value
        visit.refused = True
        visit.gap(code, state.marker, seen.capture)
    elif state.subject.startswith("account:"):
        visit.account_state = state.state
    elif seen.status == 304 and state.state is SeenState.PRESENT:
        # The server compared our validator: what was asked for was seen, unchanged.
        visit.shown = True
        visit.count("not_modified")

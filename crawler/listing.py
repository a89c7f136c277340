"""Lists of who acted: when one has been read to its end, whoever is missing from it has withdrawn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from evidence.model import Act, Interaction, SeenState

if TYPE_CHECKING:
    from crawler.visit import Seen, Visit

SILENT = frozenset({SeenState.BLOCKED, SeenState.GATED, SeenState.DRIFT})


@dataclass(frozen=True, slots=True)
class Listing:
    """One list that was read to its end in one visit.

    act:    what everybody in it did.
    target: native id of the post or account it was done to; None: the list is of the visited
            account's own acts.
    edges:  all that the list showed, of strangers too; they are compared with and never recorded.
    since:  a list of own acts, newest first, was read back to this time; None: to its beginning.
    """

    act: Act
    target: str | None
    edges: tuple[Interaction, ...]
    since: datetime | None = None


async def read_list(
    visit: Visit,
    first: str,
    *,
    act: Act,
    target: str | None,
    pages: int,
    onward: Callable[[Seen], str | None],
    back_to: datetime | None = None,
    full: int | None = None,
) -> AsyncIterator[Seen]:
    """The pages of one list of who acted, asked for minimised.

    pages:   most that are read.   onward: address of the next page, None at the end.
    back_to: stop after a page that shows an act before this time.
    full:    a first page of so many that offers no next one may be a server's limit, not the end.

    The page that ends a sound list carries the Listing; one that breaks off at the limit is a gap
    LIST_TRUNCATED, and proves nothing of who is missing from it.
    """
    edges: list[Interaction] = []
    address: str | None = first
    sound = True
    for number in range(pages):
        if address is None:
            return
        seen = await visit.get(address, minimise=True)
        edges += [edge for edge in seen.reading.interactions if edge.act is act]
        sound = sound and answered(seen)
        times = [edge.at for edge in edges if edge.at]
        begun = back_to is not None and bool(times) and min(times) < back_to
        address = None if begun else onward(seen)
        limited = number == 0 and full is not None and len(edges) >= full
        if address is None and not begun and (limited or seen.reading.next):
            visit.gap("LIST_TRUNCATED", f"{act.value}: no way on from a full page", seen.capture)
            sound = False
        if address is None and sound:
            listing = Listing(act, target, tuple(edges), min(times) if begun else None)
            seen = replace(seen, listing=listing)
        yield seen
    if address is not None:
        visit.gap("LIST_TRUNCATED", f"{pages} pages of {act.value} were read")


def answered(seen: Seen) -> bool:
    """Whether a page is whole and shows its part of the list, be it an empty one."""
    reading = seen.reading
    if seen.status != 200 or seen.cut or reading.drift:
        return False
    if any(state.state in SILENT for state in reading.states):
        return False
    return bool(reading.interactions or reading.posts or reading.states or reading.empty)

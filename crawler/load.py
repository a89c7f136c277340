"""What a spider asks of the browser, and which drift of the answer is a loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence.model import CaptureKind, SeenState

if TYPE_CHECKING:
    from crawler.visit import Seen


CLOSED = frozenset({SeenState.ABSENT, SeenState.PRIVATE, SeenState.SUSPENDED, SeenState.WITHHELD})
"""States that are the platform's own word in place of content."""


@dataclass(frozen=True, slots=True)
class Load:
    """One public page to be loaded by the browser.

    scrolls:  how many times to go to the page's end and wait for what it then fetches.
    of:       record id of the capture or snapshot the page is looked at for.
    minimise: keep bodies only if what was read shows an act of a watchlist account.
    picture:  keep the rendered document and the screenshot alone, and read nothing.
    """

    url: str
    scrolls: int = 0
    of: str | None = None
    minimise: bool = False
    picture: bool = False


def makes_up_for(look: Sequence[Seen], seen: Seen) -> bool:
    """Whether a drift of `seen` is no loss, because another part of the same look is sound.

    A shell document that holds no data is how many sites work: the rendered document or a data
    answer then has it. A data answer that drifts is a loss whatever else is sound.
    """
    if seen.kind is CaptureKind.EXCHANGE and seen is not look[0]:
        return False
    return any(other.sound or tells(other) for other in look if other is not seen)


def tells(seen: Seen) -> bool:
    """Whether a part says, without drift, why the account or post is not shown."""
    reading = seen.reading
    return not reading.drift and not seen.cut and any(s.state in CLOSED for s in reading.states)

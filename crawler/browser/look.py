"""What one look at a page in the browser gives, and the limits it keeps to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from evidence.model import Exchange

Allowed = Callable[[str], Awaitable[bool]]
"""Whether an address may be loaded as a document (robots.txt)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one look. Past one of them what came is kept, with a flag and a gap.

    time_s:      all of it.   load_s: until the page has loaded.
    settle_s:    until it fetches no more: nothing has been fetched for `quiet_s`.
    body_bytes:  of the document, of each data answer, of each picture and compressed part, of the
                 rendered document, each after decompression.
    all_bytes:   of everything the page fetches, as on the wire; and of all pictures and compressed
                 parts, after decompression.
    answers:     data answers.   answer_bytes: of all data answers together.
    pixels:      of one picture, by what its file says.
    shot_bytes:  of the screenshot.   tallest_px: of its height.
    """

    time_s: float = 60
    load_s: float = 30
    settle_s: float = 5
    quiet_s: float = 0.5
    body_bytes: int = 20_000_000
    all_bytes: int = 80_000_000
    answers: int = 100
    answer_bytes: int = 40_000_000
    pixels: int = 25_000_000
    shot_bytes: int = 12_000_000
    tallest_px: int = 12_000


@dataclass(frozen=True, slots=True)
class Asking:
    """One page to be looked at.

    answers: patterns of the paths of its data answers.   of: as in Exchange.
    now: our clock.   allowed: asked before each document is loaded, redirects included.
    """

    url: str
    answers: tuple[str, ...]
    scrolls: int
    of: str | None
    now: Callable[[], datetime]
    allowed: Allowed
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What came, each part an exchange that is ready to be kept.

    hops: documents before the last: redirects, and pages that went on by themselves.
    document: the last one's response; an attempt without status when none came.
    dom, shot: the rendered document and the screenshot, None when there could be none.
    troubles: what could not be seen, as codes of gaps with a detail that holds no content.
    wall: the mark of a challenge that stood in place of the page, empty when none did.
    """

    hops: tuple[Exchange, ...]
    document: Exchange
    answers: tuple[Exchange, ...]
    dom: Exchange | None
    shot: Exchange | None
    troubles: tuple[tuple[str, str], ...]
    wall: str = ""

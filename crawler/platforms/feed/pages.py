"""Reads RSS, Atom and JSON Feed."""

from __future__ import annotations

from crawler.page import Page
from crawler.platforms.feed import encoding, jsonfeed, tree, xmlfeed
from evidence.errors import ParseError
from evidence.model import Drift, Reading, SeenState, StateSeen

READ_BY = "feed.pages@2"


def read(page: Page) -> Reading:
    """The entries of a feed as posts of one account, whose id is the feed's address.

    Structure decides which of the formats it is; the media type of the answer does not. An HTML
    page in a feed's place is drift. 304 says that the feed is there and nothing else.
    Raises ParseError when the body is no feed.
    """
    told = _refused(page)
    if isinstance(told, StateSeen):
        return Reading(READ_BY, states=(told,))
    if told is not None:
        return Reading(READ_BY, drift=(told,))
    faults: list[Drift] = []
    start = page.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        value = page.json()
        if not jsonfeed.is_json_feed(value):
            raise ParseError("feed", "is JSON, but not a JSON Feed")
        return jsonfeed.read(value, page.url, READ_BY)
    text = encoding.text(page, faults)
    if _is_html(text):
        raise ParseError("feed", "HTML where a feed was due")
    root = tree.parse(text, faults)
    if not xmlfeed.is_feed(root):
        raise ParseError("feed", "is XML, but no feed")
    return xmlfeed.read(root, page.url, READ_BY, faults)


def _refused(page: Page) -> StateSeen | Drift | None:
    """State that the status tells; it speaks of the page, since a feed has no other name."""
    marker = f"HTTP {page.status}"
    if page.status == 429 or page.status >= 500:
        state = SeenState.BLOCKED
    elif page.status in (401, 403):
        state = SeenState.GATED
    elif page.status in (404, 410):
        state = SeenState.ABSENT
    elif page.status == 304:
        state = SeenState.PRESENT
    elif 200 <= page.status < 300:
        return None
    else:
        return Drift(f"{marker}: no meaning is known for it")
    return StateSeen(f"page:{page.url}", state, marker)


def _is_html(text: str) -> bool:
    return text[:64].lstrip().lower().startswith(("<!doctype html", "<html"))

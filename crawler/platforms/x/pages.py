"""Reads what X shows to anyone who is not logged in, and answers a person's browser met.

The body's structure says what it is: JSON of GraphQL, embeds and oEmbed, the rendered page, the
embedded timeline's page, link-preview tags. The address only helps to name what a marker is about.
"""

from __future__ import annotations

from typing import Any

from crawler.document import root_of, script
from crawler.page import Page
from crawler.platforms.x import answers, card, listing, rendered, urls
from crawler.platforms.x.sight import READ_BY, Sight
from evidence.errors import ParseError
from evidence.model import Reading, SeenState, StateSeen

__all__ = ("READ_BY", "read")
LIMIT = b"Rate limit exceeded"
OWN_HEADERS = ("x-connection-hash", "x-transaction-id", "x-twitter-response-tags")
"""Headers that X's servers give to whatever they answer (recorded 2024)."""


def read(page: Page) -> Reading:
    """All that one answer shows: posts, accounts, acts, states; else drift.

    429 and 5xx are BLOCKED. A page of which the script has drawn nothing yet is drift: it says
    neither that there are posts nor that there are none.
    """
    sight = Sight(page.url)
    refused = _refused(page)
    if refused is not None:
        return Reading(READ_BY, states=(refused,))
    body = page.bare
    try:
        if not body:
            sight.fault(f"HTTP {page.status}: body is empty")
        elif body[:1] in (b"{", b"["):
            _json(page, sight)
        elif body[:1] == b"<":
            _document(page, sight)
        else:
            sight.fault("body is neither JSON nor HTML")
    except ParseError as error:
        sight.fault(f"{error.what if error.what != page.url else '$'}: {error.why}")
    return sight.reading()


def _refused(page: Page) -> StateSeen | None:
    where, marker = f"page:{page.url}", f"HTTP {page.status}"
    if page.status == 429 or page.status >= 500:
        return StateSeen(where, SeenState.BLOCKED, marker)
    if page.bare == LIMIT:
        return StateSeen(where, SeenState.BLOCKED, LIMIT.decode())
    if urls.asked(page.url).kind == "login":
        return StateSeen(where, SeenState.GATED, "redirect to login")
    return _by_status(page)


def _by_status(page: Page) -> StateSeen | None:
    """401 and 403 are GATED unless the body says more; 404 and 410 speak where embeds are asked.

    Only those of X's own servers do: a 404 without their headers may be anybody's.
    """
    asked, marker = urls.asked(page.url), f"HTTP {page.status}"
    if page.status in (301, 302, 303, 307, 308):
        target = page.headers.get("location", "")
        if urls.asked(target).kind == "login":
            return StateSeen(urls.subject(page.url), SeenState.GATED, "redirect to login")
    spoken = page.bare[:1] == b"{" and len(page.bare) > 2
    if page.status in (401, 403) and not spoken:
        return StateSeen(f"page:{page.url}", SeenState.GATED, marker)
    embeds = asked.kind in ("embed", "oembed")
    if page.status in (404, 410) and not spoken and embeds and _is_own(page):
        return StateSeen(urls.subject(page.url), SeenState.ABSENT, marker)
    return None


def _is_own(page: Page) -> bool:
    headers = page.headers
    return headers.get("server", "").startswith("tsa_") or any(n in headers for n in OWN_HEADERS)


def _json(page: Page, sight: Sight) -> None:
    value: Any = page.json()
    if isinstance(value, dict) and card.oembed(value, sight):
        return
    answers.read(value, sight)
    if page.status in (401, 403) and not sight.states:
        sight.state(f"page:{page.url}", SeenState.GATED, f"HTTP {page.status}")


def _document(page: Page, sight: Sight) -> None:
    root = root_of(page.text())
    data = script(root, "__NEXT_DATA__")
    if data is not None:
        _embedded_timeline(data, sight)
    elif rendered.is_rendered(root):
        rendered.read(root, sight)
    elif not card.preview(root, sight):
        if root.xpath("//*[@id='react-root']"):
            sight.fault("#react-root: the page's shell, nothing drawn in it yet")
        else:
            sight.fault("body: neither a page of X nor one of its embeds")


def _embedded_timeline(data: Any, sight: Sight) -> None:
    """syndication.twitter.com's profile timeline: v1.1 statuses; an empty list proves nothing."""
    entries = data
    for name in ("props", "pageProps", "timeline", "entries"):
        entries = entries.get(name) if isinstance(entries, dict) else None
    if not isinstance(entries, list):
        sight.fault("script#__NEXT_DATA__: no props.pageProps.timeline.entries")
        return
    if not entries:
        sight.state(f"page:{sight.url}", SeenState.UNSEEN, "timeline.entries is empty")
    listing.embedded(entries, sight)

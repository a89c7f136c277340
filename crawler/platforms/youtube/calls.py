"""Continuation calls of YouTube's own pages, and comments through them or through the browser."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

from crawler.look import with_whole_list
from crawler.platforms.youtube import urls
from crawler.visit import Seen, Visit

CLIENT = {"clientName": "WEB", "clientVersion": "2.20260101.00.00", "hl": "en"}
"""What the web page says of itself in its calls; no visitor, no key."""
HEADERS = (("Content-Type", "application/json"), ("Accept-Language", "en"))
ENGAGED = 5
"""Most videos of a campaign channel that are asked for who commented, newest first."""
COMMENT_PAGES = 3
THREADS = 5
"""Most comments of a video whose replies are asked for."""
SCROLLS = 4


def body_of(token: str) -> bytes:
    """The body of a continuation call."""
    said = {"context": {"client": CLIENT}, "continuation": token}
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


async def ask(visit: Visit, base: str, onward: str, *, minimise: bool = False) -> Seen:
    """One continuation. onward: an address of `urls.onward`; robots.txt may forbid it (gap)."""
    call, token, _ = urls.continuation(onward) or ("next", "", "")
    address = f"{base}/youtubei/v1/{call}?prettyPrint=false"
    return await visit.post(address, body_of(token), headers=HEADERS, minimise=minimise)


def onward(seen: Seen, call: str, *, of: bool = False) -> str | None:
    """The first continuation of a page. of: of replies to a comment, else of the list itself."""
    for address in seen.reading.next:
        found = urls.continuation(address)
        if found is not None and found[0] == call and bool(found[2]) is of:
            return address
    return None


async def engaged(visit: Visit, base: str, opened: Sequence[Seen]) -> AsyncIterator[Seen]:
    """Who commented on the newest videos of a campaign channel; strangers' pages are minimised.

    Where robots.txt forbids the calls, the page is loaded in the browser and the answers it then
    fetches by itself are read: the first comments, a part of all. YouTube's order of top comments
    leaves some out, so a list is whole only if it shows as many as the video's page counts, and
    nothing of it was left unread.
    """
    forbidden = False
    for page in [seen for seen in opened if onward(seen, "next")][:ENGAGED]:
        first = onward(page, "next") or ""
        if not forbidden:
            noted = len(visit.gaps)
            seen = await ask(visit, base, first, minimise=True)
            forbidden = seen.page is None and is_robots(visit)
            shown = [seen]
            if not forbidden:
                shown += [one async for one in pages(visit, base, seen)]
            for one in shown if visit.gaps[noted:] else as_list(page, shown):
                yield one
        if forbidden:
            for one in await visit.browse(page.url, scrolls=SCROLLS, minimise=True):
                yield one
            visit.gap("LIST_TRUNCATED", "COMMENT: the page shows the first ones")


def as_list(page: Seen, shown: list[Seen]) -> list[Seen]:
    """The pages of comments of a video, as one list that is whole or not."""
    video = urls.video_of(page.url)
    post = next((post for post in page.reading.posts if post.native_id == video), None)
    return with_whole_list(shown, post) if post is not None else shown


async def pages(visit: Visit, base: str, first: Seen) -> AsyncIterator[Seen]:
    """Further pages of comments, then replies to those that have some."""
    seen, threads = first, replies(first)
    for _ in range(COMMENT_PAGES - 1):
        address = onward(seen, "next")
        if address is None:
            break
        seen = await ask(visit, base, address, minimise=True)
        threads += replies(seen)
        yield seen
    if onward(seen, "next"):
        visit.gap("LIST_TRUNCATED", f"{COMMENT_PAGES} pages of COMMENT were read")
    for address in threads[:THREADS]:
        seen = await ask(visit, base, address, minimise=True)
        yield seen
        if onward(seen, "next"):
            visit.gap("LIST_TRUNCATED", "one page of replies to a COMMENT was read")
    if len(threads) > THREADS:
        visit.gap("LIST_TRUNCATED", f"replies to {len(threads) - THREADS} of COMMENT were not read")


def replies(seen: Seen) -> list[str]:
    """Addresses of the replies to each comment of a page."""
    found = [(address, urls.continuation(address)) for address in seen.reading.next]
    return [address for address, told in found if told is not None and told[2]]


def is_robots(visit: Visit) -> bool:
    """Whether the last thing that could not be seen was robots.txt's doing."""
    return bool(visit.gaps) and visit.gaps[-1].code == "ROBOTS"

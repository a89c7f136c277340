"""The conversation with a feed's publisher: one conditional request, then older pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.conditional import address_of, conditions
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit


class FeedSpider(AccountSpider):
    """Reads a feed if it changed. An entry that left the feed is not asked for: feeds are short."""

    name = "feed"
    platform = "feed"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """The feed under its condition, then the pages it offers while they bring something new."""
        address = address_of(visit)
        if address is None:
            visit.gap("NO_BASE_URL", "the watchlist row gives no feed address")
            return
        visit.resolved(address, visit.handle)
        known = {post.native_id for post in visit.known_posts()}
        seen = own(await visit.get(address, headers=conditions(visit, address)), address)
        yield seen
        for _ in range(visit.pages_limit - 1):
            onward = onward_of(seen)
            if onward is None or all(post.native_id in known for post in seen.reading.posts):
                return
            seen = own(await visit.get(onward), address)
            yield seen
        if onward_of(seen) is not None:
            visit.gap("PAGE_LIMIT", f"{visit.pages_limit} pages of the feed were read")


def own(seen: Seen, address: str) -> Seen:
    """The reading as of the watched address, also where a redirect or a later page gave it."""
    reading = seen.reading
    return replace(
        seen,
        reading=replace(
            reading,
            posts=tuple(replace(post, author_id=address) for post in reading.posts),
            accounts=tuple(replace(account, native_id=address) for account in reading.accounts),
        ),
    )


def onward_of(seen: Seen) -> str | None:
    """The next page, if it is offered on the same host."""
    host = urlsplit(seen.url).netloc
    return next((url for url in seen.reading.next if urlsplit(url).netloc == host), None)

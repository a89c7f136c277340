"""The conversation with Facebook about one page, as a reader who is not logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from crawler.encounter import engaged, identify, is_open, is_refused, look_again, tell_of_list
from crawler.platforms.facebook import urls
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, Post, Side

SCROLLS = 3
"""The login pop-up stops loading after about ten posts; more scrolling brings nothing."""
LOOKED_FOR = 8
ENGAGED = 4


class FacebookSpider(AccountSpider):
    """Looks at an account's page in the browser, then for known posts at their own pages."""

    name = "facebook"
    platform = "facebook"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """The page with what it fetches itself, known posts it did not show, top comments."""
        base = visit.base_url or urls.HOST
        address = urls.account(base, visit.handle)
        look = await visit.browse(address, scrolls=SCROLLS) or (await visit.get(address),)
        if not identify(look, visit):
            return
        own: dict[str, Post] = {}
        for seen in look:
            own |= {p.native_id: p for p in seen.reading.posts if p.author_id == visit.native_id}
            yield seen
        tell_of_list(look, visit)
        if is_refused(look) or not is_open(look):
            return
        visit.gap("PART_LISTED", "the newest posts; older ones ask for a login")
        async for seen in look_again(visit, lambda post: place_of(base, post), most=LOOKED_FOR):
            yield seen
        if visit.entry.side is Side.CAMPAIGN:
            posts = (replace(post, url=on(base, post.url or "")) for post in own.values())
            async for seen in engaged(visit, posts, most=ENGAGED):
                yield seen


def on(base: str, url: str) -> str:
    """An address on the service that is visited; its own host may be one of many."""
    there, asked = urlsplit(base), urlsplit(url)
    return urlunsplit((there.scheme, there.netloc, asked.path, asked.query, ""))


def place_of(base: str, post: KnownPost) -> str | None:
    """Where a known post is shown by itself."""
    return on(base, post.url) if post.url else None

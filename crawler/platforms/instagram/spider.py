"""The conversation with Instagram about one account, as a reader who is not logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from crawler.encounter import (
    engaged,
    identify,
    is_open,
    is_refused,
    look_again,
    tell_of_list,
    tell_of_part,
)
from crawler.platforms.instagram import urls
from crawler.shortcode import code_of
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, Post, Side

SCROLLS = 1
LOOKED_FOR = 10
"""Most known posts that are asked for in one visit."""
COVERS = 12
"""Most new posts that are asked for because the profile shows their cover alone."""
ENGAGED = 4
"""Most posts of a campaign account whose comments are looked at."""


class InstagramSpider(AccountSpider):
    """Looks at an account's page in the browser, then for known posts at their own pages."""

    name = "instagram"
    platform = "instagram"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Profile with what it fetches itself, known posts it did not show, comments."""
        base = visit.base_url or urls.HOST
        known = {post.native_id for post in visit.known_posts()}
        address = urls.profile(base, visit.handle)
        look = await visit.browse(address, scrolls=SCROLLS) or (await visit.get(address),)
        if not identify(look, visit):
            return
        own = {p.native_id: p for s in look for p in s.reading.posts if is_own(p, visit)}
        tell_of_part(look, visit, len(own))
        tell_of_list(look, visit)
        covers = [n for n, p in own.items() if p.published_at is None and n not in known]
        shown: set[str] = set()
        async for seen in at_their_pages(visit, base, covers):
            shown |= {p.native_id for p in seen.reading.posts if p.published_at}
            yield seen
        for seen in look:
            yield whole(seen, known | shown)
        if is_refused(look) or not is_open(look):
            return
        async for seen in look_again(visit, lambda post: place_of(base, post), most=LOOKED_FOR):
            yield whole(seen, known)
        if visit.entry.side is Side.CAMPAIGN:
            left = [post for name, post in own.items() if name not in shown and post.published_at]
            posts = (replace(post, url=place(base, post.native_id)) for post in left)
            async for seen in engaged(visit, posts, most=ENGAGED):
                yield whole(seen, known | own.keys())


async def at_their_pages(visit: Visit, base: str, covers: list[str]) -> AsyncIterator[Seen]:
    """New posts of which a list shows the cover alone, each at its own page, until one is refused."""
    for name in covers[:COVERS]:
        seen = await visit.get(place(base, name))
        yield seen
        if is_refused((seen,)):
            return


def is_own(post: Post, visit: Visit) -> bool:
    """Whether a post is the visited account's; lists may name the author by handle alone."""
    if post.author_id is not None:
        return post.author_id == visit.native_id
    return (post.author_handle or "").lower() == visit.handle.lower()


def whole(seen: Seen, known: set[str]) -> Seen:
    """Drops posts that are known and of which a head or a list shows but the cover.

    It has one picture of a carousel and no time: taken for the post, it would look like an edit.
    They count as seen all the same.
    """
    for post in seen.reading.posts:
        seen.visit.posts_seen.setdefault(post.native_id, seen.capture)
    shown = tuple(p for p in seen.reading.posts if p.published_at or p.native_id not in known)
    return replace(seen, reading=replace(seen.reading, posts=shown))


def place(base: str, number: str) -> str:
    """A post's own page on the service that is visited."""
    return urls.post(base, code_of(number))


def place_of(base: str, post: KnownPost) -> str | None:
    """Where a known post is shown by itself."""
    return place(base, post.native_id) if post.native_id.isdecimal() else None

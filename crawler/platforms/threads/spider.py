"""The conversation with Threads about one account, as a reader who is not logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from crawler.encounter import engaged, identify, is_open, is_refused, look_again, tell_of_list
from crawler.platforms.threads import urls
from crawler.shortcode import code_of
from crawler.sight import UNLISTED
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, Post, Side

PARTS = ("", "replies", "reposts")
"""Tabs of a profile that are asked for."""
LOOKED_FOR = 15
ENGAGED = 5


class ThreadsSpider(AccountSpider):
    """Reads a profile's first screen and its tabs, then known posts at their own pages.

    By plain requests; where the page comes without its data, in the browser.
    """

    name = "threads"
    platform = "threads"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Threads, replies and reposts of the profile, known posts not shown, who answered."""
        base = visit.base_url or urls.HOST
        own: dict[str, Post] = {}
        for part in PARTS:
            look = await self.profile(visit, urls.profile(base, visit.handle, part))
            if not identify(look, visit):
                return
            for seen in look:
                own |= {p.native_id: p for p in seen.reading.posts}
                yield seen
            tell_of_list(look, visit)
            if part == PARTS[0] and (is_refused(look) or not is_open(look)):
                return
            if is_refused(look):
                break
        visit.gap("PART_LISTED", "a profile's newest threads; older ones ask for a login")
        async for seen in look_again(visit, lambda p: place_of(base, visit, p), most=LOOKED_FOR):
            yield seen
        if visit.entry.side is Side.CAMPAIGN:
            posts = (replace(p, url=place(base, visit, p.native_id)) for p in own.values())
            async for seen in engaged(visit, posts, most=ENGAGED):
                yield seen

    async def profile(self, visit: Visit, address: str) -> tuple[Seen, ...]:
        """One tab: as it comes, or in the browser when it came without its data."""
        seen = await visit.get(address)
        said = [state for state in seen.reading.states if state.marker != UNLISTED]
        if seen.reading.posts or seen.reading.empty or is_refused((seen,)) or said:
            return (seen,)
        return (seen, *await visit.browse(address, scrolls=1))


def place(base: str, visit: Visit, number: str) -> str:
    """A post's own page on the service that is visited."""
    return urls.post(base, visit.handle, code_of(number))


def place_of(base: str, visit: Visit, post: KnownPost) -> str | None:
    """Where a known post is shown by itself."""
    return place(base, visit, post.native_id) if post.native_id.isdecimal() else None

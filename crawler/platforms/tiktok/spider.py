"""The conversation with TikTok about one account, as a reader who is not logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace

from crawler.look import (
    identify,
    is_closed,
    is_reused,
    is_walled,
    newest,
    not_shown,
    tell_of_answers,
    tell_of_part,
    with_whole_list,
)
from crawler.platforms.tiktok import urls
from crawler.platforms.tiktok.naming import placed
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, Post, SeenState, Side

SCROLLS = 3
OPENED = 20
"""Most posts whose own page is read in one visit because the list only named them."""
LOOKED_FOR = 20
"""Most known posts that are asked for in one visit, those first that were not seen the longest."""
BROWSED = 3
"""Most posts that are asked for in the browser because their page did not come without one."""
ENGAGED = 5
"""Most posts of a campaign account whose comments are read, newest first."""


class TiktokSpider(AccountSpider):
    """Lets the account's page load its list in the browser; reads single posts without one."""

    name = "tiktok"
    platform = "tiktok"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Profile and its list, posts only named there, missing ones, comments."""
        base = visit.base_url or urls.HOST
        known = {post.native_id: post for post in visit.known_posts()}
        look = await visit.browse(urls.profile(base, visit.handle), scrolls=SCROLLS)
        if is_reused(look, visit):
            visit.gap("HANDLE_REUSED", "the name now belongs to another account", look[0].capture)
            return
        identify(look, visit)
        own: dict[str, Post] = {}
        for seen in look:
            own |= {post.native_id: post for post in seen.reading.posts}
            yield in_name_of(visit, seen)
        listed = [*named(look)]
        if not own and not is_closed(look):
            seen = await visit.get(urls.embed_profile(base, visit.handle))
            listed += named([seen])
            yield in_name_of(visit, seen)
        async for seen in details(visit, base, listed, known):
            own |= {post.native_id: post for post in seen.reading.posts}
            yield seen
        tell_of_part(look, visit, len(own))
        async for seen in missing(visit, base, known, browsed=0 if is_walled(look) else BROWSED):
            yield seen
        if visit.entry.side is Side.CAMPAIGN:
            async for seen in engaged(visit, base, own):
                yield seen


def named(look: Iterable[Seen]) -> list[str]:
    """Numbers of the posts a page links to without showing them, in its order."""
    found = [urls.asked(url).post for part in look for url in part.reading.next]
    return list(dict.fromkeys(number for number in found if number))


def in_name_of(visit: Visit, seen: Seen) -> Seen:
    """The reading with the visited account as the one who reposted: the list does not name it."""
    return replace(seen, reading=placed(seen.reading, visit.native_id, visit.handle))


async def details(
    visit: Visit, base: str, listed: list[str], known: Mapping[str, KnownPost]
) -> AsyncIterator[Seen]:
    """The own page of each post that was only named and never seen before."""
    new = [number for number in listed if number not in known and number not in visit.posts_seen]
    async for seen in pages(visit, base, new[:OPENED], browsed=BROWSED):
        yield seen
    if len(new) > OPENED:
        visit.gap("PAGE_LIMIT", f"{len(new) - OPENED} new posts were not opened")


async def missing(
    visit: Visit, base: str, known: Mapping[str, KnownPost], *, browsed: int
) -> AsyncIterator[Seen]:
    """Known posts that were not seen in this visit, each at its own page.

    browsed: most posts that may be asked for in the browser.
    """
    left = not_shown(visit, known)
    asked = [post.native_id for post in left[:LOOKED_FOR]]
    async for seen in pages(visit, base, asked, browsed=browsed):
        yield seen
    if len(left) > LOOKED_FOR:
        detail = f"{len(left) - LOOKED_FOR} known posts were not looked for in this visit"
        visit.gap("PAGE_LIMIT", detail)


async def pages(
    visit: Visit, base: str, numbers: Iterable[str], *, browsed: int
) -> AsyncIterator[Seen]:
    """Posts by their pages: without a browser while that is answered, then a few in the browser."""
    refused: list[str] = []
    for number in numbers:
        if not refused:
            seen = await visit.get(urls.post(base, visit.handle, number))
            yield seen
            if not is_refusal(seen):
                continue
        refused.append(number)
    for number in refused[:browsed]:
        for seen in await visit.browse(urls.post(base, visit.handle, number)):
            yield seen
    if len(refused) > browsed:
        visit.gap(
            "PAGE_LIMIT", f"{len(refused) - browsed} posts were not asked for after a refusal"
        )


def is_refusal(seen: Seen) -> bool:
    """Whether the page was kept from a caller without a browser."""
    return seen.page is None or any(s.state is SeenState.BLOCKED for s in seen.reading.states)


async def engaged(visit: Visit, base: str, own: Mapping[str, Post]) -> AsyncIterator[Seen]:
    """The pages of the newest posts of a campaign account, with the comments they load.

    They show strangers, so they are kept whole only where one of them is on the watchlist.
    """
    for post in newest(own, ENGAGED):
        address = urls.post(base, visit.handle, post.native_id)
        look = await visit.browse(address, scrolls=SCROLLS, minimise=True)
        tell_of_answers(look, visit, post, "comments")
        for seen in with_whole_list(look, post):
            yield in_name_of(visit, seen)

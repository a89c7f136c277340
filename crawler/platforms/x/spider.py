"""The conversation with X about one account, as a reader who is not logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

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
from crawler.platforms.x import urls
from crawler.platforms.x.look import in_order, newest_version
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, Post, SeenState, Side

SCROLLS = 2
LOOKED_FOR = 20
"""Most known posts that are asked for in one visit, those first that were not seen the longest."""
BROWSED = 5
"""Most posts that are asked for in the browser because their embed did not tell."""
ENGAGED = 5
"""Most posts of a campaign account whose answers are read, newest first."""


class XSpider(AccountSpider):
    """Looks at an account's page in the browser, else at what embeds show; then for known posts.

    The page shows a choice of posts, no timeline: what it does not show may well be there, so
    every known post is asked for by itself.
    """

    name = "x"
    platform = "x"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Profile, known posts it did not show, answers below a campaign account's posts."""
        base = visit.base_url or urls.HOST
        known = {post.native_id: post for post in visit.known_posts()}
        look = await visit.browse(urls.profile(base, visit.handle), scrolls=SCROLLS)
        if is_reused(look, visit):
            visit.gap("HANDLE_REUSED", "the name now belongs to another account", look[0].capture)
            return
        identify(look, visit)
        own: dict[str, Post] = {}
        for seen in in_order(look, known):
            own |= {post.native_id: post for post in seen.reading.posts}
            yield seen
        if not own and not is_closed(look):
            async for seen in instead(visit, known):
                own |= {post.native_id: post for post in seen.reading.posts}
                yield seen
        tell_of_part(look, visit, len(own))
        async for seen in missing(visit, base, known, browsed=0 if is_walled(look) else BROWSED):
            yield seen
        if visit.entry.side is Side.CAMPAIGN:
            async for seen in engaged(visit, base, own, known):
                yield seen


async def instead(visit: Visit, known: Mapping[str, KnownPost]) -> AsyncIterator[Seen]:
    """What stands in for a page that shows no posts: the timeline that other sites embed."""
    base = visit.base_url or urls.TIMELINES
    seen = await visit.get(urls.embedded_timeline(base, visit.handle))
    if is_reused((seen,), visit):
        visit.gap("HANDLE_REUSED", "the name now belongs to another account", seen.capture)
        return
    identify((seen,), visit)
    for part in in_order((seen,), known):
        yield part


async def missing(
    visit: Visit, base: str, known: Mapping[str, KnownPost], *, browsed: int
) -> AsyncIterator[Seen]:
    """Known posts the page did not show: by the embed's answer, else in the browser.

    browsed: most posts that may be asked for in the browser.
    """
    left = not_shown(visit, known)
    silent: list[KnownPost] = []
    refused = False
    for post in left[:LOOKED_FOR]:
        seen = None if refused else await embedded(visit, post.native_id)
        if seen is not None:
            for one in in_order((seen,), known):
                yield one
        if seen is None or not is_told(seen, post.native_id):
            silent.append(post)
            refused = refused or seen is None or is_refusal(seen)
    for post in silent[:browsed]:
        for part in in_order(await visit.browse(address_of(visit, base, post)), known):
            yield part
    unasked = len(left[LOOKED_FOR:]) + len(silent[browsed:])
    if unasked:
        visit.gap("PAGE_LIMIT", f"{unasked} known posts were not looked for in this visit")


async def embedded(visit: Visit, number: str) -> Seen:
    """The embed's answer for a post; where it shows a replaced version, that of the newest."""
    base = visit.base_url or urls.SYNDICATION
    seen = await visit.get(urls.embed(base, number))
    newer = newest_version(seen)
    return await visit.get(urls.embed(base, newer)) if newer else seen


def is_told(seen: Seen, number: str) -> bool:
    """Whether an answer shows the post or says what became of it."""
    named = {state.subject for state in seen.reading.states if state.state is not SeenState.UNSEEN}
    return bool(seen.reading.posts) or f"post:{number}" in named


def is_refusal(seen: Seen) -> bool:
    """Whether the service would not answer at all: then it is not asked again in this visit."""
    states = {state.state for state in seen.reading.states}
    return seen.page is None or SeenState.BLOCKED in states


def address_of(visit: Visit, base: str, post: KnownPost) -> str:
    """A known post's own page."""
    return urls.status(base, visit.handle, post.native_id)


async def engaged(
    visit: Visit, base: str, own: Mapping[str, Post], known: Mapping[str, KnownPost]
) -> AsyncIterator[Seen]:
    """The pages of the newest posts of a campaign account: who answered, as far as X shows it.

    They show strangers, so they are kept whole only where one of them is on the watchlist.
    """
    for post in newest(own, ENGAGED):
        address = urls.status(base, visit.handle, post.native_id)
        look = in_order(await visit.browse(address, scrolls=1, minimise=True), known)
        tell_of_answers(look, visit, post, "answers")
        for seen in with_whole_list(look, post):
            yield seen

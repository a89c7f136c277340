"""The conversation with TikTok about one account, as a reader who is not logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace

from crawler.platforms.tiktok import urls
from crawler.platforms.tiktok.naming import placed
from crawler.spider import AccountSpider
from crawler.visit import REFUSALS, Seen, Visit
from evidence.model import Act, KnownPost, Post, SeenState, Side

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
        tell_of_older(visit, look, len(own))
        async for seen in missing(visit, base, known, browsed=0 if is_walled(look) else BROWSED):
            yield seen
        if visit.entry.side is Side.CAMPAIGN:
            async for seen in engaged(visit, base, own):
                yield seen


def is_reused(look: Iterable[Seen], visit: Visit) -> bool:
    """Whether the handle shows another account than the one it was resolved to before."""
    shown = {
        account.native_id
        for part in look
        for account in part.reading.accounts
        if account.native_id and (account.handle or "").lower() == visit.handle.lower()
    }
    return visit.native_id is not None and bool(shown) and visit.native_id not in shown


def identify(look: Iterable[Seen], visit: Visit) -> None:
    """Tell the visit the account's number and present handle."""
    for part in look:
        for account in part.reading.accounts:
            own = (account.handle or "").lower() == visit.handle.lower()
            if account.native_id and (own or account.native_id == visit.native_id):
                visit.resolved(account.native_id, account.handle or visit.handle)


def is_closed(look: Iterable[Seen]) -> bool:
    """Whether the page said why it shows no posts: private, gone, none yet."""
    return any(
        part.reading.empty or any(s.subject.startswith("account:") for s in part.reading.states)
        for part in look
    )


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


def is_walled(look: tuple[Seen, ...]) -> bool:
    """Whether the account's page was refused as a whole: the browser then meets it everywhere."""
    refused = any(s.state in REFUSALS for part in look for s in part.reading.states)
    unasked = all(part.page is None for part in look)
    return unasked or (refused and not any(part.sound for part in look))


async def missing(
    visit: Visit, base: str, known: Mapping[str, KnownPost], *, browsed: int
) -> AsyncIterator[Seen]:
    """Known posts that were not seen in this visit, each at its own page.

    browsed: most posts that may be asked for in the browser.
    """
    left = [
        post
        for post in known.values()
        if post.native_id not in visit.posts_seen and post.state is not SeenState.ABSENT
    ]
    left.sort(key=lambda post: post.last_seen_at)
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


def tell_of_older(visit: Visit, look: Iterable[Seen], shown: int) -> None:
    """Note that the account counts more posts than the list and the pages brought."""
    for part in look:
        for account in part.reading.accounts:
            counted = account.counts.post
            ours = account.native_id == visit.native_id and account.state is SeenState.PRESENT
            if ours and counted is not None and counted > shown:
                visit.gap("PART_LISTED", f"{shown} of {counted} posts", part.capture)
                return


async def engaged(visit: Visit, base: str, own: Mapping[str, Post]) -> AsyncIterator[Seen]:
    """The pages of the newest posts of a campaign account, with the comments they load.

    They show strangers, so they are kept whole only where one of them is on the watchlist.
    """
    posts = sorted(own.values(), key=lambda post: str(post.published_at), reverse=True)
    for post in posts[:ENGAGED]:
        if post.counts.comment == 0:
            continue
        address = urls.post(base, visit.handle, post.native_id)
        look = await visit.browse(address, scrolls=SCROLLS, minimise=True)
        tell_of_comments(visit, look, post)
        for seen in look:
            yield in_name_of(visit, seen)


def tell_of_comments(visit: Visit, look: Iterable[Seen], post: Post) -> None:
    """Note that a post counts more comments than its page loaded."""
    shown = {
        edge.native_id
        for part in look
        for edge in part.reading.interactions
        if edge.act is Act.COMMENT and edge.target == post.native_id
    }
    counted = post.counts.comment
    if counted is not None and counted > len(shown):
        visit.gap("REPLIES_LIMIT", f"{len(shown)} of {counted} comments")

"""The conversation with one site: the watched page, the articles it links, known ones again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from crawler.conditional import address_of, conditions
from crawler.platforms.web import urls
from crawler.platforms.web.naming import placed
from crawler.platforms.web.pages import GOES_ON
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, SeenState, StateSeen

RECHECKED = 10
"""Known pages, newest first, that are asked for again: for edits, and whether they are there."""


class WebSpider(AccountSpider):
    """Reads the watched page, opens new articles of the same site, and looks at known ones again."""

    name = "web"
    platform = "web"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """The watched page, at most `pages_per_visit` new articles, then known ones again."""
        address = address_of(visit)
        if address is None:
            visit.gap("NO_BASE_URL", "the watchlist row gives no address of a page")
            return
        visit.resolved(address, visit.handle)
        front = await visit.get(address, headers=conditions(visit, address))
        looks: Sequence[Seen] = (front,)
        if of_another_site(front):
            yield own(front, address)
            return
        if needs_browser(front):
            looks = (front, *await visit.browse(address, scrolls=1))
        for seen in looks:
            yield own(seen, address)
        async for seen in articles(visit, looks):
            tell_of_pages(seen)
            yield own(seen, address)
        if any(seen.sound or seen.status == 304 for seen in looks):
            async for seen in again(visit):
                yield own(seen, address)


async def articles(visit: Visit, looks: Sequence[Seen]) -> AsyncIterator[Seen]:
    """New articles the watched page links, in its order; the rest is said to be left."""
    await visit.recorded()
    known = {post.native_id for post in visit.known_posts()}
    linked = dict.fromkeys(url for seen in looks for url in seen.reading.next)
    new = [url for url in linked if url not in known]
    for address in new[: visit.pages_limit]:
        yield await visit.get(address, headers=conditions(visit, address))
    if len(new) > visit.pages_limit:
        visit.gap("PAGE_LIMIT", f"{len(new) - visit.pages_limit} linked articles were not opened")


async def again(visit: Visit) -> AsyncIterator[Seen]:
    """Known pages that this visit did not show yet.

    A site's first page names its newest only, so one that it no longer links is no sign; the
    page's own answer is.
    """
    await visit.recorded()
    for post in again_due(visit)[:RECHECKED]:
        address = post.url or post.native_id
        seen = about_post(await visit.get(address, headers=conditions(visit, address)), post)
        if visit.control is None and is_gone(seen):
            # The watched page was unchanged (304); that the site answers soundly has to be shown.
            await visit.check(visit.native_id or address)
        yield replace(seen, control=visit.control)


def tell_of_pages(seen: Seen) -> None:
    """Note that an article goes on on further pages, which are not opened."""
    if any(state.marker == GOES_ON for state in seen.reading.states):
        seen.visit.gap("PAGE_LIMIT", "an article goes on on further pages", seen.capture)


def is_gone(seen: Seen) -> bool:
    """Whether a page's own answer says that it is not there."""
    return any(state.state is SeenState.ABSENT for state in seen.reading.states)


def again_due(visit: Visit) -> list[KnownPost]:
    """Known pages to be asked for again, newest first; those that are absent are not."""
    return [
        post
        for post in visit.known_posts()
        if post.native_id not in visit.posts_seen
        and post.state is not SeenState.ABSENT
        and post.native_id != visit.native_id
    ]


def needs_browser(seen: Seen) -> bool:
    """Whether a page answered and has no text without its scripts."""
    return seen.status == 200 and bool(seen.reading.drift) and not seen.reading.posts


def of_another_site(seen: Seen) -> bool:
    """Whether a redirect led to another site."""
    return seen.page is not None and urls.site(seen.page.url) != urls.site(seen.url)


def own(seen: Seen, address: str) -> Seen:
    """The reading as of the watched site; of a page another site answered for, a state alone.

    A redirect to another site (a captive portal, a domain that was sold) shows nothing of ours. A
    page that is shown in part is a post; that it is closed was noted as a gap.
    """
    page, reading = seen.page, seen.reading
    if page is not None and of_another_site(seen):
        gone = StateSeen(f"page:{seen.url}", SeenState.GATED, f"redirect to {urls.site(page.url)}")
        seen.visit.gap("GATED", "another site answered", seen.capture)
        return replace(seen, reading=replace(reading, posts=(), accounts=(), states=(gone,)))
    return replace(seen, reading=placed(reading, address, ""))


def about_post(seen: Seen, post: KnownPost) -> Seen:
    """A state of the page that was asked for in place of a known one, as a state of that post."""
    states = tuple(
        replace(state, subject=f"post:{post.native_id}")
        if state.subject.startswith("page:") and state.state is not SeenState.PRESENT
        else state
        for state in seen.reading.states
    )
    return replace(seen, reading=replace(seen.reading, states=states))

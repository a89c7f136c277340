"""The conversation with YouTube about one channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from crawler.platforms.youtube import calls, urls
from crawler.platforms.youtube.parts import is_whole
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, SeenState, Side

ENGLISH = (("Accept-Language", "en"),)
OPENED = 40
"""Most new videos whose own page is read in one visit."""
RECHECKED = 10
"""Known videos, newest first, whose page is read again for edits and figures."""
SCROLLS = 2


class YoutubeSpider(AccountSpider):
    """Lists a channel's tabs, opens new and recent videos, looks for missing ones, then comments."""

    name = "youtube"
    platform = "youtube"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Tabs, the page of each new or recent video, missing ones, campaign side."""
        base = visit.base_url or urls.HOST
        known = {post.native_id: post for post in visit.known_posts()}
        tabs = Tabs()
        async for seen in listed(visit, base, tabs, known):
            yield seen
        if not tabs.shown:
            return
        opened: list[Seen] = []
        async for seen in details(visit, base, tabs, known):
            opened.append(seen)
            yield told(seen, known)
            if is_refused(seen):
                return
        async for seen in missing(visit, base, tabs):
            yield told(seen, known)
            if is_refused(seen):
                return
        if visit.entry.side is Side.CAMPAIGN:
            async for seen in calls.engaged(visit, base, opened):
                yield told(seen, known)


class Tabs:
    """What the tabs of this visit listed. partial: tabs whose older posts were not listed."""

    def __init__(self) -> None:
        self.shown = False
        self.videos: list[str] = []
        self.partial: set[str] = set()

    def take(self, tab: str, seen: Seen, *, more: bool) -> None:
        """Note one page of a tab."""
        self.shown = self.shown or bool(seen.reading.posts or seen.reading.accounts)
        ids = [p.native_id for p in seen.reading.posts if not urls.POST.fullmatch(p.native_id)]
        self.videos += [id for id in ids if id not in self.videos]
        self.partial.discard(tab)
        if more:
            self.partial.add(tab)


async def listed(
    visit: Visit, base: str, tabs: Tabs, known: dict[str, KnownPost]
) -> AsyncIterator[Seen]:
    """The videos tab, else what stands in for it, then the other tabs the channel has."""
    account = visit.native_id or visit.handle
    first = await visit.get(urls.channel_page(base, account), headers=ENGLISH)
    identify(visit, first)
    async for seen in tab_pages(visit, base, "videos", first, tabs, known):
        yield seen
    if not tabs.shown:
        # A wall, a refusal and a closed channel are answers: nothing is asked for around them.
        if first.reading.drift:
            async for seen in instead(visit, base, account, tabs):
                yield seen
        return
    for tab in others(first):
        page = urls.channel_page(base, visit.native_id or account, tab)
        seen = await visit.get(page, headers=ENGLISH)
        async for one in tab_pages(visit, base, tab, seen, tabs, known):
            yield one


async def tab_pages(
    visit: Visit, base: str, tab: str, first: Seen, tabs: Tabs, known: dict[str, KnownPost]
) -> AsyncIterator[Seen]:
    """A tab's first page and its continuations, until one shows nothing new."""
    seen = first
    for _ in range(visit.pages_limit):
        onward = calls.onward(seen, "browse")
        tabs.take(tab, seen, more=onward is not None)
        yield without_cards(seen)
        posts = seen.reading.posts
        if onward is None or (posts and all(post.native_id in known for post in posts)):
            return
        seen = await calls.ask(visit, base, onward)
        if seen.page is None or not seen.sound:
            yield seen
            return
    visit.gap("PAGE_LIMIT", f"{visit.pages_limit} pages of the tab {tab} were read")


async def instead(visit: Visit, base: str, account: str, tabs: Tabs) -> AsyncIterator[Seen]:
    """What is asked for when the channel's page brings no data: the browser, then the feed."""
    for seen in await visit.browse(urls.channel_page(base, account), scrolls=SCROLLS):
        identify(visit, seen)
        tabs.take("videos", seen, more=True)
        yield without_cards(seen)
    if not tabs.shown and urls.CHANNEL.fullmatch(visit.native_id or account):
        seen = await visit.get(urls.feed(base, visit.native_id or account))
        tabs.take("videos", seen, more=True)
        yield without_cards(seen)


async def details(
    visit: Visit, base: str, tabs: Tabs, known: dict[str, KnownPost]
) -> AsyncIterator[Seen]:
    """The own page of each new video and of the newest known ones: whole text, exact time."""
    new = [video for video in tabs.videos if video not in known]
    recent = [video for video in tabs.videos if video in known][:RECHECKED]
    for video in (*new[:OPENED], *recent):
        yield await visit.get(urls.watch(base, video), headers=ENGLISH)
    if len(new) > OPENED:
        visit.gap("PAGE_LIMIT", f"{len(new) - OPENED} new videos were not opened")
    if new:
        visit.gap(
            "MEDIA_SKIPPED", f"{len(new[:OPENED])} videos: no file is served, covers are kept"
        )


async def missing(visit: Visit, base: str, tabs: Tabs) -> AsyncIterator[Seen]:
    """Known posts that no tab listed although it should have, each asked for at its own address."""
    await visit.recorded()
    archive = visit.known_posts()
    times = [k.published_at for k in archive if k.native_id in visit.posts_seen and k.published_at]
    oldest = min(times, default=None)
    for post in archive:
        if post.native_id in visit.posts_seen or post.state is SeenState.ABSENT:
            continue
        is_post = urls.POST.fullmatch(post.native_id) is not None
        reached = post.published_at and oldest and post.published_at >= oldest
        whole = "posts" not in tabs.partial if is_post else not tabs.partial - {"posts"}
        if whole or (reached and not is_post):
            yield await visit.get(urls.item(base, post.native_id), headers=ENGLISH)


def identify(visit: Visit, seen: Seen) -> None:
    """Tell the visit the channel's id and present handle, where a page gives them."""
    for account in seen.reading.accounts:
        if account.native_id and visit.native_id in (None, account.native_id):
            visit.resolved(account.native_id, account.handle or visit.handle)


def others(seen: Seen) -> Iterator[str]:
    """Names of the other own tabs a channel's page links."""
    for address in seen.reading.next:
        last = address.partition("?")[0].rsplit("/", 1)[-1]
        if urls.continuation(address) is None and last in urls.TABS:
            yield last


def without_cards(seen: Seen) -> Seen:
    """A list's page without the videos on it, which it shows by their titles alone."""
    kept = tuple(post for post in seen.reading.posts if is_whole(post))
    return replace(seen, reading=replace(seen.reading, posts=kept))


def is_refused(seen: Seen) -> bool:
    """Whether YouTube took us for a machine or asked for less: then nothing more is asked for."""
    return any(state.state is SeenState.BLOCKED for state in seen.reading.states)


def told(seen: Seen, known: dict[str, KnownPost]) -> Seen:
    """A page without the text of known videos that it does not show whole.

    A video that is kept from us (a state beside it), or that the page shows without the player's
    word, is not compared with what was seen of it before. Where a refusal took the player's place
    the text is not taken at all: the next visit may have it whole.
    """
    shown = SeenState.PRESENT
    marked = {state.subject for state in seen.reading.states if state.state is not shown}
    kept = tuple(
        post
        for post in (() if is_refused(seen) else seen.reading.posts)
        if post.native_id not in known
        or (is_whole(post) and f"post:{post.native_id}" not in marked)
    )
    return replace(seen, reading=replace(seen.reading, posts=kept))

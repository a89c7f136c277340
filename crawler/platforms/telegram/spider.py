"""The conversation with t.me about one public channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

from crawler.platforms.telegram import urls
from crawler.platforms.telegram.naming import placed
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import KnownPost, SeenState, StateSeen

REDIRECTED = "redirect /s/ to landing page"


class TelegramSpider(AccountSpider):
    """Lists a channel's messages newest first, then asks for known ones that were not listed."""

    name = "telegram"
    platform = "telegram"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Listing page by page, exact subscriber count, missing messages by their embed."""
        base = visit.base_url or urls.HOST
        known = {post.native_id for post in visit.known_posts()}
        seen = at_listing(await visit.get(urls.listing(base, visit.handle)))
        if reused(seen, visit):
            visit.gap("HANDLE_REUSED", "the name now belongs to another channel", seen.capture)
            return
        identify(seen, visit)
        yield without_hidden(numbered(seen, visit), known)
        if not seen.reading.posts and not seen.reading.empty:
            return
        yield numbered(await visit.get(urls.landing(base, visit.handle)), visit)
        older, oldest = earlier(seen), oldest_of(seen)
        for _ in range(visit.pages_limit - 1):
            if older is None or all_known(seen, known):
                break
            seen = at_listing(await visit.get(older))
            yield without_hidden(numbered(seen, visit), known)
            older, oldest = earlier(seen), oldest_of(seen) or oldest
        if older is not None and not all_known(seen, known):
            visit.gap("PAGE_LIMIT", f"{visit.pages_limit} pages of messages were read")
        reached = oldest if older is not None else None
        async for one in visit.look_for_missing(lambda post: embed_of(base, post), oldest=reached):
            yield without_hidden(numbered(one, visit), known)


def without_hidden(seen: Seen, known: set[str]) -> Seen:
    """Drops the empty posts of known messages whose content is now hidden from the web.

    Their GATED states stay: hiding is no edit to nothing.
    """
    shown = tuple(p for p in seen.reading.posts if p.text is not None or p.native_id not in known)
    for post in seen.reading.posts:
        seen.visit.posts_seen.setdefault(post.native_id, seen.capture)
    return replace(seen, reading=replace(seen.reading, posts=shown))


def at_listing(seen: Seen) -> Seen:
    """Says GATED when t.me sent us from the listing to the landing page: no preview, cause unknown.

    The owner turned it off, it is a group or a user, or it is restricted here.
    """
    page = seen.page
    asked = urls.channel(seen.url)
    if page is None or page.status != 200 or asked is None or urls.kind(page.url) == "listing":
        return seen
    if urls.kind(page.url) != "landing" or any(
        state.state is not SeenState.GATED for state in seen.reading.states
    ):
        return seen
    gated = StateSeen(f"account:{asked}", SeenState.GATED, REDIRECTED)
    return replace(seen, reading=replace(seen.reading, states=(gated,), posts=()))


def reused(seen: Seen, visit: Visit) -> bool:
    """Whether the name shows another channel than the one it was resolved to before."""
    shown = {account.native_id for account in seen.reading.accounts if account.native_id}
    return visit.native_id is not None and bool(shown) and visit.native_id not in shown


def identify(seen: Seen, visit: Visit) -> None:
    """Tells the visit the channel's number and present name, where the page gives them."""
    for account in seen.reading.accounts:
        if account.native_id:
            visit.resolved(account.native_id, account.handle or visit.handle)


def numbered(seen: Seen, visit: Visit) -> Seen:
    """The reading with the channel's number wherever the page only had its name."""
    return replace(seen, reading=placed(seen.reading, visit.native_id, visit.handle))


def earlier(seen: Seen) -> str | None:
    """The address of older messages, None at the beginning of the channel."""
    return next((url for url in seen.reading.next if "before=" in url), None)


def oldest_of(seen: Seen) -> datetime | None:
    """Publication time of the oldest message of a page."""
    times = [post.published_at for post in seen.reading.posts if post.published_at]
    return min(times, default=None)


def all_known(seen: Seen, known: set[str]) -> bool:
    """Whether a page brought nothing that was not known before this visit."""
    return all(post.native_id in known for post in seen.reading.posts)


def embed_of(base: str, post: KnownPost) -> str:
    """Where one known message is shown by itself, or its error."""
    place = urls.message(post.url or "") or urls.message(f"{base}/{post.native_id}")
    channel, number = place or ("", "0")
    return urls.embed(base, channel, number)

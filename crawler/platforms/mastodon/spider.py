"""The conversation with one server of the fediverse about one account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.listing import read_list
from crawler.platforms.mastodon import urls
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.model import AccountSeen, Act, KnownPost, Post, Side, StateSeen

PAGE_SIZE = 40
HISTORIES = 10
"""Most edited posts whose versions are fetched in one visit."""
ENGAGED = 10
"""Most posts of a campaign account that are asked for who engaged, newest first."""
ENGAGED_PAGES = 3
REPLIES_SHOWN = 60


class MastodonSpider(AccountSpider):
    """Resolves an account, lists its posts, looks for missing ones, then for who engaged."""

    name = "mastodon"
    platform = "mastodon"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Account, posts page by page, versions of edited ones, missing ones, campaign side."""
        if not visit.base_url:
            visit.gap("NO_BASE_URL", "the watchlist row does not name the account's server")
            return
        seen, account = await resolve(visit)
        yield seen
        if account is None or account.native_id is None:
            return
        seen_at = {post.native_id: post.last_seen_at for post in visit.known_posts()}
        shown: list[Post] = []
        whole, snac, paged = False, False, False
        async for seen in self.listing(visit, account.native_id):
            yield seen
            shown += own(seen, account.native_id)
            whole = is_end(seen, paged=paged)
            snac, paged = server_is_snac(seen), True
        if not shown and not whole:
            return
        if not snac:
            await fetch_versions(visit, shown, seen_at)
        reached = None if whole else oldest_of(shown)
        async for seen in missing(visit, reached, snac=snac):
            yield seen
        if visit.entry.side is Side.CAMPAIGN:
            async for seen in engaged(visit, shown, snac=snac):
                yield seen

    async def listing(self, visit: Visit, native_id: str) -> AsyncIterator[Seen]:
        """Pages of posts, newest first, until one brings nothing new or the limit is reached."""
        known = {post.native_id for post in visit.known_posts()}
        address: str | None = urls.statuses(visit.base_url, native_id, PAGE_SIZE)
        for _ in range(visit.pages_limit):
            if address is None:
                return
            seen = await visit.get(address)
            yield seen
            address = onward(seen)
            if all(post.native_id in known for post in seen.reading.posts):
                return
        if address is not None:
            visit.gap("PAGE_LIMIT", f"{visit.pages_limit} pages of posts were read")


async def resolve(visit: Visit) -> tuple[Seen, AccountSeen | None]:
    """The account as its server shows it: by handle, or by its id when the handle is gone.

    A handle that now shows another id was taken over: noted, and nothing of it is read.
    """
    seen = await visit.get(urls.lookup(visit.base_url, visit.handle))
    account = next(iter(seen.reading.accounts), None)
    if visit.native_id and (account is None or account.native_id != visit.native_id):
        if account is not None:
            visit.gap("HANDLE_REUSED", "the name now belongs to another account", seen.capture)
        seen = await visit.get(urls.account(visit.base_url, visit.native_id))
        account = next(iter(seen.reading.accounts), None)
    if account is not None and account.native_id is not None:
        visit.resolved(account.native_id, account.handle or visit.handle)
    return seen, account


async def fetch_versions(visit: Visit, shown: list[Post], seen_at: Mapping[str, datetime]) -> None:
    """Keep the versions of posts edited since they were last seen.

    They are kept as captures and not passed on: read after the listing, old versions would look
    like newer edits.

    seen_at: when a post had been seen last before this visit, by native id.
    """
    edited = [
        post
        for post in shown
        if post.edited_at is not None and _newer(post.edited_at, seen_at.get(post.native_id))
    ]
    for post in edited[:HISTORIES]:
        await visit.get(urls.status(visit.base_url, post.native_id, "history"))
    if len(edited) > HISTORIES:
        visit.gap("HISTORY_LIMIT", f"{len(edited) - HISTORIES} edited posts without versions")


async def missing(visit: Visit, oldest: datetime | None, *, snac: bool) -> AsyncIterator[Seen]:
    """Known posts the listing did not show, each asked for at its own address.

    snac2 shows single posts on web pages only (`/api/v1/statuses/:id` is 401 there, seen on 2.75),
    so there a state of the page is a state of the post.
    """
    asked: dict[str, str] = {}

    def address(post: KnownPost) -> str:
        api = urls.status(visit.base_url, post.native_id)
        place = post.url if snac and post.url else api
        asked[place] = post.native_id
        return place

    async for seen in visit.look_for_missing(address, oldest=oldest):
        yield about_post(seen, asked.get(seen.url))


async def engaged(visit: Visit, shown: list[Post], *, snac: bool) -> AsyncIterator[Seen]:
    """Who replied to, likes and reposted the newest posts of a campaign account.

    Pages of strangers are asked for minimised: kept whole only if they show a watchlist account.
    """
    if snac:
        visit.gap("NOT_OBSERVABLE", "snac2 shows who engaged to its own users only")
        return
    for post in [post for post in shown if post.repost_of is None][:ENGAGED]:
        if post.counts.comment != 0:
            async for seen in replies(
                visit, urls.status(visit.base_url, post.native_id, "context")
            ):
                yield seen
        for act, part, figure in (
            (Act.LIKE, "favourited_by", post.counts.like),
            (Act.SHARE, "reblogged_by", post.counts.share),
        ):
            if figure == 0 and (act.value, post.native_id) not in visit.acted_on:
                continue
            async for seen in read_list(
                visit, urls.status(visit.base_url, post.native_id, part), act=act,
                target=post.native_id, pages=ENGAGED_PAGES, onward=onward, full=PAGE_SIZE,
            ):  # fmt: skip
                yield seen


async def replies(visit: Visit, address: str | None) -> AsyncIterator[Seen]:
    """The pages of the replies to one post, and a gap when there is more than is read or shown."""
    for _ in range(ENGAGED_PAGES):
        if address is None:
            return
        seen = await visit.get(address, minimise=True)
        yield seen
        replies = sum(post.reply_to is not None for post in seen.reading.posts)
        if urls.kind(seen.url).kind is urls.Kind.CONTEXT and replies >= REPLIES_SHOWN:
            detail = f"an anonymous caller is shown {REPLIES_SHOWN} replies"
            visit.gap("REPLIES_LIMIT", detail, seen.capture)
        address = onward(seen)
    if address is not None:
        visit.gap("PAGE_LIMIT", f"{ENGAGED_PAGES} pages of who engaged were read")


def own(seen: Seen, native_id: str) -> list[Post]:
    """Posts of a page that are the account's own."""
    return [post for post in seen.reading.posts if post.author_id == native_id]


def is_end(seen: Seen, *, paged: bool) -> bool:
    """Whether a page proves that the list ends here; a refused or drifted one proves nothing.

    paged: it is not the first page. A full first page without a continuation may be a server's
    limit (snac2 shows 256 posts at most and offers no continuation).
    """
    if not seen.sound:
        return False
    short = paged or len(seen.reading.posts) < PAGE_SIZE
    return seen.reading.empty or (onward(seen) is None and short)


def oldest_of(shown: list[Post]) -> datetime | None:
    """Publication time of the oldest post that was listed."""
    return min((post.published_at for post in shown if post.published_at), default=None)


def onward(seen: Seen) -> str | None:
    """The next page, if it is offered on the same host."""
    host = urlsplit(seen.url).netloc
    return next((url for url in seen.reading.next if urlsplit(url).netloc == host), None)


def server_is_snac(seen: Seen) -> bool:
    """Whether the answer names snac, whose client API is a part of Mastodon's.

    snac2 2.75 says so in `X-Creator`, and gives no Server header (seen 2026-11-22).
    """
    headers = seen.page.headers if seen.page is not None else {}
    return any(headers.get(name, "").startswith("snac") for name in ("x-creator", "server"))


def about_post(seen: Seen, native_id: str | None) -> Seen:
    """A state of the page that was asked for in place of a post, as a state of that post."""
    if native_id is None:
        return seen
    states = tuple(
        StateSeen(f"post:{native_id}", state.state, state.marker)
        if state.subject == f"page:{seen.url}" and seen.status in (404, 410)
        else state
        for state in seen.reading.states
    )
    return replace(seen, reading=replace(seen.reading, states=states))


def _newer(edited_at: datetime, seen_at: datetime | None) -> bool:
    return seen_at is None or edited_at > seen_at

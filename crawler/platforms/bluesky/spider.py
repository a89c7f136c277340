"""The conversation with AppView, directory and repository about one account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.listing import read_list
from crawler.platforms.bluesky import carproof, identity, urls
from crawler.platforms.bluesky.states import LOGIN_ONLY
from crawler.spider import AccountSpider
from crawler.visit import Seen, Visit
from evidence.errors import IntegrityError, ParseError
from evidence.model import Act, Drift, KnownPost, Media, Post, Reading, SeenState, Side

OWN_ACTS = {
    "app.bsky.feed.like": Act.LIKE,
    "app.bsky.feed.repost": Act.SHARE,
    "app.bsky.graph.follow": Act.FOLLOW,
}
RECENT_POSTS = 10
"""How many of the newest posts are asked for who engaged with them, each visit."""


@dataclass(frozen=True, slots=True)
class Whom:
    """The account as resolved: its DID, where its repository is, and the key that signs it."""

    did: str
    services: urls.Services
    did_key: str | None


class BlueskySpider(AccountSpider):
    """Resolves an account, lists its posts, proves the missing ones absent, reads who engaged."""

    name = "bluesky"
    platform = "bluesky"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Handle, DID document, profile; posts; proofs for missing posts; acts or engagement."""
        services = urls.services(visit.base_url)
        if visit.native_id is None:
            handle = visit.handle
            seen = await visit.get(
                urls.xrpc(services.appview, "com.atproto.identity.resolveHandle", handle=handle)
            )
            yield seen
            found = [account.native_id for account in seen.reading.accounts if account.native_id]
            if not found:
                return
            visit.resolved(found[0], handle)
        did = visit.native_id or ""
        document = await visit.get(urls.did_document(services.plc, did))
        yield document
        whom = told(document, did, services)
        profile = await visit.get(
            urls.xrpc(services.appview, "app.bsky.actor.getProfile", actor=did)
        )
        yield profile
        for account in profile.reading.accounts:
            visit.resolved(did, account.handle or visit.handle)
        async for seen in self._content(visit, whom, closed(profile, visit)):
            yield seen

    async def _content(self, visit: Visit, whom: Whom, is_closed: bool) -> AsyncIterator[Seen]:
        sound = None
        if whom.services.pds:
            method = "com.atproto.sync.getRepoStatus"
            status = await visit.get(urls.xrpc(whom.services.pds, method, did=whom.did))
            sound = status.capture if status.sound else None
            yield status
        if is_closed:
            return
        listed: list[Post] = []
        reached: datetime | None = None
        async for seen in posts(visit, whom):
            own = [post for post in seen.reading.posts if post.author_id == whom.did]
            listed += [post for post in own if post.repost_of is None]
            reached = listed[-1].published_at if seen.reading.next and listed else None
            yield seen
        visit.control = sound or visit.control  # the server that will be asked for proofs
        async for seen in visit.look_for_missing(lambda post: proof_of(post, whom), oldest=reached):
            yield checked(seen, whom)
        watched = visit.entry.side is Side.WATCHED
        recent = listed[:RECENT_POSTS]
        async for seen in acts(visit, whom) if watched else engagement(visit, whom, recent):
            yield seen


def told(document: Seen, did: str, services: urls.Services) -> Whom:
    """What the DID document says; a watchlist row's own `pds=` goes before it."""
    value: object = None
    if document.page is not None and document.status == 200:
        try:
            value = document.page.json()
        except ParseError:
            value = None  # the reading of the same page says drift
    pds = services.pds or identity.pds(value)
    return Whom(did, replace(services, pds=pds), identity.did_key(value))


def closed(profile: Seen, visit: Visit) -> bool:
    """Whether there is nothing to list: the account is gone, or its owner asks for a login."""
    asked = [state for state in profile.reading.states if state.marker == f"label {LOGIN_ONLY}"]
    if asked:
        visit.gap("OWNER_ASKS_LOGIN", asked[0].marker, profile.capture)
        return True
    gone = (SeenState.ABSENT, SeenState.SUSPENDED)
    return any(state.state in gone for state in profile.reading.states)


async def posts(visit: Visit, whom: Whom) -> AsyncIterator[Seen]:
    """Pages of posts until the end, the page limit, or a page on which all was known before.

    The AppView first; when it does not answer, the repository itself.
    """
    known = {post.native_id for post in visit.known_posts()}
    url: str | None = urls.xrpc(
        whom.services.appview, "app.bsky.feed.getAuthorFeed", actor=whom.did, limit=100
    )
    for page in range(visit.pages_limit):
        if url is None:
            return
        seen = await visit.get(url)
        if page == 0 and silent(seen) and whom.services.pds:
            yield seen
            seen = await visit.get(_records(whom, urls.POSTS))
        yield with_originals(seen, whom)
        url = next(iter(seen.reading.next), None)
        if seen.reading.posts and all(p.native_id in known for p in seen.reading.posts):
            return
    if url is not None:
        visit.gap("PAGE_LIMIT", f"{visit.pages_limit} pages of posts were read")


async def acts(visit: Visit, whom: Whom) -> AsyncIterator[Seen]:
    """The account's own likes, reposts and follows, newest first, back to when the watch began."""
    if whom.services.pds is None:
        visit.gap("NO_REPOSITORY", "the DID document names no server; own acts were not read")
        return
    for collection in urls.ACTS:
        async for seen in read_list(
            visit, _records(whom, collection), act=OWN_ACTS[collection], target=None,
            pages=visit.pages_limit, onward=_onward, back_to=visit.entry.watched_from,
        ):  # fmt: skip
            yield seen


async def engagement(visit: Visit, whom: Whom, recent: list[Post]) -> AsyncIterator[Seen]:
    """Who liked, reposted and answered the newest posts; asked only where the count is not 0."""
    appview = whom.services.appview
    for post in recent:
        uri = post.native_id
        for act, method, count in (
            (Act.LIKE, "app.bsky.feed.getLikes", post.counts.like),
            (Act.SHARE, "app.bsky.feed.getRepostedBy", post.counts.share),
        ):
            if count != 0 or (act.value, uri) in visit.acted_on:
                first = urls.xrpc(appview, method, uri=uri, limit=100)
                async for seen in read_list(
                    visit, first, act=act, target=uri, pages=visit.pages_limit, onward=_onward
                ):
                    yield seen
        if post.counts.comment != 0:
            yield await visit.get(
                urls.xrpc(
                    appview, "app.bsky.feed.getPostThread", uri=uri, depth=10, parentHeight=0
                ),
                minimise=True,
            )


def _onward(seen: Seen) -> str | None:
    return next(iter(seen.reading.next), None)


def silent(seen: Seen) -> bool:
    """Whether a service did not answer at all, or only that it cannot."""
    return seen.status is None or seen.status >= 500


def proof_of(post: KnownPost, whom: Whom) -> str:
    """Where the repository proves that a record is there or not; else the AppView's word.

    A repost whose record the feed did not name has no place of its own: its original is asked for.
    """
    place = urls.parts(post.native_id)
    if place is None or "#" in post.native_id:
        original = post.native_id.partition("#")[0]
        return urls.xrpc(whom.services.appview, "app.bsky.feed.getPosts", uris=original)
    if whom.services.pds is None:
        return urls.xrpc(
            whom.services.appview, "app.bsky.feed.getPostThread", uri=post.native_id, depth=0
        )
    did, collection, rkey = place
    return urls.xrpc(
        whom.services.pds,
        "com.atproto.sync.getRecord",
        did=did,
        collection=collection,
        rkey=rkey,
    )


def checked(seen: Seen, whom: Whom) -> Seen:
    """The proof's signature checked with the account's key; a wrong one is drift, never absence."""
    if not seen.reading.proofs or whom.did_key is None or seen.page is None:
        return seen
    path = seen.reading.proofs[0].native_id.removeprefix(f"at://{whom.did}/")
    try:
        proof = carproof.check(seen.page.body, whom.did, path, whom.did_key)
    except (IntegrityError, ParseError) as error:
        seen.visit.gap("DRIFT", f"{error.what}: {error.why}", seen.capture)
        broken = Reading(seen.reading.read_by, drift=(Drift(f"{error.what}: {error.why}"),))
        return replace(seen, reading=broken)
    return replace(seen, reading=replace(seen.reading, proofs=(proof,)))


def with_originals(seen: Seen, whom: Whom) -> Seen:
    """The account's own media at the repository: its bytes are those the author uploaded."""
    if whom.services.pds is None:
        return seen
    address = carproof.blob_url(whom.services.pds)

    def original(media: Media) -> Media:
        return replace(media, url=address(whom.did, media.key)) if media.key else media

    return replace(
        seen,
        reading=replace(
            seen.reading,
            posts=tuple(
                replace(post, media=tuple(original(media) for media in post.media))
                if post.author_id == whom.did
                else post
                for post in seen.reading.posts
            ),
        ),
    )


def _records(whom: Whom, collection: str) -> str:
    return urls.xrpc(
        whom.services.pds or "",
        "com.atproto.repo.listRecords",
        repo=whom.did,
        collection=collection,
        limit=100,
    )

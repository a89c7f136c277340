"""AT Protocol answers: AppView, repository, identity, proof; told apart by their structure.

An AppView answer and a repository record give the same Post but for its counts and the address
of its media. AT Protocol has no time of edit: an edited record has another content id, so
`edited_at` is always None and history sees the change in the content.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crawler.page import Page
from crawler.platforms.bluesky import beside, carproof, identity, records, states, urls, views, web
from crawler.platforms.bluesky.views import Gathered
from crawler.take import Node, each, node
from evidence.errors import ParseError
from evidence.model import AccountSeen, Act, Drift, Interaction, Reading, SeenState, StateSeen

READ_BY = "bluesky.pages@3"
Reader = Callable[[Node, Page, Gathered], None]


def read(page: Page) -> Reading:
    """What one answer shows.

    Raises ParseError for what is neither of the answers known here nor an error that says
    something of an account or post. HTTP 429 and 5xx are BLOCKED, 401 and 403 GATED.
    """
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if page.status == 200 and (kind == carproof.MEDIA or carproof.looks_like_car(page.body)):
        return carproof.read(page, READ_BY)
    if kind == "text/html" or page.bare[:1] == b"<":
        refused = states.by_status(page)
        return Reading(READ_BY, states=(refused,)) if refused else web.read(page, READ_BY)
    try:
        value = page.json()
    except ParseError:
        refused = states.by_status(page)
        if refused is None:
            raise
        return Reading(READ_BY, states=(refused,))
    return _object(page, value)


def _object(page: Page, value: Any) -> Reading:
    if not isinstance(value, dict):
        raise ParseError("body", f"expected an object, found {type(value).__name__}")
    if page.status != 200 or isinstance(value.get("error"), str):
        refused = states.by_directory(page, value)
        if refused is None and "error" not in value:
            refused = states.by_status(page)
        return Reading(READ_BY, states=(refused or states.by_error(page, value),))
    faults: list[Drift] = []
    into = Gathered()
    whole = node(value, "$", faults)
    _reader(value)(whole, page, into)
    cursor = whole.may("cursor", str) if "cursor" in value else None
    nothing = not (into.posts or into.accounts or into.edges or into.states or faults)
    listed = "feed" in value or urls.parameter(page.url, "collection") == urls.POSTS
    if nothing and (cursor or not listed):
        into.states.append(StateSeen(f"page:{page.url}", SeenState.PRESENT, "empty list"))
    return Reading(
        READ_BY,
        posts=tuple(into.posts),
        accounts=tuple(into.accounts),
        interactions=tuple(into.edges),
        states=tuple(dict.fromkeys(into.states)),
        next=(urls.with_cursor(page.url, cursor),) if cursor and urls.origin(page.url) else (),
        drift=tuple(dict.fromkeys(faults)),
        empty=nothing and listed and not cursor,
    )


def _reader(value: dict[str, Any]) -> Reader:
    """The reader of an answer, by the fields that only that answer has."""
    if beside.answer(value):
        return _beside
    for names, reader in _SHAPES:
        if all(name in value for name in names):
            return reader
    if value.keys() == {"did"}:
        return _resolved
    raise ParseError("body", "is an object of none of the shapes known here")


def _feed(whole: Node, page: Page, into: Gathered) -> None:
    authors = urls.kind(page.url) == "app.bsky.feed.getAuthorFeed"
    actor = urls.parameter(page.url, "actor") if authors else None

    def item(part: Node) -> None:
        views.take_feed_item(part, into, actor)

    each(whole.must("feed", list), "$.feed", whole.faults, item)


def _feed_item(whole: Node, page: Page, into: Gathered) -> None:
    """One entry of a feed, or one of a thread without answers, by itself."""
    views.take_feed_item(whole, into, None)


def _beside(whole: Node, page: Page, into: Gathered) -> None:
    name = f"answer of {beside.answer(whole.value)}"
    into.states.append(StateSeen(f"page:{page.url}", SeenState.PRESENT, name))


def _unnamed(whole: Node, page: Page, into: Gathered) -> None:
    """A record without its address is sound, but nobody can say whose it is."""
    into.states.append(StateSeen(f"page:{page.url}", SeenState.PRESENT, "an unnamed record"))


def _actors(whole: Node, page: Page, into: Gathered) -> None:
    def item(part: Node) -> None:
        _profile(part, page, into)

    each(whole.must("actors", list), "$.actors", whole.faults, item)


def _posts(whole: Node, page: Page, into: Gathered) -> None:
    """getPosts leaves out what it does not show, for whatever reason: UNSEEN, never ABSENT."""

    def item(part: Node) -> None:
        views.take_post(part, into)

    each(whole.must("posts", list), "$.posts", whole.faults, item)
    got = {post.native_id for post in into.posts}
    for uri in urls.several(page.url, "uris"):
        if uri not in got and not whole.faults:
            into.states.append(StateSeen(f"post:{uri}", SeenState.UNSEEN, "left out by getPosts"))


def _thread(whole: Node, page: Page, into: Gathered) -> None:
    found = whole.value["thread"]
    if isinstance(found, list):  # getPostThreadV2 gives a flat list
        for index, item in enumerate(found):
            part = node(item, f"$.thread[{index}]", whole.faults)
            shown = part.value.get("value")
            if isinstance(shown, dict) and str(shown.get("$type")) in views.NOT_SHOWN:
                shown = {"uri": part.value.get("uri"), **shown}
            views.thread(shown, f"{part.path}.value", into, whole.faults)
        return
    views.thread(found, "$.thread", into, whole.faults)


def _bare_thread(whole: Node, page: Page, into: Gathered) -> None:
    views.thread(whole.value, "$", into, whole.faults)


def _one_post(whole: Node, page: Page, into: Gathered) -> None:
    views.take_post(whole, into)


def _profile(whole: Node, page: Page, into: Gathered) -> None:
    account, found = views.take_profile(whole)
    into.accounts.append(account)
    into.states.extend(found)


def _profiles(whole: Node, page: Page, into: Gathered) -> None:
    def item(part: Node) -> None:
        _profile(part, page, into)

    each(whole.must("profiles", list), "$.profiles", whole.faults, item)


def _likes(whole: Node, page: Page, into: Gathered) -> None:
    target = whole.must("uri", str)

    def item(part: Node) -> None:
        at = part.want("createdAt", str)
        into.edges.append(views.actor(Act.LIKE, part.inner("actor"), target, at))

    each(whole.must("likes", list), "$.likes", whole.faults, item)


def _reposted_by(whole: Node, page: Page, into: Gathered) -> None:
    target = whole.must("uri", str)

    def item(part: Node) -> None:
        into.edges.append(views.actor(Act.SHARE, part, target))

    each(whole.must("repostedBy", list), "$.repostedBy", whole.faults, item)


def _follows(whole: Node, page: Page, into: Gathered) -> None:
    _profile(whole.inner("subject"), page, into)
    owner = into.accounts[-1]

    def item(part: Node) -> None:
        target = part.must("did", str)
        into.edges.append(Interaction(Act.FOLLOW, owner.native_id, owner.handle, target))

    each(whole.must("follows", list), "$.follows", whole.faults, item)


def _followers(whole: Node, page: Page, into: Gathered) -> None:
    _profile(whole.inner("subject"), page, into)
    target = into.accounts[-1].native_id or ""

    def item(part: Node) -> None:
        into.edges.append(views.actor(Act.FOLLOW, part, target))

    each(whole.must("followers", list), "$.followers", whole.faults, item)


def _records(whole: Node, page: Page, into: Gathered) -> None:
    def item(part: Node) -> None:
        _take_record(part, page, into)

    each(whole.must("records", list), "$.records", whole.faults, item)


def _record(whole: Node, page: Page, into: Gathered) -> None:
    _take_record(whole, page, into)


def _take_record(part: Node, page: Page, into: Gathered) -> None:
    if kind := beside.record(part.value.get("value")):
        uri = part.must("uri", str)
        into.states.append(StateSeen(f"page:{uri}", SeenState.PRESENT, kind))
        return
    found = records.Found(into.posts, into.accounts, into.edges)
    records.take(part, found, carproof.blob_url(page.url))


def _status(whole: Node, page: Page, into: Gathered) -> None:
    accounts, found = states.repo_status(whole)
    into.accounts.extend(accounts)
    into.states.extend(found)


def _identity(whole: Node, page: Page, into: Gathered) -> None:
    into.accounts.append(identity.account(whole))


def _resolved(whole: Node, page: Page, into: Gathered) -> None:
    did = whole.must("did", str)
    handle = urls.parameter(page.url, "handle")
    into.accounts.append(AccountSeen(did, handle, None, SeenState.PRESENT))


_SHAPES: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (("feed",), _feed),
    (("thread",), _thread),
    (("post", "replies"), _bare_thread),
    (("likes", "uri"), _likes),
    (("repostedBy", "uri"), _reposted_by),
    (("follows", "subject"), _follows),
    (("followers", "subject"), _followers),
    (("profiles",), _profiles),
    (("posts",), _posts),
    (("records",), _records),
    (("uri", "author", "record"), _one_post),
    (("uri", "value"), _record),
    (("did", "active"), _status),
    (("didDoc", "did"), _identity),
    (("verificationMethods", "did"), _identity),
    (("id", "service"), _identity),
    (("did", "handle"), _profile),
    (("actors",), _actors),
    (("post",), _feed_item),
    (("text", "createdAt"), _unnamed),
)
"""Fields that tell an answer, most telling first."""

"""Views the AppView makes of records: posts with counts and addresses of media, profiles."""

from __future__ import annotations

from typing import Any

from crawler.page import utc
from crawler.platforms.bluesky import records, states, urls
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Drift,
    Interaction,
    Media,
    Post,
    SeenState,
    StateSeen,
)

REPOST = "app.bsky.feed.defs#reasonRepost"
PIN = "app.bsky.feed.defs#reasonPin"
FEED_ITEM = {"$type", "post", "reply", "reason", "feedContext", "reqId"}
NOT_SHOWN = {
    "app.bsky.feed.defs#notFoundPost": (SeenState.ABSENT, "notFoundPost"),
    "app.bsky.feed.defs#blockedPost": (SeenState.GATED, "blockedPost"),
    "app.bsky.unspecced.defs#threadItemNotFound": (SeenState.ABSENT, "threadItemNotFound"),
    "app.bsky.unspecced.defs#threadItemBlocked": (SeenState.GATED, "threadItemBlocked"),
    "app.bsky.unspecced.defs#threadItemNoUnauthenticated": (
        SeenState.GATED, "threadItemNoUnauthenticated",
    ),
}  # fmt: skip
"""Types that stand in a thread in place of a post, in both of its forms."""
PRESENT = SeenState.PRESENT
INVALID_HANDLE = "handle.invalid"


class Gathered:
    """What the views of one page give, in the order of the page."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.accounts: list[AccountSeen] = []
        self.edges: list[Interaction] = []
        self.states: list[StateSeen] = []


def take_post(view: Node, into: Gathered) -> Post:
    """A postView. Ignored on purpose: indexedAt, viewer, threadgate, quoteCount, bookmarkCount.

    Raises ParseError when uri, author or record is not there.
    """
    uri = view.must("uri", str)
    author = view.inner("author")
    did = author.must("did", str)
    record = view.inner("record")
    said = records.content(record)
    seen = Post(
        native_id=uri,
        author_id=did,
        author_handle=handle(author),
        text=said.text,
        published_at=said.published_at,
        url=urls.post_url(uri),
        media=_media(view, said),
        links=said.links,
        reply_to=said.reply_to,
        quote_of=said.quote_of,
        counts=_counts(view),
    )
    into.posts.append(seen)
    into.edges.extend(records.edges(seen, said.mentions))
    into.states.extend(states.labelled(view, f"post:{uri}", states.ON_POST))
    into.states.extend(states.labelled(author, f"account:{did}", states.ON_ACCOUNT))
    return seen


def take_feed_item(item: Node, into: Gathered, actor: str | None) -> None:
    """A feedViewPost: a post, and why it is in this feed.

    actor: DID or handle whose own feed it is, None when the feed is of another kind: in it a
           stranger's post without a reason is a repost that was not recognised.

    A repost gives the original with its own author, and a bare Post of the reposter. `reply`
    repeats other people's posts and is ignored; reply_to comes from the record itself.
    """
    seen = take_post(item.inner("post"), into)
    if any(_is_reason(item.value[name]) for name in set(item.value) - FEED_ITEM):
        item.faults.append(Drift(f"{item.path}: has a reason under a name not known here"))
    reason = item.may("reason", dict)
    if reason is None:
        if actor is not None and not _is_by(seen, actor):
            item.faults.append(Drift(f"{item.path}.reason: is not there for a stranger's post"))
        return
    why = Node(reason, f"{item.path}.reason", item.faults)
    if reason.get("$type") == REPOST:
        _take_repost(why, seen, into)
    elif reason.get("$type") != PIN:
        item.faults.append(Drift(f"{why.path}.$type: a reason not known here"))


def take_profile(view: Node) -> tuple[AccountSeen, tuple[StateSeen, ...]]:
    """A profileView of any detail. Raises ParseError when did or handle is not there."""
    did = view.must("did", str)
    found = states.labelled(view, f"account:{did}", states.ON_ACCOUNT)
    view.must("handle", str)
    account = AccountSeen(
        did,
        handle(view),
        view.may("displayName", str) or None,
        next((each.state for each in found if each.state is not PRESENT), PRESENT),
        AccountCounts(
            follower=_count(view, "followersCount"),
            following=_count(view, "followsCount"),
            post=_count(view, "postsCount"),
        ),
    )
    return account, found


def actor(act: Act, view: Node, target: str, at: Any = None) -> Interaction:
    """Someone listed as having done something to the target."""
    return Interaction(act, view.must("did", str), handle(view), target, at=utc(at))


def handle(view: Node) -> str | None:
    """The handle, None when the AppView says it could not be verified (`handle.invalid`)."""
    given = view.want("handle", str)
    return None if given == INVALID_HANDLE else given


def _is_reason(value: Any) -> bool:
    """Whether a field not known here may be why a post is in a feed; others may be added any time."""
    return isinstance(value, dict) and ("by" in value or "reason" in str(value.get("$type")))


def _is_by(post: Post, actor: str) -> bool:
    if actor.startswith("did:"):
        return post.author_id == actor
    return post.author_handle is None or post.author_handle.lower() == actor.lower()


def _take_repost(why: Node, original: Post, into: Gathered) -> None:
    """A bare Post of the reposter; the crawl makes the SHARE of it.

    `indexedAt` is when the AppView saw the repost: the only time of it a feed shows.
    """
    by = why.inner("by")
    did = by.must("did", str)
    uri = why.may("uri", str) or f"{original.native_id}#repost by {did}"
    at = why.moment("indexedAt")
    into.posts.append(
        Post(
            native_id=uri,
            author_id=did,
            author_handle=handle(by),
            text="",
            published_at=at,
            repost_of=original.native_id,
        )
    )


def _counts(view: Node) -> Counts:
    return Counts(
        like=_count(view, "likeCount"),
        share=_count(view, "repostCount"),
        comment=_count(view, "replyCount"),
    )


def _count(view: Node, name: str) -> int | None:
    return view.count(name) if name in view.value else None


def _media(view: Node, said: records.Content) -> tuple[Media, ...]:
    """Where the AppView serves the record's blobs, in the record's order.

    Raises ParseError when the view shows other pictures than the record names.
    """
    embed = view.may("embed", dict)
    shown = list(_addresses(embed)) if embed is not None else []
    if len(shown) != len(said.media):
        view.faults.append(
            Drift(f"{view.path}.embed: {len(shown)} media shown, record has {len(said.media)}")
        )
    return tuple(
        Media(address, kind, alt, cid)
        for address, (cid, kind, alt) in zip(shown, said.media, strict=False)
    )


def _addresses(embed: dict[str, Any]) -> list[str]:
    kind = str(embed.get("$type"))
    if kind == "app.bsky.embed.recordWithMedia#view":
        inner = embed.get("media")
        return _addresses(inner) if isinstance(inner, dict) and inner.get("$type") != kind else []
    if kind == "app.bsky.embed.images#view":
        items = embed.get("images")
        found = [item.get("fullsize") if isinstance(item, dict) else None for item in items or ()]
        return [address for address in found if isinstance(address, str)]
    if kind == "app.bsky.embed.video#view":
        return [embed["playlist"]] if isinstance(embed.get("playlist"), str) else []
    return []


def thread(root: Any, path: str, into: Gathered, faults: list[Drift]) -> None:
    """A threadViewPost with its parents and replies, of any depth, without recursion.

    Raises ParseError when the page's own post cannot be read; a fault below it is noted.
    """
    waiting: list[tuple[Any, str]] = [(root, path)]
    while waiting:
        value, place = waiting.pop()
        try:
            waiting.extend(_thread_node(value, place, into, faults))
        except ParseError as error:
            faults.append(Drift(f"{error.what}: {error.why}"))


def _not_shown(value: dict[str, Any]) -> tuple[SeenState, str] | None:
    """State and marker of what stands in place of a post; None for a post."""
    if value.get("notFound") is True:
        return SeenState.ABSENT, "notFoundPost"
    if value.get("blocked") is True:
        return SeenState.GATED, "blockedPost"
    kind = value.get("$type")
    return NOT_SHOWN.get(kind) if isinstance(kind, str) and "post" not in value else None


def _thread_node(
    value: Any, path: str, into: Gathered, faults: list[Drift]
) -> list[tuple[Any, str]]:
    if not isinstance(value, dict):
        raise ParseError(path, f"expected dict, found {type(value).__name__}")
    here = Node(value, path, faults)
    said = _not_shown(value)
    if said is not None:
        into.states.append(StateSeen(f"post:{here.must('uri', str)}", *said))
        return []
    take_post(here.inner("post"), into)
    replies = here.may("replies", list) or []
    further = [(item, f"{path}.replies[{n}]") for n, item in enumerate(replies)][::-1]
    parent = value.get("parent")
    return [*further, (parent, f"{path}.parent")] if parent is not None else further

"""Records as they lie in an author's repository: posts, likes, reposts, follows, profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.page import utc
from crawler.platforms.bluesky import urls
from crawler.take import Node, node
from evidence.errors import ParseError
from evidence.model import (
    AccountSeen,
    Act,
    Drift,
    Interaction,
    Media,
    Post,
    SeenState,
)

POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
_ACTS = {
    "app.bsky.feed.like": Act.LIKE,
    "app.bsky.feed.repost": Act.SHARE,
    "app.bsky.graph.follow": Act.FOLLOW,
}
_FACETS = {f"app.bsky.richtext.facet#{name}": name for name in ("link", "mention", "tag")}


@dataclass(frozen=True, slots=True)
class Content:
    """What a post record itself says, whoever serves it.

    media: (blob CID, type, alt) in order; where the bytes are is for the serving side to say.
    """

    text: str | None
    published_at: datetime | None
    links: tuple[str, ...]
    mentions: tuple[str, ...]
    reply_to: str | None
    quote_of: str | None
    media: tuple[tuple[str, str, str | None], ...]


@dataclass(slots=True)
class Found:
    """What the records of one page give."""

    posts: list[Post]
    accounts: list[AccountSeen]
    edges: list[Interaction]


def content(record: Node) -> Content:
    """The content of an `app.bsky.feed.post` record; what is not as it should be is noted.

    `createdAt` is the author's own word: what is no time with an offset gives None.
    Ignored on purpose: langs, tags, self-labels, legacy `entities`, thumbnails of link cards.
    """
    links: list[str] = []
    mentions: list[str] = []
    for name, value in _features(record):
        (mentions if name == "mention" else links).append(value)
    embed = record.may("embed", dict)
    media: list[tuple[str, str, str | None]] = []
    quote = None
    if embed is not None:
        quote = _embed(Node(embed, f"{record.path}.embed", record.faults), links, media)
    reply = record.may("reply", dict)
    return Content(
        text=record.want("text", str),
        published_at=utc(record.want("createdAt", str)),
        links=tuple(dict.fromkeys(links)),
        mentions=tuple(dict.fromkeys(mentions)),
        reply_to=_parent(Node(reply, f"{record.path}.reply", record.faults)) if reply else None,
        quote_of=quote,
        media=tuple(media),
    )


def edges(post: Post, mentions: tuple[str, ...]) -> Iterator[Interaction]:
    """The acts a post is: COMMENT on what it replies to, SHARE of what it quotes, MENTION."""
    if post.reply_to:
        yield _edge(Act.COMMENT, post, post.reply_to, post.text)
    if post.quote_of:
        yield _edge(Act.SHARE, post, post.quote_of, post.text)
    for did in mentions:
        yield _edge(Act.MENTION, post, did, None)


def take(record: Node, into: Found, blob_url: Callable[[str, str], str]) -> None:
    """One {uri, cid, value} of listRecords or getRecord.

    Raises ParseError when a mandatory part is missing or the kind of record is not known here.
    """
    uri = record.must("uri", str)
    value = record.inner("value")
    place = urls.parts(uri)
    if place is None:
        raise ParseError(f"{record.path}.uri", "is no at-uri of a record")
    kind = value.value.get("$type", place[1])
    if kind == POST:
        seen, mentions = post(uri, place[0], value, blob_url)
        into.posts.append(seen)
        into.edges.extend(edges(seen, mentions))
    elif kind == PROFILE:
        name = value.may("displayName", str)
        into.accounts.append(AccountSeen(place[0], None, name, SeenState.PRESENT))
    elif isinstance(kind, str) and kind in _ACTS:
        into.edges.append(_own_act(_ACTS[kind], uri, place[0], value))
    else:
        raise ParseError(f"{value.path}.$type", "is a kind of record not known here")


def post(
    uri: str, did: str, value: Node, blob_url: Callable[[str, str], str]
) -> tuple[Post, tuple[str, ...]]:
    """A post record as a Post, and the DIDs it mentions. Its counts are not in the repository."""
    said = content(value)
    return Post(
        native_id=uri,
        author_id=did,
        author_handle=None,
        text=said.text,
        published_at=said.published_at,
        url=urls.post_url(uri),
        media=tuple(Media(blob_url(did, cid), kind, alt, cid) for cid, kind, alt in said.media),
        links=said.links,
        reply_to=said.reply_to,
        quote_of=said.quote_of,
    ), said.mentions


def _own_act(act: Act, uri: str, did: str, value: Node) -> Interaction:
    if act is Act.FOLLOW:
        target = value.must("subject", str)
    else:
        target = value.inner("subject").must("uri", str)
    return Interaction(act, did, None, target, native_id=uri, at=utc(value.want("createdAt", str)))


def _edge(act: Act, post: Post, target: str, text: str | None) -> Interaction:
    return Interaction(
        act, post.author_id, post.author_handle, target, post.native_id, post.published_at, text
    )


def _parent(reply: Node) -> str | None:
    parent = reply.want("parent", dict)
    return Node(parent, f"{reply.path}.parent", reply.faults).want("uri", str) if parent else None


def _features(record: Node) -> Iterator[tuple[str, str]]:
    for index, facet in enumerate(record.may("facets", list) or ()):
        path = f"{record.path}.facets[{index}]"
        found = facet.get("features") if isinstance(facet, dict) else None
        if not isinstance(found, list):
            record.faults.append(Drift(f"{path}.features: expected list"))
            continue
        for value in found:
            feature = node(value, f"{path}.features[]", record.faults)
            name = _FACETS.get(str(feature.value.get("$type")))
            if name == "link":
                yield name, feature.want("uri", str) or ""
            elif name == "mention":
                yield name, feature.want("did", str) or ""


def _embed(embed: Node, links: list[str], media: list[tuple[str, str, str | None]]) -> str | None:
    """Adds an embed's links and blobs; gives the at-uri of the record it quotes."""
    kind = embed.value.get("$type")
    if kind == "app.bsky.embed.images":
        for index, item in enumerate(embed.want("images", list) or ()):
            image = node(item, f"{embed.path}.images[{index}]", embed.faults)
            media.append((_cid(image, "image"), "image", image.may("alt", str)))
    elif kind == "app.bsky.embed.video":
        media.append((_cid(embed, "video"), "video", embed.may("alt", str)))
    elif kind == "app.bsky.embed.external":
        address = embed.inner("external").want("uri", str)
        links.extend([address] if address else [])
    elif kind == "app.bsky.embed.record":
        return embed.inner("record").must("uri", str)
    elif kind == "app.bsky.embed.recordWithMedia":
        _embed(embed.inner("media"), links, media)
        return embed.inner("record").inner("record").must("uri", str)
    else:
        embed.faults.append(Drift(f"{embed.path}.$type: a kind of embed not known here"))
    return None


def _cid(holder: Node, name: str) -> str:
    """Content id of a blob: `ref.$link`, or `cid` in records made before 2023."""
    blob = holder.inner(name)
    ref: Any = blob.value.get("ref")
    link = ref.get("$link") if isinstance(ref, dict) else blob.value.get("cid")
    if not isinstance(link, str) or not link:
        raise ParseError(f"{blob.path}.ref", "holds no content id")
    return link

"""What stands in an account's AT Protocol repository at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.event import Edit, Event, Follow, Like, Publish, Remove, Reply, Repost
from sandbox.native import did, iso, tid
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.repo import RAW, Repo, block, cid, text_of
from sandbox.text import parts
from sandbox.world import Deed, Shown, Stage, World

POST, LIKE = "app.bsky.feed.post", "app.bsky.feed.like"
REPOST, FOLLOW = "app.bsky.feed.repost", "app.bsky.graph.follow"


def rkey(post: Shown) -> str:
    """Record key of a post or repost."""
    return tid(post.published_at, post.key)


def uri(post: Shown) -> str:
    """AT URI of a post or repost."""
    kind = REPOST if post.repost_of else POST
    return f"at://{did(post.account)}/{kind}/{rkey(post)}"


def like_uri(deed: Deed) -> str:
    """AT URI of a like."""
    return f"at://{did(deed.account)}/{LIKE}/{tid(deed.at, deed.key)}"


def repository(world: World, stage: Stage) -> Repo:
    """The account's repository at the world's moment."""
    key = stage.account.key
    records: dict[str, dict[str, Any]] = {"app.bsky.actor.profile/self": _profile(stage)}
    for post in world.live(key):
        value = repost(world, post) if post.repost_of else record(world, post, world.now)
        records[uri(post).split("/", 3)[3]] = value
    for deed in world.likes:
        if deed.account == key:
            records[like_uri(deed).split("/", 3)[3]] = like(world, deed)
    for deed in world.follows:
        if deed.account == key:
            records[f"{FOLLOW}/{tid(deed.at, deed.key)}"] = {
                "$type": FOLLOW,
                "subject": did(deed.key),
                "createdAt": iso(deed.at),
            }
    return Repo(did(key), tid(_changed(world, stage), "rev"), records)


def record(world: World, post: Shown, at: datetime) -> dict[str, Any]:
    """A post's record as it was at a moment: earlier versions have other CIDs."""
    text = [said for since, said in post.versions if since <= at][-1]
    value: dict[str, Any] = {
        "$type": POST,
        "text": text,
        "langs": ["id"],
        "createdAt": iso(post.published_at),
    }
    if marks := list(_facets(world, text)):
        value["facets"] = marks
    if embed := _embed(post):
        value["embed"] = embed
    if post.reply_to:
        parent = world.posts[post.reply_to]
        root = parent
        while root.reply_to:
            root = world.posts[root.reply_to]
        value["reply"] = {
            "root": reference(world, root, post.published_at),
            "parent": reference(world, parent, post.published_at),
        }
    return value


def repost(world: World, post: Shown) -> dict[str, Any]:
    """A repost's record."""
    original = world.posts[post.repost_of or ""]
    subject = reference(world, original, post.published_at)
    return {"$type": REPOST, "subject": subject, "createdAt": iso(post.published_at)}


def like(world: World, deed: Deed) -> dict[str, Any]:
    """A like's record; its subject is the version that was liked."""
    subject = reference(world, world.posts[deed.key], deed.at)
    return {"$type": LIKE, "subject": subject, "createdAt": iso(deed.at)}


def reference(world: World, post: Shown, at: datetime) -> dict[str, str]:
    """Strong reference to a post as it was at a moment."""
    return {"uri": uri(post), "cid": post_cid(world, post, at)}


def post_cid(world: World, post: Shown, at: datetime) -> str:
    """CID of a post's record as it was at a moment."""
    return text_of(cid(block(record(world, post, at))))


def blob_cid(post: Shown) -> str:
    """CID of a post's picture, empty when it has none."""
    return text_of(cid(draw(post.picture), RAW)) if post.picture else ""


def _profile(stage: Stage) -> dict[str, Any]:
    return {
        "$type": "app.bsky.actor.profile",
        "displayName": stage.account.name,
        "description": stage.account.note,
        "createdAt": iso(stage.account.created_at),
    }


def _embed(post: Shown) -> dict[str, Any] | None:
    if post.picture:
        data = draw(post.picture)
        blob = {
            "$type": "blob",
            "ref": cid(data, RAW),
            "mimeType": MEDIA_TYPES[post.picture.format],
            "size": len(data),
        }
        image = {"alt": post.picture.alt, "image": blob}
        return {"$type": "app.bsky.embed.images", "images": [image]}
    if post.link:
        card = {"uri": post.link, "title": "Tautan", "description": ""}
        return {"$type": "app.bsky.embed.external", "external": card}
    return None


def _facets(world: World, text: str) -> Iterator[dict[str, Any]]:
    # All handles it ever had: a rename must not change what an older record says.
    handles = {name: s.account.key for s in world.on("bluesky") for name in s.handles}
    for part in parts(text):
        feature: dict[str, str] | None = None
        if part.kind == "link":
            feature = {"$type": "app.bsky.richtext.facet#link", "uri": part.text}
        elif part.kind == "tag":
            feature = {"$type": "app.bsky.richtext.facet#tag", "tag": part.text[1:]}
        elif part.kind == "mention" and part.text[1:] in handles:
            named = did(handles[part.text[1:]])
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": named}
        if feature:
            index = {"byteStart": part.start, "byteEnd": part.end}
            yield {"index": index, "features": [feature]}


def _changed(world: World, stage: Stage) -> datetime:
    """When the repository last changed: rev never goes back."""
    key = stage.account.key
    times = [stage.account.created_at]
    for event in world.scenario.events:
        if event.at <= world.now and _writes(world, event) == key:
            times.append(event.at)
            if isinstance(event, Like) and event.until and event.until <= world.now:
                times.append(event.until)
    return max(times)


def _writes(world: World, event: Event) -> str | None:
    """Key of the account whose repository an event writes to."""
    match event:
        case Publish() | Reply() | Repost() | Like() | Follow():
            return event.account
        case Edit() | Remove():
            return world.posts[event.post].account
        case _:
            return None

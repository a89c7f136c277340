"""Views of the AppView: profiles, posts, feed items, threads."""

from __future__ import annotations

from typing import Any

from sandbox.native import did, iso
from sandbox.picture import SUFFIXES
from sandbox.repo import as_json_value
from sandbox.shapes import bluesky_record as records
from sandbox.world import Access, Shown, Stage, World

POST_VIEW = "app.bsky.feed.defs#postView"


def basic(world: World, stage: Stage) -> dict[str, Any]:
    """profileViewBasic; one that hides from the logged-out carries its own label for it."""
    name = did(stage.account.key)
    hidden = {
        "src": name,
        "uri": f"at://{name}/app.bsky.actor.profile/self",
        "val": "!no-unauthenticated",
        "cts": iso(stage.account.created_at),
    }
    return {
        "did": name,
        "handle": stage.handle,
        "displayName": stage.account.name,
        "labels": [hidden] if stage.access is Access.PRIVATE else [],
        "createdAt": iso(stage.account.created_at),
    }


def profile(world: World, stage: Stage) -> dict[str, Any]:
    """profileViewDetailed."""
    key = stage.account.key
    return {
        **basic(world, stage),
        "description": stage.account.note,
        "indexedAt": iso(stage.account.created_at),
        "followersCount": sum(d.key == key for d in world.follows),
        "followsCount": sum(d.account == key for d in world.follows),
        "postsCount": sum(p.repost_of is None for p in world.live(key)),
        "associated": {"lists": 0, "feedgens": 0, "starterPacks": 0, "labeler": False},
    }


def post(world: World, shown: Shown, base: str) -> dict[str, Any]:
    """postView."""
    value: dict[str, Any] = {
        "uri": records.uri(shown),
        "cid": records.post_cid(world, shown, world.now),
        "author": basic(world, world.accounts[shown.account]),
        "record": as_json_value(records.record(world, shown, world.now)),
        "replyCount": len(world.answers_to(shown.key)),
        "repostCount": len(world.reposts_of(shown.key)),
        "likeCount": len(world.likes_of(shown.key)),
        "quoteCount": 0,
        "indexedAt": iso(shown.published_at),
        "labels": [],
    }
    if shown.picture:
        name = f"{did(shown.account)}/{records.blob_cid(shown)}@{SUFFIXES[shown.picture.format]}"
        image = {
            "thumb": f"{base}/img/feed_thumbnail/plain/{name}",
            "fullsize": f"{base}/img/feed_fullsize/plain/{name}",
            "alt": shown.picture.alt,
        }
        value["embed"] = {"$type": "app.bsky.embed.images#view", "images": [image]}
    elif shown.link:
        card = {"uri": shown.link, "title": "Tautan", "description": ""}
        value["embed"] = {"$type": "app.bsky.embed.external#view", "external": card}
    return value


def item(world: World, shown: Shown, base: str) -> dict[str, Any] | None:
    """feedViewPost; None for a repost of something that is not there any more."""
    if shown.repost_of:
        original = world.visible(shown.repost_of)
        if original is None:
            return None
        reason = {
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": basic(world, world.accounts[shown.account]),
            "uri": records.uri(shown),
            "indexedAt": iso(shown.published_at),
        }
        return {"post": post(world, original, base), "reason": reason}
    value: dict[str, Any] = {"post": post(world, shown, base)}
    if shown.reply_to:
        root = world.posts[shown.reply_to]
        while root.reply_to:
            root = world.posts[root.reply_to]
        parent = _or_missing(world, world.posts[shown.reply_to], base)
        value["reply"] = {"root": _or_missing(world, root, base), "parent": parent}
    return value


def thread(world: World, shown: Shown, base: str, *, depth: int, height: int) -> dict[str, Any]:
    """threadViewPost with its answers `depth` deep and what it answers `height` high."""
    value: dict[str, Any] = {
        "$type": "app.bsky.feed.defs#threadViewPost",
        "post": post(world, shown, base),
    }
    if depth:
        answers = world.answers_to(shown.key)
        value["replies"] = [
            thread(world, reply, base, depth=depth - 1, height=0) for reply in answers
        ]
    if height and shown.reply_to:
        above = world.visible(shown.reply_to)
        value["parent"] = (
            thread(world, above, base, depth=0, height=height - 1)
            if above
            else missing(world.posts[shown.reply_to])
        )
    return value


def missing(shown: Shown) -> dict[str, Any]:
    """notFoundPost."""
    uri = records.uri(shown)
    return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}


def _or_missing(world: World, shown: Shown, base: str) -> dict[str, Any]:
    if world.visible(shown.key) is None:
        return missing(shown)
    return {"$type": POST_VIEW, **post(world, shown, base)}

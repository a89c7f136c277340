"""Bluesky: AppView, personal data server and DID directory on one port, and public pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.answer import Answer, Ask, as_bytes, as_html, as_json
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.native import did, iso
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import bluesky_pds as pds
from sandbox.shapes import bluesky_record as records
from sandbox.shapes import bluesky_view as view
from sandbox.shapes.bluesky_lookup import by_actor, post_at, problem, walled
from sandbox.shapes.page import Card, page
from sandbox.world import Access, Shown, Stage, World

IMAGE = re.compile(r"/img/feed_(?:thumbnail|fullsize)/plain/(did:plc:[a-z2-7]{24})/(\w+)@\w+")
PUBLIC = re.compile(r"/profile/([\w.:-]+)(?:/post/(\w+))?")
NO_PROFILE = problem("InvalidRequest", "Profile not found")


def answer(world: World, ask: Ask) -> Answer:
    """What the services say to one request."""
    name = ask.path.removeprefix("/xrpc/")
    if name in METHODS:
        return METHODS[name](world, ask)
    if name in pds.METHODS:
        return pds.METHODS[name](world, ask)
    if ask.path.startswith("/did:plc:"):
        return pds.directory(world, ask)
    if found := IMAGE.fullmatch(ask.path):
        return _image(world, found[1], found[2])
    if found := PUBLIC.fullmatch(ask.path):
        return _public(world, ask, found[1], found[2])
    if ask.path.startswith("/xrpc/"):
        return problem("MethodNotImplemented", "Method Not Implemented", 501)
    return as_html(page("Bluesky", "Not Found", ()), 404)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """The services' own form of a refusal."""
    match fault:
        case RateLimit():
            return as_json(
                {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"},
                429,
                ("Retry-After", str(fault.retry_after_s)),
                ("RateLimit-Limit", "3000"),
                ("RateLimit-Remaining", "0"),
                ("RateLimit-Policy", "3000;w=300"),
            )
        case LoginWall():
            return problem("AuthMissing", "Authentication Required", 401)
        case ServerError():
            return problem("InternalServerError", "Internal Server Error", 503)


def _profile(world: World, ask: Ask) -> Answer:
    stage = by_actor(world, ask.one("actor"))
    if stage is None:
        return NO_PROFILE
    if walled(world, stage):
        return problem("AuthMissing", "Authentication Required", 401)
    if stage.access is Access.SUSPENDED:
        return problem("AccountTakedown", "Account has been suspended")
    return as_json(view.profile(world, stage))


def _profiles(world: World, ask: Ask) -> Answer:
    asked = [by_actor(world, actor) for actor in ask.query.get("actors", ())[:25]]
    there = [s for s in asked if s and s.access is not Access.SUSPENDED]
    return as_json({"profiles": [view.profile(world, stage) for stage in there]})


def _feed(world: World, ask: Ask) -> Answer:
    stage = by_actor(world, ask.one("actor"))
    if stage is None or stage.access is Access.SUSPENDED:
        return NO_PROFILE
    if walled(world, stage):
        return problem("AuthMissing", "Authentication Required", 401)
    posts = world.live(stage.account.key)
    if ask.one("filter") == "posts_no_replies":
        posts = [post for post in posts if post.reply_to is None]
    posts = [post for post in posts if not post.repost_of or world.visible(post.repost_of)]
    shown, cursor = _cut(ask, posts, lambda p: f"{iso(p.published_at)}::{records.rkey(p)}")
    items = [view.item(world, post, ask.base) for post in shown]
    return as_json({"feed": items, **cursor})


def _posts(world: World, ask: Ask) -> Answer:
    asked = [post_at(world, uri) for uri in ask.query.get("uris", ())[:25]]
    return as_json({"posts": [view.post(world, p, ask.base) for p in asked if p]})


def _thread(world: World, ask: Ask) -> Answer:
    post = post_at(world, ask.one("uri"))
    if post is None:
        return problem("NotFound", f"Post not found: {ask.one('uri')}")
    depth, height = ask.number("depth", 6, 1000), ask.number("parentHeight", 80, 1000)
    return as_json({"thread": view.thread(world, post, ask.base, depth=depth, height=height)})


def _likes(world: World, ask: Ask) -> Answer:
    post = post_at(world, ask.one("uri"))
    deeds = list(reversed(world.likes_of(post.key))) if post else []
    shown, cursor = _cut(ask, deeds, lambda d: f"{iso(d.at)}::{d.account}")
    likes = [
        {
            "actor": view.basic(world, world.accounts[deed.account]),
            "createdAt": iso(deed.at),
            "indexedAt": iso(deed.at),
        }
        for deed in shown
    ]
    return as_json({"uri": ask.one("uri"), "likes": likes, **cursor})


def _reposted_by(world: World, ask: Ask) -> Answer:
    post = post_at(world, ask.one("uri"))
    deeds = list(reversed(world.reposts_of(post.key))) if post else []
    shown, cursor = _cut(ask, deeds, records.rkey)
    people = [view.basic(world, world.accounts[repost.account]) for repost in shown]
    return as_json({"uri": ask.one("uri"), "repostedBy": people, **cursor})


def _followers(world: World, ask: Ask) -> Answer:
    return _people(
        world, ask, "followers", lambda key: [d.account for d in world.follows if d.key == key]
    )


def _follows(world: World, ask: Ask) -> Answer:
    return _people(
        world, ask, "follows", lambda key: [d.key for d in world.follows if d.account == key]
    )


def _people(world: World, ask: Ask, word: str, keys: Callable[[str], list[str]]) -> Answer:
    stage = by_actor(world, ask.one("actor"))
    if stage is None:
        return problem("InvalidRequest", "Actor not found")
    shown, cursor = _cut(ask, list(reversed(keys(stage.account.key))), lambda key: key)
    people = [view.basic(world, world.accounts[key]) for key in shown]
    return as_json({"subject": view.basic(world, stage), word: people, **cursor})


def _quotes(world: World, ask: Ask) -> Answer:
    return as_json({"uri": ask.one("uri"), "posts": []})


def _cut(
    ask: Ask, items: Sequence[Any], mark: Callable[[Any], str]
) -> tuple[Sequence[Any], dict[str, str]]:
    """One page after the cursor, and the next cursor when more is left."""
    limit, cursor = ask.number("limit", 50, 100), ask.one("cursor")
    start = next((n + 1 for n, each in enumerate(items) if mark(each) == cursor), 0)
    shown = items[start : start + limit]
    more = start + limit < len(items)
    return shown, {"cursor": mark(shown[-1])} if more else {}


def _image(world: World, owner: str, name: str) -> Answer:
    for post in world.posts.values():
        if (
            did(post.account) == owner
            and post.picture
            and records.blob_cid(post) == name
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_json({"message": "Image not found"}, 404)


def _public(world: World, ask: Ask, actor: str, rkey: str | None) -> Answer:
    stage = by_actor(world, actor)
    if stage is None or stage.access is not Access.OPEN or walled(world, stage):
        return as_html(page("Bluesky", "Bluesky", (), "Profil tidak ditampilkan"))
    posts = [p for p in world.live(stage.account.key) if rkey in (None, records.rkey(p))]
    cards = [_card(world, stage, post, ask.base) for post in posts]
    note = "" if cards else "Kiriman tidak ditemukan"
    return as_html(page("Bluesky", f"{stage.account.name} (@{stage.handle})", cards, note))


def _card(world: World, stage: Stage, post: Shown, base: str) -> Card:
    source = world.visible(post.repost_of) or post
    images = view.post(world, source, base).get("embed", {}).get("images", [])
    likes, shares = len(world.likes_of(post.key)), len(world.reposts_of(post.key))
    return Card(
        name=stage.account.name,
        handle=stage.handle,
        text=source.text,
        at=post.published_at,
        picture=images[0]["fullsize"] if images else "",
        alt=images[0]["alt"] if images else "",
        counts=f"{likes} suka, {shares} dibagikan",
    )


METHODS: dict[str, Callable[[World, Ask], Answer]] = {
    "app.bsky.actor.getProfile": _profile,
    "app.bsky.actor.getProfiles": _profiles,
    "app.bsky.feed.getAuthorFeed": _feed,
    "app.bsky.feed.getPosts": _posts,
    "app.bsky.feed.getPostThread": _thread,
    "app.bsky.feed.getLikes": _likes,
    "app.bsky.feed.getRepostedBy": _reposted_by,
    "app.bsky.feed.getQuotes": _quotes,
    "app.bsky.graph.getFollowers": _followers,
    "app.bsky.graph.getFollows": _follows,
}

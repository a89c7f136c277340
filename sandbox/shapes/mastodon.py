"""Mastodon's client API and public pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.answer import Answer, Ask, as_bytes, as_html, as_json, redirect
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import mastodon_entity as entity
from sandbox.shapes.page import Card, login, page
from sandbox.world import Access, Shown, Stage, World

ERROR_PAGE = '<body class="error"><div class="dialog__message"><h1>Tidak ditemukan</h1></div>'
MISSING = as_json({"error": "Record not found"}, 404)
LOGIN_NEEDED = as_json({"error": "This API requires an authenticated user"}, 401)
ACCOUNT = re.compile(r"/api/v1/accounts/(\d{1,20})(?:/(statuses|followers|following))?")
STATUS = re.compile(
    r"/api/v1/statuses/(\d{1,20})(?:/(context|favourited_by|reblogged_by|history))?"
)
PUBLIC = re.compile(r"/@([\w.-]+)(?:/(\d{1,20}))?")
PICTURE = re.compile(r"/system/media_attachments/files/(\d+)/original/(\d+)\.\w+")


def answer(world: World, ask: Ask) -> Answer:
    """What the server says to one request."""
    if ask.path == "/api/v1/accounts/lookup":
        name = ask.one("acct").removeprefix("@").partition("@")[0].lower()
        return _account(world, ask, entity.by_handle(world, name), None)
    if ask.path in ("/api/v1/instance", "/api/v2/instance"):
        return as_json(
            {"uri": "contoh.test", "domain": "contoh.test", "version": "4.3.0 (peragaan)"}
        )
    if found := ACCOUNT.fullmatch(ask.path):
        return _account(world, ask, entity.by_id(world, found[1]), found[2])
    if found := STATUS.fullmatch(ask.path):
        return _status(world, ask, entity.status_by_id(world, found[1]), found[2])
    if found := PICTURE.fullmatch(ask.path):
        return _picture(world, found[1], int(found[2]))
    if ask.path == "/auth/sign_in":
        return as_html(login("Mastodon"))
    if found := PUBLIC.fullmatch(ask.path):
        return _public(world, ask, found[1].lower(), found[2])
    return as_json({"error": "Not Found"}, 404)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """The server's own form of a refusal."""
    match fault:
        case RateLimit():
            return as_json(
                {"error": "Too many requests"},
                429,
                ("Retry-After", str(fault.retry_after_s)),
                ("X-RateLimit-Limit", "300"),
                ("X-RateLimit-Remaining", "0"),
            )
        case LoginWall():
            if ask.path.startswith("/api/"):
                return LOGIN_NEEDED
            return (
                as_html(login("Mastodon"))
                if ask.path == "/auth/sign_in"
                else redirect("/auth/sign_in")
            )
        case ServerError():
            return as_json({"error": "Service Unavailable"}, 503)


def _account(world: World, ask: Ask, stage: Stage | None, part: str | None) -> Answer:
    if stage is None:
        return MISSING
    if entity.walled(world, stage):
        return LOGIN_NEEDED
    match part:
        case "statuses":
            return _timeline(world, ask, stage)
        case "followers":
            deeds = [d.account for d in world.follows if d.key == stage.account.key]
            return _people(world, ask, deeds)
        case "following":
            return _people(
                world, ask, [d.key for d in world.follows if d.account == stage.account.key]
            )
        case _:
            return as_json(entity.account(world, stage, ask.base))


def _timeline(world: World, ask: Ask, stage: Stage) -> Answer:
    posts = world.live(stage.account.key) if stage.access is Access.OPEN else []
    posts.sort(key=lambda post: int(entity.status_id(post)), reverse=True)
    if ask.one("exclude_reblogs") == "true":
        posts = [post for post in posts if post.repost_of is None]
    if ask.one("exclude_replies") == "true":
        posts = [post for post in posts if post.reply_to is None]
    limit = ask.number("limit", 20, 40)
    older, newer = ask.one("max_id"), ask.one("min_id") or ask.one("since_id")
    if older.isdecimal():
        posts = [post for post in posts if int(entity.status_id(post)) < int(older)]
    if newer.isdecimal():
        posts = [post for post in posts if int(entity.status_id(post)) > int(newer)]
        posts = posts[-limit:] if ask.one("min_id") else posts
    shown = posts[:limit]
    links = []
    if len(shown) == limit and shown:
        last = ask.address("min_id", "since_id", max_id=entity.status_id(shown[-1]))
        links.append(f'<{last}>; rel="next"')
    if shown:
        first = ask.address("max_id", "since_id", min_id=entity.status_id(shown[0]))
        links.append(f'<{first}>; rel="prev"')
    headers = [("Link", ", ".join(links))] if links else []
    return as_json([entity.status(world, post, ask.base) for post in shown], 200, *headers)


def _people(world: World, ask: Ask, keys: Sequence[str]) -> Answer:
    limit = ask.number("limit", 40, 80)
    start = ask.number("max_id", 1, 10**9) - 1
    shown = keys[start : start + limit]
    more = start + limit < len(keys)
    link = f'<{ask.address(max_id=str(start + limit + 1))}>; rel="next"'
    people = [entity.account(world, world.accounts[key], ask.base) for key in shown]
    return as_json(people, 200, *([("Link", link)] if more else []))


def _status(world: World, ask: Ask, post: Shown | None, part: str | None) -> Answer:
    if post is None:
        return MISSING
    if entity.walled(world, world.accounts[post.account]):
        return LOGIN_NEEDED
    match part:
        case "context":
            above = entity.ancestors(world, post)
            below = entity.descendants(world, post)
            return as_json(
                {
                    "ancestors": [entity.status(world, p, ask.base) for p in above],
                    "descendants": [entity.status(world, p, ask.base) for p in below],
                }
            )
        case "favourited_by":
            return _people(world, ask, [d.account for d in reversed(world.likes_of(post.key))])
        case "reblogged_by":
            return _people(world, ask, [p.account for p in reversed(world.reposts_of(post.key))])
        case "history":
            return as_json(entity.history(world, post, ask.base))
        case _:
            return as_json(entity.status(world, post, ask.base))


def _picture(world: World, id_: str, version: int) -> Answer:
    post = entity.status_by_id(world, id_)
    if post is None or post.picture is None or post.media_version != version:
        return as_html(page("Mastodon", "404", (), "Tidak ditemukan"), 404)
    return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])


def _public(world: World, ask: Ask, name: str, id_: str | None) -> Answer:
    stage = entity.by_handle(world, name)
    if stage is None or stage.access is Access.SUSPENDED:
        return as_html(ERROR_PAGE, 404 if stage is None else 410)
    if entity.walled(world, stage):
        return redirect("/auth/sign_in")
    posts = world.live(stage.account.key) if stage.access is Access.OPEN else []
    if id_ is not None:
        posts = [post for post in posts if entity.status_id(post) == id_]
        if not posts:
            return as_html(ERROR_PAGE, 404)
    cards = [_card(world, stage, post, ask.base) for post in posts]
    return as_html(page("Mastodon", f"{stage.account.name} (@{stage.handle})", cards))


def _card(world: World, stage: Stage, post: Shown, base: str) -> Card:
    source = world.visible(post.repost_of) or post
    likes, shares = len(world.likes_of(post.key)), len(world.reposts_of(post.key))
    return Card(
        name=stage.account.name,
        handle=stage.handle,
        text=source.text,
        at=post.published_at,
        picture=entity.picture_url(source, base) if source.picture else "",
        alt=source.picture.alt if source.picture else "",
        counts=f"{likes} suka, {shares} dibagikan",
        edited=post.edited_at is not None,
    )

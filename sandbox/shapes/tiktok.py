"""TikTok: pages with their data embedded, and the lists and comments they ask for."""

from __future__ import annotations

import re

from sandbox.answer import Answer, Ask, as_bytes, as_html, as_json, redirect
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.native import milliseconds
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import tiktok_markup as markup
from sandbox.world import Access, Shown, Stage, World

PAGE = 10
COMMENTS = 20
EMBEDDED = 10
PROFILE = re.compile(r"/@([\w.]{1,40})")
VIDEO = re.compile(r"/@([\w.]{1,40})/(?:video|photo)/(\d{1,20})")
EMBED = re.compile(r"/embed/@([\w.]{1,40})")
FILE = re.compile(r"/photomode/([0-9a-f]{16})~v(\d{1,9})\.\w+")
PLAY = re.compile(r"/play/(\d{1,20})\.mp4")
CLIP = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"jejak peragaan " * 40
GONE = {"statusCode": 10217, "statusMsg": "item is deleted"}
NOBODY = {"userInfo": {}, "statusCode": 10221, "statusMsg": "user doesn't exist"}
HIDDEN = {"statusCode": 10216, "statusMsg": "item is private"}


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    if found := PLAY.fullmatch(ask.path):
        return _clip(world, found[1])
    if ask.path.startswith("/api/"):
        return _api(world, ask)
    if ask.path == "/login":
        return as_html("<!DOCTYPE html><title>Log in | TikTok</title><p>Log in to TikTok</p>")
    found = VIDEO.fullmatch(ask.path) or PROFILE.fullmatch(ask.path) or EMBED.fullmatch(ask.path)
    if found is None:
        return as_html(markup.page("TikTok", {}), 404)
    stage = _stage(world, found[1])
    if stage is not None and _walled(world, stage):
        return redirect("/login?redirect_url=" + ask.path)
    if found.re is VIDEO:
        return _video(world, ask, found[2])
    return _embed(world, found[1], stage) if found.re is EMBED else _profile(world, found[1], stage)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """TikTok's own forms of a refusal; the wall leads to the login page."""
    match fault:
        case RateLimit():
            return as_html("Too Many Requests", 429, ("Retry-After", str(fault.retry_after_s)))
        case LoginWall():
            if ask.path == "/login":
                return as_html("<!DOCTYPE html><title>Log in | TikTok</title>")
            return redirect("/login?redirect_url=" + ask.path)
        case ServerError():
            return as_html("Service Unavailable", 503)


def _stage(world: World, name: str) -> Stage | None:
    lower = name.lower()
    return next((s for s in world.on("tiktok") if s.handle.lower() == lower), None)


def _walled(world: World, stage: Stage) -> bool:
    walls = (fault for fault in world.faults if isinstance(fault, LoginWall))
    return any(wall.account == stage.account.key for wall in walls)


def _profile(world: World, name: str, stage: Stage | None) -> Answer:
    detail = NOBODY
    if stage is not None and stage.access is not Access.SUSPENDED:
        detail = markup.user_detail(world, stage)
    return as_html(markup.page(f"@{name} | TikTok", {"webapp.user-detail": detail}))


def _video(world: World, ask: Ask, number: str) -> Answer:
    post = _post(world, number)
    detail: markup.Json = GONE
    if post is not None and world.visible(post.key):
        item = markup.item(world, post, ask.base)
        detail = {"itemInfo": {"itemStruct": item}, "statusCode": 0, "statusMsg": ""}
    elif post is not None and world.accounts[post.account].access is Access.PRIVATE:
        detail = HIDDEN
    scope = {"seo.abtest": {"canonical": ask.base + ask.path}, "webapp.video-detail": detail}
    return as_html(markup.page("TikTok - Make Your Day", scope))


def _embed(world: World, name: str, stage: Stage | None) -> Answer:
    if stage is None or stage.access is not Access.OPEN:
        return as_html(markup.embed(name, {"isError": True, "is404": True, "errorStatus": 404}))
    detail = markup.user_detail(world, stage)["userInfo"]
    info = {**detail["user"], **detail["stats"]}
    listed = [
        {"id": markup.number(post.published_at, post.key), "playCount": 40 + len(post.text)}
        for post in _items(world, stage)[:EMBEDDED]
    ]
    return as_html(markup.embed(stage.handle, {"userInfo": info, "videoList": listed}))


def _items(world: World, stage: Stage) -> list[Shown]:
    posts = world.live(stage.account.key) if stage.access is Access.OPEN else []
    return [post for post in posts if markup.is_item(post)]


def _post(world: World, number: str) -> Shown | None:
    for post in world.posts.values():
        if world.accounts[post.account].account.platform == "tiktok" and (
            markup.number(post.published_at, post.key) == number
        ):
            return post
    return None


def _api(world: World, ask: Ask) -> Answer:
    sought = ask.one("secUid")
    stages = (s for s in world.on("tiktok") if markup.sec_uid(s.account.key) == sought)
    stage = next(stages, None)
    match ask.path.strip("/").removeprefix("api/"):
        case "post/item_list" if stage is not None:
            return as_json(_list(world, ask, _items(world, stage)))
        case "repost/item_list" if stage is not None:
            passed = [p for p in world.live(stage.account.key) if p.repost_of]
            found = [world.visible(post.repost_of) for post in passed]
            return as_json(_list(world, ask, [post for post in found if post is not None]))
        case "comment/list":
            return as_json(_comments(world, ask))
    return Answer(200, (("Content-Type", "application/json"),), b"")


def _list(world: World, ask: Ask, posts: list[Shown]) -> markup.Json:
    """Posts older than the cursor, a time in milliseconds; 0 asks for the newest."""
    said = ask.one("cursor", "0")
    before = int(said) if said.isascii() and said.isdecimal() and len(said) < 15 else 0
    rest = [p for p in posts if not before or milliseconds(p.published_at) < before]
    shown = rest[:PAGE]
    return {
        "itemList": [markup.item(world, post, ask.base) for post in shown],
        "cursor": str(milliseconds(shown[-1].published_at)) if shown else "0",
        "hasMore": len(rest) > len(shown),
        "statusCode": 0,
        "status_code": 0,
    }


def _comments(world: World, ask: Ask) -> markup.Json:
    post = _post(world, ask.one("aweme_id"))
    said = ask.one("cursor", "0")
    start = int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0
    replies = world.answers_to(post.key) if post and world.visible(post.key) else []
    shown = replies[start : start + COMMENTS]
    return {
        "comments": [markup.comment(world, post, reply) for reply in shown] if post else None,
        "cursor": start + len(shown),
        "has_more": int(len(replies) > start + len(shown)),
        "total": len(replies),
        "status_code": 0,
    }


def _file(world: World, name: str, version: int) -> Answer:
    for post in world.posts.values():
        if (
            post.picture
            and markup.file_name(post) == name
            and post.media_version == version
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_html("Access Denied", 403)


def _clip(world: World, number: str) -> Answer:
    post = _post(world, number)
    if post is None or not world.visible(post.key):
        return as_html("Access Denied", 403)
    return as_bytes(CLIP + number.encode(), "video/mp4")

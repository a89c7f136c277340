"""Telegram's public web pages: listing, single message, landing page."""

from __future__ import annotations

import re

from sandbox.answer import Answer, Ask, as_bytes, as_html, redirect
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import telegram_markup as markup
from sandbox.world import Access, Stage, World

PAGE = 20
NAME = r"([A-Za-z][\w]{3,31})"
LISTING = re.compile(rf"/s/{NAME}(?:/(\d{{1,9}}))?")
MESSAGE = re.compile(rf"/{NAME}/(\d{{1,9}})")
LANDING = re.compile(rf"/{NAME}")
FILE = re.compile(r"/file/([0-9a-f]{32})\.(\d+)\.\w+")


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    if found := LISTING.fullmatch(ask.path):
        return _listing(world, ask, found[1])
    if found := MESSAGE.fullmatch(ask.path):
        return _message(world, ask, found[1], int(found[2]))
    if found := LANDING.fullmatch(ask.path):
        return _landing(world, ask, found[1])
    return as_html(markup.nothing(""), 404)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """The site's own form of a refusal; a closed preview leads to the landing page."""
    match fault:
        case RateLimit():
            return as_html("Too Many Requests", 429, ("Retry-After", str(fault.retry_after_s)))
        case LoginWall():
            if found := LISTING.fullmatch(ask.path):
                return redirect(f"/{found[1]}")
            return as_html(markup.closed(ask.path.strip("/").split("/")[0]))
        case ServerError():
            return as_html("Service Temporarily Unavailable", 503)


def _stage(world: World, name: str) -> Stage | None:
    lower = name.lower()
    return next((s for s in world.on("telegram") if s.handle.lower() == lower), None)


def _previewed(world: World, stage: Stage) -> bool:
    walls = (f for f in world.faults if isinstance(f, LoginWall))
    return stage.access is Access.OPEN and all(f.account != stage.account.key for f in walls)


def _listing(world: World, ask: Ask, name: str) -> Answer:
    stage = _stage(world, name)
    if stage is None or not _previewed(world, stage):
        return redirect(f"/{name}")
    posts = list(reversed(world.live(stage.account.key)))
    before, after = ask.one("before"), ask.one("after")
    if before.isdecimal():
        posts = [post for post in posts if post.number < int(before)]
    if after.isdecimal():
        shown = [post for post in posts if post.number > int(after)][:PAGE]
    else:
        shown = posts[-PAGE:]
    older = bool(shown) and any(post.number < shown[0].number for post in posts)
    return as_html(markup.listing(world, stage, shown, ask.base, older=older))


def _message(world: World, ask: Ask, name: str, number: int) -> Answer:
    stage = _stage(world, name)
    if stage is None or stage.access is not Access.OPEN:
        said = f"Channel with username {name} not found" if stage is None else "Post not found"
        return as_html(markup.error(said))
    found = [post for post in world.live(stage.account.key) if post.number == number]
    if "embed" not in ask.query:
        return as_html(markup.post_page(stage, number, found[0] if found else None, ask.base))
    if not found:
        return as_html(markup.error("Post not found"))
    return as_html(markup.single(world, stage, found[0], ask.base))


def _landing(world: World, ask: Ask, name: str) -> Answer:
    stage = _stage(world, name)
    if stage is None or stage.access is Access.SUSPENDED:
        return as_html(markup.nothing(name))
    return as_html(markup.landing(world, stage, preview=_previewed(world, stage)))


def _file(world: World, name: str, version: int) -> Answer:
    for post in world.posts.values():
        if (
            post.picture
            and markup.file_name(post) == name
            and post.media_version == version
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_html("File not found", 404)

"""A small news site: RSS, Atom and JSON Feed with validators, and article pages."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from sandbox.answer import Answer, Ask, as_bytes, as_html, as_json, redirect
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.native import fold, iso
from sandbox.picture import MEDIA_TYPES, SUFFIXES, draw
from sandbox.shapes.page import Card, login, page
from sandbox.text import paragraphs
from sandbox.world import Access, Shown, Stage, World

NEWEST = 15
FEED = re.compile(r"/feed/([\w.-]+)\.(xml|atom|json)")
ARTICLE = re.compile(r"/artikel/([0-9a-f]{16})")
PICTURE = re.compile(r"/gambar/([0-9a-f]{16})\.(\d+)\.\w+")


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request; 304 when nothing is newer than the client's copy."""
    if found := FEED.fullmatch(ask.path):
        return _feed(world, ask, found[1], found[2])
    if found := ARTICLE.fullmatch(ask.path):
        return _article(world, ask, found[1])
    if found := PICTURE.fullmatch(ask.path):
        return _picture(world, found[1], int(found[2]))
    if ask.path == "/masuk":
        return as_html(login("Warta Contoh"))
    return as_html(page("Warta Contoh", "Tidak ditemukan", ()), 404)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """The site's own form of a refusal."""
    match fault:
        case RateLimit():
            return as_html("Too Many Requests", 429, ("Retry-After", str(fault.retry_after_s)))
        case LoginWall():
            return (
                as_html(login("Warta Contoh"), 401) if ask.path == "/masuk" else redirect("/masuk")
            )
        case ServerError():
            return as_html("Service Unavailable", 503)


def name_of(post: Shown) -> str:
    """An article's name in its address."""
    return f"{fold('article', post.key):016x}"


def _feed(world: World, ask: Ask, name: str, form: str) -> Answer:
    stage = next((s for s in world.on("feed") if s.handle == name), None)
    if stage is None:
        return as_html(page("Warta Contoh", "Tidak ditemukan", ()), 404)
    if stage.access is Access.SUSPENDED:
        return as_html(page("Warta Contoh", "Sudah tidak ada", ()), 410)
    walls = (f for f in world.faults if isinstance(f, LoginWall))
    if stage.access is Access.PRIVATE or any(f.account == stage.account.key for f in walls):
        return as_html(login("Warta Contoh"), 401)
    posts = world.live(stage.account.key)[:NEWEST]
    made = _as_json_feed(stage, posts, ask) if form == "json" else _as_xml(stage, posts, ask, form)
    validator = f'"{hashlib.sha256(made.body).hexdigest()[:16]}"'
    if validator in ask.headers.get("if-none-match", ""):
        return Answer(304, (("ETag", validator),), b"")
    return Answer(made.status, (*made.headers, ("ETag", validator)), made.body)


def _as_xml(stage: Stage, posts: list[Shown], ask: Ask, form: str) -> Answer:
    made, media = (_atom, "atom") if form == "atom" else (_rss, "rss")
    body = '\n<?xml version="1.0" encoding="UTF-8"?>\n' + made(stage, posts, ask.base)
    # The blank first line is what real feeds have too; a strict XML parser refuses it.
    return as_bytes(body.encode(), f"application/{media}+xml; charset=utf-8")


def _rss(stage: Stage, posts: list[Shown], base: str) -> str:
    items = "".join(
        f"<item><title>{escape(_title(post))}</title><link>{_address(post, base)}</link>"
        f'<guid isPermaLink="true">{_address(post, base)}</guid>'
        f"<pubDate>{format_datetime(post.published_at)}</pubDate>"
        f"<dc:creator>{escape(stage.account.name)}</dc:creator>"
        f"<description>{escape(f'<p>{paragraphs(post.text)}</p>')}</description>"
        f"{_enclosure(post, base)}</item>"
        for post in posts
    )
    return (
        f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(stage.account.name)}</title><link>{base}/</link>"
        f"<description>{escape(stage.account.note)}</description><language>id</language>"
        f"{items}</channel></rss>"
    )


def _atom(stage: Stage, posts: list[Shown], base: str) -> str:
    entries = "".join(
        f"<entry><title>{escape(_title(post))}</title><id>{_address(post, base)}</id>"
        f'<link rel="alternate" href="{_address(post, base)}"/>'
        f"<published>{iso(post.published_at)}</published>"
        f"<updated>{iso(post.edited_at or post.published_at)}</updated>"
        f"<author><name>{escape(stage.account.name)}</name></author>"
        f'<content type="html">{escape(f"<p>{paragraphs(post.text)}</p>")}</content></entry>'
        for post in posts
    )
    updated = _updated(stage, posts)
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="id">'
        f"<title>{escape(stage.account.name)}</title><id>{base}/</id>"
        f"<updated>{iso(updated)}</updated>{entries}</feed>"
    )


def _as_json_feed(stage: Stage, posts: list[Shown], ask: Ask) -> Answer:
    items: list[dict[str, Any]] = []
    for post in posts:
        item = {
            "id": _address(post, ask.base),
            "url": _address(post, ask.base),
            "title": _title(post),
            "content_html": f"<p>{paragraphs(post.text)}</p>",
            "date_published": iso(post.published_at),
            "authors": [{"name": stage.account.name}],
        }
        if post.edited_at:
            item["date_modified"] = iso(post.edited_at)
        if post.picture:
            item["image"] = _picture_address(post, ask.base)
        items.append(item)
    return as_json(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": stage.account.name,
            "home_page_url": f"{ask.base}/",
            "feed_url": f"{ask.base}{ask.path}",
            "language": "id",
            "items": items,
        }
    )


def _article(world: World, ask: Ask, name: str) -> Answer:
    for post in world.posts.values():
        if name_of(post) == name and world.visible(post.key):
            stage = world.accounts[post.account]
            alt = post.picture.alt if post.picture else ""
            picture = _picture_address(post, ask.base) if post.picture else ""
            card = Card(
                stage.account.name, stage.handle, post.text, post.published_at, picture, alt
            )
            return as_html(page("Warta Contoh", _title(post), [card]))
    return as_html(page("Warta Contoh", "Tidak ditemukan", ()), 404)


def _picture(world: World, name: str, version: int) -> Answer:
    for post in world.posts.values():
        if (
            name_of(post) == name
            and post.picture
            and post.media_version == version
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_html(page("Warta Contoh", "Tidak ditemukan", ()), 404)


def _title(post: Shown) -> str:
    return post.text.split("\n")[0][:80]


def _address(post: Shown, base: str) -> str:
    return f"{base}/artikel/{name_of(post)}"


def _picture_address(post: Shown, base: str) -> str:
    suffix = SUFFIXES[post.picture.format] if post.picture else "bin"
    return f"{base}/gambar/{name_of(post)}.{post.media_version}.{suffix}"


def _enclosure(post: Shown, base: str) -> str:
    if post.picture is None:
        return ""
    media, size = MEDIA_TYPES[post.picture.format], len(draw(post.picture))
    return f'<enclosure url="{_picture_address(post, base)}" type="{media}" length="{size}"/>'


def _updated(stage: Stage, posts: list[Shown]) -> datetime:
    times = [post.edited_at or post.published_at for post in posts]
    return max(times, default=stage.account.created_at)

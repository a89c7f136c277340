"""Sites of the simulated web: a first page that links its articles, and each article by itself."""

from __future__ import annotations

import hashlib
import json
import re
from html import escape

from sandbox.answer import Answer, Ask, as_bytes, as_html
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.native import iso
from sandbox.picture import MEDIA_TYPES, SUFFIXES, draw
from sandbox.shapes.page import STYLE, login
from sandbox.text import paragraphs
from sandbox.world import Access, Shown, Stage, World

FRONT = re.compile(r"/situs/([\w.-]{1,60})/?")
ARTICLE = re.compile(r"/situs/([\w.-]{1,60})/berita/(\d{4})/(\d\d)/([\w-]{1,80})")
FILE = re.compile(r"/gambar/([\w-]{1,80})\.(\d{1,9})\.\w+")
ON_FRONT = 20


def answer(world: World, ask: Ask) -> Answer:
    """What a site says to one request; pages carry an ETag and answer 304 to it."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    found = FRONT.fullmatch(ask.path) or ARTICLE.fullmatch(ask.path)
    stage = _stage(world, found[1]) if found else None
    if stage is None or stage.access is Access.SUSPENDED:
        return as_html(_page("Tidak ditemukan", "<p>Halaman tidak ada.</p>"), 404)
    if stage.access is Access.PRIVATE or _walled(world, stage):
        return as_html(login(stage.account.name), 401)
    if FRONT.fullmatch(ask.path):
        return _conditional(ask, _front(world, stage, ask.base))
    for post in world.live(stage.account.key):
        if address(post, stage) == ask.path:
            return _conditional(ask, _article(stage, post, ask.base))
    return as_html(_page("Tidak ditemukan", "<p>Halaman tidak ada.</p>"), 404)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """A site's own form of a refusal."""
    match fault:
        case RateLimit():
            return as_html("Terlalu banyak", 429, ("Retry-After", str(fault.retry_after_s)))
        case LoginWall():
            return as_html(login("Situs"))
        case ServerError():
            return as_html("Layanan tidak tersedia", 503)


def address(post: Shown, stage: Stage) -> str:
    """The path of an article: its month, and its key as a name."""
    day = post.published_at
    return f"/situs/{stage.handle}/berita/{day:%Y/%m}/{_name(post)}"


def _name(post: Shown) -> str:
    return f"{re.sub(r'[^a-z0-9]+', '-', post.key.lower()).strip('-')}-di-kampung-kita"


def picture(post: Shown) -> str:
    """The path of an article's picture."""
    suffix = SUFFIXES[post.picture.format] if post.picture else "jpg"
    return f"/gambar/{_name(post)}.{post.media_version}.{suffix}"


def _stage(world: World, handle: str) -> Stage | None:
    return next((stage for stage in world.on("web") if stage.handle == handle), None)


def _walled(world: World, stage: Stage) -> bool:
    walls = (fault for fault in world.faults if isinstance(fault, LoginWall))
    return any(wall.account == stage.account.key for wall in walls)


def _conditional(ask: Ask, text: str) -> Answer:
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    if ask.headers.get("if-none-match") == tag:
        return Answer(304, (("ETag", tag),), b"")
    return as_html(text, 200, ("ETag", tag))


def _front(world: World, stage: Stage, base: str) -> str:
    cards = "".join(
        f'<h2><a href="{address(post, stage)}">{escape(post.text.partition(chr(10))[0])}</a></h2>'
        for post in world.live(stage.account.key)[:ON_FRONT]
    )
    head = f'<link rel="canonical" href="{base}/situs/{stage.handle}/">'
    about = f"<h1>{escape(stage.account.name)}</h1><p>{escape(stage.account.note)}</p>"
    return _page(stage.account.name, about + cards, head)


def _article(stage: Stage, post: Shown, base: str) -> str:
    title, _, text = post.text.partition("\n")
    said = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": title,
        "datePublished": iso(post.published_at),
        "dateModified": iso(post.edited_at or post.published_at),
        "author": {"@type": "Person", "name": stage.account.name},
        "publisher": {"@type": "Organization", "name": stage.account.name},
    }  # fmt: skip
    image = ""
    if post.picture:
        said["image"] = base + picture(post)
        image = f'<figure><img src="{picture(post)}" alt="{escape(post.picture.alt)}"></figure>'
    data = json.dumps(said, ensure_ascii=False).replace("</", "<\\/")
    head = (
        f'<link rel="canonical" href="{base}{address(post, stage)}">'
        f'<script type="application/ld+json">{data}</script>'
    )
    body = f"<article><h1>{escape(title)}</h1>{image}<p>{paragraphs(text.strip())}</p></article>"
    return _page(title, body, head)


def _page(title: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="id"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>{head}<style>{STYLE}</style></head>"
        f"<body><nav><a href='/'>Beranda</a></nav><main>{body}</main></body></html>"
    )


def _file(world: World, name: str, version: int) -> Answer:
    for post in world.posts.values():
        if (
            post.picture
            and _name(post) == name
            and post.media_version == version
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_html(_page("Tidak ditemukan", "<p>Berkas tidak ada.</p>"), 404)

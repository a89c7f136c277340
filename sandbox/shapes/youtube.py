"""YouTube: channel tabs, video and post pages, continuation calls, the feed, covers."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from sandbox.answer import Answer, Ask, as_bytes, as_html, as_json
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.native import iso
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import youtube_markup as markup
from sandbox.world import Access, Shown, Stage, World

PAGE = 6
"""Videos of a page; YouTube shows about 30."""
COMMENTS = 20
CHANNEL = re.compile(r"/(?:channel/(UC[\w-]{22})|@([\w.-]{1,60}))(?:/(\w{1,20}))?/?")
NOT_FOUND = (
    '<html lang="en" dir="ltr"><head><title>404 Not Found</title></head><body><iframe '
    'style="display:block;border:0;" src="/error?src=404&amp;ifr=1&amp;error="></iframe></body>'
    "</html>"
)
ERROR_404 = (
    "<!DOCTYPE html>\n<html lang=en><title>Error 404 (Not Found)!!1</title>\n<style>* > body{"
    "background:url(//www.google.com/images/errors/robot.png) no-repeat}</style><p><b>404.</b>\n"
)
FILE = re.compile(r"/vi/([\w-]{11})/(\d{1,9})\.\w+")
SHOW = """
const d = window.ytInitialData, box = document.querySelector("main");
document.querySelector("h1").textContent = "Video";
const find = (v, k) => v && typeof v === "object" ? (v[k] || Object.values(v).map(e => find(e, k)).find(e => e)) : null;
const next = find(d, "continuationCommand");
if (next) fetch("/youtubei/v1/next?prettyPrint=false", {method: "POST", body: JSON.stringify({continuation: next.token})})
  .then(r => r.json()).then(a => { for (const m of a.frameworkUpdates.entityBatchUpdate.mutations) {
    const c = m.payload.commentEntityPayload; if (c) { const p = document.createElement("p"); p.textContent = c.properties.content.content; box.append(p); } } });
"""


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    if found := CHANNEL.fullmatch(ask.path):
        return _channel(world, ask, found[1] or found[2], found[3] or "featured")
    match ask.path:
        case "/watch":
            return _watch(world, ask, ask.one("v"))
        case "/feeds/videos.xml":
            return _feed(world, ask)
        case "/youtubei/v1/browse" | "/youtubei/v1/next" if ask.method == "POST":
            return _continued(world, ask)
    if ask.path.startswith("/post/"):
        return _post(world, ask.path.removeprefix("/post/"))
    return as_html(NOT_FOUND, 404)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """YouTube's own forms of a refusal; the wall is the consent form."""
    match fault:
        case RateLimit():
            return as_html("Too Many Requests", 429, ("Retry-After", str(fault.retry_after_s)))
        case LoginWall():
            return as_html(markup.consent(escape(ask.base + ask.path)))
        case ServerError():
            return as_html("Service Unavailable", 503)


def _stage(world: World, name: str) -> Stage | None:
    for stage in world.on("youtube"):
        if name in (markup.channel_id(stage.account.key), stage.handle):
            return stage
    return None


def _walled(world: World, stage: Stage) -> bool:
    walls = (fault for fault in world.faults if isinstance(fault, LoginWall))
    return any(wall.account == stage.account.key for wall in walls)


def _videos(world: World, stage: Stage) -> list[Shown]:
    """A channel's videos, newest first; those of a closed one are private."""
    if stage.access is not Access.OPEN:
        return []
    return [post for post in world.live(stage.account.key) if markup.is_video(post)]


def _messages(world: World, stage: Stage) -> list[Shown]:
    posts = world.live(stage.account.key) if stage.access is Access.OPEN else []
    return [post for post in posts if not markup.is_video(post) and post.reply_to is None]


def _channel(world: World, ask: Ask, name: str, tab: str) -> Answer:
    stage = _stage(world, name)
    if stage is None and name.startswith("UC"):
        return as_html(markup.page(markup.alert(name, "This channel does not exist.")), 404)
    if stage is None:
        return as_html(NOT_FOUND, 404)
    if _walled(world, stage):
        return as_html(markup.consent(escape(ask.base + ask.path)))
    if stage.access is Access.SUSPENDED:
        said = "This account has been terminated for a violation of YouTube's Terms of Service."
        id_ = markup.channel_id(stage.account.key)
        return as_html(markup.page(markup.alert(id_, said)))
    videos = _videos(world, stage)
    content = _tab(world, stage, "posts" if tab in ("posts", "community") else "videos", ask.base)
    opened = "posts" if tab in ("posts", "community") else "videos"
    return as_html(markup.page(markup.channel_page(stage, opened, content, len(videos))))


def _tab(world: World, stage: Stage, tab: str, base: str) -> markup.Json:
    if tab == "posts":
        items: list[Any] = [
            markup.community(stage, post, len(world.answers_to(post.key)))
            for post in _messages(world, stage)
        ]
        said = {"messageRenderer": {"text": {"simpleText": "This channel hasn't posted yet"}}}
        section = {"itemSectionRenderer": {"contents": items or [said]}}
        return {"sectionListRenderer": {"contents": [section]}}
    items = _cards(world, stage, 0, base)
    if not items:
        said = {"messageRenderer": {"text": {"simpleText": "This channel has no videos."}}}
        return {"sectionListRenderer": {"contents": [said]}}
    return {"richGridRenderer": {"contents": items}}


def _cards(world: World, stage: Stage, start: int, base: str) -> list[Any]:
    videos = _videos(world, stage)
    items = [markup.card(post, base) for post in videos[start : start + PAGE]]
    if len(videos) > start + PAGE:
        id_ = markup.channel_id(stage.account.key)
        items.append(markup.onward(markup.token(id_, str(start + PAGE))))
    return items


def _watch(world: World, ask: Ask, id_: str) -> Answer:
    posts = (p for p in world.posts.values() if markup.is_video(p))
    post = next((p for p in posts if markup.video_id(p.key) == id_), None)
    empty = markup.around(id_, [])
    if post is None:
        gone = markup.unplayable("ERROR", "Video unavailable", "This video isn't available anymore")
        return as_html(markup.page(empty, gone))
    stage = world.accounts[post.account]
    if _walled(world, stage):
        return as_html(markup.consent(escape(ask.base + ask.path)))
    told = _unplayable(stage, post)
    if told is not None:
        return as_html(markup.page(empty, told))
    shown = markup.watch_data(world, stage, post)
    return as_html(markup.page(shown, markup.player(stage, post, ask.base), SHOW))


def _unplayable(stage: Stage, post: Shown) -> markup.Json | None:
    if post.removed:
        said = "This video has been removed by the uploader"
        return markup.unplayable("ERROR", "Video unavailable", said)
    if stage.access is Access.SUSPENDED:
        said = (
            "This video is no longer available because the YouTube account associated with this "
            "video has been terminated."
        )
        return markup.unplayable("ERROR", "Video unavailable", said)
    if stage.access is Access.PRIVATE:
        return markup.unplayable("LOGIN_REQUIRED", "This video is private")
    return None


def _post(world: World, id_: str) -> Answer:
    for stage in world.on("youtube"):
        for post in _messages(world, stage):
            if markup.post_id(post.key) == id_:
                one = markup.community(stage, post, len(world.answers_to(post.key)))
                section = {"itemSectionRenderer": {"contents": [one]}}
                content = {"sectionListRenderer": {"contents": [section]}}
                return as_html(markup.page(markup.channel_page(stage, "posts", content, 0)))
    return as_html(NOT_FOUND, 404)


def _continued(world: World, ask: Ask) -> Answer:
    words = markup.unpacked(_token(ask.body))
    if len(words) == 2 and words[1].isdecimal() and (stage := _stage(world, words[0])):
        items = _cards(world, stage, int(words[1]), ask.base)
        action = {"appendContinuationItemsAction": {"continuationItems": items}}
        return as_json({"onResponseReceivedActions": [action]})
    if len(words) == 3 and words[2].isdecimal():
        for post in world.posts.values():
            if markup.video_id(post.key) == words[0] and world.visible(post.key):
                return _comments(world, post, int(words[2]))
    error = {"code": 400, "message": "Request contains an invalid argument.",
             "status": "INVALID_ARGUMENT"}  # fmt: skip
    return as_json({"error": error}, 400)


def _comments(world: World, post: Shown, start: int) -> Answer:
    every = world.answers_to(post.key)
    more = len(every) > start + COMMENTS
    words = (markup.video_id(post.key), "comments", str(start + COMMENTS))
    onward = markup.token(*words) if more else ""
    return as_json(markup.comments(world, post, every[start : start + COMMENTS], onward))


def _token(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    token = said.get("continuation") if isinstance(said, dict) else None
    return token if isinstance(token, str) else ""


def _feed(world: World, ask: Ask) -> Answer:
    stage = _stage(world, ask.one("channel_id"))
    if stage is None or stage.access is Access.SUSPENDED:
        return as_html(ERROR_404, 404)
    id_, entries = markup.channel_id(stage.account.key), ""
    for post in _videos(world, stage)[:15]:
        video = markup.video_id(post.key)
        entries += (
            f"<entry><id>yt:video:{video}</id><yt:videoId>{video}</yt:videoId>"
            f"<yt:channelId>{id_}</yt:channelId><title>{escape(markup.title_of(post))}</title>"
            f'<link rel="alternate" href="https://www.youtube.com/watch?v={video}"/>'
            f"<published>{iso(post.published_at)}</published><updated>{iso(world.now)}</updated>"
            f'<media:group><media:thumbnail url="{markup.cover(post, ask.base)}" width="480"/>'
            f"<media:description>{escape(markup.about_of(post))}</media:description>"
            f'<media:community><media:starRating count="{len(world.likes_of(post.key))}"/>'
            f'<media:statistics views="{markup.views(post)}"/></media:community></media:group>'
            "</entry>"
        )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
        f'xmlns:media="http://search.yahoo.com/mrss/"><yt:channelId>{id_}</yt:channelId>'
        f"<title>{escape(stage.account.name)}</title>"
        f'<link rel="alternate" href="https://www.youtube.com/channel/{id_}"/>{entries}</feed>'
    )
    return as_bytes(text.encode(), "text/xml; charset=UTF-8")


def _file(world: World, video: str, version: int) -> Answer:
    for post in world.posts.values():
        if (
            post.picture
            and markup.video_id(post.key) == video
            and post.media_version == version
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_html("Not Found", 404)

"""The YouTube Data API, version 3: channels, their videos, comments, for whoever shows a key."""

from __future__ import annotations

from typing import Any

from sandbox.answer import Answer, Ask, as_json
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.native import iso
from sandbox.shapes import youtube_markup as markup
from sandbox.world import Access, Shown, Stage, World

Json = dict[str, Any]
PAGE = 4
"""Entries of a page; the interface gives up to 50."""


def answer(world: World, ask: Ask) -> Answer:
    """What the interface says to one question."""
    if not ask.headers.get("x-goog-api-key"):
        return _error(403, "forbidden", "Method doesn't allow unregistered callers.")
    match ask.path.rpartition("/")[2]:
        case "channels":
            return _list("channel", [_channel(world, s) for s in _stages(world, ask)], ask)
        case "playlistItems":
            named = [s for s in world.on("youtube") if _uploads(s) == ask.one("playlistId")]
            if not named or named[0].access is not Access.OPEN:
                return _error(404, "playlistNotFound", "The playlist cannot be found.")
            return _list("playlistItem", [_entry(v) for v in _videos(world, named[0])], ask)
        case "videos":
            wanted = set(ask.one("id").split(","))
            held = [v for s in world.on("youtube") for v in _videos(world, s)]
            found = [v for v in held if markup.video_id(v.key) in wanted]
            return _list("video", [_video(world, v, ask.base) for v in found], ask, len(found))
        case "commentThreads":
            return _threads(world, ask)
    return _error(404, "notFound", "Not Found")


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """Its own form of a refusal."""
    if isinstance(fault, RateLimit):
        said = _error(429, "rateLimitExceeded", "Too many requests.")
        wait = ("Retry-After", str(fault.retry_after_s))
        return Answer(said.status, (*said.headers, wait), said.body)
    return _error(503, "backendError", "Backend Error")


def _stages(world: World, ask: Ask) -> list[Stage]:
    name = ask.one("id") or ask.one("forHandle").lstrip("@")
    named = (s for s in world.on("youtube") if name in (markup.channel_id(s.account.key), s.handle))
    return [stage for stage in named if stage.access is Access.OPEN]


def _videos(world: World, stage: Stage) -> list[Shown]:
    if stage.access is not Access.OPEN:
        return []
    return [post for post in world.live(stage.account.key) if markup.is_video(post)]


def _uploads(stage: Stage) -> str:
    return "UU" + markup.channel_id(stage.account.key)[2:]


def _list(kind: str, items: list[Json], ask: Ask, size: int = PAGE) -> Answer:
    """One page of a list, and the token of the next one."""
    said = ask.one("pageToken", "0")
    start = int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0
    value: Json = {
        "kind": f"youtube#{kind}ListResponse",
        "etag": "peragaan",
        "pageInfo": {"totalResults": len(items), "resultsPerPage": size},
    }
    if start + size < len(items):
        value["nextPageToken"] = str(start + size)
    if items:
        value["items"] = items[start : start + size]
    return as_json(value)


def _channel(world: World, stage: Stage) -> Json:
    return {
        "kind": "youtube#channel",
        "id": markup.channel_id(stage.account.key),
        "snippet": {"title": stage.account.name, "customUrl": f"@{stage.handle}",
                    "publishedAt": iso(stage.account.created_at)},
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": _uploads(stage)}},
        "statistics": {"videoCount": str(len(_videos(world, stage))), "subscriberCount": "120",
                       "hiddenSubscriberCount": False},
        "status": {"privacyStatus": "public"},
    }  # fmt: skip


def _entry(video: Shown) -> Json:
    return {"kind": "youtube#playlistItem", "id": f"UUi{markup.video_id(video.key)}",
            "contentDetails": {"videoId": markup.video_id(video.key)}}  # fmt: skip


def _video(world: World, video: Shown, base: str) -> Json:
    return {
        "kind": "youtube#video",
        "id": markup.video_id(video.key),
        "snippet": {
            "publishedAt": iso(video.published_at), "channelId": markup.channel_id(video.account),
            "title": markup.title_of(video), "description": markup.about_of(video),
            "thumbnails": {"high": {"url": markup.cover(video, base)}},
        },
        "status": {"privacyStatus": "public"},
        "statistics": {"viewCount": str(markup.views(video)), "likeCount": "0",
                       "commentCount": str(len(world.answers_to(video.key)))},
    }  # fmt: skip


def _threads(world: World, ask: Ask) -> Answer:
    wanted = ask.one("videoId")
    video = next((p for p in world.posts.values() if markup.video_id(p.key) == wanted), None)
    if video is None or world.visible(video.key) is None:
        return _error(404, "videoNotFound", "The video cannot be found.")
    return _list(
        "commentThread", [_thread(world, c, wanted) for c in world.answers_to(video.key)], ask
    )


def _thread(world: World, comment: Shown, video: str) -> Json:
    id_ = "Ug" + markup.post_id(comment.key)[4:26]
    said = {
        "videoId": video, "textOriginal": comment.text, "textDisplay": comment.text,
        "authorDisplayName": f"@{world.accounts[comment.account].handle}",
        "authorChannelId": {"value": markup.channel_id(comment.account)},
        "publishedAt": iso(comment.published_at),
    }  # fmt: skip
    top = {"kind": "youtube#comment", "id": id_, "snippet": said}
    return {"kind": "youtube#commentThread", "id": id_,
            "snippet": {"videoId": video, "topLevelComment": top, "totalReplyCount": 0}}  # fmt: skip


def _error(status: int, reason: str, message: str) -> Answer:
    one = {"message": message, "domain": "youtube", "reason": reason}
    return as_json({"error": {"code": status, "message": message, "errors": [one]}}, status)

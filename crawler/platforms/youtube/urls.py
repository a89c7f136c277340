"""Addresses of YouTube's public pages, and what an address is for."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

HOST = "https://www.youtube.com"
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
POST = re.compile(r"Ug[A-Za-z0-9_-]{20,60}")
NO_VIDEO = frozenset(("videoseries", "live_stream"))
"""Words in the place of a video's id, as long as one: a frame of a playlist, of what is on air."""
PACKED_CHANNEL = re.compile(rb"UC[A-Za-z0-9_-]{22}")
PACKED_VIDEO = re.compile(rb"\x0b([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])")
TABS = ("videos", "shorts", "streams", "posts")
"""Tabs that show a channel's own posts and nothing else."""


def channel_page(base: str, account: str, tab: str = "videos") -> str:
    """One tab of a channel, by its id or handle, in English."""
    name = f"channel/{account}" if CHANNEL.fullmatch(account) else f"@{quote(account)}"
    return f"{base}/{name}/{tab}?hl=en"


def feed(base: str, channel: str) -> str:
    """The channel's Atom feed: its 15 newest videos."""
    return f"{base}/feeds/videos.xml?channel_id={quote(channel)}"


def watch(base: str, video: str) -> str:
    """The page of one video or short, in English."""
    return f"{base}/watch?v={quote(video)}&hl=en"


def post(base: str, native_id: str) -> str:
    """The page of one community post, in English."""
    return f"{base}/post/{quote(native_id)}?hl=en"


def item(base: str, native_id: str) -> str:
    """The page of one post of any kind."""
    return post(base, native_id) if POST.fullmatch(native_id) else watch(base, native_id)


def onward(call: str, token: str, of: str = "") -> str:
    """A continuation as an address. call: `next` or `browse`; of: the comment it has replies to.

    YouTube takes it by POST, with the token in the body; `asked_by_post` says how.
    """
    told = {"continuation": token} | ({"of": of} if of else {})
    return f"{HOST}/youtubei/v1/{call}?{urlencode(told)}"


def continuation(address: str) -> tuple[str, str, str] | None:
    """(call, token, comment) of an address made by `onward`, else None."""
    parts = _split(address)
    call = parts.path.removeprefix("/youtubei/v1/")
    query = parse_qs(parts.query)
    token = query.get("continuation", [""])[0]
    if call not in ("next", "browse") or not token:
        return None
    return call, token, query.get("of", [""])[0]


def kind(url: str) -> str:
    """`feed`, `watch`, `post`, `channel`, `oembed`, `player`, `consent`, `sorry`, or empty."""
    parts = _split(url)
    host, path = parts.netloc.lower(), parts.path
    if host == "consent.youtube.com":
        return "consent"
    if host.endswith("google.com") and path.startswith("/sorry"):
        return "sorry"
    for name, start in (
        ("feed", "/feeds/videos.xml"), ("oembed", "/oembed"), ("post", "/post/"),
        ("player", "/youtubei/v1/player"), ("player", "/youtubei/v1/reel/reel_item_watch"),
        ("watch", "/watch"), ("watch", "/shorts/"), ("watch", "/live/"), ("watch", "/embed/"),
    ):  # fmt: skip
        if path.startswith(start):
            return name
    return "channel" if channel_of(url) else ""


def video_of(url: str) -> str | None:
    """The video an address names, None when it names none. `id=` is how the app's calls name it."""
    parts = _split(url)
    query = parse_qs(parts.query)
    names = [*query.get("v", ()), *(query.get("id", ()) if kind(url) == "player" else ())]
    pieces = [piece for piece in parts.path.split("/") if piece]
    if len(pieces) > 1 and pieces[0] in ("shorts", "live", "embed", "v"):
        names.append(pieces[1])
    if parts.netloc.lower() == "youtu.be" and pieces:
        names.append(pieces[0])
    if kind(url) == "oembed":
        names += [found for asked in query.get("url", ()) if (found := video_of(asked))]
    return next((n for n in names if VIDEO.fullmatch(n) and n not in NO_VIDEO), None)


def post_of(url: str) -> str | None:
    """The community post an address names, None when it names none."""
    query = parse_qs(_split(url).query)
    pieces = [piece for piece in _split(url).path.split("/") if piece]
    names = [*query.get("lb", ()), *(pieces[1:2] if pieces[:1] == ["post"] else ())]
    return next((name for name in names if POST.fullmatch(name)), None)


def channel_of(url: str) -> str | None:
    """Id or handle of the channel an address names, None when it names none."""
    parts = _split(url)
    given = parse_qs(parts.query).get("channel_id", ())
    if given and CHANNEL.fullmatch(given[0]):
        return given[0]
    pieces = [piece for piece in parts.path.split("/") if piece]
    if len(pieces) > 1 and pieces[0] == "channel" and CHANNEL.fullmatch(pieces[1]):
        return pieces[1]
    return handle_in(parts.path)


def handle_in(path: Any) -> str | None:
    """Handle in `/@name...` or in an address whose path begins so; without the `@`."""
    if not isinstance(path, str):
        return None
    first = _split(path).path.lstrip("/").split("/")[0]
    return unquote(first[1:]) or None if first.startswith("@") else None


def packed_channel(token: Any) -> str | None:
    """The channel a continuation token or a tab's parameters are about."""
    found = next((m[0] for data in _packed(token) for m in PACKED_CHANNEL.finditer(data)), None)
    return found.decode("ascii") if found else None


def packed_video(token: Any) -> str | None:
    """The video a continuation token or an entity key is about."""
    found = next((m[1] for data in _packed(token) for m in PACKED_VIDEO.finditer(data)), None)
    return found.decode("ascii") if found else None


def packed_text(token: Any) -> str:
    """The packed bytes as letters, so that a word in them can be looked for."""
    return b"".join(_packed(token)).decode("latin-1").lower()


def _packed(token: Any) -> Iterator[bytes]:
    """The token's bytes, and those of a token packed inside it; base64url with escapes."""
    if not isinstance(token, str) or len(token) > 20_000:
        return
    try:
        plain = unquote(token).rstrip("=")
        yield base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")

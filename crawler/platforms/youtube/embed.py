"""The page of a video as other sites frame it (`/embed/ID`): what its player was told beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawler.platforms.youtube import states, urls, video
from crawler.platforms.youtube.sight import Sight, cover
from crawler.platforms.youtube.tree import first, inside, nodes, text_at
from crawler.platforms.youtube.words import shown
from evidence.model import AccountSeen, Post, SeenState

TOLD = re.compile(r"[\"'](?:raw_)?(?:embedded_)?player_response[\"']\s{0,9}:\s{0,9}(?=[\"{])")
NAMED = re.compile(r"[\"']video_id[\"']\s{0,9}:\s{0,9}\"([A-Za-z0-9_-]{11})\"")
PREVIEW = "embedPreview"
STATUS = "previewPlayabilityStatus"
PART = "embedPreview: title without description"
"""Marker of a video of which a frame shows the title alone."""


def read(text: str, sight: Sight) -> bool:
    """Note the video a frame shows, or why it shows none; False for a page that is no frame.

    A frame has title, channel and cover. Its text is a part, so it is compared with nothing. That
    a video may not be framed says nothing of its own page: GATED, as any reason that is not known.
    Source: youtube-dl and yt-dlp on `embedded_player_response`; none is recorded here.
    """
    for found in _told(text, sight):
        if "</html" not in text[-2000:].lower():
            sight.fault("the page does not end: no </html>")
        if "videoDetails" in found or "playabilityStatus" in found:
            video.read_player(found, sight)
            return True
        if PREVIEW in found or STATUS in found:
            named = NAMED.search(text)
            _preview(found, urls.video_of(sight.url) or (named[1] if named else None), sight)
            return True
    return False


def players(text: str, sight: Sight) -> list[dict[str, Any]]:
    """The player's data in a `ytplayer.config`, where watch pages had it until 2020.

    Source: youtube-dl and yt-dlp on `player_response`; none is recorded here.
    """
    told = _told(text, sight)
    return [one for one in told if "videoDetails" in one or "playabilityStatus" in one][:1]


def _told(text: str, sight: Sight) -> Iterator[dict[str, Any]]:
    """The player's data, an object or one written as a string; broken data is a fault."""
    for at in TOLD.finditer(text):
        try:
            found = json.JSONDecoder().raw_decode(text, at.end())[0]
            found = json.loads(found) if isinstance(found, str) and found else found
        except (ValueError, RecursionError):
            sight.fault("player_response: no whole JSON")
            continue
        if isinstance(found, dict):
            yield found


def _preview(found: dict[str, Any], native_id: str | None, sight: Sight) -> None:
    told = states.playability({"playabilityStatus": found.get(STATUS)})
    if told is not None:
        sight.state(f"post:{native_id}" if native_id else None, *told)
    card = inside(found, f"{PREVIEW}.thumbnailPreviewRenderer")
    title = shown(card.get("title")) if isinstance(card, dict) else None
    if native_id is None or title is None:
        if told is None:
            sight.fault(f"{PREVIEW}: expected a video and its title, found a part")
        return
    account = _account(card)
    sight.accounts += [account] if account else []
    sight.posts[native_id] = Post(
        native_id,
        account.native_id if account else None,
        account.handle if account else None,
        title,
        None,
        url=f"{urls.HOST}/watch?v={native_id}",
        media=cover(native_id, inside(card, "defaultThumbnail.thumbnails")),
    )
    sight.state(f"post:{native_id}", SeenState.PRESENT, PART)


def _account(card: dict[str, Any]) -> AccountSeen | None:
    """The channel, by its subscribe button or the address of its picture; None without a number."""
    button = first(card, "subscribeButtonRenderer") or {}
    places = [text_at(end, "url") or "" for _, end in nodes(card, "urlEndpoint")]
    named = [
        text_at(button, "channelId"),
        *(urls.channel_of(urls.HOST + place) for place in places),
    ]
    native_id = next((one for one in named if one and urls.CHANNEL.fullmatch(one)), None)
    if native_id is None:
        return None
    shape = first(card, "embeddedPlayerOverlayVideoDetailsExpandedRenderer") or {}
    handles = (urls.handle_in(place) for place in places)
    handle = next((handle for handle in handles if handle), None)
    return AccountSeen(native_id, handle, shown(shape.get("title")), SeenState.PRESENT)

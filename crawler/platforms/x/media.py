"""Pictures and videos of a post: best variant, and a key that is the same on every surface."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from crawler.take import Node, each
from evidence.errors import ParseError
from evidence.model import Media

KINDS = {"photo": "image", "video": "video", "animated_gif": "gifv"}
_VIDEO_ID = re.compile(r"/(?:ext_tw|amplify|tweet)_video(?:_thumb)?/(\d{5,20})/")


def of_post(legacy: Node) -> tuple[Media, ...]:
    """Media of a post in any of X's JSON shapes, in order.

    `extended_entities.media`, else `mediaDetails` (embeds), else `entities.media`, which holds the
    first picture only in older answers.
    """
    listed = _listed(legacy)
    return each(listed[1], f"{legacy.path}.{listed[0]}", legacy.faults, _media) if listed else ()


def shorts(legacy: Node) -> frozenset[str]:
    """The short links in the text that stand for the post's media."""
    listed = _listed(legacy)
    found = (item.get("url") for item in (listed[1] if listed else []) if isinstance(item, dict))
    return frozenset(url for url in found if isinstance(url, str) and url)


def key_of(address: str) -> str | None:
    """What names the medium in an address of a picture or still: a video's id, else a file name.

    The same for `/media/G1a.jpg`, `/media/G1a?format=jpg&name=small` and `/media/G1a.jpg:large`.
    """
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    if found := _VIDEO_ID.search(path):
        return found[1]
    return path.rsplit("/", 1)[-1].partition(":")[0].partition(".")[0] or None


def original(address: str) -> str:
    """The largest form of a picture at pbs.twimg.com; other addresses stay as they are."""
    parts = urlsplit(address)
    if parts.hostname != "pbs.twimg.com" or not parts.path.startswith("/media/"):
        return address
    if "format=" in parts.query:
        kept = [part for part in parts.query.split("&") if not part.startswith("name=")]
        return f"{parts.scheme}://{parts.netloc}{parts.path}?{'&'.join([*kept, 'name=orig'])}"
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition(':')[0]}?name=orig"


def _listed(legacy: Node) -> tuple[str, list[Any]] | None:
    extended = legacy.may("extended_entities", dict)
    plain = legacy.may("entities", dict)
    for name, holder, field in (
        ("extended_entities.media", extended, "media"),
        ("mediaDetails", legacy.value, "mediaDetails"),
        ("entities.media", plain, "media"),
    ):
        found = holder.get(field) if holder else None
        if found is not None and not isinstance(found, list):
            legacy.fault(name, "is no list")
        elif found:
            return name, found
    return None


def _media(item: Node) -> Media:
    still = item.must("media_url_https", str)
    kind = item.must("type", str)
    if kind not in KINDS:
        item.fault("type", "is a kind of media that is not known")
    best = _best(item) if kind in ("video", "animated_gif") else None
    return Media(
        url=best or original(still),
        type=KINDS.get(kind, "unknown"),
        alt=item.may("ext_alt_text", str) or None,
        key=key_of(still) or item.may("id_str", str),
    )


def _best(item: Node) -> str:
    """The mp4 of the highest bitrate; a stream list where there is no mp4."""
    listed = item.inner("video_info").must("variants", list)
    variants = [v for v in listed if isinstance(v, dict) and isinstance(v.get("url"), str)]
    files = [v for v in variants if v.get("content_type") == "video/mp4"] or variants
    if not files:
        raise ParseError(f"{item.path}.video_info.variants", "holds no address")
    return str(max(files, key=_bitrate)["url"])


def _bitrate(variant: dict[str, Any]) -> int:
    found = variant.get("bitrate")
    return found if isinstance(found, int) and not isinstance(found, bool) else 0

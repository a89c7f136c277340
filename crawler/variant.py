"""The best of the variants Meta's answers give of one picture or video, and its lasting name."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from crawler.relay import drilled
from crawler.sight import alternative, number
from evidence.model import Media


def medium(value: dict[str, Any], key: str | None) -> Media | None:
    """The picture or video an object shows, in its largest variant; None when it shows none.

    value: with `video_versions`, `video_resources` or `video_url`, else `image_versions2.candidates`,
           `display_resources`, `display_url`, `display_uri` or `display_src`.
    key:   the platform's id of it; None: the file's name in its address, which every variant
           and every newly signed address has alike.

    A video whose film is not offered gives its still, under the same key.
    """
    still = _still(value)
    films = value.get("video_versions") or value.get("video_resources")  # the latter of stories
    film = largest(films) if isinstance(films, list) else value.get("video_url")
    found, kind = (film, "video") if is_address(film) else (still, "image")
    if not isinstance(found, str) or not is_address(found):
        return None
    name = key or file_name(still if is_address(still) else found)
    return Media(found, kind, alternative(value.get("accessibility_caption")), name)


def lost_film(value: dict[str, Any]) -> bool:
    """Whether an object says it is a film, and the field that should hold one is not as it was.

    A film that is not offered is null, an empty list or, in lists of the older family, no field.
    """
    films, address = value.get("video_versions"), value.get("video_url")
    if films is not None and not isinstance(films, list):
        return True
    if films and not is_address(largest(films)):
        return True
    if address is not None and not is_address(address):
        return True
    due = value.get("media_type") == 2 or ("media_type" not in value and "image_versions2" in value)
    return due and {"video_versions", "video_url"}.isdisjoint(value)


def largest(variants: Any) -> str | None:
    """The address of the variant with most pixels, the first of equals; None when there is none."""
    best: str | None = None
    most = -1
    for each in variants if isinstance(variants, list) else ():
        where = each.get("url") or each.get("src") if isinstance(each, dict) else None
        if not isinstance(where, str):
            continue
        pixels = _side(each, "width", "config_width") * _side(each, "height", "config_height")
        if pixels > most:
            best, most = where, pixels
    return best


def file_name(address: Any) -> str | None:
    """The last part of an address's path; None when it has none."""
    try:
        return urlsplit(address).path.rpartition("/")[2] or None
    except (ValueError, AttributeError, TypeError):
        return None


def is_address(text: Any) -> bool:
    """Whether a value is an http(s) address."""
    try:
        return isinstance(text, str) and urlsplit(text).scheme in ("http", "https")
    except ValueError:
        return False


def _still(value: dict[str, Any]) -> Any:
    return (
        largest(drilled(value, "image_versions2", "candidates"))
        or largest(value.get("display_resources"))
        or value.get("display_url")
        or value.get("display_uri")
        or value.get("display_src")
    )


def _side(variant: dict[str, Any], *names: str) -> int:
    return next((n for name in names if (n := number(variant.get(name)))), 0)

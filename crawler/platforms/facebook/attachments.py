"""Pictures, videos and links attached to a post of Facebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.facebook import urls
from crawler.relay import NOISE, drilled, held, walk
from crawler.sight import alternative, identity, number
from crawler.variant import file_name, is_address
from evidence.model import Media

STILLS = ("viewer_image", "photo_image", "image", "full_image", "full_width_image", "large_share_image",
          "flexible_height_share_image", "preferred_thumbnail", "first_frame_thumbnail", "thumbnailImage",
          "placeholder_image", "massive_image")  # fmt: skip
FILMS = (
    "browser_native_hd_url",
    "playable_url_quality_hd",
    "browser_native_sd_url",
    "playable_url",
)
NOT_ENTERED = NOISE | frozenset(("feedback", "creation_story", "owner", "viewer", "attached_story"))
OF_LINKS = frozenset(
    ("web_link", "external_url", "target", "title_with_entities", "story_attachment_link_renderer", "source",
     "deduplication_key", "attached_story", "question", "style_infos", "style_type_renderer_fallback")
)  # fmt: skip
"""Fields of attachments without media of their own: links, events, polls, fallbacks."""
STUB = frozenset(("style_list", "action_links"))
KINDS = frozenset(("Photo", "Video", "GenericAttachmentMedia", "Sticker", "AnimatedImage"))


def media(attachments: list[Any]) -> tuple[Media, ...]:
    """All media of some attachments, each once, in the order of the page.

    A video whose film is not offered gives its still. Pictures of a shared link are not the
    author's media and are left out, as are an attached post's.
    """
    found: dict[str, Media] = {}
    for value in walk(attachments, skip=NOT_ENTERED):
        medium = value.get("media")
        if isinstance(medium, dict) and not _is_link(value):
            one = of(medium)
            if one is not None:
                key = one.key or one.url
                if key not in found or found[key].type != "video":
                    found[key] = one
    return tuple(found.values())


def of(value: dict[str, Any]) -> Media | None:
    """The picture or video an object shows; None when it shows none."""
    name = value.get("__typename") or value.get("__isMedia")
    if isinstance(name, str) and name not in KINDS:
        return None
    deeper = drilled(value, "video_grid_renderer", "video")
    if isinstance(deeper, dict):
        value = {**deeper, **{k: v for k, v in value.items() if v is not None}}
    native_id = identity(value.get("id")) or identity(value.get("videoId"))
    said = alternative(value.get("accessibility_caption"))
    still = _still(value)
    film = _film(value)
    if film is not None:
        return Media(film, "video", said, native_id)
    return Media(still, "image", said, native_id or file_name(still)) if still else None


def links(attachments: list[Any]) -> tuple[str, ...]:
    """Addresses of pages outside of Facebook that attachments lead to."""
    fields = held(attachments, frozenset(("web_link", "external_url")), skip=NOT_ENTERED)
    found = [drilled(link, "url") for link in fields["web_link"]] + fields["external_url"]
    return tuple(dict.fromkeys(urls.outward(url) for url in found if is_address(url)))


def is_known(attachment: list[Any]) -> bool:
    """Whether an attachment shows something a reader knows: media, a link, a thing of the site's.

    Every picture and video in it has to show an address, and an album its parts.
    """
    shown = any(isinstance(each, dict) and is_stub(each) for each in attachment)
    for value in walk(attachment, skip=NOT_ENTERED):
        medium = value.get("media")
        if isinstance(medium, dict) and medium.get("__typename") in ("Photo", "Video"):
            if of(medium) is None:
                return False
            shown = True
        elif isinstance(medium, dict) and str(medium.get("__typename")) in KINDS:
            shown = shown or of(medium) is not None
        elif medium is not None and not isinstance(medium, dict):
            return False
        album = value.get("all_subattachments", {"nodes": []})
        if album is not None and not isinstance(drilled(album, "nodes"), list):
            return False
        shown = shown or not OF_LINKS.isdisjoint(value)
    return shown


def is_stub(attachment: dict[str, Any]) -> bool:
    """Whether an attachment only names the styles or buttons of one that stands in another part."""
    return bool(attachment.keys() & STUB) and attachment.keys() <= STUB | {"__typename"}


def hidden(listed: list[Any]) -> str:
    """How many pictures of an album are shown, where it counts more; empty when it does not."""
    for value in walk(listed, skip=NOT_ENTERED):
        album = value.get("all_subattachments")
        counted, nodes = number(drilled(album, "count")), drilled(album, "nodes")
        if counted is not None and isinstance(nodes, list) and counted > len(nodes):
            return f"all_subattachments: {len(nodes)} of {counted}"
    return ""


def film_kept_back(listed: list[Any], shown: tuple[Media, ...]) -> str:
    """That a video is shown by its still alone; empty when every film is offered."""
    films = {medium.key for medium in shown if medium.type == "video"}
    for value in walk(listed, skip=NOT_ENTERED):
        medium = value.get("media")
        is_film = drilled(medium, "__typename") == "Video" and not _is_link(value)
        if is_film and identity(drilled(medium, "id")) not in films:
            return "Video: no film"
    return ""


def _is_link(attachment: dict[str, Any]) -> bool:
    return bool(next(_held_links(attachment), None))


def _held_links(attachment: dict[str, Any]) -> Iterator[Any]:
    yield from (
        v for v in (drilled(attachment, "story_attachment_link_renderer", "attachment"),) if v
    )
    yield from (v for v in (attachment.get("web_link"), attachment.get("external_url")) if v)


def _still(value: dict[str, Any]) -> str | None:
    """The largest of the pictures, the first of equals."""
    best: str | None = None
    most = -1
    for name in STILLS:
        found = value.get(name)
        found = found.get("image", found) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            continue
        where = found.get("uri")
        pixels = (number(found.get("width")) or 0) * (number(found.get("height")) or 0)
        if is_address(where) and pixels > most:
            best, most = where, pixels
    return best


def _film(value: dict[str, Any]) -> str | None:
    legacy = value.get("videoDeliveryLegacyFields")
    for source in (value, legacy if isinstance(legacy, dict) else {}):
        for name in FILMS:
            if is_address(source.get(name)):
                return str(source[name])
    result = drilled(value, "videoDeliveryResponseFragment", "videoDeliveryResponseResult")
    offered = drilled(result, "progressive_urls")
    for each in reversed(offered) if isinstance(offered, list) else ():
        if is_address(drilled(each, "progressive_url")):
            return str(each["progressive_url"])
    return None

"""Pictures, videos, voice notes and files of a t.me message, and what of it nothing accounts for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from crawler.platforms.telegram import urls
from crawler.platforms.telegram.markup import classes, first, inside, style_url, words
from evidence.model import Media

_MESSAGE_PARTS = (
    "author", "owner_name", "user", "bubble_tail", "text", "photo", "video", "roundvideo",
    "voice", "document", "sticker", "tgsticker", "reply", "poll", "link_preview", "inline",
    "forwarded_from", "via_bot", "views", "meta", "date", "info", "footer", "from_author",
    "reactions", "location", "metadata", "error",
)  # fmt: skip
_STEMS = (
    *(f"tgme_widget_message_{part}" for part in _MESSAGE_PARTS),
    "tgme_reaction", "message_media_not_supported", "message_media_view_in_telegram",
    "message_video", "link_preview", "service_message", "copyonly", "emoji", "time",
)  # fmt: skip
_FRAMES = {
    "tgme_widget_message_bubble",
    "media_supported_cont",
    "media_not_supported_cont",
    "tgme_widget_message",
    "tgme_widget_message_grouped_wrap",
    "tgme_widget_message_grouped",
    "tgme_widget_message_grouped_layer",
    "js-message_grouped_wrap",
}


def media_of(element: Any, page_url: str) -> tuple[Media, ...]:
    """All media of a message in the order of the page; link previews are not among them.

    A video the web does not play gives its still picture. A file gives the address of its message,
    since its bytes are not on the web, and its name as `alt`.

    The path of a picture's address is a signature that changes, so where the page gives no id
    the key is the picture's place in the message: it cannot show that the picture was replaced.
    """
    found = dict.fromkeys(_media(element, page_url))
    return tuple(
        media if media.key or media.type == "document" else replace(media, key=f"place {n}")
        for n, media in enumerate(found)
    )


def unaccounted(element: Any) -> Iterator[str]:
    """Classes of parts of a message that show text or a picture and that no rule here knows.

    Telegram adding a kind of content, or renaming one, must be heard of: the rest of the message
    would read as whole.
    """
    for part in element.iter():
        if not isinstance(part.tag, str):
            continue
        if not ((part.text or "").strip() or style_url(part) or part.get("src")):
            continue
        if part.tag in ("script", "style") or _accounted(part, element):
            continue
        yield " ".join(sorted(classes(part))) or part.tag


def _media(element: Any, page_url: str) -> Iterator[Media]:
    for part in element.iter("a", "i", "video", "audio", "div"):
        names = classes(part)
        if inside(part, "tgme_widget_message_reply"):
            continue
        if "tgme_widget_message_photo_wrap" in names and style_url(part):
            yield Media(_full(page_url, style_url(part)), "image", key=_photo_id(part))
        elif part.tag == "video" and part.get("src"):
            yield Media(_full(page_url, part.get("src")), "video", key=_file(part.get("src")))
        elif names & {"tgme_widget_message_video_player", "tgme_widget_message_roundvideo_player"}:
            yield from _still(part, page_url)
        elif part.tag == "audio" and part.get("src"):
            yield Media(_full(page_url, part.get("src")), "audio", key=_file(part.get("src")))
        elif "tgme_widget_message_location" in names and style_url(part):
            yield Media(_full(page_url, style_url(part)), "image")
        elif "tgme_widget_message_document_wrap" in names:
            title = words(first(part, "tgme_widget_message_document_title"))
            yield Media(_full(page_url, part.get("href") or ""), "document", alt=title)
        elif part.get("data-webp") and "tgme_widget_message_sticker" in names:
            yield Media(_full(page_url, part.get("data-webp")), "image")


def _still(player: Any, page_url: str) -> Iterator[Media]:
    if any(video.get("src") for video in player.iter("video")):
        return
    for part in player.iter("i"):
        if style_url(part):
            yield Media(_full(page_url, style_url(part)), "image")


def _accounted(part: Any, message: Any) -> bool:
    """Whether the nearest classed element, up to the message, is one that is read or ignored."""
    at = part
    while at is not None and at is not message:
        names = classes(at) - _FRAMES
        if any(_known(name) for name in names):
            return True
        if names:
            return False
        at = at.getparent()
    return not classes(part) and part.tag not in ("a", "img", "video", "audio", "div", "span")


def _known(name: str) -> bool:
    return any(name == stem or name.startswith(stem + "_") for stem in _STEMS)


def _full(page_url: str, href: str | None) -> str:
    return urls.absolute(page_url, href or "")


def _photo_id(part: Any) -> str | None:
    """Telegram writes the photo's id as a class of its own: digits only, 15 or more of them."""
    for name in (part.get("class") or "").split():
        if name.isdigit() and name.isascii() and len(name) >= 15:
            return name
    return None


def _file(address: str) -> str | None:
    """The file's name on the media host; its query is a token that expires."""
    try:
        return urlsplit(address).path.rpartition("/")[2] or None
    except ValueError:
        return None

"""Pictures, videos, voice notes and files of a t.me message, and what of it nothing accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from crawler.platforms.telegram import urls
from crawler.platforms.telegram.markup import classes, every, first, inside, style_url, words
from evidence.model import Media

_MESSAGE_PARTS = (
    "author", "owner_name", "user", "bubble_tail", "text", "photo", "video", "roundvideo",
    "voice", "document", "sticker", "tgsticker", "reply", "poll", "link_preview", "inline",
    "forwarded_from", "via_bot", "views", "meta", "date", "info", "footer", "from_author",
    "reactions", "location", "contact", "metadata", "error", "link", "bubble_logo", "service_photo",
    "videosticker",
)  # fmt: skip
_STEMS = (
    *(f"tgme_widget_message_{part}" for part in _MESSAGE_PARTS),
    "tgme_reaction", "message_media_not_supported", "message_media_view_in_telegram",
    "message_video", "link_preview", "service_message", "copyonly", "emoji", "time",
)  # fmt: skip
_THUMBS = {"tgme_widget_message_video_thumb", "tgme_widget_message_roundvideo_thumb"}
_PLAYERS = {"tgme_widget_message_video_player", "tgme_widget_message_roundvideo_player"}
_ASIDE = ("tgme_widget_message_reply", "tgme_widget_message_link_preview")
"""What the message replies to and what it links to have pictures of their own."""
REPLY_TEXT = "js-message_reply_text"
_CLASS_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")


def media_of(element: Any, page_url: str) -> tuple[Media, ...]:
    """All media of a message in the order of the page; link previews are not among them.

    A video the web does not play gives its still picture. A file's bytes are not on the web: it
    gives the app's link to its message, which is not fetched, and its name as `alt`.

    The path of a picture's address is a signature that changes, so where the page gives no id
    the key is the picture's place in the message: it cannot show that the picture was replaced.
    """
    found = dict.fromkeys(_media(element, page_url))
    return tuple(
        media if media.key or media.type == "document" else replace(media, key=f"place {n}")
        for n, media in enumerate(found)
    )


def unaccounted(element: Any) -> Iterator[str]:
    """Parts of a message that show text or a picture and that no rule here knows, by class; and
    parts of a known class without what that class is for.

    Telegram adding a kind of content, or renaming one, must be heard of: the rest of the message
    would read as whole.
    """
    for part in element.iter():
        if not isinstance(part.tag, str):
            continue
        yield from _faults(part)
        if not ((part.text or "").strip() or style_url(part) or part.get("src")):
            continue
        if part.tag in ("script", "style") or _accounted(part, element):
            continue
        names = sorted(name for name in classes(part) if _CLASS_NAME.fullmatch(name))
        yield " ".join(names[:3]) or "without a class"


def _media(element: Any, page_url: str) -> Iterator[Media]:
    for part in element.iter("a", "i", "img", "video", "audio", "source", "div"):
        if any(inside(part, name) for name in _ASIDE):
            continue
        found = _medium(part, classes(part))
        if found is not None:
            yield replace(found, url=_full(page_url, found.url))


def _medium(part: Any, names: set[str]) -> Media | None:
    """The medium an element is, with its address as written; None when it is none."""
    shown = style_url(part)
    if part.tag in ("video", "audio") and part.get("src"):
        return Media(part.get("src"), str(part.tag), key=_file(part.get("src")))
    if part.tag == "img" and inside(part, "tgme_widget_message_service_photo"):
        return Media(part.get("src") or "", "image")
    if part.tag == "source" and inside(part, "tgme_widget_message_tgsticker"):
        return Media(part.get("srcset") or "", "unknown")
    if "tgme_widget_message_photo_wrap" in names and shown:
        return Media(shown, "image", key=_photo_id(part))
    if names & _THUMBS and shown and not _plays(part.getparent()):
        return Media(shown, "image")
    if "tgme_widget_message_location" in names and shown:
        return Media(shown, "image")
    if "tgme_widget_message_sticker" in names and (part.get("data-webp") or shown):
        return Media(part.get("data-webp") or shown or "", "image")
    if "tgme_widget_message_document_wrap" in names:
        title = words(first(part, "tgme_widget_message_document_title"))
        return Media(_app_link(part), "document", alt=title)
    return None


def _plays(player: Any) -> bool:
    return any(video.get("src") for video in player.iter("video"))


def _faults(part: Any) -> Iterator[str]:
    """Parts whose class is known but which lack what that class is for."""
    names = classes(part)
    if inside(part, "tgme_widget_message_link_preview"):
        return
    if any(name.startswith("link_preview_") for name in names):
        yield "part of a link preview outside of one"
    if "tgme_widget_message_photo_wrap" in names and not style_url(part):
        yield "photo without an address"
    if part.tag == "video" and not part.get("src"):
        yield "video without an address"
    if part.tag == "audio" and not part.get("src"):
        yield "audio without an address"
    if names & _THUMBS and not style_url(part):
        yield "still without an address"
    if names & _PLAYERS and not _plays(part) and not any(every(part, name) for name in _THUMBS):
        yield "player without video or still"
    if "tgme_widget_message_document_wrap" in names and not part.get("href"):
        yield "document without a link"
    if REPLY_TEXT in names and not inside(part, "tgme_widget_message_reply"):
        yield "quoted text outside a reply"
    if "tgme_widget_message_poll" in names:
        options = len(every(part, "tgme_widget_message_poll_option"))
        texts = len(every(part, "tgme_widget_message_poll_option_text"))
        if not texts or options != texts or not every(part, "tgme_widget_message_poll_question"):
            yield "poll without question or options"


def _accounted(part: Any, message: Any) -> bool:
    """Whether the part lies in, or is, an element that is read or ignored on purpose."""
    at = part
    while at is not None and at is not message:
        if any(_known(name) for name in classes(at)):
            return True
        at = at.getparent()
    return part is message


def _app_link(part: Any) -> str:
    href = str(part.get("href") or "")
    place = urls.message(href)
    return f"tg://resolve?domain={place[0]}&post={place[1]}" if place else href


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

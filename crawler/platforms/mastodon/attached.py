"""What stands beside the words of an ActivityPub post: pictures, films, sounds, links to pages.

Source: W3C Activity Vocabulary; `attachment` of Mastodon, Lemmy and Mobilizon, `url` of PeerTube.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.mastodon import deeds
from crawler.take import Node, each
from evidence.errors import ParseError
from evidence.model import Media

TYPE_OF_MEDIA = {"image": "image", "video": "video", "audio": "audio"}
TYPE_OF_ATTACHMENT = {
    "Image": "image",
    "Video": "video",
    "Audio": "audio",
    "Document": "document",
}
LINKS = frozenset(("Link", "Page", "Article", "Event", "Note"))
"""Kinds of attachment that lead to a page; Lemmy's posts and Mobilizon's events have them."""
ASIDE = frozenset(("PropertyValue", "IdentityProof", "Place", "Emoji"))
"""Kinds of attachment that say something of the post, and show nothing."""


def media(item: Node) -> tuple[Media, ...]:
    """The media of a post, in order; what has no address is noted."""
    shown = [
        one
        for one in objects(item, "attachment")
        if not _leads(one) and deeds.first(one.get("type")) not in ASIDE
    ]
    return (*each(shown, f"{item.path}.attachment", item.faults, _media), *_films(item))


def links(item: Node) -> tuple[str, ...]:
    """Addresses of pages that stand beside the words; one that has none is noted."""
    found = [link_of(one) for one in objects(item, "attachment") if _leads(one)]
    if None in found:
        item.fault("attachment", "expected the address of a link")
    return tuple(address for address in found if address)


def objects(item: Node, name: str) -> list[dict[str, Any]]:
    """The objects in a field; ActivityStreams lets one thing stand for a list of one."""
    found = item.value.get(name)
    entries = found if isinstance(found, list) else [found]
    return [entry for entry in entries if isinstance(entry, dict)]


def link(value: Any) -> str | None:
    """The address in a link: a string, an object with href or id, or the first of a list."""
    if isinstance(value, list):
        return next((found for entry in value if (found := link_of(entry))), None)
    return link_of(value)


def link_of(value: Any) -> str | None:
    """The address a string is, or an object holds; None when it is none of the web."""
    if isinstance(value, dict):
        value = value.get("href") or value.get("id")
    return value if isinstance(value, str) and value.startswith(("http:", "https:")) else None


def _leads(attached: dict[str, Any]) -> bool:
    """Whether an attachment is a link to a page, and no picture, film or sound."""
    family = str(attached.get("mediaType") or "").partition("/")[0]
    return deeds.first(attached.get("type")) in LINKS and family not in TYPE_OF_MEDIA


def _films(item: Node) -> Iterator[Media]:
    """The film or sound a Video or Audio is, which stands among its addresses (PeerTube)."""
    listed = item.value.get("url")
    for entry in listed if isinstance(listed, list) else ():
        said = entry.get("mediaType") if isinstance(entry, dict) else None
        family = str(said or "").partition("/")[0]
        address = link_of(entry)
        if family in ("video", "audio") and address is not None:
            yield Media(address, TYPE_OF_MEDIA[family], None)
            return


def _media(item: Node) -> Media:
    address = link(item.value.get("url") or item.value.get("href"))
    if address is None:
        raise ParseError(f"{item.path}.url", "expected an address, found none")
    family = (item.may("mediaType", str) or "").partition("/")[0]
    kind = TYPE_OF_MEDIA.get(family) or TYPE_OF_ATTACHMENT.get(item.must("type", str))
    if kind is None:
        item.fault("type", "is a kind of media that is not known")
    return Media(address, kind or "unknown", item.may("name", str))

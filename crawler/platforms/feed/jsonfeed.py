"""JSON Feed 1.0 and 1.1. Source: jsonfeed.org/version/1.1."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from crawler.markup import fragment
from crawler.platforms.feed.words import absolute, anchors, kind_of_media, moment, whole
from crawler.take import Node, each, node
from evidence.errors import ParseError
from evidence.model import AccountSeen, Drift, Media, Post, Reading, SeenState

VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")


def is_json_feed(value: Any) -> bool:
    """True for an object whose version names JSON Feed, or that has its two mandatory lists."""
    if not isinstance(value, dict):
        return False
    return VERSION.match(str(value.get("version", ""))) is not None or (
        isinstance(value.get("items"), list) and "home_page_url" in value
    )


def read(value: dict[str, Any], url: str, read_by: str) -> Reading:
    """The feed and its items. Read on purpose not: icons, tags, language, hubs, extensions.

    url: the feed's address, which is the id of its account; else the one it gives itself.
    Raises ParseError when the list of items is missing.
    """
    faults: list[Drift] = []
    feed = node(value, "$", faults)
    items = feed.must("items", list)
    named = (absolute("", feed.may(name, str) or "") for name in ("feed_url", "home_page_url"))
    url = url or next((address for address in named if address), "")
    posts = each(items, "$.items", faults, lambda item: _post(item, feed, url))
    onward = absolute(url, feed.may("next_url", str) or "") if value.get("next_url") else None
    return Reading(
        read_by,
        posts=posts,
        accounts=(AccountSeen(url, None, feed.want("title", str), SeenState.PRESENT),),
        next=(onward,) if onward else (),
        drift=tuple(faults),
        empty=items == [] and not faults,
    )


def _post(item: Node, feed: Node, url: str) -> Post:
    link = item.may("url", str) or item.may("external_url", str)
    markup = item.may("content_html", str)
    content = fragment(markup, collapse=True).text if markup else item.may("content_text", str)
    title, summary = item.may("title", str) or "", item.may("summary", str) or ""
    if content is None and not summary and not title:
        raise ParseError(f"{item.path}.content_text", "expected content, found nothing")
    published, modified = _time(item, "date_published"), _time(item, "date_modified")
    return Post(
        native_id=_id(item, link),
        author_id=url,
        author_handle=_author(item) or _author(feed),
        text=whole(title, summary, content or ""),
        published_at=published,
        edited_at=modified if modified != published else None,
        url=absolute(url, link) if link else None,
        media=_media(item, url),
        links=anchors((markup,) if markup else (), link or url),
    )


def _id(item: Node, link: str | None) -> str:
    """The item's id; version 1.0 let publishers write numbers."""
    found = item.value.get("id")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return item.may("id", str) or link or item.must("id", str)


def _time(item: Node, name: str) -> datetime | None:
    said = item.may(name, str)
    if said is None:
        return None
    found = moment(said)
    if found is None:
        item.fault(name, "expected a time with a zone")
    return found


def _author(item: Node) -> str | None:
    authors = item.may("authors", list) or [item.may("author", dict)]
    names = (author.get("name") for author in authors if isinstance(author, dict))
    return next((name for name in names if isinstance(name, str) and name), None)


def _media(item: Node, url: str) -> tuple[Media, ...]:
    listed = item.may("attachments", list) or []
    attached = each(
        listed,
        f"{item.path}.attachments",
        item.faults,
        lambda entry: Media(
            absolute(url, entry.must("url", str)) or entry.must("url", str),
            kind_of_media(entry.want("mime_type", str) or ""),
            entry.may("title", str),
        ),
    )
    image = item.may("image", str)
    pictured = absolute(url, image) if image else None
    return (*((Media(pictured, "image"),) if pictured else ()), *attached)

"""A kept capture as the page it was, so that the present reader can look at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler import registry
from crawler.desk import Desk
from crawler.ingest.found import Found, page_of
from crawler.visit import READ, Seen, Visit
from evidence.canonical import decode, parse_instant
from evidence.model import CaptureKind, KnownPost, Post


def post_again(desk: Desk, visit: Visit, known: KnownPost) -> Post | None:
    """The post as the present reader sees it in the page its last snapshot was read from.

    None when that page is not there any more, or does not show the post by itself.
    """
    row = desk.archive.row("snapshots", known.snapshot)
    seen = seen_again(desk, str(row["capture"]), visit) if row else ""
    if isinstance(seen, str):
        return None
    posts = (post for post in seen.reading.posts if post.native_id == known.native_id)
    return next(posts, None)


def seen_again(desk: Desk, capture: str, visit: Visit) -> Seen | str:
    """A kept capture as a page that was seen when it was fetched; else why it cannot be read."""
    entry = desk.archive.entry(capture)
    if entry is None or "body" not in {ref.role for ref in entry.statement.objects}:
        return "not kept"
    facts = entry.statement.facts
    exchange = desk.archive.open_object(capture, "exchange")
    body = desk.archive.open_object(capture, "body")
    if exchange is None or body is None:
        return "erased"
    kind = CaptureKind(str(facts["kind"]))
    if kind not in READ and kind is not CaptureKind.FILE:
        return "not a page"
    said = decode(exchange.data)
    page = page_of(_found(said, body.ref.media, body.data, facts))
    platform = visit.entry.account.platform
    reading = registry.read(platform, page)
    reading = registry.place(platform, reading, visit.native_id, visit.handle)
    at = parse_instant(str(facts["fetched_at"]))
    return Seen(visit, page.url, capture, page, reading, at, kind, via=str(facts["via"]))


def _found(said: Mapping[str, Any], media: str, body: bytes, facts: Mapping[str, Any]) -> Found:
    headers = tuple((str(name), str(value)) for name, value in said["response_headers"])
    if facts["kind"] == CaptureKind.DOM.value or not headers:
        headers = (*headers, ("Content-Type", f"{media}; charset=utf-8"))
    kind = CaptureKind(str(facts["kind"]))
    return Found("", str(said["url"]), kind, media, body, None, facts["status"],
                 response_headers=headers)  # fmt: skip

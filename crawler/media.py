"""The pictures and videos of posts: fetched with the page, in parts where they are large."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.parts import Part, chain, is_whole, kept_parts, part_of
from crawler.visit import Seen, Visit
from evidence.model import CaptureKind, Change, Media, Observation
from evidence.record import post_key, server_of

if TYPE_CHECKING:
    from crawler.desk import Desk

PART_BYTES = 8_000_000
"""Of one request for a large file: what is in memory at a time."""
RETRIED_FOR = timedelta(days=3)
UNFINISHED_LOOKED_AT = 200
SNAPSHOTS_LOOKED_AT = 20
MOST_BREAKS = 3
"""Broken connections of one file in one visit; the next visit goes on."""
GONE = frozenset({401, 403, 404, 410, 451})
SEGMENTED = (".m3u8", ".mpd")
"""Addresses of lists of segments, not of a file."""


async def media(
    visit: Visit, observation: Observation, snapshot: str, desk: Desk
) -> AsyncIterator[Seen]:
    """The picture and video bytes of one post that are not kept yet; a gap says what is skipped."""
    post = observation.post
    if post is None:
        return
    if any(item.key is not None for item in post.media) and observation.change is not Change.NEW:
        await asyncio.to_thread(remember_keys, visit, post.native_id, desk)
    for item in post.media[: desk.config.media_per_post]:
        why = unfit(item)
        if why:
            visit.gap("MEDIA_SKIPPED", why)
        elif not await asyncio.to_thread(known, visit, item, desk):
            async for seen in fetched(visit, item.url, item.type == "image", snapshot, desk):
                yield seen
    if len(post.media) > desk.config.media_per_post:
        visit.gap("MEDIA_SKIPPED", "more media than the limit per post")


def unfit(item: Media) -> str:
    """Why a file is not asked for; empty when it is."""
    try:
        parts = urlsplit(item.url)
    except ValueError:
        return "not a web address"
    if parts.scheme not in ("http", "https"):
        return "not a web address"
    if parts.path.lower().endswith(SEGMENTED):
        return "a stream in segments, not a file"
    return ""


def known(visit: Visit, item: Media, desk: Desk) -> bool:
    """Whether the file is kept, under its address or, signed anew, under its key."""
    platform = visit.entry.account.platform
    urls = [item.url]
    if item.key is not None:
        urls.append(visit.media_keys.setdefault(item.key, item.url))
    return any(
        desk.archive.row("media", f"{platform}|{url}") is not None
        or is_whole(chain(kept_parts(desk.archive, url)))
        for url in dict.fromkeys(urls)
    )


def remember_keys(visit: Visit, native_id: str, desk: Desk) -> None:
    """Under which addresses earlier states of a post showed the files it may show again."""
    platform = visit.entry.account.platform
    row = desk.archive.row(
        "posts", post_key(platform, native_id, server_of(platform, visit.base_url))
    )
    where = {"post": row["post"]} if row else {"post": ""}
    for row in desk.archive.rows("snapshots", where, order="number", limit=SNAPSHOTS_LOOKED_AT):
        opening = desk.archive.open_object(row["id"], "post")
        if opening is None:
            continue
        for shown in json.loads(opening.data)["post"]["media"]:
            if shown["key"] is not None and shown["url"] != "":
                visit.media_keys.setdefault(shown["key"], shown["url"])


async def fetched(
    visit: Visit, url: str, at_once: bool, snapshot: str | None, desk: Desk
) -> AsyncIterator[Seen]:
    """One file: a picture at once, anything else part by part, continued where it broke off.

    A part of another version than the parts before makes it start anew, once; both are kept.
    """
    parts = [] if at_once else await asyncio.to_thread(kept_parts, desk.archive, url)
    anew = broken = 0
    while not is_whole(have := chain(parts)):
        refusal = over_limit(visit, have, desk)
        if refusal or anew > 1:
            visit.gap("MEDIA_SKIPPED", refusal or "the file changes while it is fetched")
            return
        headers = () if at_once else asked_range(have)
        seen = await visit.get(url, headers=headers, kind=CaptureKind.MEDIA, of=snapshot)
        yield seen
        part = received(visit, seen)
        broken += bool(seen.cut)
        if part is None or at_once or broken > MOST_BREAKS or not continues(seen):
            return
        anew += bool(have) and part.validator != have[-1].validator
        if have and not anew and part.end <= have[-1].end:
            return
        parts.append(part)


def continues(seen: Seen) -> bool:
    """Whether a server gives a file in parts, so that asking on makes sense."""
    if seen.page is None or seen.status == 206:
        return seen.page is not None
    return bool(seen.cut) and seen.page.headers.get("accept-ranges", "").lower() == "bytes"


def asked_range(have: tuple[Part, ...]) -> tuple[tuple[str, str], ...]:
    """Headers that ask for the next part, and for nothing else than the same version."""
    at = have[-1].end if have else 0
    said = [("Range", f"bytes={at}-{at + PART_BYTES - 1}"), ("Accept-Encoding", "identity")]
    if have and have[-1].validator:
        said.append(("If-Range", have[-1].validator))
    return tuple(said)


def received(visit: Visit, seen: Seen) -> Part | None:
    """The part that came, or None and a gap that says why none did."""
    page = seen.page
    if page is None or page.status not in (200, 206):
        expired = " (the address may have expired)" if seen.status in GONE else ""
        visit.gap("MEDIA_UNAVAILABLE", f"HTTP {seen.status}{expired}", seen.capture)
        return None
    if page.headers.get("content-type", "").startswith("text/html"):
        visit.gap("MEDIA_UNAVAILABLE", "a web page came instead", seen.capture)
        return None
    visit.count("media_bytes", len(page.body))
    return part_of(seen.capture, page.status, page.headers, len(page.body))


def over_limit(visit: Visit, have: tuple[Part, ...], desk: Desk) -> str:
    """Why no more of a file may be fetched; empty when it may."""
    total = have[-1].total if have else None
    if total is not None and total > desk.config.media_bytes:
        return f"{total} bytes, more than the limit of a file"
    if visit.counts.get("media_bytes", 0) >= desk.config.media_visit_bytes:
        return "more bytes of media than the limit of a visit"
    return ""


async def unfinished(visit: Visit, desk: Desk) -> AsyncIterator[Seen]:
    """Go on with files of earlier visits that broke off in the last days."""
    rows = await asyncio.to_thread(
        lambda: list(
            desk.archive.rows(
                "captures",
                {"watch": visit.entry.watch, "kind": "media"},
                since=("fetched_at", visit.started_at - RETRIED_FOR),
                order="fetched_at",
                descending=True,
                limit=UNFINISHED_LOOKED_AT,
            )
        )
    )
    newest = {row["url"]: row for row in reversed(rows)}
    for url, row in newest.items():
        if row["visit"] == visit.id or row["status"] != 206 or row["via"] != "CRAWL":
            continue
        if not is_whole(chain(await asyncio.to_thread(kept_parts, desk.archive, url))):
            async for seen in fetched(visit, url, False, row["of"], desk):
                yield seen

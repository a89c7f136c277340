"""After the conversation: the pictures of new and changed posts, and their public page as shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.load import Load
from crawler.visit import Seen, Visit
from evidence.model import CaptureKind, Observation

if TYPE_CHECKING:
    from crawler.desk import Desk

PAGES_RENDERED_PER_VISIT = 10


async def extras(visit: Visit, desk: Desk) -> AsyncIterator[Seen]:
    """Media of every new or changed post, each once; then screenshots where the row asks for them.

    What is skipped or fails is a gap of the visit, with its reason.
    """
    changed = list(visit.changed)
    for observation, snapshot in changed:
        async for seen in media(visit, observation, snapshot, desk):
            yield seen
    if visit.entry.render:
        for observation, snapshot in changed[:PAGES_RENDERED_PER_VISIT]:
            async for seen in rendered(visit, observation, snapshot):
                yield seen
        if len(changed) > PAGES_RENDERED_PER_VISIT:
            visit.gap("NOT_RENDERED", f"{len(changed) - PAGES_RENDERED_PER_VISIT} pages over limit")


async def media(
    visit: Visit, observation: Observation, snapshot: str, desk: Desk
) -> AsyncIterator[Seen]:
    """The picture and video bytes of one post that are not kept yet."""
    post = observation.post
    if post is None:
        return
    platform = visit.entry.account.platform
    for item in post.media[: desk.config.media_per_post]:
        if urlsplit(item.url).scheme not in ("http", "https"):
            visit.gap("MEDIA_SKIPPED", "not a web address")
            continue
        row = await asyncio.to_thread(desk.archive.row, "media", f"{platform}|{item.url}")
        if row is None:
            seen = await visit.get(item.url, kind=CaptureKind.MEDIA, of=snapshot)
            if seen.page is None or seen.page.status != 200:
                visit.gap("MEDIA_UNAVAILABLE", f"HTTP {seen.status}", seen.capture)
            yield seen
    if len(post.media) > desk.config.media_per_post:
        visit.gap("MEDIA_SKIPPED", "more media than the limit per post")


async def rendered(visit: Visit, observation: Observation, snapshot: str) -> AsyncIterator[Seen]:
    """Screenshot and DOM of one post's public page, each a capture of its own."""
    post = observation.post
    if post is None or not post.url:
        return
    if urlsplit(post.url).scheme not in ("http", "https"):
        visit.gap("NOT_RENDERED", "its address is neither http nor https")
        return
    for seen in await visit.load(visit, Load(post.url, of=snapshot, picture=True)):
        yield seen

"""After the conversation: the pictures of new and changed posts, and their public page as shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.browser import Rendered
from crawler.middlewares.keep import Ticket
from crawler.visit import Seen, Visit
from evidence.errors import ConfigError, FetchError
from evidence.model import CaptureKind, CaptureState, Exchange, Observation, Reading

if TYPE_CHECKING:
    from crawler.browser import Browser
    from crawler.desk import Desk

NOT_READ = Reading(read_by="none")
PAGES_RENDERED_PER_VISIT = 10


async def extras(visit: Visit, browser: Browser, desk: Desk) -> AsyncIterator[Seen]:
    """Media of every new or changed post, each once; then screenshots where the row asks for them.

    What is skipped or fails is a gap of the visit, with its reason.
    """
    changed = list(visit.changed)
    for observation, snapshot in changed:
        async for seen in media(visit, observation, snapshot, desk):
            yield seen
    if visit.entry.render:
        for observation, snapshot in changed[:PAGES_RENDERED_PER_VISIT]:
            async for seen in rendered(visit, observation, snapshot, browser, desk):
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


async def rendered(
    visit: Visit, observation: Observation, snapshot: str, browser: Browser, desk: Desk
) -> AsyncIterator[Seen]:
    """Screenshot and DOM of one post's public page, each a capture of its own."""
    post = observation.post
    if post is None or not post.url:
        return
    asked_at = desk.clock.now()
    try:
        shown = await browser.render(post.url)
    except (FetchError, ConfigError) as error:
        visit.gap("NOT_RENDERED", error.why)
        return
    if not shown.has_content:
        visit.gap("RENDERED_BLANK", "the page shows no text")
    for kind, media_type, body in (
        (CaptureKind.SCREENSHOT, "image/png", shown.screenshot),
        (CaptureKind.DOM, "text/html", shown.dom),
    ):
        exchange = _exchange(shown, kind, media_type, body, snapshot, asked_at, desk)
        ticket = Ticket(
            visit.id, visit.entry.watch, visit.slot, kind, snapshot, desk.anchor, minimise=False
        )
        capture = await desk.keeper.keep(exchange, ticket)
        visit.count("rendered")
        yield Seen(visit, post.url, capture, None, NOT_READ, exchange.fetched_at, kind, snapshot)


def _exchange(
    shown: Rendered,
    kind: CaptureKind,
    media_type: str,
    body: bytes,
    snapshot: str,
    asked_at: datetime,
    desk: Desk,
) -> Exchange:
    return Exchange(
        url=shown.url,
        method="GET",
        requested_at=asked_at,
        fetched_at=desk.clock.now(),
        request_headers=(("User-Agent", shown.user_agent),),
        status=shown.status,
        response_headers=(("X-Jejak-Browser", shown.browser),),
        body=body,
        kind=kind,
        state=CaptureState.COMPLETE if shown.has_content else CaptureState.PARTIAL,
        media=media_type,
        flags=tuple(f"blocked:{n}" for n in (len(shown.blocked),) if n),
        of=snapshot,
    )

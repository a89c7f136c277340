"""After the conversation: the pictures of new and changed posts, and their public page as shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.load import Load
from crawler.media import media, unfinished
from crawler.visit import Seen, Visit
from evidence.model import Observation

if TYPE_CHECKING:
    from crawler.desk import Desk

PAGES_RENDERED_PER_VISIT = 10


async def extras(visit: Visit, desk: Desk) -> AsyncIterator[Seen]:
    """Media of every new or changed post, each once, and what broke off before; then screenshots
    where the row asks for them.

    What is skipped or fails is a gap of the visit, with its reason.
    """
    changed = list(visit.changed)
    for observation, snapshot in changed:
        async for seen in media(visit, observation, snapshot, desk):
            yield seen
    async for seen in unfinished(visit, desk):
        yield seen
    if visit.entry.render:
        for observation, snapshot in changed[:PAGES_RENDERED_PER_VISIT]:
            async for seen in rendered(visit, observation, snapshot):
                yield seen
        if len(changed) > PAGES_RENDERED_PER_VISIT:
            visit.gap("NOT_RENDERED", f"{len(changed) - PAGES_RENDERED_PER_VISIT} pages over limit")


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

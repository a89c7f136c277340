"""The conversation with an interface: it follows what answers name, and no further."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from crawler.official import youtube
from crawler.official.key import Key
from crawler.official.walk import converse
from crawler.page import Page
from crawler.registry import read
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import AccountId, Attribution, Confidence, Side, WatchEntry

NOW = datetime(2026, 11, 21, tzinfo=UTC)
API = youtube.API
KEY = Key(frozenset({"www.googleapis.com"}), "X-Goog-Api-Key", "k", "k")
CHANNEL = {
    "kind": "youtube#channelListResponse",
    "items": [{"id": "UCa", "snippet": {"title": "A", "customUrl": "@tim"},
               "contentDetails": {"relatedPlaylists": {"uploads": "UUa"}}}],
}  # fmt: skip
LIST = {
    "kind": "youtube#playlistItemListResponse",
    "items": [{"contentDetails": {"videoId": "v1"}}],
}
VIDEOS = {
    "kind": "youtube#videoListResponse",
    "items": [{"id": "v1", "snippet": {"channelId": "UCa", "title": "Rapat",
                                       "publishedAt": "2026-11-20T03:04:05Z"}}],
}  # fmt: skip
COMMENTS = {"kind": "youtube#commentThreadListResponse", "items": []}


def walk(
    answers: dict[str, Any], side: Side = Side.CAMPAIGN, pages_limit: int = 2
) -> tuple[list[Ask], Visit]:
    asked: list[Ask] = []

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        asked.append(ask)
        value = next((v for part, v in answers.items() if part in ask.url), {"error": {}})
        page = Page(ask.url, 200, {}, json.dumps(value).encode())
        return Seen(visit, ask.url, f"c{len(asked)}", page, read("youtube", page), NOW)

    entry = WatchEntry(
        "w-1", AccountId("youtube", None, "tim"), side, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip
    visit = Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id=None, handle="tim",
        state=None, watched=Watched({}, {}, {}), pages_limit=pages_limit, fetch=fetch,
        archive_known=lambda _v, _l: (),
    )  # fmt: skip

    async def run() -> None:
        async for _seen in converse(visit, KEY):
            pass

    asyncio.run(run())
    return asked, visit


SOUND = {
    "/channels": CHANNEL,
    "/playlistItems": LIST,
    "/videos": VIDEOS,
    "/commentThreads": COMMENTS,
}


def test_account_list_posts_and_who_acted_in_this_order() -> None:
    asked, visit = walk(SOUND)

    assert [a.url.partition("?")[0].removeprefix(API) for a in asked] == [
        "/channels", "/playlistItems", "/videos", "/commentThreads",
    ]  # fmt: skip
    assert [a.minimise for a in asked] == [False, False, False, True]
    assert (visit.native_id, visit.handle) == ("UCa", "tim")


def test_who_acted_is_asked_of_campaign_accounts_alone() -> None:
    asked, _visit = walk(SOUND, Side.WATCHED)

    assert not any("commentThreads" in ask.url for ask in asked)


def test_pages_beyond_the_limit_are_a_gap() -> None:
    asked, visit = walk(SOUND, Side.WATCHED, pages_limit=1)

    assert len(asked) == 2
    assert "PAGE_LIMIT" in [gap.code for gap in visit.gaps]


def test_no_key_stands_in_an_address() -> None:
    asked, _visit = walk(SOUND)

    assert not any("key=" in ask.url or ask.headers for ask in asked)

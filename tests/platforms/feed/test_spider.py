"""The conversation with a feed's publisher, answered from a table of addresses."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from crawler.page import Page
from crawler.platforms.feed.spider import FeedSpider
from crawler.registry import read
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import AccountId, Attribution, Confidence, Outcome, Side, WatchEntry

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FEED = "https://berita.example/feed"
CASES = Path(__file__).parent / "cases"
ENTRY = WatchEntry(
    watch="w-000000000002",
    account=AccountId("feed", None, FEED),
    side=Side.WATCHED,
    tier="B",
    zone="Asia/Jakarta",
    attribution=Attribution("Kantor", "SK", Confidence.HIGH, "Petugas", NOW),
    assignment_order="001/ST/2024",
    legal_basis="UU 10/2016",
    watched_from=NOW,
)


def converse(
    answers: dict[str, tuple[int, bytes]], validators: dict[str, str] | None = None
) -> tuple[list[Ask], list[Seen], Visit]:
    asked: list[Ask] = []

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        asked.append(ask)
        status, body = answers[ask.url]
        page = Page(ask.url, status, {}, body)
        return Seen(visit, ask.url, f"c{len(asked)}", page, read("feed", page), NOW)

    visit = Visit(
        id="v1", entry=ENTRY, slot=None, due_at=None, started_at=NOW, native_id=None, handle=FEED,
        state=None, watched=Watched({}, {}, {}), pages_limit=3, fetch=fetch,
        archive_known=lambda _visit, _limit: (), validators=validators or {},
    )  # fmt: skip

    async def run() -> list[Seen]:
        return [seen async for seen in FeedSpider.converse(FeedSpider(), visit)]

    return asked, asyncio.run(run()), visit


def body_of(case: str) -> bytes:
    return (CASES / case / "body").read_bytes()


def test_remembered_validators_are_sent_back() -> None:
    remembered = {f"etag {FEED}": '"a1"', f"last-modified {FEED}": "Fri, 20 Nov 2026 01:00:00 GMT"}

    asked, _, _ = converse({FEED: (304, b"")}, remembered)

    assert dict(asked[0].headers) == {
        "If-None-Match": '"a1"',
        "If-Modified-Since": "Fri, 20 Nov 2026 01:00:00 GMT",
    }


def test_feed_that_did_not_change_ends_unchanged() -> None:
    _, _, visit = converse({FEED: (304, b"")}, {f"etag {FEED}": '"a1"'})

    assert visit.end(NOW).outcome is Outcome.UNCHANGED


def test_older_page_is_read_and_its_posts_belong_to_the_feed() -> None:
    answers = {FEED: (200, body_of("atom_feed")), f"{FEED}?page=2": (200, body_of("rss_item"))}

    asked, yielded, _ = converse(answers)

    assert [ask.url for ask in asked] == [FEED, f"{FEED}?page=2"]
    assert {post.author_id for seen in yielded for post in seen.reading.posts} == {FEED}


def test_html_in_the_feeds_place_ends_suspect() -> None:
    _, _, visit = converse({FEED: (200, body_of("html_page_is_drift"))})

    assert visit.end(NOW).outcome is Outcome.SUSPECT

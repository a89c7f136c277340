"""The conversation with a Mastodon server, answered from a table of addresses."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.page import Page, utc
from crawler.platforms.mastodon.spider import MastodonSpider
from crawler.registry import read
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    KnownPost,
    SeenState,
    Side,
    WatchEntry,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LATER = datetime(2026, 11, 25, tzinfo=UTC)
CASES = Path(__file__).parent / "cases"
BASE = "https://sosial.example"
API = f"{BASE}/api/v1"
LOOKUP = f"{API}/accounts/lookup?acct=sari.contoh"
LIST = f"{API}/accounts/1001/statuses?limit=40"
ENTRY = WatchEntry(
    watch="w-000000000001",
    account=AccountId("mastodon", None, "sari.contoh"),
    side=Side.WATCHED,
    tier="A",
    zone="Asia/Makassar",
    attribution=Attribution("Sari", "SK", Confidence.HIGH, "Petugas", NOW),
    assignment_order="001/ST/2024",
    legal_basis="UU 10/2016",
    watched_from=NOW,
    base_url=BASE,
)
Answer = tuple[int, dict[str, str], Any]


def body_of(case: str) -> Any:
    return json.loads((CASES / case / "body").read_bytes())


def known(native_id: str, url: str | None = None) -> KnownPost:
    published = datetime(2026, 11, 20, 2, tzinfo=UTC)
    return KnownPost(
        "mastodon", native_id, ENTRY.watch, "aa", "aa", 1, SeenState.PRESENT, "d", NOW, NOW,
        published, url=url,
    )  # fmt: skip


def converse(
    answers: dict[str, Answer],
    *,
    posts: tuple[KnownPost, ...] = (),
    native_id: str | None = None,
    side: Side = Side.WATCHED,
) -> tuple[list[str], list[Seen], Visit]:
    """Addresses asked in order, what was yielded, and the visit; unknown addresses are 404.

    Known posts that were listed have been seen at `LATER` for the archive from then on.
    """
    listed: set[str] = set()
    asked: list[str] = []

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        asked.append(ask.url)
        missing: Answer = (404, {}, {"error": "Record not found"})
        status, headers, body = answers.get(ask.url, missing)
        page = Page(ask.url, status, headers, json.dumps(body).encode())
        seen = Seen(visit, ask.url, f"c{len(asked)}", page, read("mastodon", page), NOW)
        listed.update(post.native_id for post in seen.reading.posts)
        return seen

    def archived(_visit: Visit, _limit: int) -> list[KnownPost]:
        return [replace(p, last_seen_at=LATER) if p.native_id in listed else p for p in posts]

    visit = Visit(
        id="v1", entry=replace(ENTRY, side=side), slot=None, due_at=None, started_at=NOW,
        native_id=native_id, handle="sari.contoh", state=None, watched=Watched({}, {}, {}), pages_limit=3,
        fetch=fetch, archive_known=archived,
    )  # fmt: skip

    async def run() -> list[Seen]:
        return [seen async for seen in MastodonSpider.converse(MastodonSpider(), visit)]

    return asked, asyncio.run(run()), visit


def sound(**more: Answer) -> dict[str, Answer]:
    return {
        LOOKUP: (200, {}, body_of("account_present")),
        LIST: (200, {}, body_of("statuses_page_of_every_kind")),
        **more,
    }


def test_account_is_resolved_before_its_posts_are_listed() -> None:
    asked, _, visit = converse(sound())

    assert asked[:2] == [LOOKUP, LIST]
    assert visit.native_id == "1001"


def test_history_of_an_edited_post_is_kept_but_not_passed_on() -> None:
    asked, yielded, _ = converse(sound())

    assert f"{API}/statuses/2004/history" in asked
    assert f"{API}/statuses/2004/history" not in [seen.url for seen in yielded]


def test_versions_are_asked_for_when_a_known_post_was_edited_since_the_visit_before() -> None:
    """The listing itself makes it seen now; that is not the time its edit is compared with."""
    edited = utc(
        next(p for p in body_of("statuses_page_of_every_kind") if p["id"] == "2004")["edited_at"]
    )
    assert edited is not None
    before = replace(known("2004"), last_seen_at=edited - timedelta(hours=1))
    since = replace(known("2004"), last_seen_at=edited + timedelta(hours=1))

    assert f"{API}/statuses/2004/history" in converse(sound(), posts=(before,))[0]
    assert f"{API}/statuses/2004/history" not in converse(sound(), posts=(since,))[0]


def test_known_post_that_is_not_listed_is_asked_for() -> None:
    asked, yielded, _ = converse(sound(), posts=(known("1777"),))

    assert asked[-1] == f"{API}/statuses/1777"
    assert yielded[-1].reading.states[0].state is SeenState.ABSENT
    assert yielded[-1].reading.states[0].subject == "post:1777"


def test_rate_limited_listing_does_not_look_for_missing_posts() -> None:
    answers = sound()
    answers[LIST] = (429, {}, {"error": "Too many requests"})

    asked, _, _ = converse(answers, posts=(known("1777"),))

    assert asked == [LOOKUP, LIST]


def test_continuation_is_followed_on_the_same_host_only() -> None:
    onward = f"{LIST}&max_id=2001"
    answers = sound(**{onward: (200, {}, [])})
    body = body_of("statuses_page_of_every_kind")
    answers[LIST] = (200, {"link": f'<{onward}>; rel="next"'}, body)
    asked, _, _ = converse(answers)
    answers[LIST] = (200, {"link": '<https://lain.example/x>; rel="next"'}, body)
    elsewhere, _, _ = converse(answers)

    assert onward in asked
    assert "https://lain.example/x" not in elsewhere


def test_handle_that_shows_another_id_is_asked_for_by_the_old_id() -> None:
    asked, _, visit = converse(sound(), native_id="999")

    assert asked == [LOOKUP, f"{API}/accounts/999"]
    assert next(gap.code for gap in visit.gaps) == "HANDLE_REUSED"


def test_snac_is_asked_for_missing_posts_on_their_web_pages() -> None:
    answers = sound()
    answers[LIST] = (200, {"x-creator": "snac/2.75"}, body_of("statuses_page_of_every_kind"))
    place = f"{BASE}/sari/p/1700000000.123"

    asked, yielded, _ = converse(answers, posts=(known("abc", place),))

    assert asked[-1] == place
    assert yielded[-1].reading.states[0].subject == "post:abc"
    assert not any("history" in address for address in asked)


def test_campaign_account_is_asked_who_engaged() -> None:
    asked, _, _ = converse(sound(), side=Side.CAMPAIGN)

    parts = [address.rpartition("/")[2] for address in asked if "/statuses/2005/" in address]
    assert parts == ["context", "favourited_by", "reblogged_by"]
    assert not any("/statuses/2003/" in address for address in asked), "a repost is not its own"


def test_watched_account_is_never_asked_who_engaged() -> None:
    asked, _, _ = converse(sound())

    assert not any("favourited_by" in address for address in asked)

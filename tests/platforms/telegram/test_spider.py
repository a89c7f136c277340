"""The conversation with t.me, over canned pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from crawler import registry
from crawler.page import Page
from crawler.platforms.telegram import urls
from crawler.platforms.telegram.spider import REDIRECTED, TelegramSpider
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

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LISTING = "https://t.me/s/suaracontoh"
LANDING = "https://t.me/suaracontoh"
NUMBER = "1700000001"


def case(name: str) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    body = (CASES / name / "body").read_bytes()
    return Page(said["url"], said["status"], said["headers"], body)


def known(number: int) -> KnownPost:
    return KnownPost(
        platform="telegram",
        native_id=f"{NUMBER}/{number}",
        watch="w-0123456789ab",
        post="0" * 32,
        snapshot="0" * 32,
        snapshots=1,
        state=SeenState.PRESENT,
        state_digest="",
        first_seen_at=NOW,
        last_seen_at=NOW,
        published_at=NOW,
        url=f"https://t.me/suaracontoh/{number}",
    )


class Web:
    """Pages by address; what is not there does not answer."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def fetch(self, visit: Visit, ask: Ask) -> Seen:
        self.asked.append(ask.url)
        capture = f"{len(self.asked):032x}"
        page = self.pages.get(ask.url)
        reading = registry.read("telegram", page) if page else registry.Reading(read_by="none")
        return Seen(visit, ask.url, capture, page, reading, NOW)

    def visit(self, posts: Sequence[KnownPost] = (), number: str | None = None) -> Visit:
        entry = WatchEntry(
            watch="w-0123456789ab",
            account=AccountId("telegram", None, "suaracontoh"),
            side=Side.WATCHED,
            tier="A",
            zone="Asia/Jakarta",
            attribution=Attribution("p-1", "basis", Confidence.HIGH, "petugas", NOW),
            assignment_order="ST-1",
            legal_basis="UU 7/2017",
            watched_from=NOW,
        )
        return Visit(
            id="v",
            entry=entry,
            slot=None,
            due_at=None,
            started_at=NOW,
            native_id=number,
            handle="suaracontoh",
            state=None,
            watched=Watched({}, {}, {}),
            pages_limit=3,
            fetch=self.fetch,
            archive_known=lambda visit, limit: posts,
        )


def converse(visit: Visit) -> list[Seen]:
    async def run() -> list[Seen]:
        return [seen async for seen in TelegramSpider().converse(visit)]

    return asyncio.run(run())


def usual() -> dict[str, Page]:
    return {
        LISTING: case("listing_text_links_and_exact_figures"),
        f"{LISTING}?before=11": case("forwarded_and_reply_point_at_messages"),
        LANDING: case("landing_of_a_channel_with_preview"),
        urls.embed("https://t.me", "suaracontoh", "27"): case("embed_says_post_not_found"),
    }


def test_listing_gives_the_number_and_older_pages_follow() -> None:
    web = Web(usual())
    visit = web.visit()
    seen = converse(visit)

    assert visit.native_id == NUMBER
    assert [p.native_id for s in seen for p in s.reading.posts] == [
        f"{NUMBER}/{n}" for n in (11, 16, 17)
    ]
    assert web.asked == [LISTING, LANDING, f"{LISTING}?before=11"]


def test_landing_page_speaks_of_the_channel_by_its_number() -> None:
    (seen,) = [s for s in converse(Web(usual()).visit()) if s.url == LANDING]

    assert [(a.native_id, a.counts.follower) for a in seen.reading.accounts] == [(NUMBER, 2805)]


def test_a_missing_message_is_asked_for_by_its_embed_and_named_by_its_number() -> None:
    seen = converse(Web(usual()).visit([known(27)], NUMBER))
    states = [(s.subject, s.state, s.marker) for one in seen for s in one.reading.states]

    assert states == [(f"post:{NUMBER}/27", SeenState.ABSENT, "Post not found")]


def test_a_listing_that_was_redirected_is_gated() -> None:
    landing = case("landing_of_a_channel_without_preview")
    visit = Web({LISTING: landing}).visit()
    (seen,) = converse(visit)

    assert [(s.subject, s.marker) for s in seen.reading.states] == [
        ("account:suaracontoh", REDIRECTED)
    ]
    assert [gap.code for gap in visit.gaps] == ["GATED"]


def test_a_free_name_behind_a_redirect_stays_absent() -> None:
    (seen,) = converse(Web({LISTING: case("landing_of_a_free_name")}).visit())

    assert [s.state for s in seen.reading.states] == [SeenState.ABSENT]


def test_a_name_that_changed_hands_records_nothing() -> None:
    visit = Web(usual()).visit(number="1799999999")
    seen = converse(visit)

    assert seen == []
    assert [gap.code for gap in visit.gaps] == ["HANDLE_REUSED"]
    assert visit.native_id == "1799999999"


def test_pages_on_which_all_is_known_end_the_listing() -> None:
    web = Web(usual())
    converse(web.visit([known(11)], NUMBER))

    assert f"{LISTING}?before=11" not in web.asked


def test_no_answer_ends_the_visit() -> None:
    web = Web({})
    (seen,) = converse(web.visit())

    assert seen.page is None
    assert web.asked == [LISTING]


def test_a_known_message_that_became_hidden_is_gated_and_not_edited_to_nothing() -> None:
    web = Web({LISTING: case("content_hidden_from_the_web_is_gated")})
    first = converse(web.visit([known(22)], NUMBER))[0]

    assert first.reading.posts == ()
    assert [(s.subject, s.state) for s in first.reading.states] == [
        (f"post:{NUMBER}/22", SeenState.GATED)
    ]
    assert not any("embed" in url for url in web.asked)


def test_a_hidden_message_never_seen_before_is_recorded_without_text() -> None:
    first = converse(Web({LISTING: case("content_hidden_from_the_web_is_gated")}).visit())[0]

    assert [(p.native_id, p.text) for p in first.reading.posts] == [(f"{NUMBER}/22", None)]

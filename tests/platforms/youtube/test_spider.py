"""The conversation with YouTube, over canned pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from crawler import registry
from crawler.load import Load
from crawler.page import Page
from crawler.platforms.youtube import urls
from crawler.platforms.youtube.spider import YoutubeSpider
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
CHANNEL = "UCkampungBersihDesa0000a"
HOST = "https://www.youtube.com"
VIDEOS = urls.channel_page(HOST, CHANNEL)
FIRST, SECOND, THIRD = (urls.watch(HOST, f"dEsA000000{n}") for n in (1, 2, 3))
POSTS = urls.channel_page(HOST, CHANNEL, "posts")
WATCH_PAGE = "watch_page_of_a_video"


def case(name: str, **swap: str) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    body = (CASES / name / "body").read_text("utf-8")
    for old, new in swap.items():
        body = body.replace(old, new)
    return Page(said["url"], said["status"], said["headers"], body.encode())


def known(video: str, state: SeenState = SeenState.PRESENT, hour: int = 1) -> KnownPost:
    at = NOW.replace(hour=hour)
    return KnownPost(
        platform="youtube", native_id=video, watch="w-0123456789ab", post="0" * 32,
        snapshot="0" * 32, snapshots=1, state=state, state_digest="", first_seen_at=at,
        last_seen_at=at, published_at=at, url=f"{HOST}/watch?v={video}",
    )  # fmt: skip


class Web:
    """Pages by address; a call by POST is asked for as `POST <token>`; missing ones: ROBOTS."""

    def __init__(self, pages: dict[str, Page], looks: Sequence[Page] = ()) -> None:
        self.pages = pages
        self.looks = looks
        self.asked: list[str] = []
        self.minimised: list[str] = []
        self.loaded: list[Load] = []

    async def fetch(self, visit: Visit, ask: Ask) -> Seen:
        name = ask.url
        if ask.method == "POST":
            name = f"POST {json.loads(ask.body)['continuation']}"
        self.asked.append(name)
        self.minimised += [name] if ask.minimise else []
        capture = f"{len(self.asked):032x}"
        page = self.pages.get(name)
        if page is None:
            visit.gap("ROBOTS", "no response", capture)
            return Seen(visit, ask.url, capture, None, registry.Reading(read_by="none"), NOW)
        page = replace(page, url=ask.url)
        return Seen(visit, ask.url, capture, page, registry.read("youtube", page), NOW)

    async def load(self, visit: Visit, load: Load) -> tuple[Seen, ...]:
        self.loaded.append(load)
        return tuple(
            Seen(visit, load.url, f"b{n}", page, registry.read("youtube", page), NOW)
            for n, page in enumerate(self.looks)
        )

    def visit(
        self,
        posts: Sequence[KnownPost] = (),
        side: Side = Side.WATCHED,
        native_id: str | None = CHANNEL,
    ) -> Visit:
        entry = WatchEntry(
            watch="w-0123456789ab", account=AccountId("youtube", None, "kampungbersih"), side=side,
            tier="A", zone="Asia/Jakarta",
            attribution=Attribution("p-1", "basis", Confidence.HIGH, "petugas", NOW),
            assignment_order="ST-1", legal_basis="UU 7/2017", watched_from=NOW,
        )  # fmt: skip
        return Visit(
            id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id=native_id,
            handle="kampungbersih", state=None, watched=Watched({}, {}, {}), pages_limit=3,
            fetch=self.fetch, archive_known=lambda visit, limit: posts, load=self.load,
        )  # fmt: skip


def converse(visit: Visit) -> list[Seen]:
    async def run() -> list[Seen]:
        return [seen async for seen in YoutubeSpider().converse(visit)]

    return asyncio.run(run())


def token() -> str:
    first = registry.read("youtube", case("videos_tab_lists_videos_and_names_older_ones")).next[0]
    return "POST " + (urls.continuation(first) or ("", "", ""))[1]


def usual() -> dict[str, Page]:
    gone = case("video_that_is_private", dEsA0000001="dEsA0000003")
    return {
        VIDEOS: case("videos_tab_lists_videos_and_names_older_ones"),
        POSTS: case("posts_tab_of_text_pictures_poll_video_and_a_shared_post"),
        urls.channel_page(HOST, CHANNEL, "shorts"): case("channel_without_videos_is_empty"),
        urls.channel_page(HOST, CHANNEL, "streams"): case("channel_without_videos_is_empty"),
        token(): case("older_page_of_a_tab"),
        FIRST: case(WATCH_PAGE),
        SECOND: case(WATCH_PAGE, dEsA0000001="dEsA0000002"),
        THIRD: gone,
        urls.watch(HOST, "dEsA0000004"): case(WATCH_PAGE, dEsA0000001="dEsA0000004"),
    }


def texts(seen: list[Seen]) -> dict[str, str | None]:
    return {post.native_id: post.text for one in seen for post in one.reading.posts}


def test_cards_are_opened_and_only_whole_texts_are_passed_on() -> None:
    web = Web(usual())
    seen = converse(web.visit())
    passed = texts(seen)

    assert web.asked[0] == VIDEOS
    assert {FIRST, SECOND, THIRD} < set(web.asked)
    assert "\n\nKerja bakti hari Minggu" in (passed["dEsA0000001"] or "")
    assert passed["Ugkxkampung000000000000000000002"] == "Pilih hari:\n- Sabtu\n- Minggu"
    assert "dEsA0000003" not in passed


def test_channel_is_resolved_by_its_handle_and_then_asked_for_by_its_id() -> None:
    web = Web({**usual(), f"{HOST}/@kampungbersih/videos?hl=en": usual()[VIDEOS]})
    visit = web.visit(native_id=None)
    converse(visit)

    assert web.asked[0] == f"{HOST}/@kampungbersih/videos?hl=en"
    assert (visit.native_id, visit.handle) == (CHANNEL, "kampungbersih")
    assert POSTS in web.asked


def test_known_video_that_turned_private_gives_its_state_and_no_text() -> None:
    web = Web(usual())
    seen = converse(web.visit([known("dEsA0000003"), known("dEsA0000001")]))
    states = [(s.subject, s.state) for one in seen for s in one.reading.states]

    assert ("post:dEsA0000003", SeenState.PRIVATE) in states
    assert "dEsA0000003" not in texts(seen)


def test_text_that_the_page_alone_shows_is_not_compared_with_a_known_one() -> None:
    pages = {**usual(), FIRST: case("video_for_adults_is_gated")}

    assert "dEsA0000001" not in texts(converse(Web(pages).visit([known("dEsA0000001")])))
    assert "dEsA0000001" in texts(converse(Web(pages).visit()))


def test_a_visitor_taken_for_a_machine_asks_for_nothing_more() -> None:
    web = Web({**usual(), FIRST: case("visitor_taken_for_a_bot_is_blocked")})
    visit = web.visit(side=Side.CAMPAIGN)
    seen = converse(visit)

    assert web.asked[-1] == FIRST
    assert "dEsA0000001" not in texts(seen)
    assert "BLOCKED" in [gap.code for gap in visit.gaps]


def test_older_pages_that_robots_txt_forbids_are_a_gap_and_the_rest_goes_on() -> None:
    pages = usual()
    del pages[token()]
    visit = Web(pages).visit()
    seen = converse(visit)

    assert "ROBOTS" in [gap.code for gap in visit.gaps]
    assert "dEsA0000001" in texts(seen)


def test_no_older_page_is_asked_for_when_all_is_known() -> None:
    web = Web(usual())
    converse(web.visit([known(f"dEsA000000{n}") for n in (1, 2, 3)]))

    assert token() not in web.asked


def test_known_video_no_tab_lists_is_asked_for_at_its_own_address() -> None:
    gone = urls.watch(HOST, "dEsA0000005")
    removed = case("video_removed_by_the_uploader_is_absent", dEsA0000001="dEsA0000005")
    web = Web({**usual(), gone: removed})
    posts = [known("dEsA0000001"), known("dEsA0000005", hour=2)]
    seen = converse(web.visit(posts))
    states = [(s.subject, s.state) for one in seen for s in one.reading.states]

    assert ("post:dEsA0000005", SeenState.ABSENT) in states


def test_older_known_videos_are_not_asked_for_when_the_list_stopped_before_them() -> None:
    pages = {**usual(), token(): case("older_page_of_a_tab", dEsA0000004="dEsA0000001")}
    web = Web(pages)
    converse(web.visit([known("dEsA0000001", hour=2), known("dEsA0000009", hour=1)]))

    assert urls.watch(HOST, "dEsA0000009") not in web.asked


def test_terminated_channel_ends_the_visit_with_its_state() -> None:
    web = Web({VIDEOS: case("channel_terminated_is_suspended")})
    visit = web.visit()
    converse(visit)

    assert web.asked == [VIDEOS]
    assert web.loaded == []
    assert visit.account_state is SeenState.SUSPENDED


def test_a_wall_is_not_gone_around() -> None:
    web = Web({VIDEOS: case("consent_form_under_the_channels_own_address_is_gated")})
    visit = web.visit()
    converse(visit)

    assert web.asked == [VIDEOS]
    assert web.loaded == []
    assert visit.refused


def test_page_without_data_is_loaded_in_the_browser_then_the_feed_is_asked() -> None:
    feed = urls.feed(HOST, CHANNEL)
    drifted = {VIDEOS: case("page_of_another_site_is_drift"), feed: case("feed_of_two_videos")}
    in_browser = Web({**usual(), **drifted}, [usual()[VIDEOS]])
    by_feed = Web({**usual(), **drifted})
    seen = converse(by_feed.visit())
    converse(in_browser.visit())

    assert feed not in in_browser.asked
    assert FIRST in in_browser.asked
    assert feed in by_feed.asked
    assert texts(seen)["dEsA0000002"] is not None


def comments_token() -> str:
    address = registry.read("youtube", case(WATCH_PAGE)).next[0]
    return "POST " + (urls.continuation(address) or ("", "", ""))[1]


def test_comments_of_a_campaign_channel_are_asked_for_minimised_with_their_replies() -> None:
    listing = case("comments_with_pinned_one_replies_and_next_page")
    tokens = [urls.continuation(a) for a in registry.read("youtube", listing).next]
    page_two, replies = ("POST " + told[1] for told in tokens if told)
    pages = {
        comments_token(): listing,
        page_two: case("no_comments_yet"),
        replies: case("replies_to_a_comment"),
    }
    web = Web({**usual(), **pages})
    seen = converse(web.visit(side=Side.CAMPAIGN))
    actors = {edge.actor_handle for one in seen for edge in one.reading.interactions}

    assert {comments_token(), page_two, replies} <= set(web.minimised)
    assert {"warga.satu", "warga_dua"} <= actors
    assert web.loaded == []


def test_comments_that_robots_txt_forbids_are_seen_in_the_browser_and_said_to_be_a_part() -> None:
    look = (case(WATCH_PAGE), case("comments_with_pinned_one_replies_and_next_page"))
    web = Web(usual(), look)
    visit = web.visit(side=Side.CAMPAIGN)
    seen = converse(visit)
    actors = {edge.actor_handle for one in seen for edge in one.reading.interactions}

    assert web.loaded[0].minimise
    assert "warga.satu" in actors
    assert {"ROBOTS", "LIST_TRUNCATED"} <= {gap.code for gap in visit.gaps}
    assert sum(name.startswith("POST Eg0S") for name in web.asked) == 1


def test_watched_channels_are_not_asked_who_commented() -> None:
    web = Web(usual())
    converse(web.visit())

    assert comments_token() not in web.asked

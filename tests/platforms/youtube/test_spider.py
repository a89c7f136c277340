"""The conversation with YouTube, over canned pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from crawler import registry
from crawler.page import Page
from crawler.platforms.youtube import urls
from crawler.platforms.youtube.spider import YoutubeSpider
from crawler.visit import Seen, Visit
from evidence.model import (
    KnownPost,
    SeenState,
    Side,
)
from tests.platforms import scripted

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
CHANNEL = "UCkampungBersihDesa0000a"
HOST = "https://www.youtube.com"
VIDEOS = urls.channel_page(HOST, CHANNEL)
FIRST, SECOND, THIRD = (urls.watch(HOST, f"dEsA000000{n}") for n in (1, 2, 3))
POSTS = urls.channel_page(HOST, CHANNEL, "posts")
WATCH_PAGE = "watch_page_of_a_video"


def case(name: str, **swap: str) -> Page:
    return scripted.case(CASES, name, **swap)


def known(video: str, state: SeenState = SeenState.PRESENT, hour: int = 1) -> KnownPost:
    return scripted.known("youtube", video, f"{HOST}/watch?v={video}", hour, state)


class Web(scripted.Web):
    """Pages of one channel; what is not there robots.txt forbids."""

    def __init__(
        self, pages: Mapping[str, Page], looks: Mapping[str, Sequence[Page]] | None = None
    ) -> None:
        super().__init__("youtube", pages, looks or {}, here=True, missing="ROBOTS")

    def of(
        self,
        posts: Sequence[KnownPost] = (),
        side: Side = Side.WATCHED,
        native_id: str | None = CHANNEL,
    ) -> Visit:
        return self.visit("kampungbersih", posts, side=side, number=native_id)


def converse(visit: Visit) -> list[Seen]:
    return scripted.converse(YoutubeSpider, visit)


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
    seen = converse(web.of())
    passed = texts(seen)

    assert web.addresses[0] == VIDEOS
    assert {FIRST, SECOND, THIRD} < set(web.addresses)
    assert "\n\nKerja bakti hari Minggu" in (passed["dEsA0000001"] or "")
    assert passed["Ugkxkampung000000000000000000002"] == "Pilih hari:\n- Sabtu\n- Minggu"
    assert "dEsA0000003" not in passed


def test_channel_is_resolved_by_its_handle_and_then_asked_for_by_its_id() -> None:
    web = Web({**usual(), f"{HOST}/@kampungbersih/videos?hl=en": usual()[VIDEOS]})
    visit = web.of(native_id=None)
    converse(visit)

    assert web.addresses[0] == f"{HOST}/@kampungbersih/videos?hl=en"
    assert (visit.native_id, visit.handle) == (CHANNEL, "kampungbersih")
    assert POSTS in web.addresses


def test_known_video_that_turned_private_gives_its_state_and_no_text() -> None:
    web = Web(usual())
    seen = converse(web.of([known("dEsA0000003"), known("dEsA0000001")]))
    states = [(s.subject, s.state) for one in seen for s in one.reading.states]

    assert ("post:dEsA0000003", SeenState.PRIVATE) in states
    assert "dEsA0000003" not in texts(seen)


def test_text_that_the_page_alone_shows_is_not_compared_with_a_known_one() -> None:
    pages = {**usual(), FIRST: case("video_for_adults_is_gated")}

    assert "dEsA0000001" not in texts(converse(Web(pages).of([known("dEsA0000001")])))
    assert "dEsA0000001" in texts(converse(Web(pages).of()))


def test_a_visitor_taken_for_a_machine_asks_for_nothing_more() -> None:
    web = Web({**usual(), FIRST: case("visitor_taken_for_a_bot_is_blocked")})
    visit = web.of(side=Side.CAMPAIGN)
    seen = converse(visit)

    assert web.addresses[-1] == FIRST
    assert "dEsA0000001" not in texts(seen)
    assert "BLOCKED" in [gap.code for gap in visit.gaps]


def test_older_pages_that_robots_txt_forbids_are_a_gap_and_the_rest_goes_on() -> None:
    pages = usual()
    del pages[token()]
    visit = Web(pages).of()
    seen = converse(visit)

    assert "ROBOTS" in [gap.code for gap in visit.gaps]
    assert "dEsA0000001" in texts(seen)


def test_no_older_page_is_asked_for_when_all_is_known() -> None:
    web = Web(usual())
    converse(web.of([known(f"dEsA000000{n}") for n in (1, 2, 3)]))

    assert token() not in web.addresses


def test_known_video_no_tab_lists_is_asked_for_at_its_own_address() -> None:
    gone = urls.watch(HOST, "dEsA0000005")
    removed = case("video_removed_by_the_uploader_is_absent", dEsA0000001="dEsA0000005")
    web = Web({**usual(), gone: removed})
    posts = [known("dEsA0000001"), known("dEsA0000005", hour=2)]
    seen = converse(web.of(posts))
    states = [(s.subject, s.state) for one in seen for s in one.reading.states]

    assert ("post:dEsA0000005", SeenState.ABSENT) in states


def test_older_known_videos_are_not_asked_for_when_the_list_stopped_before_them() -> None:
    pages = {**usual(), token(): case("older_page_of_a_tab", dEsA0000004="dEsA0000001")}
    web = Web(pages)
    converse(web.of([known("dEsA0000001", hour=2), known("dEsA0000009", hour=1)]))

    assert urls.watch(HOST, "dEsA0000009") not in web.addresses


def test_terminated_channel_ends_the_visit_with_its_state() -> None:
    web = Web({VIDEOS: case("channel_terminated_is_suspended")})
    visit = web.of()
    converse(visit)

    assert web.addresses == [VIDEOS]
    assert web.loaded == []
    assert visit.account_state is SeenState.SUSPENDED


def test_a_wall_is_not_gone_around() -> None:
    web = Web({VIDEOS: case("consent_form_under_the_channels_own_address_is_gated")})
    visit = web.of()
    converse(visit)

    assert web.addresses == [VIDEOS]
    assert web.loaded == []
    assert visit.refused


def test_page_without_data_is_loaded_in_the_browser_then_the_feed_is_asked() -> None:
    feed = urls.feed(HOST, CHANNEL)
    drifted = {VIDEOS: case("page_of_another_site_is_drift"), feed: case("feed_of_two_videos")}
    in_browser = Web({**usual(), **drifted}, {VIDEOS: [usual()[VIDEOS]]})
    by_feed = Web({**usual(), **drifted})
    seen = converse(by_feed.of())
    converse(in_browser.of())

    assert feed not in in_browser.addresses
    assert FIRST in in_browser.addresses
    assert feed in by_feed.addresses
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
    seen = converse(web.of(side=Side.CAMPAIGN))
    actors = {edge.actor_handle for one in seen for edge in one.reading.interactions}

    assert {comments_token(), page_two, replies} <= set(web.minimised)
    assert {"warga.satu", "warga_dua"} <= actors
    assert web.loaded == []


def test_comments_that_robots_txt_forbids_are_seen_in_the_browser_and_said_to_be_a_part() -> None:
    look = (case(WATCH_PAGE), case("comments_with_pinned_one_replies_and_next_page"))
    web = Web(usual(), {FIRST: look})
    visit = web.of(side=Side.CAMPAIGN)
    seen = converse(visit)
    actors = {edge.actor_handle for one in seen for edge in one.reading.interactions}

    assert web.loaded[0].minimise
    assert "warga.satu" in actors
    assert {"ROBOTS", "LIST_TRUNCATED"} <= {gap.code for gap in visit.gaps}
    assert sum(name.startswith("POST Eg0S") for name in web.addresses) == 1


def test_watched_channels_are_not_asked_who_commented() -> None:
    web = Web(usual())
    converse(web.of())

    assert comments_token() not in web.addresses


def test_as_many_comments_as_the_videos_page_counts_are_a_whole_list() -> None:
    for shown, whole in (("2", [2]), ("3", []), ("5.1K", [])):
        page = case(WATCH_PAGE, **{'"simpleText": "5.1K"': f'"simpleText": "{shown}"'})
        web = Web(
            {FIRST: page, VIDEOS: usual()[VIDEOS], comments_token(): case("replies_to_a_comment")}
        )
        seen = converse(web.of(side=Side.CAMPAIGN))

        assert [len(one.listing.edges) for one in seen if one.listing] == whole

"""The conversation with Threads, over canned answers and looks."""

from __future__ import annotations

from pathlib import Path

from crawler.page import Page
from crawler.platforms.threads.spider import ThreadsSpider
from crawler.shortcode import code_of
from evidence.model import SeenState, Side
from tests.platforms.scripted import Web, case, converse, known

CASES = Path(__file__).parent / "cases"
PROFILE = "https://www.threads.com/@lurahcontoh"
OWN = "6301000001"
POST = "3801200000000000101"
AT = f"{PROFILE}/post/{code_of(POST)}"


def page(name: str, url: str | None = None) -> Page:
    return case(CASES, name, url)


def usual(more: dict[str, Page] | None = None) -> Web:
    pages = {
        PROFILE: page("profile_with_quote_repost_and_pictures"),
        f"{PROFILE}/replies": page("own_reply_under_a_strangers_post"),
        f"{PROFILE}/reposts": page("profile_without_threads_is_empty", f"{PROFILE}/reposts"),
    }
    return Web("threads", pages | (more or {}))


def test_three_tabs_give_threads_replies_and_reposts() -> None:
    web = usual()
    visit = web.visit("lurahcontoh")
    seen = converse(ThreadsSpider, visit)

    assert web.addresses == [PROFILE, f"{PROFILE}/replies", f"{PROFILE}/reposts"]
    assert visit.native_id == OWN
    assert len([p for s in seen for p in s.reading.posts]) == 4
    assert web.loaded == []


def test_a_profile_without_its_data_is_looked_at_in_the_browser() -> None:
    web = usual({PROFILE: page("profile_by_its_head_alone")})
    web.looks = {PROFILE: [page("graphql_answer_of_a_profile")]}
    seen = converse(ThreadsSpider, web.visit("lurahcontoh"))

    assert [load.url for load in web.loaded] == [PROFILE]
    assert "3801200000000000196" in {p.native_id for s in seen for p in s.reading.posts}


def test_a_profile_without_a_list_is_a_gap_unless_the_browser_finds_one() -> None:
    bare = usual({PROFILE: page("profile_by_its_head_alone")})
    visit = bare.visit("lurahcontoh")
    converse(ThreadsSpider, visit)
    bare.looks = {PROFILE: [page("graphql_answer_of_a_profile")]}
    listed = bare.visit("lurahcontoh")
    converse(ThreadsSpider, listed)

    assert "LIST_NOT_SHOWN" in {gap.code for gap in visit.gaps}
    assert "LIST_NOT_SHOWN" not in {gap.code for gap in listed.gaps}


def test_a_missing_post_is_absent_by_where_its_address_leads() -> None:
    web = usual({AT: page("invalid_post_is_absent")})
    seen = converse(ThreadsSpider, web.visit("lurahcontoh", [known("threads", POST, AT)]))

    assert [(s.subject, s.state, s.marker) for s in seen[-1].reading.states] == [
        (f"post:{POST}", SeenState.ABSENT, "error=invalid_post")
    ]


def test_a_private_profile_has_no_other_tabs_asked_for() -> None:
    web = usual({PROFILE: page("private_profile")})
    converse(ThreadsSpider, web.visit("lurahcontoh"))

    assert web.addresses == [PROFILE]


def test_a_wall_ends_the_visit() -> None:
    web = usual({PROFILE: page("redirect_to_login_is_gated")})
    visit = web.visit("lurahcontoh", [known("threads", POST, AT)])
    converse(ThreadsSpider, visit)

    assert web.addresses == [PROFILE]
    assert [gap.code for gap in visit.gaps] == ["GATED"]


def test_a_wall_at_another_tab_ends_the_tabs_and_not_the_visit() -> None:
    web = usual({
        f"{PROFILE}/replies": page("redirect_to_login_is_gated"),
        AT: page("invalid_post_is_absent"),
    })  # fmt: skip
    converse(ThreadsSpider, web.visit("lurahcontoh", [known("threads", POST, AT)]))

    assert web.addresses == [PROFILE, f"{PROFILE}/replies", AT]


def test_who_answered_a_campaign_account_is_asked_for_minimised() -> None:
    shown = f"{PROFILE}/post/{code_of('3801200000000000183')}"
    web = usual({shown: page("post_with_replies_of_strangers")})
    converse(ThreadsSpider, web.visit("lurahcontoh", side=Side.CAMPAIGN))

    assert (shown, True) in [(ask.url, ask.minimise) for ask in web.asked]


def test_a_name_that_changed_hands_records_nothing() -> None:
    visit = usual().visit("lurahcontoh", number="77")

    assert converse(ThreadsSpider, visit) == []
    assert [gap.code for gap in visit.gaps] == ["HANDLE_REUSED"]

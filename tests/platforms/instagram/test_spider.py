"""The conversation with Instagram, over canned looks and answers."""

from __future__ import annotations

from pathlib import Path

from crawler.page import Page
from crawler.platforms.instagram import urls
from crawler.platforms.instagram.spider import InstagramSpider
from crawler.shortcode import code_of
from evidence.model import Outcome, SeenState, Side
from tests.platforms.scripted import Web, case, converse, known

CASES = Path(__file__).parent / "cases"
HOST = "https://www.instagram.com"
PROFILE = f"{HOST}/lurahcontoh/"
OWN = "5501000001"
POST = "3801200000000000101"
AT = urls.post(HOST, code_of(POST))


def page(name: str, url: str | None = None) -> Page:
    return case(CASES, name, url)


def usual(pages: dict[str, Page] | None = None) -> Web:
    looks = {PROFILE: [page("present_profile_page"), page("user_feed_answer")]}
    return Web("instagram", pages or {}, looks)


def test_profile_and_its_own_answer_give_the_account_and_its_posts() -> None:
    web = usual()
    visit = web.visit("lurahcontoh")
    seen = converse(InstagramSpider, visit)

    assert visit.native_id == OWN
    assert [p.native_id for s in seen for p in s.reading.posts] == [POST, "3801200000000000141"]
    assert ("PART_LISTED", "2 of 57 posts") in [(g.code, g.detail) for g in visit.gaps]
    assert web.addresses == []


def test_a_profile_without_a_list_is_a_gap_unless_another_part_of_the_look_has_one() -> None:
    bare = Web("instagram", {}, {PROFILE: [page("present_profile_page")]})
    visit, listed = bare.visit("lurahcontoh"), usual().visit("lurahcontoh")
    converse(InstagramSpider, visit)
    converse(InstagramSpider, listed)

    assert "LIST_NOT_SHOWN" in {gap.code for gap in visit.gaps}
    assert "LIST_NOT_SHOWN" not in {gap.code for gap in listed.gaps}
    assert visit.end(visit.started_at).outcome is Outcome.PARTIAL


def test_an_account_that_counts_no_posts_owes_no_list() -> None:
    empty = Web("instagram", {}, {PROFILE: [page("account_without_posts_is_empty")]})
    visit = empty.visit("lurahcontoh")
    converse(InstagramSpider, visit)

    assert visit.gaps == []


def test_what_is_said_of_a_part_of_a_page_is_said_of_no_post() -> None:
    web = usual({AT: page("carousel_that_shows_a_part_of_its_parts", AT)})
    web.looks = {PROFILE: [page("present_profile_page")]}
    seen = converse(InstagramSpider, web.visit("lurahcontoh", [known("instagram", POST, AT)]))

    (state,) = seen[-1].reading.states
    assert state.subject.startswith(f"page:{AT}#")
    assert state.marker == "carousel_media: 3 of 5"


def test_without_a_browser_the_page_is_asked_for_plainly() -> None:
    web = Web("instagram", {PROFILE: page("profile_by_its_head_alone")})
    visit = web.visit("lurahcontoh")
    converse(InstagramSpider, visit)

    assert web.addresses == [PROFILE]
    assert visit.native_id == OWN


def test_a_known_post_that_was_not_listed_is_asked_for_at_its_own_page() -> None:
    other = "3801200000000000999"
    at = urls.post(HOST, code_of(other))
    web = usual({at: page("page_not_found", at)})
    seen = converse(InstagramSpider, web.visit("lurahcontoh", [known("instagram", other, at)]))

    assert [(s.subject, s.state) for s in seen[-1].reading.states] == [
        (f"post:{other}", SeenState.ABSENT)
    ]


def test_those_not_seen_the_longest_come_first_and_a_wall_ends_the_asking() -> None:
    posts = [known("instagram", f"380120000000000090{n}", None, hour) for n, hour in
             ((1, 2), (2, 1), (3, 3))]  # fmt: skip
    first = urls.post(HOST, code_of(posts[1].native_id))
    web = usual({first: page("redirect_to_login_is_gated")})
    visit = web.visit("lurahcontoh", posts)
    converse(InstagramSpider, visit)

    assert web.addresses == [first]
    assert ("PAGE_LIMIT", "2 known posts were not looked for") in [
        (g.code, g.detail) for g in visit.gaps
    ]


def test_a_known_post_told_by_a_head_alone_makes_no_edit() -> None:
    web = usual({AT: page("post_by_its_head_alone")})
    web.looks = {PROFILE: [page("present_profile_page")]}
    seen = converse(InstagramSpider, web.visit("lurahcontoh", [known("instagram", POST, AT)]))

    assert [s.url for s in seen] == [PROFILE, AT]
    assert seen[-1].reading.posts == ()
    assert POST in seen[-1].visit.posts_seen


def test_a_name_that_changed_hands_records_nothing() -> None:
    visit = usual().visit("lurahcontoh", number="77")

    assert converse(InstagramSpider, visit) == []
    assert [gap.code for gap in visit.gaps] == ["HANDLE_REUSED"]


def test_a_wall_at_the_profile_ends_the_visit() -> None:
    web = Web("instagram", {}, {PROFILE: [page("redirect_to_login_is_gated")]})
    visit = web.visit("lurahcontoh", [known("instagram", POST, AT)])
    converse(InstagramSpider, visit)

    assert web.addresses == []
    assert [gap.code for gap in visit.gaps] == ["GATED"]


def test_comments_of_a_campaign_account_are_asked_for_minimised() -> None:
    newer = urls.post(HOST, code_of("3801200000000000141"))
    shown = page("post_with_picture_comments_and_mention")
    web = usual({newer: shown, AT: shown})
    visit = web.visit("lurahcontoh", side=Side.CAMPAIGN)
    seen = converse(InstagramSpider, visit)

    assert [(ask.url, ask.minimise) for ask in web.asked] == [(newer, True), (AT, True)]
    assert {e.actor_handle for e in seen[-1].reading.interactions if e.text} == {
        "warga.satu", "warga.dua",
    }  # fmt: skip
    assert {"NOT_OBSERVABLE", "REPLIES_LIMIT"} <= {gap.code for gap in visit.gaps}
    assert "2 of 4 comments" in {gap.detail for gap in visit.gaps}


def test_a_new_post_listed_by_its_cover_is_recorded_whole_from_its_own_page() -> None:
    cover = "3801200000000000501"
    at = urls.post(HOST, code_of(cover))
    full = case(CASES, "post_with_picture_comments_and_mention", at, **{POST: cover})
    web = Web("instagram", {at: full}, {PROFILE: [page("profile_page_of_2026_with_covers")]})
    seen = converse(InstagramSpider, web.visit("lurahcontoh"))

    assert web.addresses[0] == at
    told = [(p.native_id, p.published_at is not None) for s in seen for p in s.reading.posts]
    assert told[0] == (cover, True)
    assert (cover, False) not in told


def test_of_a_private_account_no_posts_page_is_asked_for() -> None:
    web = Web("instagram", {}, {PROFILE: [page("private_account")]})
    visit = web.visit("lurahcontoh", [known("instagram", POST, AT)])
    converse(InstagramSpider, visit)

    assert web.addresses == []
    assert visit.account_state is SeenState.PRIVATE

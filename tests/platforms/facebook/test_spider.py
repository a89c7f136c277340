"""The conversation with Facebook, over canned looks and answers."""

from __future__ import annotations

from pathlib import Path

from crawler.page import Page
from crawler.platforms.facebook.spider import FacebookSpider
from evidence.model import SeenState, Side
from tests.platforms.scripted import Web, case, converse, known

CASES = Path(__file__).parent / "cases"
PAGE = "https://www.facebook.com/desacontoh"
OWN = "100055000001"
POST = "820000000000001"
AT = f"{PAGE}/posts/{POST}"


def page(name: str, url: str | None = None) -> Page:
    return case(CASES, name, url)


def usual(more: dict[str, Page] | None = None) -> Web:
    looks = {PAGE: [page("page_with_its_newest_posts"), page("newline_separated_answer")]}
    return Web("facebook", more or {}, looks)


def test_page_and_its_own_answer_give_the_account_and_its_posts_without_strangers() -> None:
    web = usual()
    visit = web.visit("desacontoh")
    seen = converse(FacebookSpider, visit)

    assert visit.native_id == OWN
    assert [p.native_id[-3:] for s in seen for p in s.reading.posts] == [
        "001", "002", "003", "004", "011", "012",
    ]  # fmt: skip
    assert [gap.code for gap in visit.gaps] == ["PART_LISTED"]


def test_a_page_without_a_list_is_a_gap_unless_another_part_of_the_look_has_one() -> None:
    bare = page("account_without_posts_shown_is_not_empty")
    gaps = {}
    for name, look in {"bare": [bare], "listed": [bare, page("newline_separated_answer")]}.items():
        visit = Web("facebook", {}, {PAGE: look}).visit("desacontoh")
        converse(FacebookSpider, visit)
        gaps[name] = [gap.code for gap in visit.gaps]

    assert gaps == {"bare": ["LIST_NOT_SHOWN", "PART_LISTED"], "listed": ["PART_LISTED"]}


def test_without_a_browser_the_page_is_asked_for_plainly() -> None:
    web = Web("facebook", {PAGE: page("page_with_its_newest_posts")})
    converse(FacebookSpider, web.visit("desacontoh"))

    assert web.addresses == [PAGE]


def test_a_known_post_that_is_not_available_is_gated_and_the_next_is_asked_for() -> None:
    places = [f"{PAGE}/posts/82000000000009{n}" for n in (1, 2)]
    web = usual({at: page("content_not_available_is_gated", at) for at in places})
    posts = [known("facebook", at.rsplit("/", 1)[1], at) for at in places]
    seen = converse(FacebookSpider, web.visit("desacontoh", posts))

    assert web.addresses == places
    states = [s for one in seen for s in one.reading.states if s.subject.startswith("post:")]
    assert {s.state for s in states} == {SeenState.GATED}
    assert [s.subject for s in seen[-1].reading.states] == ["post:820000000000092"]


def test_a_wall_at_a_known_post_ends_the_asking() -> None:
    places = [f"{PAGE}/posts/82000000000009{n}" for n in (1, 2)]
    web = usual({at: page("redirect_to_login_is_gated") for at in places})
    posts = [known("facebook", at.rsplit("/", 1)[1], at) for at in places]
    converse(FacebookSpider, web.visit("desacontoh", posts))

    assert web.addresses == places[:1]


def test_a_wall_at_the_page_ends_the_visit() -> None:
    web = Web("facebook", {}, {PAGE: [page("login_page_by_its_title", PAGE)]})
    visit = web.visit("desacontoh", [known("facebook", POST, AT)])
    converse(FacebookSpider, visit)

    assert web.addresses == []
    assert [gap.code for gap in visit.gaps] == ["GATED"]


def test_top_comments_of_a_campaign_account_are_asked_for_minimised() -> None:
    web = usual({AT: page("post_with_picture_and_top_comments")})
    seen = converse(FacebookSpider, web.visit("desacontoh", side=Side.CAMPAIGN))

    assert (AT, True) in [(ask.url, ask.minimise) for ask in web.asked]
    assert {e.actor_id for s in seen for e in s.reading.interactions if e.text} >= {
        "100066000001", "100066000002",
    }  # fmt: skip


def test_a_name_that_changed_hands_records_nothing() -> None:
    visit = usual().visit("desacontoh", number="77")

    assert converse(FacebookSpider, visit) == []
    assert [gap.code for gap in visit.gaps] == ["HANDLE_REUSED"]

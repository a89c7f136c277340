"""The conversation with X, over canned looks and answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from crawler.page import Page
from crawler.platforms.x import spider, urls
from crawler.platforms.x.spider import XSpider
from crawler.visit import Seen, Visit
from evidence.model import (
    Act,
    CaptureKind,
    KnownPost,
    SeenState,
    Side,
)
from tests.platforms import scripted
from tests.platforms.scripted import Part

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
BUDI = "9001000000000000001"
PROFILE = "https://x.com/budi_contoh"
N = "2040000000000000"
DATA, DOM = CaptureKind.EXCHANGE, CaptureKind.DOM


def case(name: str, **swap: str) -> Page:
    """A case's page; swap: numbers of its body replaced, named with an `n` before them."""
    return scripted.case(CASES, name, **{old.removeprefix("n"): new for old, new in swap.items()})


def status(number: str) -> str:
    return f"{PROFILE}/status/{N}{number}"


def embed(number: str) -> str:
    return urls.embed(urls.SYNDICATION, N + number)


def known(number: str, state: SeenState = SeenState.PRESENT, hour: int = 1) -> KnownPost:
    return scripted.known("x", N + number, status(number), hour, state)


def usual() -> dict[str, list[Part]]:
    return {
        PROFILE: [
            (DATA, case("page_before_its_script_ran_is_drift")),
            (DATA, case("account_with_figures")),
            (DATA, case("user_tweets_of_every_kind")),
            (DOM, case("rendered_profile")),
        ]
    }


class Web(scripted.Web):
    """Looks and answers about one account; what is not there does not answer."""

    def __init__(
        self, looks: Mapping[str, Sequence[Part]], pages: Mapping[str, Page] | None = None
    ) -> None:
        super().__init__("x", pages or {}, looks, here=True)

    def of(
        self,
        posts: Sequence[KnownPost] = (),
        side: Side = Side.WATCHED,
        native_id: str | None = None,
    ) -> Visit:
        return self.visit("budi_contoh", posts, side=side, number=native_id)


def converse(visit: Visit) -> list[Seen]:
    return scripted.converse(XSpider, visit)


def numbers(seen: list[Seen]) -> list[str]:
    return [post.native_id.removeprefix(N) for one in seen for post in one.reading.posts]


def test_posts_come_from_the_data_answer_and_not_a_second_time_from_the_drawn_page() -> None:
    seen = converse(Web(usual()).of())

    assert numbers(seen) == ["100", "201", "202", "203", "205"]
    assert [one.kind for one in seen] == [DATA, DATA, DATA, DOM]


def test_the_page_shows_a_choice_and_the_visit_says_so() -> None:
    visit = Web(usual()).of()
    converse(visit)

    assert [gap.code for gap in visit.gaps] == ["PART_LISTED"]
    assert visit.native_id == BUDI


def test_the_drawn_page_is_read_for_new_posts_where_no_data_answer_came() -> None:
    web = Web({PROFILE: [usual()[PROFILE][0], usual()[PROFILE][3]]})
    seen = converse(web.of([known("803")]))

    assert numbers(seen) == ["801", "804"]


def test_a_known_post_the_page_did_not_choose_is_asked_for_by_its_embed() -> None:
    gone = case("embed_tombstone_deleted")
    web = Web(usual(), {embed("603"): gone, embed("601"): case("embed_answers_with_one_post")})
    seen = converse(web.of([known("603"), known("601"), known("201")], native_id=BUDI))
    states = [(s.subject, s.state) for one in seen for s in one.reading.states]

    assert web.addresses == [embed("603"), embed("601")]
    assert states == [(f"post:{N}603", SeenState.ABSENT)]
    assert "601" in numbers(seen)
    assert all(one.control for one in seen if one.reading.states)


def test_those_not_seen_the_longest_are_asked_for_first_and_the_rest_is_a_gap() -> None:
    posts = [known(f"7{n:02}", hour=n % 20) for n in range(spider.LOOKED_FOR + 3)]
    page = case("embed_not_found_is_absent")
    web = Web(usual(), {embed(p.native_id.removeprefix(N)): page for p in posts})
    visit = web.of(posts)
    converse(visit)

    assert len(web.addresses) == spider.LOOKED_FOR
    assert web.addresses[:2] == [embed("700"), embed("720")]
    assert ("PAGE_LIMIT", "3 known posts were not looked for in this visit") in [
        (gap.code, gap.detail) for gap in visit.gaps
    ]


def test_embeds_that_refuse_are_not_asked_again_and_the_browser_looks_instead() -> None:
    limited = case("rate_limited_in_plain_words_is_blocked")
    looks = {
        **usual(),
        status("401"): [(DATA, case("conversation_answers_of_strangers_are_comments"))],
    }
    web = Web(looks, {embed("401"): limited})
    seen = converse(web.of([known("401"), known("402", hour=2)]))

    assert web.addresses == [embed("401")]
    assert [load.url for load in web.loaded] == [PROFILE, status("401"), status("402")]
    assert "401" in numbers(seen)


def test_an_answer_that_leaves_the_post_out_is_no_absence() -> None:
    web = Web(usual(), {embed("513"): case("post_left_out_is_unseen_not_absent")})
    seen = converse(web.of([known("513")]))
    states = {s.state for one in seen for s in one.reading.states}

    assert states == {SeenState.UNSEEN}
    assert [load.url for load in web.loaded][1:] == [status("513")]


def test_an_edited_post_stays_one_post_under_its_first_number() -> None:
    edited = case("edited_post_names_its_first_version")
    visit = Web({PROFILE: [(DATA, edited)]}).of([known("304")])
    seen = converse(visit)
    (post,) = [post for one in seen for post in one.reading.posts]

    assert post.native_id == f"{N}304"
    assert post.edited_at == datetime(2026, 11, 10, 2, 40, tzinfo=UTC)
    assert post.published_at is not None
    assert post.published_at < post.edited_at
    assert not visit.missed_posts


def test_a_replaced_version_is_not_taken_for_the_posts_present_text() -> None:
    stale = case("embed_answers_with_one_post", n2040000000000000601=f"{N}304")
    body = json.loads(stale.body)
    body["edit_control"]["edit_tweet_ids"] = [f"{N}304", f"{N}305"]
    newest = json.loads(stale.body)
    newest |= {"id_str": f"{N}305", "text": "Ralat.", "entities": {}, "mediaDetails": []}
    newest["edit_control"]["edit_tweet_ids"] = [f"{N}304", f"{N}305"]
    pages = {
        embed("304"): replace(stale, body=json.dumps(body).encode()),
        embed("305"): replace(stale, body=json.dumps(newest).encode()),
    }
    seen = converse(Web(usual(), pages).of([known("304")]))
    posts = {p.native_id: p.text for one in seen for p in one.reading.posts}

    assert posts[f"{N}304"] == "Ralat."
    assert f"{N}305" not in posts


def test_the_beginning_of_a_long_post_is_not_compared_with_the_whole() -> None:
    part = case("embed_of_a_long_post_holds_its_beginning")
    web = Web(usual(), {embed("602"): part})
    seen = converse(web.of([known("602")]))

    assert "602" not in numbers(seen)
    assert [load.url for load in web.loaded] == [PROFILE]


def test_a_name_that_changed_hands_records_nothing() -> None:
    visit = Web(usual()).of(native_id="9001000000000000099")
    seen = converse(visit)

    assert seen == []
    assert "HANDLE_REUSED" in [gap.code for gap in visit.gaps]
    assert visit.native_id == "9001000000000000099"


def test_markers_of_other_accounts_on_the_page_are_not_the_visited_ones() -> None:
    suspended = case("account_suspended")
    visit = Web({PROFILE: [*usual()[PROFILE][:3], (DATA, suspended)]}).of()
    seen = converse(visit)

    assert not [s for one in seen for s in one.reading.states if s.subject.startswith("account:")]


def test_answers_below_a_campaign_accounts_posts_are_looked_at_minimised() -> None:
    talk = case("conversation_answers_of_strangers_are_comments", n2040000000000000401=f"{N}201")
    web = Web({**usual(), status("201"): [(DATA, talk)]})
    visit = web.of(side=Side.CAMPAIGN)
    seen = converse(visit)
    comments = [a for one in seen for a in one.reading.interactions if a.act is Act.COMMENT]

    looked = [load for load in web.loaded if load.minimise]
    assert status("201") in [load.url for load in looked]
    assert [load.url for load in web.loaded if not load.minimise] == [PROFILE]
    assert "siti_misal" in {edge.actor_handle for edge in comments}
    limits = [gap.detail for gap in visit.gaps if gap.code == "REPLIES_LIMIT"]
    assert limits == ["2 of 3 answers"] + ["0 of 2 answers"] * 3  # 201 has a look of its own


def test_a_watched_accounts_posts_are_not_opened_for_answers() -> None:
    web = Web(usual())
    converse(web.of())

    assert [load.url for load in web.loaded] == [PROFILE]


def test_without_a_browser_known_posts_are_still_asked_for() -> None:
    web = Web({}, {embed("601"): case("embed_answers_with_one_post")})
    seen = converse(web.of([known("601")], native_id=BUDI))

    assert numbers(seen) == ["601"]


def test_where_the_page_may_not_be_asked_the_embedded_timeline_is_read() -> None:
    timeline = urls.embedded_timeline(urls.TIMELINES, "budi_contoh")
    web = Web({}, {timeline: case("embedded_timeline")})
    visit = web.of()
    seen = converse(visit)

    assert web.addresses == [timeline]
    assert numbers(seen) == ["701", "702"]
    assert visit.native_id == BUDI


def test_an_account_that_is_told_to_be_closed_is_not_looked_for_in_embeds() -> None:
    web = Web({PROFILE: [(DATA, case("account_suspended", n2040364845615173632=BUDI))]})
    converse(web.of())

    assert web.addresses == []


def test_as_many_answers_as_the_post_counts_are_a_whole_list() -> None:
    for counted, cursor, whole in (("2", "Top", [2]), ("3", "Top", []), ("2", "Bottom", [])):
        swap = {
            "2040000000000000401": f"{N}201",
            '"reply_count": 3': f'"reply_count": {counted}',
            '"cursorType": "Bottom"': f'"cursorType": "{cursor}"',
        }
        talk = case("conversation_answers_of_strangers_are_comments", **swap)
        seen = converse(Web({**usual(), status("201"): [(DATA, talk)]}).of(side=Side.CAMPAIGN))

        assert [len(one.listing.edges) for one in seen if one.listing] == whole

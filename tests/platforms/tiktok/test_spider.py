"""The conversation with TikTok, over canned looks and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from crawler.page import Page
from crawler.platforms.tiktok import spider, urls
from crawler.platforms.tiktok.spider import TiktokSpider
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
BUDI = "7400000000000000001"
HOST = "https://www.tiktok.com"
PROFILE = f"{HOST}/@budi.contoh"
EMBED = f"{HOST}/embed/@budi.contoh"
N = "75500000000000000"
DATA, DOM = CaptureKind.EXCHANGE, CaptureKind.DOM


def case(name: str, **swap: str) -> Page:
    """A case's page; swap: numbers of its body replaced, named with an `n` before them."""
    return scripted.case(CASES, name, **{old.removeprefix("n"): new for old, new in swap.items()})


def video(number: str) -> str:
    return urls.post(HOST, "budi.contoh", N + number)


def known(number: str, state: SeenState = SeenState.PRESENT, hour: int = 1) -> KnownPost:
    return scripted.known("tiktok", N + number, video(number), hour, state)


def usual() -> dict[str, list[Part]]:
    return {
        PROFILE: [
            (DATA, case("profile_without_its_list_is_not_empty")),
            (DATA, case("item_list_of_an_account")),
            (DATA, case("reposts_are_shares_of_others_posts")),
            (DOM, case("profile_drawn_in_the_browser_links_its_posts")),
        ]
    }


class Web(scripted.Web):
    """Looks and answers about one account; what is not there does not answer."""

    def __init__(
        self, looks: Mapping[str, Sequence[Part]], pages: Mapping[str, Page] | None = None
    ) -> None:
        super().__init__("tiktok", pages or {}, looks, here=True)

    def of(
        self,
        posts: Sequence[KnownPost] = (),
        side: Side = Side.WATCHED,
        native_id: str | None = None,
    ) -> Visit:
        return self.visit("budi.contoh", posts, side=side, number=native_id)


def converse(visit: Visit) -> list[Seen]:
    return scripted.converse(TiktokSpider, visit)


def numbers(seen: list[Seen]) -> list[str]:
    return [post.native_id.removeprefix(N) for one in seen for post in one.reading.posts]


def test_the_list_the_page_loads_gives_the_posts() -> None:
    web = Web(usual())
    visit = web.of()
    seen = converse(visit)

    assert numbers(seen) == ["01", "02"]
    assert web.addresses == []
    assert visit.native_id == BUDI


def test_what_the_account_reposted_is_an_act_of_the_visited_account() -> None:
    seen = converse(Web(usual()).of())
    shares = [a for one in seen for a in one.reading.interactions if a.act is Act.SHARE]

    assert [(a.actor_id, a.actor_handle, a.target) for a in shares] == [
        (BUDI, "budi.contoh", f"{N}91")
    ]


def test_fewer_posts_than_the_account_counts_is_a_gap() -> None:
    visit = Web(usual()).of()
    converse(visit)

    assert [(gap.code, gap.detail) for gap in visit.gaps] == [("PART_LISTED", "2 of 19 posts")]


def test_where_no_list_came_the_embed_names_the_posts_and_each_is_opened() -> None:
    looks = {PROFILE: [(DATA, case("profile_without_its_list_is_not_empty"))]}
    pages = {
        EMBED: case("embed_of_an_account_names_its_newest_posts"),
        video("01"): case("video_page"),
        video("02"): case("photo_post_with_two_pictures"),
    }
    web = Web(looks, pages)
    seen = converse(web.of())

    assert web.addresses == [EMBED, video("01"), video("02")]
    assert numbers(seen) == ["01", "02"]


def test_posts_the_drawn_page_links_are_opened_when_they_are_new() -> None:
    looks = {PROFILE: usual()[PROFILE][3:]}
    pages = {EMBED: case("embed_that_shows_nothing_is_unseen"), video("02"): case("photo_post_with_two_pictures"),
             video("01"): case("video_page")}  # fmt: skip
    web = Web(looks, pages)
    seen = converse(web.of([known("01")]))

    assert web.addresses == [EMBED, video("02"), video("01")]
    assert numbers(seen) == ["02", "01"]


def test_a_private_account_is_not_looked_for_any_further() -> None:
    web = Web({PROFILE: [(DATA, case("profile_private"))]})
    visit = web.of()
    converse(visit)

    assert web.addresses == []
    assert visit.account_state is SeenState.PRIVATE


def test_a_missing_post_is_asked_for_at_its_own_page() -> None:
    web = Web(usual(), {video("07"): case("video_gone")})
    seen = converse(web.of([known("07"), known("01")], native_id=BUDI))
    states = [(s.subject, s.state, s.marker) for one in seen for s in one.reading.states]

    assert web.addresses == [video("07")]
    assert states == [(f"post:{N}07", SeenState.ABSENT, "10217 video is gone")]
    assert all(one.control for one in seen if one.reading.states)


def test_the_code_that_means_many_things_is_gated_and_not_absent() -> None:
    web = Web(usual(), {video("07"): case("video_unavailable_cause_unknown")})
    visit = web.of([known("07")])
    seen = converse(visit)

    assert {s.state for one in seen for s in one.reading.states} == {SeenState.GATED}
    assert "GATED" in {gap.code for gap in visit.gaps}


def test_after_a_challenge_a_few_posts_are_looked_at_in_the_browser() -> None:
    posts = [known(f"2{n}", hour=n) for n in range(6)]
    looks = {**usual(), video("20"): [(DATA, case("video_page", n01="20"))]}
    web = Web(looks, {video("20"): case("challenge_page_is_blocked")})
    visit = web.of(posts)
    converse(visit)

    assert web.addresses == [video("20")]
    assert [load.url for load in web.loaded][1:] == [video(f"2{n}") for n in range(spider.BROWSED)]
    assert ("PAGE_LIMIT", "3 posts were not asked for after a refusal") in [
        (gap.code, gap.detail) for gap in visit.gaps
    ]


def test_a_name_that_changed_hands_records_nothing() -> None:
    visit = Web(usual()).of(native_id="7400000000000000099")
    seen = converse(visit)

    assert seen == []
    assert "HANDLE_REUSED" in [gap.code for gap in visit.gaps]


def test_comments_below_a_campaign_accounts_posts_are_looked_at_minimised() -> None:
    web = Web({**usual(), video("01"): [(DATA, case("comments_with_an_answer"))]})
    visit = web.of(side=Side.CAMPAIGN)
    seen = converse(visit)
    comments = [a for one in seen for a in one.reading.interactions if a.act is Act.COMMENT]

    assert [load.url for load in web.loaded if load.minimise] == [video("01"), video("02")]
    assert [edge.actor_handle for edge in comments] == ["siti.misal", "budi.contoh", "joko.umpama"]
    assert [gap.detail for gap in visit.gaps if gap.code == "REPLIES_LIMIT"] == [
        "3 of 7 comments",
        "0 of 7 comments",
    ]


def test_without_a_browser_the_embed_and_the_posts_own_pages_are_read() -> None:
    pages = {
        EMBED: case("embed_of_an_account_names_its_newest_posts"),
        video("01"): case("video_page"),
        video("02"): case("photo_post_with_two_pictures"),
    }
    visit = Web({}, pages).of()

    assert numbers(converse(visit)) == ["01", "02"]


def test_as_many_comments_as_the_post_counts_are_a_whole_list() -> None:
    talk = case("comments_with_an_answer", **{'"has_more": 1': '"has_more": 0'})
    page = case("video_page", **{'"commentCount": 7': '"commentCount": 3',
                                 '"commentCount": "7"': '"commentCount": "3"'})  # fmt: skip
    for parts, whole in (([page, talk], [3]), ([talk], [])):
        web = Web({**usual(), video("01"): [(DATA, part) for part in parts]})
        visit = web.of(side=Side.CAMPAIGN)
        listings = [one.listing for one in converse(visit) if one.listing]

        assert [len(listing.edges) for listing in listings] == whole
        assert [listing.target for listing in listings] == [f"{N}01"][: len(whole)]

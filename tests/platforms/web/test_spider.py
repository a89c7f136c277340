"""The conversation with a site, over canned pages."""

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
from crawler.platforms.web.spider import WebSpider
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
SITE = "https://kabardesa.example/"
ARTICLES = [f"{SITE}berita/2026/11/{n:02d}/judul-berita-nomor-{n}" for n in range(1, 6)]
OLD = f"{SITE}berita/2026/11/15/kerja-bakti-di-kampung-bersih"


def case(name: str, **swap: str) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    body = (CASES / name / "body").read_text("utf-8")
    for old, new in swap.items():
        body = body.replace(old, new)
    return Page(said["url"], said["status"], said["headers"], body.encode())


def known(address: str, state: SeenState = SeenState.PRESENT) -> KnownPost:
    return KnownPost(
        platform="web", native_id=address, watch="w-0123456789ab", post="0" * 32,
        snapshot="0" * 32, snapshots=1, state=state, state_digest="", first_seen_at=NOW,
        last_seen_at=NOW, published_at=NOW, url=address,
    )  # fmt: skip


class Web:
    """Pages by address; `to` gives the address a redirect ends at; others are not found."""

    def __init__(self, pages: dict[str, Page], looks: Sequence[Page] = ()) -> None:
        self.pages = pages
        self.looks = looks
        self.to: dict[str, str] = {}
        self.asked: list[str] = []
        self.headers: dict[str, tuple[tuple[str, str], ...]] = {}

    async def fetch(self, visit: Visit, ask: Ask) -> Seen:
        self.asked.append(ask.url)
        self.headers[ask.url] = ask.headers
        page = self.pages.get(ask.url, Page(ask.url, 404, {}, b"<html></html>"))
        page = replace(page, url=self.to.get(ask.url, ask.url))
        capture = f"{len(self.asked):032x}"
        return Seen(visit, ask.url, capture, page, registry.read("web", page), NOW)

    async def load(self, visit: Visit, load: Load) -> tuple[Seen, ...]:
        self.asked.append(f"browser {load.url}")
        return tuple(
            Seen(visit, load.url, f"b{n}", page, registry.read("web", page), NOW)
            for n, page in enumerate(self.looks)
        )

    def visit(self, posts: Sequence[KnownPost] = (), address: str = SITE, limit: int = 10) -> Visit:
        entry = WatchEntry(
            watch="w-0123456789ab", account=AccountId("web", None, address), side=Side.WATCHED,
            tier="A", zone="Asia/Jakarta",
            attribution=Attribution("p-1", "basis", Confidence.HIGH, "petugas", NOW),
            assignment_order="ST-1", legal_basis="UU 7/2017", watched_from=NOW,
        )  # fmt: skip
        return Visit(
            id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id=None,
            handle=address, state=None, watched=Watched({}, {}, {}), pages_limit=limit,
            fetch=self.fetch, archive_known=lambda visit, limit: posts, load=self.load,
            validators={f"etag {SITE}": '"abc"'},
        )  # fmt: skip


def converse(visit: Visit) -> list[Seen]:
    async def run() -> list[Seen]:
        return [seen async for seen in WebSpider().converse(visit)]

    return asyncio.run(run())


def usual() -> dict[str, Page]:
    article = {
        address: case("article_with_linked_data_and_paragraphs", **{OLD: address})
        for address in ARTICLES
    }
    return {SITE: case("front_page_is_a_post_and_names_its_articles"), **article}


def states(seen: list[Seen]) -> list[tuple[str, SeenState]]:
    return [(s.subject, s.state) for one in seen for s in one.reading.states]


def test_the_watched_page_and_its_new_articles_are_posts_of_the_site() -> None:
    web = Web(usual())
    visit = web.visit()
    posts = [post for seen in converse(visit) for post in seen.reading.posts]

    assert web.asked == [SITE, *ARTICLES]
    assert [post.native_id for post in posts] == [SITE, *ARTICLES]
    assert {post.author_id for post in posts} == {SITE}
    assert posts[1].author_handle == "Rina Wulandari, Bayu Saputra"
    assert visit.native_id == SITE


def test_the_watched_page_is_asked_for_under_its_condition() -> None:
    web = Web(usual())
    converse(web.visit())

    assert web.headers[SITE] == (("If-None-Match", '"abc"'),)


def test_more_new_articles_than_the_limit_are_a_gap() -> None:
    web = Web(usual())
    visit = web.visit(limit=2)
    converse(visit)

    assert web.asked == [SITE, *ARTICLES[:2]]
    assert [(gap.code, gap.detail) for gap in visit.gaps] == [
        ("PAGE_LIMIT", "3 linked articles were not opened")
    ]


def test_known_articles_are_looked_at_again_whether_they_are_linked_or_not() -> None:
    web = Web(usual())
    seen = converse(web.visit([known(ARTICLES[0]), known(OLD), known("x", SeenState.ABSENT)]))

    assert web.asked == [SITE, *ARTICLES[1:], ARTICLES[0], OLD]
    assert (f"post:{OLD}", SeenState.ABSENT) in states(seen)
    assert "x" not in web.asked


def test_nothing_is_looked_for_when_the_site_itself_does_not_answer() -> None:
    web = Web({SITE: case("fault_of_the_server_is_blocked")})
    visit = web.visit([known(OLD)])
    converse(visit)

    assert web.asked == [SITE]
    assert visit.refused


def test_an_unchanged_front_page_still_leads_to_known_articles() -> None:
    web = Web({SITE: case("not_modified_since_the_last_visit")})
    seen = converse(web.visit([known(OLD)]))

    assert (f"post:{OLD}", SeenState.ABSENT) in states(seen)


def test_an_absence_beside_an_unchanged_front_page_has_a_control_of_its_own() -> None:
    class Changed(Web):
        """The first page is unchanged for those who ask under a condition."""

        async def fetch(self, visit: Visit, ask: Ask) -> Seen:
            name = "front_page_is_a_post_and_names_its_articles"
            unchanged = "not_modified_since_the_last_visit"
            self.pages[SITE] = case(unchanged if ask.headers else name)
            return await super().fetch(visit, ask)

    web = Changed({})
    seen = converse(web.visit([known(OLD)]))

    assert web.asked == [SITE, OLD, SITE]
    assert seen[-1].control == f"{3:032x}"


def test_another_sites_answer_is_no_post_and_no_absence() -> None:
    web = Web({SITE: case("site_of_a_candidate")})
    web.to[SITE] = "https://portal.example/masuk"
    visit = web.visit()
    (seen,) = converse(visit)

    assert not seen.reading.posts
    assert not seen.reading.accounts
    assert [(s.state, s.marker) for s in seen.reading.states] == [
        (SeenState.GATED, "redirect to portal.example")
    ]
    assert "GATED" in [gap.code for gap in visit.gaps]


def test_www_and_bare_name_are_one_site() -> None:
    web = Web(usual())
    web.to[SITE] = "https://www.kabardesa.example/"

    assert converse(web.visit())[0].reading.posts


def test_a_page_without_text_is_loaded_in_the_browser() -> None:
    front = case("front_page_is_a_post_and_names_its_articles")
    web = Web({**usual(), SITE: case("page_that_needs_its_scripts_is_drift")}, [front])
    posts = [post.native_id for seen in converse(web.visit()) for post in seen.reading.posts]

    assert f"browser {SITE}" in web.asked
    assert posts == [SITE, *ARTICLES]


def test_an_article_shown_in_part_is_a_post_and_a_gap_but_no_state() -> None:
    page = case("article_behind_a_payment_is_a_post_of_its_part_and_gated", **{OLD: ARTICLES[0]})
    visit = Web({**usual(), ARTICLES[0]: page}).visit()
    seen = converse(visit)

    assert ARTICLES[0] in [post.native_id for one in seen for post in one.reading.posts]
    assert (f"post:{ARTICLES[0]}", SeenState.GATED) not in states(seen)
    assert ("GATED", "isAccessibleForFree false") in [(g.code, g.detail) for g in visit.gaps]


def test_a_row_without_an_address_is_a_gap() -> None:
    visit = Web({}).visit(address="kabar desa")

    assert converse(visit) == []
    assert [gap.code for gap in visit.gaps] == ["NO_BASE_URL"]

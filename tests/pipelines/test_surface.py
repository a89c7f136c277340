"""Two surfaces of one post: each is compared with itself, so that their words make no edits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.page import Page
from crawler.visit import Seen
from evidence.history import state_digest
from evidence.model import Change, KnownPost, Post, Reading, SeenState
from pipelines.history import by_surface

T0 = datetime(2026, 11, 20, tzinfo=UTC)


def post(text: str) -> Post:
    return Post("1", "9", "a", text, T0)


def known(newest: str, **digests: str) -> KnownPost:
    told = tuple(sorted((via, state_digest(post(text))) for via, text in digests.items()))
    return KnownPost(
        "x", "1", "w-1", "aa", "aa", 1, SeenState.PRESENT, state_digest(post(newest)), T0, T0, T0,
        digests=told,
    )  # fmt: skip


def change(before: KnownPost, text: str, via: str) -> Change:
    page = Page("https://x.example", 200, {}, b"")
    seen = Seen(None, page.url, "c", page, Reading("x"), T0 + timedelta(days=1), via=via)  # type: ignore[arg-type]
    return by_surface(before, post(text), seen)[0].change


def test_another_surface_that_words_it_otherwise_is_no_edit() -> None:
    assert change(known("halo…", CRAWL="halo…"), "halo semua", "OFFICIAL") is Change.SURFACE


def test_another_surface_that_says_the_same_is_no_change() -> None:
    assert change(known("halo", CRAWL="halo"), "halo", "OFFICIAL") is Change.UNCHANGED


def test_each_surface_is_compared_with_what_itself_showed() -> None:
    both = known("halo semua", CRAWL="halo…", OFFICIAL="halo semua")

    assert change(both, "halo…", "CRAWL") is Change.UNCHANGED
    assert change(both, "ralat…", "CRAWL") is Change.EDITED
    assert change(both, "ralat semua", "OFFICIAL") is Change.EDITED


def test_an_edit_that_one_surface_showed_is_not_said_again_for_the_same_words() -> None:
    assert (
        change(known("ralat", CRAWL="halo", OFFICIAL="ralat"), "ralat", "CRAWL") is Change.UNCHANGED
    )

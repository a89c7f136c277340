"""What a look at an account's page tells, and when the answers below a post are all there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from crawler import look
from crawler.page import Page
from crawler.visit import Seen
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Drift,
    Interaction,
    Post,
    Reading,
    SeenState,
    StateSeen,
)
from tests.platforms.scripted import NOW, Web, known

TARGET = "p1"


def seen(*edges: Interaction, **more: object) -> Seen:
    reading = replace(Reading("test", interactions=edges), **more)  # type: ignore[arg-type]
    visit = Web("x", {}).visit("budi_contoh", number="1")
    return Seen(visit, "u", "c", Page("u", 200, {}, b"x"), reading, NOW)


def answer(number: str, target: str = TARGET) -> Interaction:
    return Interaction(Act.COMMENT, f"a{number}", None, target, number, None, "setuju")


def post(comments: int | None, text: str = "teks") -> Post:
    return Post(TARGET, "1", "budi_contoh", text, NOW, counts=Counts(comment=comments))


def ends(pages: Sequence[Seen], counted: int | None) -> list[int]:
    """How many answers each page's whole list has; -1 where a page ends none."""
    found = look.with_whole_list(pages, post(counted))
    return [len(one.listing.edges) if one.listing else -1 for one in found]


def test_as_many_answers_as_are_counted_are_the_whole_list_and_its_last_page_says_so() -> None:
    assert ends([seen(answer("1")), seen(answer("2"), answer("1")), seen()], 2) == [-1, 2, -1]


@pytest.mark.parametrize(
    ("pages", "counted"),
    [
        ([seen(answer("1"))], 2),
        ([seen(answer("1"))], None),
        ([seen(answer("1"), answer("2"))], 1),
        ([seen(answer("1"), answer("9", "p2"))], 2),
        ([seen(answer("1"), next=("onward",))], 1),
        ([seen(answer("1"), drift=(Drift("x"),))], 1),
        ([seen(answer("1"), states=(StateSeen("page:u", SeenState.BLOCKED, "x"),))], 1),
        ([replace(seen(answer("1")), cut="TOO_LARGE")], 1),
        ([seen()], 0),
    ],
    ids=["fewer", "rounded", "more", "others", "onward", "drift", "blocked", "cut", "none"],
)
def test_any_other_list_of_answers_proves_nothing_of_who_is_missing(
    pages: list[Seen], counted: int | None
) -> None:
    assert set(ends(pages, counted)) == {-1}


def test_the_count_beside_the_answers_is_newer_than_the_one_known_before() -> None:
    fresh = seen(answer("1"), posts=(post(3),))

    assert look.total_of([fresh], post(1)) == 3
    assert look.total_of([seen()], post(1)) == 1
    assert [one.listing for one in look.with_whole_list([fresh], post(1))] == [None]


def test_an_account_that_is_private_is_not_said_to_be_shown_in_part() -> None:
    page = seen()
    for state, gaps in ((SeenState.PRIVATE, []), (SeenState.PRESENT, ["PART_LISTED"])):
        account = AccountSeen("1", "budi_contoh", None, state, AccountCounts(post=5))
        visit = Web("x", {}).visit("budi_contoh", number="1")
        look.tell_of_part([replace(page, reading=Reading("t", accounts=(account,)))], visit, 2)

        assert [gap.code for gap in visit.gaps] == gaps


def test_known_posts_that_were_not_shown_come_in_the_order_of_their_last_sight() -> None:
    posts = {
        number: known("x", number, None, hour, state)
        for number, hour, state in (
            ("a", 5, SeenState.PRESENT), ("b", 2, SeenState.EDITED),
            ("c", 1, SeenState.ABSENT), ("d", 3, SeenState.GATED),
        )
    }  # fmt: skip
    visit = Web("x", {}).visit("budi_contoh")
    visit.posts_seen["d"] = "c"

    assert [one.native_id for one in look.not_shown(visit, posts)] == ["b", "a"]

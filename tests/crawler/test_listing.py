"""Lists of who acted: which are read to their end, and which prove nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.listing import Listing, read_list
from crawler.page import Page
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import (
    AccountId,
    Act,
    Attribution,
    Confidence,
    Drift,
    Interaction,
    Reading,
    SeenState,
    Side,
    StateSeen,
    WatchEntry,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EMPTY = StateSeen("page:x", SeenState.PRESENT, "empty list")


def like(actor: str, days: int = 0) -> Interaction:
    return Interaction(Act.LIKE, actor, None, "p1", at=NOW - timedelta(days=days))


def walk(*readings: Reading, status: int = 200, **more: Any) -> tuple[list[Seen], Visit]:
    """The pages u0, u1, ... of a list; each leads to the next one there is."""

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        assert ask.minimise
        number = int(ask.url[1:])
        page = Page(ask.url, status, {}, b"")
        return Seen(visit, ask.url, f"c{number}", page, readings[number], NOW)

    entry = WatchEntry(
        "w-1", AccountId("mastodon", "1", "a"), Side.CAMPAIGN, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip
    visit = Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id="1", handle="a",
        state=None, watched=Watched({}, {}, {}), pages_limit=3, fetch=fetch,
        archive_known=lambda _v, _l: (),
    )  # fmt: skip

    async def run() -> list[Seen]:
        given = {"act": Act.LIKE, "target": "p1", "pages": 3, "onward": onward, **more}
        return [seen async for seen in read_list(visit, "u0", **given)]

    return asyncio.run(run()), visit


def onward(seen: Seen) -> str | None:
    return next((url for url in seen.reading.next if url.startswith("u")), None)


def codes(visit: Visit) -> list[str]:
    return [gap.code for gap in visit.gaps]


def test_the_last_page_of_a_whole_list_carries_all_of_it() -> None:
    first = Reading("x", interactions=(like("a"),), next=("u1",))
    last = Reading("x", interactions=(like("b"),))

    seen, visit = walk(first, last)

    assert [s.listing for s in seen] == [None, Listing(Act.LIKE, "p1", (like("a"), like("b")))]
    assert codes(visit) == []


def test_an_empty_list_is_a_whole_one() -> None:
    seen, _visit = walk(Reading("x", states=(EMPTY,)))

    assert seen[-1].listing == Listing(Act.LIKE, "p1", ())


def test_a_list_that_goes_on_beyond_the_limit_is_truncated() -> None:
    page = Reading("x", interactions=(like("a"),), next=("u1",))

    seen, visit = walk(page, Reading("x", interactions=(like("b"),), next=("u1",)))

    assert [s.listing for s in seen] == [None, None, None]
    assert codes(visit) == ["LIST_TRUNCATED"]


@pytest.mark.parametrize(
    "broken",
    [
        Reading("x", drift=(Drift("$: no list"),)),
        Reading("x", states=(StateSeen("page:x", SeenState.BLOCKED, "HTTP 503"),)),
        Reading("x", states=(StateSeen("page:x", SeenState.GATED, "HTTP 401"),)),
        Reading("x"),
    ],
    ids=["drift", "blocked", "gated", "nothing"],
)
def test_a_page_that_does_not_answer_makes_no_whole_list(broken: Reading) -> None:
    seen, _visit = walk(Reading("x", interactions=(like("a"),), next=("u1",)), broken)

    assert [s.listing for s in seen] == [None, None]


def test_a_refused_status_makes_no_whole_list() -> None:
    assert walk(Reading("x", states=(EMPTY,)), status=404)[0][-1].listing is None


def test_a_full_page_without_a_next_is_not_the_end() -> None:
    page = Reading("x", interactions=(like("a"), like("b")))

    seen, visit = walk(page, full=2)

    assert seen[-1].listing is None
    assert codes(visit) == ["LIST_TRUNCATED"]


def test_a_next_page_that_may_not_be_asked_for_is_not_the_end() -> None:
    seen, visit = walk(Reading("x", interactions=(like("a"),), next=("https://lain.example",)))

    assert seen[-1].listing is None
    assert codes(visit) == ["LIST_TRUNCATED"]


def test_own_acts_are_read_back_to_when_the_watch_began_and_no_further() -> None:
    page = Reading("x", interactions=(like("a", 1), like("a", 9)), next=("u1",))

    seen, visit = walk(page, target=None, back_to=NOW - timedelta(days=5))

    assert len(seen) == 1
    assert seen[0].listing is not None
    assert seen[0].listing.since == NOW - timedelta(days=9)
    assert codes(visit) == []

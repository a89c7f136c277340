"""Pages of a visit go into the log in order, one at a time, and the visit does not stand still."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.passage import Passage
from crawler.spider import AccountSpider
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    KnownPost,
    Reading,
    Side,
    WatchEntry,
)

NOW = datetime(2024, 11, 1, tzinfo=UTC)


class Steps:
    """The pipelines: what came in, and what each page waits for."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.done: dict[str, asyncio.Future[str]] = {}

    def send(self, seen: Seen) -> asyncio.Future[str]:
        self.sent.append(seen.capture)
        self.done[seen.capture] = asyncio.get_running_loop().create_future()
        return self.done[seen.capture]


def visit() -> Visit:
    entry = WatchEntry(
        "w", AccountId("mastodon", "1", "asn"), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        return page(visit, ask.url)

    return Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id="1", handle="asn",
        state=None, watched=Watched({}, {}, {}), pages_limit=1, fetch=fetch,
        archive_known=lambda visit, limit: (),
    )  # fmt: skip


def page(visit: Visit, capture: str) -> Seen:
    return Seen(visit, f"https://satu.example/{capture}", capture, None, Reading("x"), NOW)


async def turns() -> None:
    """Let all that can go on go on."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_visit_goes_on_while_its_page_is_being_recorded() -> None:
    async def scene() -> list[str]:
        steps, held = Steps(), visit()
        await Passage(steps.send).take(page(held, "c1"))
        return steps.sent

    assert asyncio.run(asyncio.wait_for(scene(), 60)) == ["c1"]


def test_a_page_is_sent_only_when_the_one_before_it_is_recorded() -> None:
    async def scene() -> tuple[list[str], list[str]]:
        steps, held = Steps(), visit()
        passage = Passage(steps.send)
        await passage.take(page(held, "c1"))
        second = asyncio.create_task(passage.take(page(held, "c2")))
        await turns()
        before = list(steps.sent)
        steps.done["c1"].set_result("")
        await second
        return before, steps.sent

    assert asyncio.run(scene()) == (["c1"], ["c1", "c2"])


def test_a_page_that_was_not_recorded_is_a_gap_and_the_next_one_is_sent() -> None:
    async def scene() -> tuple[list[tuple[str, str, str | None]], list[str]]:
        steps, held = Steps(), visit()
        passage = Passage(steps.send)
        await passage.take(page(held, "c1"))
        steps.done["c1"].set_result("StoreError")
        await passage.take(page(held, "c2"))
        return [(gap.code, gap.detail, gap.capture) for gap in held.gaps], steps.sent

    assert asyncio.run(scene()) == ([("NOT_RECORDED", "StoreError", "c1")], ["c1", "c2"])


def test_known_posts_are_asked_for_when_the_page_under_way_is_recorded() -> None:
    """Else a post that this page brings would be looked for as if it were missing."""

    async def scene() -> tuple[list[str], list[str]]:
        steps, held, asked = Steps(), visit(), list[str]()

        def known(visit: Visit, limit: int) -> tuple[KnownPost, ...]:
            asked.append("known")
            return ()

        held.archive_known = known
        passage = Passage(steps.send)
        held.recorded = passage.arrive
        await passage.take(page(held, "c1"))
        looks: AsyncIterator[Seen] = held.look_for_missing(lambda post: post.url or "", oldest=None)
        look = asyncio.create_task(anext(looks, None))
        await turns()
        before = list(asked)
        steps.done["c1"].set_result("")
        await look
        return before, asked

    assert asyncio.run(scene()) == ([], ["known"])


class Breaks(AccountSpider):
    """Shows one page and fails."""

    name = platform = "mastodon"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        yield page(visit, "c1")
        raise ValueError("kacau")


class Ends(AccountSpider):
    """Shows one page and is done."""

    name = platform = "mastodon"

    async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        yield page(visit, "c1")


async def held(spider: AccountSpider, log: list[str]) -> str:
    """A visit whose page is settled last of all that can happen before it."""
    queue: asyncio.Queue[Seen | None] = asyncio.Queue()
    whole = asyncio.create_task(spider._visit(visit(), queue))
    await queue.get()
    await turns()
    log.append("over" if whole.done() else "open")
    spider.settle("c1")
    return await whole


def test_a_visit_that_breaks_off_ends_after_its_page_is_recorded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its outcome says what could not be recorded, so it cannot be written before that is known."""
    log: list[str] = []

    with caplog.at_level(logging.CRITICAL):
        assert asyncio.run(held(Breaks(), log)) == "internal: ValueError"
    assert log == ["open"]


def test_pictures_are_looked_for_when_all_pages_are_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What changed in a post is known when its page has been compared."""
    log: list[str] = []

    async def extras(visit: Visit, desk: Any) -> AsyncIterator[Seen]:
        log.append("extras")
        return
        yield page(visit, "never")

    monkeypatch.setattr("crawler.spider.extras", extras)
    spider = Ends()
    monkeypatch.setattr(spider, "desk", None, raising=False)

    assert asyncio.run(held(spider, log)) == ""
    assert log == ["open", "extras"]

"""What a visit by hand, `scrapy crawl`, says when it cannot be done or brought nothing."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.exceptions import UsageError
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.clock import Clock
from crawler.fetching import Fetching
from crawler.middlewares.keep import Ticket, exchange_of
from crawler.platforms.feed.spider import FeedSpider
from crawler.spider import AccountSpider
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import (
    AccountId,
    Attribution,
    CaptureKind,
    Confidence,
    Draft,
    Entry,
    Side,
    WatchEntry,
)
from evidence.record import Recorder

NOW = datetime(2024, 11, 1, tzinfo=UTC)


class Kept:
    """Takes drafts as the keeper does."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []

    async def record(self, drafts: list[Draft]) -> tuple[Entry, ...]:
        self.drafts += drafts
        return ()


def visit() -> Visit:
    entry = WatchEntry(
        "w-000000000001", AccountId("feed", None, "https://rahasia.example/f"), Side.WATCHED, "A",
        "Asia/Jakarta", Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip

    async def fetch(visit: Visit, ask: object) -> Seen:
        raise AssertionError("nothing is fetched here")

    return Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id=None,
        handle="https://rahasia.example/f", state=None, watched=Watched({}, {}, {}),
        pages_limit=1, fetch=fetch, archive_known=lambda visit, limit: (),
    )  # fmt: skip


def said_at_the_end(
    ended: Visit, caplog: pytest.LogCaptureFixture, batch: str | None = None
) -> list[str]:
    spider: AccountSpider = FeedSpider(batch=batch)
    kept = Kept()
    spider.desk = SimpleNamespace(  # type: ignore[assignment]
        keeper=kept, clock=Clock(), recorder=Recorder("system", "jejak 0")
    )
    with caplog.at_level(logging.WARNING, logger="crawler.spider"):
        asyncio.run(spider._end(ended, ""))
    assert len(kept.drafts) == 1
    return [record.getMessage() for record in caplog.records]


def test_a_visit_by_hand_that_saw_nothing_is_said_without_the_accounts_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refused = visit()
    refused.gap("CONNECTION_REFUSED", "no response")

    assert said_at_the_end(refused, caplog) == [
        "visit of w-000000000001 ended FAILED CONNECTION_REFUSED"
    ]


def test_a_visit_by_hand_that_saw_something_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    sound = visit()
    sound.shown = True

    assert said_at_the_end(sound, caplog) == []


def test_a_visit_of_a_batch_is_silent(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    refused = visit()
    refused.gap("CONNECTION_REFUSED", "no response")

    assert said_at_the_end(refused, caplog, batch=str(tmp_path / "b.json")) == []


def test_a_configuration_that_cannot_be_used_is_one_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JEJAK_CONFIG", str(tmp_path / "none.toml"))

    with pytest.raises(UsageError, match=r"none\.toml: there is no such file"):
        FeedSpider.update_settings(Settings())


def test_a_wish_for_quiet_is_kept_in_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("JEJAK_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JEJAK_DATA", str(tmp_path))
    monkeypatch.setenv("JEJAK_ARCHIVE_URL", "memory:")
    downloader = SimpleNamespace(slots={}, get_slot_key=lambda request: "contoh.example")
    spider = FeedSpider()
    spider.crawler = SimpleNamespace(engine=SimpleNamespace(downloader=downloader))  # type: ignore[assignment]

    async def run() -> None:
        async for _ in spider.start():
            raise AssertionError("nobody is watched")
        spider.pace.hold("https://contoh.example/", 3600)
        await spider._finish()

    asyncio.run(run())

    assert len(list((tmp_path / "quiet").iterdir())) == 1


def test_the_method_and_body_that_were_sent_are_kept_with_the_exchange() -> None:
    desk: Any = SimpleNamespace(
        config=SimpleNamespace(robots_exempt=(), egress_allow=()), recorder=Recorder("s", "jejak 0")
    )
    ask = Ask("https://contoh.example/x", (("X-A", "1"),), method="POST", body=b'{"a":1}')
    ticket = Ticket("v", "w", None, CaptureKind.EXCHANGE, None, None, minimise=True)

    request = Fetching("feed", desk, None, None).request(ask, ticket)
    exchange = exchange_of(request, Response(request.url, body=b"{}"), ticket, NOW)
    draft = desk.recorder.capture(exchange, visit="v", watch="w", slot=None, body_kept=False)

    assert (exchange.method, exchange.request_body) == ("POST", b'{"a":1}')
    assert ("X-A", "1") in exchange.request_headers
    assert [plain.role for plain in draft.objects] == ["exchange", "request"]

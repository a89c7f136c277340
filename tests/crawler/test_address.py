"""Addresses that pages name and nobody can ask for: told, kept as text, and the visit goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import scrapy

from crawler.address import LONGEST, UNREADABLE, as_name, is_address
from crawler.browsing import Browsing
from crawler.config import Config
from crawler.desk import Desk, open_desk, visit_of
from crawler.fetching import Fetching
from crawler.pace import Pace
from crawler.visit import Visit
from evidence.canonical import to_value
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    Side,
    WatchEntry,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
UNASKABLE = (
    "https://[contoh.example/a.jpg", "https://contoh.example:99999999/a.jpg", "javascript:alert(1)",
    "https://contoh.example:pintu/", "//contoh.example/a.jpg", "https://", "", "data:text/html,halo",
    "https://contoh.example:0/",
)  # fmt: skip
ENTRY = WatchEntry(
    "w-000000000001", AccountId("feed", None, "bunga"), Side.CAMPAIGN, "A", "Asia/Jakarta",
    Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(open_desk(Config(data_dir=tmp_path, archive_url="memory:"))) as opened:
        yield opened


def visit(desk: Desk) -> Visit:
    """A visit whose fetches and looks would fail loudly if anything were asked for."""
    crawler: Any = SimpleNamespace(engine=SimpleNamespace())
    pace = Pace(crawler, 1, 1)
    made = visit_of(
        desk, {"entry": to_value(ENTRY)}, None, Fetching("feed", desk, crawler, pace).fetch
    )
    browser: Any = SimpleNamespace()
    made.load = Browsing("feed", desk, browser, crawler, pace).load
    return made


@pytest.mark.parametrize("url", UNASKABLE)
def test_what_cannot_be_asked_for_is_a_gap_and_the_visit_goes_on(desk: Desk, url: str) -> None:
    here = visit(desk)

    async def ask() -> None:
        await here.get(url)
        await here.browse(url)

    asyncio.run(ask())
    assert [gap.code for gap in here.gaps] == ["REFUSED_ADDRESS", "REFUSED_ADDRESS"]
    rows = list(desk.archive.rows("captures"))
    assert [row["state"] for row in rows] == ["FAILED", "FAILED"]
    assert {row["url"] for row in rows} == {as_name(url)}


@pytest.mark.parametrize("url", UNASKABLE)
def test_its_text_is_kept_under_a_name_that_everyone_can_read(url: str) -> None:
    assert not is_address(url)
    assert urlsplit(as_name(url)).port is None
    assert as_name(url).isascii()


@pytest.mark.parametrize(
    ("url", "name"),
    [("javascript:alert(1)", "javascript%3Aalert%281%29"), ("//a.example/é", "%2F%2Fa.example%2F%C3%A9"),
     ("\ud800", "%3F"), ("", "")],
)  # fmt: skip
def test_the_text_can_be_read_back_from_the_name(url: str, name: str) -> None:
    assert as_name(url) == f"urn:jejak:address:{name}"


def test_a_name_is_bounded() -> None:
    assert len(as_name("data:" + "x" * 100_000)) == len(UNREADABLE) + LONGEST


@pytest.mark.parametrize(
    "url", ["https://contoh.example", "http://127.0.0.1:8080/a?b#c", "https://[2606:4700::1]/"]
)
def test_an_address_of_the_web_is_one(url: str) -> None:
    assert is_address(url)


@pytest.mark.parametrize("where", ["https://[contoh.example/", "https://contoh.example:99999999/"])
def test_a_redirect_that_scrapy_makes_no_request_of_is_a_gap_with_its_name(
    desk: Desk, where: str
) -> None:
    async def download(request: scrapy.Request) -> object:
        return request.replace(url=where)

    slots = SimpleNamespace(slots={}, get_slot_key=lambda request: "contoh.example")
    crawler: Any = SimpleNamespace(
        engine=SimpleNamespace(download_async=download, downloader=slots)
    )
    fetching = Fetching("feed", desk, crawler, Pace(crawler, 1, 1))
    here = visit_of(desk, {"entry": to_value(ENTRY)}, None, fetching.fetch)

    asyncio.run(here.get("https://contoh.example/"))

    assert [gap.code for gap in here.gaps] == ["REFUSED_ADDRESS"]

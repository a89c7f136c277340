"""A look in the browser as captures, over a real archive in memory and looks made by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from protego import Protego
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler import registry
from crawler.browser import Asking, Look
from crawler.browsing import Browsing, page_of
from crawler.config import Config
from crawler.desk import Desk, open_desk, visit_of
from crawler.load import Load
from crawler.pace import Pace
from crawler.page import Page
from crawler.visit import Ask, Seen, Visit
from evidence.canonical import to_value
from evidence.errors import FetchError
from evidence.model import (
    AccountId,
    Act,
    Attribution,
    CaptureKind,
    CaptureState,
    Confidence,
    Exchange,
    Interaction,
    Outcome,
    Post,
    Reading,
    SeenState,
    Side,
    StateSeen,
    WatchEntry,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://contoh.example/akun"
ROBOTS = "User-agent: *\nDisallow: /tertutup\n"
POST = Post("1", "7", "bunga", "halo", NOW)
ENTRY = WatchEntry(
    "w-000000000001", AccountId("feed", None, "bunga"), Side.CAMPAIGN, "A", "Asia/Jakarta",
    Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
)  # fmt: skip


class Robots(RobotsTxtMiddleware):
    """The middleware with a robots.txt at hand."""

    def __init__(self) -> None:
        self.rules = Protego.parse(ROBOTS)

    async def process_request(self, request: Any, spider: Any = None) -> None:
        if not self.rules.can_fetch(request.url, "jejak"):
            raise IgnoreRequest


class Looks:
    """A browser whose looks are made beforehand."""

    def __init__(self, look: Look | None) -> None:
        self.next = look
        self.asked: list[Asking] = []

    async def look(self, asking: Asking) -> Look:
        self.asked.append(asking)
        if self.next is None:
            raise FetchError("browser", "does not start")
        return self.next


def part(kind: CaptureKind = CaptureKind.EXCHANGE, **said: Any) -> Exchange:
    fields = {"url": URL, "status": 200, "body": b"isi", **said}
    return Exchange(
        method="GET", requested_at=NOW, fetched_at=NOW, request_headers=(),
        response_headers=(("Retry-After", "7"), ("Set-Cookie", "a"), ("set-cookie", "b")),
        kind=kind, **fields,
    )  # fmt: skip


def whole_look(**said: Any) -> Look:
    fields = {
        "hops": (part(status=302, body=b""),), "document": part(),
        "answers": (part(url=f"{URL}/api"),), "dom": part(CaptureKind.DOM),
        "shot": part(CaptureKind.SCREENSHOT), "troubles": (), **said,
    }  # fmt: skip
    return Look(**fields)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(open_desk(Config(data_dir=tmp_path, archive_url="memory:"))) as opened:
        yield opened


def browsing(desk: Desk, look: Look | None, pace_s: float = 0) -> tuple[Browsing, Looks]:
    downloader = SimpleNamespace(
        middleware=SimpleNamespace(middlewares=(Robots(),)),
        slots={},
        get_slot_key=lambda request: urlsplit(request.url).hostname,
    )
    crawler = SimpleNamespace(engine=SimpleNamespace(downloader=downloader))
    looks = Looks(look)
    made = Browsing("feed", desk, looks, crawler, Pace(crawler, pace_s, 1))  # type: ignore[arg-type]
    return made, looks


def visit(desk: Desk) -> Visit:
    async def fetch(visit: Visit, ask: Ask) -> Seen:
        raise AssertionError("nothing is fetched here")

    return visit_of(desk, {"entry": to_value(ENTRY)}, None, fetch)


def kept(desk: Desk) -> list[dict[str, Any]]:
    return sorted(desk.archive.rows("captures"), key=lambda row: row["index"])


def reading(monkeypatch: pytest.MonkeyPatch, read: Callable[[Page], Reading]) -> None:
    platform = replace(registry.PLATFORMS["feed"], read=read)
    monkeypatch.setitem(registry.PLATFORMS, "feed", platform)


def load(desk: Desk, look: Look | None, asked: Load) -> tuple[tuple[Seen, ...], Visit, Looks]:
    made, looks = browsing(desk, look)
    here = visit(desk)
    return asyncio.run(made.load(here, asked)), here, looks


def test_every_part_is_durable_before_it_is_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    durable: list[int] = []

    def read(page: Page) -> Reading:
        durable.append(len(kept(desk)))
        return Reading("x@1")

    reading(monkeypatch, read)
    seen, _, _ = load(desk, whole_look(), Load(URL))

    assert durable == [2, 3, 4]
    assert [row["kind"] for row in kept(desk)] == [
        "exchange", "exchange", "exchange", "dom", "screenshot"
    ]  # fmt: skip
    assert [one.kind.value for one in seen] == ["exchange", "exchange", "dom", "screenshot"]
    assert [one.capture for one in seen] == [row["id"] for row in kept(desk)][1:]
    assert [one.page is None for one in seen] == [False, False, False, True]


def test_the_reader_gets_headers_and_the_address_at_the_end() -> None:
    document = page_of(part())
    dom = page_of(part(CaptureKind.DOM, url=f"{URL}/akhir", status=404))

    assert document.headers == {"retry-after": "7", "set-cookie": "a, b"}
    assert (dom.url, dom.status, dom.headers) == (
        f"{URL}/akhir", 404, {"content-type": "text/html; charset=utf-8"}
    )  # fmt: skip


def test_a_rate_limited_document_says_how_long(desk: Desk) -> None:
    seen, _, _ = load(desk, whole_look(document=part(status=429)), Load(URL))

    assert (seen[0].status, seen[0].retry_after_s) == (429, 7)


def test_the_screenshot_of_a_wall_is_never_complete(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Reading("x@1", states=(StateSeen(f"page:{URL}", SeenState.GATED, "login form"),))
    reading(monkeypatch, lambda page: wall)
    load(desk, whole_look(), Load(URL))

    assert kept(desk)[-1]["state"] == "PARTIAL"
    assert kept(desk)[-1]["kind"] == "screenshot"


def test_a_page_of_strangers_is_kept_without_bodies_and_without_a_picture(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Interaction(Act.LIKE, "9", "orang", "1")
    reading(monkeypatch, lambda page: Reading("x@1", interactions=(stranger,)))
    seen, _, _ = load(desk, whole_look(), Load(URL, minimise=True))

    assert [row["size"] for row in kept(desk)] == [0, 0, 0, 0]
    assert CaptureKind.SCREENSHOT not in [one.kind for one in seen]
    assert len(seen) == 3


def test_an_address_that_robots_txt_forbids_is_not_looked_at_and_said(desk: Desk) -> None:
    seen, here, looks = load(desk, whole_look(), Load("https://contoh.example/tertutup"))

    assert looks.asked == []
    assert [gap.code for gap in here.gaps] == ["ROBOTS"]
    assert here.refused
    assert (seen[0].page, kept(desk)[0]["state"]) == (None, "FAILED")


def test_the_browser_asks_robots_txt_for_every_document_on_the_way(desk: Desk) -> None:
    _, _, looks = load(desk, whole_look(), Load(URL))

    allowed = looks.asked[0].allowed
    assert asyncio.run(allowed("https://contoh.example/terbuka"))
    assert not asyncio.run(allowed("https://contoh.example/tertutup/masuk"))


def test_a_browser_that_does_not_start_is_a_gap_with_its_reason(desk: Desk) -> None:
    seen, here, _ = load(desk, None, Load(URL))

    assert [(gap.code, gap.detail) for gap in here.gaps] == [("NOT_RENDERED", "does not start")]
    assert seen[0].capture == kept(desk)[0]["id"]


def test_a_document_that_did_not_come_is_kept_as_an_attempt(desk: Desk) -> None:
    failed = part(status=None, body=b"", state=CaptureState.FAILED, error="DNS")
    seen, here, _ = load(desk, whole_look(document=failed, hops=()), Load(URL))

    assert [gap.code for gap in here.gaps] == ["DNS"]
    assert [row["state"] for row in kept(desk)] == ["FAILED"]
    assert seen[0].page is None


def test_what_the_browser_could_not_see_are_gaps(desk: Desk) -> None:
    look = whole_look(shot=None, troubles=(("TIMEOUT", "the page did not finish loading"),))
    _, here, _ = load(desk, look, Load(URL))

    assert "TIMEOUT" in [gap.code for gap in here.gaps]


def test_a_picture_is_kept_of_what_is_shown_and_nothing_is_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(page: Page) -> Reading:
        raise AssertionError("a picture is not read")

    reading(monkeypatch, read)
    seen, _, looks = load(desk, whole_look(), Load(URL, picture=True, of="c" * 32))

    assert [row["kind"] for row in kept(desk)] == ["screenshot", "dom"]
    assert [one.page for one in seen] == [None, None]
    assert looks.asked[0].of == "c" * 32


def test_a_picture_of_a_challenge_says_so_though_nothing_is_read(desk: Desk) -> None:
    _, here, _ = load(desk, whole_look(wall="g-recaptcha"), Load(URL, picture=True))

    assert [(gap.code, gap.detail) for gap in here.gaps] == [("BLOCKED", "g-recaptcha")]


def test_a_host_that_asks_for_long_quiet_is_not_looked_at_again(desk: Desk) -> None:
    """A short one is waited for; nothing is lost by it."""
    said = (("Retry-After", "7200"),)
    walled = replace(part(status=429), response_headers=said)
    made, looks = browsing(desk, whole_look(document=walled))
    here = visit(desk)

    asyncio.run(made.load(here, Load(URL)))
    second = asyncio.run(made.load(here, Load(f"{URL}/lain")))

    assert len(looks.asked) == 1
    assert [one.page for one in second] == [None]
    assert kept(desk)[-1]["state"] == "FAILED"
    assert here.gaps[-1].code == "RATE_LIMITED"
    assert here.end(NOW).outcome is Outcome.BLOCKED

"""One pace for a host, whoever asks it: Scrapy's own downloader against a server that keeps time."""

from __future__ import annotations

import asyncio
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.pace import Pace, retry_after_s

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DELAY_S = 0.3
CRAWL = """
import asyncio, json, os, sys, urllib.request
from pathlib import Path
import scrapy
from scrapy.crawler import CrawlerProcess
from types import SimpleNamespace
from crawler.clock import Clock
from crawler.pace import Pace
from crawler.quiet import Quiet

base, delay, *steps = sys.argv[1:]
said = []

class One(scrapy.Spider):
    name = "one"
    desk = SimpleNamespace(clock=Clock())
    custom_settings = {
        "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False, "LOG_LEVEL": "WARNING",
        "RETRY_TIMES": 2, "RETRY_HTTP_CODES": [503], "DOWNLOAD_DELAY": float(delay),
        "DOWNLOAD_DELAY_JITTER": 0.0, "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "DOWNLOADER_MIDDLEWARES": {"crawler.middlewares.pace.PaceMiddleware": 970},
    }

    async def start(self):
        quiet = Quiet(Path(os.environ["QUIET"]), Clock()) if "QUIET" in os.environ else None
        self.pace = Pace(self.crawler, float(delay), 2, quiet)
        await asyncio.gather(*(self.one(*step.split(":")) for step in steps))
        print(json.dumps(said))
        return
        yield

    async def one(self, who, path):
        url = base + path
        if who == "look":
            await asyncio.sleep(0.1)  # the fetches before it are on their way
            if not await self.pace.turn(url):
                said.append([who, path, "closed"])
                return
            await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=9).read())
            said.append([who, path, "200"])
            return
        try:
            answer = await self.crawler.engine.download_async(scrapy.Request(url, dont_filter=True))
            said.append([who, path, str(answer.status)])
        except scrapy.exceptions.IgnoreRequest as error:
            said.append([who, path, str(error)])

process = CrawlerProcess()
process.crawl(One)
process.start()
"""


class Site(http.server.BaseHTTPRequestHandler):
    """Notes when each path was asked for; `/diam/N` asks for N s of quiet, the first time."""

    asked: list[tuple[float, str]]

    def do_GET(self) -> None:
        first = self.path not in {path for _, path in self.asked}
        self.asked.append((time.monotonic(), self.path))
        quiet = self.path.startswith("/diam/") and first
        self.send_response((503 if "503" in self.path else 429) if quiet else 200)
        if quiet:
            self.send_header("Retry-After", self.path.split("/")[2])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[tuple[type[Site], str]]:
    handler = type("Handler", (Site,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def crawl(base: str, *steps: str, **environment: str) -> list[tuple[str, str, str]]:
    """What came of each step, in the order they ended."""
    done = subprocess.run(
        [sys.executable, "-c", CRAWL, base, str(DELAY_S), *steps],
        capture_output=True, check=True, cwd=ROOT, timeout=60, env=os.environ | environment,
    )  # fmt: skip
    return [tuple(one) for one in json.loads(done.stdout)]


def test_fetches_and_looks_together_ask_a_host_no_faster_than_its_pace(site) -> None:
    handler, base = site
    steps = [f"{who}:/{who}{n}" for n in range(3) for who in ("fetch", "look")]

    said = crawl(base, *steps)

    assert {status for _, _, status in said} == {"200"}
    at = [moment for moment, _ in handler.asked]
    assert len(at) == 6
    # With a pace each, all would be there in half the time, in pairs. The rest is for the way from
    # a turn to the server on a busy machine.
    assert min(b - a for a, b in pairwise(at)) > DELAY_S * 0.1
    assert at[-1] - at[0] > DELAY_S * 4


def test_a_host_that_asks_a_fetch_for_quiet_has_it_from_looks_and_from_scrapys_retries(
    site,
) -> None:
    handler, base = site

    said = crawl(base, "fetch:/diam/2/503", "fetch:/a", "look:/b")

    assert {status for _, _, status in said} == {"200"}
    (began, first), *after = handler.asked
    assert first == "/diam/2/503"
    assert min(moment for moment, _ in after) - began >= 1.9
    assert {path for _, path in after} == {"/diam/2/503", "/a", "/b"}


def test_what_waits_for_a_host_that_asks_for_long_quiet_is_given_up_at_once(site) -> None:
    handler, base = site

    said = crawl(base, "fetch:/diam/3600/503", "fetch:/a", "look:/b", "fetch:/c")

    assert sorted(said) == [
        ("fetch", "/a", "the host asks for quiet"),
        ("fetch", "/c", "the host asks for quiet"),
        ("fetch", "/diam/3600/503", "503"),
        ("look", "/b", "closed"),
    ]
    assert [path for _, path in handler.asked] == ["/diam/3600/503"]


def test_a_host_that_asked_one_process_for_long_quiet_has_it_from_the_next(site, tmp_path) -> None:
    handler, base = site
    folder = str(tmp_path / "quiet")

    first = crawl(base, "fetch:/diam/3600/503", QUIET=folder)
    second = crawl(base, "look:/b", QUIET=folder)

    assert (first, second) == ([("fetch", "/diam/3600/503", "503")], [("look", "/b", "closed")])
    assert [path for _, path in handler.asked] == ["/diam/3600/503"]


def paced(pace_s: float) -> Pace:
    downloader = SimpleNamespace(
        slots={}, get_slot_key=lambda request: urlsplit(request.url).hostname
    )
    return Pace(SimpleNamespace(engine=SimpleNamespace(downloader=downloader)), pace_s, 1)


def test_turns_of_one_host_are_a_pace_apart_and_hosts_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s, waits = [100.0], []

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        now_s[0] += wait_s

    monkeypatch.setattr("crawler.pace.monotonic_s", lambda: now_s[0])
    monkeypatch.setattr("crawler.pace.asyncio.sleep", sleep)
    pace = paced(5)

    async def ask() -> None:
        for host in ("a", "a", "b", "a"):
            assert await pace.turn(f"https://{host}.example/")
        pace.hold("https://b.example/", 30)
        assert await pace.turn("https://b.example/lain")
        assert await pace.turn("https://b.example/lagi")

    asyncio.run(ask())
    assert waits == [5, 5, 30, 5]


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        (None, None), ("", None), ("lima", None), ("-3", None), ("7", 7), (" 12 ", 12), ("٣", None),
        ("Sun, 22 Nov 2026 04:02:00 GMT", 120), ("Sun, 22 Nov 2026 03:00:00 GMT", 0),
        ("9" * 30, 604_800), ("Sun, 22 Nov 9999 04:02:00 GMT", 604_800), ("1.5", None),
    ],
)  # fmt: skip
def test_a_retry_after_is_read_as_the_standard_writes_it(said: Any, wait_s: int | None) -> None:
    assert retry_after_s(said, NOW) == wait_s

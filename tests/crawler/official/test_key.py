"""A key goes to its own hosts and into nothing else: no capture, log, message or redirect."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.official.key import Key, key_of
from crawler.registry import PLATFORMS

ROOT = Path(__file__).resolve().parents[3]
CANARY = "kenari-4f9c-rahasia"
MANIFEST = PLATFORMS["youtube"].manifest
CRAWL = """
import asyncio, json, sys
import scrapy
from scrapy.crawler import CrawlerProcess
from crawler.clock import Clock
from crawler.middlewares.keep import TICKET, Keeper, Ticket
from crawler.official.key import Key
from evidence.model import CaptureKind
from evidence.record import Recorder
from evidence.store import MemoryArchive
from evidence.store.commit import GroupCommit

archive = MemoryArchive()
own, *urls = sys.argv[1:]

class One(scrapy.Spider):
    name = "one"
    custom_settings = {
        "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False, "LOG_LEVEL": "DEBUG", "RETRY_TIMES": 1,
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.middlewares.keep.KeepMiddleware": 950,
            "crawler.middlewares.official.KeyMiddleware": 960,
        },
    }
    key = Key(frozenset({own}), "X-Goog-Api-Key", "kenari-4f9c-rahasia", "kenari-4f9c-rahasia", True)
    commit = GroupCommit(archive)
    keeper = Keeper(commit, Recorder("system", "t"), Clock())

    async def start(self):
        for url in urls:
            ticket = Ticket("v", "w-000000000001", None, CaptureKind.EXCHANGE, None, None, False, via="OFFICIAL")
            yield scrapy.Request(url, meta={TICKET: ticket}, dont_filter=True)

    def parse(self, response):
        print("parsed", response.url, response.text, response.request.headers)

process = CrawlerProcess()
process.crawl(One)
process.start()
for entry in archive.entries():
    said = entry.statement
    print(json.dumps(dict(said.facts)))
    for ref in said.objects:
        print(ref.role, archive.open_object(said.rec, ref.role).data)
"""


class Interface(http.server.BaseHTTPRequestHandler):
    """Notes who was shown the key; /echo repeats it, /away sends elsewhere, /cut breaks off."""

    seen: list[tuple[str, str | None]]
    elsewhere: str = ""

    def do_GET(self) -> None:
        key = self.headers.get("X-Goog-Api-Key")
        self.seen.append((self.path, key))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"{self.elsewhere}/landed")
            self.end_headers()
            return
        if self.path == "/cut":
            self.connection.close()
            return
        body = f'{{"you sent": "{key}"}}'.encode() if self.path == "/echo" else b"{}"
        self.send_response(403 if self.path == "/refused" else 200)
        if self.path == "/echo":
            self.send_header("X-Seen", str(key))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not on the screen."""


@pytest.fixture
def servers() -> Iterator[tuple[type[Interface], str, type[Interface], str]]:
    """The interface, and another server it redirects to; each with its address."""
    made = []
    for _ in range(2):
        handler = type("Handler", (Interface,), {"seen": []})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.append((handler, server))
    (own, first), (other, second) = made
    own.elsewhere = f"http://127.0.0.1:{second.server_port}"
    yield own, f"127.0.0.1:{first.server_port}", other, own.elsewhere
    for _handler, server in made:
        server.shutdown()
        server.server_close()


def test_the_key_is_in_no_capture_log_or_message_and_reaches_its_own_host_alone(servers) -> None:
    """Answers, an echo, a refusal, a broken connection and a redirect away, at log level DEBUG."""
    own, place, other, _elsewhere = servers
    paths = ("/plain", "/echo", "/refused", "/cut", "/away")

    done = subprocess.run(
        [sys.executable, "-c", CRAWL, place, *(f"http://{place}{path}" for path in paths)],
        capture_output=True, check=True, cwd=ROOT, timeout=100,
    )  # fmt: skip

    told = done.stdout + done.stderr
    assert CANARY.encode() not in told
    assert {path for path, key in own.seen if key == CANARY} == set(paths)
    assert other.seen == [("/landed", None)]
    facts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    assert {fact["via"] for fact in facts} == {"OFFICIAL"}
    assert [fact["flags"] for fact in facts if "key_withheld" in fact["flags"]] == [
        ["key_withheld"]
    ]
    assert b'you sent": "[key]' in done.stdout


OWN = Key(frozenset({"www.googleapis.com"}), "X-Goog-Api-Key", CANARY, CANARY)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://www.googleapis.com/youtube/v3/videos", True),
        ("http://www.googleapis.com/youtube/v3/videos", False),
        ("https://www.googleapis.com.contoh.example/", False),
        ("https://contoh.example/?https://www.googleapis.com/", False),
        ("https://www.googleapis.com@contoh.example/", False),
        ("https://WWW.GOOGLEAPIS.COM/x", True),
        ("ftp://www.googleapis.com/x", False),
        ("https://127.0.0.1/", False),
    ],
)
def test_the_key_is_sent_to_its_own_hosts_over_tls_alone(url: str, sent: bool) -> None:
    assert OWN.speaks_to(url) is sent


def test_a_key_shows_itself_in_no_message() -> None:
    assert CANARY not in f"{OWN} {OWN!r} {replace(OWN, plain=True)}"


@pytest.mark.parametrize(
    ("allowed", "environment"),
    [
        ((), {"JEJAK_YOUTUBE_KEY": CANARY}),
        (("youtube",), {}),
        (("youtube",), {"JEJAK_YOUTUBE_KEY": "  "}),
        (("youtube",), {"JEJAK_YOUTUBE_KEY": "a\r\nX-Other: b"}),
        (("x",), {"JEJAK_YOUTUBE_KEY": CANARY}),
    ],
    ids=["not allowed", "no key", "empty", "with a line break", "another platform"],
)
def test_no_key_is_used_unless_it_is_there_and_allowed(allowed, environment) -> None:
    assert key_of(MANIFEST, allowed, environment) is None


def test_a_key_that_is_there_and_allowed_is_used_as_the_manifest_says() -> None:
    key = key_of(MANIFEST, ("youtube",), {"JEJAK_YOUTUBE_KEY": f" {CANARY}\n"})
    token = key_of(PLATFORMS["x"].manifest, ("x",), {"JEJAK_X_TOKEN": CANARY})

    assert key == OWN
    assert token is not None
    assert (token.header, token.value) == ("Authorization", f"Bearer {CANARY}")


def test_in_a_sandbox_a_key_goes_to_loopback_and_never_to_the_platform() -> None:
    key = key_of(MANIFEST, ("youtube",), {"JEJAK_YOUTUBE_KEY": CANARY}, sandbox=True)

    assert key is not None
    placed = key.placed("https://www.googleapis.com/youtube/v3/videos?id=a", "http://127.0.0.1:81")
    assert placed == "http://localhost:81/youtube/v3/videos?id=a"
    assert key.speaks_to(placed)
    assert not key.speaks_to("http://127.0.0.1:81/watch?v=a")
    assert not key.speaks_to("https://www.googleapis.com/youtube/v3/videos")


def test_outside_a_sandbox_a_row_cannot_send_the_key_elsewhere() -> None:
    url = "https://www.googleapis.com/youtube/v3/videos"

    assert OWN.placed(url, "http://127.0.0.1:81") == url
    assert not OWN.speaks_to("http://localhost:81/youtube/v3/videos")

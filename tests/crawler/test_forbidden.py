"""No spelling of an address that is not public is reached by Scrapy, directly or by a redirect."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.crawler.spelling import HOSTS, NAMES, Forbidden, addresses

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = "127.0.0.2"
CRLF = "\r\n"
FETCH = """
import json, socket, sys
import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

names = set(json.loads(sys.argv[2]))
real = socket.gethostbyname
calls = {}

def resolved(name):
    calls[name] = calls.get(name, 0) + 1
    if name == "rebind.uji":  # public when it is checked, loopback when it is asked again
        return "8.8.8.8" if calls[name] == 1 else "127.0.0.1"
    return "127.0.0.1" if name in names else real(name)

socket.gethostbyname = resolved
ended = []

class All(scrapy.Spider):
    name = "all"

    async def start(self):
        for url in json.loads(open(sys.argv[1]).read()):
            try:
                yield scrapy.Request(url, dont_filter=True, errback=self.failed)
            except ValueError:
                ended.append("ValueError")

    def failed(self, failure):
        ended.append(type(failure.value).__name__)

    def parse(self, response):
        ended.append(f"HTTP {response.status} {response.url}")

settings = get_project_settings()
settings.update({
    "ITEM_PIPELINES": {}, "RETRY_TIMES": 0, "ROBOTSTXT_OBEY": False, "LOG_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 5, "CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
})
process = CrawlerProcess(settings, install_root_handler=False)
process.crawl(All)
process.start()
print(json.dumps(ended))
"""


class Onward(http.server.BaseHTTPRequestHandler):
    """Leads to whatever the path says, in the way the path says."""

    def do_GET(self) -> None:
        way, _, target = self.path[1:].partition("/")
        target = unquote(target)
        if way == "meta":
            body = f'<meta http-equiv="refresh" content="0;url={target}">'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
        else:
            body = b""
            self.send_response(int(way))
            shown = target.encode("utf-8").decode("latin-1")
            self._headers_buffer.append(f"Location: {shown}\r\n".encode("latin-1"))  # type: ignore[attr-defined]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def onward() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer((ALLOWED, 0), Onward)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://{ALLOWED}:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetched(tmp_path: Path, urls: list[str], allowed: str) -> list[str]:
    """How every address ended, by Scrapy with our settings and resolver in a process of its own."""
    listed = tmp_path / "urls.json"
    listed.write_text(json.dumps(urls), "utf-8")
    config = tmp_path / "jejak.toml"
    config.write_text(f'egress_allow = ["{allowed}"]\n', "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FETCH, str(listed), json.dumps(NAMES)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "JEJAK_CONFIG": str(config), "SCRAPY_SETTINGS_MODULE": "crawler.settings"},
    )  # fmt: skip
    assert done.stdout, done.stderr[-2000:]
    said: list[str] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_there_are_at_least_forty_spellings() -> None:
    assert len(set(HOSTS)) >= 40


def test_scrapy_reaches_no_forbidden_address_by_any_spelling(tmp_path: Path) -> None:
    with Forbidden() as forbidden:
        urls = [f"{url}/langsung" for url in addresses(forbidden.port)]
        ended = fetched(tmp_path, urls, f"{ALLOWED}/32")

    assert forbidden.reached == []
    assert len(ended) == len(urls)
    assert not [one for one in ended if one.startswith("HTTP")]


def test_scrapy_follows_no_redirect_to_a_forbidden_address(tmp_path: Path, onward: str) -> None:
    with Forbidden() as forbidden:
        targets = addresses(forbidden.port)
        ways = [f"{onward}/302/{quote(target + '/alih')}" for target in targets]
        ways += [f"{onward}/{way}/{quote(targets[0])}" for way in (301, 303, 307, 308, "meta")]
        ways += [
            f"{onward}/302/{quote(f'{onward}/302/{quote(targets[0])}')}",
            f"{onward}/302/{quote(f'//127.0.0.1:{forbidden.port}/')}",
            f"{onward}/302/{quote('file:///etc/hostname')}",
            f"{onward}/302/{quote('data:text/html,x')}",
            f"{onward}/302/{quote('/x' + CRLF + 'Location: ' + targets[0])}",
        ]
        ended = fetched(tmp_path, ways, f"{ALLOWED}/32")

    assert forbidden.reached == []
    assert len(ended) == len(ways)


def test_the_counter_counts_where_the_rule_allows_it(tmp_path: Path) -> None:
    """The tests above can fail: what is allowed reaches the same server."""
    with Forbidden() as forbidden:
        urls = [f"{url}/langsung" for url in addresses(forbidden.port)[:12]]
        fetched(tmp_path, urls, "0.0.0.0/0")

    assert len(forbidden.reached) >= 8

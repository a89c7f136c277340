"""A large file across processes: one is killed while it fetches, the next one goes on, memory is flat."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.mongo
ROOT = Path(__file__).resolve().parents[2]
SIZE = 40_000_000
BLOCK = os.urandom(1_000_000)
CRAWL = """
import json, os, sys, threading, time
from datetime import UTC, datetime
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings
from crawler.media import fetched
from crawler.parts import chain, is_whole, kept_parts, whole_sha256
from crawler.spider import AccountSpider
from evidence.canonical import to_value
from evidence.model import AccountId, Attribution, Confidence, Side, WatchEntry

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTRY = WatchEntry(
    "w-000000000001", AccountId("feed", None, "x"), Side.WATCHED, "A", "Asia/Jakarta",
    Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
)
said = {}

peak = [0]

def held_mb():
    with open("/proc/self/statm") as said:
        return int(said.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000

def watch():
    # ru_maxrss of a process counts what its parent held when it was started.
    while True:
        peak[0] = max(peak[0], held_mb())
        time.sleep(0.01)

class One(AccountSpider):
    name = platform = "feed"

    def _due(self):
        return [({"entry": to_value(ENTRY)}, None)]

    async def converse(self, visit):
        before = held_mb()
        threading.Thread(target=watch, daemon=True).start()
        async for seen in fetched(visit, sys.argv[1], False, None, self.desk):
            yield seen
        parts = chain(kept_parts(self.desk.archive, sys.argv[1]))
        said.update(
            whole=is_whole(parts), sha256=whole_sha256(self.desk.archive, parts),
            grown_mb=peak[0] - before, gaps=[gap.code for gap in visit.gaps],
        )

settings = get_project_settings()
settings.set("LOG_ENABLED", False)
process = CrawlerProcess(settings)
process.crawl(One)
process.start()
print(json.dumps(said))
"""


class Films(http.server.BaseHTTPRequestHandler):
    """One film of 40 MB, by ranges. asked: where each request began."""

    protocol_version = "HTTP/1.1"
    asked: list[int] = []  # noqa: RUF012 - one list for all connections

    def do_GET(self) -> None:
        found = re.match(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if found is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start, last = int(found[1]), min(int(found[2]), SIZE - 1)
        Films.asked.append(start)
        self.send_response(206)
        self.send_header("ETag", '"satu"')
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Range", f"bytes {start}-{last}/{SIZE}")
        self.send_header("Content-Length", str(last - start + 1))
        self.end_headers()
        whole = BLOCK * ((last - start) // len(BLOCK) + 2)
        with suppress(OSError):
            self.wfile.write(whole[start % len(BLOCK) :][: last - start + 1])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def film() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Films)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/film.mp4"
    server.shutdown()
    server.server_close()


def test_a_film_goes_on_where_a_killed_process_left_it(
    tmp_path: Path, mongo_url: str, film: str
) -> None:
    config = tmp_path / "jejak.toml"
    config.write_text('data_dir = "."\negress_allow = ["127.0.0.0/8"]\n', "utf-8")
    environment = {
        **os.environ, "JEJAK_CONFIG": str(config), "JEJAK_ARCHIVE_URL": mongo_url,
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
    }  # fmt: skip
    Films.asked.clear()
    line = [sys.executable, "-c", CRAWL, film]
    first = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(Films.asked) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    before = len(Films.asked)

    second = subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False
    )

    said = json.loads(second.stdout.splitlines()[-1])
    assert before >= 3
    assert Films.asked[before] >= 16_000_000
    assert said["whole"]
    assert said["sha256"] == hashlib.sha256(BLOCK * (SIZE // len(BLOCK))).hexdigest()
    assert said["gaps"] == []
    assert said["grown_mb"] < 120

"""Hostile answers in the crawl process itself: bounded time and memory, and each has its code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.bomb import bombs

ROOT = Path(__file__).resolve().parents[2]
CRAWL = """
import json, os, resource, sys, threading, time
from datetime import UTC, datetime
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings
from crawler import registry
from crawler.page import Page
from crawler.spider import AccountSpider
from evidence.canonical import to_value
from evidence.model import (
    AccountId, Attribution, CaptureKind, Confidence, Side, WatchEntry,
)

base, names = sys.argv[1], json.loads(sys.argv[2])
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTRY = WatchEntry(
    "w-000000000001", AccountId("feed", None, base), Side.WATCHED, "A", "Asia/Jakarta",
    Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
)
READERS = {"json": ("bluesky", "mastodon"), "html": ("telegram",), "xml": ("feed",)}
report = {}
peak = [0]

def watch():
    # ru_maxrss of a process counts what its parent held when it was started.
    while True:
        with open("/proc/self/statm") as said:
            held = int(said.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        peak[0] = max(peak[0], held // 1_000_000)
        time.sleep(0.01)

threading.Thread(target=watch, daemon=True).start()

class One(AccountSpider):
    name = platform = "feed"

    def _due(self):
        return [({"entry": to_value(ENTRY)}, None)]

    async def converse(self, visit):
        for name in names:
            before, began = len(visit.gaps), (time.process_time(), time.monotonic())
            picture = name.endswith((".png", ".gif", ".webp", ".svg"))
            kind = CaptureKind.MEDIA if picture else CaptureKind.EXCHANGE
            seen = await visit.get(f"{base}/{name}", kind=kind)
            yield seen
            await visit.recorded()  # a gap of the picture is noted when it is recorded
            for reader in READERS.get(name.rpartition(".")[2], ()):
                if seen.page:
                    registry.read(reader, Page(base, 200, seen.page.headers, seen.page.body))
            codes = [gap.code for gap in visit.gaps[before:]]
            report[name] = {
                "cpu_s": time.process_time() - began[0], "s": time.monotonic() - began[1],
                "codes": codes, "capture": seen.capture,
                "own": peak[0],
                "children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
            }

settings = get_project_settings()
settings.update({"LOG_ENABLED": False, "RETRY_TIMES": 0})
process = CrawlerProcess(settings, install_root_handler=False)
process.crawl(One)
process.start()
print(json.dumps(report))
"""

COMPRESSED = {"gzip": "TOO_LARGE", "gzip-in-gzip": "TOO_LARGE", "deflate": "TOO_LARGE",
              "brotli": "TOO_LARGE", "zstd": "TOO_LARGE"}  # fmt: skip
WIRE = {"endless": "TOO_LARGE", "dripping": "TIMEOUT", "silent": "TIMEOUT",
        "long-header": "HEAD_TOO_LARGE", "many-headers": "HEAD_TOO_LARGE",
        "folded-header": "HEAD_TOO_LARGE", "interim": "HEAD_TOO_LARGE", "trailers": "DATA_LOSS",
        "loop": "REDIRECT_LOOP"}  # fmt: skip
PICTURES = {name: "IMAGE_UNREADABLE"
            for name in ("flood.png", "large.png", "large.gif", "frames.gif", "flood.webp",
                         "entities.svg", "nested.svg")}  # fmt: skip
PARSED = {name: "DRIFT" for name in ("entities.xml", "deep.json", "wide.json", "deep.html",
                                     "wide.html")}  # fmt: skip
STUFFED = {name: PARSED[name] for name in ("wide.json", "wide.html")}
ENDLESS = {"endless": WIRE["endless"]}
SMALL = {name: code for name, code in (WIRE | PARSED).items() if name not in {*ENDLESS, *STUFFED}}
GROUPS = (COMPRESSED, ENDLESS, PICTURES, STUFFED, SMALL)
"""Bombs of one process each: an archive in memory keeps what it was given."""
CODES = {name: code for group in GROUPS for name, code in group.items()}
"""What each bomb is recorded as."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """How the crawl came through each of them."""
    folder = tmp_path_factory.mktemp("bombs")
    config = folder / "jejak.toml"
    config.write_text(
        'data_dir = "."\narchive_url = "memory:"\negress_allow = ["127.0.0.0/8"]\ntimeout_s = 3\n'
        "disk_reserve_bytes = 1000000\n"
    )
    said: dict[str, dict[str, Any]] = {}
    with bombs() as base:
        running = [
            subprocess.Popen(
                [sys.executable, "-c", CRAWL, base, json.dumps(list(group))],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env={**os.environ, "JEJAK_CONFIG": str(config),
                     "SCRAPY_SETTINGS_MODULE": "crawler.settings"},
            )
            for group in GROUPS
        ]  # fmt: skip
        for process in running:
            out, errors = process.communicate(timeout=110)
            assert out, errors[-3000:]
            said |= json.loads(out.splitlines()[-1])
    return said


@pytest.mark.parametrize("name", CODES)
def test_a_bomb_is_recorded_with_its_code(report: dict[str, dict[str, Any]], name: str) -> None:
    # A machine with much else to do is out of time before it has read 20 MB.
    expected = {CODES[name], "TIMEOUT"} if name in ENDLESS else {CODES[name]}

    assert expected & set(report[name]["codes"])


@pytest.mark.parametrize("name", CODES)
def test_a_bomb_costs_less_than_ten_seconds(report: dict[str, dict[str, Any]], name: str) -> None:
    """Of the processor; beside other work the clock on the wall says nothing of the bomb."""
    assert report[name]["cpu_s"] < 10
    assert report[name]["s"] < 40


def test_no_bomb_costs_more_than_300_mb(report: dict[str, dict[str, Any]]) -> None:
    """Of the crawl process and of the largest process it started."""
    peaks = [(one["own"], one["children"]) for one in report.values()]

    assert max(max(pair) for pair in peaks) < 300, {
        name: (one["own"], one["children"]) for name, one in report.items()
    }

"""The child process against servers that misbehave: everything is kept, every visit has an end."""

import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from evidence.canonical import encode, to_value
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    Plain,
    Side,
    StatementType,
    WatchEntry,
)
from evidence.projection import project_entries
from evidence.record import Recorder
from evidence.store import Archive, open_archive

pytestmark = pytest.mark.mongo
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMIT = 2_000_000


class Hostile(http.server.BaseHTTPRequestHandler):
    """Answers each channel with its own rubbish."""

    bodies: ClassVar[Mapping[str, bytes]] = {
        "kosong": b"",
        "bukan_html": b"\x00\xff\xfe" * 1000,
        "dalam": b"<div>" * 50_000,
        "json_dalam": b"[" * 100_000,
        "surogat": b'{"text":"\\ud83d","n":9223372036854775808,"\\u0000":1}',
        "halaman_lain": b"<html><title>Telegram</title><body>masuk dulu</body></html>",
        "raksasa": b"x" * 50_000_000,
    }
    hits: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        name = self.path.split("?")[0].rsplit("/", 1)[-1]
        if name == "robots.txt":
            return self._say(b"User-agent: *\nAllow: /\n", "text/plain")
        if name == "ditolak":
            return self._say(b"slow down", "text/plain", 429, {"Retry-After": "3600"})
        if name == "rusak":
            return self._say(b"oops", "text/html", 503)
        if name == "bom":
            body = gzip.compress(b"0" * 30_000_000)
            return self._say(body, "text/html", 200, {"Content-Encoding": "gzip"})
        if name == "putus":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b"<html>sepotong")
            return None
        return self._say(self.bodies.get(name, b""), "text/html")

    def _say(
        self, body: bytes, kind: str, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


CHANNELS = (*Hostile.bodies, "ditolak", "rusak", "bom", "putus")


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def watch(archive: Archive, base_url: str, channel: str) -> str:
    entry = WatchEntry(
        f"w-{channel}", AccountId("telegram", None, channel), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW, base_url=base_url,
    )  # fmt: skip
    facts = {"watch": entry.watch, "change": "ADDED", "side": "WATCHED", "tier": "A",
             "platform": "telegram", "zone": entry.zone, "from": None, "until": None,
             "render": False}  # fmt: skip
    plain = Plain("entry", "application/json", encode(to_value(entry)))
    draft = Recorder("system", "test").draft(StatementType.WATCH, NOW, facts, [plain])
    project_entries(archive, archive.record([draft]))
    return entry.watch


def run_child(
    tmp_path: Path, mongo_url: str, *arguments: str, **settings: Any
) -> subprocess.CompletedProcess[str]:
    values = {"data_dir": str(tmp_path), "egress_allow": ["127.0.0.0/8"], **settings}
    config = tmp_path / "jejak.toml"
    config.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in values.items()), "utf-8")
    environment = {**os.environ, "JEJAK_CONFIG": str(config), "JEJAK_ARCHIVE_URL": mongo_url}
    return subprocess.run(
        [sys.executable, "-m", "crawler.run", *arguments],
        env=environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


@pytest.fixture
def crawled(
    tmp_path: Path, mongo_url: str, hostile: str
) -> Iterator[tuple[Archive, subprocess.CompletedProcess[str]]]:
    archive = open_archive(mongo_url, tmp_path)
    for channel in CHANNELS:
        watch(archive, hostile, channel)
    done = run_child(
        tmp_path, mongo_url, "--platform", "telegram", max_body_bytes=LIMIT, timeout_s=20
    )
    yield archive, done
    archive.close()


def test_hostile_channels_are_kept_have_one_outcome_each_and_stay_out_of_the_log(
    crawled: tuple[Archive, subprocess.CompletedProcess[str]],
) -> None:
    archive, done = crawled
    outcomes = {row["watch"]: row for row in archive.rows("outcomes")}
    captures = list(archive.rows("captures"))
    said = {watch.removeprefix("w-"): row["outcome"] for watch, row in outcomes.items()}
    size = {row["watch"]: row["size"] for row in captures if "/s/" in row["url"]}

    assert done.returncode == 0, done.stderr
    assert sorted(said) == sorted(CHANNELS)
    assert len(list(archive.rows("outcomes"))) == len(CHANNELS)
    assert not {"COMPLETE", "UNCHANGED", "EMPTY"} & set(said.values()), said
    assert said["ditolak"] == "BLOCKED"
    assert said["bukan_html"] == said["dalam"] == "SUSPECT"
    assert {row["watch"] for row in captures} == {f"w-{c}" for c in CHANNELS}
    assert size["w-bukan_html"] == 3000
    assert LIMIT <= size["w-raksasa"] < LIMIT + 1_000_000
    codes = {gap["code"] for gap in outcomes["w-raksasa"]["gaps"]}
    assert "TOO_LARGE" in codes
    assert {gap["code"] for gap in outcomes["w-bom"]["gaps"]} == {"TOO_LARGE"}
    assert "DATA_LOSS" in {gap["code"] for gap in outcomes["w-putus"]["gaps"]}
    assert not [channel for channel in CHANNELS if f"/{channel}" in done.stderr]
    assert "masuk dulu" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_not_public_is_refused_and_said_so(
    tmp_path: Path, mongo_url: str, hostile: str
) -> None:
    archive = open_archive(mongo_url, tmp_path)
    watch(archive, hostile, "kosong")
    before = len(Hostile.hits)
    run_child(tmp_path, mongo_url, "--platform", "telegram", egress_allow=[])

    (outcome,) = archive.rows("outcomes")
    assert (outcome["outcome"], outcome["reason"]) == ("FAILED", "REFUSED_ADDRESS")
    assert len(Hostile.hits) == before
    archive.close()


def test_a_disk_that_is_nearly_full_stops_fetching_but_not_the_log(
    tmp_path: Path, mongo_url: str, hostile: str
) -> None:
    archive = open_archive(mongo_url, tmp_path)
    watch(archive, hostile, "kosong")
    before = len(Hostile.hits)
    run_child(tmp_path, mongo_url, "--platform", "telegram", disk_reserve_bytes=10**18)

    (outcome,) = archive.rows("outcomes")
    assert (outcome["outcome"], outcome["reason"]) == ("FAILED", "STORAGE_LOW")
    assert len(Hostile.hits) == before
    archive.close()


def test_an_account_nobody_watches_is_refused_with_the_remedy(
    tmp_path: Path, mongo_url: str
) -> None:
    done = run_child(tmp_path, mongo_url, "--platform", "telegram", "--account", "orang_lain")

    assert done.returncode == 1
    assert "not on the watchlist" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    done = run_child(
        tmp_path, "mongodb://127.0.0.1:9/jejak?serverSelectionTimeoutMS=500",
        "--platform", "telegram",
    )  # fmt: skip

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["level"] for line in lines] == ["CRITICAL"]

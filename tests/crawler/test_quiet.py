"""A wish for quiet outlives the process it was said to, and ends whatever the clock does."""

from __future__ import annotations

import logging
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.pace import Pace
from crawler.quiet import LONGEST_HOLD_S, MOST, Quiet

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
URL = "https://kabardesa.example/berita"


class Time:
    """A clock that is set by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.said = now

    def now(self) -> datetime:
        return self.said

    def pass_(self, seconds: float) -> None:
        self.said += timedelta(seconds=seconds)


def quiet(folder: Path, clock: Any) -> Quiet:
    return Quiet(folder / "quiet", clock)


def pace(folder: Path, clock: Any) -> Pace:
    """The pace of a process of its own."""
    downloader = SimpleNamespace(
        slots={}, get_slot_key=lambda request: urlsplit(request.url).hostname
    )
    engine = SimpleNamespace(engine=SimpleNamespace(downloader=downloader))
    return Pace(engine, 1, 1, quiet(folder, clock))


def test_another_process_leaves_the_host_alone_and_no_other_host(tmp_path: Path) -> None:
    clock = Time()
    pace(tmp_path, clock).hold(URL, 3600)
    clock.pass_(600)
    other = pace(tmp_path, clock)

    assert 2900 < other.held_s(URL) <= 3000
    assert other.is_closed(URL)
    assert other.held_s("https://kabarkota.example/") == 0
    assert not other.is_closed("https://kabarkota.example/")


def test_a_process_that_runs_already_is_told_too(tmp_path: Path) -> None:
    clock = Time()
    first, second = pace(tmp_path, clock), pace(tmp_path, clock)
    assert not second.is_closed(URL)

    first.hold(URL, 3600)

    assert second.is_closed(URL)


def test_a_short_wish_of_another_process_moves_the_next_request(tmp_path: Path) -> None:
    clock = Time()
    pace(tmp_path, clock).hold(URL, 40)
    other = pace(tmp_path, clock)

    assert not other.is_closed(URL)
    assert 20 < other.held_s(URL) <= 40
    slot = other.crawler.engine.downloader.slots["kabardesa.example"]
    assert slot.lastseen > 0


def test_a_wish_ends_when_it_said(tmp_path: Path) -> None:
    clock = Time()
    quiet(tmp_path, clock).hold("a.example", 100)
    clock.pass_(99)
    assert quiet(tmp_path, clock).left_s("a.example") == 1

    clock.pass_(1)

    assert quiet(tmp_path, clock).left_s("a.example") == 0


def test_a_shorter_wish_does_not_end_a_longer_one(tmp_path: Path) -> None:
    clock = Time()
    quiet(tmp_path, clock).hold("a.example", 1000)
    quiet(tmp_path, clock).hold("a.example", 10)

    assert quiet(tmp_path, clock).left_s("a.example") == 1000


def test_a_clock_that_was_set_back_a_year_holds_no_longer_than_the_wish(tmp_path: Path) -> None:
    clock = Time()
    quiet(tmp_path, clock).hold("a.example", 1000)
    clock.said = NOW - timedelta(days=365)

    assert quiet(tmp_path, clock).left_s("a.example") == 1000
    clock.pass_(999)
    assert quiet(tmp_path, clock).left_s("a.example") == 1
    clock.pass_(1)
    assert quiet(tmp_path, clock).left_s("a.example") == 0


def test_no_wish_holds_longer_than_is_honoured(tmp_path: Path) -> None:
    clock = Time()
    kept = quiet(tmp_path, clock)
    kept.hold("a.example", 10 * LONGEST_HOLD_S)
    assert kept.left_s("a.example") == LONGEST_HOLD_S

    made = next((tmp_path / "quiet").iterdir())
    digest, at, _ = made.name.split(".")
    made.rename(made.with_name(f"{digest}.{at}.999999"))

    assert kept.left_s("a.example") == 0  # nobody here wrote that


def test_what_has_ended_is_forgotten_and_what_is_kept_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.quiet.MOST", 3)
    clock = Time()
    kept = quiet(tmp_path, clock)
    for host, wait_s in (("a", 10), ("b", 400), ("c", 100), ("d", 300), ("e", 200)):
        kept.hold(host, wait_s)

    assert [kept.left_s(host) for host in "abcde"] == [0, 400, 0, 300, 200]
    clock.pass_(350)
    kept.hold("f", 10)
    assert len(list((tmp_path / "quiet").iterdir())) == 2
    assert MOST >= 100


def test_no_host_is_named_in_the_folder(tmp_path: Path) -> None:
    quiet(tmp_path, Time()).hold("kabardesa.example", 100)

    (made,) = (tmp_path / "quiet").iterdir()

    assert "kabardesa" not in made.name
    assert made.read_bytes() == b""


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    kept = quiet(tmp_path, Time())
    kept.hold("a.example", 100)
    other = tmp_path / "quiet" / "catatan.txt"
    other.write_text("milik orang lain")

    kept.hold("b.example", 100)

    assert other.exists()
    assert kept.left_s("b.example") == 100


def test_a_folder_that_cannot_be_written_is_said_and_this_process_still_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "quiet").write_text("a file where the folder should be")
    held = pace(tmp_path, Time())

    with caplog.at_level(logging.WARNING):
        held.hold(URL, 3600)

    assert held.is_closed(URL)
    assert "not remembered" in caplog.text
    assert "kabardesa" not in caplog.text


def test_nothing_is_asked_of_the_disk_but_the_folder_while_nobody_asks(tmp_path: Path) -> None:
    other = pace(tmp_path, Time())

    assert other.held_s(URL) == 0
    assert not (tmp_path / "quiet").exists()
    assert other.crawler.engine.downloader.slots == {}


def test_what_is_remembered_is_the_owners_alone_and_its_folder_is_made(tmp_path: Path) -> None:
    clock, folder = Time(), tmp_path / "data" / "quiet"
    before = os.umask(0)
    try:
        Quiet(folder, clock).hold("a.example", 100)
    finally:
        os.umask(before)

    (made,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_a_week_is_the_longest_wish_that_is_honoured(tmp_path: Path) -> None:
    kept = quiet(tmp_path, Time())

    kept.hold("a.example", 8 * 86_400)

    assert kept.left_s("a.example") == 7 * 86_400


def test_a_wish_from_the_future_that_cannot_be_begun_anew_is_said_and_still_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Time()
    kept = quiet(tmp_path, clock)
    kept.hold("kabardesa.example", 1000)
    clock.said = NOW - timedelta(days=365)

    def denied(path: Path, target: Path) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "rename", denied)
    with caplog.at_level(logging.WARNING):
        assert kept.left_s("kabardesa.example") == 1000

    assert "cannot be begun anew: PermissionError" in caplog.text
    assert "kabardesa" not in caplog.text

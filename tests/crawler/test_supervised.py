"""Programs beside the scheduler: started again when they end, ended with it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.supervised import DAY_S, Seen, Supervised, starting
from evidence.model import StatementType
from evidence.store import open_archive


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ending(code: int) -> Callable[[], subprocess.Popen[bytes]]:
    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-I", "-S", "-c", f"raise SystemExit({code})"])
        process.wait()
        return process

    return start


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_program_that_ends_is_started_again_after_growing_pauses(clock: Clock) -> None:
    watch = Supervised("watch", ending(3), clock=clock)
    starts: list[float] = []
    for second in range(100):
        clock.now = float(second)
        before = watch.look().starts
        if len(starts) < before:
            starts.append(clock.now)

    assert [b - a for a, b in pairwise(starts)] == [6, 11, 21, 41]


def test_work_that_is_done_is_done_again_a_day_later(clock: Clock) -> None:
    scrub = Supervised("scrub", ending(5), done=(0, 5), clock=clock)
    scrub.look()
    scrub.look()

    clock.now = DAY_S - 1
    early = scrub.look()
    clock.now = DAY_S + 1
    late = scrub.look()

    assert early == Seen("scrub", False, 1, 5)
    assert late.starts == 2


def test_a_program_that_cannot_be_started_is_tried_again_and_said(clock: Clock) -> None:
    def start() -> subprocess.Popen[bytes]:
        raise FileNotFoundError(2, "no such file")

    watch = Supervised("watch", start, clock=clock)

    assert watch.look() == Seen("watch", False, 1, -2)
    clock.now = 6
    assert watch.look().starts == 2


def test_a_steady_run_makes_the_next_pause_short_again(clock: Clock) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen(["sleep", "60"]))
        return running[-1]

    watch = Supervised("watch", start, clock=clock)
    for _ in range(4):  # four quick ends: the next pause would be 80 s
        watch.look()
        running[-1].kill()
        running[-1].wait()
        watch.look()
        clock.now += 100
    watch.look()

    clock.now += 700
    running[-1].kill()
    running[-1].wait()
    watch.look()
    clock.now += 6
    after = watch.look()
    watch.stop()

    assert (after.running, after.starts) == (True, 6)
    assert running[-1].poll() is not None


@pytest.fixture
def config(mongo_url: str, tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, archive_url=mongo_url)


def heartbeats(config: Config) -> int:
    with closing(open_archive(config.archive_url, config.data_dir)) as archive:
        said = (e.statement for e in archive.entries() if e.statement.type is StatementType.ALARM)
        return sum(1 for one in said if one.facts["code"] == "HEARTBEAT")


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 90
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.mongo
def test_a_watch_that_is_killed_watches_again(config: Config, clock: Clock) -> None:
    started: list[subprocess.Popen[bytes]] = []
    begin = starting(config, ("store", "watch"), lambda: datetime.now(UTC))

    def start() -> subprocess.Popen[bytes]:
        started.append(begin())
        return started[-1]

    watch = Supervised("watch", start, clock=clock)
    watch.look()
    wait_for(lambda: heartbeats(config) == 1)

    started[0].send_signal(signal.SIGKILL)
    started[0].wait()
    down = watch.look()
    clock.now = 6
    watch.look()
    wait_for(lambda: heartbeats(config) == 2)
    watch.stop()

    assert down == Seen("watch", False, 1, -9)
    assert started[1].poll() == -signal.SIGTERM
    assert config.archive_url not in (config.data_dir / "guards/watch.toml").read_text()

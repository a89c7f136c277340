"""Writers and servers are killed; what was acknowledged must be there, once, without gaps."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, JejakError
from evidence.model import Draft, Plain, StatementType
from evidence.store import Archive, open_archive
from evidence.store.binary import find_mongod
from tests.evidence.store.writing import AT

pytestmark = pytest.mark.mongo

WRITING = Path(__file__).with_name("writing.py")
Acknowledged = dict[str, int]
SOAK = [pytest.mark.soak, pytest.mark.timeout(900)]


def writer(url: str, data_dir: Path, *args: str) -> subprocess.Popen[str]:
    root = WRITING.parents[3]
    return subprocess.Popen(
        [sys.executable, str(WRITING), url, str(data_dir), *args],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def acknowledged(process: subprocess.Popen[str]) -> Acknowledged:
    """Whole lines only: a line that was cut off by the kill was not acknowledged to anyone."""
    out, _ = process.communicate(timeout=60)
    lines = [line.split() for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return {line[1]: int(line[0]) for line in lines if len(line) == 2}


def check(archive: Archive, acked: Acknowledged) -> None:
    """No acknowledged record lost or moved, no gap, no double, every object opens."""
    entries = list(archive.entries())
    index_of = {e.statement.rec: e.index for e in entries}

    assert [e.index for e in entries] == list(range(len(entries)))
    assert len(index_of) == len(entries)
    assert acked.items() <= index_of.items()
    for entry in random.sample(entries, min(60, len(entries))):
        for ref in entry.statement.objects:
            assert archive.open_object(entry.statement.rec, ref.role) is not None


def test_three_processes_leave_no_gap_and_no_double(mongo_url: str, tmp_path: Path) -> None:
    processes = [writer(mongo_url, tmp_path, "20") for _ in range(3)]
    acked = [acknowledged(process) for process in processes]

    archive = open_archive(mongo_url, tmp_path)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert archive.size() == 3 * 20 + 20
    for each in acked:
        check(archive, each)
    assert archive.info().blobs == 3 * 20 + 1
    archive.close()


@pytest.mark.parametrize("rounds", [2, pytest.param(25, marks=SOAK)])
def test_pairs_of_killed_writers_lose_nothing_that_was_acknowledged(
    mongo_url: str, tmp_path: Path, rounds: int
) -> None:
    rng = random.Random()
    acked: Acknowledged = {}
    for _ in range(rounds):
        pair = [writer(mongo_url, tmp_path, "1000000", str(rng.choice([10, 300_000])))
                for _ in range(2)]  # fmt: skip
        for process in pair:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in pair:
            time.sleep(rng.uniform(0.02, 0.25))
            process.kill()
        for process in pair:
            acked |= acknowledged(process)

    archive = open_archive(mongo_url, tmp_path)
    assert acked
    check(archive, acked)
    archive.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    try:
        find_mongod()
    except ConfigError as error:
        pytest.skip(f"needs an embedded mongod: {error}")
    return tmp_path


@pytest.mark.parametrize("kills", [1, pytest.param(10, marks=SOAK)])
def test_a_killed_server_is_started_again_under_a_running_archive(
    data_dir: Path, kills: int
) -> None:
    archive = open_archive("", data_dir)
    acked: Acknowledged = {}
    stop = threading.Event()
    failures: list[JejakError] = []

    def write() -> None:
        try:
            while not stop.is_set():
                body = Plain("body", "text/plain", os.urandom(2_000))
                made = Draft(StatementType.CAPTURE, new_record_id(), AT, "system", {}, (body,))
                entry = archive.record([made])[0]
                acked[entry.statement.rec] = entry.index
        except JejakError as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        time.sleep(0.4)
        os.kill(server_pid(data_dir), signal.SIGKILL)
    before = len(acked)
    deadline = time.monotonic() + 30
    while len(acked) < before + 20 and time.monotonic() < deadline and not failures:
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert len(acked) >= before + 20
    check(archive, acked)
    archive.close()


def test_after_writer_and_server_were_killed_the_archive_opens_with_all_of_it(
    data_dir: Path,
) -> None:
    process = writer("", data_dir)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    os.kill(server_pid(data_dir), signal.SIGKILL)
    process.kill()
    acked = acknowledged(process)

    archive = open_archive("", data_dir)
    assert acked
    check(archive, acked)
    archive.close()


def server_pid(data_dir: Path) -> int:
    from evidence.store.attachment import read_state

    server = read_state(data_dir / "mongod.json").server
    assert server is not None
    return server.pid

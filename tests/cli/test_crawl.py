"""`jejak crawl`: what it refuses to begin, and how it ends when it is interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from cli import exits

CHILD = """\
import signal, sys, time
def asked(*_):
    print("outcome recorded", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, asked)
print("visiting", flush=True)
while True:
    time.sleep(60)
"""
PARENT = """\
import os, subprocess, sys
from cli.crawl import _ended

class Told(subprocess.Popen):
    def wait(self, timeout=None):
        print("waiting", flush=True)
        return super().wait(timeout)

subprocess.Popen = Told
_ended([sys.executable, "-c", sys.argv[1]], os.environ)
"""
STUBBORN = CHILD.replace("sys.exit(0)", "pass")


@pytest.fixture
def older(call, archive, monkeypatch):
    """The archive as an older copy of what was signed."""
    call("init")
    call("ledger", "seal")
    monkeypatch.setattr(type(archive), "size", lambda _archive: 3)
    return archive


def test_nothing_is_visited_into_an_older_copy_of_the_log(call, older, monkeypatch):
    monkeypatch.setattr("cli.crawl._visit", lambda *_rows, **_more: pytest.fail("was visited"))

    result = call("crawl")

    assert result.exit_code == exits.INTEGRITY
    assert "has 3 leaves" in result.stderr
    assert "restore a newer one (docs/how-to/backup.md)" in result.stderr


def test_the_doctor_fails_for_an_older_copy_of_the_log(call, older):
    result = call("doctor", "--json")

    found = {f["subject"]: f for f in json.loads(result.stdout)}
    assert found["keys"]["level"] == "FAIL"
    assert "the log has 3 leaves" in found["keys"]["said"]


def test_the_doctor_does_not_call_a_schedule_well_that_cannot_be_read(call, monkeypatch):
    from evidence.errors import StoreError

    def fails(*_arguments):
        raise StoreError("embedded MongoDB", "it ended at once (exit code 1)")

    monkeypatch.setattr("evidence.query.watch.find_watches", fails)

    found = {f["subject"]: f for f in json.loads(call("doctor", "--json").stdout)}

    assert found["schedule"]["level"] == "FAIL"


def test_the_doctor_fails_for_a_clock_that_was_set_back_and_names_a_proxy_it_does_not_use(
    call, archive, monkeypatch
):
    monkeypatch.setenv("https_proxy", "http://192.0.2.1:3128")
    newest = list(archive.entries())[-1].statement.at

    def asked(now) -> dict[str, dict[str, str]]:
        monkeypatch.setattr("cli.shell.Shell.now", lambda _shell: now)
        return {f["subject"]: f for f in json.loads(call("doctor", "--json").stdout)}

    before, after = asked(newest - timedelta(days=2)), asked(newest + timedelta(minutes=1))

    assert before["clock"]["level"] == "FAIL"
    assert before["clock"]["said"] == "it is 2880 minutes before the newest record"
    assert after["clock"]["level"] != "FAIL"
    assert before["network"]["level"] == "WARN"
    assert "a proxy is set here (https_proxy)" in before["network"]["said"]


def crawling(child: str) -> subprocess.Popen[str]:
    """A crawl's parent that waits for this child, which has begun."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert lines(parent, 2) == {"visiting", "waiting"}
    return parent


def lines(process: subprocess.Popen[str], count: int) -> set[str]:
    assert process.stdout is not None
    return {process.stdout.readline().rstrip("\n") for _ in range(count)}


def test_an_interrupted_crawl_lets_its_child_record_an_outcome():
    with crawling(CHILD) as parent:
        parent.send_signal(signal.SIGINT)
        said, told = parent.communicate(timeout=60)

    assert set(said.split("\n")) == {"outcome recorded", "waiting", ""}
    assert "Ending the visits under way" in told
    assert parent.returncode == -signal.SIGINT


def test_a_second_interruption_ends_a_child_that_does_not_end():
    with crawling(STUBBORN) as parent:
        parent.send_signal(signal.SIGINT)
        assert lines(parent, 2) == {"outcome recorded", "waiting"}
        parent.send_signal(signal.SIGINT)
        _said, _told = parent.communicate(timeout=60)  # the pipe ends once nobody holds it

    assert parent.returncode == -signal.SIGINT

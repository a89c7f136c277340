"""The watch on the browser's memory, on processes that take what they are told to."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

import pytest

from crawler.browser import memory
from crawler.browser.memory import MemoryWatch, bound, family, own_bytes

MB = 1_000_000
TAKES = """
import sys
held = []
print(flush=True)
for line in sys.stdin:
    try:
        held.append(b"x" * int(line))
    except MemoryError:
        print("refused", flush=True)
    else:
        print("taken", flush=True)
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], "--type=renderer"])
child.wait()
sys.stdin.read()
"""


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that takes memory on demand; it has begun."""
    with subprocess.Popen(
        [sys.executable, "-c", TAKES, *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        try:
            cast(IO[str], running.stdout).readline()
            yield running
        finally:
            running.kill()
            with suppress(BrokenPipeError):
                cast(IO[str], running.stdin).close()


def take(running: subprocess.Popen[str], size: int) -> str:
    """What came of having a process take so many bytes; empty when it was ended over it."""
    stdin, stdout = cast(IO[str], running.stdin), cast(IO[str], running.stdout)
    try:
        stdin.write(f"{size}\n")
        stdin.flush()
    except BrokenPipeError:
        return ""
    return stdout.readline().strip()


def ended(running: subprocess.Popen[str], wait_s: float = 5) -> bool:
    until_s = time.monotonic() + wait_s
    while running.poll() is None and time.monotonic() < until_s:
        time.sleep(0.01)
    return running.poll() is not None


@contextmanager
def watched(root: int, limit_bytes: int, looks: int = 1) -> Iterator[MemoryWatch]:
    """The watch, while so many looks are under way."""
    watch = MemoryWatch(lambda: root, limit_bytes)
    if looks == 2:
        with watch.watching(), watch.watching():
            yield watch
    else:
        with watch.watching():
            yield watch
    watch.stop()


@pytest.mark.parametrize("word", ["--type=renderer", "--type=utility"])
def test_who_grows_by_more_than_a_look_may_is_ended(word: str) -> None:
    """What a renderer held before counts too, so it may be ended before it grew by the limit."""
    with process(word) as running, watched(running.pid, 60 * MB) as watch:
        take(running, 80 * MB)

        assert ended(running)
        assert watch.ended == 1
        assert watch.peak_bytes > (40 if word == memory.RENDERER.decode() else 60) * MB


def test_who_grows_by_less_than_that_lives() -> None:
    with process("--type=renderer") as running, watched(running.pid, 120 * MB) as watch:
        assert take(running, 30 * MB) == take(running, 30 * MB) == "taken"
        assert not ended(running, 0.3)
        assert watch.ended == 0
        assert not watch.short


def test_two_looks_together_may_grow_by_twice_as_much() -> None:
    with process("--type=utility") as running, watched(running.pid, 60 * MB, looks=2) as watch:
        assert take(running, 90 * MB) == "taken"
        assert not ended(running, 0.3)
        take(running, 60 * MB)

        assert ended(running)
        assert watch.ended == 1


def test_one_renderer_may_not_take_what_two_looks_have_together() -> None:
    with process("--type=renderer") as running, watched(running.pid, 60 * MB, looks=2):
        take(running, 90 * MB)

        assert ended(running)


def test_what_was_held_before_the_look_is_not_counted() -> None:
    with process("--type=utility") as running:
        take(running, 100 * MB)
        with watched(running.pid, 60 * MB) as watch:
            assert take(running, 20 * MB) == "taken"
            assert not ended(running, 0.3)
            assert 15 * MB < watch.peak_bytes < 60 * MB


def test_nothing_is_watched_between_looks() -> None:
    with process("--type=utility") as running, watched(running.pid, 60 * MB) as watch:
        pass
    with process("--type=utility") as running:
        take(running, 100 * MB)

        assert not ended(running, 0.3)
        assert watch.ended == 0


def test_the_system_itself_refuses_a_process_that_is_bounded() -> None:
    with process() as running:
        bound(running.pid, 50 * MB)

        assert take(running, 20 * MB) == "taken"
        assert take(running, 200 * MB) == "refused"


def test_a_process_that_is_gone_holds_nothing_and_cannot_be_bounded() -> None:
    with process() as running:
        pass

    bound(running.pid, MB)
    assert own_bytes(running.pid) == 0


def test_descendants_are_found_with_and_without_the_systems_lists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, TAKES], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        cast(IO[bytes], parent.stdout).readline()
        listed = family(parent.pid)
        monkeypatch.setattr(memory, "_listed", memory._searched())
        searched = family(parent.pid)
        for pid in reversed(listed):
            subprocess.run(["kill", str(pid)], check=False)

    assert len(listed) == 2
    assert sorted(searched) == sorted(listed)

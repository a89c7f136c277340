"""The watch on the browser's memory: who makes it grow too much is ended, and that is known."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

EVERY_S = 0.02
LOOK_AROUND = 5
"""Every so many samples new processes are looked for."""
NEAR = 0.75
SLACK_BYTES = 40_000_000
"""Address space a process may take beyond what it fills: stacks of threads to come."""
PROC = Path("/proc")
RENDERER = b"--type=renderer"


class MemoryWatch:
    """Ends the browser's largest renderer when all of the browser grows by more than it may.

    It watches while looks are under way, in a thread of its own, so that nothing that keeps the
    crawler busy keeps it from seeing. Growth is counted over what the browser held when the first of
    the looks under way began, and each look may add `limit_bytes`; no renderer alone may hold more than
    that. What is between two samples is bounded by the system (RLIMIT_DATA) where it lets us.

    root: gives the browser's process id, None while there is none.
    ended: how many processes were ended so far.   peak_bytes: the most it grew in the looks under way.

    Only where there is a /proc; elsewhere it watches nothing.
    """

    def __init__(self, root: Callable[[], int | None], limit_bytes: int) -> None:
        self._root = root
        self._limit_bytes = limit_bytes
        self._looks = 0
        self._rest_bytes = 0
        self._renderers: dict[int, bool] = {}
        self._gone: set[int] = set()
        self._lock = threading.Lock()
        self._working = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self.ended = 0
        self.peak_bytes = 0

    @property
    def short(self) -> bool:
        """Whether the looks under way came near the limit, where the system refuses memory itself."""
        return self.peak_bytes > NEAR * self._limit_bytes

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch while one look is under way."""
        self._start()
        with self._lock:
            if not self._looks:
                self._renderers, self._gone = {}, set()
                self._rest_bytes = sum(self._held().values())
                self.peak_bytes = 0
            self._looks += 1
        self._working.set()
        try:
            yield
        finally:
            self._looks -= 1
            if not self._looks:
                self._working.clear()

    def stop(self) -> None:
        """Watch no more."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._closed = True
            self._working.set()
            thread.join()
            self._working.clear()

    def _start(self) -> None:
        if self._thread is None and PROC.is_dir():
            self._closed = False
            self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        pause = threading.Event()
        samples = 0
        while self._working.wait() and not self._closed:
            samples += 1
            with self._lock:
                self._sample(look_around=samples % LOOK_AROUND == 0)
            pause.wait(EVERY_S)

    def _sample(self, *, look_around: bool) -> None:
        held = self._held(look_around=look_around)
        total = sum(held.values())
        self._rest_bytes = min(self._rest_bytes, total)
        grown = total - self._rest_bytes
        self.peak_bytes = max(self.peak_bytes, grown)
        largest = max(
            (pid for pid in held if self._renderers[pid]), key=held.__getitem__, default=0
        )
        allowed = self._limit_bytes * max(1, self._looks)
        if grown > allowed or (largest and held[largest] > self._limit_bytes):
            self._end(largest or self._root())

    def _end(self, pid: int | None) -> None:
        if pid is not None:
            self._gone.add(pid)
            self.ended += 1
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _held(self, *, look_around: bool = True) -> dict[int, int]:
        """What each process of the browser holds for itself, but those that were ended."""
        root = self._root()
        if look_around and root is not None:
            self._renderers = {pid: self._known(pid) for pid in family(root)}
        return {pid: own_bytes(pid) for pid in self._renderers if pid not in self._gone}

    def _known(self, pid: int) -> bool:
        """Whether a process is a renderer; one that is seen first is bounded by the system too."""
        known = self._renderers.get(pid)
        if known is not None:
            return known
        with suppress(OSError):
            if RENDERER in (PROC / str(pid) / "cmdline").read_bytes():
                bound(pid, self._limit_bytes + SLACK_BYTES)
                return True
        return False


def family(root: int) -> list[int]:
    """A process and all that descend from it."""
    below = _listed if (PROC / "thread-self/children").exists() else _searched()
    found, queue = [root], [root]
    while queue:
        more = below(queue.pop())
        found += more
        queue += more
    return found


def _listed(pid: int) -> list[int]:
    """Processes that were started by any thread of a process; none when it is gone."""
    found: list[int] = []
    with suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                found += [int(child) for child in (task / "children").read_bytes().split()]
    return found


def _searched() -> Callable[[int], list[int]]:
    """The same where the system keeps no such lists: every process is asked for its parent."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                said = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                children.setdefault(int(said[1]), []).append(int(entry.name))
    return lambda pid: children.get(pid, [])


def bound(pid: int, more_bytes: int) -> None:
    """Have the system refuse a process more memory of its own than so much beyond what it has now.

    Nothing when the process is gone, or is another user's and we may not (a container's root).
    """
    now_bytes = _status(pid, b"VmData:")
    if now_bytes:
        most = now_bytes + more_bytes
        with suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))


def own_bytes(pid: int) -> int:
    """Memory a process holds now, without the files it maps; 0 when it is gone.

    What it shares with another process (a picture on its way to the screen) counts for both.
    """
    return _status(pid, b"RssAnon:", b"RssShmem:")


def resident_bytes(pid: int) -> int:
    """Memory a process holds now, all that it shares with others included; 0 when it is gone."""
    return _status(pid, b"VmRSS:")


def _status(pid: int, *names: bytes) -> int:
    """The sum of some lines of a process's status, in bytes; 0 when it is gone."""
    with suppress(OSError):
        lines = (PROC / str(pid) / "status").read_bytes().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))
    return 0

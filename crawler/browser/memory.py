"""The watch on the browser's memory: a process that takes too much is ended, and that is known."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

EVERY_S = 0.1
PROC = Path("/proc")


class MemoryWatch:
    """Ends every process of the browser that holds more than `limit_bytes`.

    root: gives the browser's process id, None while there is none.
    ended: how many were ended so far.

    Only where there is a /proc; elsewhere it watches nothing.
    """

    def __init__(self, root: Callable[[], int | None], limit_bytes: int) -> None:
        self._root = root
        self._limit_bytes = limit_bytes
        self._task: asyncio.Task[None] | None = None
        self.ended = 0
        self.peak_bytes = 0

    def start(self) -> None:
        """Watch from now on, on the running loop."""
        if self._task is None and PROC.is_dir():
            self._task = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Watch no more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            root = self._root()
            if root is not None:
                self._look_at(family(root))

    def _look_at(self, pids: list[int]) -> None:
        for pid in pids:
            held_bytes = resident_bytes(pid)
            self.peak_bytes = max(self.peak_bytes, held_bytes)
            if held_bytes > self._limit_bytes:
                self.ended += 1
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def family(root: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                said = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                children.setdefault(int(said[1]), []).append(int(entry.name))
    found, queue = [root], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def resident_bytes(pid: int) -> int:
    """Memory a process holds now, what it shares with others included; 0 when it is gone."""
    with suppress(OSError, IndexError, ValueError):
        pages = int((PROC / str(pid) / "statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0

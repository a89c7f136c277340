"""Who holds a claim, and whether that holder still lives."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIVING: set[str] = set()
"""Holders at work in this process."""


@contextmanager
def owner() -> Iterator[str]:
    """A name to claim slots under, of this process and this piece of work; dead when it ends.

    Host, process id, the process's start by the kernel, and a random part, with blanks between.
    """
    name = f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())} {secrets.token_hex(8)}"
    _LIVING.add(name)
    try:
        yield name
    finally:
        _LIVING.discard(name)


def lives(name: str) -> bool:
    """Whether the holder may still be at work.

    True for a holder on another host, or one that is named in another way: only its lease can end
    its claims.
    """
    parts = name.split(" ")
    if len(parts) != 4 or parts[0] != socket.gethostname() or not parts[1].isdecimal():
        return True
    pid = int(parts[1])
    if _started(pid) != parts[2]:
        return False
    return pid != os.getpid() or name in _LIVING


def _started(pid: int) -> str:
    """When a process started, in the kernel's clock ticks; `-` when it is not there or has ended.

    Tells a process from a later one with the same id. Where there is no /proc every process that
    can be signalled says `?`.
    """
    if not Path("/proc/self/stat").exists():
        return "?" if _answers(pid) else "-"
    try:
        # The name in parentheses may hold blanks; fields are counted from behind it, state first.
        said = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "-"
    return "-" if said[0] in "ZX" else said[19]


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

"""Who uses the embedded server of a data folder: a small file, changed only under a lock."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evidence.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told apart from a later one with the same number by its start.

    started: its start in the kernel's own count, empty where the system does not tell.
    """

    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Attached:
    """One opened archive of one process."""

    process: Process
    token: str


@dataclass(frozen=True, slots=True)
class ServerState:
    """The embedded server: its port (0: never started), its process, and who uses it."""

    port: int = 0
    server: Process | None = None
    attached: tuple[Attached, ...] = ()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when the process ends, however it ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_state(path: Path) -> ServerState:
    """The state a file tells; a fresh one when there is none or it was cut off by a crash."""
    try:
        value = json.loads(path.read_text("utf-8"))
        return ServerState(
            int(value["port"]),
            _process(value["server"]),
            tuple(Attached(Process(a["pid"], a["started"]), a["token"]) for a in value["attached"]),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ServerState()
    except OSError as error:
        raise ConfigError(str(path), f"it cannot be read ({error.strerror})") from error


def write_state(path: Path, state: ServerState) -> None:
    """Replace the state file in one step."""
    server = state.server
    value = {
        "port": state.port,
        "server": None if server is None else {"pid": server.pid, "started": server.started},
        "attached": [
            {"pid": a.process.pid, "started": a.process.started, "token": a.token}
            for a in state.attached
        ],
    }
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value), "utf-8")
    fresh.replace(path)


def without_dead(state: ServerState) -> ServerState:
    """The state without processes that are gone."""
    return replace(state, attached=tuple(a for a in state.attached if is_alive(a.process)))


def this_process() -> Process:
    """The running process."""
    return process_of(os.getpid())


def process_of(pid: int) -> Process:
    """The process that has this number now."""
    fields = _stat(pid)
    return Process(pid, fields[19] if len(fields) > 19 else "")


def is_alive(process: Process) -> bool:
    """True while this very process runs; one that ended and waits for its parent is not alive."""
    fields = _stat(process.pid)
    if len(fields) > 19:
        return fields[0] not in "ZX" and process.started in ("", fields[19])
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not Path("/proc/self/stat").exists()


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the state on (proc(5): field 3 first, 22 is the start)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def _process(value: Any) -> Process | None:
    return None if value is None else Process(int(value["pid"]), str(value["started"]))

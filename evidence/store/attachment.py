"""Who uses the embedded server of a data folder: a small file, changed only under a lock."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from evidence.errors import ConfigError

SECRET_BYTES = 32


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
    with _own(path, os.O_WRONLY | os.O_APPEND) as file:
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
    """Replace the state file in one step. Raises ConfigError; then the old state is there."""
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
    try:
        fresh.unlink(missing_ok=True)
        with _own(fresh, os.O_WRONLY | os.O_EXCL) as file:
            file.write(json.dumps(value))
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(str(path), f"it cannot be written ({error.strerror})") from error


def folder_secret(path: Path) -> str:
    """The folder's login and key file, made once, readable by its owner alone.

    The caller holds the folder's lock. The file is there whole or not at all: a server that was
    once started with a login that was cut off could never be opened again.

    Raises ConfigError when it cannot be read or made, or when others may read it: the server
    does not start with such a key file, and a copy that lost its modes may have been read.
    """
    fresh = path.with_suffix(".secret-new")
    try:
        if not path.exists():
            fresh.unlink(missing_ok=True)  # left by a crash, perhaps cut off
            with _own(fresh, os.O_WRONLY | os.O_EXCL) as file:
                file.write(secrets.token_hex(SECRET_BYTES))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        if path.stat().st_mode & 0o077:
            raise ConfigError(str(path), "others may read the login", f"Run: chmod 600 {path}")
        return path.read_text("ascii").strip()
    except OSError as error:
        raise ConfigError(str(path), f"it cannot be used ({error.strerror})") from error


def _own(path: Path, flags: int) -> IO[str]:
    """A file to write to that, if it is made now, its owner alone may read, whatever the umask."""
    return os.fdopen(os.open(path, flags | os.O_CREAT, 0o600), "w", encoding="utf-8")


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

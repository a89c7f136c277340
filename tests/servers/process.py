"""Child processes of the rigs: loopback only, in a group of their own, never outliving the tests."""

from __future__ import annotations

import fcntl
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

SERVERS = Path(__file__).resolve().parents[2] / ".servers"
SETPRIV = shutil.which("setpriv")
DIE_WITH_PARENT = (SETPRIV, "--pdeathsig", "TERM") if SETPRIV else ()
# Long enough for a machine at a tenth of its speed: what works at all works sooner, and costs nothing.
PATIENCE_S = 120.0
# Below the ports that a system hands out by itself (Linux from 32768, others from 49152), or a
# connection of somebody else takes the port between its choice and its use.
PORTS = range(20_000, 32_000)
_reserved: dict[int, int] = {}


class Unavailable(Exception):
    """A server that these tests need is not installed or did not start."""


def free_ports(number: int) -> list[int]:
    """Loopback ports nobody uses, reserved among all runs of these tests until this process ends."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(found) == number:
            return found
        if port not in _reserved and _reserve(port):
            found.append(port)
    raise Unavailable(f"{number} free ports")


def _reserve(port: int) -> bool:
    """Whether the port is ours now: its lock file, and nobody listening there."""
    folder = Path(tempfile.gettempdir()) / f"jejak-test-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        os.close(lock)
        return False
    _reserved[port] = lock
    return True


def start(
    command: Sequence[str | Path],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """A server in its own process group, told to end when the tests do; its words go to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [*DIE_WITH_PARENT, *(str(part) for part in command)],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            user=user,
            group=_group_of(user) if user else None,
        )


def stop(
    server: subprocess.Popen[bytes], *, grace_s: float = 2, gently: int = signal.SIGTERM
) -> None:
    """End a server and everything in its process group."""
    if server.stdin:
        server.stdin.close()
    for sign in (gently, signal.SIGKILL):
        try:
            os.killpg(server.pid, sign)
        except ProcessLookupError:
            break
        try:
            server.wait(grace_s)
        except subprocess.TimeoutExpired:
            continue
    server.wait(PATIENCE_S)


def wait_for(
    true: Callable[[], bool], what: str, *, timeout_s: float = PATIENCE_S, every_s: float = 0.2
) -> None:
    """Ask until it is true. Raises Unavailable naming `what` when that takes too long."""
    until = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > until:
            raise Unavailable(f"{what}: not so after {timeout_s:.0f} s")
        time.sleep(every_s)


def get(url: str, **headers: str) -> httpx.Response:
    """One GET on a connection of its own; asked again when that was lost before an answer."""
    with httpx.Client(timeout=PATIENCE_S, headers={"Connection": "close"}) as client:
        for _ in range(4):
            try:
                return client.get(url, headers=headers)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                continue
        return client.get(url, headers=headers)


def answers(url: str) -> bool:
    """Whether something answers there without a server error."""
    try:
        return httpx.get(url, timeout=30).status_code < 500
    except httpx.HTTPError:
        return False


def tail(log: Path, characters: int = 600) -> str:
    """The end of a server's log, for a message."""
    return log.read_text("utf-8", "replace")[-characters:] if log.exists() else "(no log)"


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid

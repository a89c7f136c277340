"""Child processes of the rigs: loopback only, in a group of their own, never outliving the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

SERVERS = Path(__file__).resolve().parents[2] / ".servers"
SETPRIV = shutil.which("setpriv")
DIE_WITH_PARENT = (SETPRIV, "--pdeathsig", "TERM") if SETPRIV else ()


class Unavailable(Exception):
    """A server that these tests need is not installed or did not start."""


def free_ports(number: int) -> list[int]:
    """Loopback ports nobody uses right now, all different."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


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
    server.wait(10)


def wait_for(
    true: Callable[[], bool], what: str, *, timeout_s: float = 60, every_s: float = 0.2
) -> None:
    """Ask until it is true. Raises Unavailable naming `what` when that takes too long."""
    until = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > until:
            raise Unavailable(f"{what}: not so after {timeout_s:.0f} s")
        time.sleep(every_s)


def answers(url: str) -> bool:
    """Whether something answers there without a server error."""
    try:
        return httpx.get(url, timeout=5).status_code < 500
    except httpx.HTTPError:
        return False


def tail(log: Path, characters: int = 600) -> str:
    """The end of a server's log, for a message."""
    return log.read_text("utf-8", "replace")[-characters:] if log.exists() else "(no log)"


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid

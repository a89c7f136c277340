"""Faults at chosen system calls of a process, given by strace."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.nursery import Nursery

HELD_S = 20.0


@dataclass(frozen=True, slots=True)
class Fault:
    """At the `nth` call of a system call: an error (`EIO`), or a kill (`KILL`)."""

    call: str
    nth: int
    kind: str

    def expression(self) -> str:
        what = "signal=KILL" if self.kind == "KILL" else f"error={self.kind}"
        return f"inject={self.call}:{what}:when={self.nth}"


def require_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace: apt install strace")


def traced(nursery: Nursery, calls: Sequence[str], role: str, *args: object) -> Counter[str]:
    """How often a role makes each of these system calls when nothing goes wrong."""
    log, code = _run(nursery, calls, None, role, *args)
    assert code == 0, nursery.stderr.read_text()[-2000:]
    return Counter(re.findall(r"^(?:\d+ +)?(\w+)\(", log, re.MULTILINE))


def struck(nursery: Nursery, fault: Fault, role: str, *args: object) -> tuple[bool, int]:
    """Whether the fault struck a role, and the role's exit code."""
    log, code = _run(nursery, [fault.call], fault, role, *args)
    return "(INJECTED)" in log or "killed by SIGKILL" in log, code


def _run(
    nursery: Nursery, calls: Sequence[str], fault: Fault | None, role: str, *args: object
) -> tuple[str, int]:
    pid = nursery.start(role, *args)
    _await(pid, "State:", "T")
    log = nursery.stderr.with_name(f"strace-{pid}")
    command = [
        "strace",
        "-f",
        "-qq",
        "-p",
        str(pid),
        "-o",
        str(log),
        "-e",
        f"trace={','.join(calls)}",
    ]
    if fault is not None:
        command += ["-e", fault.expression()]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        _await(pid, "TracerPid:", str(tracer.pid))
        # Seized from a stop, it is held until it is told to go on.
        os.kill(pid, signal.SIGCONT)
        code = nursery.wait(pid)
        _, said = tracer.communicate(timeout=HELD_S)
    except BaseException:
        tracer.kill()
        raise
    assert not said, said
    text = log.read_text("utf-8", "replace")
    log.unlink()
    return text, code


def _await(pid: int, field: str, value: str) -> None:
    """Until /proc says that a process is stopped, or held by the tracer."""
    status = Path(f"/proc/{pid}/status")
    deadline = time.monotonic() + HELD_S
    while time.monotonic() < deadline:
        if re.search(rf"^{field}\s+{value}\b", status.read_text(), re.MULTILINE | re.IGNORECASE):
            return
        time.sleep(0.002)
    pytest.skip(f"strace cannot take hold of a process here ({field} is not {value})")

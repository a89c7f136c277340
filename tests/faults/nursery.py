"""Processes made by fork from one that has imported everything: a kill costs milliseconds.

Run as: python nursery.py MODULE FOLDER. MODULE has `roles(folder)`: what its processes can be.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 60.0
RAISED = 70
"""Exit code of a process whose role raised; what it raised is in `stderr`."""
Role = Callable[..., None]


class Nursery:
    """Starts, kills and awaits processes; use it with `with`, so that none is left.

    module: its `roles(folder)` is called once, before the first fork; what it makes, all have.
    """

    def __init__(self, module: str, folder: Path) -> None:
        self.stderr = folder / "stderr"
        self._mother = subprocess.Popen(
            [sys.executable, __file__, module, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._living: set[int] = set()
        self._answer()  # it has imported and made everything

    def start(self, role: str, *args: object) -> int:
        """Process id of a new process in this role; args: JSON values."""
        pid = self._ask({"start": role, "args": args})
        self._living.add(pid)
        return pid

    def wait(self, pid: int) -> int:
        """Exit code of a process, negative for a signal; waits for its end, a minute at most."""
        deadline = time.monotonic() + LONGEST_S
        while _state(pid) not in "ZX":
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)
        code = self._ask({"wait": pid})
        self._living.discard(pid)
        return code

    def kill(self, pid: int) -> int:
        """End a process as a power cut would; its exit code."""
        os.kill(pid, signal.SIGKILL)  # not yet awaited, so the number is still its own
        return self.wait(pid)

    def run(self, role: str, *args: object) -> int:
        """Exit code of a process that is let run to its end."""
        return self.wait(self.start(role, *args))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pid in tuple(self._living):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._mother.communicate(timeout=30)

    def _ask(self, question: dict[str, object]) -> int:
        assert self._mother.stdin is not None
        self._mother.stdin.write(json.dumps(question) + "\n")
        self._mother.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        assert self._mother.stdout is not None
        return int(self._mother.stdout.readline())


def _state(pid: int) -> str:
    """The letter /proc gives a process that its mother has not awaited yet."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]


def main(module: str, folder: str) -> None:
    roles: dict[str, Role] = importlib.import_module(module).roles(Path(folder))
    print(os.getpid(), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                _live(roles[asked["start"]], asked["args"], Path(folder) / "stderr")
        print(answer, flush=True)


def _live(role: Role, args: list[Any], stderr: Path) -> None:
    code = RAISED
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        said = os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream, end in ((0, nothing), (1, nothing), (2, said)):
            os.dup2(end, stream)
        role(*args)
        code = 0
    except BaseException:  # noqa: BLE001 -- a forked process ends here, whatever it met
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Programs of ours that the scheduler keeps at work beside itself, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from crawler.child import environment, settings_text
from crawler.config import Config
from evidence.seal.disk import private_folder, write_durably

RUN = (
    "import os, sys; from crawler.child import PARENT, end_with_parent; "
    "end_with_parent(int(os.environ[PARENT])); os.nice(10); from cli.main import main; main()"
)
"""The command line, behind the visits in rank; it ends when the scheduler does, however that ends."""
GRACE_S = 20.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 600.0
STEADY_S = 600.0
"""A run of so long makes the next pause short again."""
DAY_S = 86_400.0

Start = Callable[[], "subprocess.Popen[bytes]"]


@dataclass(frozen=True, slots=True)
class Seen:
    """How a program stands: `code` is how its last run ended, None before its first end."""

    name: str
    running: bool
    starts: int
    code: int | None


class Supervised:
    """One program, started again when it ends.

    start:  starts it; raises OSError when that cannot be done.
    done:   exit codes after which it has done its work, and is started again a day later; any other
            end is followed by 5, 10, 20, ... s, at most ten minutes.
    clock:  seconds that only grow.
    """

    def __init__(
        self,
        name: str,
        start: Start,
        *,
        done: Sequence[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._start, self._done, self._clock = start, tuple(done), clock
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = self._next = clock()
        self._starts = self._fast = 0
        self._code: int | None = None

    def look(self) -> Seen:
        """Start it when that is due, or note how it ended; how it stands now."""
        if self._process is not None and self._process.poll() is not None:
            self._ended(self._process.returncode)
        if self._process is None and self._clock() >= self._next:
            self._begin()
        return self.stands()

    def stands(self) -> Seen:
        """How it stood at the last look."""
        return Seen(self.name, self._process is not None, self._starts, self._code)

    def stop(self) -> None:
        """Ask it to end; end it when it does not."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _begin(self) -> None:
        self._starts += 1
        self._begun = self._clock()
        try:
            self._process = self._start()
        except OSError as error:
            self._ended(-(error.errno or 1))

    def _ended(self, code: int) -> None:
        now = self._clock()
        self._process, self._code = None, code
        if code in self._done:
            self._fast, self._next = 0, now + DAY_S
            return
        self._fast = 1 if now - self._begun >= STEADY_S else self._fast + 1
        self._next = now + min(FIRST_PAUSE_S * 2 ** min(self._fast - 1, 20), LONGEST_PAUSE_S)


def starting(config: Config, words: Sequence[str], now: Callable[[], datetime]) -> Start:
    """Starts `jejak <words>` with the configuration that is given, whatever the environment says.

    It gets the addresses of the archive and of the watcher only, and these by its environment.
    What it says goes to `guards/<second word>.log`, its last run's alone: alarms are in the log itself.
    """

    def start() -> subprocess.Popen[bytes]:
        folder = config.data_dir / "guards"
        private_folder(folder)
        file = folder / f"{words[1]}.toml"
        write_durably(file, settings_text(config).encode())
        said = environment(config, file, now(), os.environ)
        if config.watcher_url:
            said["JEJAK_WATCHER_URL"] = config.watcher_url
        with (folder / f"{words[1]}.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 (our own command)
                [sys.executable, "-P", "-c", RUN, *words],
                env=said,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    return start

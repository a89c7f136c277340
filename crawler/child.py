"""A batch of due slots in a process of its own: started, watched, ended, and never left behind."""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.config import ENVIRONMENT, URLS, Config
from evidence.canonical import instant
from evidence.model import Slot

COMMAND = (sys.executable, "-P", "-m", "crawler.run", "--batch")
"""What visits a batch; the path of the batch file is added. -P: no module comes from the current folder."""
FILE_MODE = 0o600
PARENT = "JEJAK_PARENT"
"""Environment variable that tells a child its scheduler's process id."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Due slots of one platform, in the order they are to be visited."""

    platform: str
    slots: tuple[Slot, ...]


class Child:
    """The process that visits one batch; leader of its own group, so that it ends with its browsers.

    It gets its configuration as a file in `data_dir/batches` with all effective settings, and the
    database's address in the environment, where it is not left behind on disk.

    Raises OSError when the process cannot be started.
    """

    def __init__(
        self, config: Config, batch: Batch, now: datetime, command: Sequence[str] = COMMAND
    ) -> None:
        self.batch = batch
        self._asked = False
        folder = config.data_dir / "batches"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{batch.platform}-{secrets.token_hex(8)}"
        self._batch_file = folder / f"{name}.json"
        self._config_file = folder / f"{name}.toml"
        _write(self._batch_file, json.dumps(batch_value(batch)))
        _write(self._config_file, settings_text(config))
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own command and file)
                [*command, str(self._batch_file)],
                env=environment(config, self._config_file, now, os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            self.clear()
            raise

    @property
    def pid(self) -> int:
        """Its process id, which is its group's as well."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to end its visits and record their outcomes; asks once, a second time is ruder."""
        if not self._asked and self._process.poll() is None:
            self._asked = True
            self._process.terminate()

    def kill(self) -> None:
        """End it and everything it started, now; also what a child that has ended left behind."""
        with suppress(ProcessLookupError):  # the whole group is gone already
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def clear(self) -> None:
        """Remove its files."""
        self._batch_file.unlink(missing_ok=True)
        self._config_file.unlink(missing_ok=True)


def batch_value(batch: Batch) -> dict[str, Any]:
    """The batch file's JSON: platform, and slots with id, watch, due_at, phase, campaign."""
    return {
        "platform": batch.platform,
        "slots": [
            {
                "id": slot.id,
                "watch": slot.watch,
                "due_at": instant(slot.due_at),
                "phase": slot.phase,
                "campaign": slot.campaign,
            }
            for slot in batch.slots
        ],
    }


def environment(
    config: Config, config_file: Path, now: datetime, ours: Mapping[str, str]
) -> dict[str, str]:
    """A child's environment: ours, but the configuration is the one given, whatever ours says.

    now: the time the child is to start from, when the clock is a simulated one.
    """
    said = {name: value for name, value in ours.items() if name not in ENVIRONMENT}
    said["JEJAK_CONFIG"] = str(config_file)
    said[PARENT] = str(os.getpid())
    if config.archive_url:
        said["JEJAK_ARCHIVE_URL"] = config.archive_url
    if config.sandbox and config.clock_start:
        said["JEJAK_CLOCK"] = instant(now)
    return said


def settings_text(config: Config) -> str:
    """All effective settings as jejak.toml, without the database's URLs, which may hold passwords.

    A child crawls: it gets the archive's own URL by its environment, and the others not at all.
    """
    lines = []
    for field in fields(config):
        if field.name in ("origin_of", *URLS):
            continue
        value = getattr(config, field.name)
        if isinstance(value, Path):
            value = str(value.absolute())
        # JSON's strings, integers, booleans and lists of strings are TOML's as well.
        lines.append(f"{field.name} = {json.dumps(value)}\n")
    return "".join(lines)


def end_with_parent(parent: int) -> None:
    """Have the system send SIGTERM to this process when its parent ends, however it ends.

    parent: process id of the scheduler that started us; when it is gone already, we end at once.
    Linux only; elsewhere it does nothing, and a child whose scheduler was killed ends its batch.
    """
    if not sys.platform.startswith("linux"):
        return
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "w") as file:
        file.write(text)

"""What the scheduler has guard the archive, and how that stands: kept in a file for `jejak status`.

The watch of the store and the full check run as programs of their own; the daily comparison of the
whole log with the signed head is a job of the scheduler. What each of them finds is in the log; the
file only says that they are at work.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.config import Config
from crawler.supervised import Seen, Supervised, starting
from evidence.canonical import decode, encode, instant, parse_instant
from evidence.errors import IntegrityError, ParseError
from evidence.seal.disk import private_folder, write_durably

FOLDER = "guards"
STATE_FILE = "state.json"
AUDIT_EVERY = timedelta(days=1)
SILENT = timedelta(minutes=10)
"""A scheduler looks every half minute."""
SCRUB_DONE = (0, 5)
"""Exit codes of a full check that was made: nothing wrong, something wrong."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The last comparison of the log with the signed head. fault: why it failed, empty when sound."""

    at: datetime
    leaves: int
    fault: str


@dataclass(frozen=True, slots=True)
class State:
    """How the guards stood at a time; `at` None when no scheduler has ever said."""

    at: datetime | None = None
    programs: tuple[Seen, ...] = ()
    audit: Audit | None = None


class Guards:
    """The guards of one data folder. A second scheduler of it leaves them to the first."""

    def __init__(self, config: Config, now: Callable[[], datetime]) -> None:
        self._folder = config.data_dir / FOLDER
        self._now = now
        self._lock: int | None = None
        self._programs = list(_programs(config, now))
        self._audit = read_state(config.data_dir).audit

    def look(self) -> tuple[Seen, ...]:
        """Start what is due, see what has ended; keep how all stand. Nothing when others do that."""
        if not self._ours():
            return ()
        seen = tuple(each.look() for each in self._programs)
        self._keep(seen)
        return seen

    def audit_due(self) -> bool:
        """Whether a day has gone by since the last comparison."""
        return self._audit is None or self._audit.at + AUDIT_EVERY <= self._now()

    def audited(self, check: Callable[[datetime], int]) -> Audit:
        """Make the comparison; what came of it is kept at the next look. Raises what it raises."""
        now = self._now()
        try:
            self._audit = Audit(now, check(now), "")
        except IntegrityError as error:
            self._audit = Audit(now, 0, error.why)
            raise
        return self._audit

    def stop(self) -> None:
        """End the programs, and keep that they are ended."""
        for each in self._programs:
            each.stop()
        if self._lock is not None:
            self._keep(tuple(each.stands() for each in self._programs))
            os.close(self._lock)
            self._lock = None

    def _ours(self) -> bool:
        if self._lock is not None:
            return True
        private_folder(self._folder)
        lock = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def _keep(self, seen: tuple[Seen, ...]) -> None:
        audit = self._audit
        value = {
            "at": instant(self._now()),
            "audit": {"at": instant(audit.at), "fault": audit.fault, "leaves": audit.leaves}
            if audit
            else None,
            "programs": [asdict(one) for one in seen],
            "v": 1,
        }
        write_durably(self._folder / STATE_FILE, encode(value))


def _programs(config: Config, now: Callable[[], datetime]) -> Iterator[Supervised]:
    if config.archive_url == "memory:":
        return
    if config.store_watch:
        yield Supervised("watch", starting(config, ("store", "watch"), now))
    if config.scrub_days:
        words = ("ledger", "scrub", "--days", str(config.scrub_days))
        yield Supervised("scrub", starting(config, words, now), done=SCRUB_DONE)


def read_state(data_dir: Path) -> State:
    """How the guards of a data folder stood last; an unreadable file says no more than none."""
    try:
        value = decode((data_dir / FOLDER / STATE_FILE).read_bytes())
        programs = tuple(
            Seen(str(one["name"]), bool(one["running"]), int(one["starts"]), one["code"])
            for one in value["programs"]
        )
        return State(parse_instant(value["at"]), programs, _audit(value["audit"]))
    except (OSError, ParseError, KeyError, TypeError, ValueError):
        return State()


def _audit(value: Mapping[str, Any] | None) -> Audit | None:
    if value is None:
        return None
    return Audit(parse_instant(value["at"]), int(value["leaves"]), str(value["fault"]))


def concerns(state: State, now: datetime) -> tuple[tuple[str, str], ...]:
    """(code, detail) of what calls for a look; nothing where no scheduler ever ran."""
    return tuple(_concerns(state, now))


def _concerns(state: State, now: datetime) -> Iterator[tuple[str, str]]:
    if state.at is None:
        return
    if now - state.at > SILENT:
        yield "SCHEDULER_SILENT", instant(state.at)
    for one in state.programs:
        if one.name == "watch" and not one.running:
            yield "WATCH_DOWN", f"starts {one.starts}, code {one.code}"
        if one.name == "scrub" and one.code not in (None, 0):
            yield "SCRUB_FAILED", f"code {one.code}"
    if state.audit is not None and state.audit.fault:
        yield "AUDIT_FAULT", state.audit.fault
    if state.audit is not None and now - state.audit.at > 2 * AUDIT_EVERY:
        yield "AUDIT_OLD", instant(state.audit.at)

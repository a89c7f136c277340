"""The clock: wakes to visit what is due, to seal the log, and to say how things stand.

    python scheduler.py [--once] [--config FILE]

APScheduler only wakes. What is due follows from campaigns, watchlist and the outcomes in the log,
so a restart loses nothing; a slot is taken by a unique claim, so any number of schedulers may run.
Messages are JSON lines on standard error: ids and numbers, never content.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from cli.command import fault_place, show_fault, show_jejak_error
from cli.exits import FAULT, INTERRUPTED, OK, exit_code
from cli.process import begin
from cli.words import choose_language, use_language
from crawler import config as configuration
from crawler.alarm import PERIOD, limits
from crawler.clock import Clock
from crawler.collector import spare_collector
from crawler.config import Config
from crawler.egress import is_allowed, networks
from crawler.guards import Guards
from crawler.orders import Limits, Stop, TickResult
from crawler.supervised import Seen
from crawler.tick import reconcile, run_due
from evidence.canonical import instant
from evidence.errors import JejakError, StoreError
from evidence.query.health import health, record_warnings
from evidence.seal import Signer
from evidence.seal.authorities import open_anchors
from evidence.store import Archive, open_archive

__all__ = ["Limits", "Stop", "TickResult", "main", "reconcile", "run_due"]

TICK_S, SEAL_S, HEALTH_S, ANCHOR_S, GUARD_S, AUDIT_S = 30, 60, 300, 60, 30, 3600
NEW_BATCHES_S = 300.0
"""How long one tick starts new batches; then the next one plans anew."""


class Service:
    """The jobs of one scheduler process."""

    def __init__(
        self, config: Config, archive: Archive, stop: Stop, signing: Archive | None = None
    ) -> None:
        self._config = config
        self._archive = archive
        self._stop = stop
        self._clock: Clock = config.clock()
        self._up_since = self._clock.now()
        self._sealing = threading.Lock()
        self._signer = Signer(
            signing or archive, config.data_dir / "keys", config.origin, clock=self._clock.source
        )
        self._anchors = open_anchors(
            archive,
            config.data_dir,
            self._clock.now,
            self._clock.source,
            reach=partial(is_allowed, allowed=networks(config.egress_allow)),
        )
        self._signer.check(self._up_since)
        self._signer.found(self._up_since, f"jejak {version('jejak')}")
        self._guards = Guards(config, self._clock.now)
        self._guarding: tuple[Seen, ...] = ()

    def tick(self) -> None:
        """Visit what is due, unless the disk is nearly full; then seal."""
        free = shutil.disk_usage(self._config.data_dir).free
        if free < self._config.disk_reserve_bytes:
            say("disk nearly full, nothing is visited", {"free_bytes": free})
            return
        result = run_due(
            self._config,
            self._archive,
            self._clock.now(),
            say=say,
            limits=Limits(tick_s=NEW_BATCHES_S),
            stop=self._stop,
            up_since=self._up_since,
        )
        if result.due or result.repaired:
            say("tick", asdict(result))
            self.seal()

    def seal(self) -> None:
        """Sign a checkpoint over what came since the last."""
        with self._sealing:
            checkpoint = self._signer.seal(self._clock.now())
        if checkpoint is not None:
            say("sealed", {"size": checkpoint.size})

    def anchor(self) -> None:
        """Show the newest head to the authorities whose anchor is due; say what is pending."""
        before = self._archive.size()
        standings = self._anchors.run(self._signer.head())
        if self._archive.size() > before:
            say("anchored", {"anchors": [s.facts() for s in standings]})

    def health(self) -> None:
        """Say how things stand."""
        free = shutil.disk_usage(self._config.data_dir).free
        claims = len(self._archive.claims())
        say("health", {"entries": self._archive.size(), "claims": claims, "free_bytes": free})
        now = self._clock.now()
        found = health(self._archive, now - PERIOD, now, limits=limits())
        for entry in record_warnings(self._archive, found, now, self._clock.source):
            say("alarm", dict(entry.statement.facts))

    def guard(self) -> None:
        """Keep the watch of the store and the full check at work; say how they are when it changes."""
        seen = self._guards.look()
        if seen != self._guarding:
            self._guarding = seen
            say("guards", {"programs": [asdict(one) for one in seen]})

    def audit(self) -> None:
        """Once a day compare the whole log with the head that was signed last."""
        if self._guards.audit_due():
            found = self._guards.audited(self._signer.audit)
            say("audited", {"leaves": found.leaves})

    def close(self) -> None:
        """End the programs beside this one."""
        self._guards.stop()

    def guarded(self, job: Callable[[], None]) -> Callable[[], None]:
        """A job whose failure is said and does not end the others; the next wake-up tries again."""

        def run() -> None:
            try:
                job()
            except JejakError as error:
                say("failed", {"job": job.__name__, "error": str(error)})
            except Exception as error:  # noqa: BLE001 (a job's outermost loop)
                # The class alone: a message of unknown origin may hold content.
                say("failed", {"job": job.__name__, "error": type(error).__name__})

        return run


def waking(service: Service) -> BackgroundScheduler:
    """The jobs and when they wake: none is skipped for being late, and late ones run once."""
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(5)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=UTC,
    )
    first = Clock().now()
    for job, every_s in (
        (service.tick, TICK_S),
        (service.seal, SEAL_S),
        (service.anchor, ANCHOR_S),
        (service.health, HEALTH_S),
        (service.guard, GUARD_S),
        (service.audit, AUDIT_S),
    ):
        scheduler.add_job(
            service.guarded(job),
            "interval",
            id=job.__name__,
            seconds=every_s,
            next_run_time=first,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
    return scheduler


def heed_signals(stop: Stop) -> None:
    """First SIGTERM or SIGINT: end the visits under way, then the scheduler. Second: at once."""

    def asked(number: int, frame: FrameType | None) -> None:
        (stop.at_once if stop.asked.is_set() else stop.asked).set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)


def say(event: str, facts: Mapping[str, object]) -> None:
    """One line of the operational log; where nobody takes it any more, the work goes on."""
    line = {"at": instant(Clock().now()), "event": event, **facts}
    with suppress(OSError):
        sys.stderr.write(json.dumps(line, ensure_ascii=True, default=_plain) + "\n")
        sys.stderr.flush()


def run(config: Config, *, once: bool) -> None:
    """Run until told to stop, or one tick. Raises JejakError when the archive cannot be used."""
    spare_collector()
    stop = Stop()
    heed_signals(stop)
    _make_folder(config.data_dir)
    with ExitStack() as opened:
        archive = opened.enter_context(closing(open_archive(config.archive_url, config.data_dir)))
        signing = (
            opened.enter_context(closing(open_archive(config.signer_url, config.data_dir)))
            if config.signer_url
            else archive
        )
        service = Service(config, archive, stop, signing)
        opened.callback(service.close)
        if once:
            service.tick()
        else:
            # It warns whenever a tick takes longer than the pause between two: that is foreseen.
            logging.getLogger("apscheduler").setLevel(logging.ERROR)
            scheduler = waking(service)
            scheduler.start()
            say("started", {"children": config.children, "clock": config.clock().source})
            stop.asked.wait()
            say("stopping", {})
            scheduler.shutdown(wait=True)
            service.close()
        service.seal()
    say("stopped", {})


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python scheduler.py`; the exit code."""
    begin()
    parser = argparse.ArgumentParser(prog="scheduler", description="Visit what is due.")
    parser.add_argument("--once", action="store_true", help="do what is due now, then end")
    parser.add_argument("--config", type=Path, help="jejak.toml to use")
    said = parser.parse_args(arguments)
    try:
        run(configuration.load(said.config), once=said.once)
    except JejakError as error:
        if _at_terminal():
            return show_jejak_error(error, as_json=False)
        return _ended(error, str(error), exit_code(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("JEJAK_DEBUG"):
            raise
        if _at_terminal():
            return show_fault(error, as_json=False)
        # The class and the place alone: a message of unknown origin may hold content.
        return _ended(error, f"a fault of this program at {fault_place(error)}", FAULT)
    return OK


def _at_terminal() -> bool:
    """Whether a person reads what we say, and not a log; then it is said as the CLI says it."""
    use_language(choose_language(os.environ.get("JEJAK_LANGUAGE", "")))
    return sys.stderr.isatty()


def _ended(error: Exception, told: str, code: int) -> int:
    say("ended", {"error": told, "kind": type(error).__name__, "exit": code})
    return code


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"data folder {folder}", f"cannot be made ({error.strerror})",
            "Give a data_dir that this user may write to",
        ) from error  # fmt: skip


def _plain(value: object) -> object:
    return instant(value) if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    sys.exit(main())

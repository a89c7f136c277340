"""One tick: what is due is visited in child processes, and every slot gets its one outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version

from crawler.child import COMMAND, Batch, Child
from crawler.clock import monotonic_s
from crawler.config import Config
from crawler.orders import USUAL, Limits, Say, Stop, TickResult
from crawler.owner import lives, owner
from crawler.standing import batches, plan_due
from evidence.canonical import record_id
from evidence.model import Entry, Outcome, Slot, VisitEnd
from evidence.planning import Plan
from evidence.projection import project_entries
from evidence.query.version import newest_known
from evidence.record import Recorder
from evidence.store import Archive, Claim

LEASE = timedelta(minutes=30)
INTERRUPTED = "interrupted"
TIME_LIMIT = "child killed: time limit"


def run_due(
    config: Config,
    archive: Archive,
    now: datetime,
    *,
    say: Say | None = None,
    command: Sequence[str] = COMMAND,
    limits: Limits = USUAL,
    stop: Stop | None = None,
    up_since: datetime | None = None,
) -> TickResult:
    """One tick: repair what dead schedulers left, record what was missed, visit what is due.

    Returns when all children have ended and every slot taken has its one outcome.
    now:      the time of the tick; outcomes get now plus the time that passes.
    command:  starts a child; the batch file's path is added.
    up_since: see planning.due_slots.

    Raises StoreError when the archive cannot be used (children are ended first; the next tick
    repairs), ConfigError when a campaign or the watchlist cannot be read.
    """
    with owner() as mine:
        tick = _Tick(config, archive, now, mine, say or _silent, command, limits, stop or Stop())
        repaired = tick.repair()
        return tick.run(*plan_due(archive, now, up_since), repaired)


def reconcile(config: Config, archive: Archive, now: datetime, *, say: Say | None = None) -> int:
    """Give every slot whose claim is over, or whose scheduler is dead, its outcome; returns how many.

    A slot without an outcome becomes FAILED, `interrupted`. Also done at the start of every tick.
    """
    with owner() as mine:
        return _Tick(config, archive, now, mine, say or _silent, COMMAND, USUAL, Stop()).repair()


@dataclass(frozen=True, slots=True)
class _Running:
    child: Child
    started_s: float
    started_at: datetime


class _Tick:
    """One tick of one scheduler: its claims and its children."""

    def __init__(
        self,
        config: Config,
        archive: Archive,
        now: datetime,
        owner: str,
        say: Say,
        command: Sequence[str],
        limits: Limits,
        stop: Stop,
    ) -> None:
        self._config = config
        self._archive = archive
        self._now = now
        self._began_s = monotonic_s()
        self._owner = owner
        self._say = say
        self._command = command
        self._limits = limits
        self._stop = stop
        self._recorder = Recorder(
            "simulated" if config.clock_start else "system",
            f"jejak {version('jejak')}",
            config.digest(),
        )
        self._running: list[_Running] = []
        self._outcomes: Counter[str] = Counter()
        self._batches = self._missed = self._left = 0

    def run(self, plan: Plan, platforms: Mapping[str, str], repaired: int) -> TickResult:
        """Visit the plan's slots batch by batch."""
        missed: dict[str, list[tuple[Slot, str]]] = {}
        for slot, reason in plan.missed:
            missed.setdefault(slot.watch, []).append((slot, reason))
        visited = {slot.watch for slot in plan.run}
        # Of accounts taken off the list no slot is run; the others' are recorded before theirs is.
        self._record_missed([m for w, slots in missed.items() if w not in visited for m in slots])
        waiting = batches(plan.run, platforms)
        try:
            while waiting or self._running:
                if waiting and self._is_over():
                    self._left += sum(len(batch.slots) for batch in waiting)
                    waiting = []
                elif batch := self._next(waiting):
                    waiting.remove(batch)
                    self._start(batch, missed)
                    continue
                self._look()
        finally:
            for running in self._running:
                running.child.kill()
                running.child.clear()
        outcomes = tuple(sorted(self._outcomes.items()))
        return TickResult(
            len(plan.run), self._batches, self._missed, self._left, repaired, outcomes
        )

    def repair(self) -> int:
        """Outcomes for slots of claims that are over; see `reconcile`."""
        over = [
            claim
            for claim in self._archive.claims()
            if claim.lease_until < self._now or not lives(claim.by)
        ]
        made = 0
        for claim in over:
            watch, _, due = claim.slot.rpartition("@")
            slot = Slot(claim.slot, watch, datetime.fromisoformat(due), "", "")
            made += self._close([slot], claim.claimed_at, INTERRUPTED)
            self._say("slot repaired", {"slot": claim.slot})
        return made

    def _is_over(self) -> bool:
        """Whether no further batch is to be started."""
        spent_s, given_s = monotonic_s() - self._began_s, self._limits.tick_s
        return self._stop.asked.is_set() or (given_s is not None and spent_s > given_s)

    def _next(self, waiting: Sequence[Batch]) -> Batch | None:
        """The first batch that may start: a platform's pace is kept by one child at a time."""
        if len(self._running) >= max(1, self._config.children):
            return None
        busy = {running.child.batch.platform for running in self._running}
        return next((batch for batch in waiting if batch.platform not in busy), None)

    def _start(self, batch: Batch, missed: Mapping[str, Sequence[tuple[Slot, str]]]) -> None:
        # First what was missed: a newer outcome of the same watch hides older slots from the plan.
        self._record_missed([m for slot in batch.slots for m in missed.get(slot.watch, ())])
        taken = tuple(slot for slot in batch.slots if self._take(slot))
        self._left += len(batch.slots) - len(taken)
        if not taken:
            return
        now = self._moment()
        self._batches += 1
        try:
            child = Child(self._config, Batch(batch.platform, taken), now, self._command)
        except OSError as error:
            self._close(taken, now, f"child did not start: {type(error).__name__}")
            return
        self._running.append(_Running(child, monotonic_s(), now))
        self._say("batch started", {"platform": batch.platform, "slots": len(taken)})

    def _record_missed(self, missed: Sequence[tuple[Slot, str]]) -> None:
        taken = [(slot, reason) for slot, reason in missed if self._take(slot)]
        if not taken:
            return
        now = self._moment()
        self._record([_end(slot, now, now, Outcome.MISSED, reason) for slot, reason in taken])
        self._archive.release([slot.id for slot, _ in taken])
        self._missed += len(taken)

    def _take(self, slot: Slot) -> bool:
        """Whether the slot is ours: claimed by nobody else, and without an outcome."""
        now = self._moment()
        if not self._archive.claim(Claim(slot.id, self._owner, now, now + LEASE), now):
            return False
        # The plan was made before: meanwhile another scheduler may have done the slot.
        done = self._archive.entry(_outcome_rec(slot))
        if done is not None:
            project_entries(self._archive, [done])
            self._archive.release([slot.id])
        return done is None

    def _look(self) -> None:
        """End children that have to end, settle those that have ended, else wait a little."""
        ended = False
        for running in list(self._running):
            over_s = monotonic_s() - running.started_s - self._limits.batch_s
            if over_s > self._limits.grace_s or self._stop.at_once.is_set():
                running.child.kill()
            elif over_s > 0:
                running.child.stop()
            code = running.child.exit_code()
            if code is None:
                continue
            running.child.kill()
            self._running.remove(running)
            running.child.clear()
            reason = INTERRUPTED if self._stop.asked.is_set() else _reason(code, over_s > 0)
            self._close(running.child.batch.slots, running.started_at, reason)
            ended = True
            self._say("batch ended", {"platform": running.child.batch.platform, "exit": code})
        if self._stop.asked.is_set():
            self._end_children()
        elif not ended:
            self._stop.asked.wait(self._limits.pause_s)

    def _end_children(self) -> None:
        """Ask all children to end their visits; after the grace, or when told to, kill them."""
        for running in self._running:
            running.child.stop()
        deadline = monotonic_s() + self._limits.grace_s
        while any(running.child.exit_code() is None for running in self._running):
            if self._stop.at_once.wait(self._limits.pause_s) or monotonic_s() > deadline:
                for running in self._running:
                    running.child.kill()

    def _close(self, slots: Sequence[Slot], started: datetime, reason: str) -> int:
        """End slots of ours: what the child recorded counts, the others become FAILED.

        Returns how many became so.
        """
        now = self._moment()
        known = [self._archive.entry(_outcome_rec(slot)) for slot in slots]
        done = [entry for entry in known if entry is not None]
        # The child may have been ended between recording an outcome and projecting it.
        project_entries(self._archive, done)
        failed = self._record(
            [
                _end(slot, min(started, now), now, Outcome.FAILED, reason)
                for slot, entry in zip(slots, known, strict=True)
                if entry is None
            ]
        )
        self._archive.release([slot.id for slot in slots])
        self._outcomes.update(str(e.statement.facts["outcome"]) for e in (*done, *failed))
        return len(failed)

    def _record(self, ends: Sequence[VisitEnd]) -> tuple[Entry, ...]:
        if not ends:
            return ()
        known = newest_known(self._archive, [end.watch for end in ends])
        told = [replace(end, versions=known.get(end.watch, ())) for end in ends]
        entries = self._archive.record([self._recorder.outcome(end) for end in told])
        project_entries(self._archive, entries)
        return entries

    def _moment(self) -> datetime:
        return self._now + timedelta(seconds=monotonic_s() - self._began_s)


def _end(slot: Slot, started: datetime, ended: datetime, outcome: Outcome, reason: str) -> VisitEnd:
    """The end of a slot that no visit told the end of; so it has no visit id."""
    return VisitEnd(
        visit="",
        watch=slot.watch,
        slot=slot.id,
        due_at=slot.due_at,
        started_at=started,
        ended_at=ended,
        outcome=outcome,
        reason=reason,
    )


def _outcome_rec(slot: Slot) -> str:
    return record_id("outcome", slot.id)


def _reason(code: int, late: bool) -> str:
    if late:
        return TIME_LIMIT
    if code < 0:
        return f"child killed: signal {-code}"
    return f"child exited {code}"


def _silent(event: str, facts: Mapping[str, object]) -> None:
    """Nobody listens."""

"""Three readings of schedule.md agree: the planner's, the verifier's and the second reader's."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.standing import past_campaigns, plan_due
from evidence.config import WatchlistImport, campaign_drafts, watch_drafts
from evidence.model import (
    AccountId,
    Attribution,
    Campaign,
    Confidence,
    Draft,
    ElectionKind,
    Outcome,
    Phase,
    Side,
    Slot,
    StatementType,
    VisitEnd,
    WatchEntry,
)
from evidence.planning import slots_then
from evidence.projection import project_entries
from evidence.query.completeness import completeness
from evidence.record import Recorder
from evidence.store import MemoryArchive
from evidence.timetable import Timeline, watch_version
from evidence.verify.verify import Case, Record, Trust
from evidence.verify.verify import due_times as verifier_due_times
from tests.formats.second_schedule import due_times as second_due_times

START = datetime(2024, 2, 9, 12, 0, tzinfo=UTC)
SOAK = [pytest.mark.soak, pytest.mark.timeout(7200)]
HOURS = 72
"""What happens lies in these hours from START; midnights of all zones and all phases among them."""
MINUTE = timedelta(minutes=1)
WATCHES = ("w-000000000001", "w-000000000002")
RECORDER = Recorder("system", "test")
ZONES = ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura")

moments = st.integers(0, HOURS * 60).map(lambda n: START + n * MINUTE)
cadences = st.sampled_from([600, 900, 3600, 5400, 21_600, 86_400])
WHO = Attribution("P", "b", Confidence.HIGH, "N", START)


@st.composite
def campaigns(draw: st.DrawFn, name: str) -> Campaign:
    edges = draw(st.lists(st.integers(0, HOURS), min_size=2, max_size=4, unique=True).map(sorted))
    local = [f"{START + timedelta(hours=7 + n):%Y-%m-%dT%H:%M:%S}" for n in edges]
    phases = tuple(
        Phase(f"P{n}", a, b, tuple(draw(st.dictionaries(st.sampled_from("AB"), cadences)).items()))
        for n, (a, b) in enumerate(itertools.pairwise(local))
    )
    superseded = draw(st.sampled_from(["", "", "", "other"]))
    return Campaign(name, "N", ElectionKind.PEMILU, "s", "b", "p", phases, superseded)


@st.composite
def entries(draw: st.DrawFn, watch: str) -> WatchEntry:
    begin = draw(st.sampled_from([START - timedelta(days=3), START]) | moments)
    until = draw(st.none() | moments)
    odd = timedelta(microseconds=draw(st.sampled_from([0, 400, 1_000, 999_999])))
    return WatchEntry(
        watch, AccountId("mastodon", None, watch), Side.WATCHED, draw(st.sampled_from("AB")),
        draw(st.sampled_from(ZONES)), WHO, "ST", "UU", begin + odd, until,
    )  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A statement to be recorded at a time."""

    at: datetime
    thing: Campaign | WatchEntry
    removed: bool = False

    def drafts(self, first: bool) -> Sequence[Draft]:
        word = "added" if first else "removed" if self.removed else "changed"
        if isinstance(self.thing, Campaign):
            change = "ADDED" if first else "CHANGED"
            return campaign_drafts(self.thing, self.at, "system", change=change)
        return watch_drafts(WatchlistImport(**{word: (self.thing,)}), self.at, "system")


@st.composite
def histories(draw: st.DrawFn, early: bool) -> list[Change]:
    """Two campaigns and two accounts, each ADDED and then changed, removed, superseded, re-added.

    early: all are added before anything is due, so that no slot lies before its own statement.
    """
    made = [campaigns("c1"), campaigns("c2"), *(entries(watch) for watch in WATCHES)]
    found = []
    for kind in made:
        times = draw(st.lists(moments, min_size=1, max_size=4))
        times = [START - timedelta(days=4), *times[1:]] if early else times
        found += [Change(at, draw(kind), draw(st.booleans())) for at in times]
    return sorted(found, key=lambda change: change.at) if early else found


def said(archive: MemoryArchive) -> list[dict]:
    return [json.loads(entry.statement_bytes) for entry in archive.entries()]


def recorded(history: Sequence[Change]) -> MemoryArchive:
    archive = MemoryArchive()
    for change in history:
        keep(archive, change)
    return archive


def keep(archive: MemoryArchive, change: Change) -> None:
    named = getattr(change.thing, "watch", None) or change.thing.id  # type: ignore[union-attr]
    table = "watches" if isinstance(change.thing, WatchEntry) else "campaigns"
    drafts = change.drafts(first=archive.row(table, named) is None)
    project_entries(archive, archive.record(drafts))


def by_core(archive: MemoryArchive, watch: str, start: datetime, end: datetime) -> list[datetime]:
    statements = [entry.statement for entry in archive.entries()]
    versions = [
        watch_version(s.at, s.facts)
        for s in statements
        if s.type is StatementType.WATCH and s.facts["watch"] == watch
    ]
    line = Timeline(past_campaigns(archive.rows("campaigns")))
    return [slot.due_at for slot in slots_then(line, watch, versions, start, end)]


def by_verifier(archive: MemoryArchive, watch: str, start: datetime, end: datetime) -> list:
    case = Case("", Trust("", ()))
    for entry, value in zip(archive.entries(), said(archive), strict=True):
        case.records[entry.index] = Record(entry.index, "", b"", value)
    found = verifier_due_times(case, watch, start.timestamp(), end.timestamp())
    return [datetime.fromtimestamp(second, UTC) for second in found]


@pytest.mark.parametrize("examples", [80, pytest.param(2_000, marks=SOAK)])
def test_core_verifier_and_second_reader_find_the_same_due_times(examples: int) -> None:
    """Versions in any order of time (a clock set back), overlapping campaigns, all zones."""
    settled = settings(max_examples=examples, deadline=None)
    settled(given(histories(early=False), moments, moments)(all_agree))()


def all_agree(history: list[Change], one: datetime, other: datetime) -> None:
    start, end = min(one, other), max(one, other) + MINUTE
    archive = recorded(history)
    for watch in WATCHES:
        core = by_core(archive, watch, start, end)

        assert core == by_verifier(archive, watch, start, end)
        assert core == sorted(set(second_due_times(said(archive), watch, start, end)))


def visit(archive: MemoryArchive, now: datetime) -> None:
    """One tick: every slot of the plan gets its outcome."""
    plan, _ = plan_due(archive, now, None)
    ends = [(slot, Outcome.MISSED, reason) for slot, reason in plan.missed]
    ends += [(slot, Outcome.COMPLETE, "") for slot in plan.run]
    for slot, word, reason in ends:
        assert archive.entry(RECORDER.outcome(end_of(slot, now, word, reason)).rec) is None
        drafts = [RECORDER.outcome(end_of(slot, now, word, reason))]
        project_entries(archive, archive.record(drafts))


def end_of(slot: Slot, now: datetime, word: Outcome, reason: str) -> VisitEnd:
    return VisitEnd("", slot.watch, slot.id, slot.due_at, now, now, word, reason)


@pytest.mark.parametrize("examples", [40, pytest.param(1_000, marks=SOAK)])
def test_whenever_one_wakes_every_due_visit_ends_with_one_outcome_and_no_other_does(
    examples: int,
) -> None:
    """Campaigns and rows change between wakings; what was due before still gets its outcome."""
    settled = settings(max_examples=examples, deadline=None)
    settled(given(histories(early=True), st.lists(moments, max_size=8))(all_ended))()


def all_ended(history: list[Change], wakes: list[datetime]) -> None:
    archive = MemoryArchive()
    last = START + timedelta(hours=HOURS + 24, seconds=30)
    # Half a minute beside every statement: none is written while a tick is planned.
    ticks = [*(replaced + timedelta(seconds=30) for replaced in wakes), last]
    events = sorted([(change.at, 0, n) for n, change in enumerate(history)]
                    + [(tick, 1, n) for n, tick in enumerate(ticks)])  # fmt: skip
    for at, kind, n in events:
        if kind:
            visit(archive, at)
        else:
            keep(archive, history[n])

    for watch in WATCHES:
        due = by_core(archive, watch, START - timedelta(days=5), last)
        ended = sorted(row["due_at"] for row in archive.rows("outcomes", {"watch": watch}))
        assert ended == due

    for account in completeness(archive, last):
        assert (account.holes, account.pending, account.unplanned) == ((), (), ())
        assert account.due == sum(account.outcomes.values())

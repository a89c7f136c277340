"""What counts into a period, and what belongs to the one before or after it."""

from __future__ import annotations

import pytest

from evidence.config import WatchlistImport, campaign_drafts, watch_drafts
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    Gap,
    Outcome,
    Reading,
    Side,
    VisitEnd,
    WatchEntry,
)
from evidence.query.completeness import Coverage, completeness
from evidence.store import MemoryArchive
from tests.cli.test_completeness import CAMPAIGN, HOUR, RECORDER, START

WATCHES = ("w-0123456789ab", "w-0123456789ac")


def entry(watch: str) -> WatchEntry:
    return WatchEntry(
        watch, AccountId("telegram", None, watch), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("Siti", "b", Confidence.HIGH, "N", START), "ST", "UU", START,
    )  # fmt: skip


@pytest.fixture
def archive() -> MemoryArchive:
    """Of six hours, each on its hour: a visit of one account with a gap, and a page of strangers."""
    made = MemoryArchive()
    made.record(campaign_drafts(CAMPAIGN, START - HOUR, "system"))
    added = WatchlistImport(added=tuple(entry(watch) for watch in WATCHES))
    made.record(watch_drafts(added, START - HOUR, "system"))
    watch = WATCHES[0]
    for due in (START + hour * HOUR for hour in range(6)):
        slot = f"{watch}@{due:%Y-%m-%dT%H:%M:%SZ}"
        gaps = (Gap("TIMEOUT"),)
        end = VisitEnd("v", watch, slot, due, due, due, Outcome.PARTIAL, "TIMEOUT", gaps=gaps)
        page = RECORDER.reading(
            Reading("r@1"), capture="0" * 32, watch=watch, url="u", at=due, withheld=1
        )
        made.record([page, RECORDER.outcome(end)])
    return made


def of(found: tuple[Coverage, ...]) -> Coverage:
    return next(each for each in found if each.watch == WATCHES[0])


def test_a_period_holds_its_first_moment_and_not_its_last(archive: MemoryArchive) -> None:
    periods = [(None, 2), (2, 4), (4, None)]

    found = [
        of(
            completeness(
                archive, START + 9 * HOUR,
                since=None if since is None else START + since * HOUR,
                until=None if until is None else START + until * HOUR,
            )
        )
        for since, until in periods
    ]  # fmt: skip

    told = [(f.due, f.outcomes, dict(f.gaps), f.withheld, f.holes, f.pending) for f in found]
    assert told == [(2, {"PARTIAL": 2}, {"TIMEOUT": 2}, 2, (), ())] * 3


def test_only_the_accounts_that_are_asked_for_are_told(archive: MemoryArchive) -> None:
    now = START + 9 * HOUR

    assert [c.watch for c in completeness(archive, now)] == list(WATCHES)
    (other,) = completeness(archive, now, watches=[WATCHES[1]])
    assert (other.watch, other.due, other.withheld, len(other.pending)) == (WATCHES[1], 6, 0, 6)
    assert completeness(archive, now, watches=[WATCHES[0]]) == (of(completeness(archive, now)),)

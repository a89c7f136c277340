"""How visits went, and the silence that outcomes alone would not show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evidence.canonical import record_id
from evidence.config import parse_watchlist, watch_drafts
from evidence.model import Gap, Outcome, StatementType, VisitEnd, Watchlist
from evidence.projection import project_entries
from evidence.query.health import Health, Limits, health, record_warnings
from evidence.record import Recorder
from evidence.store import MemoryArchive
from evidence.store.ports import Row

T0 = datetime(2026, 11, 20, 2, tzinfo=UTC)
END = T0 + timedelta(days=9)
RECORDER = Recorder("system", "jejak test")
HEAD = (
    "platform,account,side,person,status_class,region_code,tier,assignment_order,legal_basis,basis,"
    "confidence,attributed_by\n"
)


@pytest.fixture
def archive() -> MemoryArchive:
    """Two accounts of one platform."""
    archive = MemoryArchive()
    rows = "".join(
        f"telegram,{name}_contoh,CAMPAIGN,{name},,64.71,A,1/ST,UU 7/2017,KPU,HIGH,Budi\n"
        for name in ("satu", "dua")
    )
    imported = parse_watchlist(
        (HEAD + rows).encode(), "w.csv", existing=Watchlist(), platforms={"telegram"}, now=T0,
        imported_by="test",
    )  # fmt: skip
    project_entries(archive, archive.record(watch_drafts(imported, T0, "system")))
    return archive


def watches(archive: MemoryArchive) -> list[str]:
    return [str(row["id"]) for row in archive.rows("watches")]


def visits(archive: MemoryArchive, watch: str, *ends: Any, slots: bool = True) -> None:
    """One visit an hour: a number is posts read in a COMPLETE one, else (outcome, gap code)."""
    for hour, end in enumerate(ends):
        at = T0 + timedelta(hours=hour)
        outcome, code = (Outcome.COMPLETE, "") if isinstance(end, int) else end
        counts = (("posts", end),) if isinstance(end, int) else ()
        said = VisitEnd(
            f"v{hour}", watch, f"{watch}@{hour}" if slots else None, at if slots else None, at, at,
            outcome, "", counts, (Gap(code, "$.data: expected list"),) if code else (),
        )  # fmt: skip
        project_entries(archive, archive.record([RECORDER.outcome(said)]))


def look(archive: MemoryArchive, **more: Any) -> Health:
    return health(archive, T0 - timedelta(days=1), END, **more)


def codes(found: Health) -> list[tuple[str, str]]:
    return [(w.code, w.subject) for w in found.warnings]


WALL, DRIFT = (Outcome.BLOCKED, "GATED"), (Outcome.SUSPECT, "DRIFT")


@pytest.mark.parametrize("slots", [True, False], ids=["by slot", "by hand"])
def test_every_visit_is_counted_once_by_how_it_went(archive: MemoryArchive, slots: bool) -> None:
    first = watches(archive)[0]
    visits(
        archive, first, 3, WALL, DRIFT, (Outcome.BLOCKED, "RATE_LIMITED"), (Outcome.EMPTY, ""),
        (Outcome.MISSED, ""), (Outcome.FAILED, "DNS"), (Outcome.PARTIAL, "PAGE_LIMIT"),
        (Outcome.PARTIAL, "DRIFT"), (Outcome.UNCHANGED, ""), slots=slots,
    )  # fmt: skip

    (share,) = look(archive).platforms
    assert share.visits == 10
    assert share.kinds == {
        "complete": 2, "walled": 1, "drifted": 2, "blocked": 1, "empty": 1, "missed": 1,
        "failed": 1, "partial": 1,
    }  # fmt: skip


@pytest.mark.parametrize("end", [0, WALL, DRIFT, (Outcome.EMPTY, ""), (Outcome.UNCHANGED, "")])
def test_an_account_that_gave_posts_and_gives_none_is_an_alarm(archive, end) -> None:
    first = watches(archive)[0]
    visits(archive, first, 5, end, end, end)

    assert ("ACCOUNT_SILENT", first) in codes(look(archive, limits={"telegram": Limits(3, 99)}))


@pytest.mark.parametrize(
    "ends",
    [(5, 0, 0), (0, 0, 0, 0), (5, 0, 0, 0, 1), (5, 0, (Outcome.MISSED, ""), (Outcome.MISSED, ""))],
    ids=["too few", "never gave", "gives again", "nobody looked"],
)
def test_other_silence_is_no_alarm(archive: MemoryArchive, ends: tuple[Any, ...]) -> None:
    visits(archive, watches(archive)[0], *ends)

    assert codes(look(archive)) == []


def test_not_modified_is_no_silence(archive: MemoryArchive) -> None:
    first = watches(archive)[0]
    visits(archive, first, 5)
    for hour in (1, 2, 3):
        at = T0 + timedelta(hours=hour)
        end = VisitEnd(f"n{hour}", first, None, None, at, at, Outcome.UNCHANGED, "",
                       (("not_modified", 1),))  # fmt: skip
        project_entries(archive, archive.record([RECORDER.outcome(end)]))

    assert codes(look(archive)) == []


def test_an_account_that_is_closed_explains_its_silence(archive: MemoryArchive) -> None:
    first = watches(archive)[0]
    visits(archive, first, 5, 0, 0, 0)
    row = archive.row("watches", first)
    archive.project([Row("watches", first, {**row, "state": "SUSPENDED"})])

    assert codes(look(archive)) == []


def test_a_platform_of_which_no_account_gives_posts_is_an_alarm(archive: MemoryArchive) -> None:
    for watch in watches(archive):
        visits(archive, watch, 5, WALL, WALL, WALL)

    found = look(archive)

    assert ("PLATFORM_SILENT", "telegram") in codes(found)
    assert "walled 6" in found.warnings[0].detail


@pytest.mark.parametrize("state", ["PRIVATE", "ABSENT", "SUSPENDED", "WITHHELD"])
def test_a_platform_that_calls_every_account_closed_is_an_alarm(archive, state: str) -> None:
    """Each of them would explain its own silence; all at once is what a wall looks like."""
    for watch in watches(archive):
        visits(archive, watch, 5, 0, 0, 0)
        row = archive.row("watches", watch)
        archive.project([Row("watches", watch, {**row, "state": state})])

    (warning,) = look(archive).warnings
    assert (warning.code, warning.subject) == ("PLATFORM_SILENT", "telegram")
    assert "2 are said to be closed" in warning.detail


@pytest.mark.parametrize(("last", "alarm"), [(1, False), (3, False), (4, True)])
def test_accounts_that_fall_silent_together_are_an_alarm_sooner(archive, last, alarm) -> None:
    """One has two silent visits, which alone would be too few; with the other's they are six."""
    one, two = watches(archive)
    visits(archive, one, 5, WALL, WALL)
    visits(archive, two, 5, *[WALL] * last)

    assert (("PLATFORM_SILENT", "telegram") in codes(look(archive))) is alarm


def test_one_account_that_still_gives_posts_keeps_the_platform_from_being_silent(archive) -> None:
    one, two = watches(archive)
    visits(archive, one, 5, 0, 0, 0)
    visits(archive, two, 5, 5, 5, 5)

    assert codes(look(archive)) == [("ACCOUNT_SILENT", one)]


@pytest.mark.parametrize(("drifts", "alarm"), [(2, True), (1, False)])
def test_a_share_of_drift_over_the_limit_is_an_alarm(archive, drifts: int, alarm: bool) -> None:
    visits(archive, watches(archive)[0], *[1] * (8 - drifts), *[DRIFT] * drifts, 1, 1)

    found = look(archive)

    assert (("DRIFT_SHARE", "telegram") in codes(found)) is alarm
    assert found.drifts == {"$.data: expected list": drifts}


def test_few_visits_make_no_share_of_drift(archive: MemoryArchive) -> None:
    visits(archive, watches(archive)[0], 1, DRIFT)

    assert codes(look(archive)) == []


def test_an_alarm_is_recorded_once_an_episode(archive: MemoryArchive) -> None:
    first = watches(archive)[0]
    visits(archive, first, 5, 0, 0, 0)
    for _ in range(3):
        record_warnings(archive, look(archive), END, "system")

    alarms = [e for e in archive.entries() if e.statement.type is StatementType.ALARM]
    assert [a.statement.facts["code"] for a in alarms] == ["ACCOUNT_SILENT"]
    began = sorted(archive.rows("outcomes"), key=lambda row: row["index"])[1]["id"]
    assert alarms[0].statement.rec == record_id("health", "ACCOUNT_SILENT", first, began)


def test_silence_longer_than_the_period_goes_on_being_an_alarm(archive: MemoryArchive) -> None:
    first = watches(archive)[0]
    visits(archive, first, 5, 0, 0, 0)
    archive.project([Row("posts", "p", {"watch": first, "last_seen_at": T0})])

    later = health(archive, T0 + timedelta(minutes=30), END)
    even_later = health(archive, T0 + timedelta(minutes=45), END + timedelta(hours=1))

    assert codes(later) == [("ACCOUNT_SILENT", first)]
    assert later.warnings[0].episode == even_later.warnings[0].episode


def test_visits_before_the_period_are_not_counted(archive: MemoryArchive) -> None:
    visits(archive, watches(archive)[0], 5, 0, 0, 0)

    assert health(archive, T0 + timedelta(hours=1), END).platforms[0].visits == 3
    assert health(archive, END, END + timedelta(days=1)).platforms == ()

"""`jejak completeness` on the log of a small archive: holes, what is pending, what was not seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from cli import exits
from cli.main import jejak
from cli.shell import Shell
from evidence.config import WatchlistImport, campaign_drafts, watch_drafts
from evidence.model import (
    AccountId,
    Attribution,
    Campaign,
    Confidence,
    ElectionKind,
    Gap,
    Outcome,
    Phase,
    Reading,
    Side,
    VisitEnd,
    WatchEntry,
)
from evidence.projection import project_entries
from evidence.record import Recorder
from tests.cli.conftest import Kept

HOUR = timedelta(hours=1)
START = datetime(2026, 11, 20, 17, tzinfo=UTC)
"""Midnight of 21 November in Jakarta."""
WATCH = "w-0123456789ab"
RECORDER = Recorder("system", "jejak test")
CAMPAIGN = Campaign(
    "uji", "Uji", ElectionKind.PILKADA, "s", "b", "p",
    (Phase("CAMPAIGN", "2026-11-21T00:00:00", "2026-11-21T06:00:00", (("A", 3600),)),),
)  # fmt: skip


def entry() -> WatchEntry:
    return WatchEntry(
        WATCH, AccountId("telegram", None, "siti_contoh"), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("Siti", "b", Confidence.HIGH, "N", START), "ST", "UU", START,
    )  # fmt: skip


@pytest.fixture
def log() -> Kept:
    """Six visits were due; the third and the two newest have no outcome, and one was blocked."""
    archive = Kept()
    keep(archive, campaign_drafts(CAMPAIGN, START - HOUR, "system"))
    keep(archive, watch_drafts(WatchlistImport(added=(entry(),)), START - HOUR, "system"))
    for hour, word, gaps in (
        (0, Outcome.COMPLETE, ()),
        (1, Outcome.BLOCKED, (Gap("RATE_LIMITED"), Gap("RATE_LIMITED"))),
        (3, Outcome.UNCHANGED, ()),
    ):
        due = START + hour * HOUR
        slot = f"{WATCH}@{due:%Y-%m-%dT%H:%M:%SZ}"
        end = VisitEnd("v", WATCH, slot, due, due, due, word, "HTTP 429" if gaps else "", gaps=gaps)
        keep(archive, [RECORDER.outcome(end)])
    keep(archive, [RECORDER.reading(Reading("r@1"), capture="0" * 32, watch=WATCH, url="u",
                                    at=START, withheld=4)])  # fmt: skip
    return archive


def keep(archive: Kept, drafts) -> None:
    project_entries(archive, archive.record(drafts))


def ask(archive: Kept, *more: str) -> Result:
    arguments = ["completeness", "--until", "2026-11-21T06:00+07:00", *more]
    return CliRunner().invoke(jejak, arguments, obj=Shell(opener=lambda _config: archive))


def test_holes_pending_visits_and_what_was_not_kept_are_told_apart(log) -> None:
    result = ask(log, "--json")
    (one,) = json.loads(result.stdout)

    assert result.exit_code == exits.FINDINGS
    assert (one["due"], one["outcomes"]) == (6, {"BLOCKED": 1, "COMPLETE": 1, "UNCHANGED": 1})
    assert [t[:13] for t in one["holes"]] == ["2026-11-20T19"]
    assert [t[:13] for t in one["pending"]] == ["2026-11-20T21", "2026-11-20T22"]
    assert one["reasons"] == [{"outcome": "BLOCKED", "reason": "HTTP 429", "n": 1}]
    assert (one["gaps"], one["withheld_interactions"]) == ({"RATE_LIMITED": 2}, 4)


def test_a_hole_is_named_by_account_and_local_time(log) -> None:
    said = ask(log).stdout

    assert f"{WATCH}: no outcome for the visit due 2026-11-21 02:00:00 WIB (+07:00)" in said
    assert "6 due visits of 1 accounts, 1 without an outcome for good" in said


def test_a_period_without_holes_is_complete(log) -> None:
    result = ask(log, "--from", "2026-11-21T03:00+07:00", "--watch", "siti_contoh")

    assert result.exit_code == exits.OK
    assert "3 due visits of 1 accounts, 0 without an outcome for good" in result.stdout


def test_a_removed_account_is_answered_for_until_its_removal(log) -> None:
    at = START + 3 * HOUR + HOUR / 2
    keep(log, watch_drafts(WatchlistImport(removed=(entry(),)), at, "system"))
    (one,) = json.loads(ask(log, "--json").stdout)

    assert (one["due"], len(one["holes"]), one["pending"]) == (4, 1, [])

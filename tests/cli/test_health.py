"""`jejak health`: shares, alarms, exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cli import exits
from evidence.model import Gap, Outcome, VisitEnd
from evidence.projection import project_entries
from evidence.record import Recorder


def visit(archive, hour: int, posts: int, outcome: Outcome = Outcome.COMPLETE, code: str = ""):
    at = datetime.now(UTC) - timedelta(hours=20 - hour)
    (siti,) = [r["id"] for r in archive.rows("watches") if r["handle"] == "siti_contoh"]
    gaps = (Gap(code, "$.x: expected \x1b[31mlist"),) if code else ()
    end = VisitEnd(f"h{hour}", siti, None, None, at, at, outcome, "", (("posts", posts),), gaps)
    project_entries(archive, archive.record([Recorder("system", "t").outcome(end)]))


def test_all_well_is_exit_code_0(call, archive):
    visit(archive, 1, 5)

    result = call("health")

    assert (result.exit_code, "No alarm" in result.output) == (exits.OK, True)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "an account that gave posts gives none"), ("id", "kini tidak memberi apa pun")],
)
def test_silence_is_said_and_exit_code_1(call, archive, language, said):
    visit(archive, 1, 5)
    for hour in (2, 3, 4):
        visit(archive, hour, 0)

    result = call("--language", language, "health", "--accounts")

    assert result.exit_code == exits.FINDINGS
    assert said in result.output


def test_shares_and_drifts_come_as_json(call, archive):
    visit(archive, 1, 5)
    visit(archive, 2, 0, Outcome.SUSPECT, "DRIFT")

    said = json.loads(call("health", "--json").stdout)

    (telegram,) = said["platforms"]
    assert telegram["kinds"]["drifted"] == 1
    assert list(said["drifts"].values()) == [1]


def test_drift_details_are_shown_without_control_characters(call, archive):
    visit(archive, 2, 0, Outcome.SUSPECT, "DRIFT")

    assert "\x1b" not in call("health").output

"""How the guards of an archive stand is kept, and what calls for a look is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.guards import Audit, Guards, State, concerns, read_state
from crawler.supervised import Seen
from evidence.errors import IntegrityError

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DAY = timedelta(days=1)


class Office:
    """A data folder on a clock that can be set; nothing is started."""

    def __init__(self, folder: Path) -> None:
        self.config = Config(data_dir=folder, archive_url="memory:")
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def guards(self) -> Guards:
        return Guards(self.config, self.now)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_what_an_audit_found_is_read_again(office: Office) -> None:
    guards = office.guards()

    guards.audited(lambda now: 17)
    guards.look()

    assert read_state(office.config.data_dir) == State(NOW, (), Audit(NOW, 17, ""))


def test_an_audit_is_due_once_a_day_also_after_a_restart(office: Office) -> None:
    first = office.guards()
    due = [first.audit_due()]
    first.audited(lambda now: 17)
    first.look()
    first.stop()
    second = office.guards()
    due.append(second.audit_due())
    office.time += DAY
    due.append(second.audit_due())

    assert due == [True, False, True]


def test_an_audit_that_fails_is_raised_kept_and_a_concern(office: Office) -> None:
    guards = office.guards()

    def changed(now: datetime) -> int:
        raise IntegrityError("log", "leaves under the signed head have changed")

    with pytest.raises(IntegrityError):
        guards.audited(changed)
    guards.look()

    state = read_state(office.config.data_dir)
    assert concerns(state, NOW) == (("AUDIT_FAULT", "leaves under the signed head have changed"),)


def test_a_second_scheduler_of_a_folder_starts_no_second_watch(office: Office) -> None:
    first, second = office.guards(), office.guards()
    first.look()
    written = read_state(office.config.data_dir).at

    office.time += DAY
    second.look()

    assert read_state(office.config.data_dir).at == written
    first.stop()
    second.look()
    assert read_state(office.config.data_dir).at == office.time


def test_where_no_scheduler_ever_ran_nothing_is_a_concern(office: Office) -> None:
    assert concerns(read_state(office.config.data_dir), NOW) == ()


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State(NOW - timedelta(hours=1)), "SCHEDULER_SILENT"),
        (State(NOW, (Seen("watch", False, 4, 1),)), "WATCH_DOWN"),
        (State(NOW, (Seen("scrub", False, 1, 5),)), "SCRUB_FAILED"),
        (State(NOW, (), Audit(NOW - 3 * DAY, 9, "")), "AUDIT_OLD"),
    ],
)
def test_each_thing_that_calls_for_a_look_is_named(state: State, code: str) -> None:
    assert [found for found, _ in concerns(state, NOW)] == [code]


def test_guards_at_work_call_for_nothing() -> None:
    state = State(NOW, (Seen("watch", True, 1, None), Seen("scrub", True, 1, None)),
                  Audit(NOW - DAY, 9, ""))  # fmt: skip

    assert concerns(state, NOW) == ()


def test_a_file_that_cannot_be_read_says_no_more_than_none(office: Office) -> None:
    folder = office.config.data_dir / "guards"
    folder.mkdir()
    (folder / "state.json").write_bytes(b"{")

    assert read_state(office.config.data_dir) == State()

"""Terms that run from a supervisor's dates, counted in days and in working days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from evidence.errors import ConfigError
from evidence.package.case import parse_case
from evidence.package.deadline import Rule, last_day, rules, terms

KNOWN = "2026-12-18T20:30:00+09:00"
"""A Friday evening in Jayapura."""


def rule(days: int, day_kind: str) -> Rule:
    return Rule("PEMILU", "uji", "known_at", days, day_kind, "uji")


@pytest.mark.parametrize(
    ("days", "kind", "holidays", "last"),
    [
        (7, "hari", (), date(2026, 12, 25)),
        (1, "hari kerja", (), date(2026, 12, 21)),
        (7, "hari kerja", (), date(2026, 12, 29)),
        (7, "hari kerja", (date(2026, 12, 24), date(2026, 12, 25)), date(2026, 12, 31)),
        (7, "hari", (date(2026, 12, 24),), date(2026, 12, 25)),
        (1, "hari kerja", (date(2026, 12, 20),), date(2026, 12, 21)),
    ],
)
def test_weekends_and_holidays_count_in_days_and_not_in_working_days(
    days: int, kind: str, holidays: tuple[date, ...], last: date
) -> None:
    assert last_day(date(2026, 12, 18), rule(days, kind), holidays) == last


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (datetime(2026, 12, 25, 14, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 25, 15, 0, tzinfo=UTC), True),
    ],
)
def test_the_last_day_ends_at_midnight_of_the_place(now: datetime, over: bool) -> None:
    (found,) = terms({"election": "PEMILU", "known_at": KNOWN}, (), now)

    assert (found.begins, found.last) == (date(2026, 12, 18), date(2026, 12, 25))
    assert found.over is over


def test_only_the_rules_of_the_election_run_and_only_from_dates_that_are_written() -> None:
    now = datetime(2026, 12, 20, tzinfo=UTC)
    dates = {"known_at": KNOWN, "referral.registered_at": "2026-12-21T08:00:00+09:00"}

    pemilu = list(terms({"election": "PEMILU", **dates}, (), now))
    pilkada = list(terms({"election": "PEMILIHAN", **dates}, (), now))

    assert [t.rule.days for t in pemilu] == [7, 7, 14]
    assert [t.rule.days for t in pilkada] == [7, 3, 5]
    assert list(terms({"election": "PEMILU"}, (), now)) == []
    assert list(terms(dates, (), now)) == []


def test_every_rule_names_its_source_and_a_field_of_the_case_file() -> None:
    for each in rules():
        table, _, field = each.since.rpartition(".")
        values = {field: datetime.fromisoformat(KNOWN)}
        assert parse_case({table: values} if table else values, "").fields
        assert each.source
        assert each.day_kind in {"hari", "hari kerja"}
        assert each.days > 0


def test_an_election_or_holiday_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"election .*holidays\[2\].date"):
        parse_case(
            {"election": "PILKADES", "holidays": [{"date": "2026-12-25"}, {"date": "Natal"}]}, ""
        )

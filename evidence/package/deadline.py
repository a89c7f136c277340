"""Terms that run from the dates a supervisor wrote; computed, never judged."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "deadlines.toml"
DAY = timedelta(days=1)
WORKING = "hari kerja"
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """One term of the procedure.

    election: PEMILU or PEMILIHAN.   since: field of the case file it runs from.
    days:     its length.   day_kind: `hari`, every day, or `hari kerja`.   source: the rule of law.
    """

    election: str
    label: str
    since: str
    days: int
    day_kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Term:
    """A rule from one date on. begins: the date written.   last: the last day it runs.

    over: whether that day had ended when the package was made.
    """

    rule: Rule
    begins: date
    last: date
    over: bool


@cache
def rules() -> tuple[Rule, ...]:
    """All rules of `deadlines.toml`, in its order."""
    return tuple(Rule(**row) for row in tomllib.loads(DATA.read_text("utf-8"))["rule"])


def terms(fields: Mapping[str, str], holidays: Collection[date], now: datetime) -> Iterator[Term]:
    """The terms that run for a case, in the table's order.

    fields:   of the case file; `election` chooses the rules, dates of it set them going.
    holidays: days besides weekends that are no working days.
    now:      when the package is made. Days are those of the offset each date was written with.
    """
    for rule in rules():
        written = fields.get(rule.since, "")
        if rule.election != fields.get("election") or not written:
            continue
        begins = datetime.fromisoformat(written)
        last = last_day(begins.date(), rule, holidays)
        yield Term(rule, begins.date(), last, now.astimezone(begins.tzinfo).date() > last)


def last_day(begins: date, rule: Rule, holidays: Collection[date]) -> date:
    """The last day of a term; its first is the day after `begins`."""
    day, left = begins, rule.days
    while left:
        day += DAY
        if rule.day_kind != WORKING or (day.weekday() < SATURDAY and day not in holidays):
            left -= 1
    return day

"""Dates with a clock as Indonesian sites and feeds write them, to UTC; without a zone, nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
"""Hours east of UTC of Indonesia's zones."""
MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
OTHER_MONTHS = {"may": 5, "aug": 8, "ags": 8, "agt": 8, "oct": 10, "nop": 11, "dec": 12, "peb": 2}
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = r"(?P<day>\d{1,2})"
_NAME = r"(?P<month>[A-Za-z]{3,9})"
_BETWEEN = r"[ /,-]{1,3}"
_YEAR = r"(?P<year>\d{4})"
_HOUR = r"(?P<hour>\d{1,2})[.:](?P<minute>\d\d)(?:[.:](?P<second>\d\d))?"
_ZONE = r"\s{0,3}(?P<zone>WIB|WITA|WIT)\b"
_APART = r"[^0-9]{1,20}?"
_WEEKDAY = r"(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_DATES = (
    rf"(?<!\d){_DAY}[ /-]{{1,3}}(?P<month>[A-Za-z]{{3,9}}|\d{{1,2}}){_BETWEEN}{_YEAR}",
    rf"\b{_NAME} {_DAY},? {_YEAR}",
    r"(?<!\d)(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)",
)
"""`14 Okt 2024` and `14/10/2024`, `Oktober 14, 2024`, `2024-10-14`."""
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for date in _DATES
    for form in (
        f"{date}{_APART}{_HOUR}{_ZONE}",
        rf"(?<![\d.:]){_HOUR}{_ZONE}[ ,|-]{{1,4}}(?:{_WEEKDAY},? )?{date}",
    )
)
MAILED = re.compile(
    r"(?:[^\W\d_][\w'\u2019]{1,9}\.?,?\s+)?(\d{1,2})[\s-]([^\W\d_]{3,9})\.?[\s-](\d{4}|\d\d)\s+"
    r"(\d{1,2}:\d\d(?::\d\d)?)\s*(?:GMT|UTC)?\s*([+-])(\d{1,2})(?::?(\d\d))?"
)
"""A time of RFC 822 with its zone in digits, in whatever way those are written."""


def indonesian(text: str) -> datetime | None:
    """UTC of the first date with a clock and a zone of Indonesia in a text; None without one."""
    told = min(
        (found for form in FORMS if (found := form.search(text))),
        key=lambda found: (found.start(), -found.end()),
        default=None,
    )
    if told is None:
        return None
    zone = timezone(timedelta(hours=ZONES[told["zone"].upper()]))
    try:
        at = datetime(int(told["year"]), _month(told["month"]), int(told["day"]),
                      int(told["hour"]), int(told["minute"]), int(told["second"] or 0),
                      tzinfo=zone)  # fmt: skip
    except ValueError:
        return None
    return at.astimezone(UTC)


def mailed(text: str) -> datetime | None:
    """UTC of a time of RFC 822, its names in English or Indonesian, its zone in letters or digits.

    `-0000` means UTC, place unknown (RFC 5322 section 3.3). None without a zone.
    """
    said = text.strip()[:80]
    found = MAILED.fullmatch(said)
    if found is not None and (month := _month(found[2])):
        said = (
            f"{found[1]} {ENGLISH[month - 1]} {found[3]} {found[4]} "
            f"{found[5]}{found[6]:0>2}{found[7] or '00'}"
        )
    try:
        parsed = parsedate_to_datetime(said)
        if parsed.tzinfo is None:
            return parsed.replace(tzinfo=UTC) if said.endswith("-0000") else indonesian(said)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return indonesian(said)


def _month(name: str) -> int:
    """Number of a month by its name or its digits; 0 for what is none."""
    if name.isdecimal():
        return int(name)
    short = name[:3].lower()
    return MONTHS.index(short) + 1 if short in MONTHS else OTHER_MONTHS.get(short, 0)

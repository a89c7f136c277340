"""Numbers of persons: whether they are well-formed, and how they are shown.

None of them has a check digit, so none can be called valid: only well-formed. The number itself
never enters a message, a log or a statement; only its masked form does.
"""

from __future__ import annotations

import re
from datetime import date

from evidence.config.region import PROVINCES

YOUNGEST_YEARS = 14
OLDEST_YEARS = 70
"""Age at appointment outside these is not a number that was ever given (old cases allowed)."""


def flaw_in_nip(digits: str, today: date) -> str | None:
    """What keeps 18 digits from being a well-formed NIP; None when nothing does.

    Form: birth YYYYMMDD, appointment YYYYMM, sex 1 or 2, serial 001 to 999.
    Source: PerKa BKN 22/2007 and 43/2007.
    """
    if (flaw := _flaw_in_18(digits, today)) is not None:
        return flaw
    year, month = int(digits[8:12]), int(digits[12:14])
    if not 1 <= month <= 12:
        return "digits 13 to 14 are not a month"
    return _flaw_in_age(int(digits[:4]), year, today)


def flaw_in_ni_pppk(digits: str, today: date) -> str | None:
    """What keeps 18 digits from being a well-formed NI PPPK; None when nothing does.

    Form: birth YYYYMMDD, year of contract, number of contract (2), sex 1 or 2, serial 001 to 999.
    """
    if (flaw := _flaw_in_18(digits, today)) is not None:
        return flaw
    if digits[12:14] == "00":
        return "digits 13 to 14 are not the number of a contract"
    return _flaw_in_age(int(digits[:4]), int(digits[8:12]), today)


def flaw_in_nik(digits: str) -> str | None:
    """What keeps 16 digits from being a well-formed NIK; None when nothing does.

    Form: province, regency, district (2 each), birth DDMMYY with 40 added to a woman's day,
    serial 0001 to 9999.
    """
    if len(digits) != 16 or not _all_digits(digits):
        return "it does not have exactly 16 digits"
    if digits[:2] not in PROVINCES:
        return "digits 1 to 2 are no province"
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    if day > 40:
        day -= 40
    if not any(_is_date(century + year, month, day) for century in (1900, 2000)):
        return "digits 7 to 12 are not a date of birth"
    return "digits 13 to 16 are 0000" if digits[12:] == "0000" else None


def mask(number: str) -> str:
    """The number with all but its last four characters as `*`; nothing shown below 8 characters."""
    if len(number) < 8:
        return "*" * len(number)
    return "*" * (len(number) - 4) + number[-4:]


_LONG_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ .\-\u00a0]?[0-9])*(?![0-9])")


def holds_number(text: str) -> bool:
    """Whether a text holds a number of 16 or 18 digits, the lengths of NIK and NIP.

    Blanks, dots and hyphens between digits do not count.
    """
    return any(
        sum(c.isdigit() for c in found[0]) in (16, 18) for found in _LONG_NUMBER.finditer(text)
    )


def without_numbers(text: str) -> str:
    """The text with `...` for each number of eight digits or more: fit for a message."""
    return _LONG_NUMBER.sub(
        lambda found: "..." if sum(c.isdigit() for c in found[0]) >= 8 else found[0], text
    )


def plain_digits(text: str) -> str:
    """The number without the blanks, dots and hyphens it is often printed with."""
    return text.replace(" ", "").replace(".", "").replace("-", "")


def _flaw_in_18(digits: str, today: date) -> str | None:
    if len(digits) != 18 or not _all_digits(digits):
        return "it does not have exactly 18 digits"
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    if year < 1900 or not _is_date(year, month, day) or date(year, month, day) > today:
        return "digits 1 to 8 are not a date of birth"
    if digits[14] not in "12":
        return "digit 15 is neither 1 nor 2"
    return "digits 16 to 18 are 000" if digits[15:] == "000" else None


def _flaw_in_age(born: int, appointed: int, today: date) -> str | None:
    if appointed > today.year + 1:
        return "digits 9 to 12 are a year to come"
    if not YOUNGEST_YEARS <= appointed - born <= OLDEST_YEARS:
        return "the year of appointment does not fit the year of birth"
    return None


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True

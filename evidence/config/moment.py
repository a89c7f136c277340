"""Dates and times as people write them in a watchlist, as instants."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_moment(text: str, zone: str, *, whole_day: bool = False) -> datetime | None:
    """The UTC instant a cell says; None when it is not a date or time.

    zone:      IANA zone of a time written without offset, and of the midnight of a bare date.
    whole_day: a bare date means the end of that day, so that "until 23 November" includes it.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            if whole_day and _DATE.fullmatch(text):
                moment += timedelta(days=1)
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 2000 <= moment.year < 2200 else None

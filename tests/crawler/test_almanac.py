"""Dates with a clock as Indonesian sites and feeds write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler.almanac import indonesian, mailed

AT = datetime(2024, 10, 14, 3, 21, tzinfo=UTC)
SHOWN = [
    ("Senin, 14 Oktober 2024 | 10:21 WIB", AT),
    ("Oktober 14, 2024 10:21 WIB", AT),
    ("2024-10-14 10:21 wib", AT),
    ("2024/10/14 11.21 WITA", AT),
    ("10:21 WIB, Senin 14 Oktober 2024", AT),
    ("Tayang 09:00 WIB, diperbarui 14 Oktober 2024 10:21 WIB", AT),
    ("14 Oktober 2024 10:21 PM WIB", None),
    ("14/10/24 10:21 WIB", None),
    ("2024-13-14 10:21 WIB", None),
    ("1234567 Okt 2024 10:21 WIB", None),
]
SENT = [
    ("Mon, 14 Oct 2024 10:21:00 +0700", AT),
    ("Senin, 14 Oktober 2024 10:21:00 +0700", AT),
    ("Sen, 14 Okt 2024 10:21 +07:00", AT),
    ("Mon, 14 Oct 2024 10:21:00 GMT+7", AT),
    ("Mon, 14 Oct 2024 03:21:00 GMT", AT),
    ("Mon, 14 Oct 2024 03:21:00 -0000", AT),
    ("Mon, 14 Oct 2024 10:21:00 WIB", AT),
    ("Mon, 14 Oct 2024 10:21:00", None),
    ("Mon, 14 Oct 2024 10:21:00 BST", None),
    ("14 Foo 2024 10:21:00 +0700", None),
    ("14 Oct 2024 10:21:00 +2500", None),
]


@pytest.mark.parametrize(("said", "at"), SHOWN, ids=range(len(SHOWN)))
def test_a_date_a_clock_and_a_zone_of_indonesia_make_a_time(said: str, at: datetime | None) -> None:
    assert indonesian(said) == at


@pytest.mark.parametrize(("said", "at"), SENT, ids=range(len(SENT)))
def test_a_time_of_a_feed_is_read_by_its_zone_alone(said: str, at: datetime | None) -> None:
    assert mailed(said) == at


def test_friday_is_written_with_a_stroke() -> None:
    assert mailed("Jum'at, 14 Agustus 2026 10:21:00 +0700") == datetime(
        2026, 8, 14, 3, 21, tzinfo=UTC
    )


def test_long_texts_take_no_time_to_speak_of() -> None:
    begun = time.process_time()
    for text in ("WIB " * 20_000, "1 " * 40_000, "12 Okt 2024 " * 10_000, "10:21 WIB, " * 10_000):
        indonesian(text)

    assert time.process_time() - begun < 10

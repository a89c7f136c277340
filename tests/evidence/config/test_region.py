"""Provinces and their zones."""

from __future__ import annotations

from collections import Counter

import pytest

from evidence.config.region import PROVINCES, is_region_code, zone_of


def test_there_are_38_provinces_in_four_named_zones():
    zones = Counter(zone for _, zone in PROVINCES.values())

    assert len(PROVINCES) == 38
    assert zones == {
        "Asia/Jakarta": 16,
        "Asia/Pontianak": 2,
        "Asia/Makassar": 12,
        "Asia/Jayapura": 8,
    }


@pytest.mark.parametrize(
    ("code", "zone"),
    [("11", "Asia/Jakarta"), ("61.01", "Asia/Pontianak"), ("62.71.01", "Asia/Pontianak"),
     ("63.03", "Asia/Makassar"), ("64.71.01.1001", "Asia/Makassar"), ("82", "Asia/Jayapura"),
     ("96.71", "Asia/Jayapura"), ("99", None)],
)  # fmt: skip
def test_a_region_keeps_the_zone_of_its_province(code, zone):
    assert zone_of(code) == zone


@pytest.mark.parametrize("text", ["6", "64.7", "64-71", "64.71.1", "6471", "64.71.01.10", "६४"])
def test_other_spellings_are_no_region_code(text):
    assert not is_region_code(text)

"""Codes of posts in addresses, and their numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.shortcode import code_of, number_of


@given(st.integers(1, 2**64 - 1))
def test_every_number_comes_back_from_its_code(number: int) -> None:
    assert number_of(code_of(str(number))) == str(number)


def test_a_code_seen_in_a_recorded_page_stands_for_its_number() -> None:
    assert number_of("DPCXhCwkqEe") == "3729646867191079198"


@pytest.mark.parametrize("code", ["", "A", "AAAA", "kode ini", "é", "_" * 12])
def test_what_is_no_code_stands_for_nothing(code: str) -> None:
    assert number_of(code) is None

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ParseError
from evidence.imaging.distance import hamming
from evidence.imaging.index import FingerprintIndex


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([64, 128, 256]))
def test_search_finds_exactly_what_lies_within_the_radius(data: st.DataObject, bits: int) -> None:
    wanted = data.draw(st.integers(0, 2**bits - 1))
    near = data.draw(st.lists(st.sets(st.integers(0, bits - 1), max_size=45), max_size=20))
    far = data.draw(st.lists(st.integers(0, 2**bits - 1), max_size=20))
    radius = data.draw(st.integers(0, 48))
    stored = [wanted ^ sum(1 << bit for bit in flips) for flips in near] + far
    digits = bits // 4
    index = FingerprintIndex(bits)
    for n, value in enumerate(stored):
        index.add(f"p{n}", f"{value:0{digits}x}")

    distances = [(f"p{n}", (value ^ wanted).bit_count()) for n, value in enumerate(stored)]
    expected = sorted((d, name) for name, d in distances if d <= radius)
    assert index.search(f"{wanted:0{digits}x}", radius) == tuple((n, d) for d, n in expected)


def test_index_grows_beyond_its_first_room() -> None:
    index = FingerprintIndex(64)
    for n in range(3000):
        index.add(str(n), f"{n:016x}")

    assert len(index) == 3000
    assert index.search(f"{2999:016x}", 0) == (("2999", 0),)


def test_name_may_stand_for_many_fingerprints() -> None:
    index = FingerprintIndex(64)
    index.add("p", "0" * 16)
    index.add("p", "0" * 15 + "1")

    assert index.search("0" * 16, 1) == (("p", 0), ("p", 1))


def test_empty_index_finds_nothing() -> None:
    assert FingerprintIndex(256).search("0" * 64, 256) == ()


@pytest.mark.parametrize("value", ["0" * 15, "0" * 17, "0" * 32, "x" * 16, ""])
def test_fingerprint_of_another_width_is_refused(value: str) -> None:
    index = FingerprintIndex(64)

    with pytest.raises(ParseError):
        index.add("p", value)
    with pytest.raises(ParseError):
        index.search(value, 3)
    assert len(index) == 0


@pytest.mark.parametrize("bits", [0, 8, 65])
def test_odd_widths_are_refused(bits: int) -> None:
    with pytest.raises(ParseError):
        FingerprintIndex(bits)


def test_distance_in_the_index_is_that_of_hamming() -> None:
    one, other = "f" * 64, "a5" * 32
    index = FingerprintIndex(256)
    index.add("p", one)

    assert index.search(other, 256) == (("p", hamming(one, other)),)

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ParseError
from evidence.imaging.distance import candidates, hamming, same_picture, segments_agreeing
from evidence.model import Fingerprint, ImageReading

A64, A256 = "0f" * 8, "3c" * 32
SEGMENT_A, SEGMENT_B, SEGMENT_C = "00ff00ff00ff00ff", "0f0f0f0f0f0f0f0f", "3333333333333333"


def flipped(value: str, bits: int) -> str:
    return f"{int(value, 16) ^ ((1 << bits) - 1):0{len(value)}x}"


def reading(**values: str) -> ImageReading:
    return ImageReading(
        width=10,
        height=10,
        format="PNG",
        decode="rgb512@1",
        flat=False,
        fingerprints=tuple(
            Fingerprint(name, 256 if name in ("pdq", "phash16") else 64, value, "l 1")
            for name, value in values.items()
        ),
    )


@pytest.mark.parametrize("algorithm", ["pdq", "phash16"])
def test_256_bits_within_31_decide(algorithm: str) -> None:
    match = same_picture(reading(**{algorithm: A256}), reading(**{algorithm: flipped(A256, 31)}))

    assert match is not None
    assert (match.decided_by, match.distance_bits, match.of_bits) == (algorithm, 31, 256)


@pytest.mark.parametrize("algorithm", ["pdq", "phash16"])
def test_256_bits_beyond_31_do_not_match(algorithm: str) -> None:
    other = reading(**{algorithm: flipped(A256, 32)})

    assert same_picture(reading(**{algorithm: A256}), other) is None


def test_64_bits_alone_never_match_however_equal() -> None:
    one = reading(phash=A64, dhash=A64, whash=A64)

    assert same_picture(one, one) is None
    assert [name for name, _ in candidates(one, one)] == ["phash", "dhash", "whash"]


def test_candidates_end_at_their_reach() -> None:
    near = reading(phash=flipped(A64, 10), dhash=flipped(A64, 11), whash=flipped(A64, 6))

    assert list(candidates(reading(phash=A64, dhash=A64, whash=A64), near)) == [
        ("phash", 10),
        ("whash", 6),
    ]


def test_flat_picture_matches_nothing_not_even_itself() -> None:
    flat = replace(reading(pdq=A256, phash16=A256), flat=True)

    assert same_picture(flat, flat) is None
    assert same_picture(reading(pdq=A256), flat) is None


def test_two_agreeing_segments_decide_and_one_does_not() -> None:
    one = reading(crop_resistant=f"{SEGMENT_A},{SEGMENT_B}")
    two_agree = reading(crop_resistant=f"{SEGMENT_C},{flipped(SEGMENT_B, 6)},{SEGMENT_A}")
    one_agrees = reading(crop_resistant=f"{SEGMENT_A},{SEGMENT_C}")

    match = same_picture(one, two_agree)
    assert match is not None
    assert (match.decided_by, match.distance_bits, match.of_bits) == ("crop_resistant", 6, 128)
    assert same_picture(one, one_agrees) is None


def test_segment_of_the_other_picture_counts_once() -> None:
    twins = f"{SEGMENT_A},{flipped(SEGMENT_A, 1)}"

    assert len(segments_agreeing(twins, SEGMENT_A)) == 1


def test_segments_of_even_areas_agree_with_nothing() -> None:
    even = "0000000000000000,ffffffffffffffff,0000000000000001"

    assert segments_agreeing(even, even) == ()


def test_other_decode_paths_do_not_compare() -> None:
    with pytest.raises(ParseError):
        same_picture(reading(pdq=A256), replace(reading(pdq=A256), decode="rgb512@2"))


@pytest.mark.parametrize(("one", "other"), [("00", "0000"), ("zz", "00"), ("0", "")])
def test_fingerprints_of_other_widths_or_digits_do_not_compare(one: str, other: str) -> None:
    with pytest.raises(ParseError):
        hamming(one, other)


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
def test_distance_is_the_number_of_differing_bits(one: int, other: int) -> None:
    distance = hamming(f"{one:064x}", f"{other:064x}")

    assert distance == sum((one >> k ^ other >> k) & 1 for k in range(256))
    assert distance == hamming(f"{other:064x}", f"{one:064x}")

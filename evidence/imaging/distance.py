"""How far two fingerprints are apart, and when two pictures may be shown as "same picture?"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence.errors import ParseError
from evidence.model import Fingerprint, ImageReading

CANDIDATE_BITS: Mapping[str, int] = {"phash": 10, "dhash": 10, "whash": 6}
"""64-bit fingerprints: within this they are worth a look. Alone they decide nothing: cards of one
template collide on them in one pair out of ten."""
DECISIVE_BITS: Mapping[str, int] = {"pdq": 31, "phash16": 31}
"""256-bit fingerprints: within this two pictures may be called the same."""
SEGMENT_BITS = 6
"""Two segments of 64 bits agree within this."""
SEGMENTS_NEEDED = 2
PLAIN_SEGMENT_BITS = 12
"""A segment with fewer bits set, or fewer clear, shows an even area and is compared with nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """Two pictures look the same; a human has to confirm it.

    decided_by:    `pdq`, `phash16` or `crop_resistant`.
    distance_bits: of the deciding fingerprint; for segments the sum over those that agree.
    of_bits:       bits compared.   candidates: (algorithm, bits apart) of the 64-bit ones in reach.
    """

    decided_by: str
    distance_bits: int
    of_bits: int
    candidates: tuple[tuple[str, int], ...] = ()


def hamming(one: str, other: str) -> int:
    """Bits in which two hex fingerprints of equal width differ.

    Raises ParseError when the widths differ or one is not hex.
    """
    if len(one) != len(other):
        raise ParseError("fingerprint", f"of {4 * len(one)} bits does not compare with another of "
                                        f"{4 * len(other)}")  # fmt: skip
    try:
        return (int(one, 16) ^ int(other, 16)).bit_count() if one else 0
    except ValueError as error:
        raise ParseError("fingerprint", "is not hexadecimal") from error


def same_picture(one: ImageReading, other: ImageReading) -> Match | None:
    """Whether two pictures may be shown as the same, and by which fingerprint; None when not.

    A 256-bit fingerprint within 31 bits decides, else two segments that agree. 64-bit fingerprints
    find candidates only. A flat picture matches nothing. A mirrored or much rotated picture is not
    found.

    Raises ParseError when the two were decoded in different ways: they do not compare.
    """
    if one.flat or other.flat:
        return None
    if one.decode != other.decode:
        raise ParseError("fingerprints", f"made by {one.decode} and {other.decode} do not compare")
    near = tuple(candidates(one, other))
    for first, second in _pairs(one, other):
        if first.algorithm in DECISIVE_BITS:
            distance = hamming(first.value, second.value)
            if distance <= DECISIVE_BITS[first.algorithm]:
                return Match(first.algorithm, distance, first.bits, near)
    for first, second in _pairs(one, other):
        if first.algorithm == "crop_resistant":
            agreeing = segments_agreeing(first.value, second.value)
            if len(agreeing) >= SEGMENTS_NEEDED:
                return Match("crop_resistant", sum(agreeing), first.bits * len(agreeing), near)
    return None


def candidates(one: ImageReading, other: ImageReading) -> Iterator[tuple[str, int]]:
    """(algorithm, bits apart) of each 64-bit fingerprint that is within its reach."""
    for first, second in _pairs(one, other):
        reach = CANDIDATE_BITS.get(first.algorithm)
        if reach is not None and (distance := hamming(first.value, second.value)) <= reach:
            yield first.algorithm, distance


def segments_agreeing(one: str, other: str) -> tuple[int, ...]:
    """Bits apart of each pair of segments that agree; no segment is used twice, nearest first.

    one, other: `crop_resistant` values, segments joined by commas.
    """
    left, right = _telling(one), _telling(other)
    near = sorted(
        (distance, i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if (distance := hamming(a, b)) <= SEGMENT_BITS
    )
    taken: list[int] = []
    used_left: set[int] = set()
    used_right: set[int] = set()
    for distance, i, j in near:
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            taken.append(distance)
    return tuple(taken)


def _telling(segments: str) -> list[str]:
    """Segments that show something; doubles are one."""
    return [
        segment
        for segment in dict.fromkeys(segments.split(","))
        if int(segment, 16).bit_count() >= PLAIN_SEGMENT_BITS
        and int(segment, 16).bit_count() <= 4 * len(segment) - PLAIN_SEGMENT_BITS
    ]


def _pairs(one: ImageReading, other: ImageReading) -> Iterator[tuple[Fingerprint, Fingerprint]]:
    """Fingerprints of the same algorithm and width; `pdq` first, as the one least often wrong."""
    seconds = {(f.algorithm, f.bits): f for f in other.fingerprints}
    for first in sorted(one.fingerprints, key=lambda f: f.algorithm != "pdq"):
        second = seconds.get((first.algorithm, first.bits))
        if second is not None:
            yield first, second

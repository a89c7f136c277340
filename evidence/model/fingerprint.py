"""Perceptual fingerprints of one picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One fingerprint: algorithm, its side, bits as lower-case hex of fixed width.

    algorithm: `phash`, `dhash`, `whash`, `crop_resistant`, `pdq`, `phash16`.
    value:     hex, most significant bit first; crop_resistant: segments joined by `,`.
    library:   `imagehash 4.3.2`.
    """

    algorithm: str
    bits: int
    value: str
    library: str


@dataclass(frozen=True, slots=True)
class ImageReading:
    """What was measured on one decoded picture. flat: too uniform to be compared with anything."""

    width: int
    height: int
    format: str
    decode: str
    flat: bool
    fingerprints: tuple[Fingerprint, ...]

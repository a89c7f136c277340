"""Near-duplicate search: every fingerprint within a radius, none left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evidence.errors import ParseError

Words = NDArray[np.uint64]


class FingerprintIndex:
    """Fingerprints of one algorithm, width and decode path, in memory. Search is exact.

    bits: width of every fingerprint, a multiple of 64. Memory: bits / 8 bytes a fingerprint, and
    its name. Linear in their number, but all but the first words are read for survivors alone.
    """

    def __init__(self, bits: int) -> None:
        if bits < 64 or bits % 64:
            raise ParseError(f"index of {bits} bits", "the width must be a multiple of 64")
        self._hex_digits = bits // 4
        self._names: list[str] = []
        # Word by word: the first word of all fingerprints lies together.
        self._columns: list[Words] = [np.empty(1024, np.uint64) for _ in range(bits // 64)]

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str, value: str) -> None:
        """Take in a fingerprint in hex; a name may stand for many (segments of one picture).

        Raises ParseError when value is not hex of the index's width.
        """
        words = self._words(value)
        size = len(self._names)
        if size == len(self._columns[0]):
            self._columns = [np.concatenate([c, np.empty_like(c)]) for c in self._columns]
        for column, word in zip(self._columns, words, strict=True):
            column[size] = word
        self._names.append(name)

    def search(self, value: str, radius_bits: int) -> tuple[tuple[str, int], ...]:
        """(name, bits apart) of all fingerprints within the radius, nearest first, then by name.

        Raises ParseError when value is not hex of the index's width.
        """
        words = self._words(value)
        size = len(self._names)
        distance = np.bitwise_count(self._columns[0][:size] ^ words[0]).astype(np.uint16)
        rows = np.flatnonzero(distance <= radius_bits)
        distance = distance[rows]
        for column, word in zip(self._columns[1:], words[1:], strict=True):
            distance += np.bitwise_count(column[rows] ^ word)
            near = distance <= radius_bits
            rows, distance = rows[near], distance[near]
        found = [(self._names[r], int(d)) for r, d in zip(rows, distance, strict=True)]
        return tuple(sorted(found, key=lambda hit: (hit[1], hit[0])))

    def _words(self, value: str) -> Words:
        try:
            raw = bytes.fromhex(value)
        except ValueError as error:
            raise ParseError("fingerprint", "is not hexadecimal") from error
        if 2 * len(raw) != self._hex_digits:
            raise ParseError("fingerprint", f"is not of {4 * self._hex_digits} bits")
        return np.frombuffer(raw, dtype=">u8").astype(np.uint64)

"""The Merkle tree: a frontier to grow it cheaply, all levels in memory to prove things about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.ledger.leaf import EMPTY_ROOT, HASH_BYTES, node_hash


@dataclass(frozen=True, slots=True)
class Frontier:
    """The perfect subtrees of a log of `size` leaves: all that growing it further needs.

    hashes: one per set bit of size, the largest (leftmost) subtree first.

    Growing a frontier can only append, so a head made from it is consistent with every head made
    from it before; the leaves already in it are not looked at again.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError("a frontier has one hash per set bit of its size")
        if any(len(h) != HASH_BYTES for h in self.hashes):
            raise ValueError("a frontier's hashes have 32 bytes each")

    def extend(self, leaf_hashes: Iterable[bytes]) -> Frontier:
        """The frontier after these leaves, in order."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaf_hashes:
            node, carry = leaf, size
            while carry & 1:
                node = node_hash(hashes.pop(), node)
                carry >>= 1
            hashes.append(node)
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """Root hash of the log at this size."""
        if not self.hashes:
            return EMPTY_ROOT
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = node_hash(left, node)
        return node


class Tree:
    """All node hashes of a growing log, 64 bytes a leaf, for proofs at any size up to its own."""

    __slots__ = ("_levels",)

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self.extend(leaf_hashes)

    @classmethod
    def of_levels(cls, levels: Sequence[bytes]) -> Tree:
        """The tree whose `levels()` these are; their hashes are taken as they are.

        Raises ValueError unless they have the lengths that levels of one tree have.
        """
        tree = cls()
        tree._levels = [bytearray(row) for row in levels] or [bytearray()]
        size = tree.size
        wanted = [(size >> level) * HASH_BYTES for level in range(max(1, size.bit_length()))]
        if [len(row) for row in tree._levels] != wanted:
            raise ValueError("levels do not fit together")
        return tree

    def levels(self) -> tuple[bytes, ...]:
        """All node hashes: level 0 are the leaves', level n those of perfect subtrees of 2**n."""
        return tuple(bytes(row) for row in self._levels)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // HASH_BYTES

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash (32 bytes)."""
        if len(leaf) != HASH_BYTES:
            raise ValueError("a leaf hash has 32 bytes")
        node, level = leaf, 0
        while True:
            if level == len(self._levels):
                self._levels.append(bytearray())
            row = self._levels[level]
            row += node
            if len(row) // HASH_BYTES & 1:
                return
            node = node_hash(bytes(row[-2 * HASH_BYTES : -HASH_BYTES]), node)
            level += 1

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        for leaf in leaf_hashes:
            self.append(leaf)

    def node(self, level: int, number: int) -> bytes:
        """Hash of the perfect subtree over leaves [number << level, number + 1 << level)."""
        at = number * HASH_BYTES
        found = (
            bytes(self._levels[level][at : at + HASH_BYTES]) if level < len(self._levels) else b""
        )
        if len(found) != HASH_BYTES:
            raise ValueError(f"no perfect subtree {number} on level {level}")
        return found

    def root(self, size: int | None = None) -> bytes:
        """Root hash of the first `size` leaves (all when None). ValueError beyond the log."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return self.span(0, size)

    def span(self, start: int, stop: int) -> bytes:
        """MTH(D[start:stop]) of RFC 6962 section 2.1; start is a multiple of the span's half."""
        width = stop - start
        if width == 0:
            return EMPTY_ROOT
        level = width.bit_length() - 1
        if width == 1 << level:
            return self.node(level, start >> level)
        half = 1 << level
        return node_hash(self.span(start, start + half), self.span(start + half, stop))

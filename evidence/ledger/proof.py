"""Inclusion and consistency proofs: made from a tree, checked without one."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.ledger.leaf import node_hash
from evidence.ledger.tree import Tree


def inclusion_proof(tree: Tree, index: int, size: int) -> tuple[bytes, ...]:
    """Audit path of leaf `index` in the tree of the first `size` leaves, leaf's sibling first.

    Raises ValueError unless 0 <= index < size <= tree.size. Source: RFC 6962 section 2.1.1.
    """
    if not 0 <= index < size <= tree.size:
        raise ValueError(f"no leaf {index} in a tree of {size} out of {tree.size}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _half(stop - start)
        if index < middle:
            path.append(tree.span(middle, stop))
            stop = middle
        else:
            path.append(tree.span(start, middle))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the proof shows that this leaf hash stands at `index` under this root.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and node == root


def consistency_proof(tree: Tree, old: int, new: int) -> tuple[bytes, ...]:
    """Proof that the first `old` leaves are a prefix of the first `new`; empty when equal.

    Raises ValueError unless 0 < old <= new <= tree.size. Source: RFC 6962 section 2.1.2.
    """
    if not 0 < old <= new <= tree.size:
        raise ValueError(f"no consistency between {old} and {new} of {tree.size}")
    return tuple(_subproof(tree, old, 0, new, whole=True))


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the old head is a prefix of the new one.

    Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    return _climb(path, place, last, old_root, new_root)


def _climb(path: list[bytes], place: int, last: int, old_root: bytes, new_root: bytes) -> bool:
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            newer = node_hash(newer, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and older == old_root and newer == new_root


def _subproof(tree: Tree, old: int, start: int, stop: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF(old, D[start:stop], whole); `old` counts from start."""
    width = stop - start
    if old == width:
        return [] if whole else [tree.span(start, stop)]
    half = _half(width)
    if old <= half:
        inner = _subproof(tree, old, start, start + half, whole=whole)
        return [*inner, tree.span(start + half, stop)]
    inner = _subproof(tree, old - half, start + half, stop, whole=False)
    return [*inner, tree.span(start, start + half)]


def _half(width: int) -> int:
    """The largest power of two below width (width > 1)."""
    return 1 << (width - 1).bit_length() - 1

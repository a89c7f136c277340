from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.ledger import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

MOST = 64
LEAVES = [leaf_hash(bytes([n])) for n in range(MOST + 1)]
TREE = Tree(LEAVES)


def mutations(proof: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """Proofs that differ: one bit flipped in each hash, one dropped, one doubled, two swapped."""
    out: list[tuple[bytes, ...]] = [(*proof, LEAVES[0])]
    for n, item in enumerate(proof):
        flipped = bytes([item[0] ^ 1]) + item[1:]
        out.append((*proof[:n], flipped, *proof[n + 1 :]))
    if proof:
        out += [proof[1:], proof[:-1], (proof[0], *proof)]
    if len(proof) > 1:
        out.append((proof[1], proof[0], *proof[2:]))
    return out


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_inclusion_proof_holds_and_no_mutation_of_it_does(size: int) -> None:
    root = TREE.root(size)
    for index in range(size):
        proof = inclusion_proof(TREE, index, size)

        assert verify_inclusion(LEAVES[index], index, size, proof, root)
        assert not verify_inclusion(LEAVES[(index + 1) % MOST], index, size, proof, root)
        assert not verify_inclusion(LEAVES[index], index, size, proof, LEAVES[-1])
        for bad in mutations(proof):
            assert not verify_inclusion(LEAVES[index], index, size, bad, root)
        for other in {index - 1, index + 1, size}:
            assert not verify_inclusion(LEAVES[index], other, size, proof, root)


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_every_consistency_proof_holds_and_no_mutation_of_it_does(new: int) -> None:
    new_root = TREE.root(new)
    for old in range(1, new + 1):
        old_root = TREE.root(old)
        proof = consistency_proof(TREE, old, new)

        assert verify_consistency(old, old_root, new, new_root, proof)
        assert not verify_consistency(old, LEAVES[-1], new, new_root, proof)
        assert not verify_consistency(old, old_root, new, LEAVES[-1], proof)
        for bad in mutations(proof):
            assert not verify_consistency(old, old_root, new, new_root, bad)


@given(st.integers(2, 40), st.data())
def test_a_rewritten_past_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    altered = data.draw(st.integers(0, old - 1))
    forged = Tree(leaf if n != altered else LEAVES[-1] for n, leaf in enumerate(LEAVES[:size]))

    proof = consistency_proof(forged, old, size)

    assert not verify_consistency(old, TREE.root(old), size, forged.root(), proof)


def test_known_audit_paths_of_rfc_6962_have_their_shape() -> None:
    """RFC 6962 section 2.1.3: seven leaves; PATH(0) = [b, h, l], PATH(6) = [i, k]."""
    seven = Tree(LEAVES[:7])

    assert inclusion_proof(seven, 0, 7) == (LEAVES[1], seven.node(1, 1), seven.span(4, 7))
    assert inclusion_proof(seven, 6, 7) == (seven.node(1, 2), seven.node(2, 0))
    assert consistency_proof(seven, 4, 7) == (seven.span(4, 7),)
    assert consistency_proof(seven, 3, 7) == (
        LEAVES[2], LEAVES[3], seven.node(1, 0), seven.span(4, 7),
    )  # fmt: skip


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 2), (0, MOST + 2)])
def test_a_proof_for_a_leaf_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(TREE, index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 1), (3, 2), (1, MOST + 2)])
def test_a_consistency_proof_outside_the_tree_is_refused(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no consistency"):
        consistency_proof(TREE, old, new)
    assert old == 1 or not verify_consistency(old, TREE.root(old), new, TREE.root(new), ())

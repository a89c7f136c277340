from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.ledger import EMPTY_ROOT, Frontier, Tree, leaf_hash, node_hash

# Leaves and roots of the Certificate Transparency reference tree, sizes 0 to 8.
CT_LEAVES = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
              "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def mth(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962 section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_equal_those_of_certificate_transparency(size: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in CT_LEAVES[:size]]

    assert Tree(hashes).root().hex() == CT_ROOTS[size]
    assert Frontier().extend(hashes).root().hex() == CT_ROOTS[size]


@given(st.lists(st.binary(max_size=8), max_size=80))
def test_tree_and_frontier_agree_with_the_definition(leaves: list[bytes]) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    tree = Tree(hashes)

    assert tree.size == len(leaves)
    assert tree.root() == Frontier().extend(hashes).root() == mth(leaves)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_growing_in_two_steps_equals_growing_in_one(
    leaves: list[bytes], data: st.DataObject
) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    cut = data.draw(st.integers(0, len(hashes)))

    first = Frontier().extend(hashes[:cut])

    assert first.extend(hashes[cut:]) == Frontier().extend(hashes)
    assert Tree(hashes).root(cut) == first.root()


def test_an_empty_log_has_the_empty_root() -> None:
    assert Tree().root() == Frontier().root() == EMPTY_ROOT


def test_a_root_beyond_the_log_is_refused() -> None:
    with pytest.raises(ValueError, match="1 leaves, not 2"):
        Tree([leaf_hash(b"")]).root(2)


def test_a_node_that_is_not_complete_is_refused() -> None:
    with pytest.raises(ValueError, match="no perfect subtree"):
        Tree([leaf_hash(b"")] * 3).node(1, 1)


def test_a_leaf_hash_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tree().append(b"short")


@pytest.mark.parametrize(
    ("size", "hashes"), [(1, ()), (3, (b"\0" * 32,)), (1, (b"short",)), (-1, ())]
)
def test_a_frontier_whose_hashes_do_not_fit_its_size_is_refused(
    size: int, hashes: tuple[bytes, ...]
) -> None:
    with pytest.raises(ValueError, match="frontier"):
        Frontier(size, hashes)


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)

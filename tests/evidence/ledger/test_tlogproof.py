from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ParseError
from evidence.ledger import (
    NoteSignature,
    Tree,
    checkpoint_text,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    make_consistency,
    make_note,
    make_tlog_proof,
    parse_consistency,
    parse_tlog_proof,
    verify_inclusion,
)

LEAVES = [leaf_hash(bytes([n])) for n in range(13)]
TREE = Tree(LEAVES)
NOTE = make_note(
    checkpoint_text("jejak.test/log", 13, TREE.root()), [NoteSignature("k", b"abcd", b"s" * 64)]
)
PROOF = make_tlog_proof(5, inclusion_proof(TREE, 5, 13), NOTE)


def test_an_inclusion_proof_round_trips_through_its_file() -> None:
    proof = parse_tlog_proof(PROOF)

    assert proof.index == 5
    assert proof.checkpoint.size == 13
    assert verify_inclusion(LEAVES[5], 5, 13, proof.hashes, proof.checkpoint.root)
    assert PROOF.startswith(b"c2sp.org/tlog-proof@v1\nindex 5\n")


def test_the_only_leaf_of_a_log_has_a_proof_without_hashes() -> None:
    assert parse_tlog_proof(make_tlog_proof(0, (), NOTE)).hashes == ()


def test_a_consistency_proof_round_trips_through_its_file() -> None:
    hashes = consistency_proof(TREE, 6, 13)

    assert parse_consistency(make_consistency(6, 13, hashes)) == (6, 13, hashes)
    assert parse_consistency(make_consistency(13, 13, ())) == (13, 13, ())


@given(st.integers(0, PROOF.index(b"\n\n") + 1), st.integers(0, 7))
def test_a_flipped_bit_in_a_proof_is_refused_or_changes_what_it_says(place: int, bit: int) -> None:
    altered = bytearray(PROOF)
    altered[place] ^= 1 << bit

    try:
        said = parse_tlog_proof(bytes(altered))
    except ParseError:
        return
    before = parse_tlog_proof(PROOF)
    assert (said.index, said.hashes) != (before.index, before.hashes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"index 5", b"index 05"), (b"index 5", b"indeX 5"), (b"index 5", b"index  5"),
        (b"@v1\n", b"@v1\nextra AAAA\n"), (b"@v1", b"@v2"), (b"=\n\n", b"= \n\n"),
        (b"\n\njejak", b"\n\n\njejak"),
    ],
)  # fmt: skip
def test_another_spelling_of_the_same_proof_is_refused(old: bytes, new: bytes) -> None:
    assert old in PROOF
    with pytest.raises(ParseError):
        parse_tlog_proof(PROOF.replace(old, new, 1))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"jejak-consistency v1\nold 1\nnew 2", b"jejak-consistency v1\nold 01\nnew 2\n",
        b"jejak-consistency v1\nOLD 1\nnew 2\n", b"jejak-consistency v1\nold 1\nnew 2\nAAAA\n",
        b"jejak-consistency v1\nold 1\nnew 2\n\n", b"jejak-consistency v1\nold 1\nnew \xff\n",
    ],
)  # fmt: skip
def test_a_malformed_consistency_proof_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        parse_consistency(data)

"""Proofs that a record is in the log and that the log only grew: every small tree, every fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from evidence.ledger import Tree, consistency_proof, inclusion_proof, leaf_hash
from evidence.verify.verify import Head, consistent, included

SIZE = 12
LEAVES = [f"pernyataan {number}".encode() for number in range(SIZE)]
TREE = Tree(map(leaf_hash, LEAVES))
OTHER = bytes(range(32))
IN_PAGE = """(trials) => trials.map(([data, index, old, next, proof]) => {
  const head = ([size, root]) => ({ size, root: jejak.unhex(root) }), hashes = proof.map(jejak.unhex);
  return old ? jejak.consistent(head(old), head(next), hashes)
    : jejak.included(jejak.unhex(data), index, head(next), hashes);
})"""


class Trial(NamedTuple):
    """A proof about a statement and its index, or (old) about an earlier head."""

    sound: bool
    data: bytes
    index: int
    old: Head | None
    new: Head
    proof: Sequence[bytes]


def head(size: int, root: bytes | None = None) -> Head:
    return Head("log", size, TREE.root(size) if root is None else root, b"")


def damaged(proof: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The proof with a hash too many, with one too few at either end, with each one another."""
    yield [*proof, OTHER]
    if proof:
        yield list(proof[:-1])
        yield list(proof[1:])
    for place in range(len(proof)):
        yield [*proof[:place], OTHER, *proof[place + 1 :]]


def inclusions() -> Iterator[Trial]:
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof, data = inclusion_proof(TREE, index, size), LEAVES[index]
            yield Trial(True, data, index, None, head(size), proof)
            yield Trial(False, data, index, None, head(size, OTHER), proof)
            yield Trial(False, data + b"!", index, None, head(size), proof)
            for other in {*range(size + 2)} - {index}:
                yield Trial(False, data, other, None, head(size), proof)
            for worse in damaged(proof):
                yield Trial(False, data, index, None, head(size), worse)


def continuations() -> Iterator[Trial]:
    for new in range(1, SIZE + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(TREE, old, new)
            yield Trial(True, b"", 0, head(old), head(new), proof)
            yield Trial(False, b"", 0, head(old, OTHER), head(new), proof)
            yield Trial(False, b"", 0, head(old), head(new, OTHER), proof)
            for other in {*range(new + 2)} - {old}:
                yield Trial(False, b"", 0, head(other, TREE.root(old)), head(new), proof)
            for worse in damaged(proof):
                yield Trial(False, b"", 0, head(old), head(new), worse)


TRIALS = [*inclusions(), *continuations()]


def holds(trial: Trial) -> bool:
    if trial.old:
        return consistent(trial.old, trial.new, trial.proof)
    return included(trial.data, trial.index, trial.new, trial.proof)


def test_only_the_proof_of_this_record_or_this_growth_holds() -> None:
    assert [trial for trial in TRIALS if holds(trial) is not trial.sound] == []
    assert sum(trial.sound for trial in TRIALS) == SIZE * (SIZE + 1)


def as_page(trial: Trial) -> list[Any]:
    old, new = ([h.size, h.root.hex()] if h else None for h in (trial.old, trial.new))
    return [trial.data.hex(), trial.index, old, new, [p.hex() for p in trial.proof]]

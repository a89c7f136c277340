from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.errors import IntegrityError
from evidence.ledger import Checkpoint, Tree, inclusion_proof, leaf_hash
from evidence.model import Entry, Statement
from evidence.seal.treefile import SHARE, grown_tree

LEAVES = [leaf_hash(str(n).encode()) for n in range(200)]


class Log:
    """Leaves alone, and how many of them were read."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves
        self.read = 0

    def raw_leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        for index in range(start, stop):
            self.read += 1
            yield index, b"", self.leaves[index]


def head(size: int) -> Checkpoint:
    return Checkpoint("log.test", size, Tree(LEAVES[:size]).root(), b"note")


def entry(index: int, leaf: bytes | None = None) -> Entry:
    return Entry(index, b"", leaf or LEAVES[index], Statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 2, 3, 64, 100, 199])
def test_a_second_proof_reads_no_leaf_and_is_the_same(size: int, tmp_path: Path) -> None:
    log, path = Log(LEAVES), tmp_path / "tree"
    first = grown_tree(log, head(size), entry(0), path)
    log.read = 0
    second = grown_tree(log, head(size), entry(size - 1), path)

    assert log.read == 0
    for index in range(size):
        assert inclusion_proof(second, index, size) == inclusion_proof(first, index, size)


def test_a_grown_log_costs_the_new_leaves_only(tmp_path: Path) -> None:
    log, path = Log(LEAVES), tmp_path / "tree"
    grown_tree(log, head(150), entry(3), path)
    log.read = 0
    tree = grown_tree(log, head(200), entry(199), path)

    assert (log.read, tree.root(150)) == (50, head(150).root)


def test_a_proof_under_an_older_head_needs_no_other_tree(tmp_path: Path) -> None:
    log, path = Log(LEAVES), tmp_path / "tree"
    grown_tree(log, head(200), entry(3), path)
    log.read = 0
    grown_tree(log, head(77), entry(76), path)

    assert log.read == 0


@pytest.mark.parametrize("place", [0, 20, 30, 60, 500, -1])
def test_a_damaged_file_is_made_anew(place: int, tmp_path: Path) -> None:
    log, path = Log(LEAVES), tmp_path / "tree"
    grown_tree(log, head(200), entry(3), path)
    sound = path.read_bytes()
    damaged = bytearray(sound)
    damaged[place] ^= 1
    path.write_bytes(damaged)
    log.read = 0
    tree = grown_tree(log, head(200), entry(3), path)

    assert (log.read, tree.root()) == (200, head(200).root)
    assert path.read_bytes() == sound


def test_a_leaf_that_was_changed_since_it_was_signed_is_not_proven(tmp_path: Path) -> None:
    path = tmp_path / "tree"
    grown_tree(Log(LEAVES), head(200), entry(3), path)
    altered = [*LEAVES[:3], leaf_hash(b"other"), *LEAVES[4:]]

    with pytest.raises(IntegrityError, match="are not those that were signed"):
        grown_tree(Log(altered), head(200), entry(3, altered[3]), path)


def test_a_few_new_leaves_do_not_write_the_file_again(tmp_path: Path) -> None:
    log, path = Log(LEAVES), tmp_path / "tree"
    grown_tree(log, head(160), entry(3), path)
    before = path.stat().st_mtime_ns
    grown_tree(log, head(160 + 160 // SHARE), entry(3), path)

    assert path.stat().st_mtime_ns == before

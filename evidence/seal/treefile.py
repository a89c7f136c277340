"""The tree of a log kept in a file between runs, so that one proof need not read the whole log.

The file is no evidence and is trusted for nothing: a tree from it must have the root that was
signed and the leaf that is to be proven, else it is made anew from the log.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from evidence.errors import IntegrityError
from evidence.ledger import Checkpoint, Tree, inclusion_proof, verify_inclusion
from evidence.ledger.leaf import HASH_BYTES
from evidence.model import Entry
from evidence.seal.disk import write_durably
from evidence.store.ports import Archive

MAGIC = b"jejak-tree v1\n"
SHARE = 16
"""The file is written again when the tree has grown by one part in so many."""


def grown_tree(archive: Archive, head: Checkpoint, entry: Entry, path: Path) -> Tree:
    """A tree of at least head.size leaves, in which this entry is provable under the head.

    path: where the tree is kept from one call to the next; 64 bytes a leaf.

    Raises IntegrityError when the log's leaves are not those that were signed.
    """
    kept = _read(path)
    for start in (kept, Tree()) if kept.size else (kept,):
        before = start.size
        start.extend(stored for _, _, stored in archive.raw_leaves(start.size, head.size))
        if _proves(start, head, entry):
            if start.size - before > start.size // SHARE:
                _write(path, start)
            return start
    raise IntegrityError(
        f"log {head.origin}",
        f"its first {head.size} leaves are not those that were signed",
        "Run a full check of the log",
    )


def _proves(tree: Tree, head: Checkpoint, entry: Entry) -> bool:
    if tree.size < head.size:
        return False
    proof = inclusion_proof(tree, entry.index, head.size)
    return verify_inclusion(entry.leaf_hash, entry.index, head.size, proof, head.root)


def _read(path: Path) -> Tree:
    """The kept tree; an empty one when there is none or it cannot be used."""
    try:
        data = path.read_bytes()
    except OSError:
        return Tree()
    whole = memoryview(data)
    body = whole[len(MAGIC) + 8 + HASH_BYTES :]
    digest = whole[len(MAGIC) + 8 : len(MAGIC) + 8 + HASH_BYTES]
    if data[: len(MAGIC)] != MAGIC or hashlib.sha256(body).digest() != digest:
        return Tree()
    size = int.from_bytes(whole[len(MAGIC) : len(MAGIC) + 8], "big")
    levels, at = [], 0
    for level in range(max(1, size.bit_length())):
        length = (size >> level) * HASH_BYTES
        levels.append(bytes(body[at : at + length]))
        at += length
    try:
        return Tree.of_levels(levels)
    except ValueError:
        return Tree()


def _write(path: Path, tree: Tree) -> None:
    body = b"".join(tree.levels())
    digest = hashlib.sha256(body).digest()
    # A tree that cannot be kept only costs the next proof its time.
    with suppress(OSError):
        write_durably(path, MAGIC + tree.size.to_bytes(8, "big") + digest + body)

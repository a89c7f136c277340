"""What sealing and proving cost at a million leaves, in MongoDB.

Run: python benchmarks/ledger.py [leaves]      (default 1,000,000; an embedded server of its own)

The leaves are put in bulk, as a mongorestore would: what is measured is reading them.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pymongo
from bson import Binary, Int64

from evidence.ledger import Checkpoint, Tree, inclusion_proof, leaf_hash, verify_inclusion
from evidence.model import Draft, Entry, StatementType
from evidence.seal import Signer
from evidence.seal.treefile import grown_tree
from evidence.store import Archive
from evidence.store.embedded import EmbeddedServer
from evidence.store.mongo import open_mongo

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ORIGIN = "bawaslu.bench/jejak"
NEW = 1_000
"""Leaves between two seals; a minute of a busy crawl."""
PROOFS = 10_000
BUDGET_SEAL_S, BUDGET_PROOF_S = 1.0, 1.0
"""A seal comes every 60 s; a person waits for a proof."""
T = TypeVar("T")


def statement() -> bytes:
    """A snapshot statement of the usual length."""
    facts = {"capture": secrets.token_hex(16), "change": "NEW", "number": 1, "post": None,
             "previous": None, "watch": "w-0123456789ab"}  # fmt: skip
    item = {"commit": secrets.token_hex(32), "media": "application/json", "role": "post",
            "size": 600}  # fmt: skip
    value = {"at": "2026-11-22T02:00:00.000Z", "clock": "system", "facts": facts,
             "objects": [item], "rec": secrets.token_hex(16), "type": "snapshot", "v": 1}  # fmt: skip
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def documents(start: int, stop: int) -> Iterator[dict[str, Any]]:
    """Leaves as storage.md has them."""
    for index in range(start, stop):
        data = statement()
        rec = json.loads(data)["rec"]
        yield {"_id": Int64(index), "statement": Binary(data),
               "leaf_hash": Binary(leaf_hash(data)), "rec": rec}  # fmt: skip


def fill(url: str, leaves: int) -> None:
    """Put leaves into the log's collection."""
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        statements = client["jejak"]["statements"]
        for start in range(0, leaves, 5_000):
            batch = list(documents(start, min(leaves, start + 5_000)))
            statements.insert_many(batch, ordered=False)


def timed(name: str, work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and the seconds it took; prints them."""
    start = time.perf_counter()
    found = work()
    spent_s = time.perf_counter() - start
    print(f"{name:58} {spent_s:9.3f} s", flush=True)
    return found, spent_s


def grow(archive: Archive) -> None:
    """Record as many new leaves as come between two seals."""
    drafts = [
        Draft(StatementType.ALARM, secrets.token_hex(16), AT, "system", {"code": "X", "detail": ""})
        for _ in range(NEW)
    ]
    archive.record(drafts)


def measure(archive: Archive, folder: Path, leaves: int) -> bool:
    """Print every figure; whether the budgets are kept."""
    signer = Signer(archive, folder / "keys", ORIGIN)
    timed(f"first seal, {leaves:,} leaves", lambda: signer.seal(AT))
    grow(archive)
    head, seal_s = timed(f"next seal, {NEW:,} new leaves", lambda: signer.seal(AT))
    assert head is not None
    entry = next(archive.entries(leaves // 3, leaves // 3 + 1))
    kept = folder / "tree"
    tree, _ = timed("one proof, no tree kept", lambda: grown_tree(archive, head, entry, kept))
    _, proof_s = timed("one proof, tree kept", lambda: grown_tree(archive, head, entry, kept))
    timed(f"{PROOFS:,} proofs made and verified from one tree", lambda: prove(tree, head, entry))
    timed("audit: the whole log against the signed head", lambda: signer.audit(AT))
    print(f"tree kept: {kept.stat().st_size / 1e6:.0f} MB; peak memory {peak_mb():.0f} MB")
    good = seal_s <= BUDGET_SEAL_S and proof_s <= BUDGET_PROOF_S
    print(
        f"budgets: seal {BUDGET_SEAL_S} s, proof {BUDGET_PROOF_S} s: {'kept' if good else 'EXCEEDED'}"
    )
    return good


def prove(tree: Tree, head: Checkpoint, entry: Entry) -> None:
    """Proofs all over the tree, each verified."""
    step = max(1, head.size // PROOFS)
    for index in range(0, head.size, step):
        proof = inclusion_proof(tree, index, head.size)
        assert verify_inclusion(tree.node(0, index), index, head.size, proof, head.root)
    assert tree.node(0, entry.index) == entry.leaf_hash


def peak_mb() -> float:
    """Highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Run on an embedded server; exit code 1 when a budget is exceeded."""
    leaves = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    cores = os.cpu_count()
    print(f"ledger: Python {platform.python_version()}, {platform.machine()}, {cores} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = EmbeddedServer.open(folder / "server")
        archive = open_mongo(server.url)
        try:
            timed(f"(put {leaves:,} leaves in bulk)", lambda: fill(server.url, leaves))
            good = measure(archive, folder, leaves)
        finally:
            archive.close()
            server.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

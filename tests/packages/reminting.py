"""Packages by whoever has the log's key and a program of their own: any record says what they like.

The exporter's own program cannot write such records. Bytes, proofs, heads and manifests are sound; only
what the records and the description say is not.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from evidence.canonical import encode
from evidence.ledger import (
    Tree,
    checkpoint_text,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    make_consistency,
    make_tlog_proof,
    parse_checkpoint,
)
from evidence.seal.key import SigningKey
from tests.packages.adversary import Twin
from tests.packages.synthetic import ORIGIN

COMMIT = b"evidence-commit-v1\0"


class Remint(Twin):
    """A copy of a package to be changed and signed anew. said: its statements, by index."""

    def __init__(self, sound: Path, root: Path, key: SigningKey) -> None:
        super().__init__(sound, root)
        self.key = key
        self.said: dict[int, Any] = {
            i: self.json(f"data/statements/{i}.json") for i in self.indices()
        }
        self.export = max(self.said)
        self.description = self.json(f"data/objects/{self.export}/package.json")

    def facts(self, index: int, **changed: Any) -> None:
        """Give a statement other facts."""
        self.said[index]["facts"].update(changed)

    def media(self, index: int, role: str, media: str, ending: str) -> None:
        """Give an open object another media type, and its file the ending for it."""
        item = next(o for o in self.said[index]["objects"] if o["role"] == role)
        (old,) = (self.root / f"data/objects/{index}").glob(f"{role}.*")
        old.rename(old.with_suffix(ending))
        item["media"] = media

    def sign(self) -> None:
        """Make all that proves anew: heads, commitments of the description, proofs, manifests."""
        tree = Tree(self._leaf(index) for index in range(self.export))
        sizes = [parse_checkpoint(self.read(_head(name))).size for name in ("first", "report")]
        notes = [self._note(tree, size) for size in sizes]
        self._describe(*notes)
        tree.append(self._leaf(self.export))
        self._prove(tree, [*sizes, tree.size], [*notes, self._note(tree, tree.size)])
        self.cover_up()

    def _leaf(self, index: int) -> bytes:
        said = self.said.get(index)
        return leaf_hash(encode(said)) if said else leaf_hash(b"left out %d" % index)

    def _note(self, tree: Tree, size: int) -> bytes:
        return self.key.sign(checkpoint_text(ORIGIN, size, tree.root(size)))

    def _describe(self, first: bytes, report: bytes) -> None:
        """Write the description, and have the export's statement commit to it."""
        self.description["checkpoints"] = {
            "first": hashlib.sha256(first).hexdigest(), "report": hashlib.sha256(report).hexdigest(),
        }  # fmt: skip
        data = encode(self.description)
        self.write(f"data/objects/{self.export}/package.json", data)
        openings = self.json("data/openings.json")["openings"]
        (salt,) = (
            o["salt"] for o in openings if (o["index"], o["role"]) == (self.export, "package")
        )
        item = next(o for o in self.said[self.export]["objects"] if o["role"] == "package")
        inner = hashlib.sha256(data).digest()
        item["commit"] = hashlib.sha256(COMMIT + bytes.fromhex(salt) + inner).hexdigest()
        item["size"] = len(data)

    def _prove(self, tree: Tree, sizes: list[int], notes: list[bytes]) -> None:
        names = ("first", "report", "last")
        for name, note in zip(names, notes, strict=True):
            self.write(_head(name), note)
        for place in (0, 1):
            old, new = sizes[place : place + 2]
            proof = make_consistency(old, new, consistency_proof(tree, old, new))
            path = f"data/checkpoints/{names[place]}-{names[place + 1]}.consistency"
            self.write(path, proof)
        for index, said in self.said.items():
            self.write(f"data/statements/{index}.json", encode(said))
            hashes = inclusion_proof(tree, index, tree.size)
            path = f"data/proofs/{index}.tlog-proof"
            self.write(path, make_tlog_proof(index, hashes, notes[-1]))


def _head(name: str) -> str:
    return f"data/checkpoints/{name}.txt"

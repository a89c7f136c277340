"""Claims of slots and signed notes in MongoDB: each a unique insert."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bson.binary import Binary
from bson.int64 import Int64
from pymongo.errors import DuplicateKeyError

from evidence.store.mongo.edge import Edge
from evidence.store.mongo.schema import Doc, Docs
from evidence.store.ports import Claim


class Claims:
    """The claims collection: working state, not evidence."""

    def __init__(self, claims: Docs, edge: Edge) -> None:
        self._claims = claims
        self._edge = edge

    def claim(self, claim: Claim, now: datetime) -> bool:
        """True for exactly one caller until the lease runs out."""
        token = secrets.token_hex(16)
        return self._edge.run(f"claiming slot {claim.slot}", lambda: self._claim(claim, now, token))

    def all(self) -> tuple[Claim, ...]:
        """All claims not yet released, in order of slot."""
        docs = self._edge.run("reading claims", lambda: list(self._claims.find().sort("_id", 1)))
        return tuple(
            Claim(doc["_id"], doc["by"], doc["claimed_at"], doc["lease_until"]) for doc in docs
        )

    def release(self, slots: Sequence[str]) -> None:
        """Drop claims."""
        where = {"_id": {"$in": [str(slot) for slot in slots]}}
        self._edge.run("releasing slots", lambda: self._claims.delete_many(where))

    def _claim(self, claim: Claim, now: datetime, token: str) -> bool:
        held = {
            "by": claim.by,
            "claimed_at": claim.claimed_at,
            "lease_until": claim.lease_until,
            "token": token,
        }
        try:
            self._claims.insert_one({"_id": claim.slot, **held})
        except DuplicateKeyError:
            lapsed = {"_id": {"$eq": claim.slot}, "lease_until": {"$lt": now}}
            if self._claims.update_one(lapsed, {"$set": held}).modified_count:
                return True
            # After an unknown outcome the claim that stands there may be this one.
            mine = {"_id": {"$eq": claim.slot}, "token": token}
            return self._claims.find_one(mine) is not None
        return True


class Heads:
    """The checkpoints collection: signed notes by tree size."""

    def __init__(self, checkpoints: Docs, edge: Edge) -> None:
        self._checkpoints = checkpoints
        self._edge = edge

    def add(self, size: int, note: bytes) -> None:
        """Keep a note; the same size twice keeps the first."""
        doc: Doc = {"_id": Int64(size), "note": Binary(note)}

        def insert() -> None:
            try:
                self._checkpoints.insert_one(doc)
            except DuplicateKeyError:
                return

        self._edge.run(f"keeping the checkpoint of size {size}", insert)

    def all(self) -> tuple[tuple[int, bytes], ...]:
        """All (size, note) in order of size; a note of another type comes as empty bytes."""
        numbered = {"_id": {"$gte": 0}}
        docs = self._edge.run(
            "reading checkpoints", lambda: list(self._checkpoints.find(numbered).sort("_id", 1))
        )
        return tuple((int(doc["_id"]), _bytes(doc.get("note"))) for doc in docs)


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes) else b""

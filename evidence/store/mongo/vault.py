"""Objects in MongoDB: sealed chunks in `blobs`, what opens them in `keys`.

A writer only inserts and finds; the eraser alone removes, and only from `keys`. The two can meet at
a shared blob, so each first says what it does and then looks at what the other said: a writer
inserts its use of the blob and then looks for an eraser's mark; an eraser inserts its mark and then
looks for uses. Whichever order they run in, at least one sees the other, and the writer gives way
by storing the bytes anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from bson.binary import Binary
from bson.int64 import Int64
from bson.objectid import ObjectId
from pymongo.errors import BulkWriteError, DuplicateKeyError

from evidence.errors import IntegrityError
from evidence.model import ObjectRef, Opening
from evidence.store.intake import Prepared, plain_blobs
from evidence.store.mongo.edge import Edge, duplicates
from evidence.store.mongo.schema import Doc, Docs
from evidence.store.objects import (
    BlobKey,
    Use,
    chunk_ids,
    new_blob_key,
    new_naming_key,
    open_chunks,
    opening,
    seal_chunks,
    use_row,
)

NAMING = "naming"
BATCH_BYTES = 4 * 1024 * 1024
"""Sealed bytes sent in one insert, but for a larger chunk."""
SENDERS = 4
OWN_ROLES = frozenset(
    {"account", "entry", "exchange", "fingerprint", "gaps", "interaction", "observation", "post"}
    | {"reading"}
)
"""Roles of objects we write ourselves: they say when and where, so no two are equal, and none is
looked up. All else, pictures above all, comes again and is kept once."""
SHARABLE = "blob:"


class Vault:
    """The blobs and keys collections."""

    def __init__(self, blobs: Docs, keys: Docs, edge: Edge) -> None:
        self._blobs = blobs
        self._keys = keys
        self._edge = edge
        self._naming: bytes | None = None

    def naming_key(self) -> bytes:
        """The archive's key for blob names, made by whoever comes first."""
        if self._naming is None:
            self._naming = self._edge.run("reading the naming key", self._naming_key)
        return self._naming

    def keep(self, items: Sequence[Prepared]) -> tuple[Prepared, ...] | None:
        """Store the blobs, then the keys of all drafts; the drafts with the key rows they now use.

        None when an eraser took a blob that was to be shared: prepare the drafts anew and repeat.
        """
        if not any(item.uses for item in items):
            return tuple(items)
        items = tuple(_owned(item) for item in items)
        plain = plain_blobs(items)
        sharable = [row for row in plain if row.startswith(SHARABLE)]
        shared, marked = self._present_rows(sharable)
        made = {
            row: _fresh_key(row, len(data), private=row in marked)
            for row, data in plain.items()
            if row not in shared
        }
        self._put_chunks([(key, plain[row]) for row, key in made.items()])
        kept = tuple(_renamed(item, made) for item in items)
        lost = self._put_keys(made, [use for item in kept for use in item.uses])
        return kept if self._still_there(shared | lost) else None

    def open(self, rec: str, ref: ObjectRef) -> Opening | None:
        """An object, checked; None when it was erased. Raises IntegrityError."""
        what = f"object {ref.role!r} of record {rec}"
        found = self._edge.run(f"opening {what}", lambda: self._use_and_key(rec, ref))
        if found is None:
            if self.is_erased(rec):
                return None
            raise IntegrityError(
                what, "its key is gone, and no erasure took it", "Restore `keys` from a backup"
            )
        salt, key = found
        if key.size != ref.size:
            raise IntegrityError(what, "its key tells another size than the log")
        chunks = self._edge.run(f"opening {what}", lambda: self._chunks(key))
        return opening(rec, ref, salt, open_chunks(key, chunks))

    def is_erased(self, rec: str) -> bool:
        """True when an erasure of this record began."""
        found = self._edge.run(
            "looking up an erasure", lambda: self._keys.find_one({"_id": f"erased:{rec}"})
        )
        return found is not None

    def _naming_key(self) -> bytes:
        row = self._keys.find_one({"_id": NAMING})
        if row is None:
            try:
                self._keys.insert_one({"_id": NAMING, "secret": Binary(new_naming_key())})
            except DuplicateKeyError:
                return self._naming_key()
            return self._naming_key()
        return bytes(row["secret"])

    def _present_rows(self, rows: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
        if not rows:
            return frozenset(), frozenset()
        return self._edge.run("looking up blobs", lambda: self._present(rows))

    def _present(self, rows: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Of these blob rows: those that can be shared, and those an eraser has marked."""
        # Marks first: an eraser removes the blob's row before its mark, so that who finds no mark
        # and then still finds the row came before the mark, and the eraser will see the use.
        marks = self._keys.find({"gone": {"$in": list(rows)}}, {"gone": 1})
        marked = frozenset(str(doc["gone"]) for doc in marks)
        found = self._keys.find({"_id": {"$in": list(rows)}}, {"_id": 1})
        return frozenset(str(doc["_id"]) for doc in found) - marked, marked

    def _still_there(self, rows: frozenset[str]) -> bool:
        if not rows:
            return True
        there, _ = self._edge.run("looking up blobs", lambda: self._present(sorted(rows)))
        return there == rows

    def _put_chunks(self, blobs: Sequence[tuple[BlobKey, bytes]]) -> None:
        """Seal and store, a few batches at once: hashing, sealing and writing overlap."""
        batches = tuple(_batches(blobs))
        if len(batches) > 1:
            with ThreadPoolExecutor(SENDERS, "store-blobs") as senders:
                list(senders.map(self._put_batch, batches))
        elif batches:
            self._put_batch(batches[0])

    def _put_batch(self, blobs: Sequence[tuple[BlobKey, bytes]]) -> None:
        docs: list[Doc] = []
        held = 0
        for name, sealed in _sealed(blobs):
            docs.append({"_id": name, "sealed": Binary(sealed)})
            held += len(sealed)
            if held >= BATCH_BYTES:
                self._insert(self._blobs, docs)
                docs, held = [], 0
        if docs:
            self._insert(self._blobs, docs)

    def _put_keys(self, made: Mapping[str, BlobKey], uses: Sequence[Use]) -> frozenset[str]:
        """Insert key and use rows; the blob rows that another writer inserted before us."""
        shared = [key for row, key in made.items() if row.startswith(SHARABLE)]
        docs: list[Doc] = [_key_doc(key) for key in shared]
        docs += [_use_doc(use, made.get(use.row)) for use in uses]
        there = self._insert(self._keys, docs)
        return there & frozenset(key.row for key in shared)

    def _insert(self, into: Docs, docs: Sequence[Doc]) -> frozenset[str]:
        """Insert; ids that were there already, which after an unknown outcome may be our own."""

        def insert() -> frozenset[str]:
            try:
                into.insert_many(docs, ordered=False)
            except BulkWriteError as error:
                there = duplicates(error)
                if there is None:
                    raise
                return there
            return frozenset()

        return self._edge.run(f"storing in {into.name}", insert)

    def _use_and_key(self, rec: str, ref: ObjectRef) -> tuple[bytes, BlobKey] | None:
        use = self._keys.find_one({"_id": use_row(rec, ref)})
        if use is None:
            return None
        own = use.get("key") == use["_id"]
        key = use if own else self._keys.find_one({"_id": {"$eq": use.get("key")}})
        if key is None:
            return None
        return _key_of(rec, use, key)

    def _chunks(self, key: BlobKey) -> list[bytes | None]:
        names = chunk_ids(key)
        found = {
            doc["_id"]: doc.get("sealed") for doc in self._blobs.find({"_id": {"$in": list(names)}})
        }
        held = (found.get(name) for name in names)
        return [bytes(part) if isinstance(part, bytes) else None for part in held]


def _batches(
    blobs: Sequence[tuple[BlobKey, bytes]],
) -> Iterator[list[tuple[BlobKey, bytes]]]:
    """Blobs that together have about BATCH_BYTES, or a single larger one."""
    batch: list[tuple[BlobKey, bytes]] = []
    held = 0
    for blob in blobs:
        batch.append(blob)
        held += len(blob[1])
        if held >= BATCH_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _sealed(blobs: Sequence[tuple[BlobKey, bytes]]) -> Iterator[tuple[str, bytes]]:
    for key, data in blobs:
        yield from seal_chunks(key, data)


def _fresh_key(row: str, size: int, *, private: bool) -> BlobKey:
    """A key under the blob's own row, or under a row nobody else shares when that one is going."""
    key = new_blob_key(row, size)
    return replace(key, row=f"{row}:{secrets.token_hex(8)}") if private else key


def _owned(item: Prepared) -> Prepared:
    """Objects we wrote ourselves say when and where: no two are equal, so none is looked up."""
    uses = tuple(
        Use(use.rec, use.ref, use.salt, use.row) if use.ref.role in OWN_ROLES else use
        for use in item.uses
    )
    return Prepared(item.draft, item.statement, item.leaf_hash, uses)


def _renamed(item: Prepared, made: Mapping[str, BlobKey]) -> Prepared:
    if all(use.key not in made or made[use.key].row == use.key for use in item.uses):
        return item
    uses = tuple(
        replace(use, key=made[use.key].row) if use.key in made else use for use in item.uses
    )
    return replace(item, uses=uses)


def _key_doc(key: BlobKey) -> Doc:
    return {
        "_id": key.row,
        "stored": key.stored,
        "dek": Binary(key.dek),
        "size": Int64(key.size),
    }


def _use_doc(use: Use, own: BlobKey | None) -> Doc:
    """A use row; what is never shared has its key in the row itself, which then names itself."""
    doc: Doc = {
        "_id": use.row,
        "salt": Binary(use.salt),
        "key": use.key,
        "media": use.ref.media,
        "made": ObjectId(),  # tells its age, should the record never reach the log
    }
    return {**_key_doc(own), **doc} if own is not None else doc


def _key_of(rec: str, use: Mapping[str, Any], key: Mapping[str, Any]) -> tuple[bytes, BlobKey]:
    salt, dek, size, stored = use.get("salt"), key.get("dek"), key.get("size"), key.get("stored")
    if (
        not isinstance(salt, bytes)
        or not isinstance(dek, bytes)
        or len(dek) != 32
        or not isinstance(size, int)
        or not isinstance(stored, str)
    ):
        raise IntegrityError(f"keys of record {rec}", "a row was altered")
    return bytes(salt), BlobKey(str(key["_id"]), stored, bytes(dek), int(size))

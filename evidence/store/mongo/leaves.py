"""The log in MongoDB: compare-and-append on the integer `_id`, each record id once.

A leaf is appended by inserting it at head + 1. Of any number of writers one succeeds, the others
find a duplicate, read the head anew and try again; so there is no gap and no double. Heads are read
with majority concern only: a head that could still be rolled back would leave a gap behind it.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from bson.binary import Binary
from bson.int64 import Int64
from pymongo.errors import BulkWriteError

from evidence.canonical import entry_of
from evidence.errors import IntegrityError, ParseError, StoreError
from evidence.model import Entry
from evidence.store.intake import Prepared
from evidence.store.mongo.edge import Edge, duplicates
from evidence.store.mongo.schema import Doc, Docs
from evidence.store.objects import use_row

PAGE = 1_000
COLLIDING_S = 60.0


class Leaves:
    """The statements collection."""

    def __init__(self, statements: Docs, edge: Edge) -> None:
        self._statements = statements
        self._edge = edge
        self._appending = threading.Lock()
        self._next: int | None = None

    def append(self, items: Sequence[Prepared]) -> dict[str, int]:
        """Append leaves in order; the index of each that this call surely appended itself.

        Every record id is in the log on return; one that is not in the answer was put there by
        another writer, or by this call before an answer was lost.
        """
        with self._appending:
            return self._edge.run("appending to the log", lambda: self._append(items))

    def indexes_of(self, recs: Sequence[str]) -> dict[str, int]:
        """Index of each record id that is in the log."""
        return self._edge.run("looking up records", lambda: self._indexes_of(recs))

    def size(self) -> int:
        """Number of majority-committed leaves."""
        return self._edge.run("reading the log's size", self._size)

    def entry(self, rec: str) -> Entry | None:
        """The entry with this record id. Raises IntegrityError."""
        doc = self._edge.run(
            f"reading record {rec}", lambda: self._statements.find_one({"rec": {"$eq": rec}})
        )
        if doc is None:
            return None
        return _checked(*_leaf(doc), doc.get("rec"))

    def committed(self, use_rows: Sequence[str]) -> frozenset[str]:
        """Of these use rows, those that a leaf commits to; others are a crash's leftovers."""
        recs = sorted({row.split("/", 1)[0] for row in use_rows})
        docs = self._edge.run(
            "looking up records", lambda: list(self._statements.find({"rec": {"$in": recs}}))
        )
        entries = [_checked(*_leaf(doc), doc.get("rec")) for doc in docs]
        rows = {use_row(e.statement.rec, ref) for e in entries for ref in e.statement.objects}
        return frozenset(rows & set(use_rows))

    def entries(self, start: int, stop: int) -> Iterator[Entry]:
        """Checked entries start <= index < stop. Raises IntegrityError at the first that fails."""
        expected = start
        for doc in self._docs(start, stop):
            index, data, leaf_hash = _leaf(doc)
            if index != expected or doc["_id"] != expected:
                raise IntegrityError(f"log entry {expected}", "it is missing or doubled")
            yield _checked(index, data, leaf_hash, doc.get("rec"))
            expected += 1
        if expected < stop:
            raise IntegrityError(f"log entry {expected}", "it is missing")

    def raw(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, statement, leaf hash) as stored; fields of another type come as empty bytes."""
        return (_leaf(doc) for doc in self._docs(start, stop))

    def _docs(self, start: int, stop: int) -> Iterator[Doc]:
        """Pages by index, so that a lost cursor loses nothing."""
        low: Any = start
        operator = "$gte"
        while True:
            where = {"_id": {operator: low, "$lt": stop}}
            page = self._edge.run("reading the log", partial(self._page, where))
            yield from page
            if len(page) < PAGE:
                return
            low, operator = page[-1]["_id"], "$gt"

    def _page(self, where: Doc) -> list[Doc]:
        return list(self._statements.find(where).sort("_id", 1).limit(PAGE))

    def _size(self) -> int:
        # {$gte: 0} compares numbers only, so a foreign row with another kind of id is no head.
        head = self._statements.find_one({"_id": {"$gte": 0}}, {"_id": 1}, sort=[("_id", -1)])
        return 0 if head is None else int(head["_id"]) + 1

    def _indexes_of(self, recs: Sequence[str]) -> dict[str, int]:
        found = self._statements.find({"rec": {"$in": list(recs)}}, {"rec": 1})
        return {doc["rec"]: int(doc["_id"]) for doc in found}

    def _append(self, items: Sequence[Prepared]) -> dict[str, int]:
        recs = [item.draft.rec for item in items]
        known: dict[str, int] = {}
        deadline = time.monotonic() + COLLIDING_S
        for collisions in itertools.count():
            # Only after a failure can a record be there: the caller has just looked.
            if self._next is None:
                known = self._indexes_of(recs)
            todo = [item for item in items if item.draft.rec not in known]
            if not todo:
                return {}
            first = self._size() if self._next is None else self._next
            if self._insert(first, todo):
                return {item.draft.rec: first + n for n, item in enumerate(todo)}
            if time.monotonic() >= deadline:
                break
            time.sleep(random.uniform(0, min(0.0005 * 2 ** min(collisions, 6), 0.02)))  # noqa: S311
        raise StoreError(
            "appending to the log",
            f"other writers were faster for {COLLIDING_S:.0f} s",
            "Run fewer crawlers at once",
        )

    def _insert(self, first: int, items: Sequence[Prepared]) -> bool:
        """True when all were inserted; False when another writer stood in the way."""
        self._next = None
        try:
            self._statements.insert_many(
                [_doc(first + n, item) for n, item in enumerate(items)], ordered=True
            )
        except BulkWriteError as error:
            if duplicates(error) is None:
                raise
            return False
        self._next = first + len(items)
        return True


def _doc(index: int, item: Prepared) -> Doc:
    return {
        "_id": Int64(index),
        "statement": Binary(item.statement),
        "leaf_hash": Binary(item.leaf_hash),
        "rec": item.draft.rec,
    }


def _leaf(doc: Doc) -> tuple[int, bytes, bytes]:
    return int(doc["_id"]), _bytes(doc.get("statement")), _bytes(doc.get("leaf_hash"))


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes) else b""


def _checked(index: int, data: bytes, leaf_hash: bytes, rec: Any) -> Entry:
    try:
        entry = entry_of(index, data, leaf_hash)
    except ParseError as error:
        raise IntegrityError(f"log entry {index}", "its bytes are no statement") from error
    if entry.statement.rec != rec:
        raise IntegrityError(f"log entry {index}", "it is kept under another record id than it has")
    return entry

"""Erasing: the salts of a record, and the keys of blobs that nothing else uses.

Every step can be repeated, and a note of what is still to be done is kept until all of it is done,
so an erasure that was cut off is finished by asking for it again.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence

from pymongo.errors import DuplicateKeyError

from evidence.model import Entry
from evidence.store.mongo.edge import Edge
from evidence.store.mongo.schema import Doc, Docs
from evidence.store.objects import use_row

IN_FLIGHT_S = 600
"""A use without a leaf may belong to a writer at work; after this time it is a crash's leftover."""

PAGE = 100


class Eraser:
    """Removes from the keys collection, and from nowhere else.

    committed: of these use rows, those that a leaf of the log commits to.
    """

    def __init__(
        self,
        keys: Docs,
        committed: Callable[[Sequence[str]], frozenset[str]],
        edge: Edge,
        in_flight_s: int = IN_FLIGHT_S,
    ) -> None:
        self._keys = keys
        self._committed = committed
        self._edge = edge
        self._in_flight_s = in_flight_s

    def erase(self, rec: str, entry: Entry | None) -> int:
        """Remove what opens the objects of a record; how many of the log's objects it was."""
        uses = self._edge.run(f"erasing {rec}", lambda: list(self._keys.find(_uses_of(rec))))
        refs = entry.statement.objects if entry is not None else ()
        removed = {str(doc["_id"]) for doc in uses} & {use_row(rec, ref) for ref in refs}
        pending = self._edge.run(f"erasing {rec}", lambda: self._pending(rec))
        blobs = {str(doc["key"]) for doc in uses if doc["key"] != doc["_id"]} | {
            str(row) for doc in pending for row in doc["rows"]
        }
        if not uses and not pending:
            return 0
        note = {"_id": f"erasing:{rec}:{secrets.token_hex(8)}", "rows": sorted(blobs)}
        self._insert(note)
        if removed:
            self._insert({"_id": f"erased:{rec}", "objects": len(removed)})
        self._remove(_uses_of(rec))
        for row in sorted(blobs):
            self._let_go(row)
        self._remove({"_id": {"$in": [note["_id"], *(doc["_id"] for doc in pending)]}})
        return len(removed)

    def _pending(self, rec: str) -> list[Doc]:
        return list(self._keys.find({"_id": {"$gte": f"erasing:{rec}:", "$lt": f"erasing:{rec};"}}))

    def _let_go(self, row: str) -> None:
        """Remove a blob's key unless something uses it: mark, look, then remove or withdraw."""
        mark = f"gone:{secrets.token_hex(16)}"
        self._insert({"_id": mark, "gone": row})
        if not self._edge.run("erasing a blob's key", lambda: self._is_used(row)):
            self._remove({"_id": row})
        self._remove({"_id": mark})

    def _is_used(self, row: str) -> bool:
        """True when a record in the log, or a writer at work, uses the blob.

        Uses that a crash left behind are removed: they would keep the blob readable for ever.
        """
        lone: list[str] = []
        for page in _pages(self._keys.find({"key": row}, {"_id": 1})):
            if self._committed(page):
                return True
            lone += page
        old = {"$subtract": ["$$NOW", self._in_flight_s * 1000]}
        left_behind = {"$expr": {"$lt": [{"$toDate": "$made"}, old]}}
        self._keys.delete_many({"_id": {"$in": lone}, **left_behind})
        return self._keys.find_one({"key": row}, {"_id": 1}) is not None

    def _insert(self, doc: Doc) -> None:
        def insert() -> None:
            try:
                self._keys.insert_one(dict(doc))
            except DuplicateKeyError:
                return

        self._edge.run("erasing", insert)

    def _remove(self, where: Doc) -> None:
        self._edge.run("erasing", lambda: self._keys.delete_many(where))


def _pages(found: Iterable[Doc]) -> Iterator[list[str]]:
    ids = (str(doc["_id"]) for doc in found)
    while page := list(itertools.islice(ids, PAGE)):
        yield page


def _uses_of(rec: str) -> Doc:
    """All uses of a record: `0` is the character after `/`."""
    return {"_id": {"$gte": f"{rec}/", "$lt": f"{rec}0"}}

"""Projection tables in MongoDB: one collection `p_<table>` each. Not evidence."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pymongo import ASCENDING, DESCENDING, ReplaceOne, UpdateMany
from pymongo.database import Database
from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from evidence.store.mongo.edge import Edge, duplicates
from evidence.store.mongo.schema import PROJECTION, Doc, Docs
from evidence.store.ports import Later, Row
from evidence.store.rows import checked_bound, checked_name, checked_where, stored_doc

ID_PAGE = 5_000
UNAWAITED = WriteConcern(w=1)
"""For commands of a call whose last one waits for a majority: they precede it in one log."""


class MongoTables:
    """All projection collections of an archive."""

    def __init__(self, database: Database[Doc], edge: Edge) -> None:
        self._database = database
        self._edge = edge

    def put(self, rows: Sequence[Row], later: Sequence[Later] = ()) -> None:
        """Write rows, replacing those of the same id, then make times later. Raises StoreError."""
        writes = _writes(rows, later)
        if writes:
            tables = ", ".join(dict.fromkeys(each.table for each in writes))
            self._edge.run(f"projecting {tables}", lambda: self._write(writes))

    def remove(self, table: str, ids: Sequence[str]) -> None:
        """Remove rows by id. Raises StoreError for an odd name of a table."""
        rows = self._rows(table)
        for start in range(0, len(ids), ID_PAGE):
            where = {"_id": {"$in": [str(id) for id in ids[start : start + ID_PAGE]]}}
            self._edge.run(f"removing from {table}", partial(_remove, rows, where))

    def by_id(
        self, table: str, ids: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """Rows by id, or these fields of them; ids without a row are left out."""
        rows = self._rows(table)
        wanted = _wanted(fields)
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), ID_PAGE):
            where = {"_id": {"$in": [str(id) for id in ids[start : start + ID_PAGE]]}}
            docs = self._edge.run(f"reading {table}", partial(_all, rows, where, wanted))
            found.update((doc["_id"], _row(doc)) for doc in docs)
        return found

    def find(
        self,
        table: str,
        where: Mapping[str, Any] | None,
        since: tuple[str, datetime] | None,
        until: tuple[str, datetime] | None,
        order: str,
        descending: bool,
        limit: int | None,
    ) -> Iterator[dict[str, Any]]:
        """Rows that fit, ordered by a field and then by id. Raises StoreError for odd names."""
        rows = self._rows(table)
        question = _question(where, since, until)
        direction = DESCENDING if descending else ASCENDING
        keys = [(_field(checked_name(order, "order")), direction), ("_id", direction)]
        if limit is not None and limit <= 0:
            return iter(())
        cursor = rows.find(question, allow_disk_use=True).sort(keys[:1] if order == "id" else keys)
        found = cursor if limit is None else cursor.limit(limit)
        return (_row(doc) for doc in self._edge.each(f"reading {table}", found))

    def clear(self) -> None:
        """Remove the rows of all projections; the indexes stay."""
        for name in self._edge.run("listing projections", self._names):
            self._edge.run(f"clearing {name}", partial(self._clear, name))

    def _names(self) -> list[str]:
        names = self._database.list_collection_names()
        return [name for name in names if name.startswith(PROJECTION)]

    def _clear(self, name: str) -> None:
        self._database[name].delete_many({})

    def _rows(self, table: str) -> Docs:
        return self._database[PROJECTION + checked_name(table, "table")]

    def _write(self, writes: Sequence[Write]) -> None:
        """All of it, one command a table; the last is waited for with all that came before it."""
        queue = deque(writes)
        while queue:
            write = queue.popleft()
            rows = self._rows(write.table)
            if queue and self._edge.has_one_log():
                rows = rows.with_options(write_concern=UNAWAITED)
            queue.extend(write.into(rows))


@dataclass(frozen=True, slots=True)
class Write:
    """One command: rows that are fresh, or else changes of rows in their order."""

    table: str
    fresh: Mapping[str, Doc]
    changes: Sequence[ReplaceOne[Doc] | UpdateMany]

    def into(self, rows: Docs) -> Iterator[Write]:
        """Make it; what remains to be written: rows that were not fresh after all."""
        if self.changes:
            _change(rows, self.changes)
            return
        try:
            rows.insert_many(self.fresh.values(), ordered=False)
        except BulkWriteError as error:
            there = duplicates(error)
            if there is None:
                raise
            held = [doc for id, doc in self.fresh.items() if id in there]
            yield Write(self.table, {}, [_replacing(doc) for doc in held])


def _writes(rows: Sequence[Row], later: Sequence[Later]) -> list[Write]:
    """Rows and times as one or two commands a table. Raises StoreError before any is made."""
    fresh: dict[str, dict[str, Doc]] = {}
    known: dict[str, dict[str, Doc]] = {}
    for row in rows:
        table = checked_name(row.table, "table")
        doc = {**stored_doc(table, row.id, row.doc), "_id": row.id}
        here, there = (fresh, known) if row.fresh else (known, fresh)
        there.get(table, {}).pop(row.id, None)
        here.setdefault(table, {})[row.id] = doc
    changes: dict[str, list[ReplaceOne[Doc] | UpdateMany]] = {
        table: [_replacing(doc) for doc in docs.values()] for table, docs in known.items()
    }
    for each in later:
        changes.setdefault(checked_name(each.table, "table"), []).append(_later(each))
    return [Write(table, docs, []) for table, docs in fresh.items() if docs] + [
        Write(table, {}, each) for table, each in changes.items() if each
    ]


def _replacing(doc: Doc) -> ReplaceOne[Doc]:
    return ReplaceOne({"_id": {"$eq": doc["_id"]}}, doc, upsert=True)


def _later(later: Later) -> UpdateMany:
    name = checked_name(later.field, "field")
    told = stored_doc(later.table, "any", {name: later.at})
    where = {"_id": {"$in": [str(id) for id in later.ids]}, name: {"$lt": told[name]}}
    return UpdateMany(where, {"$set": told})


def _change(rows: Docs, changes: Sequence[ReplaceOne[Doc] | UpdateMany]) -> None:
    for last in (False, False, True):
        try:
            rows.bulk_write(changes, ordered=True)
        except BulkWriteError as error:
            # Two processes that first write one row meet here; now it exists: replace it.
            if last or duplicates(error) is None:
                raise
        else:
            return


def _remove(rows: Docs, where: Doc) -> None:
    rows.delete_many(where)


def _all(rows: Docs, where: Doc, wanted: Doc | None) -> list[Doc]:
    return list(rows.find(where, wanted))


def _wanted(fields: Sequence[str] | None) -> Doc | None:
    """What to send of each row; an empty list of fields asks for the id alone."""
    if fields is None:
        return None
    return {"_id": 1, **{_field(checked_name(name, "a field asked for")): 1 for name in fields}}


def _question(
    where: Mapping[str, Any] | None,
    since: tuple[str, datetime] | None,
    until: tuple[str, datetime] | None,
) -> Doc:
    parts: list[Doc] = [
        {_field(name): {"$eq": value}} for name, value in checked_where(where).items()
    ]
    low, high = checked_bound(since), checked_bound(until)
    if low is not None:
        parts.append({_field(low[0]): {"$gte": low[1]}})
    if high is not None:
        parts.append({_field(high[0]): {"$lt": high[1]}})
    return {"$and": parts} if parts else {}


def _field(name: str) -> str:
    return "_id" if name == "id" else name


def _row(doc: Doc) -> dict[str, Any]:
    id = doc.pop("_id")
    return {"id": id, **doc}

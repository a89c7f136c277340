"""Projection tables in MongoDB: one collection `p_<table>` each. Not evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pymongo import ASCENDING, DESCENDING, ReplaceOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from evidence.store.mongo.edge import Edge, duplicates
from evidence.store.mongo.schema import PROJECTION, Doc, Docs
from evidence.store.ports import Row
from evidence.store.rows import checked_bound, checked_name, checked_where, stored_doc

ID_PAGE = 5_000


class MongoTables:
    """All projection collections of an archive."""

    def __init__(self, database: Database[Doc], edge: Edge) -> None:
        self._database = database
        self._edge = edge

    def put(self, rows: Sequence[Row]) -> None:
        """Write rows, replacing those of the same id. Raises StoreError."""
        by_table: dict[str, list[ReplaceOne[Doc]]] = {}
        for row in rows:
            doc = stored_doc(row.table, row.id, row.doc)
            replacing = ReplaceOne({"_id": {"$eq": row.id}}, {**doc, "_id": row.id}, upsert=True)
            by_table.setdefault(checked_name(row.table, "table"), []).append(replacing)
        for table, writes in by_table.items():
            self._edge.run(f"projecting {table}", partial(self._write, table, writes))

    def remove(self, table: str, ids: Sequence[str]) -> None:
        """Remove rows by id. Raises StoreError for an odd name of a table."""
        rows = self._rows(table)
        for start in range(0, len(ids), ID_PAGE):
            where = {"_id": {"$in": [str(id) for id in ids[start : start + ID_PAGE]]}}
            self._edge.run(f"removing from {table}", partial(_remove, rows, where))

    def advance(self, table: str, ids: Sequence[str], field: str, at: datetime) -> None:
        """Make a time of rows later, where it is earlier: one command, however many rows."""
        name = checked_name(field, "field")
        rows = self._rows(table)
        where = {"_id": {"$in": [str(id) for id in ids]}, name: {"$lt": at}}
        self._edge.run(f"projecting {table}", lambda: rows.update_many(where, {"$set": {name: at}}))

    def by_id(self, table: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Rows by id; ids without a row are left out."""
        rows = self._rows(table)
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), ID_PAGE):
            where = {"_id": {"$in": [str(id) for id in ids[start : start + ID_PAGE]]}}
            docs = self._edge.run(f"reading {table}", partial(_all, rows, where))
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

    def _write(self, table: str, writes: Sequence[ReplaceOne[Doc]]) -> None:
        for last in (False, False, True):
            try:
                self._rows(table).bulk_write(writes, ordered=True)
            except BulkWriteError as error:
                # Two processes that first write one row meet here; now it exists: replace it.
                if last or duplicates(error) is None:
                    raise
            else:
                return


def _remove(rows: Docs, where: Doc) -> None:
    rows.delete_many(where)


def _all(rows: Docs, where: Doc) -> list[Doc]:
    return list(rows.find(where))


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

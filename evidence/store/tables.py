"""Projection tables in memory, answering as MongoDB does."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from evidence.store.ports import Later, Row
from evidence.store.rows import checked_bound, checked_name, checked_where, stored_doc

RANKS: tuple[tuple[type, int], ...] = ((bool, 4), (int, 1), (float, 1), (str, 2), (datetime, 5))
"""Order between values of different types in a sort (a bool is an int to Python: it stands first).
Nothing and None come before all."""


class Tables:
    """Rows by table and id. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, dict[str, Any]]] = {}

    def put(self, rows: Sequence[Row]) -> None:
        """Keep rows, all or none, replacing those of the same id. Raises StoreError."""
        ready = [
            (checked_name(row.table, "table"), row.id, stored_doc(row.table, row.id, row.doc))
            for row in rows
        ]
        for table, id, doc in ready:
            self._rows.setdefault(table, {})[id] = {**doc, "id": id}

    def remove(self, table: str, ids: Sequence[str]) -> None:
        """Remove rows by id. Raises StoreError for an odd name of a table."""
        held = self._rows.get(checked_name(table, "table"), {})
        for id in ids:
            held.pop(id, None)

    def advance(self, later: Later) -> None:
        """Make a time of rows later, where it is earlier."""
        held = self._rows.get(checked_name(later.table, "table"), {})
        name = checked_name(later.field, "field")
        at = stored_doc(later.table, "any", {name: later.at})[name]
        for id in later.ids:
            now = held.get(id, {}).get(name)
            if isinstance(now, datetime) and now < at:
                held[id][name] = at

    def by_id(
        self, table: str, ids: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """Rows by id, or these fields of them; ids without a row are left out."""
        held = self._rows.get(checked_name(table, "table"), {})
        if fields is None:
            return {id: copy.deepcopy(held[id]) for id in ids if id in held}
        names = ("id", *(checked_name(name, "a field asked for") for name in fields))
        return {
            id: {name: copy.deepcopy(held[id][name]) for name in names if name in held[id]}
            for id in ids
            if id in held
        }

    def find(
        self,
        table: str,
        where: Mapping[str, Any] | None,
        since: tuple[str, datetime] | None,
        until: tuple[str, datetime] | None,
        order: str,
        descending: bool,
    ) -> list[dict[str, Any]]:
        """Rows that fit, ordered by a field and then by id. Raises StoreError for odd names."""
        wanted, low, high = checked_where(where), checked_bound(since), checked_bound(until)
        field = checked_name(order, "order")
        found = [
            copy.deepcopy(row)
            for row in self._rows.get(checked_name(table, "table"), {}).values()
            if all(_equal(row.get(name), value) for name, value in wanted.items())
            and (low is None or _within(row.get(low[0]), low[1], None))
            and (high is None or _within(row.get(high[0]), None, high[1]))
        ]
        found.sort(key=lambda row: (_rank(row.get(field)), row["id"]), reverse=descending)
        return found


def _equal(held: Any, asked: Any) -> bool:
    """A list holds a value when one of its items is that value, as in MongoDB."""
    if isinstance(held, list):
        return any(_equal(item, asked) for item in held)
    return isinstance(held, bool) == isinstance(asked, bool) and bool(held == asked)


def _within(held: Any, low: datetime | None, high: datetime | None) -> bool:
    if not isinstance(held, datetime):
        return False
    return (low is None or held >= low) and (high is None or held < high)


def _rank(value: Any) -> tuple[int, Any]:
    for kind, rank in RANKS:
        if isinstance(value, kind):
            return rank, value
    return (0, 0) if value is None else (3, str(value))

"""Rows being written, over the rows already in the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from evidence.model import Entry
from evidence.record import server_of
from evidence.store.ports import Archive, Later, Row

Objects = Mapping[str, Any]

TABLES = (
    "watches",
    "campaigns",
    "posts",
    "snapshots",
    "observations",
    "accounts",
    "captures",
    "media",
    "validators",
    "interactions",
    "fingerprints",
    "outcomes",
    "custody",
    "anchors",
)


BY_RECORD = frozenset(
    {"snapshots", "observations", "accounts", "captures", "outcomes", "custody", "anchors"}
)
"""Tables whose rows are named by the statement they are folded from: written once each."""


class Rows:
    """Rows being written, over the rows already in the archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._new: dict[tuple[str, str], dict[str, Any]] = {}
        self._old: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._later: dict[tuple[str, str, datetime], list[str]] = {}

    def prime(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read many rows at once, so that `before` need not ask for each."""
        ids: dict[str, list[str]] = {}
        for table, id in wanted:
            if (table, id) not in self._old:
                ids.setdefault(table, []).append(id)
        for table, missing in ids.items():
            found = self._archive.rows_by_id(table, missing)
            for id in missing:
                self._old[table, id] = found.get(id)

    def before(self, table: str, id: str) -> dict[str, Any] | None:
        """The newest version of a row, written in this fold or earlier."""
        if (table, id) in self._new:
            return self._new[table, id]
        self.prime([(table, id)])
        return self._old[table, id]

    def write(self, table: str, id: str, doc: Mapping[str, Any]) -> None:
        """Replace a row."""
        self._new[table, id] = {"id": id, **doc}

    def merge(self, table: str, id: str, fields: Mapping[str, Any]) -> None:
        """Change some fields of a row; a row that is not there is not made."""
        row = self.before(table, id)
        if row is not None:
            self._new[table, id] = {**row, **fields}

    def advance(self, table: str, ids: Iterable[str], field: str, at: datetime) -> None:
        """Make a time of rows later, where it is earlier; without reading them."""
        for id in ids:
            if not self._made_later(table, id, field, at):
                self._later.setdefault((table, field, at), []).append(id)

    def written(self) -> tuple[tuple[str, str], ...]:
        """(table, id) of the rows that will be written whole."""
        return tuple(self._new)

    def save(self) -> None:
        """Write what was folded."""
        later = tuple(self._still_later())
        self._archive.project(
            [
                Row(table, id, doc, self._is_fresh(table, id))
                for (table, id), doc in self._new.items()
            ],
            later,
        )

    def _still_later(self) -> Iterator[Later]:
        """Times of rows that are not written whole: a reading comes before the posts it brings."""
        for (table, field, at), ids in self._later.items():
            left = tuple(id for id in ids if not self._made_later(table, id, field, at))
            if left:
                yield Later(table, left, field, at)

    def _made_later(self, table: str, id: str, field: str, at: datetime) -> bool:
        """Make a time of a row that will be written whole later; False when it will not be."""
        row = self._new.get((table, id))
        if row is None:
            return False
        row[field] = max(row[field], at)
        return True

    def _is_fresh(self, table: str, id: str) -> bool:
        """Whether no row should be there: none was found, or each record has its own."""
        return table in BY_RECORD or self._old.get((table, id), {}) is None


Fold = Callable[[Entry, Objects, Rows], None]


def server_shown(rows: Rows, platform: str, watch: str | None) -> str:
    """The server whose ids a watched account's pages show."""
    row = rows.before("watches", watch) if watch else None
    return server_of(platform, str(row["entry"].get("base_url", ""))) if row else ""


def said_by_person(facts: Mapping[str, Any]) -> bool:
    """Whether a statement rests on a file a person handed in, so that its time of sight is a claim."""
    return facts.get("via") == "HUMAN"


def time_of(text: str | None) -> datetime | None:
    """The time a stored text says, None for none."""
    if text is None:
        return None
    return datetime.fromisoformat(text)

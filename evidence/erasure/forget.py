"""Projections after an erasure: the rows of the accounts concerned, folded anew from the log.

What the fold no longer gives is taken out. The result is that of a whole rebuild, without the time
and without ever emptying a table that a crawl is reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from evidence.model import Entry, Opening, StatementType
from evidence.projection import TABLES, project_entries
from evidence.query.subject import entries_with, names_watch
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Archive, Row

BATCH = 200
TOGETHER = 20
"""Accounts whose rows are folded in memory at once."""


class _Fold(MemoryArchive):
    """Rows being folded; objects come from the real archive, and so do other accounts' rows."""

    def __init__(self, archive: Archive, watches: Collection[str]) -> None:
        super().__init__()
        self._archive = archive
        self._watches = watches

    def open_object(self, rec: str, role: str) -> Opening | None:
        return self._archive.open_object(rec, role)

    def rows_by_id(self, table: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        own = super().rows_by_id(table, ids)
        if table != "watches":
            return own
        others = [id for id in ids if id not in self._watches]
        return {**self._archive.rows_by_id(table, others), **own}


def forget(archive: Archive, watches: Collection[str]) -> int:
    """Write the rows of these accounts as the log now gives them; returns rows taken out.

    Accounts that kept a picture under an address one of these had kept too are folded with them.
    """
    ordered = sorted(watches)
    groups = (ordered[start : start + TOGETHER] for start in range(0, len(ordered), TOGETHER))
    return sum(_forget_group(archive, group) for group in groups)


def _forget_group(archive: Archive, watches: Collection[str]) -> int:
    accounts = frozenset(watches) | _sharing(archive, watches)
    seen = -1
    removed = 0
    while seen != archive.size():
        # What was recorded while we folded is folded in the next turn.
        seen = archive.size()
        removed += _renew(archive, accounts)
    return removed


def _renew(archive: Archive, watches: frozenset[str]) -> int:
    fold = _Fold(archive, watches)
    batch: list[Entry] = []
    for entry in _about(archive, watches):
        batch.append(entry)
        if len(batch) == BATCH:
            project_entries(fold, batch)
            batch = []
    project_entries(fold, batch)
    removed = 0
    for table in TABLES:
        new = {row["id"]: row for row in _rows(fold, table, watches)}
        gone = [row["id"] for row in _rows(archive, table, watches) if row["id"] not in new]
        foreign = _of_others(archive, table, list(new), watches)
        archive.project([Row(table, id, _doc(row)) for id, row in new.items() if id not in foreign])
        archive.unproject(table, gone)
        removed += len(gone)
    return removed


def _of_others(
    archive: Archive, table: str, ids: Sequence[str], watches: frozenset[str]
) -> frozenset[str]:
    """Rows that another account's later capture wrote; they stay as they are."""
    if table != "media":
        return frozenset()
    rows = archive.rows_by_id(table, ids)
    return frozenset(id for id, row in rows.items() if row["watch"] not in watches)


def _about(archive: Archive, watches: frozenset[str]) -> Iterator[Entry]:
    """Statements that name the accounts, and readings of those they act upon or are acted on by."""
    others = _counterparts(archive, watches)
    for entry in entries_with(archive, sorted(watches | others)):
        reading = entry.statement.type is StatementType.READING
        if names_watch(entry, watches) or (
            reading and entry.statement.facts["counts"]["interactions"]
        ):
            yield entry


def _counterparts(archive: Archive, watches: frozenset[str]) -> frozenset[str]:
    rows = _rows(archive, "interactions", watches)
    named = {row[side] for row in rows for side in ("actor_watch", "target_watch")}
    return frozenset(str(watch) for watch in named if watch) - watches


def _sharing(archive: Archive, watches: Collection[str]) -> frozenset[str]:
    """Accounts with a capture of an address that one of these is named for in `media`."""
    found: set[str] = set()
    for watch in watches:
        for row in archive.rows("media", {"watch": watch}):
            url = row["id"].partition("|")[2]
            found |= {str(c["watch"]) for c in archive.rows("captures", {"url": url})}
    return frozenset(found)


def _rows(archive: Archive, table: str, watches: frozenset[str]) -> Iterator[Mapping[str, Any]]:
    if table == "watches":
        yield from archive.rows_by_id(table, sorted(watches)).values()
        return
    fields = ("actor_watch", "target_watch") if table == "interactions" else ("watch",)
    given: set[str] = set()
    for field in fields:
        for watch in sorted(watches):
            for row in archive.rows(table, {field: watch}):
                if row["id"] not in given:
                    given.add(row["id"])
                    yield row


def _doc(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}

"""Whether the projections hold a row for everything the log says.

Their contents are not compared: they are no evidence, and `jejak store rebuild` writes them anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from evidence.canonical import decode
from evidence.errors import JejakError
from evidence.model import Entry, StatementType
from evidence.projection import FOLDS, READS, Rows
from evidence.query.fault import Check
from evidence.store import MemoryArchive
from evidence.store.ports import Archive, Row

INDIRECT = ("media", "validators")
"""Tables whose ids depend on what other rows say."""

Readable = tuple[Entry, Mapping[str, bytes]]
"""An entry and the objects of it that could be opened, by role."""


def missing_rows(archive: Archive, readable: Sequence[Readable], check: Check) -> None:
    """Say every row that folding these entries makes and that is not there.

    An entry whose object was erased or cannot be opened makes none.
    """
    wanted = list(_wanted(readable, _standing(archive, readable)))
    for table in sorted({table for _entry, table, _id in wanted}):
        ids = [(entry, id) for entry, name, id in wanted if name == table]
        try:
            there = archive.rows_by_id(table, [id for _entry, id in ids])
        except JejakError as error:
            check.note("NOT_ASKED", f"table {table}", error.why)
            continue
        for entry, id in ids:
            if id not in there:
                check.fault(
                    "PROJECTION_MISSING",
                    f"record {entry.statement.rec}, table {table}",
                    "its row is gone; run `jejak store rebuild`",
                )


def _standing(archive: Archive, readable: Sequence[Readable]) -> MemoryArchive:
    """An archive of the accounts, and the captures acts were seen in, that these entries speak of.

    A post's row is named by its account's server as well (`server_shown`), so no row can be named
    without them; what folding reads besides is left out.
    """
    said = [entry.statement.facts for entry, _objects in readable]
    captures = _there(archive, "captures", (facts.get("capture") for facts in said))
    seen_on = (row.get("watch") for row in captures.values())
    watches = _there(archive, "watches", [*(facts.get("watch") for facts in said), *seen_on])
    standing = MemoryArchive()
    for table, rows in (("captures", captures), ("watches", watches)):
        standing.project([Row(table, id, doc, fresh=True) for id, doc in rows.items()])
    return standing


def _there(archive: Archive, table: str, ids: Iterable[object]) -> Mapping[str, Mapping[str, Any]]:
    """Rows of a table by id; none where this user may not look, which `missing_rows` says."""
    try:
        return archive.rows_by_id(table, sorted({id for id in ids if isinstance(id, str)}))
    except JejakError:
        return {}


def _wanted(
    readable: Sequence[Readable], standing: MemoryArchive
) -> Iterator[tuple[Entry, str, str]]:
    """(entry, table, row id) of the rows that folding gives, whatever rows there were before."""
    for entry, objects in readable:
        kind = entry.statement.type
        role = READS.get(kind)
        if kind not in FOLDS or (role is not None and role not in objects):
            continue
        if kind is StatementType.READING:
            continue  # it only changes rows that others made
        rows = Rows(standing)
        FOLDS[kind](entry, {role: decode(objects[role])} if role else {}, rows)
        for table, id in rows.written():
            if table not in INDIRECT:
                yield entry, table, id

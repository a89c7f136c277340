"""Whether the projections hold a row for everything the log says.

Their contents are not compared: they are no evidence, and `jejak store rebuild` writes them anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidence.canonical import decode
from evidence.errors import JejakError
from evidence.model import Entry, StatementType
from evidence.projection import FOLDS, READS, Rows
from evidence.query.fault import Check
from evidence.store import MemoryArchive
from evidence.store.ports import Archive

INDIRECT = ("media", "validators")
"""Tables whose ids depend on what other rows say."""

Readable = tuple[Entry, Mapping[str, bytes]]
"""An entry and the objects of it that could be opened, by role."""


def missing_rows(archive: Archive, readable: Sequence[Readable], check: Check) -> None:
    """Say every row that folding these entries makes and that is not there.

    An entry whose object was erased or cannot be opened makes none.
    """
    wanted = list(_wanted(readable))
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


def _wanted(readable: Sequence[Readable]) -> Iterator[tuple[Entry, str, str]]:
    """(entry, table, row id) of the rows that folding gives, whatever was there before."""
    nothing = MemoryArchive()
    for entry, objects in readable:
        kind = entry.statement.type
        role = READS.get(kind)
        if kind not in FOLDS or (role is not None and role not in objects):
            continue
        if kind is StatementType.READING:
            continue  # it only changes rows that others made
        rows = Rows(nothing)
        FOLDS[kind](entry, {role: decode(objects[role])} if role else {}, rows)
        for table, id in rows.written():
            if table not in INDIRECT:
                yield entry, table, id

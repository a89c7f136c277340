"""Custody: whoever opens evidence leaves a statement that says so, before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evidence.canonical import encode, to_value
from evidence.model import Draft, Entry, Plain, StatementType
from evidence.projection import project_entries
from evidence.record import Recorder
from evidence.store.ports import Archive

MAX_SUBJECTS = 100
"""More subjects than these are given as their number (docs/formats/statement.md)."""


def custody_draft(
    recorder: Recorder,
    action: str,
    subjects: Sequence[str],
    at: datetime,
    *,
    actor: str,
    purpose: str,
    order: str,
) -> Draft:
    """The statement that a person read, exported or verified evidence.

    action: READ, EXPORT or VERIFY.   subjects: record ids or slots.
    actor:  the person, kept as an object of its own.   order: number of the assignment order.
    """
    named = sorted(set(subjects))
    facts = {
        "action": action,
        "subjects": named if len(named) <= MAX_SUBJECTS else len(named),
        "purpose": purpose,
        "order": order,
    }
    body = Plain("actor", "application/json", encode(to_value({"actor": actor})))
    return recorder.draft(StatementType.CUSTODY, at, facts, [body])


def record_read(
    archive: Archive,
    recorder: Recorder,
    subjects: Sequence[str],
    at: datetime,
    *,
    actor: str,
    purpose: str,
    order: str,
) -> Entry | None:
    """Record that a person reads these; durable on return. None when there is nothing to read."""
    if not subjects:
        return None
    draft = custody_draft(recorder, "READ", subjects, at, actor=actor, purpose=purpose, order=order)
    entries = archive.record([draft])
    project_entries(archive, entries)
    return entries[0]

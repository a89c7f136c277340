"""Custody: whoever opens evidence leaves a statement that says so, before it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from evidence.canonical import encode, to_value
from evidence.model import Draft, Entry, Plain, StatementType
from evidence.model.statement import Fact
from evidence.projection import project_entries
from evidence.record import Recorder
from evidence.store.ports import Archive

MAX_SUBJECTS = 100
"""More subjects than these are given as their number (docs/formats/statement.md)."""


class Action(StrEnum):
    """What a custody statement says was done."""

    READ = "READ"
    EXPORT = "EXPORT"
    VERIFY = "VERIFY"
    SUBJECT_EXPORT = "SUBJECT_EXPORT"
    """A copy was made for the person the records are about."""
    HOLD = "HOLD"
    """The subjects may not be erased; `purpose` names the case."""
    HOLD_LIFTED = "HOLD_LIFTED"
    INGEST = "INGEST"
    """The officer handed in a file; the subject is its capture."""
    ERASE_REQUEST = "ERASE_REQUEST"
    """An officer asks for an erasure; `purpose` is its legal basis."""


def custody_draft(
    recorder: Recorder,
    action: str,
    subjects: Sequence[str],
    at: datetime,
    *,
    actor: str,
    purpose: str,
    order: str,
    officer: str = "",
    found: Mapping[str, Fact] | None = None,
) -> Draft:
    """The statement that a person did something with evidence.

    action:  a word of Action.   subjects: record ids, slots, or tokens of Subject.
    actor:   the system user, kept as an object of its own with the officer's name, when given.
    order:   number of the assignment order.
    found:   of VERIFY, what the check found (docs/formats/statement.md); words and numbers only.
    More than MAX_SUBJECTS subjects are told by their number, and listed in an object `subjects`.
    """
    named = sorted(set(subjects))
    few = len(named) <= MAX_SUBJECTS
    facts = {
        "action": str(action),
        "subjects": named if few else len(named),
        "purpose": purpose,
        "order": order,
        **({} if found is None else {"found": dict(found)}),
    }
    person = {"actor": actor, "officer": officer} if officer else {"actor": actor}
    objects = [Plain("actor", "application/json", encode(to_value(person)))]
    if not few:
        objects.append(Plain("subjects", "application/json", encode(named)))
    return recorder.draft(StatementType.CUSTODY, at, facts, objects)


def record_custody(archive: Archive, draft: Draft) -> Entry:
    """Record one custody statement and project it; durable on return."""
    entries = archive.record([draft])
    project_entries(archive, entries)
    return entries[0]


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
    return record_custody(
        archive,
        custody_draft(
            recorder, Action.READ, subjects, at, actor=actor, purpose=purpose, order=order
        ),
    )

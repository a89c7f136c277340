"""What an erasure would take, and what stands in its way. Nothing is changed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidence.errors import ScopeError
from evidence.model import Entry, StatementType
from evidence.query.hold import Hold, erased_by, held_records, holds, tombstones
from evidence.query.subject import Subject, SubjectKind, records_of
from evidence.store.ports import Archive

ERASABLE = frozenset(
    (
        StatementType.WATCH,
        StatementType.CAPTURE,
        StatementType.READING,
        StatementType.SNAPSHOT,
        StatementType.OBSERVATION,
        StatementType.ACCOUNT,
        StatementType.INTERACTION,
        StatementType.FINGERPRINT,
        StatementType.OUTCOME,
    )
)
"""What is known of persons. Who read, exported and erased stays: that is the account we owe."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one erasure takes.

    records: whose objects would be erased, in log order; those erased before are left out.
    by_type, by_watch: how many of them, per statement type and account.
    held:    record id -> hold, of those that a hold covers; the erasure is refused while any is.
    before:  records of the subjects that were erased already.
    """

    records: tuple[Entry, ...]
    by_type: Mapping[str, int]
    by_watch: Mapping[str, int]
    held: Mapping[str, Hold]
    before: int


def plan_erasure(
    archive: Archive, subjects: Sequence[Subject], *, below: int | None = None
) -> Plan:
    """What erasing these subjects would take.

    below: only records with a smaller index (an erasure that was cut off is finished as it was
           begun).
    Raises ScopeError for a subject that may not be erased or is not there.
    """
    found: dict[int, Entry] = {}
    for subject in subjects:
        if subject.kind is SubjectKind.PACKAGE:
            raise ScopeError(
                f"package {subject.id}",
                "an export is no subject of erasure",
                "Name the accounts, posts or records it holds",
            )
        found |= {e.index: e for e in records_of(archive, subject)}
    kept = [found[i] for i in sorted(found) if below is None or i < below]
    return plan_of(archive, kept)


def plan_of(archive: Archive, entries: Iterable[Entry]) -> Plan:
    """The plan for these records. Raises ScopeError for one that may not be erased."""
    done = erased_records(archive)
    covered = held_records(archive, holds(archive))
    todo, before = [], 0
    for entry in entries:
        kind, rec = entry.statement.type, entry.statement.rec
        if kind not in ERASABLE:
            raise ScopeError(f"record {rec}", f"a {kind.value} statement is never erased")
        if rec in done:
            before += 1
        elif entry.statement.objects:
            todo.append(entry)
    types = Counter(e.statement.type.value for e in todo)
    watches = Counter(str(e.statement.facts.get("watch") or "-") for e in todo)
    held = {e.statement.rec: covered[e.statement.rec] for e in todo if e.statement.rec in covered}
    return Plan(
        tuple(todo), dict(sorted(types.items())), dict(sorted(watches.items())), held, before
    )


def erased_records(archive: Archive) -> dict[str, Entry]:
    """Record id -> the first statement in the log that says it was erased.

    A statement that came after a hold on its record, and was stopped by it, erased nothing and is
    not among them (`evidence.query.hold`).
    """
    told = tombstones(archive)
    void = told.void(archive)
    said: dict[str, Entry] = {}
    for entry in told.said:
        if entry.index not in void:
            said.setdefault(erased_by(entry), entry)
    return said

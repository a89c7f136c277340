"""Holds, and the erasures that came after one. Between the two the order of the log decides.

A leaf has all leaves before it: when an erasure's statement is in the log, the holds that came
before it are settled for ever. One that was in force then, and covers the record, stops the erasure
of that record; one that comes later finds it erased. So it does not matter how the two raced.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from evidence.model import Entry, StatementType
from evidence.query.custody import Action
from evidence.query.present import present_objects
from evidence.query.subject import entries_of_type, named_subject, records_of
from evidence.store.ports import Archive


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold, in force or lifted.

    subject:   token of what is held (`evidence.query.subject`).
    case:      number of the case, readable in the log for ever; no names.
    index:     leaf of the statement that began it.
    lifted_at, lifted: time and leaf of the one that ended it; None while it is in force.
    """

    subject: str
    case: str
    order: str
    held_at: datetime
    rec: str
    index: int
    lifted_at: datetime | None = None
    lifted: int | None = None

    def in_force(self, index: int) -> bool:
        """Whether it was in force when the leaf `index` was recorded."""
        return self.index < index and (self.lifted is None or index < self.lifted)


def holds(archive: Archive, *, lifted: bool = False) -> tuple[Hold, ...]:
    """The holds in force, in the order they began; with `lifted` those that ended as well."""
    found: dict[tuple[str, str], Hold] = {}
    ended: list[Hold] = []
    for entry in entries_of_type(archive, StatementType.CUSTODY):
        said, facts = entry.statement, entry.statement.facts
        if facts.get("action") not in (Action.HOLD, Action.HOLD_LIFTED):
            continue
        named = facts.get("subjects")
        # One that names nothing is found by `subject_of`, which refuses it.
        token = str(named[0]) if isinstance(named, list) and named else ""
        key = (token, str(facts.get("purpose")))
        if facts["action"] == Action.HOLD:
            hold = Hold(*key, str(facts.get("order")), said.at, said.rec, entry.index)
            found.setdefault(key, hold)
        elif key in found:
            hold = found.pop(key)
            ended.append(
                Hold(*key, hold.order, hold.held_at, hold.rec, hold.index, said.at, entry.index)
            )
    listed = [*found.values(), *(ended if lifted else ())]
    return tuple(sorted(listed, key=lambda hold: (hold.held_at, hold.rec)))


def held_records(archive: Archive, found: Collection[Hold]) -> dict[str, Hold]:
    """Record id -> a hold that covers it, for every record that the holds' subjects show in.

    A held package covers the records it holds.
    """
    covered: dict[str, Hold] = {}
    for hold in found:
        for entry in records_of(archive, named_subject(archive, hold.subject)):
            covered.setdefault(entry.statement.rec, hold)
    return covered


@dataclass(frozen=True, slots=True)
class Tombstones:
    """What the log says of erasures.

    said:    every erasure statement, in log order.
    against: leaf of a statement -> a hold on its record that was in force at that leaf.
    """

    said: tuple[Entry, ...]
    against: Mapping[int, Hold]

    def valid(self) -> dict[str, Entry]:
        """Record id -> its first erasure statement with no hold against it."""
        found: dict[str, Entry] = {}
        for entry in self.said:
            if entry.index not in self.against:
                found.setdefault(erased_by(entry), entry)
        return found

    def void(self, archive: Archive) -> dict[int, Hold]:
        """Leaf of each statement that a hold stopped -> the hold; it erased nothing.

        So it is when the record can still be opened, or was erased by a statement of its own later.
        """
        valid = self.valid()
        recs = {erased_by(entry) for entry in self.said if entry.index in self.against}
        kept = {rec for rec in recs if rec in valid or present_objects(archive, rec)}
        return {e.index: self.against[e.index] for e in self.said
                if e.index in self.against and erased_by(e) in kept}  # fmt: skip


def erased_by(tombstone: Entry) -> str:
    """The record id that an erasure statement is about."""
    return str(tombstone.statement.facts.get("subject"))


def tombstones(archive: Archive) -> Tombstones:
    """All erasure statements, weighed against the holds that were in force when each was recorded.

    Reads the log once, and once more for each hold during which something was erased.
    """
    said = tuple(entries_of_type(archive, StatementType.ERASURE))
    return Tombstones(said, _against(archive, said) if said else {})


def _against(archive: Archive, said: Collection[Entry]) -> dict[int, Hold]:
    found: dict[int, Hold] = {}
    for hold in holds(archive, lifted=True):
        during = [entry for entry in said if hold.in_force(entry.index)]
        covered = held_records(archive, (hold,)) if during else {}
        for entry in during:
            if erased_by(entry) in covered:
                found.setdefault(entry.index, hold)
    return found

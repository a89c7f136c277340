"""Holds, and the erasures that came after one. Between the two the order of the log decides.

A leaf has all leaves before it: when an erasure's statement is in the log, the holds that came
before it are settled for ever. One that was in force then, and covers the record, stops the erasure
of that record; one that comes later finds it erased. So it does not matter how the two raced.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from evidence.model import Entry, StatementType
from evidence.query.custody import Action
from evidence.query.present import present_objects
from evidence.query.subject import entries_of_type, records_of, subject_of
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
        if facts["action"] not in (Action.HOLD, Action.HOLD_LIFTED):
            continue
        key = (str(facts["subjects"][0]), str(facts["purpose"]))
        if facts["action"] == Action.HOLD:
            hold = Hold(*key, str(facts["order"]), said.at, said.rec, entry.index)
            found.setdefault(key, hold)
        elif key in found:
            hold = found.pop(key)
            ended.append(
                Hold(*key, hold.order, hold.held_at, hold.rec, hold.index, said.at, entry.index)
            )
    listed = [*found.values(), *(ended if lifted else ())]
    return tuple(sorted(listed, key=lambda hold: (hold.held_at, hold.rec)))


def held_records(archive: Archive, found: Collection[Hold]) -> dict[str, Hold]:
    """Record id -> a hold that covers it, for every record that the holds' subjects show in."""
    covered: dict[str, Hold] = {}
    for hold in found:
        for entry in records_of(archive, subject_of(hold.subject)):
            covered.setdefault(entry.statement.rec, hold)
    return covered


@dataclass(frozen=True, slots=True)
class Tombstones:
    """What the log says of erasures, each by the record it is about.

    valid:   the first erasure statement before which no hold on the record was in force.
    overrun: of records that have no such statement, their first one and a hold that stood before it.
    """

    valid: dict[str, Entry]
    overrun: dict[str, tuple[Entry, Hold]]

    def stopped(self, archive: Archive) -> dict[str, tuple[Entry, Hold]]:
        """Of the overrun ones those that a hold stopped: something of the record is still there."""
        return {r: said for r, said in self.overrun.items() if present_objects(archive, r)}


def tombstones(archive: Archive) -> Tombstones:
    """All erasure statements, weighed against the holds that were in force when each was recorded.

    Reads the log once, and once more for each hold during which something was erased.
    """
    said = tuple(entries_of_type(archive, StatementType.ERASURE))
    against = _against(archive, said) if said else {}
    valid: dict[str, Entry] = {}
    overrun: dict[str, tuple[Entry, Hold]] = {}
    for entry in said:
        rec = str(entry.statement.facts["subject"])
        if entry.index in against:
            overrun.setdefault(rec, (entry, against[entry.index]))
        else:
            valid.setdefault(rec, entry)
    return Tombstones(valid, {rec: held for rec, held in overrun.items() if rec not in valid})


def _against(archive: Archive, said: Collection[Entry]) -> dict[int, Hold]:
    """Leaf of an erasure statement -> a hold on its record that was in force at that leaf."""
    found: dict[int, Hold] = {}
    for hold in holds(archive, lifted=True):
        during = [entry for entry in said if hold.in_force(entry.index)]
        covered = held_records(archive, (hold,)) if during else {}
        for entry in during:
            if entry.statement.facts["subject"] in covered:
                found.setdefault(entry.index, hold)
    return found

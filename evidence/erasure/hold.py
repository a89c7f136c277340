"""Legal holds: what is part of a case may not be erased. A hold is a statement, and so is its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from evidence.errors import ScopeError
from evidence.model import Entry, StatementType
from evidence.query.custody import Action, custody_draft, record_custody
from evidence.query.subject import Subject, entries_of_type, records_of, subject_of
from evidence.record import Recorder
from evidence.store.ports import Archive


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold, in force or lifted.

    subject:   token of what is held (`evidence.query.subject`).
    case:      number of the case, readable in the log for ever; no names.
    lifted_at: None while it is in force.
    """

    subject: str
    case: str
    order: str
    held_at: datetime
    rec: str
    lifted_at: datetime | None = None


def holds(archive: Archive, *, lifted: bool = False) -> tuple[Hold, ...]:
    """The holds in force, in the order they began; with `lifted` those that ended as well."""
    found: dict[tuple[str, str], Hold] = {}
    ended: list[Hold] = []
    for entry in entries_of_type(archive, StatementType.CUSTODY):
        statement, facts = entry.statement, entry.statement.facts
        if facts["action"] not in (Action.HOLD, Action.HOLD_LIFTED):
            continue
        key = (str(facts["subjects"][0]), str(facts["purpose"]))
        if facts["action"] == Action.HOLD:
            found.setdefault(key, Hold(*key, str(facts["order"]), statement.at, statement.rec))
        elif key in found:
            hold = found.pop(key)
            ended.append(
                Hold(hold.subject, hold.case, hold.order, hold.held_at, hold.rec, statement.at)
            )
    said = [*found.values(), *(ended if lifted else ())]
    return tuple(sorted(said, key=lambda hold: (hold.held_at, hold.rec)))


def add_hold(
    archive: Archive,
    recorder: Recorder,
    subject: Subject,
    at: datetime,
    *,
    case: str,
    order: str,
    actor: str,
) -> Entry:
    """Hold a subject for a case. Raises ScopeError when it is held for that case already."""
    if any((h.subject, h.case) == (subject.token, case) for h in holds(archive)):
        raise ScopeError(f"hold on {subject.token}", f"is in force already for case {case}")
    return _say(archive, recorder, Action.HOLD, subject, at, case=case, order=order, actor=actor)


def lift_hold(
    archive: Archive,
    recorder: Recorder,
    subject: Subject,
    at: datetime,
    *,
    case: str,
    order: str,
    actor: str,
) -> Entry:
    """End the hold of a subject for a case. Raises ScopeError when there is none."""
    if not any((h.subject, h.case) == (subject.token, case) for h in holds(archive)):
        raise ScopeError(
            f"hold on {subject.token}", f"there is none for case {case}", "See `jejak hold list`"
        )
    return _say(
        archive, recorder, Action.HOLD_LIFTED, subject, at, case=case, order=order, actor=actor
    )


def held_records(archive: Archive, found: tuple[Hold, ...]) -> dict[str, Hold]:
    """Record id -> a hold that covers it, for every record that the holds' subjects show in."""
    covered: dict[str, Hold] = {}
    for hold in found:
        for entry in records_of(archive, subject_of(hold.subject)):
            covered.setdefault(entry.statement.rec, hold)
    return covered


def _say(
    archive: Archive,
    recorder: Recorder,
    action: Action,
    subject: Subject,
    at: datetime,
    *,
    case: str,
    order: str,
    actor: str,
) -> Entry:
    if not case.strip() or not order.strip():
        raise ScopeError(f"hold on {subject.token}", "a case and an order are needed")
    draft = custody_draft(
        recorder, action, [subject.token], at, actor=actor, purpose=case, order=order
    )
    return record_custody(archive, draft)

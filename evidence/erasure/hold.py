"""Legal holds: what is part of a case may not be erased. A hold is a statement, and so is its end."""

from __future__ import annotations

from datetime import datetime

from evidence.errors import ScopeError
from evidence.model import Entry
from evidence.query.custody import Action, custody_draft, record_custody
from evidence.query.hold import holds
from evidence.query.subject import Subject
from evidence.record import Recorder
from evidence.store.ports import Archive


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

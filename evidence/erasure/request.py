"""The first of two persons: an officer asks for an erasure. Nothing is erased by that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evidence.canonical import decode
from evidence.erasure.plan import Plan, plan_erasure
from evidence.errors import ScopeError
from evidence.model import Entry, StatementType
from evidence.query.chain import subjects_of
from evidence.query.custody import Action, custody_draft, record_custody
from evidence.query.subject import Subject, entries_of_type, subject_of
from evidence.record import Recorder
from evidence.store.ports import Archive

VALID = timedelta(days=14)
"""A request older than this is to be made anew: what it rests on may have changed."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an erasure.

    rec:     its id, that of its custody statement.
    officer: who asks; actor: the system user who entered it.
    began:   index of the first erasure statement made on it; None while nothing was erased.
    """

    rec: str
    index: int
    at: datetime
    subjects: tuple[str, ...]
    basis: str
    order: str
    officer: str
    actor: str
    began: int | None


def request_erasure(
    archive: Archive,
    recorder: Recorder,
    subjects: Sequence[Subject],
    at: datetime,
    *,
    basis: str,
    order: str,
    officer: str,
    actor: str,
) -> tuple[Entry, Plan]:
    """Record that an officer asks for the erasure of these subjects.

    basis: law and article, or rule of retention.   order: number of the written order. Both stay
           readable in the log for ever; no names there.
    Raises ScopeError when a word is missing, a subject is held, or nothing is left to erase.
    """
    for name, value in (("basis", basis), ("order", order), ("officer", officer)):
        if not value.strip():
            raise ScopeError("erasure", f"its {name} is missing")
    plan = plan_erasure(archive, subjects)
    refuse_held(plan)
    if not plan.records:
        raise ScopeError("erasure", "nothing of these subjects is left to erase")
    draft = custody_draft(
        recorder, Action.ERASE_REQUEST, [s.token for s in subjects], at, actor=actor,
        purpose=basis, order=order, officer=officer,
    )  # fmt: skip
    return record_custody(archive, draft), plan


def refuse_held(plan: Plan) -> None:
    """Raises ScopeError naming the hold and the first record it covers, if there is one."""
    for rec, hold in plan.held.items():
        raise ScopeError(
            f"erasure of record {rec}",
            f"it is held for case {hold.case} since {hold.held_at:%Y-%m-%d} ({hold.subject})",
            "Lift the hold first, or leave this subject out",
        )


def requests(archive: Archive) -> tuple[Request, ...]:
    """All requests, in the order they were made."""
    began: dict[str, int] = {}
    for entry in entries_of_type(archive, StatementType.ERASURE):
        began.setdefault(str(entry.statement.facts.get("request")), entry.index)
    return tuple(
        _request(archive, entry, began.get(entry.statement.rec))
        for entry in entries_of_type(archive, StatementType.CUSTODY)
        if entry.statement.facts["action"] == Action.ERASE_REQUEST
    )


def find_request(archive: Archive, rec: str) -> Request:
    """The request of this id, or of the only one that begins so. Raises ScopeError."""
    found = [r for r in requests(archive) if rec and r.rec.startswith(rec)]
    if len(found) != 1:
        why = "is the beginning of several ids" if found else "is not in the log"
        raise ScopeError(f"erasure request {rec!r}", why, "See `jejak erase list`")
    return found[0]


def subjects_asked(request: Request) -> tuple[Subject, ...]:
    """The subjects of a request."""
    return tuple(subject_of(token) for token in request.subjects)


def _request(archive: Archive, entry: Entry, began: int | None) -> Request:
    statement = entry.statement
    opening = archive.open_object(statement.rec, "actor")
    said = decode(opening.data) if opening else {}
    return Request(
        rec=statement.rec,
        index=entry.index,
        at=statement.at,
        subjects=tuple(sorted(subjects_of(archive, entry))),
        basis=str(statement.facts["purpose"]),
        order=str(statement.facts["order"]),
        officer=str(said.get("officer", "")),
        actor=str(said.get("actor", "")),
        began=began,
    )

"""The second of two persons confirms: tombstones first, then keys, then projections.

Whatever cuts it off, confirming the same request again finishes it: the tombstones have derived
record ids, removing keys can be repeated, and projections are folded anew from the log.

A hold that somebody places meanwhile is asked for again before each batch of tombstones and after
the last, by its place in the log: no key goes whose tombstone came after a hold on its record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence.canonical import encode
from evidence.canonical import record_id as derived_id
from evidence.erasure.forget import forget
from evidence.erasure.plan import Plan, erased_records, plan_erasure
from evidence.erasure.request import (
    VALID,
    Request,
    find_request,
    refuse_held,
    subjects_asked,
)
from evidence.errors import ScopeError, StoreError
from evidence.model import Draft, Entry, Plain, StatementType
from evidence.query.custody import Action
from evidence.query.hold import Hold, erased_by, held_records, holds, tombstones
from evidence.query.present import present_objects
from evidence.query.subject import SIDES, SubjectKind
from evidence.record import Recorder
from evidence.store.ports import Archive

BATCH = 200


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure that was carried out.

    records: whose objects are gone, in log order.   objects: how many objects these were.
    tombstones: the erasure statements, one per record, in log order.
    """

    request: Request
    at: datetime
    confirmed_by: str
    records: tuple[Entry, ...]
    objects: int
    tombstones: tuple[Entry, ...]


def confirm_erasure(
    archive: Archive,
    recorder: Recorder,
    request_id: str,
    at: datetime,
    *,
    officer: str,
    actor: str,
) -> Erased:
    """Erase what another officer asked for.

    officer, actor: name of the confirming officer and system user; both must differ from those of
    the request. Raises ScopeError when they do not, the request is too old, a record is held or
    the account is still watched; StoreError while a visit to an account concerned is under way.
    """
    request = find_request(archive, request_id)
    _two_persons(request, officer, actor)
    if request.began is None and at - request.at > VALID:
        raise ScopeError(
            f"erasure request {request.rec}", f"is older than {VALID.days} days", "Make it anew"
        )
    seen = archive.size()
    plan = plan_erasure(archive, subjects_asked(request), below=request.began)
    refuse_held(plan)
    _refuse_watched(archive, request)
    _refuse_visits(archive, plan, at)
    who = {
        "request": request.rec,
        "requested_by": {"officer": request.officer, "actor": request.actor},
        "confirmed_by": {"officer": officer, "actor": actor},
    }
    drafts = [_tombstone(recorder, request, e.statement.rec, at, who) for e in plan.records]
    hold = _say_erased(archive, drafts, seen)
    stopped = _stopped(archive, recorder, request, at)
    done = _finish(archive, request, at, officer)
    _refuse_stopped(request, done, stopped, hold)
    return done


def _say_erased(archive: Archive, drafts: Sequence[Draft], seen: int) -> Hold | None:
    """Record the tombstones, batch by batch; a hold that was placed since `seen` and ended it."""
    for start in range(0, len(drafts), BATCH):
        batch = drafts[start : start + BATCH]
        before, seen = seen, archive.size()
        if _placed(archive, before, seen):
            covered = held_records(archive, holds(archive))
            for draft in drafts[start:]:
                if draft.facts["subject"] in covered:
                    return covered[str(draft.facts["subject"])]
        archive.record(batch)
    return None


def _placed(archive: Archive, start: int, stop: int) -> bool:
    """Whether a hold is among the leaves from `start` to before `stop`."""
    return any(
        entry.statement.facts.get("action") == Action.HOLD for entry in archive.entries(start, stop)
    )


def _stopped(
    archive: Archive, recorder: Recorder, request: Request, at: datetime
) -> dict[str, Hold]:
    """Records whose tombstone of this request came after a hold on them, and that hold.

    When there are any, an alarm in the log says so, once.
    """
    told = tombstones(archive)
    void = told.void(archive)
    stopped = {
        erased_by(entry): void[entry.index]
        for entry in told.said
        if entry.index in void and entry.statement.facts.get("request") == request.rec
    }
    if stopped:
        facts = {"code": "ERASURE_HELD", "detail": f"{len(stopped)} records of {request.rec}"}
        once = derived_id("erasure-held", request.rec)
        archive.record([recorder.draft(StatementType.ALARM, at, facts, rec=once)])
    return stopped


def _refuse_stopped(
    request: Request, done: Erased, stopped: Mapping[str, Hold], hold: Hold | None
) -> None:
    """Raises ScopeError when a hold ended an erasure that had begun."""
    hold = hold or next(iter(stopped.values()), None)
    if hold is not None:
        raise ScopeError(
            f"erasure request {request.rec}",
            f"a hold for case {hold.case} was placed meanwhile: {len(done.records)} records were"
            " erased before it, what it covers is kept",
            "When it is lifted, ask anew for the rest",
        )


def repeat_erasures(archive: Archive, recorder: Recorder, at: datetime) -> tuple[str, ...]:
    """Erase again what the log says is erased and whose keys are there; the record ids.

    That is so after an erasure was cut off, or when `keys` was restored from an older backup. An
    alarm statement says how many there were.
    """
    said = erased_records(archive)
    back = [rec for rec in said if present_objects(archive, rec)]
    if not back:
        return ()
    facts = {"code": "ERASED_KEY_PRESENT", "detail": f"{len(back)} records erased again"}
    archive.record([recorder.draft(StatementType.ALARM, at, facts)])
    for rec in back:
        archive.erase(rec)
    forget(archive, _accounts([e for e in map(archive.entry, back) if e]))
    return tuple(sorted(back))


def _finish(archive: Archive, request: Request, at: datetime, officer: str) -> Erased:
    """Remove the keys of all that has a tombstone of this request, and fold projections anew."""
    said = [
        e for e in erased_records(archive).values()
        if e.statement.facts.get("request") == request.rec
    ]  # fmt: skip
    records = [archive.entry(str(e.statement.facts["subject"])) for e in said]
    gone = sorted((e for e in records if e is not None), key=lambda e: e.index)
    for entry in gone:
        archive.erase(entry.statement.rec)
    left = [e.statement.rec for e in gone if present_objects(archive, e.statement.rec)]
    if left:
        raise StoreError(
            f"erasure of record {left[0]}", f"keys of {len(left)} records are still there",
            "Confirm the request again",
        )  # fmt: skip
    forget(archive, _accounts(gone))
    objects = sum(len(e.statement.objects) for e in gone)
    return Erased(request, at, officer, tuple(gone), objects, tuple(said))


def _tombstone(
    recorder: Recorder, request: Request, rec: str, at: datetime, who: Mapping[str, object]
) -> Draft:
    facts = {"subject": rec, "basis": request.basis, "order": request.order, "request": request.rec}
    officer = Plain("officer", "application/json", encode(dict(who)))
    once = derived_id("erasure", request.rec, rec)
    return recorder.draft(StatementType.ERASURE, at, facts, [officer], once)


def _two_persons(request: Request, officer: str, actor: str) -> None:
    if not officer.strip():
        raise ScopeError("erasure", "its officer is missing")
    if not request.officer or not request.actor:
        raise ScopeError(
            f"erasure request {request.rec}", "who asked can no longer be told", "Make it anew"
        )
    if _same(officer, request.officer) or _same(actor, request.actor):
        raise ScopeError(
            f"erasure request {request.rec}",
            "another officer must confirm it, under another system user",
            "Two persons: one asks, one confirms",
        )


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _refuse_watched(archive: Archive, request: Request) -> None:
    for subject in subjects_asked(request):
        if subject.kind is not SubjectKind.ACCOUNT:
            continue
        row = archive.row("watches", subject.id)
        if row is not None and row["active"]:
            raise ScopeError(
                f"account {subject.id}",
                "is still watched, so all of it would be collected again",
                "Import the watchlist without it first, with --complete",
            )


def _refuse_visits(archive: Archive, plan: Plan, at: datetime) -> None:
    for claim in archive.claims():
        watch = claim.slot.partition("@")[0]
        if claim.lease_until > at and watch in plan.by_watch:
            raise StoreError(
                f"account {watch}", "a visit to it is under way", "Try again when it has ended"
            )


def _accounts(entries: Sequence[Entry]) -> frozenset[str]:
    named = (e.statement.facts.get(side) for e in entries for side in SIDES)
    return frozenset(str(watch) for watch in named if watch)

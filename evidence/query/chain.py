"""The chain of custody of a subject: collection, every reading and export, holds, erasure.

Sources: ISO/IEC 27037 section 6.1 (custody records: unique id, who, when, why, by which authority);
Berkeley Protocol paragraph 167 ("chronological documentation of the sequence of custodians").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.canonical import decode
from evidence.model import Entry, StatementType
from evidence.query.custody import Action
from evidence.query.hold import tombstones
from evidence.query.subject import (
    Subject,
    SubjectKind,
    entries_of_type,
    packed_records,
    records_of,
)
from evidence.store.ports import Archive

LISTED = 200
"""Collections beyond these are told as one line with their number."""
VERDICTS = ("integrity", "time", "completeness")
"""Of a package, in the order in which the verifier gives them."""


@dataclass(frozen=True, slots=True)
class Link:
    """One event in the custody of a subject.

    action:  COLLECTED, a word of custody.Action, ERASED, or ERASURE_HELD: a hold stopped it.
    until:   time of the last one, when the line stands for `number` collections.
    actor:   who did it: the officer when one is named, else the system user; for a collection the
             program; None when that was erased.
    number:  records of the subject it concerned.
    found:   of VERIFY, what the check found, as its statement has it; None where it does not say.
    """

    at: datetime
    action: str
    rec: str
    index: int
    actor: str | None
    purpose: str
    order: str
    number: int
    until: datetime | None = None
    found: Mapping[str, Any] | None = None


def chain(archive: Archive, subject: Subject) -> tuple[Link, ...]:
    """Everything that happened to a subject, in the order of the log.

    Reads the log twice. Raises ScopeError when the subject is not there.
    """
    records = records_of(archive, subject)
    recs = frozenset(e.statement.rec for e in records)
    captures = [e for e in records if e.statement.type is StatementType.CAPTURE]
    collected = [_collected(e) for e in captures] or _origin(archive, subject, records)
    if len(collected) > LISTED:
        collected = [_summed(collected)]
    done = _done(archive, subject, recs)
    return tuple(sorted([*collected, *done], key=lambda link: link.index))


def _origin(archive: Archive, subject: Subject, records: Sequence[Entry]) -> list[Link]:
    """The capture a single record was read from; nothing for an account never visited."""
    if subject.kind is not SubjectKind.RECORD:
        return []
    named = archive.entry(str(records[0].statement.facts.get("capture")))
    return [_collected(named)] if named else []


def _collected(capture: Entry) -> Link:
    facts = capture.statement.facts
    at = datetime.fromisoformat(str(facts["fetched_at"]))
    via = f"{facts['via']} {facts['kind']} {facts['state']}"
    return Link(
        at, "COLLECTED", capture.statement.rec, capture.index, str(facts["tool"]), via,
        str(facts["slot"] or ""), 1,
    )  # fmt: skip


def _summed(collected: Sequence[Link]) -> Link:
    first, last = collected[0], collected[-1]
    return Link(
        first.at, "COLLECTED", first.rec, first.index, last.actor, "", "", len(collected), last.at
    )


def _done(archive: Archive, subject: Subject, recs: Collection[str]) -> Iterator[Link]:
    """What persons did with the subject or any record of it."""
    stopped = tombstones(archive).void(archive)
    erased: dict[tuple[str, str, str], list[Entry]] = {}
    linked: dict[str, int] = {}
    for entry in entries_of_type(archive, StatementType.CUSTODY, StatementType.ERASURE):
        facts = entry.statement.facts
        if entry.statement.type is StatementType.ERASURE:
            if facts["subject"] in recs:
                action = "ERASURE_HELD" if entry.index in stopped else "ERASED"
                said = (action, str(facts.get("request")), facts["order"])
                erased.setdefault(said, []).append(entry)
            continue
        number = _concerned(archive, entry, subject, recs) or _of_linked(entry, linked)
        if number:
            linked[entry.statement.rec] = number
            yield _link(archive, entry, number)
    for (action, *_), entries in erased.items():
        yield _erased(archive, action, entries)


def _concerned(archive: Archive, entry: Entry, subject: Subject, recs: Collection[str]) -> int:
    if entry.statement.rec == subject.id:
        return len(recs) - 1
    named = subjects_of(archive, entry)
    return len(named.intersection(recs)) or int(subject.token in named)


def _of_linked(entry: Entry, linked: Mapping[str, int]) -> int:
    """Of a check of a package that held records of the subject: how many these were."""
    said = entry.statement.facts.get("subjects")
    if entry.statement.facts.get("action") != Action.VERIFY or not isinstance(said, list):
        return 0
    return max((linked.get(rec, 0) for rec in said), default=0)


def subjects_of(archive: Archive, custody: Entry) -> frozenset[str]:
    """All that a custody statement is about, also when it tells only their number."""
    said = custody.statement.facts.get("subjects")
    if isinstance(said, list):
        return frozenset(str(s) for s in said)
    roles = {ref.role for ref in custody.statement.objects}
    if "subjects" in roles:
        opening = archive.open_object(custody.statement.rec, "subjects")
        return frozenset(decode(opening.data)) if opening else frozenset()
    return frozenset(packed_records(archive, custody))


def _link(archive: Archive, entry: Entry, number: int) -> Link:
    statement = entry.statement
    said = _opened(archive, statement.rec, "actor")
    return Link(
        statement.at, str(statement.facts["action"]), statement.rec, entry.index, person(said),
        str(statement.facts["purpose"]), str(statement.facts["order"]), number,
        found=found_of(statement.facts),
    )  # fmt: skip


def found_of(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a check found, of the facts of its statement; None where they do not say."""
    found = facts.get("found")
    return found if isinstance(found, dict) else None


def found_words(found: Mapping[str, Any]) -> str:
    """`INTACT, BOUNDED, COMPLETE; error 0, incomplete 1`: verdicts and counts on one line."""
    verdict, counts = found.get("verdict"), found.get("findings")
    verdicts = verdict if isinstance(verdict, dict) else {}
    words = [str(verdicts[name]) for name in VERDICTS if name in verdicts]
    numbers = [f"{k} {n}" for k, n in sorted(counts.items())] if isinstance(counts, dict) else []
    return "; ".join(", ".join(part) for part in (words, numbers) if part)


def _erased(archive: Archive, action: str, entries: Sequence[Entry]) -> Link:
    first = entries[0].statement
    said = _opened(archive, first.rec, "officer") if first.objects else None
    who = [person(said[name]) for name in ("requested_by", "confirmed_by") if said and name in said]
    return Link(
        first.at, action, first.rec, entries[0].index, ", ".join(w for w in who if w) or None,
        str(first.facts["basis"]), str(first.facts["order"]), len(entries),
    )  # fmt: skip


def person(said: Any) -> str | None:
    """`officer (system user)` of an actor object."""
    if not isinstance(said, dict):
        return None
    officer, actor = said.get("officer"), said.get("actor") or said.get("name")
    return f"{officer} ({actor})" if officer and actor else officer or actor


def _opened(archive: Archive, rec: str, role: str) -> Any:
    opening = archive.open_object(rec, role)
    return decode(opening.data) if opening else None

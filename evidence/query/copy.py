"""A copy for the person the records are about: what is kept, and what was done with it.

Source: UU 27/2022 article 32 (access to personal data and the trail of its processing). Others are
left out: raw pages, which show other people too; the names of officers; the account of whoever
acted upon the person, which is given under its pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from evidence.canonical import decode, instant
from evidence.model import Entry, StatementType
from evidence.query.chain import chain
from evidence.query.subject import Subject, SubjectKind, records_of
from evidence.store.ports import Archive

READ: dict[StatementType, str] = {
    StatementType.ACCOUNT: "account",
    StatementType.SNAPSHOT: "post",
    StatementType.OBSERVATION: "observation",
}
KEPT = frozenset(("media", "screenshot"))
ENDINGS = {
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
}
THEIRS = ("actor_id", "actor_handle", "native_id")
"""What an act tells of the person who acted."""
OFFICERS = ("attributed_by",)


def subject_records(archive: Archive, watch: str) -> tuple[Entry, ...]:
    """The records whose content a copy for the account's holder is made of."""
    ours = records_of(archive, Subject(SubjectKind.ACCOUNT, watch))
    return tuple(e for e in ours if _is_own(e, watch))


def subject_copy(archive: Archive, watch: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """JSON value of a copy: identity, account, posts, acts, visits, and the trail of processing.

    entries: from subject_records. Erased objects are named as erased.
    """
    trail = [
        {
            "at": instant(link.at), "until": _moment(link.until), "event": link.action,
            "purpose": link.purpose, "order": link.order, "records": link.number,
        }
        for link in chain(archive, Subject(SubjectKind.ACCOUNT, watch))
    ]  # fmt: skip
    return {
        "watch": watch,
        "watchlist": [_listed(archive, e) for e in entries if e.statement.type is StatementType.WATCH],
        "records": [_said(archive, e) for e in entries if e.statement.type in READ],
        "acts": [
            _act(archive, e, watch) for e in entries
            if e.statement.type is StatementType.INTERACTION
        ],
        "captures": [
            _capture(archive, e) for e in entries if e.statement.type is StatementType.CAPTURE
        ],
        "visits": [
            {"rec": e.statement.rec, **{name: e.statement.facts[name] for name in
             ("started_at", "ended_at", "outcome", "reason")}}
            for e in entries if e.statement.type is StatementType.OUTCOME
        ],
        "processing": trail,
    }  # fmt: skip


def subject_files(archive: Archive, entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of the pictures and screenshots kept of the account, one at a time."""
    for entry in entries:
        name = _file_of(entry)
        if name is None:
            continue
        opening = archive.open_object(entry.statement.rec, "body")
        if opening is not None:
            yield name, opening.data


def _is_own(entry: Entry, watch: str) -> bool:
    facts = entry.statement.facts
    sides = (facts.get("watch"), facts.get("actor_watch"), facts.get("target_watch"))
    return watch in sides


def _listed(archive: Archive, entry: Entry) -> dict[str, Any]:
    said = _opened(archive, entry, "entry")
    if said is not None:
        attribution = {k: v for k, v in said["attribution"].items() if k not in OFFICERS}
        said = {**said, "attribution": attribution}
    has_number = any(ref.role == "identity" for ref in entry.statement.objects)
    number = archive.open_object(entry.statement.rec, "identity") if has_number else None
    return {
        "rec": entry.statement.rec,
        "at": instant(entry.statement.at),
        "change": entry.statement.facts["change"],
        "entry": said,
        "identity": number.data.decode("utf-8") if number else None,
        "erased": said is None,
    }


def _said(archive: Archive, entry: Entry) -> dict[str, Any]:
    said = _opened(archive, entry, READ[entry.statement.type])
    return {
        "rec": entry.statement.rec,
        "type": entry.statement.type.value,
        "content": said,
        "erased": said is None,
    }


def _act(archive: Archive, entry: Entry, watch: str) -> dict[str, Any]:
    facts = entry.statement.facts
    said = _opened(archive, entry, "interaction")
    edge = dict(said["interaction"]) if said else {}
    if facts["actor_watch"] != watch:
        edge = {name: value for name, value in edge.items() if name not in THEIRS}
    named = {name: facts[name] for name in ("act", "seen", "actor_watch", "target_watch")}
    return {**named, "rec": entry.statement.rec, "content": edge, "erased": said is None}


def _capture(archive: Archive, entry: Entry) -> dict[str, Any]:
    facts, said = entry.statement.facts, _opened(archive, entry, "exchange")
    named = {name: facts[name] for name in ("fetched_at", "kind", "state", "status", "via", "tool")}
    return {
        **named,
        "rec": entry.statement.rec,
        "url": said["url"] if said else None,
        "file": _file_of(entry),
        "erased": said is None,
    }


def _file_of(entry: Entry) -> str | None:
    if entry.statement.facts.get("kind") not in KEPT:
        return None
    body = next((ref for ref in entry.statement.objects if ref.role == "body"), None)
    if body is None:
        return None
    ending = ENDINGS.get(body.media.split(";")[0].strip().lower(), ".bin")
    return f"{entry.index}-{entry.statement.rec[:8]}{ending}"


def _opened(archive: Archive, entry: Entry, role: str) -> Any:
    opening = archive.open_object(entry.statement.rec, role)
    return decode(opening.data) if opening else None


def _moment(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None

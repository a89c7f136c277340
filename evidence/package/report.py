"""The report in a package: Indonesian HTML made from statements and opened objects only.

Captured text is escaped and captured markup is never rendered; pictures are shown by relative path.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from evidence.ledger import Checkpoint
from evidence.model import Entry, StatementType
from evidence.package import layout
from evidence.package.annex import brief_words
from evidence.package.brief import Brief, Briefed
from evidence.package.deadline import Term, terms
from evidence.package.page import HERE, fill
from evidence.package.picture import Pictures, find_pictures
from evidence.package.selection import Selection
from evidence.package.standing import Anchored, Erased
from evidence.package.unshown import unshown
from evidence.package.wording import (
    ACTS,
    CHANGES,
    MARKERS,
    OUTCOMES,
    ROLES,
    SIDES,
    STATES,
    ZONE_NAMES,
    named,
    with_meaning,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report is made from.

    entries: the packed log entries before the export, ascending.
    said:    JSON objects by index and role; `picture` says whether a body begins as a picture.
    hashes:  SHA-256 in hex by path, of what has been packed.
    records: per entry the roles withheld and erased.
    head:    the signed head the report quotes.
    brief:   for whom it is made; `briefed`: what followed from that.
    anchors: how each authority stood; `erasures`: orders on which packed records were erased.
    """

    entries: tuple[Entry, ...]
    said: Mapping[int, Mapping[str, Any]]
    hashes: Mapping[str, str]
    records: tuple[Mapping[str, Any], ...]
    selection: Selection
    head: Checkpoint
    vkey: str
    brief: Brief
    briefed: Briefed
    anchors: tuple[Anchored, ...] = ()
    erasures: tuple[Erased, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """Facts with look-ups by record id."""

    facts: Facts
    by_rec: Mapping[str, Entry]
    pictures: Pictures
    zone: ZoneInfo

    def of_type(self, kind: StatementType) -> Iterator[Entry]:
        return (e for e in self.facts.entries if e.statement.type is kind)

    def json(self, entry: Entry | None, role: str) -> Mapping[str, Any]:
        value = self.facts.said.get(entry.index, {}).get(role) if entry else None
        return value if isinstance(value, dict) else {}

    def name(self, entry: Entry) -> str:
        """`P-1`, or nothing for what is no exhibit of this package."""
        number = self.facts.briefed.numbers.get(entry.statement.rec)
        return f"P-{number}" if number else ""

    def entry(self, rec: Any) -> Entry | None:
        return self.by_rec.get(rec) if isinstance(rec, str) else None


def render_report(facts: Facts, export: Mapping[str, Any]) -> bytes:
    """The report as UTF-8 HTML without script, which loads nothing but pictures of this package.

    export: see `write.export_words`.
    """
    return fill("laporan.html.j2", report_words(facts, export))


def report_words(facts: Facts, export: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of the report is filled with.   export: see `write.export_words`."""
    case = _case(facts)
    style = (HERE / "laporan.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return dict(
        style=style,
        style_digest=digest,
        export={**export, "now": _time(case, export["now"]), "by": named(export["actor"])},
        **brief_words(
            facts.brief, facts.briefed, facts.entries, facts.said, lambda at: _time(case, at)
        ),
        head=facts.head,
        root=base64.b64encode(facts.head.root).decode(),
        vkey=facts.vkey,
        period=_period(case),
        unshown=unshown(facts.entries, facts.said, facts.selection.period, export["now"]),
        accounts=list(_accounts(case)),
        exhibits=list(_exhibits(case)),
        observations=list(_observations(case)),
        interactions=list(_interactions(case)),
        visits=_visits(case),
        closed=list(_closed(case)),
        anchors=[
            {"of": a, "time": _time(case, a.time), "renewal": _time(case, a.renewal)}
            for a in facts.anchors
        ],
        erasures=[{"of": e, "at": _time(case, e.at)} for e in facts.erasures],
        files=sorted(facts.hashes.items(), key=lambda item: _counting(item[0])),
        terms=_terms(facts.brief, export["now"]),
        sides=SIDES,
        acts=ACTS,
    )


def _counting(path: str) -> list[tuple[int, str]]:
    """A key that puts `objects/9` before `objects/10`."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path)
    ]


def _terms(brief: Brief, now: datetime) -> list[Term]:
    """Terms of the procedure, for addressees who see the whole case."""
    if brief.profile is None or not brief.profile.third_parties:
        return []
    return list(terms(brief.case.fields, brief.case.holidays(), now))


def _case(facts: Facts) -> _Case:
    zones = [
        e.statement.facts.get("zone")
        for e in facts.entries
        if e.statement.type is StatementType.WATCH
    ]
    zone = ZoneInfo(zones[-1]) if zones and isinstance(zones[-1], str) else ZoneInfo("Asia/Jakarta")
    pictures = find_pictures(facts.entries, facts.said, facts.hashes)
    return _Case(facts, {e.statement.rec: e for e in facts.entries}, pictures, zone)


def _accounts(case: _Case) -> Iterator[dict[str, Any]]:
    newest = {str(e.statement.facts["watch"]): e for e in case.of_type(StatementType.WATCH)}
    for watch in case.facts.selection.watches:
        entry = newest.get(watch)
        row = case.json(entry, "entry")
        yield {
            "watch": watch,
            "side": entry.statement.facts.get("side") if entry else "",
            "platform": entry.statement.facts.get("platform") if entry else "",
            "listed": bool(row),
            "account": row.get("account") or {},
            "attribution": row.get("attribution") or {},
            "order": row.get("assignment_order", ""),
            "basis": row.get("legal_basis", ""),
        }


def _exhibits(case: _Case) -> Iterator[dict[str, Any]]:
    numbers = case.facts.briefed.numbers
    shown = [e for e in case.of_type(StatementType.SNAPSHOT) if e.statement.rec in numbers]
    for entry in sorted(shown, key=lambda e: numbers[e.statement.rec]):
        facts = entry.statement.facts
        said = case.json(entry, "post")
        post = said.get("post") or {}
        capture = case.entry(facts.get("capture"))
        exchange = case.json(capture, "exchange")
        claim = case.json(capture, "claim")
        files = list(_files(case, (entry, capture)))
        yield {
            "name": case.name(entry),
            "index": entry.index,
            "rec": entry.statement.rec,
            "via": facts.get("via", "CRAWL"),
            "order": capture.statement.facts.get("order") if capture else None,
            "by": claim.get("by"),
            "claimed_at": _time(case, claim.get("claimed_at")),
            "claimed_by": claim.get("claimed_by"),
            "number": facts.get("number"),
            "change": CHANGES.get(str(facts.get("change")), facts.get("change")),
            "platform": said.get("platform", ""),
            "native_id": said.get("native_id", ""),
            "author": post.get("author_handle") or post.get("author_id") or "",
            "text": post.get("text"),
            "url": post.get("url") or exchange.get("url", ""),
            "published_at": _time(case, post.get("published_at")),
            "seen_at": _time(case, said.get("seen_at")),
            "capture": capture,
            "status": capture.statement.facts.get("status") if capture else None,
            "source": exchange.get("url", ""),
            "files": files,
            "received": any("/body." in path for path, _hash in files),
            "pictures": case.pictures.shown_by(
                {entry.statement.rec, facts.get("capture")},
                {media.get("url") for media in post.get("media") or ()},
            ),
            "screens": case.pictures.screens_of(entry.statement.rec, facts.get("capture")),
        }


def _files(case: _Case, entries: tuple[Entry | None, ...]) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of the packed objects of some entries."""
    for entry in entries:
        for ref in entry.statement.objects if entry else ():
            path = layout.object_path(entry.index, ref.role, ref.media) if entry else ""
            if path in case.facts.hashes:
                yield path, case.facts.hashes[path]


def _observations(case: _Case) -> Iterator[dict[str, Any]]:
    for entry in case.of_type(StatementType.OBSERVATION):
        facts, said = entry.statement.facts, case.json(entry, "observation")
        yield {
            "name": case.name(entry),
            "index": entry.index,
            "native_id": said.get("native_id", ""),
            "state": STATES.get(str(facts.get("state")), facts.get("state")),
            "word": facts.get("state"),
            "marker": MARKERS.get(str(said.get("marker")), said.get("marker") or ""),
            "last_seen_at": _time(case, facts.get("last_seen_at")),
            "first_absent_at": _time(case, facts.get("first_absent_at")),
            "control": case.entry(facts.get("control")),
            "proof": facts.get("proof"),
        }


def _interactions(case: _Case) -> Iterator[dict[str, Any]]:
    for entry in case.of_type(StatementType.INTERACTION):
        said = case.json(entry, "interaction")
        edge = said.get("interaction") or {}
        if not said:
            continue
        yield {
            "name": case.name(entry),
            "index": entry.index,
            "act": with_meaning(str(entry.statement.facts.get("act")), ACTS),
            "actor": edge.get("actor_handle") or edge.get("actor_id") or "",
            "target": edge.get("target", ""),
            "text": edge.get("text"),
            "at": _time(case, edge.get("at")),
            "first_seen_at": _time(case, said.get("first_seen_at")),
            "seen": entry.statement.facts.get("seen"),
            "last_seen_at": _time(case, said.get("last_seen_at")),
        }


def _visits(case: _Case) -> list[tuple[str, str, int]]:
    """(outcome, its meaning, how many) over the packed outcomes of visits that were due."""
    counts: dict[str, int] = {}
    for entry in case.of_type(StatementType.OUTCOME):
        if entry.statement.facts.get("slot") is None:
            continue
        word = str(entry.statement.facts.get("outcome"))
        counts[word] = counts.get(word, 0) + 1
    return [(word, OUTCOMES.get(word, ""), n) for word, n in sorted(counts.items())]


def _closed(case: _Case) -> Iterator[tuple[int, str, str]]:
    """(index, role, why) of objects that are not in the package."""
    for record in case.facts.records:
        for role in record["withheld"]:
            yield record["index"], with_meaning(role, ROLES), "ditahan"
        for role in record["erased"]:
            yield record["index"], with_meaning(role, ROLES), "dihapus"


def _period(case: _Case) -> tuple[str, str] | None:
    period = case.facts.selection.period
    return (_time(case, period[0]), _time(case, period[1])) if period else None


def _time(case: _Case, moment: datetime | str | None) -> str:
    """`22-11-2026 09:00:00 WIB (UTC+7)`; empty when unknown."""
    if moment is None or moment == "":
        return ""
    when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = when.astimezone(case.zone)
    offset = local.utcoffset()
    hours = int(offset.total_seconds() // 3600) if offset is not None else 0
    return f"{local:%d-%m-%Y %H:%M:%S} {ZONE_NAMES.get(hours, '')} (UTC{hours:+d})"

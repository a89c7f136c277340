"""Destruction minutes (*berita acara pemusnahan*), written from the log alone.

Source: UU 27/2022 articles 42 to 44 (end of processing, erasure, destruction). They name officers,
never the persons the records were about: accounts appear under their pseudonyms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evidence.canonical import decode
from evidence.config.region import LABELS
from evidence.erasure.request import find_request
from evidence.errors import ScopeError
from evidence.ledger import parse_checkpoint
from evidence.model import Entry, StatementType
from evidence.query.chain import subjects_of
from evidence.query.custody import Action
from evidence.query.hold import tombstones
from evidence.query.present import present_objects
from evidence.query.subject import SIDES, entries_of_type
from evidence.store.ports import Archive

HERE = Path(__file__).resolve().parent
NAMES = {
    "watch": "baris daftar pantau",
    "capture": "halaman atau berkas yang diterima",
    "reading": "pembacaan halaman",
    "snapshot": "keadaan unggahan",
    "observation": "perubahan keadaan unggahan",
    "account": "keadaan akun",
    "interaction": "perbuatan antarakun",
    "fingerprint": "sidik gambar",
    "outcome": "rincian hasil kunjungan",
}
"""Every type that can be erased, in the words of the minutes."""
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One erased record: its leaf, its type, and the leaf that says it was erased."""

    index: int
    rec: str
    kind: str
    leaf_hash: str
    tombstone: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """All that the minutes of one erasure say.

    exports: (record id, time) of packages handed over before that hold an erased record.
    unopened: objects tried after the erasure of which none could be opened.
    held:    records whose erasure a hold stopped on the way: they are kept.
    head:    (size, fingerprint) of the newest signed checkpoint; None when there is none.
    simulated: the records were made by a sandbox's clock.
    """

    request: str
    organisation: str
    asked_at: datetime
    erased_at: datetime
    basis: str
    order: str
    requested_by: Mapping[str, str]
    confirmed_by: Mapping[str, str]
    accounts: tuple[str, ...]
    by_type: Mapping[str, int]
    objects: int
    lines: tuple[Line, ...]
    exports: tuple[tuple[str, datetime], ...]
    unopened: int
    held: int
    head: tuple[int, str] | None
    simulated: bool


def minutes_of(archive: Archive, request_id: str, organisation: str) -> Minutes:
    """The minutes of an erasure, with every erased object tried again.

    Raises ScopeError when nothing was erased on that request, or some of it can still be opened.
    """
    request = find_request(archive, request_id)
    stopped = tombstones(archive).void(archive)
    every = [
        e for e in entries_of_type(archive, StatementType.ERASURE)
        if e.statement.facts.get("request") == request.rec
    ]  # fmt: skip
    said = [e for e in every if e.index not in stopped]
    if not said:
        raise ScopeError(f"erasure request {request.rec}", "nothing was erased on it yet")
    lines = tuple(sorted((_line(archive, e) for e in said), key=lambda line: line.index))
    entries = [e for e in (archive.entry(line.rec) for line in lines) if e is not None]
    if any(present_objects(archive, e.statement.rec) for e in entries):
        raise ScopeError(
            f"erasure request {request.rec}", "some of it can still be opened",
            "Run `jejak erase repeat`",
        )  # fmt: skip
    first, who = said[0].statement, _officers(archive, said[0])
    named = (e.statement.facts.get(side) for e in entries for side in SIDES)
    return Minutes(
        request=request.rec,
        organisation=organisation,
        asked_at=request.at,
        erased_at=first.at,
        basis=request.basis,
        order=request.order,
        requested_by=who["requested_by"],
        confirmed_by=who["confirmed_by"],
        accounts=tuple(sorted({str(watch) for watch in named if watch})),
        by_type=dict(sorted(Counter(line.kind for line in lines).items())),
        objects=(number := sum(len(e.statement.objects) for e in entries)),
        lines=lines,
        exports=_exports(archive, frozenset(line.rec for line in lines)),
        unopened=number,
        held=len(every) - len(said),
        head=_head(archive),
        simulated=first.clock != "system",
    )


def minutes_html(minutes: Minutes, zone: str) -> str:
    """The minutes as one page of HTML without outside references. zone: IANA, for all times."""
    return _render("berita-acara.html.j2", minutes, zone, escape=True)


def minutes_text(minutes: Minutes, zone: str) -> str:
    """The minutes as plain text."""
    return _render("berita-acara.txt.j2", minutes, zone, escape=False)


def spelled(moment: datetime, zone: str) -> str:
    """`Rabu, 25 November 2026 pukul 09.00.00 WIB (+07:00)`."""
    there = moment.astimezone(ZoneInfo(zone))
    offset = there.strftime("%z")
    day, month = DAYS[there.weekday()], MONTHS[there.month - 1]
    label = LABELS.get(zone, zone)
    clock = there.strftime("%H.%M.%S")
    said = f"{day}, {there.day} {month} {there.year} pukul {clock}"
    return f"{said} {label} ({offset[:3]}:{offset[3:]})"


def _render(name: str, minutes: Minutes, zone: str, *, escape: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=escape, undefined=StrictUndefined,  # noqa: S701 (the text form is no markup)
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["waktu"] = lambda moment: spelled(moment, zone)
    return environment.get_template(name).render(m=minutes, names=NAMES)


def _line(archive: Archive, tombstone: Entry) -> Line:
    rec = str(tombstone.statement.facts["subject"])
    entry = archive.entry(rec)
    if entry is None:
        raise ScopeError(f"record {rec}", "is not in the log")
    kind = entry.statement.type.value
    return Line(entry.index, rec, kind, entry.leaf_hash.hex(), tombstone.index)


def _officers(archive: Archive, tombstone: Entry) -> Mapping[str, Mapping[str, str]]:
    opening = archive.open_object(tombstone.statement.rec, "officer")
    empty = {"officer": "-", "actor": "-"}
    said = decode(opening.data) if opening else {}
    return {"requested_by": empty, "confirmed_by": empty, **said}


def _exports(archive: Archive, recs: frozenset[str]) -> tuple[tuple[str, datetime], ...]:
    wanted = (Action.EXPORT, Action.SUBJECT_EXPORT)
    return tuple(
        (entry.statement.rec, entry.statement.at)
        for entry in entries_of_type(archive, StatementType.CUSTODY)
        if entry.statement.facts["action"] in wanted and subjects_of(archive, entry) & recs
    )


def _head(archive: Archive) -> tuple[int, str] | None:
    notes = archive.checkpoints()
    return (notes[-1][0], parse_checkpoint(notes[-1][1]).fingerprint()) if notes else None

"""Write an evidence package: objects to disk, the export into the log, proofs, then the name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence.canonical import decode, encode, instant, new_record_id
from evidence.errors import PackageError
from evidence.ledger import (
    Checkpoint,
    consistency_proof,
    inclusion_proof,
    make_consistency,
    make_tlog_proof,
)
from evidence.model import Draft, Entry, Plain, StatementType
from evidence.package import layout
from evidence.package.anchored import anchor_files
from evidence.package.bag import Bag, drop, publish
from evidence.package.brief import Brief, Briefed, apply_brief, refuse_contradicted
from evidence.package.caseuco import write_view
from evidence.package.completeness import Contents
from evidence.package.export import WITHHELD, Export, export_words
from evidence.package.log import LogView
from evidence.package.picture import begins_as_picture
from evidence.package.printing import print_report
from evidence.package.report import Facts, render_report, report_words
from evidence.package.selection import Selection
from evidence.package.standing import anchored, erased
from evidence.package.unfinished import being_written
from evidence.package.wacz import About
from evidence.package.warc import ROLES
from evidence.package.webarchive import WebArchive
from evidence.seal import Signer
from evidence.store.ports import Archive

TOLD = frozenset({"actor", "claim", "entry", "exchange", "interaction", "observation", "post"})
"""Roles whose JSON the report reads."""
MAX_SUBJECTS = 100
HERE = Path(__file__).resolve().parent


@dataclass(slots=True)
class _Packed:
    """What has been put into the bag so far."""

    bag: Bag
    log: LogView
    web: WebArchive
    openings: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    said: dict[int, dict[str, Any]] = field(default_factory=dict)
    """JSON objects by index and role, for the report."""


def write_package(
    archive: Archive,
    selection: Selection,
    directory: Path,
    *,
    signer: Signer,
    now: datetime,
    purpose: str,
    order: str,
    actor: Mapping[str, str],
    organisation: str,
    software: str,
    clock: str = "system",
    withhold: Collection[str] = WITHHELD,
    anchors: Sequence[Mapping[str, Any]] = (),
    brief: Brief | None = None,
) -> Path:
    """Write a package into `directory` and return its folder, `jejak-<date>-<8 hex digits>`.

    The log is sealed, the objects are written, the export is recorded (a `custody` statement that
    commits to a description of the whole package), the log is sealed again, and every included
    statement is proven under that last head. The folder gets its name when all of it is on disk;
    a crash leaves a `.partial` folder (see `clear_unfinished`) and, at most, a record of an export
    that never left.

    Raises PackageError when it cannot be written, IntegrityError when the log or an object is not
    what was signed, StoreError when the archive cannot be read.
    """
    export = Export(
        now, purpose, order, actor, organisation, software, clock, withhold, anchors,
        brief or Brief(),
    )  # fmt: skip
    if not selection.indices:
        raise PackageError("package", "nothing was selected")
    rec = new_record_id()
    target = directory / f"jejak-{instant(now)[:10].replace('-', '')}-{rec[:8]}"
    bag = Bag(target.with_name(target.name + ".partial"))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        bag.root.mkdir()
    except OSError as error:
        raise PackageError(str(directory), f"{error.strerror}") from error
    with being_written(bag.root):
        web = WebArchive(bag.root, _about(export, target.name))
        try:
            _fill(_Packed(bag, LogView(archive), web), selection, signer, export, rec)
            publish(bag, target)
        except BaseException as error:
            web.abandon()
            drop(bag)
            if isinstance(error, OSError):
                named = error.filename if isinstance(error.filename, str) else str(bag.root)
                raise PackageError(named, f"cannot be used ({error.strerror})") from error
            raise
    return target


def _about(export: Export, name: str) -> About:
    """What the web archive says of itself."""
    return About(
        created=instant(export.now),
        software=export.software,
        organisation=export.organisation,
        identifier=name,
        description="The captures of this evidence package, made from the objects in data/objects",
    )


def _fill(packed: _Packed, selection: Selection, signer: Signer, export: Export, rec: str) -> None:
    log = packed.log
    report_head = _head(signer, export.now)
    log.grow(report_head, set(selection.indices))
    entries = _entries(log, selection)
    disclosure = export.brief.disclosure(export.withhold, selection.watches, entries)
    for entry in entries:
        _pack_entry(packed, entry, disclosure.closed(entry))
    packed.web.finish(packed.bag)
    contents = Contents(
        entries, packed.said, packed.records, frozenset(selection.watches), export.now
    )
    briefed = apply_brief(export.brief, contents, log.archive, report_head.size)
    first = log.first_head(selection.indices[0], signer.keys, report_head)
    facts = Facts(
        entries=entries,
        said=packed.said,
        hashes=dict(packed.bag.hashes),
        records=tuple(packed.records),
        selection=selection,
        head=report_head,
        vkey=str(signer.vkey),
        brief=export.brief,
        briefed=briefed,
        anchors=anchored(log.archive, export.anchors, export.now),
        erasures=erased(log.archive, entries),
    )
    words = export_words(export, rec)
    packed.bag.write(layout.REPORT, render_report(facts, words))
    packed.bag.adopt(write_view(facts, words, packed.bag.sizes, packed.bag.root))
    if export.brief.printed:
        for path, page in print_report(report_words(facts, words), packed.bag.root):
            packed.bag.write(path, page)
    packed.bag.write(layout.VERIFIER, (HERE.parent / "verify" / "verify.py").read_bytes())
    packed.bag.write(layout.PAGE, (HERE.parent / "verify" / "verify.html").read_bytes())
    packed.bag.write(layout.README, (HERE / "README-id.txt").read_bytes())
    for path, data in anchor_files(log.archive, entries, report_head, log.tree):
        packed.bag.write(path, data)
    exported = _record_export(packed, selection, export, rec, (first, report_head), briefed)
    refuse_contradicted(export.brief, briefed, log.archive, report_head.size, exported.index)
    last = _head(signer, export.now)
    log.grow(last, {exported.index})
    _pack_entry(packed, exported, frozenset())
    _prove(packed, first, report_head, last)
    _finish(packed, export, rec)


def _entries(log: LogView, selection: Selection) -> tuple[Entry, ...]:
    for index in selection.indices:
        if index not in log.entries:
            raise PackageError(f"log entry {index}", "was selected but is not in the log")
    return tuple(log.entries[index] for index in selection.indices)


def _head(signer: Signer, now: datetime) -> Checkpoint:
    head = signer.seal(now) or signer.head()
    if head is None:
        raise PackageError("package", "the log has no leaves")
    return head


def _pack_entry(packed: _Packed, entry: Entry, withhold: Collection[str]) -> None:
    """Write a statement and each of its objects that is disclosed and not erased."""
    packed.bag.write(layout.statement_path(entry.index), entry.statement_bytes)
    record: dict[str, Any] = {
        "erased": [], "index": entry.index, "rec": entry.statement.rec, "withheld": [],
    }  # fmt: skip
    shown: dict[str, bytes] = {}
    for ref in entry.statement.objects:
        if ref.role in withhold:
            record["withheld"].append(ref.role)
            continue
        opening = packed.log.archive.open_object(entry.statement.rec, ref.role)
        if opening is None:
            record["erased"].append(ref.role)
            continue
        packed.bag.write(layout.object_path(entry.index, ref.role, ref.media), opening.data)
        packed.openings.append({"index": entry.index, "role": ref.role, "salt": opening.salt.hex()})
        if ref.role in TOLD:
            packed.said.setdefault(entry.index, {})[ref.role] = _told(ref.role, opening.data)
        elif ref.role == "body":
            packed.said.setdefault(entry.index, {})["picture"] = begins_as_picture(opening.data)
        if ref.role in ROLES:
            shown[ref.role] = opening.data
    closed = {role: word for word in ("withheld", "erased") for role in record[word]}
    packed.web.add(entry, shown, closed)
    packed.records.append(record)


def _told(role: str, data: bytes) -> Any:
    """What is kept of an object for the report; of an exchange its address, not its headers."""
    said = decode(data)
    return {"url": said.get("url", "")} if role == "exchange" and isinstance(said, dict) else said


def _record_export(
    packed: _Packed,
    selection: Selection,
    export: Export,
    rec: str,
    heads: tuple[Checkpoint, Checkpoint],
    briefed: Briefed,
) -> Entry:
    """Record the custody statement that commits to the description of this package."""
    period = selection.period
    description = {
        "anchors": [dict(anchor) for anchor in export.anchors],
        "checkpoints": {"first": heads[0].fingerprint(), "report": heads[1].fingerprint()},
        "clock": export.clock,
        "created_at": instant(export.now),
        "files": {p: h for p, h in sorted(packed.bag.hashes.items()) if layout.is_bound(p)},
        "format": "jejak-package",
        "organisation": export.organisation,
        "origin": heads[1].origin,
        "period": {"from": instant(period[0]), "until": instant(period[1])} if period else None,
        "posts": list(selection.posts),
        "records": packed.records,
        "software": export.software,
        "v": 1,
        "watches": list(selection.watches),
    }
    recs = [record["rec"] for record in packed.records]
    facts = {
        "action": "EXPORT",
        "subjects": recs if len(recs) <= MAX_SUBJECTS else len(recs),
        "purpose": export.purpose,
        "order": export.order,
        **({"versions": list(selection.versions)} if selection.versions else {}),
    }
    objects: tuple[Plain, ...] = (
        Plain("actor", "application/json", encode(dict(export.actor))),
        Plain(layout.DESCRIPTION_ROLE, "application/json", encode(description)),
    )
    if briefed.register is not None:
        objects = (*objects, briefed.register)
    draft = Draft(StatementType.CUSTODY, rec, export.now, export.clock, facts, objects)
    return packed.log.archive.record([draft])[0]


def _prove(packed: _Packed, first: Checkpoint, report: Checkpoint, last: Checkpoint) -> None:
    tree = packed.log.tree
    for record in packed.records:
        proof = inclusion_proof(tree, record["index"], last.size)
        text = make_tlog_proof(record["index"], proof, last.note)
        packed.bag.write(layout.proof_path(record["index"]), text)
    heads = {"first": first, "report": report, "last": last}
    for name, head in heads.items():
        packed.bag.write(layout.checkpoint_path(name), head.note)
    for old, new in (("first", "report"), ("report", "last")):
        sizes = heads[old].size, heads[new].size
        text = make_consistency(*sizes, consistency_proof(tree, *sizes))
        packed.bag.write(layout.consistency_path(old, new), text)


def _finish(packed: _Packed, export: Export, rec: str) -> None:
    ordered = sorted(packed.openings, key=lambda o: (o["index"], o["role"]))
    packed.bag.write(layout.OPENINGS, encode({"openings": ordered, "v": 1}))
    packed.bag.finish(
        layout.bag_info(
            software=export.software,
            created_at=instant(export.now),
            identifier=rec,
            sizes=packed.bag.payload(),
            organisation=export.organisation,
        )
    )

"""The anchored heads a package leans on; docs/formats/anchor.md is the norm."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from evidence.errors import IntegrityError
from evidence.ledger import (
    Checkpoint,
    Tree,
    consistency_proof,
    make_consistency,
    parse_checkpoint,
)
from evidence.model import Entry, StatementType
from evidence.package import layout
from evidence.seal.named import token_digest
from evidence.store.ports import Archive

ENDINGS = {"ots": "ots", "rfc3161": "tsr", "witness": "cosig"}


def anchor_files(
    archive: Archive, entries: Collection[Entry], report: Checkpoint, tree: Tree
) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the anchored heads that bound these entries in time, and of their anchors.

    report: the head that the report quotes; no anchored head is larger.   tree: of that head.

    The `anchors` table is a projection: it can only fail to find an anchor, never stand for one.
    Raises IntegrityError when an anchored head is not one of this log.
    """
    rows = [
        row
        for row in archive.rows("anchors", {"status": "anchored"}, order="index")
        if row["size"] <= report.size and row["kind"] in ENDINGS
    ]
    wanted = _wanted(rows, entries) | _stamped(archive, rows, entries)
    notes = {head.fingerprint(): head for head in _heads(archive)}
    for fingerprint in sorted(wanted, key=lambda f: notes[f].size if f in notes else -1):
        head = notes.get(fingerprint)
        if head is not None:
            yield from _head_files(head, report, tree)
            yield from _proof_files(archive, head, rows)


def _heads(archive: Archive) -> Iterator[Checkpoint]:
    for _size, note in archive.checkpoints():
        yield parse_checkpoint(note)


def _wanted(rows: Sequence[Mapping[str, Any]], entries: Collection[Entry]) -> set[str]:
    """Fingerprints: per authority the smallest head over each entry, and those captures name."""
    known = {row["note_sha256"] for row in rows}
    named = {entry.statement.facts.get("anchor") for entry in entries}
    wanted = {fingerprint for fingerprint in known if fingerprint in named}
    by_authority: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        by_authority.setdefault((row["kind"], row["authority"]), []).append(row)
    indices = sorted(entry.index for entry in entries)
    for anchors in by_authority.values():
        left = indices
        for row in sorted(anchors, key=lambda r: r["size"]):
            covered = [index for index in left if index < row["size"]]
            if covered:
                wanted.add(row["note_sha256"])
                left = left[len(covered) :]
    return wanted


def _stamped(
    archive: Archive, rows: Sequence[Mapping[str, Any]], entries: Collection[Entry]
) -> set[str]:
    """Fingerprints of the heads whose time stamps captures name, however old they are."""
    named: set[str] = set()
    for entry in entries:
        if entry.statement.type is StatementType.CAPTURE:
            named |= set(entry.statement.facts.get("tokens") or ())
    wanted: set[str] = set()
    for row in reversed(rows):
        if named and row["kind"] == "rfc3161":
            digest = token_digest(archive, row["id"])
            if digest in named:
                named.discard(digest)
                wanted.add(row["note_sha256"])
    return wanted


def _head_files(head: Checkpoint, report: Checkpoint, tree: Tree) -> Iterator[tuple[str, bytes]]:
    if tree.root(head.size) != head.root:
        raise IntegrityError(f"anchored checkpoint {head.size}", "is not a head of this log")
    proof = consistency_proof(tree, head.size, report.size)
    yield layout.anchor_path(head.size, "checkpoint.txt"), head.note
    text = make_consistency(head.size, report.size, proof)
    yield layout.anchor_path(head.size, "report.consistency"), text


def _proof_files(
    archive: Archive, head: Checkpoint, rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    """Every token there is for a head, numbered in the order they were recorded."""
    number = 0
    for row in rows:
        if row["note_sha256"] != head.fingerprint():
            continue
        token = archive.open_object(row["id"], "token")
        if token is None:
            continue
        yield layout.anchor_path(head.size, f"{number}.{ENDINGS[row['kind']]}"), token.data
        if row["kind"] == "rfc3161":
            pem = b"".join(_certificates(archive, row["id"]))
            if pem:
                yield layout.anchor_path(head.size, f"{number}.pem"), pem
        number += 1


def _certificates(archive: Archive, rec: str) -> Iterator[bytes]:
    """PEM of a stamp's chain and, behind it, of what was kept of revocation."""
    entry = archive.entry(rec)
    for ref in entry.statement.objects if entry else ():
        if ref.role in ("chain", "revocation"):
            kept = archive.open_object(rec, ref.role)
            if kept is not None:
                yield kept.data

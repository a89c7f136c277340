"""OpenTimestamps: a calendar promises, a Bitcoin block keeps. Slower than a TSA, and nobody's word.

A promise is kept as a `pending` anchor with its proof so far; at later turns the calendar is asked
whether a block has come, and the whole proof is then an `anchored` one for the head it began with.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from evidence.errors import ConfigError, ParseError
from evidence.ledger import Checkpoint, parse_checkpoint
from evidence.model import Plain
from evidence.seal.anchor import Authority, Proof
from evidence.seal.http import Answer, Unanchored, exchange
from evidence.seal.otsfile import (
    APPEND,
    BITCOIN,
    PENDING,
    SHA256,
    Attestation,
    make_proof,
    parse_proof,
    parse_steps,
    varbytes,
    walk,
)
from evidence.store.ports import Archive

MEDIA = "application/vnd.opentimestamps.ots"
ACCEPT = {"Accept": "application/vnd.opentimestamps.v1"}
PROMISED = "CALENDAR"
"""Reason word of an anchor whose block has not come."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar server, without a slash at the end."""

    url: str

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or self.url.endswith("/"):
            raise ConfigError(self.url, "is not an http or https address without a final slash")

    @property
    def name(self) -> str:
        """What anchors call it."""
        return self.url.partition("//")[2]


def calendar(server: Calendar, archive: Archive) -> Authority:
    """A calendar as an authority; what it promised is looked up in the archive."""

    def ask(head: Checkpoint) -> Proof:
        promised = _promised(archive, server.name)
        if promised is None:
            return Proof((Plain("token", MEDIA, submit(server, head.note)),), missing=PROMISED)
        before, data = promised
        whole = upgrade(server, data)
        if whole is None:
            return Proof((), missing=PROMISED, head=before)
        return Proof((Plain("token", MEDIA, whole),), head=before)

    return Authority("ots", server.name, ask)


def submit(server: Calendar, note: bytes) -> bytes:
    """A proof of SHA-256(note) that ends in the calendar's promise. Raises Unanchored.

    The calendar sees a digest made with a random nonce, not the note's.
    """
    digest, nonce = hashlib.sha256(note).digest(), secrets.token_bytes(16)
    commitment = hashlib.sha256(digest + nonce).digest()
    answer = exchange("POST", f"{server.url}/digest", commitment, ACCEPT)
    if answer.status != 200:
        raise Unanchored(server.name, f"HTTP_{answer.status}")
    steps = bytes([APPEND]) + varbytes(nonce) + bytes([SHA256]) + answer.body
    data = make_proof(digest, steps)
    if not any(found.tag == PENDING for found in _attestations(server, data)):
        raise Unanchored(server.name, "NOT_A_TOKEN")
    return data


def upgrade(server: Calendar, data: bytes) -> bytes | None:
    """The proof with the calendar's promise replaced by its way to a block; None when none came.

    Raises Unanchored when the answer is no such way.
    """
    digest, _found = parse_proof(data)
    steps = data[len(make_proof(digest, b"")) :]
    for found, (start, stop) in walk(digest, steps):
        if found.tag != PENDING:
            continue
        answer = exchange("GET", f"{server.url}/timestamp/{found.message.hex()}", None, ACCEPT)
        if answer.status == 404:
            return None
        _to_block(server, found.message, answer)
        whole = make_proof(digest, steps[:start] + answer.body + steps[stop:])
        _attestations(server, whole)
        return whole
    return None


def _to_block(server: Calendar, message: bytes, answer: Answer) -> None:
    """Raise Unanchored unless an answer leads from the message to a block."""
    if answer.status != 200:
        raise Unanchored(server.name, f"HTTP_{answer.status}")
    try:
        blocks = [a.height() for a in parse_steps(message, answer.body) if a.tag == BITCOIN]
    except ParseError as error:
        raise Unanchored(server.name, "NOT_A_TOKEN") from error
    if not blocks:
        raise Unanchored(server.name, PROMISED)


def _attestations(server: Calendar, data: bytes) -> tuple[Attestation, ...]:
    try:
        return parse_proof(data)[1]
    except ParseError as error:
        raise Unanchored(server.name, "NOT_A_TOKEN") from error


def _promised(archive: Archive, name: str) -> tuple[Checkpoint, bytes] | None:
    """The head and proof of a calendar's newest promise that is not kept yet."""
    where = {"kind": "ots", "authority": name}
    kept = {
        str(row["note_sha256"]) for row in archive.rows("anchors", {**where, "status": "anchored"})
    }
    promises = archive.rows(
        "anchors", {**where, "reason": PROMISED}, order="index", descending=True
    )
    for row in promises:
        head = _head(archive, row)
        if row["note_sha256"] in kept or head is None:
            continue
        token = archive.open_object(row["id"], "token")
        if token is not None:
            return head, token.data
    return None


def _head(archive: Archive, row: dict[str, Any]) -> Checkpoint | None:
    heads = (parse_checkpoint(note) for size, note in archive.checkpoints() if size == row["size"])
    return next((h for h in heads if h.fingerprint() == row["note_sha256"]), None)

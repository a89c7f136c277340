"""C2SP signed notes and checkpoints: text in, text out; the signature check is handed in.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint. Stricter than they ask: base64 must be
canonical, and a checkpoint has no extension lines.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evidence.errors import IntegrityError, ParseError
from evidence.ledger.leaf import HASH_BYTES

ED25519 = 1
"""Signature type byte of plain Ed25519 notes."""
MAX_SIGNATURES = 64
SignatureCheck = Callable[[bytes, bytes, bytes], bool]
"""(32-byte public key, signature, message) -> whether Ed25519 holds."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A C2SP verifier key: name, 4-byte id, Ed25519 public key."""

    name: str
    id: bytes
    public: bytes

    def __str__(self) -> str:
        key = base64.b64encode(bytes([ED25519]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line; `signature` is without the key id."""

    name: str
    id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note. text ends with a newline and is what was signed."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head: origin, number of leaves, root hash; `note` is the whole signed note."""

    origin: str
    size: int
    root: bytes
    note: bytes

    def fingerprint(self) -> str:
        """SHA-256 of the signed note in hex: what a paper record of the head quotes."""
        return hashlib.sha256(self.note).hexdigest()


def verifier_key(name: str, public: bytes) -> VerifierKey:
    """The verifier key of an Ed25519 public key (32 bytes) under a name.

    Raises ParseError when the name is empty or holds a space, `+` or control character.
    """
    _check_name(name)
    if len(public) != 32:
        raise ParseError("verifier key", f"its public key has {len(public)} bytes, not 32")
    spelled = name.encode() + b"\n" + bytes([ED25519]) + public
    return VerifierKey(name, hashlib.sha256(spelled).digest()[:4], public)


def parse_vkey(text: str) -> VerifierKey:
    """The key that a `name+id+base64` line says. Raises ParseError unless it is exactly that."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise ParseError("verifier key", "is not of the form name+id+key")
    raw = unbase64(parts[2], "verifier key")
    if len(raw) != 33 or raw[0] != ED25519:
        raise ParseError("verifier key", "is not an Ed25519 key (type 1, 32 bytes)")
    key = verifier_key(parts[0], raw[1:])
    if str(key) != text:
        raise ParseError("verifier key", "its id does not belong to its name and key")
    return key


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The three lines a log signs, each with its newline."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def make_note(text: str, signatures: Sequence[NoteSignature]) -> bytes:
    """The signed note. Raises ParseError when the text has no final newline or no signature."""
    lines = "".join(
        f"— {s.name} {base64.b64encode(s.id + s.signature).decode()}\n" for s in signatures
    )
    note = f"{text}\n{lines}".encode()
    parse_note(note)
    return note


def parse_note(data: bytes) -> Note:
    """Text and signatures of a note. Raises ParseError unless it is strictly well-formed."""
    try:
        said = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError("signed note", "is not UTF-8") from error
    if any(c < " " and c != "\n" for c in said):
        raise ParseError("signed note", "has a control character")
    text, blank, rest = said.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise ParseError("signed note", "has no signature block that ends with a newline")
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ParseError("signed note", f"has more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def parse_checkpoint(data: bytes) -> Checkpoint:
    """The head that a signed note says; signatures are not checked here. Raises ParseError."""
    lines = parse_note(data).text.split("\n")
    if len(lines) != 4 or lines[3] != "":
        raise ParseError("checkpoint", "does not have exactly three lines")
    origin, size, root = lines[0], lines[1], unbase64(lines[2], "checkpoint root")
    if not origin:
        raise ParseError("checkpoint", "has no origin")
    if not (size.isascii() and size.isdigit() and len(size) <= 16) or str(int(size)) != size:
        raise ParseError("checkpoint", "its size is not a plain decimal number")
    if len(root) != HASH_BYTES:
        raise ParseError("checkpoint", f"its root has {len(root)} bytes, not 32")
    return Checkpoint(origin, int(size), root, data)


def verify_note(data: bytes, keys: Sequence[VerifierKey], check: SignatureCheck) -> Note:
    """The note, if a known key signed it; signatures of unknown keys are ignored, as C2SP asks.

    Raises ParseError when it is malformed; IntegrityError when a known key's signature fails or
    no known key signed.
    """
    note = parse_note(data)
    known = {(key.name, key.id): key for key in keys}
    good = 0
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is None:
            continue
        if not check(key.public, signature.signature, note.text.encode()):
            raise IntegrityError(f"note signed by {key.name}", "its signature does not verify")
        good += 1
    if not good:
        raise IntegrityError("signed note", "no trusted key signed it")
    return note


def unbase64(text: str, what: str) -> bytes:
    """Bytes of canonical standard base64. Raises ParseError for blanks or non-zero tail bits."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ParseError(what, "is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise ParseError(what, "is not canonical base64")
    return raw


def _signature(line: str) -> NoteSignature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise ParseError("signed note", "has a malformed signature line")
    _check_name(parts[1])
    raw = unbase64(parts[2], "note signature")
    if len(raw) < 5:
        raise ParseError("signed note", "has a signature without bytes")
    return NoteSignature(parts[1], raw[:4], raw[4:])


def _check_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise ParseError("key name", "is empty or holds a space, plus or control character")

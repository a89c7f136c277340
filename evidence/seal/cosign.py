"""Cosignatures of witnesses. Source: c2sp.org/tlog-cosignature (cosignature/v1, type 0x04)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.errors import ParseError
from evidence.ledger.checkpoint import NoteSignature, parse_note, unbase64

COSIGNATURE = 4
"""Signature type byte of cosignature/v1."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness's verifier key: name, 4-byte id, Ed25519 public key."""

    name: str
    id: bytes
    public: bytes

    def __str__(self) -> str:
        key = base64.b64encode(bytes([COSIGNATURE]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"


def witness_key(name: str, public: bytes) -> WitnessKey:
    """The key of a witness. Raises ParseError for a name that C2SP does not allow."""
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise ParseError("witness name", "is empty or holds a space, plus or control character")
    if len(public) != 32:
        raise ParseError("witness key", f"has {len(public)} bytes, not 32")
    spelled = name.encode() + b"\n" + bytes([COSIGNATURE]) + public
    return WitnessKey(name, hashlib.sha256(spelled).digest()[:4], public)


def parse_witness_key(text: str) -> WitnessKey:
    """The key that a `name+id+base64` line says. Raises ParseError unless it is exactly that."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise ParseError("witness key", "is not of the form name+id+key")
    raw = unbase64(parts[2], "witness key")
    if len(raw) != 33 or raw[0] != COSIGNATURE:
        raise ParseError("witness key", "is not a cosignature/v1 key (type 4, 32 bytes)")
    key = witness_key(parts[0], raw[1:])
    if str(key) != text:
        raise ParseError("witness key", "its id does not belong to its name and key")
    return key


def cosigned_message(text: str, at_s: int) -> bytes:
    """What a witness signs of a checkpoint's text at an epoch second."""
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def cosignature_line(key: WitnessKey, at_s: int, signature: bytes) -> bytes:
    """The signature line a witness answers with."""
    raw = base64.b64encode(key.id + at_s.to_bytes(8, "big") + signature).decode()
    return f"— {key.name} {raw}\n".encode()


def parse_cosignatures(lines: bytes) -> Sequence[NoteSignature]:
    """Signature lines without a note. Raises ParseError."""
    return parse_note(b"x\n\n" + lines).signatures


def cosigned_at(signature: NoteSignature) -> tuple[int, bytes]:
    """(epoch second, Ed25519 signature) of a cosignature. Raises ParseError."""
    if len(signature.signature) != 72:
        raise ParseError("cosignature", "does not have a time and an Ed25519 signature")
    return int.from_bytes(signature.signature[:8], "big"), signature.signature[8:]

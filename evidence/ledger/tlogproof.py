"""Proofs as text files: c2sp.org/tlog-proof@v1, and consistency between two checkpoints."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.errors import ParseError
from evidence.ledger.checkpoint import Checkpoint, parse_checkpoint, unbase64
from evidence.ledger.leaf import HASH_BYTES

HEADER = "c2sp.org/tlog-proof@v1"
CONSISTENCY_HEADER = "jejak-consistency v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An inclusion proof and the checkpoint it leads to; nothing is verified yet."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint


def make_tlog_proof(index: int, hashes: Sequence[bytes], note: bytes) -> bytes:
    """The text of an inclusion proof (without `extra` line) that ends with the signed note."""
    return f"{HEADER}\nindex {index}\n{_lines(hashes)}\n".encode() + note


def parse_tlog_proof(data: bytes) -> TlogProof:
    """The proof that a `.tlog-proof` file says. Raises ParseError for any other spelling.

    An `extra` line, which the format allows, is refused: nothing in it would be authenticated.
    """
    head, blank, note = data.partition(b"\n\n")
    lines = _text(head).split("\n")
    if not blank or len(lines) < 2 or lines[0] != HEADER:
        raise ParseError("inclusion proof", f"does not start with {HEADER!r} and an index")
    word, _, number = lines[1].partition(" ")
    proof = TlogProof(
        _number(number) if word == "index" else -1, _hashes(lines[2:]), parse_checkpoint(note)
    )
    if make_tlog_proof(proof.index, proof.hashes, note) != data:
        raise ParseError("inclusion proof", "is not in its one spelling")
    return proof


def make_consistency(old: int, new: int, hashes: Sequence[bytes]) -> bytes:
    """Text of a consistency proof: header, `old N`, `new N`, then one base64 hash a line."""
    return f"{CONSISTENCY_HEADER}\nold {old}\nnew {new}\n{_lines(hashes)}".encode()


def parse_consistency(data: bytes) -> tuple[int, int, tuple[bytes, ...]]:
    """(old size, new size, hashes) of a consistency file. Raises ParseError."""
    lines = _text(data).split("\n")
    if len(lines) < 4 or lines[0] != CONSISTENCY_HEADER or lines[-1]:
        raise ParseError("consistency proof", f"does not start with {CONSISTENCY_HEADER!r}")
    old, new = _number(lines[1].removeprefix("old ")), _number(lines[2].removeprefix("new "))
    hashes = _hashes(lines[3:-1])
    if make_consistency(old, new, hashes) != data:
        raise ParseError("consistency proof", "is not in its one spelling")
    return old, new, hashes


def _lines(hashes: Sequence[bytes]) -> str:
    return "".join(base64.b64encode(h).decode() + "\n" for h in hashes)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = tuple(unbase64(line, "proof hash") for line in lines)
    if any(len(h) != HASH_BYTES for h in hashes):
        raise ParseError("proof hash", "does not have 32 bytes")
    return hashes


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise ParseError("proof", "has a number that is not plain decimal")
    return int(text)


def _text(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise ParseError("proof", "is not ASCII") from error

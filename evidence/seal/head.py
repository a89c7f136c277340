"""The head signed last, as the signer keeps it outside the archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.canonical import decode, encode
from evidence.errors import IntegrityError, ParseError
from evidence.ledger import Frontier, checkpoint_text, parse_checkpoint
from evidence.seal.disk import file_faults, write_durably

HEAD_FILE = "head.json"


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head and what it takes to grow it.

    last_leaf: leaf hash at index frontier.size - 1; empty for a log without leaves.
    note:      the signed checkpoint, empty when nothing was signed yet.
    """

    origin: str
    frontier: Frontier
    last_leaf: bytes = b""
    note: bytes = b""

    @property
    def size(self) -> int:
        """Number of leaves that are signed."""
        return self.frontier.size

    def text(self) -> str:
        """The three lines that are signed."""
        return checkpoint_text(self.origin, self.size, self.frontier.root())


def read_head(key_dir: Path, origin: str) -> Head:
    """The head in `key_dir/head.json`, or an empty one when nothing was signed yet.

    Raises IntegrityError when the file contradicts itself or is of another log: then nothing may
    be signed until a person has looked. ConfigError when the file cannot be read.
    """
    path = key_dir / HEAD_FILE
    with file_faults(path):
        if not path.exists():
            return Head(origin, Frontier())
        kept = path.read_bytes()
    try:
        head = _head(decode(kept))
    except (ParseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise IntegrityError(str(path), "is not a signed head that this program wrote") from error
    if head.origin != origin:
        raise IntegrityError(str(path), f"is the head of {head.origin}, not of {origin}")
    return head


def write_head(key_dir: Path, head: Head) -> None:
    """Keep a head durably; done before its note is published."""
    value = {
        "frontier": [h.hex() for h in head.frontier.hashes],
        "last_leaf": head.last_leaf.hex(),
        "note": head.note.decode("utf-8"),
        "origin": head.origin,
        "size": head.size,
        "v": 1,
    }
    write_durably(key_dir / HEAD_FILE, encode(value))


def _head(value: Any) -> Head:
    frontier = Frontier(value["size"], tuple(bytes.fromhex(h) for h in value["frontier"]))
    note = value["note"].encode("utf-8")
    head = Head(value["origin"], frontier, bytes.fromhex(value["last_leaf"]), note)
    signed = parse_checkpoint(note)
    if checkpoint_text(signed.origin, signed.size, signed.root) != head.text():
        raise ValueError("the note does not say what the frontier says")
    return head

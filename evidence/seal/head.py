"""The head signed last, as the signer keeps it outside the archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.canonical import decode, encode
from evidence.errors import IntegrityError, ParseError
from evidence.ledger import Frontier, checkpoint_text, parse_checkpoint
from evidence.seal.disk import file_faults, private_folder, write_durably
from evidence.seal.key import KEY_FILE

HEAD_FILE = "head.json"
RESTORE = "See `jejak ledger restore-head`"


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


class HeadError(IntegrityError):
    """The head kept outside the archive does not tell what was signed; `code`: the alarm."""

    code = "HEAD_LOST"


class OtherLogError(HeadError):
    """The head kept outside the archive is that of another log."""

    code = "ORIGIN_CHANGED"


def read_head(key_dir: Path, origin: str) -> Head:
    """The head in `key_dir/head.json`; an empty one when nothing was signed yet.

    Raises HeadError when the file is gone though the key is there, contradicts itself, or is of
    another log: then nothing may be signed until a person has looked. ConfigError when the file
    cannot be read.
    """
    path = key_dir / HEAD_FILE
    with file_faults(path):
        if not path.exists():
            if (key_dir / KEY_FILE).exists():
                raise HeadError(str(path), "is gone though the log's key is there", RESTORE)
            return Head(origin, Frontier())
        kept = path.read_bytes()
    try:
        head = _head(decode(kept))
        if _bytes(head) != kept:
            raise ValueError("says more than version 1 does, or another version")
    except (ParseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise HeadError(
            str(path), "is not a signed head that this program wrote", RESTORE
        ) from error
    if head.origin != origin:
        raise OtherLogError(str(path), f"is the head of {head.origin}, not of {origin}")
    return head


def begin_head(key_dir: Path, origin: str) -> None:
    """Where there is neither key nor head: say that nothing was signed, before a key is made.

    So a head that is missing beside a key was removed. Never over a head that is there.
    """
    with file_faults(key_dir):
        if (key_dir / KEY_FILE).exists() or (key_dir / HEAD_FILE).exists():
            return
        private_folder(key_dir)
        write_durably(key_dir / HEAD_FILE, _bytes(Head(origin, Frontier())), replace=False)


def write_head(key_dir: Path, head: Head) -> None:
    """Keep a head durably; done before its note is published."""
    write_durably(key_dir / HEAD_FILE, _bytes(head))


def _bytes(head: Head) -> bytes:
    value = {
        "frontier": [h.hex() for h in head.frontier.hashes],
        "last_leaf": head.last_leaf.hex(),
        "note": head.note.decode("utf-8"),
        "origin": head.origin,
        "size": head.size,
        "v": 1,
    }
    return encode(value)


def _head(value: Any) -> Head:
    frontier = Frontier(value["size"], tuple(bytes.fromhex(h) for h in value["frontier"]))
    note = value["note"].encode("utf-8")
    head = Head(value["origin"], frontier, bytes.fromhex(value["last_leaf"]), note)
    if not note and head == Head(head.origin, Frontier()):
        return head
    signed = parse_checkpoint(note)
    if checkpoint_text(signed.origin, signed.size, signed.root) != head.text():
        raise ValueError("the note does not say what the frontier says")
    return head

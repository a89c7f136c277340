"""What a C2SP witness remembers and signs: for each log the largest head it saw, never a smaller one.

Source: c2sp.org/tlog-witness (add-checkpoint), c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.errors import ConfigError, IntegrityError, ParseError, StoreError
from evidence.ledger import (
    Checkpoint,
    VerifierKey,
    parse_checkpoint,
    parse_note,
    verify_consistency,
    verify_note,
)
from evidence.ledger.checkpoint import unbase64
from evidence.seal.cosign import WitnessKey, cosignature_line, cosigned_message, witness_key
from evidence.seal.disk import file_faults, private_folder
from evidence.seal.key import KEY_FILE, check_ed25519, open_key

SIZE_MEDIA = "text/x.tlog.size"
PLAIN = "text/plain; charset=utf-8"
MAX_BODY_BYTES = 64 << 10
MAX_PROOF = 63
"""Hashes in a consistency proof: the specification's limit."""
TABLE = """CREATE TABLE IF NOT EXISTS heads
 (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    media: str = PLAIN


@dataclass(frozen=True, slots=True)
class _Asked:
    old: int
    proof: tuple[bytes, ...]
    head: Checkpoint


class WitnessDesk:
    """A witness's key and memory, in a folder of its own. Safe for threads and processes.

    folder: holds `log.key` and `heads.sqlite`; made when neither is there.
    name:   the witness's name in its key.
    logs:   which keys may sign heads, by origin. Others are unknown here.

    Raises ConfigError when key or memory cannot be used, or the key is there without the memory:
    it may have signed heads that nobody remembers.
    """

    def __init__(
        self, folder: Path, name: str, logs: Mapping[str, tuple[VerifierKey, ...]]
    ) -> None:
        private_folder(folder)
        self._logs = dict(logs)
        self._memory = folder / "heads.sqlite"
        with file_faults(folder / KEY_FILE):
            known = (folder / KEY_FILE).exists()
        self._make_memory(known=known)
        self._secret: Ed25519PrivateKey = open_key(folder, name).secret
        self.key: WitnessKey = witness_key(name, self._secret.public_key().public_bytes_raw())

    def add_checkpoint(self, body: bytes, now_s: int) -> Reply:
        """Answer to an add-checkpoint request at an epoch second.

        The new head is durable before it is signed: a crash in between loses a signature, never
        the memory of what was signed. Raises StoreError when it cannot be kept; nothing is signed.
        """
        try:
            asked = _parse(body)
        except ParseError as error:
            return Reply(400, f"{error}\n".encode())
        keys = self._logs.get(asked.head.origin)
        if keys is None:
            return Reply(404, b"unknown log\n")
        try:
            verify_note(asked.head.note, keys, check_ed25519)
        except (IntegrityError, ParseError):
            return Reply(403, b"no trusted signature\n")
        if asked.old > asked.head.size:
            return Reply(400, b"old size is larger than the checkpoint\n")
        try:
            refused = self._remember(asked)
        except sqlite3.Error as error:
            raise StoreError(str(self._memory), "the head cannot be kept") from error
        return refused or Reply(200, self._cosign(asked.head, now_s))

    def _make_memory(self, *, known: bool) -> None:
        """Open or make the memory, before the key is made.   known: whether the key was there."""
        try:
            with closing(self._open()) as memory:
                found = memory.execute("SELECT 1 FROM sqlite_master WHERE name = 'heads'")
                if known and found.fetchone() is None:
                    raise ConfigError(
                        str(self._memory),
                        "is gone or empty though the witness's key is there",
                        "Restore it; else begin anew with a new key, and tell the logs",
                    )
                memory.execute(TABLE)
        except sqlite3.Error as error:
            raise ConfigError(str(self._memory), "cannot be used as the witness's memory") from (
                error
            )

    def _remember(self, asked: _Asked) -> Reply | None:
        """Keep the head if it continues what is known; the refusal when it does not."""
        head = asked.head
        with closing(self._open()) as memory:
            memory.execute("BEGIN IMMEDIATE")
            row = memory.execute(
                "SELECT size, root FROM heads WHERE origin = ?", (head.origin,)
            ).fetchone()
            size, root = row if row else (0, b"")
            if size != asked.old:
                return Reply(409, f"{size}\n".encode(), SIZE_MEDIA)
            if size and size == head.size and root != head.root:
                return Reply(409, f"{size}\n".encode(), SIZE_MEDIA)
            if not _continues(size, root, asked):
                return Reply(422, b"the consistency proof does not hold\n")
            memory.execute(
                "INSERT INTO heads VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
                " size = excluded.size, root = excluded.root, note = excluded.note",
                (head.origin, head.size, head.root, head.note),
            )
            memory.execute("COMMIT")
        return None

    def _cosign(self, head: Checkpoint, now_s: int) -> bytes:
        message = cosigned_message(parse_note(head.note).text, now_s)
        return cosignature_line(self.key, now_s, self._secret.sign(message))

    def _open(self) -> sqlite3.Connection:
        memory = sqlite3.connect(self._memory, timeout=10, isolation_level=None)
        memory.execute("PRAGMA synchronous = FULL")
        return memory


def _continues(size: int, root: bytes, asked: _Asked) -> bool:
    """Whether the proof shows that the asked head continues the known one."""
    if size == 0:
        return not asked.proof
    return verify_consistency(size, root, asked.head.size, asked.head.root, asked.proof)


def _parse(body: bytes) -> _Asked:
    """The request that a body says. Raises ParseError."""
    if len(body) > MAX_BODY_BYTES:
        raise ParseError("request", "is too long")
    top, blank, note = body.partition(b"\n\n")
    try:
        lines = top.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ParseError("request", "is not ASCII above the checkpoint") from error
    word, _space, number = lines[0].partition(" ")
    if not blank or word != "old" or not (number.isdigit() and len(number) <= 16):
        raise ParseError("request", "does not start with `old` and a size")
    if str(int(number)) != number or len(lines) > MAX_PROOF + 1:
        raise ParseError("request", "has a size or proof that is out of bounds")
    proof = tuple(unbase64(line, "proof hash") for line in lines[1:])
    if any(len(h) != 32 for h in proof):
        raise ParseError("proof hash", "does not have 32 bytes")
    return _Asked(int(number), proof, parse_checkpoint(note))

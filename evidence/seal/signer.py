"""The signer: grows the head it signed last by what is in the log now, or refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from evidence.canonical import record_id
from evidence.errors import IntegrityError, StoreError
from evidence.ledger import Checkpoint, Frontier, VerifierKey, leaf_hash, parse_checkpoint
from evidence.model import Draft, StatementType
from evidence.seal.disk import locked
from evidence.seal.head import Head, read_head, write_head
from evidence.seal.key import open_key
from evidence.seal.wallclock import read_clock
from evidence.store.ports import Archive


class _Refusal(Exception):
    """Why nothing was signed: an alarm code and a sentence without personal data."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class Signer:
    """Signs heads of one log. Several processes on one key folder take turns.

    key_dir: the key and the head signed last; must not lie in the archive or its backups.
    origin:  name of the log, also the name of its key.
    clock:   whose time `now` is in what the signer records: `system` or `simulated`.

    Raises ConfigError when the key cannot be used.
    """

    def __init__(
        self, archive: Archive, key_dir: Path, origin: str, *, clock: str = "system"
    ) -> None:
        self._archive = archive
        self._key_dir = key_dir
        self._origin = origin
        self._clock = clock
        self._key = open_key(key_dir, origin)

    @property
    def vkey(self) -> VerifierKey:
        """The public key, for the trust file."""
        return self._key.public

    def head(self) -> Checkpoint | None:
        """The checkpoint signed last, None before the first. Raises IntegrityError."""
        note = read_head(self._key_dir, self._origin).note
        return parse_checkpoint(note) if note else None

    def found(self, now: datetime, software: str) -> None:
        """Record the log's genesis statement, once; it names the log and its key."""
        self._archive.record([
            Draft(
                StatementType.GENESIS,
                record_id("genesis", self._origin),
                now,
                self._clock,
                {"origin": self._origin, "log_key": str(self._key.public), "software": software},
            )
        ])  # fmt: skip

    def seal(self, now: datetime) -> Checkpoint | None:
        """A checkpoint over all leaves there are; None when none came since the last one.

        Costs the new leaves only. The head is kept on disk before the note is stored, so a crash
        in between publishes it at the next call.

        Raises IntegrityError, after recording an alarm, when the log is not the one that was
        signed before, continued, or when our clock is wrong by what time stamp authorities said;
        StoreError when the archive cannot be read.
        """
        with locked(self._key_dir / "lock"):
            head = read_head(self._key_dir, self._origin)
            try:
                self._check_clock(now)
                return self._grow(head)
            except _Refusal as refusal:
                raise self._refused(refusal, head, now) from refusal

    def audit(self, now: datetime) -> int:
        """Read the whole log again and compare it with the signed head; returns leaves read.

        Raises IntegrityError, after recording an alarm, as `seal` does.
        """
        with locked(self._key_dir / "lock"):
            head = read_head(self._key_dir, self._origin)
            try:
                self._check_past(head)
                if Frontier().extend(self._leaves(0, head.size)) != head.frontier:
                    raise _Refusal("ROOT_CHANGED", "leaves under the signed head have changed")
            except _Refusal as refusal:
                raise self._refused(refusal, head, now) from refusal
            return head.size

    def _grow(self, head: Head) -> Checkpoint | None:
        self._check_past(head)
        if head.note:
            self._archive.add_checkpoint(head.size, head.note)
        leaves = list(self._leaves(head.size, self._archive.size()))
        if not leaves:
            return None
        grown = Head(self._origin, head.frontier.extend(leaves), leaves[-1])
        signed = replace(grown, note=self._key.sign(grown.text()))
        write_head(self._key_dir, signed)
        self._archive.add_checkpoint(signed.size, signed.note)
        return parse_checkpoint(signed.note)

    def _check_clock(self, now: datetime) -> None:
        """Sign nothing while time stamp authorities say that our clock is wrong."""
        fault = read_clock(self._key_dir).fault(now) if self._clock == "system" else None
        if fault is not None:
            raise _Refusal(*fault)

    def _check_past(self, head: Head) -> None:
        size = self._archive.size()
        if size < head.size:
            raise _Refusal("LOG_SHRANK", f"has {size} leaves, {head.size} were signed")
        if head.size and list(self._leaves(head.size - 1, head.size)) != [head.last_leaf]:
            raise _Refusal("SIGNED_LEAF_CHANGED", f"leaf {head.size - 1} is not the signed one")

    def _leaves(self, start: int, stop: int) -> Iterator[bytes]:
        """Leaf hashes recomputed from statement bytes and equal to the stored ones, in order."""
        expected = start
        for index, data, stored in self._archive.raw_leaves(start, stop):
            if index != expected:
                raise _Refusal("LEAF_MISSING", f"leaf {expected} is missing or doubled")
            if leaf_hash(data) != stored:
                raise _Refusal("LEAF_HASH", f"leaf {index} does not have the hash of its bytes")
            yield stored
            expected += 1
        if expected != stop:
            raise _Refusal("LEAF_MISSING", f"leaf {expected} is missing or doubled")

    def _refused(self, refusal: _Refusal, head: Head, now: datetime) -> IntegrityError:
        """Record the alarm, once per fault and signed head; the error to raise."""
        rec = record_id("alarm", self._origin, refusal.code, str(head.size))
        facts = {"code": refusal.code, "detail": refusal.detail}
        remedy = "Nothing was signed; run a full check of the log"
        if refusal.code.startswith("CLOCK_"):
            remedy = "Nothing was signed; set the clock, then run `jejak ledger anchor`"
        try:
            self._archive.record([Draft(StatementType.ALARM, rec, now, self._clock, facts)])
        except (StoreError, IntegrityError) as error:
            remedy += f"; the alarm could not be recorded either ({type(error).__name__})"
        return IntegrityError(f"log {self._origin}", refusal.detail, remedy)

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
from evidence.seal.head import HEAD_FILE, Head, HeadError, begin_head, read_head, write_head
from evidence.seal.key import SigningKey, cross_sign, open_key
from evidence.seal.keyring import handover_done, next_key, read_ring, retire, take_over
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
        begin_head(key_dir, origin)
        self._key = open_key(key_dir, origin)

    @property
    def vkey(self) -> VerifierKey:
        """The public key that signs now."""
        return self._key.public

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Every key the log has had, oldest first, for the trust file."""
        return (*(item.key for item in read_ring(self._key_dir)), self._key.public)

    @property
    def retired(self) -> dict[bytes, int]:
        """Key id -> largest size of a head that a former key is trusted for."""
        return {item.key.id: item.until for item in read_ring(self._key_dir)}

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
            self._load_key()
            head = self._last_head(now)
            try:
                self._check_clock(now)
                return self._grow(head)
            except _Refusal as refusal:
                raise self._refused(refusal, head, now) from refusal

    def check(self, now: datetime) -> None:
        """Refuse a log that is not the one signed last: before anything is recorded into it.

        Costs one leaf: an older copy that was restored, or another log, is found; `audit` finds more.

        Raises IntegrityError, after recording an alarm.
        """
        with locked(self._key_dir / "lock"):
            head = self._last_head(now)
        try:
            self._check_past(head)
        except _Refusal as refusal:
            raise self._refused(refusal, head, now) from refusal

    def rotate(self, now: datetime, *, compromised: bool = False) -> VerifierKey:
        """Let a new key sign from now on; the same log goes on. Returns the new key.

        The log says so in `key` statements. The head over them is signed by both keys, so that
        whoever trusts the old one sees it name the new one; a compromised key does not sign it,
        and is trusted for the heads it had signed before only. The old secret is removed. Cut
        short anywhere, the next call goes on where it stopped.

        Raises IntegrityError as `seal` does, ConfigError when a key cannot be kept.
        """
        with locked(self._key_dir / "lock"):
            self._load_key()
            head = self._last_head(now)
            try:
                self._check_clock(now)
                self._grow(head)
                return self._hand_over(now, compromised=compromised)
            except _Refusal as refusal:
                raise self._refused(refusal, head, now) from refusal

    def _hand_over(self, now: datetime, *, compromised: bool) -> VerifierKey:
        old, new = self._key, next_key(self._key_dir, self._origin)
        before = read_head(self._key_dir, self._origin)
        self._archive.record(self._key_drafts(old, new, before.size, now, compromised=compromised))
        leaves = list(self._leaves(before.size, self._archive.size()))
        grown = Head(self._origin, before.frontier.extend(leaves), leaves[-1])
        signing = (new,) if compromised else (old, new)
        signed = replace(grown, note=cross_sign(grown.text(), signing))
        retire(self._key_dir, old.public, before.size if compromised else signed.size)
        write_head(self._key_dir, signed)
        self._archive.add_checkpoint(signed.size, signed.note)
        take_over(self._key_dir)
        self._load_key()
        return self._key.public

    def _key_drafts(
        self, old: SigningKey, new: SigningKey, size: int, now: datetime, *, compromised: bool
    ) -> list[Draft]:
        """What the log says of a change of keys; once for each new key and signed head."""
        events: list[tuple[str, str | None, SigningKey]] = []
        if compromised:
            events.append(("COMPROMISED", None, old))
        events.append(("CREATED" if compromised else "ROTATED", str(old.public), new))
        return [
            Draft(
                StatementType.KEY,
                record_id("key", self._origin, event, str(new.public), str(size)),
                now,
                self._clock,
                {"event": event, "previous": previous, "size": size, "vkey": str(key.public)},
            )
            for event, previous, key in events
        ]

    def _load_key(self) -> None:
        """The key as it is now: another process may have changed it since we opened it."""
        self._key = open_key(self._key_dir, self._origin)
        if handover_done(self._key_dir, self._key.public):
            take_over(self._key_dir)
            self._key = open_key(self._key_dir, self._origin)

    def audit(self, now: datetime) -> int:
        """Read the whole log again and compare it with the signed head; returns leaves read.

        Holds up nobody who signs: what is below a signed head changes no more.

        Raises IntegrityError, after recording an alarm, as `seal` does.
        """
        with locked(self._key_dir / "lock"):
            head = self._last_head(now)
        try:
            self._check_past(head)
            if Frontier().extend(self._leaves(0, head.size)) != head.frontier:
                raise _Refusal("ROOT_CHANGED", "leaves under the signed head have changed")
        except _Refusal as refusal:
            raise self._refused(refusal, head, now) from refusal
        return head.size

    def _last_head(self, now: datetime) -> Head:
        """The head signed last. Raises HeadError, after recording an alarm, when it is not told."""
        try:
            return read_head(self._key_dir, self._origin)
        except HeadError as error:
            self._alarm(error.code, f"{HEAD_FILE} {error.why}", 0, now)
            raise

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
        remedy = "Nothing was signed; run a full check of the log"
        if refusal.code.startswith("CLOCK_"):
            remedy = "Nothing was signed; set the clock, then run `jejak ledger anchor`"
        if refusal.code == "LOG_SHRANK":
            remedy = "An older copy lies there: restore a newer one (docs/how-to/backup.md)"
        remedy += self._alarm(refusal.code, refusal.detail, head.size, now)
        return IntegrityError(f"log {self._origin}", refusal.detail, remedy)

    def _alarm(self, code: str, detail: str, size: int, now: datetime) -> str:
        """Record an alarm, once per fault and signed size; what to add when that failed."""
        rec = record_id("alarm", self._origin, code, str(size))
        draft = Draft(StatementType.ALARM, rec, now, self._clock, {"code": code, "detail": detail})
        try:
            self._archive.record([draft])
        except (StoreError, IntegrityError) as error:
            return f"; the alarm could not be recorded either ({type(error).__name__})"
        return ""

"""Anchors: the newest signed head shown to authorities outside, and what they gave recorded.

Nothing an authority does can lose evidence or hold up a seal: what it did not give is recorded as
`pending` with a reason, asked for again with growing pauses, and told by `status` and every export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evidence.canonical import decode, encode, instant, new_record_id, parse_instant, record_id
from evidence.errors import ParseError
from evidence.ledger import Checkpoint
from evidence.model import Draft, Entry, Plain, StatementType
from evidence.projection import project_entries
from evidence.seal.disk import locked, private_folder, write_durably
from evidence.seal.http import TIMEOUT_S, Unanchored
from evidence.seal.revocation import Revocation
from evidence.seal.timestamp import REPLY, TimestampAuthority, request_stamp
from evidence.seal.wallclock import read_clock, write_clock
from evidence.store.ports import Archive

STATE_FILE = "anchors.json"
FORK = "FORK"
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
RENEW_BEFORE = timedelta(days=30)
"""A stamp is renewed while its signer's certificate is still good."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What an authority gave for a head.

    time:     by the authority's clock, None when it says none.
    until:    when the proof needs renewal, None for never.
    objects:  role `token` first.
    missing:  reason word when the proof is not whole yet (a calendar's promise), else None.
    head:     the head it is for, when that is not the one that was asked about.
    revocation: for a time stamp, KEPT or why what was published about its certificates is not.
    """

    objects: tuple[Plain, ...]
    time: datetime | None = None
    until: datetime | None = None
    missing: str | None = None
    head: Checkpoint | None = None
    revocation: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """Someone outside. kind: `rfc3161`, `ots` or `witness`; `ask` and `complete` raise Unanchored.

    complete: what is got from others for a proof, after its time was held against our clock.
    """

    kind: str
    name: str
    ask: Callable[[Checkpoint], Proof]
    complete: Callable[[Proof], Proof] = lambda proof: proof


@dataclass(frozen=True, slots=True)
class Standing:
    """How an authority stands: its newest anchor statement, `reason` None when anchored."""

    kind: str
    authority: str
    size: int
    status: str
    reason: str | None
    time: datetime | None = None
    until: datetime | None = None
    revocation: str | None = None

    def facts(self) -> dict[str, Any]:
        """As a package's description says it."""
        return {
            "authority": self.authority, "kind": self.kind, "reason": self.reason,
            "size": self.size, "status": self.status,
        }  # fmt: skip


@dataclass(slots=True)
class Anchors:
    """Asks authorities for anchors and records what came of it.

    key_dir:  the signer's folder; pauses and clock readings are kept there.
    now:      gives the time; `clock` says whose it is.
    every:    how old the newest anchor of an authority may grow.
    """

    archive: Archive
    key_dir: Path
    authorities: Sequence[Authority]
    now: Callable[[], datetime]
    clock: str = "system"
    every: timedelta = timedelta(days=1)
    _pauses: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(self, head: Checkpoint | None, *, at_once: bool = False) -> tuple[Standing, ...]:
        """Ask every authority whose anchor is due for one over this head; how all stand now.

        at_once: ask all that do not have this very head, whatever their pause.
        Raises StoreError when an anchor cannot be recorded.
        """
        private_folder(self.key_dir)
        if head is not None:
            with locked(self.key_dir / "anchors.lock"):
                self._pauses = _read_pauses(self.key_dir)
                for authority in self.authorities:
                    if self._due(authority, head, at_once=at_once):
                        self._ask(authority, head)
        return tuple(standings(self.archive, self.authorities))

    def _due(self, authority: Authority, head: Checkpoint, *, at_once: bool) -> bool:
        newest = newest_anchor(self.archive, authority.kind, authority.name)
        now = self.now()
        if newest is not None and newest["note_sha256"] == head.fingerprint():
            return self._renewal_due(newest, now)
        if at_once:
            return True
        pause = self._pauses.get(_key(authority))
        if pause is not None:
            return parse_instant(pause["next_at"]) <= now
        return newest is None or newest["at"] + self.every <= now

    def _renewal_due(self, newest: Mapping[str, Any], now: datetime) -> bool:
        until = newest["until"]
        if until is None:
            return False
        return bool(until - RENEW_BEFORE <= now and newest["at"] + self.every <= now)

    def _ask(self, authority: Authority, head: Checkpoint) -> None:
        asked = self.now()
        try:
            proof = authority.ask(head)
            if proof.missing is None:
                self._agree(authority, asked, proof)
                proof = authority.complete(proof)
        except Unanchored as refused:
            self._pending(authority, head, refused.code, ())
            if refused.code == FORK:
                self._alarm(authority, head)
            return
        head = proof.head or head
        if proof.missing is not None:
            self._pending(authority, head, proof.missing, proof.objects)
            return
        facts = self._facts(authority, head, "anchored", None, proof)
        self._record(new_record_id(), facts, proof.objects)
        self._pauses.pop(_key(authority), None)
        _write_pauses(self.key_dir, self._pauses)

    def _agree(self, authority: Authority, asked: datetime, proof: Proof) -> None:
        """Hold the authority's time against our clock. Raises Unanchored when they disagree."""
        if authority.kind != "rfc3161" or self.clock != "system" or proof.time is None:
            return
        known = read_clock(self.key_dir).after(authority.name, asked, self.now(), proof.time)
        write_clock(self.key_dir, known)
        if not known.agrees(authority.name):
            raise Unanchored(authority.name, "CLOCK", f"{known.offsets_ms[authority.name]} ms")

    def _pending(
        self, authority: Authority, head: Checkpoint, code: str, objects: tuple[Plain, ...]
    ) -> None:
        """Record once per head and reason that nothing whole was given; pause longer each time."""
        facts = self._facts(authority, head, "pending", code, None)
        name = (authority.kind, authority.name, head.fingerprint(), code)
        self._record(record_id("anchor", *name), facts, objects)
        tries = self._pauses.get(_key(authority), {}).get("tries", 0) + 1
        pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)
        self._pauses[_key(authority)] = {"next_at": instant(self.now() + pause), "tries": tries}
        _write_pauses(self.key_dir, self._pauses)

    def _alarm(self, authority: Authority, head: Checkpoint) -> None:
        """Say once per witness and head that it knows another log under our name."""
        detail = (
            f"witness {authority.name} has seen another or a longer log than {head.size} leaves"
        )
        rec = record_id("alarm", "fork", authority.name, head.fingerprint())
        facts = {"code": "WITNESS_FORK", "detail": detail}
        self.archive.record([Draft(StatementType.ALARM, rec, self.now(), self.clock, facts)])

    def _facts(
        self,
        authority: Authority,
        head: Checkpoint,
        status: str,
        reason: str | None,
        proof: Proof | None,
    ) -> dict[str, Any]:
        return {
            "authority": authority.name,
            "kind": authority.kind,
            "note_sha256": head.fingerprint(),
            "reason": reason,
            "revocation": proof.revocation if proof else None,
            "size": head.size,
            "status": status,
            "time": instant(proof.time) if proof and proof.time else None,
            "until": instant(proof.until) if proof and proof.until else None,
        }

    def _record(self, rec: str, facts: Mapping[str, Any], objects: tuple[Plain, ...]) -> Entry:
        draft = Draft(StatementType.ANCHOR, rec, self.now(), self.clock, facts, objects)
        entries = self.archive.record([draft])
        project_entries(self.archive, entries)
        return entries[0]


def timestamping(
    authority: TimestampAuthority,
    *,
    timeout_s: float = TIMEOUT_S,
    revocation: Callable[[bytes, bytes], Revocation] | None = None,
) -> Authority:
    """A TSA as an authority.

    revocation: gives what is published about the certificates of a chain (PEM) below roots (PEM).
    """

    def ask(head: Checkpoint) -> Proof:
        stamp = request_stamp(authority, head.note, timeout_s=timeout_s)
        objects = (
            Plain("token", REPLY, stamp.response),
            Plain("chain", "application/x-pem-file", stamp.chain),
        )
        return Proof(objects, stamp.time, stamp.until, revocation="NOT_ASKED")

    def complete(proof: Proof) -> Proof:
        if revocation is None:
            return proof
        found = revocation(proof.objects[1].data, authority.roots)
        lists = (Plain("revocation", "application/x-pem-file", found.pem),) if found.pem else ()
        return replace(proof, objects=(*proof.objects, *lists), revocation=found.word)

    return Authority("rfc3161", authority.name, ask, complete)


def newest_anchor(archive: Archive, kind: str, name: str) -> dict[str, Any] | None:
    """The row of an authority's newest anchor that is whole."""
    where = {"kind": kind, "authority": name, "status": "anchored"}
    rows = archive.rows("anchors", where, order="index", descending=True, limit=1)
    return next(iter(rows), None)


def standings(archive: Archive, authorities: Sequence[Authority]) -> Iterator[Standing]:
    """How each authority stands by its newest anchor statement."""
    for authority in authorities:
        where = {"kind": authority.kind, "authority": authority.name}
        rows = archive.rows("anchors", where, order="index", descending=True, limit=1)
        row = next(iter(rows), None)
        if row is None:
            yield Standing(authority.kind, authority.name, 0, "pending", "NEVER_ASKED")
        else:
            yield Standing(
                authority.kind, authority.name, row["size"], row["status"], row["reason"],
                row["time"], row["until"], row.get("revocation"),
            )  # fmt: skip


def _key(authority: Authority) -> str:
    return f"{authority.kind} {authority.name}"


def _read_pauses(key_dir: Path) -> dict[str, dict[str, Any]]:
    """Tries and next times by authority; a file that cannot be read only means asking at once."""
    try:
        value = decode((key_dir / STATE_FILE).read_bytes())
        return dict(value["pauses"])
    except (OSError, ParseError, KeyError, TypeError, ValueError):
        return {}


def _write_pauses(key_dir: Path, pauses: Mapping[str, Mapping[str, Any]]) -> None:
    write_durably(key_dir / STATE_FILE, encode({"pauses": dict(pauses), "v": 1}))

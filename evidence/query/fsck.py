"""A full check of an archive against itself and against the heads that were signed.

Nothing stops at the first fault: every finding is returned. docs/how-to/fsck.md says what each code
means and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evidence.canonical import entry_of, instant, record_id
from evidence.errors import IntegrityError, JejakError, ParseError, StoreError
from evidence.ledger import Checkpoint, Frontier, VerifierKey, leaf_hash, parse_checkpoint
from evidence.ledger.checkpoint import SignatureCheck, verify_note
from evidence.model import Entry, StatementType
from evidence.query.derived import missing_rows
from evidence.query.fault import Check, Fault
from evidence.query.hold import erased_by, tombstones
from evidence.query.persons import check_erasure, check_officers, note_request
from evidence.query.present import present_objects
from evidence.query.version import Order, check_export
from evidence.store.ports import Archive

__all__ = ["Check", "Fault", "fsck"]

BATCH = 500


@dataclass(slots=True)
class _Walk:
    """Where the walk along the leaves stands."""

    frontier: Frontier = field(default_factory=Frontier)
    whole: bool = True
    recs: set[str] = field(default_factory=set)
    erasures: set[str] = field(default_factory=set)
    requests: set[str] = field(default_factory=set)
    erased: list[tuple[str, str]] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    visited: dict[str, str] = field(default_factory=dict)
    beat: tuple[datetime, int] | None = None
    newest: datetime | None = None
    order: Order = field(default_factory=Order)


def fsck(
    archive: Archive,
    *,
    keys: Sequence[VerifierKey] = (),
    check_signature: SignatureCheck | None = None,
    signed: Checkpoint | None = None,
    objects: bool = True,
    projections: bool = False,
    say: Callable[[int, int], None] | None = None,
) -> Check:
    """Check every leaf, every object, every stored checkpoint and the store's own shape.

    keys, check_signature: with both, notes must be signed by one of the keys.
    signed:      the head the signer keeps outside the store: a cut or restored log is smaller.
    objects:     False leaves the objects (the long part) out.
    projections: True looks for the projection rows of every entry whose objects were read.
    say:         called with (leaves done, leaves in all).
    """
    check, walk = Check(), _Walk()
    heads = _heads(archive, check, keys, check_signature)
    if signed is not None:
        _signed_head(signed, heads, check)
    size = archive.size()
    for start in range(0, size, BATCH):
        stop = min(start + BATCH, size)
        readable = []
        for index, data, stored in _contiguous(archive, start, stop, check, walk):
            entry = _leaf(index, data, stored, check, walk)
            for place, root in heads.get(index + 1, ()):
                if not walk.whole or walk.frontier.root() != root:
                    check.fault("ROOT_DIFFERS", place, "the leaves do not give the signed root")
            if objects and entry is not None:
                readable.append((entry, _objects(archive, entry, check, walk)))
                check_officers(*readable[-1], check)
                check_export(*readable[-1], walk.order, check)
        if projections and objects:
            missing_rows(archive, readable, check)
        if say:
            say(stop, size)
    for beyond in sorted(s for s in heads if s > size):
        for place, _root in heads[beyond]:
            check.fault("HEAD_BEYOND_LOG", place, f"the log has only {size} leaves")
    _unsaid_erasures(check, walk)
    _returned_keys(archive, check, walk)
    _unended_visits(check, walk)
    _silence(walk, check)
    _oddities(archive, check)
    return check


def _heads(
    archive: Archive,
    check: Check,
    keys: Sequence[VerifierKey],
    check_signature: SignatureCheck | None,
) -> dict[int, list[tuple[str, bytes]]]:
    """Size -> (place, signed root) of every stored note."""
    heads: dict[int, list[tuple[str, bytes]]] = {}
    for size, note in archive.checkpoints():
        place = f"checkpoint {size}"
        check.checkpoints += 1
        try:
            head = parse_checkpoint(note)
        except ParseError as error:
            check.fault("NOTE_UNREADABLE", place, error.why)
            continue
        if head.size != size:
            check.fault(
                "NOTE_UNREADABLE", place, f"it is filed under another size than {head.size}"
            )
        if keys and check_signature:
            try:
                verify_note(note, keys, check_signature)
                check.signatures += 1
            except JejakError as error:
                check.fault("SIGNATURE", place, error.why)
        heads.setdefault(head.size, []).append((place, head.root))
    return heads


def _contiguous(
    archive: Archive, start: int, stop: int, check: Check, walk: _Walk
) -> Iterator[tuple[int, bytes, bytes]]:
    expected = start
    for index, data, stored in archive.raw_leaves(start, stop):
        if index != expected:
            check.fault("GAP", f"leaf {expected}", f"leaf {index} stands in its place")
            walk.whole = False
        yield index, data, stored
        expected = index + 1
    if expected < stop:
        check.fault("GAP", f"leaf {expected}", "it is missing")
        walk.whole = False


def _leaf(index: int, data: bytes, stored: bytes, check: Check, walk: _Walk) -> Entry | None:
    """The entry, for what is checked next; None when its bytes are no statement."""
    check.leaves += 1
    real = leaf_hash(data)
    walk.frontier = walk.frontier.extend([real])
    if real != stored:
        check.fault("LEAF_HASH", f"leaf {index}", "its stored hash is not that of its bytes")
    try:
        entry = entry_of(index, data, real)
    except ParseError as error:
        check.fault("NOT_CANONICAL", f"leaf {index}", error.why)
        return None
    _meaning(entry, check, walk)
    return entry


def _meaning(entry: Entry, check: Check, walk: _Walk) -> None:
    statement = entry.statement
    rec, facts = statement.rec, statement.facts
    if rec in walk.recs:
        check.fault("DOUBLE_RECORD", f"leaf {entry.index}", f"record {rec} is there twice")
    walk.recs.add(rec)
    walk.order.note(statement, check)
    slot = facts.get("slot")
    note_request(entry, walk.requests)
    check_erasure(entry, walk.requests, check)
    if statement.type is StatementType.ERASURE:
        walk.erasures.add(str(facts.get("subject")))
    elif statement.type is StatementType.OUTCOME and isinstance(slot, str):
        if slot in walk.outcomes:
            first = walk.outcomes[slot]
            check.fault("DOUBLE_OUTCOME", f"record {rec}", f"record {first} ended its slot already")
        elif rec != record_id("outcome", slot):
            check.fault("OUTCOME_RECORD", f"record {rec}", "its id is not the one of its slot")
        walk.outcomes.setdefault(slot, rec)
    elif statement.type is StatementType.CAPTURE and isinstance(slot, str):
        walk.visited.setdefault(slot, rec)
    walk.newest = statement.at
    if statement.type is StatementType.ALARM and facts.get("code") == "HEARTBEAT":
        every = facts.get("every_s")
        _silence(walk, check)
        walk.beat = (statement.at, every) if isinstance(every, int) else None


def _silence(walk: _Walk, check: Check) -> None:
    """Two pauses without a heartbeat: nobody watched the store in between."""
    if walk.beat is None or walk.newest is None:
        return
    beat_at, every_s = walk.beat
    if walk.newest - beat_at > timedelta(seconds=2 * every_s):
        place = f"from {instant(beat_at)} to {instant(walk.newest)}"
        check.note("WATCH_SILENT", place, "no heartbeat: the store was not watched")


def _objects(archive: Archive, entry: Entry, check: Check, walk: _Walk) -> Mapping[str, bytes]:
    """Open all objects of an entry; their bytes by role."""
    rec = entry.statement.rec
    opened: dict[str, bytes] = {}
    for ref in entry.statement.objects:
        place = f"record {rec}, role {ref.role}"
        try:
            opening = archive.open_object(rec, ref.role)
        except IntegrityError as error:
            check.fault("OBJECT_ALTERED", place, error.why)
        except StoreError as error:
            check.fault("OBJECT_MISSING", place, error.why)
        else:
            check.objects += 1
            if opening is None:
                check.erased += 1
                walk.erased.append((rec, place))
            else:
                opened[ref.role] = opening.data
    return opened


def _unsaid_erasures(check: Check, walk: _Walk) -> None:
    for rec, place in walk.erased:
        if rec not in walk.erasures:
            check.fault("ERASED_WITHOUT_STATEMENT", place, "its key is gone and no erasure says so")


def _held_erasures(archive: Archive, check: Check) -> frozenset[str]:
    """Records whose erasure a hold stopped; a fault for each that is gone in spite of one."""
    try:
        told = tombstones(archive)
        void, valid = told.void(archive), told.valid()
    except JejakError as error:
        check.note("NOT_ASKED", "erasures and holds", error.why)
        return frozenset()
    for entry in told.said:
        hold = told.against.get(entry.index)
        if hold is None:
            continue
        place = f"record {erased_by(entry)}"
        after = f"its erasure came after a hold on {hold.subject} for case {hold.case}"
        if entry.index in void:
            check.note("ERASURE_HELD", place, f"{after} and erased nothing")
        else:
            check.fault("ERASED_IN_HOLD", place, f"{after}, and its key is gone")
    return frozenset(erased_by(e) for e in told.said if e.index in void) - valid.keys()


def _returned_keys(archive: Archive, check: Check, walk: _Walk) -> None:
    held = _held_erasures(archive, check) if walk.erasures else frozenset()
    for rec in sorted(walk.erasures - held):
        try:
            roles = present_objects(archive, rec)
        except StoreError as error:
            check.note("NOT_ASKED", f"record {rec}", error.why)
            continue
        for role in roles:
            check.fault(
                "ERASED_KEY_PRESENT",
                f"record {rec}, role {role}",
                "its erasure is in the log and its key is there; run `jejak erase repeat`",
            )


def _signed_head(
    signed: Checkpoint, heads: dict[int, list[tuple[str, bytes]]], check: Check
) -> None:
    """The head kept outside the store must be in the store, and the log must give its root."""
    place = f"signed head {signed.size}"
    kept = {root for _place, root in heads.get(signed.size, ())}
    if not kept:
        check.fault("CHECKPOINT_MISSING", place, "its note is not in the store")
    elif kept != {signed.root}:
        check.fault("CHECKPOINT_DIFFERS", place, "the note in the store has another root")
    heads.setdefault(signed.size, []).append((place, signed.root))


def _unended_visits(check: Check, walk: _Walk) -> None:
    for slot, rec in walk.visited.items():
        if slot not in walk.outcomes:
            check.note("VISIT_UNENDED", f"record {rec}", f"slot {slot} has captures and no outcome")


def _oddities(archive: Archive, check: Check) -> None:
    try:
        for odd in archive.oddities():
            say = check.note if odd.harmless else check.fault
            say(odd.code, odd.place, odd.detail)
    except StoreError as error:
        check.note("NOT_ASKED", "store", error.why)

"""A full check of an archive against itself and against the heads that were signed.

Nothing stops at the first fault: every finding is returned. Projections are not evidence and are
not checked; `rebuild` writes them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from evidence.canonical import parse_statement
from evidence.errors import IntegrityError, JejakError, ParseError, StoreError
from evidence.ledger import Frontier, VerifierKey, leaf_hash, parse_checkpoint
from evidence.ledger.checkpoint import SignatureCheck, verify_note
from evidence.model import Statement, StatementType
from evidence.store.ports import Archive

BATCH = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be.

    code:  GAP, LEAF_HASH, NOT_CANONICAL, DOUBLE_RECORD, OBJECT_ALTERED, OBJECT_MISSING,
           ERASED_WITHOUT_STATEMENT, ERASED_KEY_PRESENT, NOTE_UNREADABLE, ROOT_DIFFERS, SIGNATURE, HEAD_BEYOND_LOG.
    place: `leaf 17`, `record 4f..., role body`, `checkpoint 120`.
    """

    code: str
    place: str
    detail: str


@dataclass(slots=True)
class Check:
    """What was checked, counted, and what was found."""

    leaves: int = 0
    objects: int = 0
    erased: int = 0
    checkpoints: int = 0
    signatures: int = 0
    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, place: str, detail: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(code, place, detail))


@dataclass(slots=True)
class _Walk:
    """Where the walk along the leaves stands."""

    frontier: Frontier = field(default_factory=Frontier)
    whole: bool = True
    recs: set[str] = field(default_factory=set)
    erasures: set[str] = field(default_factory=set)
    erased: list[tuple[str, str]] = field(default_factory=list)


def fsck(
    archive: Archive,
    *,
    keys: Sequence[VerifierKey] = (),
    check_signature: SignatureCheck | None = None,
    objects: bool = True,
    say: Callable[[int, int], None] | None = None,
) -> Check:
    """Check every leaf, every object and every stored checkpoint.

    keys, check_signature: with both, notes must be signed by one of the keys.
    objects: False leaves the objects (the long part) out.
    say:     called with (leaves done, leaves in all).
    """
    check, walk = Check(), _Walk()
    heads = _heads(archive, check, keys, check_signature)
    size = archive.size()
    for start in range(0, size, BATCH):
        stop = min(start + BATCH, size)
        for index, data, stored in _contiguous(archive, start, stop, check, walk):
            _leaf(index, data, stored, check, walk)
            for place, root in heads.get(index + 1, ()):
                if not walk.whole or walk.frontier.root() != root:
                    check.fault("ROOT_DIFFERS", place, "the leaves do not give the signed root")
            if objects:
                _objects(archive, data, check, walk)
        if say:
            say(stop, size)
    for beyond in sorted(s for s in heads if s > size):
        for place, _root in heads[beyond]:
            check.fault("HEAD_BEYOND_LOG", place, f"the log has only {size} leaves")
    _unsaid_erasures(check, walk)
    for rec in sorted(walk.erasures):
        for role in present_objects(archive, rec):
            check.fault(
                "ERASED_KEY_PRESENT",
                f"record {rec}, role {role}",
                "its erasure is in the log and its key is there; run `jejak erase repeat`",
            )
    return check


def present_objects(archive: Archive, rec: str) -> tuple[str, ...]:
    """Roles of a record's objects that can be opened; none of them after a whole erasure.

    Keys are there although the log tells of an erasure when it was cut off, or when `keys` was
    restored from a backup made before it.
    """
    entry = archive.entry(rec)
    refs = entry.statement.objects if entry else ()
    return tuple(ref.role for ref in refs if _is_present(archive, rec, ref.role))


def _is_present(archive: Archive, rec: str, role: str) -> bool:
    try:
        return archive.open_object(rec, role) is not None
    except IntegrityError:
        # Its key or its bytes are not whole: a fault of its own, found elsewhere; not readable.
        return False


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


def _leaf(index: int, data: bytes, stored: bytes, check: Check, walk: _Walk) -> None:
    check.leaves += 1
    real = leaf_hash(data)
    walk.frontier = walk.frontier.extend([real])
    if real != stored:
        check.fault("LEAF_HASH", f"leaf {index}", "its stored hash is not that of its bytes")
    try:
        statement = parse_statement(data)
    except ParseError as error:
        check.fault("NOT_CANONICAL", f"leaf {index}", error.why)
        return
    if statement.rec in walk.recs:
        check.fault("DOUBLE_RECORD", f"leaf {index}", f"record {statement.rec} is there twice")
    walk.recs.add(statement.rec)
    if statement.type is StatementType.ERASURE:
        walk.erasures.add(str(statement.facts.get("subject")))


def _objects(archive: Archive, data: bytes, check: Check, walk: _Walk) -> None:
    statement = _readable(data)
    if statement is None:
        return
    for ref in statement.objects:
        place = f"record {statement.rec}, role {ref.role}"
        try:
            opening = archive.open_object(statement.rec, ref.role)
        except IntegrityError as error:
            check.fault("OBJECT_ALTERED", place, error.why)
        except StoreError as error:
            check.fault("OBJECT_MISSING", place, error.why)
        else:
            check.objects += 1
            if opening is None:
                check.erased += 1
                walk.erased.append((statement.rec, place))


def _readable(data: bytes) -> Statement | None:
    try:
        return parse_statement(data)
    except ParseError:
        # Already a fault of the leaf; its objects cannot be told.
        return None


def _unsaid_erasures(check: Check, walk: _Walk) -> None:
    for rec, place in walk.erased:
        if rec not in walk.erasures:
            check.fault("ERASED_WITHOUT_STATEMENT", place, "its key is gone and no erasure says so")

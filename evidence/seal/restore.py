"""A head for the key folder again, from a note that somebody kept: the only way past a lost one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from evidence.errors import IntegrityError, ParseError
from evidence.ledger import (
    Checkpoint,
    Frontier,
    VerifierKey,
    leaf_hash,
    parse_checkpoint,
    verify_note,
)
from evidence.model import Draft, StatementType
from evidence.seal.disk import locked
from evidence.seal.head import Head, HeadError, read_head, write_head
from evidence.seal.key import check_ed25519
from evidence.store.ports import Archive

WHAT = "head to be restored"


def restore_head(
    archive: Archive,
    key_dir: Path,
    note: bytes,
    *,
    keys: Sequence[VerifierKey],
    retired: Mapping[bytes, int],
) -> Checkpoint:
    """Take a signed note for the head signed last, when all that is known allows it.

    note: from a package, a tile export, the archive, or the minutes; the largest there is.
    keys: every key the log has had.   retired: key id -> largest size it is trusted for.

    Raises IntegrityError when the note is not signed by the log's key, the leaves of the archive
    do not give its root, a larger signed head is known, or the head that is there is sound.
    """
    said = parse_checkpoint(note)
    origin = keys[-1].name
    signers = {signature.id for signature in verify_note(note, keys, check_ed25519).signatures}
    good = {key.id for key in keys if said.size <= retired.get(key.id, said.size)}
    if said.origin != origin or not signers & good:
        raise IntegrityError(WHAT, "is not signed by a key of this log for that size")
    with locked(key_dir / "lock"):
        _refuse_sound(key_dir, origin)
        _refuse_smaller(archive, said, keys)
        hashes = [leaf_hash(data) for _index, data, _stored in archive.raw_leaves(0, said.size)]
        frontier = Frontier().extend(hashes)
        if len(hashes) != said.size or frontier.root() != said.root:
            raise IntegrityError(WHAT, "is not the head of what the archive holds")
        write_head(key_dir, Head(origin, frontier, hashes[-1] if hashes else b"", note))
    return said


def restored(head: Checkpoint, now: datetime, clock: str, rec: str) -> Draft:
    """The statement that a head was restored."""
    detail = f"{head.size} leaves, {head.fingerprint()}"
    facts = {"code": "HEAD_RESTORED", "detail": detail}
    return Draft(StatementType.ALARM, rec, now, clock, facts)


def _refuse_sound(key_dir: Path, origin: str) -> None:
    try:
        read_head(key_dir, origin)
    except HeadError:
        return
    raise IntegrityError(WHAT, "is not needed: the one that is there is sound")


def _refuse_smaller(archive: Archive, said: Checkpoint, keys: Sequence[VerifierKey]) -> None:
    """The archive may hold a larger head that a key of the log signed."""
    for size, note in archive.checkpoints():
        if size <= said.size:
            continue
        try:
            verify_note(note, keys, check_ed25519)
        except (IntegrityError, ParseError):
            continue  # whoever wrote it had no key; the full check names it (SIGNATURE)
        raise IntegrityError(WHAT, f"is smaller than one that was signed over {size} leaves")

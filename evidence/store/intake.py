"""Drafts made ready to be stored: checked, salted, committed, encoded. Nothing is written here.

All drafts of one call are prepared before the first byte is stored, so one that lies outside the
canonical profile keeps none of its neighbours half recorded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.canonical import commitment_of_digest, statement_bytes
from evidence.errors import ParseError
from evidence.model import Draft, ObjectRef, Plain
from evidence.store.objects import Use, blob_row, new_salt

REC = re.compile(r"[0-9a-f]{32}\Z")
ROLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft ready to be stored.

    leaf_hash: SHA-256(0x00 || statement), RFC 6962 section 2.1.
    uses:      one per object, in the order of `draft.objects`.
    """

    draft: Draft
    statement: bytes
    leaf_hash: bytes
    uses: tuple[Use, ...]


def prepare(draft: Draft, naming_key: bytes) -> Prepared:
    """Salt, commit and encode one draft.

    Raises ParseError when its record id or a role is malformed, a role is doubled, or the statement
    lies outside the canonical profile.
    """
    _check(draft)
    uses = tuple(_use(draft.rec, plain, naming_key) for plain in draft.objects)
    data = statement_bytes(draft, [use.ref for use in uses])
    return Prepared(draft, data, hashlib.sha256(b"\0" + data).digest(), uses)


def once_each(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The drafts without later ones of a record id that came before, in order."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.rec, draft)
    return tuple(first.values())


def plain_blobs(prepared: Iterable[Prepared]) -> dict[str, bytes]:
    """Plain bytes by blob row, each blob once however many objects use it."""
    blobs: dict[str, bytes] = {}
    for item in prepared:
        for use, plain in zip(item.uses, item.draft.objects, strict=True):
            blobs.setdefault(use.key, plain.data)
    return blobs


def draft_bytes(draft: Draft) -> int:
    """Bytes of all objects of a draft: what it weighs in a batch."""
    return sum(len(plain.data) for plain in draft.objects)


def _use(rec: str, plain: Plain, naming_key: bytes) -> Use:
    salt, digest = new_salt(), hashlib.sha256(plain.data).digest()
    commit = commitment_of_digest(salt, digest)
    ref = ObjectRef(plain.role, plain.media, len(plain.data), commit)
    return Use(rec, ref, salt, blob_row(naming_key, digest))


def _check(draft: Draft) -> None:
    if not REC.match(draft.rec):
        raise ParseError(f"{draft.type} draft", "its record id is not 32 lower-case hex digits")
    roles = [plain.role for plain in draft.objects]
    if any(not ROLE.match(role) for role in roles):
        raise ParseError(f"{draft.type} draft {draft.rec}", "has a malformed object role")
    if len(set(roles)) != len(roles):
        raise ParseError(f"{draft.type} draft {draft.rec}", "has two objects of one role")

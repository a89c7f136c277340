"""What a store promises. Adapters: memory.py, mongo/. One contract suite holds them all.

Durability, in place of a common CRUD interface: `record` returns with durably assigned indices, or
raises. Acknowledged means majority-committed and journalled. No port updates or deletes evidence;
`erase` alone removes, and only keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from evidence.model import Draft, Entry, Opening

MAY_NOT = "the database user may not do this"
"""How the `why` of a StoreError begins when the database user has no right to what was asked."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a projection table: recreated from the log at any time, never evidence.

    table: see `evidence.projection.TABLES`.   id: unique in its table.
    doc:   JSON scalars, lists and mappings, and aware datetimes; keys without `.` or `$`.
    fresh: a hint that no row has this id yet; one that is there all the same is replaced.
    """

    table: str
    id: str
    doc: Mapping[str, Any]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """A time that becomes later: `field` of the rows of these ids, where it is earlier than `at`."""

    table: str
    ids: tuple[str, ...]
    field: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot taken by one process until lease_until; the outcome statement ends it."""

    slot: str
    by: str
    claimed_at: datetime
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """Figures of a store for `jejak store info`: sizes in bytes, counts of rows."""

    backend: str
    address: str
    server_version: str
    entries: int
    objects: int
    blobs: int
    blob_bytes: int
    erased: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in the store that this software did not put there so, or that nothing names.

    code, place, detail: as in a fault of the full check (docs/how-to/fsck.md).
    harmless: a crash or a writer at work leaves the same; for a person to know, no fault.
    """

    code: str
    place: str
    detail: str
    harmless: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """An act on the store that no role of this software does.

    code:  STORE_UPDATE, STORE_DELETE, STORE_DROP, STORE_RENAME, STORE_INDEX, STORE_OPTIONS,
           STORE_CREATE; WATCH_BLIND when acts may have gone unseen.
    place: collection and row, as far as their names are ours.   token: names the event.
    """

    code: str
    place: str
    detail: str
    token: str


class Archive(Protocol):
    """The evidence of one installation. Safe for threads; not for forked processes."""

    # --- evidence ---

    def record(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Record statements with their objects, in order, as neighbouring or later leaves.

        Durable on return. A draft whose rec is in the log already is not appended again: its
        existing entry is returned and its objects are dropped (a retry, or a once-only event).
        Order of writing: blobs, then keys, then leaves; a crash leaves a prefix of the drafts and
        perhaps unreferenced blobs, never a leaf without its objects.

        Raises StoreError when the outcome is unknown or the store is full; ParseError when a draft
        lies outside the canonical profile (then none of the drafts was recorded).
        """

    def size(self) -> int:
        """Number of leaves that are majority-committed."""

    def entry(self, rec: str) -> Entry | None:
        """The entry with this record id, leaf hash checked. Raises IntegrityError."""

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries start <= index < stop in order, leaf hashes checked against their bytes.

        Raises IntegrityError naming the first index that is missing, doubled or altered.
        """

    def raw_leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, statement bytes, stored leaf hash) unchecked, majority-read: for signer, fsck."""

    def open_object(self, rec: str, role: str) -> Opening | None:
        """An object of a statement, decrypted and checked against its commitment.

        None when its key was erased. Raises StoreError when there is no such record or role,
        IntegrityError when the stored bytes do not match the commitment.
        """

    def erase(self, rec: str) -> int:
        """Remove keys and salts of all objects of a record; returns how many were removed.

        The blob's own key goes too when no other record uses the blob. The caller records the
        erasure statement first.
        """

    # --- heads ---

    def add_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed note for this size; the same size twice keeps the first."""

    def checkpoints(self) -> tuple[tuple[int, bytes], ...]:
        """All (size, note) in order of size."""

    # --- working state, not evidence ---

    def claim(self, claim: Claim, now: datetime) -> bool:
        """Take a slot: True for exactly one caller until its lease runs out.

        A claim whose lease_until is before `now` may be taken over once by one caller.
        """

    def claims(self) -> tuple[Claim, ...]:
        """All claims not yet released."""

    def release(self, slots: Sequence[str]) -> None:
        """Drop claims (their outcomes are in the log)."""

    def project(self, rows: Sequence[Row], later: Sequence[Later] = ()) -> None:
        """Write projection rows, replacing rows of the same id; then make times later.

        Durable on return. Cut off by a crash, a part of it may be written.
        """

    def row(self, table: str, id: str) -> dict[str, Any] | None:
        """One projection row, with `id` among its fields."""

    def rows_by_id(self, table: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Projection rows by id; ids without a row are left out."""

    def fields_by_id(
        self, table: str, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """Some fields of projection rows by id, `id` among them; what a row lacks is left out.

        For a question to many rows that needs little of each. Raises StoreError for an odd name.
        """

    def rows(
        self,
        table: str,
        where: Mapping[str, str | int | bool | None] | None = None,
        *,
        since: tuple[str, datetime] | None = None,
        until: tuple[str, datetime] | None = None,
        order: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Rows equal in every `where` field (operators in values are never interpreted).

        since: (field, time), inclusive. until: (field, time), exclusive.
        """

    def unproject(self, table: str, ids: Sequence[str]) -> None:
        """Remove projection rows, as an erasure must; ids without a row are passed over."""

    def clear_projections(self) -> None:
        """Remove all projection rows; `evidence.projection.rebuild` writes them anew."""

    def oddities(self) -> Iterator[Oddity]:
        """What is odd about the store itself: rows, indexes, collections. For the full check.

        Raises StoreError when the database user may not look everywhere.
        """

    def info(self) -> StoreInfo:
        """Figures about the store."""

    def close(self) -> None:
        """Finish writing and let go of the server; an embedded one is stopped cleanly."""

"""The whole archive in memory: what everyone else tests with, and a sandbox's throw-away store.

It salts, seals, commits and checks exactly as the MongoDB store does; only durability is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from evidence.canonical import entry_of
from evidence.errors import IntegrityError, StoreError
from evidence.model import Draft, Entry, ObjectRef, Opening
from evidence.store.intake import Prepared, once_each, plain_blobs, prepare
from evidence.store.objects import (
    BlobKey,
    Use,
    chunk_ids,
    new_blob_key,
    new_naming_key,
    open_chunks,
    opening,
    seal_chunks,
    use_row,
)
from evidence.store.ports import Claim, Later, Oddity, Row, StoreInfo
from evidence.store.tables import Tables


class MemoryArchive:
    """An Archive that is gone when the process ends. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._naming_key = new_naming_key()
        self._leaves: list[tuple[bytes, bytes]] = []
        self._index_of: dict[str, int] = {}
        self._uses: dict[str, Use] = {}
        self._keys: dict[str, BlobKey] = {}
        self._chunks: dict[str, bytes] = {}
        self._erased = 0
        self._notes: dict[int, bytes] = {}
        self._claims: dict[str, Claim] = {}
        self._tables = Tables()

    def record(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """See ports.Archive.record; blobs are stored once however many records use them."""
        with self._lock:
            fresh = [d for d in once_each(drafts) if d.rec not in self._index_of]
            prepared = [prepare(draft, self._naming_key) for draft in fresh]
            for row, data in plain_blobs(prepared).items():
                self._keep_blob(row, data)
            for item in prepared:
                self._append(item)
            return tuple(self._at(self._index_of[draft.rec]) for draft in drafts)

    def size(self) -> int:
        """Number of leaves."""
        with self._lock:
            return len(self._leaves)

    def entry(self, rec: str) -> Entry | None:
        """The entry with this record id, leaf hash checked. Raises IntegrityError."""
        with self._lock:
            index = self._index_of.get(rec)
            return None if index is None else self._at(index)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries start <= index < stop that exist now, in order. Raises IntegrityError."""
        for index, data, leaf_hash in self.raw_leaves(start, self.size() if stop is None else stop):
            yield entry_of(index, data, leaf_hash)

    def raw_leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, statement bytes, leaf hash), unchecked."""
        for index in range(max(start, 0), min(stop, self.size())):
            data, leaf_hash = self._leaves[index]
            yield index, data, leaf_hash

    def open_object(self, rec: str, role: str) -> Opening | None:
        """See ports.Archive.open_object."""
        with self._lock:
            ref = object_ref(self.entry(rec), rec, role)
            use = self._uses.get(use_row(rec, ref))
            if use is None:
                return None
            key = self._keys.get(use.key)
            if key is None:
                raise IntegrityError(f"object {role!r} of record {rec}", "its blob has no key")
            chunks = [self._chunks.get(name) for name in chunk_ids(key)]
        return opening(rec, ref, use.salt, open_chunks(key, chunks))

    def erase(self, rec: str) -> int:
        """See ports.Archive.erase."""
        with self._lock:
            gone = [use for use in self._uses.values() if use.rec == rec]
            for use in gone:
                del self._uses[use.row]
            still_used = {use.key for use in self._uses.values()}
            for use in gone:
                if use.key not in still_used:
                    self._keys.pop(use.key, None)
            self._erased += len(gone)
            return len(gone)

    def add_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed note for this size; the same size twice keeps the first."""
        with self._lock:
            self._notes.setdefault(size, bytes(note))

    def checkpoints(self) -> tuple[tuple[int, bytes], ...]:
        """All (size, note) in order of size."""
        with self._lock:
            return tuple(sorted(self._notes.items()))

    def claim(self, claim: Claim, now: datetime) -> bool:
        """True for exactly one caller until the lease runs out."""
        with self._lock:
            held = self._claims.get(claim.slot)
            if held is not None and held.lease_until >= now:
                return False
            self._claims[claim.slot] = claim
            return True

    def claims(self) -> tuple[Claim, ...]:
        """All claims not yet released, in order of slot."""
        with self._lock:
            return tuple(self._claims[slot] for slot in sorted(self._claims))

    def release(self, slots: Sequence[str]) -> None:
        """Drop claims."""
        with self._lock:
            for slot in slots:
                self._claims.pop(slot, None)

    def project(self, rows: Sequence[Row], later: Sequence[Later] = ()) -> None:
        """See ports.Archive.project."""
        with self._lock:
            self._tables.put(rows)
            for each in later:
                self._tables.advance(each)

    def row(self, table: str, id: str) -> dict[str, Any] | None:
        """One projection row, with `id` among its fields."""
        return self.rows_by_id(table, [id]).get(id)

    def rows_by_id(self, table: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Projection rows by id; ids without a row are left out."""
        with self._lock:
            return self._tables.by_id(table, ids)

    def fields_by_id(
        self, table: str, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """See ports.Archive.fields_by_id."""
        with self._lock:
            return self._tables.by_id(table, ids, fields)

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
        """See ports.Archive.rows."""
        with self._lock:
            found = self._tables.find(table, where, since, until, order, descending)
        return iter(found if limit is None else found[: max(limit, 0)])

    def unproject(self, table: str, ids: Sequence[str]) -> None:
        """Remove projection rows."""
        with self._lock:
            self._tables.remove(table, ids)

    def clear_projections(self) -> None:
        """Remove all projection rows."""
        with self._lock:
            self._tables = Tables()

    def oddities(self) -> Iterator[Oddity]:
        """Nothing: nobody else reaches this memory."""
        return iter(())

    def info(self) -> StoreInfo:
        """Figures about the store."""
        with self._lock:
            return StoreInfo(
                backend="memory",
                address="memory:",
                server_version="",
                entries=len(self._leaves),
                objects=len(self._uses),
                blobs=len(self._keys),
                blob_bytes=sum(key.size for key in self._keys.values()),
                erased=self._erased,
            )

    def close(self) -> None:
        """Nothing to finish: what was recorded is gone with this object."""

    def _at(self, index: int) -> Entry:
        return entry_of(index, *self._leaves[index])

    def _keep_blob(self, row: str, data: bytes) -> None:
        if row in self._keys:
            return
        key = new_blob_key(row, len(data))
        self._chunks.update(seal_chunks(key, data))
        self._keys[row] = key

    def _append(self, item: Prepared) -> None:
        self._uses.update((use.row, use) for use in item.uses)
        self._index_of[item.draft.rec] = len(self._leaves)
        self._leaves.append((item.statement, item.leaf_hash))


def object_ref(entry: Entry | None, rec: str, role: str) -> ObjectRef:
    """The commitment of an entry's object of this role. Raises StoreError when there is none."""
    if entry is None:
        raise StoreError(f"record {rec}", "is not in the log")
    for ref in entry.statement.objects:
        if ref.role == role:
            return ref
    raise StoreError(f"record {rec}", f"has no object of role {role!r}")

"""MongoArchive: the archive on a MongoDB replica set."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConfigurationError, InvalidURI
from pymongo.uri_parser import parse_uri

from evidence.canonical import entry_made
from evidence.errors import ConfigError, IntegrityError
from evidence.model import Draft, Entry, Opening
from evidence.store.intake import Prepared, once_each, prepare
from evidence.store.memory import object_ref
from evidence.store.mongo.edge import Edge
from evidence.store.mongo.erasure import Eraser
from evidence.store.mongo.figures import figures
from evidence.store.mongo.leaves import Leaves
from evidence.store.mongo.oddities import oddities
from evidence.store.mongo.schema import (
    BLOBS,
    CHECKPOINTS,
    CLAIMS,
    KEYS,
    STATEMENTS,
    Doc,
    ensure_indexes,
    evidence_database,
)
from evidence.store.mongo.settled import settled_reads
from evidence.store.mongo.slots import Claims, Heads
from evidence.store.mongo.tables import MongoTables
from evidence.store.mongo.vault import Vault
from evidence.store.ports import Claim, Later, Oddity, Row, StoreInfo

DEFAULT_DATABASE = "jejak"
SELECT_MS = 3_000
SOCKET_MS = 30_000
"""Longer than the write concern may take (schema.W_TIMEOUT_MS): the server answers first."""
RETRY_S = 60.0
OPEN_RETRY_S = 1.0
"""A single lost connection is no reason not to open; a server that is away is said so at once."""


def open_mongo(
    url: str,
    *,
    retry_s: float = RETRY_S,
    revive: Callable[[], None] | None = None,
    on_close: Callable[[], None] | None = None,
    eraser_url: str = "",
) -> MongoArchive:
    """The archive in the database that a `mongodb://` URL names (`jejak` when it names none).

    retry_s: how long a call that fails is tried again before it is a StoreError.
    revive:  asked between tries to start a server again that we own. on_close: called after it.
    eraser_url: the same database by a user who may remove keys; opened when something is erased.

    Raises ConfigError for a URL that cannot be used or a server that is no replica set member,
    StoreError when the server does not answer within three seconds.
    """
    try:
        parsed = parse_uri(url, warn=False)
        client: MongoClient[Doc] = MongoClient(
            url,
            serverSelectionTimeoutMS=SELECT_MS,
            connectTimeoutMS=SELECT_MS,
            socketTimeoutMS=SOCKET_MS,
            appname="jejak",
        )
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise ConfigError(
            "store URL", f"it cannot be used ({type(error).__name__})", "Write mongodb://host/name"
        ) from error
    address = ",".join(f"{host}:{port}" for host, port in parsed["nodelist"])
    name = parsed["database"] or DEFAULT_DATABASE
    try:
        hello = Edge(address, OPEN_RETRY_S).run(
            "opening the archive", lambda: client.admin.command("hello")
        )
        if "setName" not in hello and hello.get("msg") != "isdbgrid":
            raise ConfigError(
                f"MongoDB at {address}",
                "it is not a member of a replica set, so it cannot promise majority commits",
                "Start it with --replSet and run rs.initiate(); one node is enough",
            )
        edge = Edge(address, retry_s, revive, settled_reads(client, name, STATEMENTS))
        return MongoArchive(client, name, edge, on_close, eraser_url)
    except BaseException:
        client.close()
        raise


class MongoArchive:
    """An Archive on MongoDB. Safe for threads; open another one after a fork."""

    def __init__(
        self,
        client: MongoClient[Doc],
        name: str,
        edge: Edge,
        on_close: Callable[[], None] | None = None,
        eraser_url: str = "",
    ) -> None:
        database = evidence_database(client, name)
        edge.run(f"preparing database {name}", lambda: ensure_indexes(database))
        self._client = client
        self._database = database
        self._edge = edge
        self._on_close = on_close
        self._eraser_url = eraser_url
        self._erasing: MongoArchive | None = None
        self._opening = threading.Lock()
        self._leaves = Leaves(database[STATEMENTS], edge)
        self._vault = Vault(database[BLOBS], database[KEYS], edge)
        self._eraser = Eraser(database[KEYS], self._leaves.committed, edge)
        self._heads = Heads(database[CHECKPOINTS], edge)
        self._claims = Claims(database[CLAIMS], edge)
        self._tables = MongoTables(database, edge)

    def record(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """See ports.Archive.record. Blobs, then keys, then leaves; each majority and journalled."""
        unique = once_each(drafts)
        known = self._leaves.indexes_of([draft.rec for draft in unique]) if unique else {}
        fresh = [draft for draft in unique if draft.rec not in known]
        kept = self._keep(fresh) if fresh else ()
        indexes = self._leaves.append(kept) if kept else {}
        entries = {
            item.draft.rec: entry_made(indexes[item.draft.rec], item.statement, item.leaf_hash)
            for item in kept
            if item.draft.rec in indexes
        }
        return tuple(entries.get(draft.rec) or self._recorded(draft.rec) for draft in drafts)

    def size(self) -> int:
        """Number of leaves that are majority-committed."""
        return self._leaves.size()

    def entry(self, rec: str) -> Entry | None:
        """The entry with this record id, leaf hash checked. Raises IntegrityError."""
        return self._leaves.entry(rec)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries start <= index < stop that exist now, in order. Raises IntegrityError."""
        size = self.size()
        return self._leaves.entries(max(start, 0), size if stop is None else min(stop, size))

    def raw_leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, statement bytes, stored leaf hash) unchecked, majority-read."""
        return self._leaves.raw(max(start, 0), stop)

    def open_object(self, rec: str, role: str) -> Opening | None:
        """See ports.Archive.open_object."""
        return self._vault.open(rec, object_ref(self.entry(rec), rec, role))

    def erase(self, rec: str) -> int:
        """See ports.Archive.erase. Cut off by a crash, it is finished by calling it again."""
        if not self._eraser_url:
            return self._eraser.erase(rec, self.entry(rec))
        with self._opening:
            if self._erasing is None:
                self._erasing = open_mongo(self._eraser_url)
        return self._erasing.erase(rec)

    def add_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed note for this size; the same size twice keeps the first."""
        self._heads.add(size, note)

    def checkpoints(self) -> tuple[tuple[int, bytes], ...]:
        """All (size, note) in order of size."""
        return self._heads.all()

    def claim(self, claim: Claim, now: datetime) -> bool:
        """True for exactly one caller until the lease runs out."""
        return self._claims.claim(claim, now)

    def claims(self) -> tuple[Claim, ...]:
        """All claims not yet released, in order of slot."""
        return self._claims.all()

    def release(self, slots: Sequence[str]) -> None:
        """Drop claims."""
        self._claims.release(slots)

    def project(self, rows: Sequence[Row], later: Sequence[Later] = ()) -> None:
        """See ports.Archive.project."""
        self._tables.put(rows, later)

    def row(self, table: str, id: str) -> dict[str, Any] | None:
        """One projection row, with `id` among its fields."""
        return self.rows_by_id(table, [id]).get(id)

    def rows_by_id(self, table: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Projection rows by id; ids without a row are left out."""
        return self._tables.by_id(table, ids)

    def fields_by_id(
        self, table: str, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """See ports.Archive.fields_by_id."""
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
        return self._tables.find(table, where, since, until, order, descending, limit)

    def unproject(self, table: str, ids: Sequence[str]) -> None:
        """Remove projection rows."""
        self._tables.remove(table, ids)

    def clear_projections(self) -> None:
        """Remove all projection rows."""
        self._tables.clear()

    def oddities(self) -> Iterator[Oddity]:
        """See ports.Archive.oddities."""
        return self._edge.each("looking for odd rows", oddities(self._database))

    def info(self) -> StoreInfo:
        """Figures about the store."""
        return self._edge.run(
            "reading figures", lambda: figures(self._client, self._database, self._edge.address)
        )

    def close(self) -> None:
        """Let go of the server; what was recorded is durable already."""
        self._client.close()
        if self._erasing is not None:
            self._erasing.close()
        if self._on_close is not None:
            self._on_close()

    def _keep(self, drafts: Sequence[Draft]) -> tuple[Prepared, ...]:
        """Blobs and keys of the drafts; prepared anew while an eraser takes what they share."""
        if not any(draft.objects for draft in drafts):
            # A signer records alarms and may not read keys.
            return tuple(prepare(draft, b"") for draft in drafts)
        naming_key = self._vault.naming_key()
        while True:
            kept = self._vault.keep([prepare(draft, naming_key) for draft in drafts])
            if kept is not None:
                return kept

    def _recorded(self, rec: str) -> Entry:
        entry = self.entry(rec)
        if entry is None:
            raise IntegrityError(f"record {rec}", "it was in the log a moment ago and is gone")
        return entry

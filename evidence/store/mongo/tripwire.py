"""A change stream that tells of every act on the store which no role of this software does.

An administrator can stop whoever watches; the heartbeats that are then missing from the log say so.
What is inserted is not judged here: the full check is for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo import MongoClient
from pymongo.change_stream import DatabaseChangeStream
from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

from evidence.canonical import parse_statement
from evidence.errors import ConfigError, ParseError
from evidence.model import StatementType
from evidence.store.mongo.edge import Edge, passing
from evidence.store.mongo.oddities import BLOB, OWN, USE
from evidence.store.mongo.schema import INDEXES, KEYS, PROJECTION, STATEMENTS, Doc
from evidence.store.ports import Sighting

SELECT_MS = 3_000
WAIT_MS = 500
MOST = 5_000
"""Events judged in one look; the rest wait for the next."""
REFUSED = frozenset({13, 18})
"""No right, no login: looking again with another token would not help."""
RESHAPING = {
    "drop": ("STORE_DROP", "was dropped"),
    "dropDatabase": ("STORE_DROP", "the database was dropped"),
    "rename": ("STORE_RENAME", "was renamed"),
    "modify": ("STORE_OPTIONS", "its options were changed"),
    "create": ("STORE_CREATE", "was made"),
    "createIndexes": ("STORE_INDEX", "an index was made"),
    "dropIndexes": ("STORE_INDEX", "an index was dropped"),
    "shardCollection": ("STORE_OPTIONS", "was sharded"),
    "invalidate": ("STORE_DROP", "the stream of changes was ended"),
}
CHANGES = {"update": "STORE_UPDATE", "replace": "STORE_UPDATE", "delete": "STORE_DELETE"}
PIPELINE: list[Mapping[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"operationType": {"$nin": ["insert", "update", "replace", "delete"]}},
                {
                    "operationType": {"$in": ["update", "replace", "delete"]},
                    "ns.coll": {"$not": {"$regex": f"^({PROJECTION}|claims$)"}},
                },
                {"operationType": "insert", "ns.coll": STATEMENTS},
                {"operationType": "insert", "ns.coll": KEYS, "fullDocument.gone": {"$exists": 1}},
            ]
        }
    },
    {
        "$project": {
            "operationType": 1,
            "ns": 1,
            "documentKey": 1,
            "operationDescription": 1,
            "fullDocument": {"gone": 1, "statement": 1},
        }
    },
]
"""Never asks for keys: of what is inserted, a mark's blob row and a leaf's bytes alone."""


@dataclass(slots=True)
class Memory:
    """What must outlive the process to go on where it stopped.

    token: resume token of the last event judged, empty at the very first start.
    going: blob rows that an eraser said it would remove and has not removed yet.
    erased: records that the log tells the erasure of.
    """

    token: str = ""
    going: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)


class Tripwire:
    """The stream of one archive's database. `look` again and again, then `close`.

    url:    a user with `find` and `changeStream` on the database (role watcher).
    memory: of the last run; kept up to date in `memory`.

    Raises ConfigError when the URL cannot be used.
    """

    def __init__(
        self, url: str, memory: Memory, on_close: Callable[[], None] | None = None
    ) -> None:
        try:
            parsed = parse_uri(url, warn=False)
        except (InvalidURI, ConfigurationError, ValueError) as error:
            raise ConfigError(
                "watcher's URL", f"cannot be used ({type(error).__name__})"
            ) from error
        address = ",".join(f"{host}:{port}" for host, port in parsed["nodelist"])
        self._client: MongoClient[Doc] = MongoClient(
            url, serverSelectionTimeoutMS=SELECT_MS, appname="jejak-watch"
        )
        self._database = self._client[parsed["database"] or "jejak"]
        self._edge = Edge(address, 0)
        self._stream: DatabaseChangeStream[Doc] | None = None
        self._on_close = on_close
        self.memory = memory

    def look(self) -> tuple[Sighting, ...]:
        """What was done since the last look; waits half a second when nothing was.

        Raises StoreError when the server does not answer: then look again later, nothing is lost.
        """
        try:
            return self._edge.run("watching the store", self._look)
        except BaseException:
            self._drop_stream()
            raise

    def close(self) -> None:
        """Let go of the server."""
        self._drop_stream()
        self._client.close()
        if self._on_close is not None:
            self._on_close()

    def _look(self) -> tuple[Sighting, ...]:
        try:
            events = self._events()
        except OperationFailure as error:
            # With a place to go on from, the server may refuse that place: rolled over, cut off.
            if passing(error) or error.code in REFUSED or not self.memory.token:
                raise
            return (self._blind(),)
        seen = [s for event in events for s in self._judged(event)]
        if events and self._stream is not None and not self._stream.alive:
            seen.append(self._blind())
        return tuple(seen)

    def _events(self) -> list[Doc]:
        if self._stream is None:
            after = {"_data": self.memory.token} if self.memory.token else None
            self._stream = self._database.watch(
                PIPELINE,
                resume_after=after,
                max_await_time_ms=WAIT_MS,
                show_expanded_events=True,
            )
        events: list[Doc] = []
        while len(events) < MOST and self._stream.alive:
            event = self._stream.try_next()
            if event is None:
                break
            events.append(event)
        token = self._stream.resume_token
        if token is not None:
            self.memory.token = str(token["_data"])
        return events

    def _blind(self) -> Sighting:
        """The stream cannot go on: begin anew, and say that something may have been missed."""
        token, self.memory.token = self.memory.token, ""
        self._drop_stream()
        return Sighting(
            "WATCH_BLIND", "store", "changes before this moment may not have been seen", token
        )

    def _drop_stream(self) -> None:
        if self._stream is not None:
            try:
                self._stream.close()
            except PyMongoError:
                # The server is away, and its cursor with it.
                return
            finally:
                self._stream = None

    def _judged(self, event: Doc) -> Iterator[Sighting]:
        kind, name = event["operationType"], str(event.get("ns", {}).get("coll", ""))
        token = str(event["_id"]["_data"])
        if kind == "insert":
            self._remember(event.get("fullDocument") or {})
        elif kind in CHANGES:
            if kind != "delete" or not self._may_go(name, event["documentKey"]["_id"]):
                row = f"collection {name}, {_row(name, event['documentKey']['_id'])}"
                yield Sighting(CHANGES[kind], row, f"a row was {_PAST[kind]}", token)
        elif not _is_ours(kind, name, event.get("operationDescription") or {}):
            code, said = RESHAPING.get(kind, ("STORE_OPTIONS", "was changed"))
            place = f"collection {name}" if name else f"database {self._database.name}"
            yield Sighting(code, place, said, token)

    def _remember(self, doc: Doc) -> None:
        if "gone" in doc:
            self.memory.going.add(str(doc["gone"]))
        subject = erased_subject(bytes(doc.get("statement") or b""))
        if subject:
            self.memory.erased.add(subject)

    def _may_go(self, name: str, id: Any) -> bool:
        """Whether a row of `keys` may be removed: by an erasure that was announced, or unused."""
        if name != KEYS or not isinstance(id, str):
            return False
        if BLOB.match(id):
            known = id in self.memory.going
            self.memory.going.discard(id)
            return known
        if USE.match(id):
            rec, _role, commit = id.split("/")
            return rec in self.memory.erased or not self._is_named(rec, commit)
        return id.startswith(("erasing:", "gone:"))

    def _is_named(self, rec: str, commit: str) -> bool:
        leaf = self._database[STATEMENTS].find_one({"rec": {"$eq": rec}}, {"statement": 1})
        return leaf is not None and commit.encode() in bytes(leaf.get("statement") or b"")


_PAST = {"update": "updated", "replace": "replaced", "delete": "deleted"}


def erased_subject(leaf: bytes) -> str | None:
    """The record whose erasure a leaf tells of; None for any other leaf."""
    if b'"type":"erasure"' not in leaf:
        return None
    try:
        statement = parse_statement(leaf)
    except ParseError:
        # No statement of ours announces anything.
        return None
    if statement.type is not StatementType.ERASURE:
        return None
    return str(statement.facts.get("subject"))


def _is_ours(kind: str, name: str, described: Mapping[str, Any]) -> bool:
    """Whether opening an archive makes this: a collection or an index that it is known to have."""
    if kind == "create":
        return name in OWN or name.startswith(PROJECTION)
    if kind != "createIndexes":
        return False
    wanted = {"_".join(f): {each: 1 for each in f} for f in INDEXES.get(name, ())}
    if name == STATEMENTS:
        wanted["rec_1"] = {"rec": 1}
    made = described.get("indexes") or ()
    return all(
        wanted.get(str(index.get("name"))) == dict(index.get("key") or {})
        and "expireAfterSeconds" not in index
        for index in made
    )


def _row(name: str, id: Any) -> str:
    """A row's id as far as it is ours; a foreign one may hold anything."""
    if name == STATEMENTS and isinstance(id, int):
        return f"leaf {id}"
    if name == KEYS and isinstance(id, str) and USE.match(id):
        return f"record {id.split('/')[0]}"
    return f"row {id}" if isinstance(id, int) else f"a row of type {type(id).__name__}"

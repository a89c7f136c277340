"""Rows, indexes and collections that this software did not make, or that nothing names.

What the leaves say is checked elsewhere; this looks at the store from the other side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from evidence.canonical import parse_statement
from evidence.errors import ParseError
from evidence.store.mongo.schema import (
    BLOBS,
    CHECKPOINTS,
    CLAIMS,
    INDEXES,
    KEYS,
    PROJECTION,
    STATEMENTS,
    UNIQUE_REC,
    Doc,
    Docs,
)
from evidence.store.objects import chunk_count, use_row
from evidence.store.ports import Oddity

PAGE = 1_000
OWN = frozenset({STATEMENTS, BLOBS, KEYS, CHECKPOINTS, CLAIMS})
USE = re.compile(r"[0-9a-f]{32}/[a-z0-9][a-z0-9_.-]{0,63}/[0-9a-f]{64}\Z")
BLOB = re.compile(r"blob:[0-9a-f]{64}(:[0-9a-f]{16})?\Z")
ERASER = re.compile(
    r"(naming|erased:[0-9a-f]{32}|erasing:[0-9a-f]{32}:[0-9a-f]{16}|gone:[0-9a-f]{32})\Z"
)
CHUNK = re.compile(r"([0-9a-f]{32}):(0|[1-9][0-9]*)\Z")

Stored = dict[str, int]
"""Stored id of a blob that has a key -> how many chunks it has."""


def oddities(database: Database[Doc]) -> Iterator[Oddity]:
    """All of them. Raises pymongo's errors as they come."""
    yield from _shapes(database)
    yield from _foreign_rows(database)
    yield from _misfiled(database[STATEMENTS])
    stored: Stored = {}
    yield from _keys(database, stored)
    yield from _chunks(database[BLOBS], stored)


def _shapes(database: Database[Doc]) -> Iterator[Oddity]:
    for each in database.list_collections():
        name = str(each["name"])
        place = f"collection {name}"
        if name not in OWN and not name.startswith(PROJECTION):
            yield Oddity("COLLECTION_UNKNOWN", place, "this software did not make it")
        elif each["type"] != "collection" or each["options"]:
            yield Oddity("COLLECTION_ALTERED", place, "its kind or its options were changed")
        else:
            yield from _indexes(name, database[name].index_information())


def _indexes(name: str, found: Mapping[str, Mapping[str, Any]]) -> Iterator[Oddity]:
    wanted = {"_".join(fields): fields for fields in INDEXES.get(name, ())}
    if name == STATEMENTS:
        wanted[UNIQUE_REC] = ("rec",)
    for index, made in found.items():
        place = f"collection {name}, index {index}"
        if index not in wanted and index != "_id_":
            yield Oddity("INDEX_UNKNOWN", place, "this software did not make it")
        elif "expireAfterSeconds" in made or "partialFilterExpression" in made:
            yield Oddity("INDEX_ALTERED", place, "it would delete or leave out rows")
    for index in sorted(wanted.keys() - found.keys()):
        yield Oddity("INDEX_MISSING", f"collection {name}, index {index}", "it is gone")


def _foreign_rows(database: Database[Doc]) -> Iterator[Oddity]:
    """Rows of the log and of the checkpoints that are filed under no number."""
    for name in (STATEMENTS, CHECKPOINTS):
        for doc in database[name].find({"_id": {"$not": {"$gte": 0}}}, {"_id": 1}):
            yield Oddity("ROW_UNKNOWN", f"collection {name}, row {_said(doc)}", "it is no number")


def _misfiled(statements: Docs) -> Iterator[Oddity]:
    """Leaves that are kept under another record id than they say."""
    numbered = {"_id": {"$gte": 0}}
    for doc in statements.find(numbered, {"rec": 1, "statement": 1}).sort("_id", 1):
        said = doc.get("statement")
        if not isinstance(said, bytes) or f'"rec":"{doc.get("rec")}"'.encode() not in said:
            yield Oddity(
                "RECORD_MISFILED", f"leaf {doc['_id']}", "its row tells another record id than it"
            )


def _keys(database: Database[Doc], stored: Stored) -> Iterator[Oddity]:
    keys = database[KEYS]
    wanted = {"key": 1, "stored": 1, "size": 1}
    for page in _pages(keys, wanted):
        uses, blobs = [], []
        for doc in page:
            id = doc["_id"]
            if isinstance(id, str) and USE.match(id):
                uses.append(id)
            elif isinstance(id, str) and BLOB.match(id):
                blobs.append(id)
            elif not isinstance(id, str) or not ERASER.match(id):
                yield Oddity("ROW_UNKNOWN", f"collection {KEYS}, row {_said(doc)}", "it is no key")
            if isinstance(doc.get("stored"), str) and isinstance(doc.get("size"), int):
                stored[doc["stored"]] = chunk_count(doc["size"])
        yield from _unused_uses(database[STATEMENTS], uses)
        yield from _unused_blobs(keys, blobs)


def _unused_uses(statements: Docs, uses: Sequence[str]) -> Iterator[Oddity]:
    recs = sorted({use.split("/", 1)[0] for use in uses})
    named: set[str] = set()
    unread: set[str] = set()
    for doc in statements.find({"rec": {"$in": recs}}):
        try:
            statement = parse_statement(bytes(doc.get("statement") or b""))
        except (ParseError, TypeError):
            unread.add(str(doc["rec"]))  # a fault of the leaf, said in its own place
            continue
        named |= {use_row(statement.rec, ref) for ref in statement.objects}
    for use in uses:
        rec, role, _commit = use.split("/")
        if use not in named and rec not in unread:
            yield Oddity(
                "KEY_UNUSED",
                f"record {rec}, role {role}",
                "no leaf names it: a crash's leftover, or its leaf was removed",
                harmless=True,
            )


def _unused_blobs(keys: Docs, blobs: Sequence[str]) -> Iterator[Oddity]:
    used = {doc["key"] for doc in keys.find({"key": {"$in": list(blobs)}}, {"key": 1})}
    for row in blobs:
        if row not in used:
            yield Oddity(
                "KEY_UNUSED", f"key {row}", "no record uses it: a crash's leftover", harmless=True
            )


def _chunks(blobs: Docs, stored: Stored) -> Iterator[Oddity]:
    keyless = 0
    for page in _pages(blobs, {"_id": 1}):
        for doc in page:
            found = CHUNK.match(doc["_id"]) if isinstance(doc["_id"], str) else None
            if found is None:
                yield Oddity(
                    "ROW_UNKNOWN", f"collection {BLOBS}, row {_said(doc)}", "it is no chunk"
                )
            elif found[1] not in stored:
                keyless += 1
            elif int(found[2]) >= stored[found[1]]:
                yield Oddity(
                    "CHUNK_EXTRA", f"chunk {doc['_id']}", "its blob has fewer chunks than that"
                )
    if keyless:
        yield Oddity(
            "CHUNKS_WITHOUT_KEY",
            f"{keyless} chunks",
            "nothing opens them: their keys were erased, or a crash left them",
            harmless=True,
        )


def _pages(rows: Docs, wanted: Mapping[str, int]) -> Iterator[list[Doc]]:
    """All rows in pages, in the order of their ids, whatever type an id has."""
    page: list[Doc] = []
    for doc in rows.find({}, wanted).sort("_id", 1):
        page.append(doc)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _said(doc: Doc) -> str:
    """A foreign row's id, short; ids of ours hold no personal data, a foreign one may."""
    id = doc["_id"]
    return repr(id) if isinstance(id, int | float) else f"of type {type(id).__name__}"

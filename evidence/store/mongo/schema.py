"""Collections of an archive, their indexes, and the concerns everything is read and written with."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from bson.codec_options import CodecOptions
from pymongo import IndexModel, MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from evidence.errors import StoreError
from evidence.store.mongo.edge import UNAUTHORIZED

Doc = dict[str, Any]
Docs = Collection[Doc]

STATEMENTS = "statements"
BLOBS = "blobs"
KEYS = "keys"
CHECKPOINTS = "checkpoints"
CLAIMS = "claims"
PROJECTION = "p_"
UNIQUE_REC = "rec_1"

W_TIMEOUT_MS = 20_000

INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    KEYS: (("key",), ("gone",)),
    "p_watches": (("platform", "native_id"), ("platform", "handle"), ("person",)),
    "p_posts": (("watch", "published_at"), ("post",), ("published_at",)),
    "p_snapshots": (("post", "number"), ("watch", "seen_at"), ("capture",), ("index",)),
    "p_observations": (("post", "seen_at"), ("watch", "seen_at"), ("capture",), ("index",)),
    "p_accounts": (("watch", "seen_at"), ("index",)),
    "p_captures": (("visit",), ("watch", "fetched_at"), ("of",), ("url",), ("index",)),
    "p_interactions": (
        ("target_watch", "first_seen_at"),
        ("actor_watch", "first_seen_at"),
        ("target",),
        ("index",),
    ),
    "p_fingerprints": (("watch",), ("of",), ("index",)),
    "p_outcomes": (("slot",), ("watch", "due_at"), ("visit",), ("due_at",), ("index",)),
    "p_custody": (("subjects",), ("index",)),
}
"""Fields of each index, ascending. Sparse on keys: most of its rows have one of the two fields."""


def evidence_database(client: MongoClient[Doc], name: str) -> Database[Doc]:
    """The database with the concerns the promises need, whatever the URL says.

    Majority and journal on every write; majority reads from the primary; times aware in UTC.
    """
    return client.get_database(
        name,
        codec_options=CodecOptions(document_class=dict, tz_aware=True, tzinfo=UTC),
        read_preference=ReadPreference.PRIMARY,
        write_concern=WriteConcern(w="majority", j=True, wtimeout=W_TIMEOUT_MS),
        read_concern=ReadConcern("majority"),
    )


def ensure_indexes(database: Database[Doc]) -> None:
    """Make the indexes that are missing.

    A role without the right to make indexes passes when the one that the promises rest on (a record
    id once only) is there. Raises StoreError when it is not.
    """
    wanted = {name: [_index(name, each) for each in fields] for name, fields in INDEXES.items()}
    unique = IndexModel([("rec", 1)], name=UNIQUE_REC, unique=True)
    try:
        have = set(database.list_collection_names())
        for name, indexes in {STATEMENTS: [unique], **wanted}.items():
            made = set(database[name].index_information()) if name in have else set()
            missing = [index for index in indexes if index.document["name"] not in made]
            if missing:
                database[name].create_indexes(missing)
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
    _require_unique_rec(database)


def _index(collection: str, fields: tuple[str, ...]) -> IndexModel:
    return IndexModel(
        [(field, 1) for field in fields], name="_".join(fields), sparse=collection == KEYS
    )


def _require_unique_rec(database: Database[Doc]) -> None:
    index = database[STATEMENTS].index_information().get(UNIQUE_REC)
    if index is None or not index.get("unique"):
        raise StoreError(
            f"archive {database.name}",
            "it has no unique index on record ids, and none could be made",
            "Run `jejak store secure` as the owner of the database",
        )

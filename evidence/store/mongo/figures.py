"""Figures of an archive in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from evidence.store.mongo.schema import KEYS, STATEMENTS, Doc
from evidence.store.ports import StoreInfo


def figures(client: MongoClient[Doc], database: Database[Doc], address: str) -> StoreInfo:
    """What `jejak store info` shows. Counts go through the index of ids, not through the rows."""
    keys = database[KEYS]
    head = database[STATEMENTS].find_one({"_id": {"$gte": 0}}, {"_id": 1}, sort=[("_id", -1)])
    blobs, blob_bytes = _count_and_sum(database, "blob:", "size")
    _, erased = _count_and_sum(database, "erased:", "objects")
    return StoreInfo(
        backend="mongodb",
        address=f"{address}/{database.name}",
        server_version=str(client.server_info().get("version", "")),
        entries=0 if head is None else int(head["_id"]) + 1,
        objects=keys.count_documents({"key": {"$gt": ""}}),
        blobs=blobs,
        blob_bytes=blob_bytes,
        erased=erased,
    )


def _count_and_sum(database: Database[Doc], prefix: str, field: str) -> tuple[int, int]:
    """Rows of `keys` whose id begins with the prefix, and the sum of a field of theirs."""
    after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    pipeline: list[Mapping[str, Any]] = [
        {"$match": {"_id": {"$gte": prefix, "$lt": after}}},
        {"$group": {"_id": None, "n": {"$sum": 1}, "total": {"$sum": f"${field}"}}},
    ]
    found = next(iter(database[KEYS].aggregate(pipeline)), {"n": 0, "total": 0})
    return int(found["n"]), int(found["total"])

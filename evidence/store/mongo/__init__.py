"""The archive on MongoDB. The only place that knows pymongo; docs/formats/storage.md is normative."""

from __future__ import annotations

from evidence.store.mongo.archive import MongoArchive, open_mongo

__all__ = ["MongoArchive", "open_mongo"]

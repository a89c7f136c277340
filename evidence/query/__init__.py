"""The questions investigators ask, and the trace their reading leaves."""

from evidence.query.custody import custody_draft, record_read
from evidence.query.fault import Check, Fault
from evidence.query.find import (
    History,
    PostSeen,
    SnapshotFile,
    SnapshotSeen,
    find_post,
    history,
    interactions,
    posts,
    snapshot,
)
from evidence.query.fsck import fsck
from evidence.query.state import Status, status

__all__ = [
    "Check",
    "Fault",
    "History",
    "PostSeen",
    "SnapshotFile",
    "SnapshotSeen",
    "Status",
    "custody_draft",
    "find_post",
    "fsck",
    "history",
    "interactions",
    "posts",
    "record_read",
    "snapshot",
    "status",
]

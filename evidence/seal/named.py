"""What a capture names, so that it cannot have been recorded earlier: time stamps' bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from evidence.store.ports import Archive

MOST = 8
"""Authorities named at once, newest stamp first."""
LOOKED_THROUGH = 200
"""Newest stamps among which each authority's newest is looked for."""
STALE = timedelta(days=7)
"""An authority whose newest stamp is so much older than the newest of all is named no more."""


@dataclass(frozen=True, slots=True)
class Named:
    """What was newest when a visit began.

    note:   SHA-256 hex of the newest checkpoint note that a time stamp authority has stamped, else
            of the newest note, None before the first. It gives an order: a note has no date.
    tokens: SHA-256 hex, ascending, of the newest whole answer (TimeStampResp) of each authority.
            Nobody could know these bytes before the authority signed them at a time of its own.
    """

    note: str | None = None
    tokens: tuple[str, ...] = ()


def newest_named(archive: Archive) -> Named:
    """What a capture made now can name.

    The `anchors` table is a projection: it can only fail to find a stamp, or name bytes that no
    authority signed; either makes the bound weaker, or a finding, never a bound that is false.
    Raises StoreError, IntegrityError when a stamp that it lists cannot be opened.
    """
    where = {"kind": "rfc3161", "status": "anchored"}
    rows = list(
        archive.rows("anchors", where, order="index", descending=True, limit=LOOKED_THROUGH)
    )
    if not rows:
        notes = archive.checkpoints()
        return Named(hashlib.sha256(notes[-1][1]).hexdigest() if notes else None)
    digests = (token_digest(archive, row["id"]) for row in _newest_of_each(rows))
    return Named(str(rows[0]["note_sha256"]), tuple(sorted({d for d in digests if d})))


def token_digest(archive: Archive, rec: str) -> str | None:
    """SHA-256 hex of an anchor's token, None when it was erased. Raises StoreError."""
    token = archive.open_object(rec, "token")
    return hashlib.sha256(token.data).hexdigest() if token else None


def _newest_of_each(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first row of each authority, without those long past; rows are newest first."""
    newest: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        newest.setdefault(str(row["authority"]), row)
    latest = max(row["time"] for row in newest.values())
    return [row for row in newest.values() if latest - row["time"] <= STALE][:MOST]

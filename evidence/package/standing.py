"""What the report says of time stamps and erasures: how each authority stood, what was erased on whose order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.erasure import erased_records
from evidence.model import Entry
from evidence.seal.anchor import RENEW_BEFORE, newest_anchor
from evidence.store.ports import Archive

KINDS = {
    "rfc3161": "cap waktu (RFC 3161)",
    "witness": "tanda tangan saksi",
    "ots": "OpenTimestamps",
}


@dataclass(frozen=True, slots=True)
class Anchored:
    """How an authority stood when the package was made.

    size, time: of its newest anchor that is whole; 0 and None when there is none.
    waiting:    why it gave nothing for the head asked about, None when it did.
    renewal:    when its newest stamp has to be renewed at the latest, None for never; `due`: now.
    unkept:     why what was published about revocation was not kept, empty when it was.
    """

    kind: str
    authority: str
    size: int
    time: datetime | None
    waiting: str | None
    renewal: datetime | None
    due: bool
    unkept: str


@dataclass(frozen=True, slots=True)
class Erased:
    """Records of this package that were erased on one order. at: when the first of them was."""

    order: str
    at: datetime
    records: int


def anchored(
    archive: Archive, anchors: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[Anchored, ...]:
    """The authorities of a description (`Standing.facts`), as the table of anchors has them."""
    return tuple(_anchored(archive, anchor, now) for anchor in anchors)


def _anchored(archive: Archive, anchor: Mapping[str, Any], now: datetime) -> Anchored:
    row = newest_anchor(archive, str(anchor["kind"]), str(anchor["authority"])) or {}
    until = row.get("until")
    renewal = until - RENEW_BEFORE if until else None
    unkept = row.get("revocation")
    return Anchored(
        KINDS.get(str(anchor["kind"]), str(anchor["kind"])),
        str(anchor["authority"]),
        int(row.get("size") or 0),
        row.get("time"),
        None if anchor["status"] == "anchored" else str(anchor["reason"]),
        renewal,
        renewal is not None and renewal <= now,
        "" if unkept in (None, "KEPT") else str(unkept),
    )


def erased(archive: Archive, entries: Collection[Entry]) -> tuple[Erased, ...]:
    """Orders on which records of a package were erased, by order."""
    packed = {entry.statement.rec for entry in entries}
    counts: Counter[str] = Counter()
    first: dict[str, datetime] = {}
    for order, at in _tombstones(archive, packed):
        counts[order] += 1
        first[order] = min(first.get(order, at), at)
    return tuple(Erased(order, first[order], n) for order, n in sorted(counts.items()))


def _tombstones(archive: Archive, packed: Collection[str]) -> Iterator[tuple[str, datetime]]:
    for rec, tombstone in erased_records(archive).items():
        if rec in packed:
            yield str(tombstone.statement.facts["order"]), tombstone.statement.at

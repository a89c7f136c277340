"""Where else in the archive a picture may be shown; always a question for a human, never a claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence.canonical import decode, from_value
from evidence.errors import ScopeError
from evidence.imaging.distance import Match, same_picture
from evidence.model import Fingerprint, ImageReading
from evidence.query.find import kept_for, post_of
from evidence.store.ports import Archive


@dataclass(frozen=True, slots=True)
class Alike:
    """Two captured pictures that may be the same.

    asked, other: record ids of the media captures.   of: what the other was captured for.
    """

    asked: str
    other: str
    watch: str
    of: str | None
    match: Match


def same_pictures(archive: Archive, rec: str) -> tuple[Alike, ...]:
    """Pictures that may be the same as those of a snapshot, or as one media capture; nearest first.

    rec: record id of a snapshot or of a media capture. Reads every `fingerprints` row once; the
    fingerprints of those in reach are then opened from the log and compared anew.

    Raises ScopeError when nothing with that id has a fingerprint.
    """
    asked = _asked(archive, rec)
    own_ids = {row["id"] for row in asked}
    found = []
    for row in archive.rows("fingerprints"):
        for own in asked:
            if row["id"] in own_ids or same_picture(_of_row(own), _of_row(row)) is None:
                continue
            match = _confirmed(archive, own, row)
            if match is not None:
                found.append(Alike(own["id"], row["id"], row["watch"], row["of"], match))
    return tuple(sorted(found, key=lambda a: (a.match.distance_bits, a.other)))


def _asked(archive: Archive, rec: str) -> list[Mapping[str, Any]]:
    captures = [rec, *_of_snapshot(archive, rec)]
    rows = archive.rows_by_id("fingerprints", captures)
    if not rows:
        raise ScopeError(
            f"record {rec!r}",
            "has no picture with a fingerprint",
            "Give the id of a snapshot or of a media capture",
        )
    return [rows[name] for name in captures if name in rows]


def _of_snapshot(archive: Archive, rec: str) -> list[str]:
    row = archive.row("snapshots", rec)
    return [str(c["id"]) for c in kept_for(archive, row, post_of(archive, rec))] if row else []


def _of_row(row: Mapping[str, Any]) -> ImageReading:
    """Enough of an ImageReading to choose by; the decode path is checked on the log's own."""
    prints = tuple(
        Fingerprint(name, 4 * len(value.split(",")[0]), value, "")
        for name, value in sorted(row["values"].items())
    )
    return ImageReading(row["width"], row["height"], "", "", row["flat"], prints)


def _confirmed(archive: Archive, one: Mapping[str, Any], other: Mapping[str, Any]) -> Match | None:
    readings = [_reading(archive, row["rec"]) for row in (one, other)]
    if readings[0] is None or readings[1] is None or readings[0].decode != readings[1].decode:
        return None
    return same_picture(readings[0], readings[1])


def _reading(archive: Archive, rec: str) -> ImageReading | None:
    opening = archive.open_object(rec, "fingerprint")
    return from_value(decode(opening.data), ImageReading) if opening else None

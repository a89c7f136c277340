"""Which packed bodies a report may show as pictures, and of what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from evidence.model import Entry, StatementType
from evidence.package import layout

MEDIA_TYPES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
VIEW_RATIO = 1.3
"""Height to width of one view of a long screenshot; a page of paper holds one."""
MAX_VIEWS = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """A packed picture: its path in the package, SHA-256, kind of capture and log index."""

    path: str
    hash: str
    kind: str
    index: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """Packed pictures by the record they were captured for, and media by their address.

    screens: leaves of all screenshots by that record, whether they are open or closed.
    """

    of_record: Mapping[str, tuple[Picture, ...]]
    of_address: Mapping[str, tuple[Picture, ...]]
    screens: Mapping[str, tuple[int, ...]]

    def screens_of(self, *recs: Any) -> tuple[int, ...]:
        """Leaves of the screenshots made for these records."""
        return tuple(index for rec in recs for index in self.screens.get(str(rec), ()))

    def shown_by(self, recs: Collection[Any], addresses: Collection[Any]) -> tuple[Picture, ...]:
        """Pictures made for these records, or kept from these addresses, in log order."""
        found = {p.index: p for rec in recs for p in self.of_record.get(rec, ())}
        found |= {p.index: p for url in addresses for p in self.of_address.get(url, ())}
        return tuple(found[index] for index in sorted(found))


def begins_as_picture(data: bytes) -> bool:
    """Whether bytes begin as PNG, JPEG, GIF or WebP do."""
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def count_views(width: int, height: int) -> int:
    """How many views a picture of this size is printed in, at most MAX_VIEWS."""
    if width < 1 or height <= width * VIEW_RATIO * 1.05:
        return 1
    return min(MAX_VIEWS, -(-height // int(width * VIEW_RATIO)))


def find_pictures(
    entries: Collection[Entry],
    said: Mapping[int, Mapping[str, Any]],
    hashes: Mapping[str, str],
) -> Pictures:
    """The pictures among packed captures.

    said: per index `picture` (whether the body begins as one) and the `exchange` value.
    """
    of_record: dict[str, tuple[Picture, ...]] = {}
    of_address: dict[str, tuple[Picture, ...]] = {}
    screens: dict[str, tuple[int, ...]] = {}
    for entry in entries:
        rec = str(entry.statement.facts.get("of"))
        if entry.statement.facts.get("kind") == "screenshot":
            screens[rec] = (*screens.get(rec, ()), entry.index)
        picture = _picture(entry, said.get(entry.index, {}), hashes)
        if picture is None:
            continue
        of_record[rec] = (*of_record.get(rec, ()), picture)
        if picture.kind == "media":
            url = str((said[entry.index].get("exchange") or {}).get("url"))
            of_address[url] = (*of_address.get(url, ()), picture)
    return Pictures(of_record, of_address, screens)


def _picture(entry: Entry, said: Mapping[str, Any], hashes: Mapping[str, str]) -> Picture | None:
    """The picture a capture holds, when its body says it is one and begins as one."""
    if entry.statement.type is not StatementType.CAPTURE or not said.get("picture"):
        return None
    for ref in entry.statement.objects:
        path = layout.object_path(entry.index, ref.role, ref.media)
        if ref.role == "body" and ref.media.split(";")[0] in MEDIA_TYPES and path in hashes:
            kind = str(entry.statement.facts.get("kind"))
            return Picture(path, hashes[path], kind, entry.index)
    return None

"""One WACZ 1.1.1 file from WARC files, their index and a list of pages.

Written here and not by py-wacz: that reads every WARC again and brings thirty-two distributions, an
AGPL library among them (docs/decisions/0010-own-wacz-writer.md).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.package import cdxj

VERSION = "1.1.1"
CHUNK_BYTES = 1 << 20
PAGES_HEADER = {"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": False}


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of itself. created: `2026-11-22T02:00:00.000Z`."""

    created: str
    software: str
    organisation: str
    identifier: str
    description: str


def write_wacz(
    target: Path,
    warcs: Sequence[Path],
    *,
    hashes: Mapping[str, str],
    index: Sequence[str],
    pages: Sequence[str],
    about: About,
) -> None:
    """Write a WACZ; nothing in it is compressed twice, and the same input gives the same bytes.

    hashes: SHA-256 (hex) of each WARC by its file name.   index: CDXJ lines in order.
    pages:  lines of pages.jsonl after its header.   Raises OSError.
    """
    resources: list[dict[str, object]] = []
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive:
        put = _Put(archive, about.created, resources)
        put.data("pages/pages.jsonl", "".join((json.dumps(PAGES_HEADER) + "\n", *pages)).encode())
        searchable, blocks = cdxj.header(), []
        for data, line in cdxj.blocks(index):
            blocks.append(data)
            searchable += line
        put.data(f"indexes/{cdxj.COMPRESSED}", b"".join(blocks))
        put.data("indexes/index.idx", searchable.encode())
        for warc in warcs:
            put.file(f"archive/{warc.name}", warc, hashes[warc.name])
        description = {
            "profile": "data-package",
            "resources": list(resources),
            "title": about.identifier,
            "description": about.description,
            "created": about.created,
            "wacz_version": VERSION,
            "software": about.software,
        }
        data = json.dumps(description, indent=2, ensure_ascii=False).encode()
        put.data("datapackage.json", data)
        noted = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        put.data("datapackage-digest.json", json.dumps(noted, indent=2).encode())


@dataclass(slots=True)
class _Put:
    """Puts files into the archive and notes them as resources."""

    archive: zipfile.ZipFile
    created: str
    resources: list[dict[str, object]]

    def data(self, path: str, data: bytes) -> None:
        self.archive.writestr(self._entry(path), data)
        self._note(path, hashlib.sha256(data).hexdigest(), len(data))

    def file(self, path: str, source: Path, digest: str) -> None:
        """Copy a file; its digest is known, its size is written before it."""
        entry = self._entry(path)
        entry.file_size = source.stat().st_size
        with source.open("rb") as file, self.archive.open(entry, "w") as sink:
            shutil.copyfileobj(file, sink, CHUNK_BYTES)
        self._note(path, digest, entry.file_size)

    def _entry(self, path: str) -> zipfile.ZipInfo:
        day, _, clock = self.created.partition("T")
        year, month, date = (int(part) for part in day.split("-"))
        hour, minute, second = (int(part) for part in clock[:8].split(":"))
        entry = zipfile.ZipInfo(path, (max(year, 1980), month, date, hour, minute, second))
        entry.compress_type = zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        return entry

    def _note(self, path: str, digest: str, size: int) -> None:
        name = path.rpartition("/")[2]
        self.resources.append(
            {"name": name, "path": path, "hash": f"sha256:{digest}", "bytes": size}
        )

"""The captures of a package as WARC files and one WACZ, written while the package is."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from evidence.errors import PackageError, ScopeError
from evidence.model import Entry, StatementType
from evidence.package.cdxj import Index, Placed
from evidence.package.wacz import About, write_wacz
from evidence.package.warc import ROLES, Capture, Record, capture_of, info_record, records
from evidence.store.ports import Archive

LARGEST_WARC_BYTES = 1_000_000_000
"""A file that has reached this size is followed by another, as the WARC standard advises."""
WARC_FOLDER = "data/warc"
WACZ = "data/wacz/captures.wacz"


class Taker(Protocol):
    """Takes note of a finished file of the package."""

    def adopt(self, path: str) -> str:
        """Hash a file that lies in the package already; returns its SHA-256 in hex."""


class _Members:
    """A sink for the WARC writer: each record becomes one gzip member, always the same bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.offset = file.tell()
        self.level = 6
        self._begin()

    def _begin(self) -> None:
        self._engine = zlib.compressobj(self.level, wbits=16 + zlib.MAX_WBITS)
        self._hash = hashlib.sha256()
        self._length = 0

    def open(self, level: int) -> None:
        """Begin a record. level: of compression; 0 for what is compressed already."""
        self.level = level
        self._begin()

    def write(self, data: bytes) -> None:
        """Part of the record, as the WARC writer gives it."""
        self._put(self._engine.compress(data))

    def flush(self) -> None:
        """The writer says that a record is whole."""
        self._put(self._engine.flush())

    def close(self, name: str, payload: str) -> Placed:
        """End the record and say where it lies. payload: its payload digest."""
        placed = Placed(name, self.offset, self._length, self._hash.hexdigest(), payload)
        self.offset += self._length
        return placed

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._length += len(data)
        self.file.write(data)


class WarcFile:
    """One gzipped WARC 1.1 file being written."""

    def __init__(self, path: Path, about: About) -> None:
        self.name = path.name
        self._file = path.open("xb")
        self._members = _Members(self._file)
        self._writer = WARCWriter(self._members, gzip=False, warc_version="WARC/1.1")
        fields = {
            "software": about.software,
            "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/"
            "warc-1.1/",
            "operator": about.organisation,
            "isPartOf": about.identifier,
            "description": about.description,
        }
        info = info_record(self.name, at=about.created, fields=fields)
        self._info = info.id
        self.write(info)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._members.offset

    def write(self, record: Record) -> Placed:
        """Append a record."""
        # A digest of SHA-256 in base 32, as the standard writes digests; warcio's own is SHA-1.
        payload = digest(hashlib.sha256(record.payload).digest())
        whole = hashlib.sha256(record.head)
        whole.update(record.payload)
        headers = StatusAndHeaders("", [], protocol="WARC/1.1")
        for name, value in (
            ("WARC-Type", record.type),
            ("WARC-Record-ID", record.id),
            ("WARC-Date", record.at),
            ("WARC-Target-URI", record.uri),
            ("WARC-Warcinfo-ID", "" if record.type == "warcinfo" else self._info),
            *record.named,
            ("WARC-Payload-Digest", "" if record.type == "warcinfo" else payload),
            ("WARC-Block-Digest", digest(whole.digest())),
            ("Content-Type", record.media),
        ):
            if value:
                headers.add_header(name, value)
        block = io.BytesIO(record.head + record.payload if record.head else record.payload)
        size = len(record.head) + len(record.payload)
        item = ArcWarcRecord("warc", record.type, headers, block, None, record.media, size)
        self._members.open(6 if record.compressible else 0)
        self._writer.write_record(item)
        return self._members.close(self.name, payload)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


@dataclass(slots=True)
class WebArchive:
    """The web archive of a package that is being written in `root`.

    Memory: one body at a time, and about 0.7 kB a capture for its index line and page.
    """

    root: Path
    about: About
    largest_bytes: int = LARGEST_WARC_BYTES
    _files: list[WarcFile] = field(default_factory=list)
    _index: Index = field(default_factory=Index)
    _pages: list[str] = field(default_factory=list)
    _certificates: set[str] = field(default_factory=set)

    def add(self, entry: Entry, objects: Mapping[str, bytes], closed: Mapping[str, str]) -> None:
        """One capture; without its `exchange` object there is nothing a web archive could say.

        closed: role -> `withheld` or `erased`.   Raises PackageError when it cannot be written.
        """
        if entry.statement.type is not StatementType.CAPTURE or "exchange" not in objects:
            return
        capture = capture_of(entry, objects, closed)
        if not isinstance(capture.exchange.get("url"), str):
            return
        try:
            file = self._current()
            for record in records(capture, self._certificates):
                placed = file.write(record)
                if record.indexed:
                    self._note(record, placed, capture)
        except OSError as error:
            raise PackageError(WARC_FOLDER, f"{error.strerror}") from error

    def finish(self, bag: Taker) -> None:
        """Close the WARC files and write the WACZ; nothing when there were no captures.

        Raises PackageError.
        """
        hashes = {}
        for file in self._files:
            file.close()
            hashes[file.name] = bag.adopt(f"{WARC_FOLDER}/{file.name}")
        if not self._files:
            return
        target = self.root / WACZ
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_wacz(
                target,
                [self.root / WARC_FOLDER / name for name in hashes],
                hashes=hashes,
                index=self._index.ordered(),
                pages=self._pages,
                about=self.about,
            )
        except OSError as error:
            raise PackageError(WACZ, f"{error.strerror}") from error
        bag.adopt(WACZ)

    def abandon(self) -> None:
        """Let go of the files without finishing them."""
        for file in self._files:
            file.close()

    def _current(self) -> WarcFile:
        if not self._files or self._files[-1].size >= self.largest_bytes:
            if self._files:
                self._files[-1].close()
            folder = self.root / WARC_FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            name = f"captures-{len(self._files):05d}.warc.gz"
            # A reader may have one file alone: each begins with its own certificates.
            self._certificates.clear()
            self._files.append(WarcFile(folder / name, self.about))
        return self._files[-1]

    def _note(self, record: Record, placed: Placed, capture: Capture) -> None:
        status = "" if record.status is None else str(record.status)
        said = {"mime": record.mime, "status": status, "digest": placed.payload}
        self._index.add(record.uri, record.at, {k: v for k, v in said.items() if v}, placed)
        kind = str(capture.facts.get("kind"))
        if record.type == "resource" or (record.status == 200 and kind != "media"):
            title = f"{capture.index}: {kind}"
            page = {"id": capture.rec, "url": record.uri, "ts": record.at, "title": title}
            self._pages.append(json.dumps(page) + "\n")


def export_capture(archive: Archive, rec: str, target: Path, about: About) -> str:
    """One capture as a WARC file of its own; returns the file's SHA-256 in hex.

    Raises ScopeError when there is no such capture, PackageError when its `exchange` was erased or
    the file is there already or cannot be written.
    """
    entry = capture_entry(archive, rec)
    objects, closed = {}, {}
    for ref in entry.statement.objects:
        opening = archive.open_object(rec, ref.role) if ref.role in ROLES else None
        if opening is not None:
            objects[ref.role] = opening.data
        elif ref.role in ROLES:
            closed[ref.role] = "erased"
    if "exchange" not in objects:
        raise PackageError(f"capture {rec}", "its contents were erased")
    try:
        file = WarcFile(target, about)
    except OSError as error:
        raise PackageError(str(target), f"{error.strerror}") from error
    try:
        for record in records(capture_of(entry, objects, closed), set()):
            file.write(record)
        file.close()
        return hashlib.sha256(target.read_bytes()).hexdigest()
    except OSError as error:
        target.unlink(missing_ok=True)
        raise PackageError(str(target), f"{error.strerror}") from error


def capture_entry(archive: Archive, rec: str) -> Entry:
    """The log entry of a capture. Raises ScopeError when there is none of this record id."""
    entry = archive.entry(rec)
    if entry is None or entry.statement.type is not StatementType.CAPTURE:
        raise ScopeError(
            f"record {rec}",
            "is no capture in the archive",
            "`jejak snapshot ID` names the captures of a snapshot",
        )
    return entry


def digest(sha256: bytes) -> str:
    """A SHA-256 digest as WARC headers write it."""
    return f"sha256:{base64.b32encode(sha256).decode('ascii')}"

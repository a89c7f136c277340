"""A large file kept in parts, each a capture of its own: what is there, and what is missing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.store.ports import Archive

RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` (exclusive) of a file, as one capture has them.

    total: size of the whole file as the server said, None when it did not.
    validator: strong ETag, else Last-Modified; parts of one file have the same. Empty: unknown.
    """

    capture: str
    start: int
    end: int
    total: int | None
    validator: str


def part_of(capture: str, status: int | None, headers: Mapping[str, str], size: int) -> Part | None:
    """The part a response is; None when it is none that others could continue.

    headers: names in lower case.   size: of the body that was received.
    """
    if headers.get("content-encoding", "identity").lower() != "identity" or not size:
        return None
    validator = validator_of(headers)
    if status == 200:
        length = headers.get("content-length", "")
        total = int(length) if length.isdecimal() and len(length) < 16 else None
        return Part(capture, 0, size, total, validator)
    found = RANGE.match(headers.get("content-range", "")) if status == 206 else None
    if found is None:
        return None
    start, last = int(found[1]), int(found[2])
    if last < start or size > last - start + 1:
        return None
    return Part(capture, start, start + size, None if found[3] == "*" else int(found[3]), validator)


def validator_of(headers: Mapping[str, str]) -> str:
    """What a later request can name this version of the file by (RFC 9110 section 13.1.5)."""
    etag = headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return headers.get("last-modified", "")


def chain(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts from the beginning on, without a hole, of the newest version of the file.

    parts: in the order they were received. Only parts that say which version they are of, and of
    which size, continue one another.
    """
    if not parts:
        return ()
    newest = parts[-1]
    same = [
        part
        for part in parts
        if part.validator == newest.validator and part.total == newest.total
        and (part.validator or part is newest)
    ]  # fmt: skip
    found: list[Part] = []
    at = 0
    while True:
        onward = [part for part in same if part.start <= at < part.end]
        if not onward:
            return tuple(found)
        best = max(onward, key=lambda part: part.end)
        found.append(best)
        at = best.end


def is_whole(parts: Sequence[Part]) -> bool:
    """Whether a chain has the file to its end."""
    return bool(parts) and parts[-1].total is not None and parts[-1].end >= parts[-1].total


def kept_parts(archive: Archive, url: str) -> list[Part]:
    """What the archive holds of the file at an address, in the order it was received."""
    found = []
    for row in archive.rows("captures", {"url": url}, order="index"):
        if row["kind"] != "media" or row["via"] != "CRAWL" or row["status"] not in (200, 206):
            continue
        opening = archive.open_object(row["id"], "exchange")
        if opening is None:
            continue
        exchange: dict[str, Any] = json.loads(opening.data)
        headers = {str(k).lower(): str(v) for k, v in exchange["response_headers"]}
        part = part_of(row["id"], row["status"], headers, row["size"])
        if part is not None:
            found.append(part)
    return found


def pieces(archive: Archive, parts: Sequence[Part]) -> Iterator[bytes]:
    """The file's bytes in order, one part at a time in memory; parts as `chain` gives them.

    An erased part ends it early. Raises StoreError or IntegrityError as the archive does.
    """
    at = 0
    for part in parts:
        opening = archive.open_object(part.capture, "body")
        if opening is None:
            return
        yield opening.data[at - part.start :]
        at = part.end


def whole_sha256(archive: Archive, parts: Sequence[Part]) -> str:
    """SHA-256 (hex) of the file that the parts make."""
    digest = hashlib.sha256()
    for piece in pieces(archive, parts):
        digest.update(piece)
    return digest.hexdigest()

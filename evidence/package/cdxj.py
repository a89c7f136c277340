"""Index lines of web archives: CDXJ, and the gzipped form (ZipNum) that WACZ readers search in.

Source of keys, fields and blocks: WACZ 1.1.1 and cdxj-indexer 1.5, which tests compare with.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

LINES_PER_BLOCK = 1024
COMPRESSED = "index.cdx.gz"
DEFAULT_PORTS = {"http": 80, "https": 443}
PLAIN = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""What stays as it is when an address is escaped once for its key."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record lies: WARC file name, offset and length in bytes, SHA-256 (hex) as stored.

    payload: its payload digest, as the record's own header says it.
    """

    file: str
    offset: int
    length: int
    hash: str
    payload: str


@dataclass(slots=True)
class Index:
    """The lines of an index while an archive is written; about 0.5 kB of memory a record."""

    lines: list[str] = field(default_factory=list)

    def add(self, uri: str, at: str, said: Mapping[str, str], placed: Placed) -> None:
        """One record. at: ISO 8601 UTC.   said: `mime`, `digest`, and `status` for a response."""
        value = {
            "url": uri,
            **said,
            "length": str(placed.length),
            "offset": str(placed.offset),
            "filename": placed.file,
            "recordDigest": f"sha256:{placed.hash}",
        }
        self.lines.append(f"{url_key(uri)} {timestamp(at)} {json.dumps(value)}\n")

    def ordered(self) -> Sequence[str]:
        """All lines by key and time."""
        return sorted(self.lines)


def timestamp(at: str) -> str:
    """The 14 digits of an ISO 8601 UTC time, to the second."""
    return re.sub(r"[^0-9]", "", at)[:14]


def url_key(uri: str) -> str:
    """The key an address is found by: host turned round, lower case, query in order (SURT).

    `https://www.Contoh.id:443/Jalan/?b=2&a=1#x` gives `id,contoh)/jalan?a=1&b=2`. Addresses that
    are not of the web keep their order. Unlike the `surt` library it leaves session ids in.
    """
    scheme = uri.partition(":")[0].lower()
    if scheme not in DEFAULT_PORTS:
        path, mark, query = uri.partition("?")
        return _escaped(_unescaped(path)).rstrip("/") + mark + _ordered(query)
    try:
        parts = urlsplit(uri)
        host, port = (parts.hostname or "").strip("."), parts.port
    except ValueError:
        return _escaped(uri.encode("utf-8", "replace"))
    turned = ",".join(reversed(re.sub(r"^www\d*\.", "", host).split(".")))
    shown_port = f":{port}" if port not in (None, DEFAULT_PORTS[scheme]) else ""
    query = f"?{_ordered(parts.query)}" if parts.query else ""
    return f"{_escaped(_unescaped(turned))}{shown_port}){_path(parts.path)}{query}"


def _path(path: str) -> str:
    """A path without dots, doubled slashes and the slash at its end."""
    kept: list[bytes] = []
    for part in _unescaped(path).split(b"/"):
        if part == b"..":
            kept = kept[:-1]
        elif part not in (b"", b"."):
            kept.append(part)
    return _escaped(b"/" + b"/".join(kept))


def _ordered(query: str) -> str:
    """A query with its parts in order."""
    pairs = sorted(part.split("=", 1) for part in _escaped(_unescaped(query)).split("&"))
    return "&".join("=".join(pair) for pair in pairs)


def _escaped(data: bytes) -> str:
    return quote_from_bytes(data, safe=PLAIN).lower()


def _unescaped(text: str) -> bytes:
    """Bytes of a text, unescaped until nothing is left to unescape."""
    data = text.encode("utf-8", "replace")
    while (plain := unquote_to_bytes(data)) != data:
        data = plain
    return data


def blocks(lines: Sequence[str]) -> Iterator[tuple[bytes, str]]:
    """(gzip member, its line for `index.idx`) of each 1,024 ordered lines."""
    offset = 0
    for start in range(0, len(lines), LINES_PER_BLOCK):
        chosen = lines[start : start + LINES_PER_BLOCK]
        engine = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        data = engine.compress("".join(chosen).encode()) + engine.flush()
        where = {
            "offset": offset,
            "length": len(data),
            "digest": f"sha256:{hashlib.sha256(data).hexdigest()}",
        }
        yield data, f"{chosen[0].split('{', 1)[0].strip()} {json.dumps(where)}\n"
        offset += len(data)


def header() -> str:
    """The first line of `index.idx`."""
    return f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': COMPRESSED})}\n"

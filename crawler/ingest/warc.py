"""WARC files: every record's frame and digests are checked before anything in it is used.

Source: ISO 28500:2017. The frame is read here and not by a library, because a reader that shall
refuse a cut or altered record must not be lenient about lengths, as replay tools have to be.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from crawler.ingest.found import (
    SECRET_REQUEST,
    SECRET_RESPONSE,
    Found,
    Handed,
    Headers,
    Limits,
    broken,
    media_of,
    moment,
    without_secrets,
)
from crawler.ingest.http import (
    REQUEST,
    RESPONSE,
    headers_of,
    split_head,
    value_of,
    without_chunks,
)
from evidence.errors import ParseError
from evidence.model import CaptureKind

VERSION = re.compile(rb"WARC/1\.[01]\r\n")
HASHES = {"sha1": 20, "sha-1": 20, "sha256": 32, "sha-256": 32, "sha512": 64, "md5": 16}
SCREENSHOTS = ("urn:view:", "urn:fullpage:", "urn:screenshot:")
HEAD_BYTES = 100_000
CHUNK = 1 << 20
PIECE = 1 << 14
"""How much of a packed file is taken at a time: what is after a member is copied each time."""


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record whose frame and digests hold. place: for errors and statements."""

    place: str
    headers: Headers
    block: bytes

    def says(self, name: str) -> str:
        """A header's value; empty when it is not there."""
        return value_of(self.headers, name)

    def fail(self, why: str) -> ParseError:
        """The error that names this record."""
        return broken(self.place, why)


def read_warc(data: bytes, name: str, limits: Limits) -> Handed:
    """All responses and resources of a WARC, plain or gzip. Raises ParseError naming the record."""
    plain = unpacked(data, name, limits) if data.startswith(b"\x1f\x8b") else data
    left: Counter[str] = Counter()
    requests: dict[str, tuple[str, Headers, bytes]] = {}
    found: list[tuple[str, Found]] = []
    for record in records(plain, name, limits):
        kind = record.says("warc-type").lower()
        if kind == "request":
            for other in _concurrent(record):
                requests[other] = _asked(record)
        elif len(record.block) > limits.body_bytes:
            left["larger than one response may be"] += 1
        elif kind == "response" and record.says("content-type").startswith("application/http"):
            found.append((record.says("warc-record-id"), _response(record)))
        elif kind == "resource":
            found.append((record.says("warc-record-id"), _resource(record)))
        else:
            left[f"WARC record of type {_word(kind)}"] += 1
    whole = tuple(_with_request(one, requests.get(id)) for id, one in found)
    times = [one.claimed_at for one in whole if one.claimed_at]
    return Handed("WARC", "application/warc", whole, min(times, default=None), _sorted(left))


def unpacked(data: bytes, name: str, limits: Limits) -> bytes:
    """All gzip members, one after another. Raises ParseError naming the member that is not whole."""
    whole = io.BytesIO()
    at = members = 0
    while at < len(data):
        start, engine = at, zlib.decompressobj(16 + zlib.MAX_WBITS)
        place = f"{name}, gzip member at offset {start}"
        members += 1
        if members > limits.records:
            raise broken(name, f"holds more than {limits.records} gzip members")
        rest, part = data[at : at + PIECE], b""
        try:
            while not engine.eof:
                if not rest and len(part) < CHUNK:
                    raise broken(place, "is cut off")
                part = engine.decompress(rest, CHUNK)
                if whole.tell() + len(part) > limits.unpacked_bytes:
                    raise broken(name, f"unpacks to more than {limits.unpacked_bytes} bytes")
                whole.write(part)
                at += len(rest) - len(engine.unconsumed_tail) - len(engine.unused_data)
                rest = data[at : at + PIECE]
        except zlib.error as error:
            raise broken(place, "is damaged: its checksum or coding is wrong") from error
    return whole.getvalue()


def records(data: bytes, name: str, limits: Limits) -> Iterator[Record]:
    """Records in order, each with its frame and digests checked. Raises ParseError."""
    at = number = 0
    while at < len(data):
        number += 1
        place = f"{name}, record {number} at offset {at}"
        if number > limits.records:
            raise broken(name, f"holds more than {limits.records} records")
        version = VERSION.match(data, at)
        end = data.find(b"\r\n\r\n", at, at + HEAD_BYTES)
        if version is None or end < 0:
            raise broken(place, "does not begin as a WARC record")
        headers = headers_of(data[version.end() : end].split(b"\r\n"), partial(broken, place))
        length = value_of(headers, "content-length")
        if not re.fullmatch(r"\d{1,15}", length):
            raise broken(place, "has no Content-Length")
        start, stop = end + 4, end + 4 + int(length)
        if data[stop : stop + 4] != b"\r\n\r\n":
            raise broken(place, "is cut off, or its Content-Length is wrong")
        record = Record(place, headers, data[start:stop])
        _check(record.says("warc-block-digest"), "block", record, record.block)
        yield record
        at = stop + 4


def _check(digest: str, what: str, record: Record, *bodies: bytes) -> None:
    """The digest a record names is that of one of these forms of its bytes."""
    algorithm, colon, said = digest.partition(":")
    if not digest:
        return
    width = HASHES.get(algorithm.lower())
    if not colon or width is None:
        raise record.fail(f"names a {what} digest of a kind that is not known")
    expected = _digest_bytes(said.strip(), width)
    spelled = algorithm.lower().replace("-", "")
    if not any(hashlib.new(spelled, b, usedforsecurity=False).digest() == expected for b in bodies):
        raise record.fail(f"its {what} digest is not that of its bytes")


def _digest_bytes(text: str, width: int) -> bytes | None:
    """A digest in hex or base 32; None when it is neither."""
    try:
        if len(text) == 2 * width:
            return bytes.fromhex(text)
        return base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)
    except ValueError:
        return None


def _response(record: Record) -> Found:
    first, headers, raw = split_head(record.block, record.fail)
    status = RESPONSE.match(first)
    if status is None:
        raise record.fail("its HTTP status line cannot be read")
    body = without_chunks(headers, raw, record.fail)
    _check(record.says("warc-payload-digest"), "payload", record, raw, body)
    kept, secrets = without_secrets(headers, SECRET_RESPONSE)
    if body is not raw:
        kept = tuple(pair for pair in kept if pair[0].lower() != "transfer-encoding")
    return Found(
        place=record.place, url=record.says("warc-target-uri").strip("<>"),
        kind=CaptureKind.EXCHANGE, media=media_of(headers) or "unknown", body=body,
        claimed_at=moment(record.says("warc-date")), status=int(status[1]), response_headers=kept,
        root=media_of(headers) == "text/html", secrets=secrets,
    )  # fmt: skip


def _resource(record: Record) -> Found:
    """A document or picture a capture tool made; the page's address stands behind its own prefix."""
    _check(record.says("warc-payload-digest"), "payload", record, record.block)
    url = record.says("warc-target-uri").strip("<>")
    shot = url.lower().startswith(SCREENSHOTS)
    media = record.says("content-type").split(";")[0].strip().lower() or "unknown"
    if shot:
        url = url.split(":", 2)[2]
    kind = CaptureKind.SCREENSHOT if shot else CaptureKind.DOM
    said = (("Content-Type", record.says("content-type")),)
    at = moment(record.says("warc-date"))
    return Found(record.place, url, kind, media, record.block, at, response_headers=said)


def _concurrent(record: Record) -> list[str]:
    return [value for name, value in record.headers if name.lower() == "warc-concurrent-to"]


def _asked(record: Record) -> tuple[str, Headers, bytes]:
    first, headers, body = split_head(record.block, record.fail)
    line = REQUEST.match(first)
    if line is None:
        raise record.fail("its HTTP request line cannot be read")
    return line[1].decode("ascii"), headers, body


def _with_request(found: Found, asked: tuple[str, Headers, bytes] | None) -> Found:
    if asked is None:
        return found
    headers, secrets = without_secrets(asked[1], SECRET_REQUEST)
    return replace(
        found, method=asked[0], request_headers=headers, request_body=asked[2],
        secrets=found.secrets or secrets,
    )  # fmt: skip


def _word(kind: str) -> str:
    return kind if re.fullmatch(r"[a-z]{1,20}", kind) else "unknown"


def _sorted(left: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(left.items()))

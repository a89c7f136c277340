"""CAR v1 archives: every block's bytes checked against the content id they are filed under.

Source: https://ipld.io/specs/transport/car/carv1/ ; AT Protocol uses CIDv1 with SHA-256 only.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import libipld

from evidence.errors import ParseError

CID_BYTES = 36
DAG_CBOR = 0x71
RAW = 0x55


@dataclass(frozen=True, slots=True)
class Archive:
    """root: content id (36 bytes) the archive is about.   blocks: bytes by content id."""

    root: bytes
    blocks: dict[bytes, bytes]


def parse(data: bytes) -> Archive:
    """The archive that CAR v1 bytes hold.

    Raises ParseError for other versions, roots but one, cut-off or non-minimal lengths, content
    ids other than CIDv1 SHA-256, and for any block whose bytes are not those its id names.
    """
    size, at = _varint(data, 0)
    header = decode(_slice(data, at, size), "CAR header")
    roots = header.get("roots") if isinstance(header, dict) else None
    if not isinstance(header, dict) or header.get("version") != 1:
        raise ParseError("CAR header", "is not of version 1")
    if not isinstance(roots, list) or len(roots) != 1 or not is_cid(roots[0]):
        raise ParseError("CAR header", "does not name exactly one root")
    at += size
    blocks: dict[bytes, bytes] = {}
    while at < len(data):
        size, at = _varint(data, at)
        cid, body = _block(_slice(data, at, size))
        blocks[cid] = body
        at += size
    return Archive(roots[0], blocks)


def decode(block: bytes, what: str) -> Any:
    """The value of a DAG-CBOR block. Raises ParseError when it is none, naming `what`."""
    try:
        return libipld.decode_dag_cbor(block)
    except (ValueError, RecursionError) as error:
        raise ParseError(what, "is not DAG-CBOR") from error


def is_cid(value: Any) -> bool:
    """Whether a value is a binary CIDv1 with SHA-256 of DAG-CBOR or raw bytes."""
    return (
        isinstance(value, bytes)
        and len(value) == CID_BYTES
        and value[0] == 1
        and value[1] in (DAG_CBOR, RAW)
        and value[2:4] == b"\x12\x20"
    )


def cid_text(cid: bytes) -> str:
    """A content id as AT Protocol writes it: base32, lower case, leading `b`."""
    return "b" + base64.b32encode(cid).decode("ascii").rstrip("=").lower()


def as_json(value: Any, depth: int = 0) -> Any:
    """A decoded block as XRPC writes it in JSON: links as {"$link"}, bytes as {"$bytes"}.

    Raises ParseError beyond 64 levels.
    """
    if depth > 64:
        raise ParseError("record", "is nested deeper than 64 levels")
    if isinstance(value, dict):
        return {str(key): as_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item, depth + 1) for item in value]
    if isinstance(value, bytes):
        if is_cid(value):
            return {"$link": cid_text(value)}
        return {"$bytes": base64.b64encode(value).decode("ascii").rstrip("=")}
    return value


def _block(section: bytes) -> tuple[bytes, bytes]:
    cid, body = section[:CID_BYTES], section[CID_BYTES:]
    if not is_cid(cid):
        raise ParseError("CAR block", "is not filed under a CIDv1 with SHA-256")
    if hashlib.sha256(body).digest() != cid[4:]:
        raise ParseError(f"CAR block {cid_text(cid)}", "holds other bytes than its id names")
    return cid, body


def _slice(data: bytes, at: int, size: int) -> bytes:
    if size == 0 or at + size > len(data):
        raise ParseError("CAR", "is cut off, or has an empty section")
    return data[at : at + size]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 63, 7):
        if at >= len(data):
            raise ParseError("CAR", "is cut off inside a length")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if byte == 0 and shift:
                raise ParseError("CAR", "has a length that is not in its shortest form")
            return value, at
    raise ParseError("CAR", "has a length beyond 63 bits")

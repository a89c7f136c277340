"""Texts, hashes and proofs for the second reader: statement.md, ledger.md."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any


class UnsoundError(Exception):
    """What is wrong, in a few words."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise UnsoundError(what)


def canonical(data: bytes) -> Any:
    """A JSON value of the profile of statement.md, or UnsoundError."""

    def no_float(text: str) -> Any:
        raise UnsoundError("a float")

    try:
        value = json.loads(data.decode(), parse_float=no_float, parse_constant=no_float)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise UnsoundError("not JSON") from error
    need(again.encode("utf-8", "surrogatepass") == data, "not canonical JSON")
    _in_profile(value, 0)
    return value


def _in_profile(value: Any, depth: int) -> None:
    need(depth <= 64, "nested too deep")
    if isinstance(value, dict):
        need(all(key.isascii() for key in value), "a key that is not ASCII")
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        _in_profile(item, depth + 1)
    if isinstance(value, int):
        need(abs(value) < 2**53, "a big integer")


def instant(text: str) -> datetime:
    need(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z", text), "not an instant")
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def derived(*parts: str) -> str:
    return sha("\0".join(("evidence-record-v1", *parts)).encode()).hex()[:32]


def unbase64(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text, "base64 with another spelling")
    return raw


def number(text: str) -> int:
    need(re.fullmatch("0|[1-9][0-9]{0,15}", text), "not a plain decimal number")
    return int(text)


def path_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Root that an audit path leads to: RFC 6962 section 2.1.1, from the top down."""
    if size == 1:
        need(index == 0 and not path, "a path of the wrong length")
        return leaf
    need(path, "a path of the wrong length")
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha(b"\1" + path_root(leaf, index, half, path[:-1]) + path[-1])
    return sha(b"\1" + path[-1] + path_root(leaf, index - half, size - half, path[:-1]))


def both_roots(old: int, new: int, path: list[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """(old root, new root) that PROOF(old, D[new]) leads to: RFC 6962 section 2.1.2.

    known: the old root, while the old tree is still a whole subtree of the new one's left edge.
    """
    if old == new:
        need(len(path) == (known is None), "a proof of the wrong length")
        root = path[0] if known is None else known
        return root, root
    need(path, "a proof of the wrong length")
    half = 1 << (new - 1).bit_length() - 1
    if old <= half:
        older, newer = both_roots(old, half, path[:-1], known)
        return older, sha(b"\1" + newer + path[-1])
    older, newer = both_roots(old - half, new - half, path[:-1], None)
    return sha(b"\1" + path[-1] + older), sha(b"\1" + path[-1] + newer)

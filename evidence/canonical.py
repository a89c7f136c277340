"""Values to bytes and back, one way only.

The profile is RFC 8785 (JCS) without floats: ASCII keys, strings without lone surrogates, integers
|n| < 2**53, booleans, null. Inside it msgspec, the standard library and JCS give the same bytes.
Stored bytes are what is hashed; nobody re-encodes in order to verify.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from evidence.errors import IntegrityError, ParseError
from evidence.model.statement import Draft, Entry, ObjectRef, Statement, StatementType

T = TypeVar("T")
_ENCODER = msgspec.json.Encoder(order="sorted")
"""Inside the profile it gives the bytes of `json.dumps`, in a tenth of the time."""
_known_kinds: set[Any] = set()
_first_look = threading.Lock()
COMMIT_TAG = b"evidence-commit-v1\0"
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64
MAX_STATEMENT_BYTES = 65_535
"""C2SP tlog-tiles entries carry a uint16 length."""
FIELDS = {
    "at": str, "clock": str, "facts": dict, "objects": list, "rec": str, "type": str, "v": int,
}  # fmt: skip
"""Of a statement of version 1."""


def encode(value: Any) -> bytes:
    """Canonical bytes of a JSON value of the profile.

    Raises ParseError when the value lies outside the profile (float, big integer, lone surrogate,
    non-ASCII or non-string key, deeper than 64 levels, unknown type).
    """
    if not _is_plain(value):
        _check(value, 0)
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        # Its error holds the text, which may be a post's.
        raise ParseError("canonical JSON", "has a lone surrogate") from None
    except TypeError:
        # A subclass of str, int or dict: the same bytes, by an encoder that takes them for those.
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode("utf-8")


def encode_thing(thing: Any, beside: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of `encode({**beside, **to_value(thing)})`, in one pass where it holds plain text.

    thing: as for `to_value`.   beside: JSON values that are no fields of it.
    """
    value = msgspec.to_builtins(thing)
    whole = {**beside, **value} if beside else value
    try:
        return encode(whole)
    except ParseError:
        return encode(_scrub(whole))


def decode(data: bytes) -> Any:
    """The value that canonical bytes say.

    Raises ParseError unless `encode` of the result gives the same bytes: duplicate keys, blanks,
    other escapes, floats and another key order are all refused.
    """
    try:
        value = msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise ParseError("canonical JSON", f"not JSON ({type(error).__name__})") from error
    if encode(value) != data:
        raise ParseError("canonical JSON", "well-formed, but not in canonical form")
    return value


def parsed(data: bytes) -> Any:
    """The value of bytes that `encode` has just made: as `decode`, without its check."""
    return msgspec.json.decode(data)


def to_value(thing: Any) -> Any:
    """JSON value of a frozen dataclass of `evidence.model` (or of a list or mapping of them).

    Times become ISO 8601 UTC with `Z`; enums their value; lone surrogates U+FFFD (the raw capture
    keeps the original bytes).
    """
    return _scrub(msgspec.to_builtins(thing))


def from_value(value: Any, kind: type[T]) -> T:
    """The dataclass a JSON value says, checked field by field. Safe for threads.

    Raises ParseError when a field is missing or of another type.
    """
    if kind not in _known_kinds:
        _make_known(kind)
    try:
        return msgspec.convert(value, type=kind)
    except msgspec.ValidationError as error:
        raise ParseError(f"stored {kind.__name__}", str(error)) from error


def _make_known(kind: Any) -> None:
    """Let msgspec look at a type for the first time, in one thread alone.

    Its notes on a dataclass are seen by other threads before they are complete, and who then
    converts to that class reads a pointer that is not set: the process is gone (0.22.0).
    """
    with _first_look:
        if kind not in _known_kinds:
            msgspec.json.Decoder(kind)
            _known_kinds.add(kind)


def instant(moment: datetime) -> str:
    """ISO 8601 UTC with whole milliseconds and `Z`: `2026-11-22T02:00:00.000Z`.

    Raises ParseError for a naive datetime.
    """
    if moment.tzinfo is None:
        raise ParseError("time", "has no zone")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def parse_instant(text: str) -> datetime:
    """The aware UTC time that `instant` wrote. Raises ParseError for any other spelling."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ParseError("time", "is not of the form 2026-11-22T02:00:00.000Z") from error
    if moment.tzinfo is None or instant(moment) != text:
        raise ParseError("time", "is not in canonical form")
    return moment


def record_id(*name: str) -> str:
    """Record id of an event that may be recorded once only: 32 hex digits of its name's SHA-256.

    name: parts without personal data, e.g. ("outcome", slot id).
    """
    return hashlib.sha256("\0".join(("evidence-record-v1", *name)).encode()).hexdigest()[:32]


def new_record_id() -> str:
    """A random record id: 32 lower-case hex digits."""
    return secrets.token_hex(16)


def commitment(salt: bytes, data: bytes) -> str:
    """Salted commitment to an object, lower hex: SHA-256(tag || salt || SHA-256(data)).

    salt: 32 random bytes; without it a short post could be guessed from its digest.
    """
    return commitment_of_digest(salt, hashlib.sha256(data).digest())


def commitment_of_digest(salt: bytes, digest: bytes) -> str:
    """The same commitment, for who has the SHA-256 digest (32 bytes) of the object already."""
    if len(salt) != 32:
        raise ParseError("salt", f"is {len(salt)} bytes, not 32")
    return hashlib.sha256(COMMIT_TAG + salt + digest).hexdigest()


def statement_bytes(draft: Draft, objects: Sequence[ObjectRef]) -> bytes:
    """The exact bytes of the leaf that a draft and the commitments to its objects make.

    Raises ParseError outside the profile or above 65,535 bytes.
    """
    data = encode(
        {
            "at": instant(draft.at),
            "clock": draft.clock,
            "facts": dict(draft.facts),
            "objects": [
                {"commit": o.commit, "media": o.media, "role": o.role, "size": o.size}
                for o in objects
            ],
            "rec": draft.rec,
            "type": draft.type.value,
            "v": 1,
        }
    )
    if len(data) > MAX_STATEMENT_BYTES:
        raise ParseError(f"{draft.type} statement {draft.rec}", f"has {len(data)} bytes")
    return data


def parse_statement(data: bytes) -> Statement:
    """The statement that leaf bytes say. Raises ParseError unless they are canonical and whole."""
    return _statement(decode(data))


def _statement(value: Any) -> Statement:
    if not isinstance(value, dict) or value.keys() != FIELDS.keys():
        raise ParseError("statement", "does not have exactly the fields of version 1")
    if any(type(value[name]) is not kind for name, kind in FIELDS.items()):
        raise ParseError("statement", "has a field of another type")
    if value["v"] != 1:
        raise ParseError("statement", f"is of version {value['v']!r}")
    try:
        kind = StatementType(value["type"])
    except ValueError as error:
        raise ParseError("statement", "is of an unknown type") from error
    return Statement(
        v=1,
        type=kind,
        rec=value["rec"],
        at=parse_instant(value["at"]),
        clock=value["clock"],
        facts=value["facts"],
        objects=from_value(value["objects"], tuple[ObjectRef, ...]),
    )


def entry_of(index: int, data: bytes, leaf_hash: bytes) -> Entry:
    """A log entry from what is stored. Raises IntegrityError when the leaf hash is not the bytes'.

    Source: RFC 6962 section 2.1: a leaf is hashed with a 0x00 prefix.
    """
    if hashlib.sha256(b"\0" + data).digest() != leaf_hash:
        raise IntegrityError(f"log entry {index}", "its stored leaf hash is not that of its bytes")
    return Entry(index, data, leaf_hash, parse_statement(data))


def entry_made(index: int, data: bytes, leaf_hash: bytes) -> Entry:
    """The entry of bytes and hash that were just made together, and need no second check."""
    return Entry(index, data, leaf_hash, _statement(parsed(data)))


def is_unicode(text: str) -> bool:
    """Whether a text has no lone surrogate, so that it can be written as UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_plain(value: Any) -> bool:
    """Whether a value surely lies in the profile, but for lone surrogates; without many calls."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        inner: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str or item is None or kind is bool:
                continue
            if kind is int:
                if not -MAX_INTEGER <= item <= MAX_INTEGER:
                    return False
            elif kind is dict:
                if not _has_plain_keys(item):
                    return False
                inner.extend(item.values())
            elif kind is list or kind is tuple:
                inner.extend(item)
            else:
                return False
        if not inner:
            return True
        level = inner
    return False


def _has_plain_keys(value: dict[Any, Any]) -> bool:
    try:
        return "".join(value).isascii()
    except TypeError:
        return False  # a key that is no string


def _check(value: Any, depth: int) -> None:
    """Raise ParseError naming what lies outside the profile."""
    if depth > MAX_DEPTH:
        raise ParseError("canonical JSON", f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ParseError("canonical JSON", "has a key that is not an ASCII string")
            _check(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, str):
        if not is_unicode(value):
            raise ParseError("canonical JSON", "has a lone surrogate")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ParseError("canonical JSON", "has an integer of 2**53 or more")
    elif value is not None:
        raise ParseError("canonical JSON", f"has a {type(value).__name__}")


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        if is_unicode(value):
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub(item) for item in value]
    return value

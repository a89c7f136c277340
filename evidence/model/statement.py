"""Statements: what the log holds. See docs/formats/statement.md for each type's facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Fact = Any
"""A JSON value of the canonical profile: str, int, bool, None, list or mapping of them."""


class StatementType(StrEnum):
    """The closed set of things that can be said in the log."""

    GENESIS = "genesis"
    CAMPAIGN = "campaign"
    WATCH = "watch"
    CAPTURE = "capture"
    READING = "reading"
    SNAPSHOT = "snapshot"
    OBSERVATION = "observation"
    ACCOUNT = "account"
    INTERACTION = "interaction"
    FINGERPRINT = "fingerprint"
    OUTCOME = "outcome"
    CUSTODY = "custody"
    ANCHOR = "anchor"
    ALARM = "alarm"
    ERASURE = "erasure"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Plain:
    """An object to be kept: its bytes and what they are. role is unique within its statement."""

    role: str
    media: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement about to be recorded; the archive salts, encrypts, commits and appends it.

    rec:   record id, 32 lower-case hex digits; random unless an event must be recorded at most
           once (a slot's outcome), then derived from its name by `canonical.record_id`.
    at:    the recorder's clock; `clock` says which (`system`, `simulated`).
    facts: small, without personal data: only pseudonyms, record ids, numbers, codes.
    """

    type: StatementType
    rec: str
    at: datetime
    clock: str
    facts: Mapping[str, Fact]
    objects: tuple[Plain, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """A salted commitment to one object: SHA-256(tag || salt32 || SHA-256(bytes)), lower hex."""

    role: str
    media: str
    size: int
    commit: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A recorded statement, decoded. The stored bytes, not this value, are what is hashed."""

    v: int
    type: StatementType
    rec: str
    at: datetime
    clock: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    objects: tuple[ObjectRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf of the log: its index, its exact bytes, and the statement they say.

    leaf_hash: SHA-256(0x00 || statement_bytes), 32 bytes (RFC 6962 section 2.1).
    """

    index: int
    statement_bytes: bytes
    leaf_hash: bytes
    statement: Statement


@dataclass(frozen=True, slots=True)
class Opening:
    """An opened object: its bytes and the salt that shows they are what was committed to."""

    ref: ObjectRef
    salt: bytes
    data: bytes

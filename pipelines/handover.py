"""A handover: who hands in which file by which order, and what it claims of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.ingest import Found, Handed
from evidence.canonical import instant
from evidence.errors import ScopeError
from evidence.model import CaptureKind, Exchange

CREDENTIALS = "credentials"
"""Flag of a file that carries somebody's login: its body is in no package."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Who hands in what, by which order.

    name: of the file.   claimed_at: the person's word for when it was made, for files that do not
    say it.   actor: the system user at the keyboard.   sha256: the file's own digest, hex.
    """

    name: str
    data: bytes = field(repr=False)
    handed: Handed = field(repr=False)
    by: str
    order: str
    actor: str
    received_at: datetime
    claimed_at: datetime | None = None
    note: str = ""
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.data).hexdigest())

    def time_of(self, found: Found | None = None) -> tuple[datetime | None, str]:
        """When the file, or something in it, claims to have been made, and whose word that is."""
        at = (found.claimed_at if found else None) or self.handed.claimed_at
        return (at, "file") if at else (self.claimed_at, "person" if self.claimed_at else "")


def check_claims(handover: Handover) -> None:
    """Raises ScopeError when something claims no time, or one after the file was received."""
    for place, at in _claims(handover):
        if at is None:
            raise ScopeError(place, "does not say when it was made", "Say it with --at")
        if at > handover.received_at:
            raise ScopeError(place, "says it was made later than it was received")


def claim_of(handover: Handover, found: Found | None = None) -> dict[str, Any]:
    """Who handed it in, and what it says of itself: claims, every one. found: a part of the file."""
    at, word = handover.time_of(found)
    return {
        "by": handover.by,
        "note": handover.note,
        "file": handover.name,
        "file_sha256": handover.sha256,
        "format": handover.handed.format,
        "claimed_at": instant(at) if at else None,
        "claimed_by": word,
        "received_at": instant(handover.received_at),
        **({"place": found.place} if found else {}),
    }


def whole(handover: Handover) -> Exchange:
    """The file itself, as it was handed in; its digest is its address."""
    secrets = any(found.secrets for found in handover.handed.found)
    return Exchange(
        url=f"urn:sha256:{handover.sha256}", method="", requested_at=handover.received_at,
        fetched_at=handover.received_at, request_headers=(), status=None, response_headers=(),
        body=handover.data, kind=CaptureKind.FILE, media=handover.handed.media,
        flags=(CREDENTIALS,) if secrets else (),
    )  # fmt: skip


def part(handover: Handover, found: Found, of: str | None) -> Exchange:
    """Something in the file, as received when the file was. of: the file, or a post's snapshot."""
    return Exchange(
        url=found.url, method=found.method, requested_at=handover.received_at,
        fetched_at=handover.received_at, request_headers=found.request_headers,
        status=found.status, response_headers=found.response_headers, body=found.body,
        kind=found.kind, media=found.media, request_body=found.request_body, of=of,
    )  # fmt: skip


def _claims(handover: Handover) -> Iterator[tuple[str, datetime | None]]:
    if not handover.handed.found:
        yield handover.name, handover.time_of()[0]
    for found in handover.handed.found:
        yield found.place, handover.time_of(found)[0]

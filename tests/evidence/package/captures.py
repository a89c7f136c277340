"""Capture entries as a log would hold them, for tests of the web archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from evidence.canonical import entry_of, statement_bytes
from evidence.ledger import leaf_hash
from evidence.model import CaptureKind, CaptureState, Draft, Entry, Exchange, ObjectRef
from evidence.package.bag import Bag
from evidence.package.wacz import About
from evidence.package.webarchive import WebArchive
from evidence.record import Recorder

AT = datetime(2026, 11, 22, 17, 0, 0, 250_000, tzinfo=UTC)
ABOUT = About("2026-11-22T21:05:00.000Z", "jejak 0.1.0", "Bawaslu Uji", "jejak-uji", "uji")
RECORDER = Recorder("system", "jejak 0.1.0")


def exchange(url: str = "https://contoh.test/1", **changed: Any) -> Exchange:
    said: dict[str, Any] = {
        "url": url,
        "method": "GET",
        "requested_at": AT - timedelta(milliseconds=120),
        "fetched_at": AT,
        "request_headers": (("User-Agent", "jejak"),),
        "status": 200,
        "response_headers": (("Content-Type", "application/json"), ("X-A", "1"), ("X-A", "2")),
        "body": b'{"a":1}',
        "media": "application/json",
        "remote": "203.0.113.7",
        "protocol": "HTTP/1.1",
    }
    return Exchange(**{**said, **changed})


def draft(seen: Exchange, rec: str, *, body_kept: bool = True) -> Draft:
    made = RECORDER.capture(
        seen, visit="v" * 32, watch="w-0123456789ab", slot=None, body_kept=body_kept
    )
    return Draft(made.type, rec, made.at, made.clock, made.facts, made.objects)


def entry(made: Draft, index: int) -> tuple[Entry, dict[str, bytes]]:
    """The entry of a draft at an index, and its objects by role."""
    refs = [ObjectRef(o.role, o.media, len(o.data), "0" * 64) for o in made.objects]
    data = statement_bytes(made, refs)
    return entry_of(index, data, leaf_hash(data)), {o.role: o.data for o in made.objects}


def write(
    folder: Path, *seen: Exchange, largest: int = 10**9, body_kept: bool = True
) -> tuple[Bag, WebArchive]:
    """The web archive of these exchanges, in a bag of its own."""
    bag = Bag(folder)
    web = WebArchive(folder, ABOUT, largest)
    for index, one in enumerate(seen):
        found, objects = entry(draft(one, f"{index:032x}", body_kept=body_kept), index)
        web.add(found, objects, {})
    web.finish(bag)
    return bag, web


def rendered(kind: CaptureKind, media: str, body: bytes) -> Exchange:
    return exchange(kind=kind, media=media, body=body, remote="", protocol="")


PARTIAL = CaptureState.PARTIAL
FAILED = CaptureState.FAILED

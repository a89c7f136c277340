"""A small synthetic archive and sound packages of it, made with the project's own recorder."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evidence.canonical import encode, instant, record_id
from evidence.ledger import Checkpoint
from evidence.model import (
    Act,
    CaptureKind,
    Change,
    Draft,
    Exchange,
    Fingerprint,
    ImageReading,
    Interaction,
    KnownPost,
    Observation,
    Outcome,
    Plain,
    Post,
    Reading,
    SeenState,
    StatementType,
    VisitEnd,
)
from evidence.package import Selection, select, write_package
from evidence.record import Recorder
from evidence.seal import Signer, trust_text
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Archive

ORIGIN = "bawaslu.test/jejak"
WATCH = "w-0123456789ab"
OTHER = "w-ba9876543210"
START = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""Midnight of 23 November in Jakarta."""
HOUR = timedelta(hours=1)
SLOTS = 4
END = START + SLOTS * HOUR
NOW = END + timedelta(minutes=5)
TEXT = "Mari dukung <script>alert(1)</script> pasangan nomor 7 & \u202etxet"
NIP = "199001012015031002"


Stamped = Callable[[Archive, Checkpoint, datetime], Sequence[str]]
"""Has a head stamped at a time; gives the SHA-256 of the tokens, for captures to name."""


@dataclass
class Site:
    """An archive with its signer, and the trust file's text."""

    archive: Archive
    signer: Signer
    trust: str
    posts: tuple[str, ...] = ()
    recs: dict[str, str] | None = None


def png(shade: int) -> bytes:
    """A sound 2x2 grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([shade, shade]) for _ in range(2))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def campaign_draft(recorder: Recorder, at: datetime) -> Draft:
    phases = [
        {"name": "CAMPAIGN", "starts": "2026-11-23T00:00:00", "ends": "2026-11-24T00:00:00",
         "cadence_s": {"A": 3600}},
    ]  # fmt: skip
    facts = {
        "campaign": "uji-2026", "change": "ADDED", "schedule": {"phases": phases},
        "superseded_by": "", "previous": None,
    }  # fmt: skip
    return recorder.draft(StatementType.CAMPAIGN, at, facts)


def watch_draft(recorder: Recorder, watch: str, at: datetime, **changed: object) -> Draft:
    facts = {
        "watch": watch, "change": "ADDED", "side": "WATCHED", "tier": "A", "platform": "mastodon",
        "zone": "Asia/Jakarta", "from": instant(START), "until": None, "render": True,
        "previous": None, **changed,
    }  # fmt: skip
    entry = {
        "watch": watch,
        "account": {"platform": "mastodon", "native_id": "111", "handle": f"{watch}@contoh.test"},
        "attribution": {"person": "Contoh Pegawai", "confidence": "HIGH", "attributed_by": "Uji"},
        "assignment_order": "ST-1/2026",
        "legal_basis": "uji",
    }
    objects = [
        Plain("entry", "application/json", encode(entry)),
        Plain("identity", "text/plain", NIP.encode()),
    ]
    return recorder.draft(StatementType.WATCH, at, facts, objects)


def exchange(
    url: str, body: bytes, at: datetime, media: str, kind: CaptureKind, of: str | None
) -> Exchange:
    return Exchange(
        url=url, method="GET", requested_at=at, fetched_at=at, request_headers=(("A", "b"),),
        status=200, response_headers=(("Content-Type", media),), body=body, media=media,
        kind=kind, of=of, remote="203.0.113.7:443",
    )  # fmt: skip


class Visitor:
    """Records visits as the crawl path does."""

    def __init__(self, archive: Archive, clock: str) -> None:
        self.archive = archive
        self.recorder = Recorder(clock, "jejak 0.1.0", "0" * 64)

    def put(self, draft: Draft) -> str:
        self.archive.record([draft])
        return draft.rec

    def capture(
        self, watch: str, slot: str | None, url: str, body: bytes, at: datetime,
        media: str = "application/json", kind: CaptureKind = CaptureKind.EXCHANGE,
        of: str | None = None, anchor: str | None = None, tokens: Sequence[str] = (),
    ) -> str:  # fmt: skip
        seen = exchange(url, body, at, media, kind, of)
        return self.put(
            self.recorder.capture(
                seen, visit="v" * 32, watch=watch, slot=slot, anchor=anchor, tokens=tokens
            )
        )

    def snapshot(
        self, watch: str, capture: str, text: str, at: datetime, known: KnownPost | None
    ) -> str:
        post = Post(
            "901", "111", f"{watch}@contoh.test", text, at - HOUR, url="https://contoh.test/901"
        )
        change = Change.EDITED if known else Change.NEW
        seen = Observation("901", change, SeenState.PRESENT, None, at, post=post)
        return self.put(
            self.recorder.snapshot(
                seen, known, platform="mastodon", watch=watch, capture=capture, digest="d" * 64
            )
        )

    def outcome(self, watch: str, due: datetime, word: Outcome) -> str:
        slot = f"{watch}@{due:%Y-%m-%dT%H:%M:%SZ}"
        end = VisitEnd("v" * 32, watch, slot, due, due, due + timedelta(minutes=1), word, "uji")
        return self.put(self.recorder.outcome(end))


def known(watch: str, first: str, newest: str, number: int, at: datetime) -> KnownPost:
    return KnownPost(
        "mastodon", "901", watch, first, newest, number, SeenState.PRESENT, "d" * 64, at, at
    )


def make_site(
    folder: Path, *, clock: str = "system", holes: int = 0, archive: Archive | None = None,
    stamped: Stamped | None = None,
) -> Site:  # fmt: skip
    """An archive of two accounts, four slots each; the last `holes` slots have no outcome.

    stamped: has a head stamped at a time; what it gives is named by the captures that follow.
    """
    archive = MemoryArchive() if archive is None else archive
    signer = Signer(archive, folder / "keys", ORIGIN, clock=clock)
    visitor = Visitor(archive, clock)
    before = START - HOUR
    signer.found(before, "jejak 0.1.0")
    visitor.put(campaign_draft(visitor.recorder, before))
    for watch in (WATCH, OTHER):
        visitor.put(watch_draft(visitor.recorder, watch, before))
    recs: dict[str, str] = {}
    visits = [
        visit_account(visitor, signer, watch, holes, recs, stamped) for watch in (WATCH, OTHER)
    ]
    for _ in range(SLOTS):
        for visit in visits:
            next(visit)
    site = Site(archive, signer, trust_text(ORIGIN, [signer.vkey]))
    site.posts = (recs[f"{WATCH} first"],)
    site.recs = recs
    return site


def visit_account(
    visitor: Visitor, signer: Signer, watch: str, holes: int, recs: dict[str, str],
    stamped: Stamped | None,
) -> Iterator[None]:  # fmt: skip
    """Four visits, an hour each: a post, its edit with a picture and a screenshot, a control and
    an absence, nothing. Fills in `recs`.
    """
    recorder = visitor.recorder

    def ended(number: int) -> None:
        word = Outcome.FAILED if number == 3 else Outcome.UNCHANGED
        if number < SLOTS - holes:
            visitor.outcome(watch, START + number * HOUR, word)

    page = b'{"statuses":[{"id":"901","content":"<p>dukung</p>"}]}'
    first_page = visitor.capture(watch, None, "https://contoh.test/1", page, START)
    reading = Reading("crawler.platforms.mastodon.pages@1", next=())
    visitor.put(
        recorder.reading(reading, capture=first_page, watch=watch, url="https://contoh.test/1",
                         at=START, withheld=2)
    )  # fmt: skip
    first = visitor.snapshot(watch, first_page, TEXT, START, None)
    head = signer.seal(START)
    anchor = head.fingerprint() if head else None
    ended(0)
    tokens = stamped(visitor.archive, head, START + HOUR / 2) if stamped and head else ()
    yield
    later = START + HOUR
    second_page = visitor.capture(
        watch, None, "https://contoh.test/1", page + b" ", later, anchor=anchor, tokens=tokens
    )
    second = visitor.snapshot(
        watch, second_page, TEXT + " (ubah)", later, known(watch, first, first, 1, START)
    )
    shot = visitor.capture(
        watch, None, "https://contoh.test/901", png(200), later, "image/png",
        CaptureKind.SCREENSHOT, second,
    )  # fmt: skip
    picture = visitor.capture(
        watch, None, "https://contoh.test/p.png", png(40), later, "image/png",
        CaptureKind.MEDIA, second_page,
    )  # fmt: skip
    prints = (Fingerprint("phash", 64, "0" * 16, "imagehash 4.3.2"),)
    visitor.put(
        recorder.fingerprint(
            ImageReading(2, 2, "PNG", "draftless-512@1", True, prints),
            capture=picture, watch=watch, at=later,
        )
    )  # fmt: skip
    recs.update({f"{watch} first": first, f"{watch} second": second, f"{watch} shot": shot})
    ended(1)
    yield
    gone = later + HOUR
    control = visitor.capture(watch, None, "https://contoh.test/1", b"{}", gone)
    lost = visitor.capture(watch, None, "https://contoh.test/901", b'{"error":"x"}', gone)
    unseen = Observation(
        "901", Change.STATE, SeenState.UNSEEN, SeenState.PRESENT, gone, last_seen_at=later,
        first_absent_at=gone, marker="HTTP 404", control=control,
    )  # fmt: skip
    visitor.put(
        recorder.observation(
            unseen, known(watch, first, second, 2, later), watch=watch, capture=lost
        )
    )
    edge = Interaction(Act.LIKE, "222", "warga@contoh.test", "901", text=None)
    visitor.put(
        recorder.interaction(edge, platform="mastodon", actor_watch=watch, target_watch=None,
                             capture=control, at=gone)
    )  # fmt: skip
    ended(2)
    yield
    ended(3)
    yield


def make_package(
    site: Site, folder: Path, *, watches: tuple[str, ...] = (WATCH,),
    posts: tuple[str, ...] = (), period: tuple[datetime, datetime] | None = (START, END),
    clock: str = "system", selection: Selection | None = None,
) -> Path:  # fmt: skip
    chosen = selection or select(site.archive, watches=watches, posts=posts, period=period)
    return write_package(
        site.archive, chosen, folder, signer=site.signer, now=NOW, purpose="uji paket",
        order="ST-1/2026", actor={"nama": "Petugas Uji"}, organisation="Bawaslu Uji",
        software="jejak 0.1.0", clock=clock,
    )  # fmt: skip


def outcome_rec(watch: str, due: datetime) -> str:
    return record_id("outcome", f"{watch}@{due:%Y-%m-%dT%H:%M:%SZ}")

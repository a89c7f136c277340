"""Two accounts and their pages: a civil servant who posts and likes, a campaign that is liked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidence.config import parse_watchlist, watch_drafts
from evidence.history import compare, state_digest
from evidence.model import (
    Act,
    CaptureKind,
    Exchange,
    Fingerprint,
    ImageReading,
    Interaction,
    Media,
    Outcome,
    Post,
    Reading,
    VisitEnd,
)
from evidence.projection import TABLES, project_entries
from evidence.record import Recorder
from evidence.store import Archive

T0 = datetime(2026, 11, 20, 2, tzinfo=UTC)
NOW = T0 + timedelta(days=5)
RECORDER = Recorder("system", "jejak test")
HEADER = (
    "platform,account,side,person,status_class,region_code,tier,assignment_order,legal_basis,basis,"
    "confidence,attributed_by,nip\n"
)
SITI = "telegram,siti_contoh,WATCHED,Siti Contoh,PNS,91.71,A,001/ST,UU 7/2017,profil,HIGH,Budi,\n"
TIM = "telegram,tim_contoh,CAMPAIGN,Tim Contoh,,64.71,A,001/ST,UU 7/2017,daftar KPU,HIGH,Budi,\n"
PICTURE = "https://cdn.example/1.jpg"


@dataclass
class Office:
    """An archive and what was put into it, by name."""

    archive: Archive
    siti: str = ""
    tim: str = ""

    def say(self, *drafts) -> list[str]:
        """Record and project; the record ids."""
        entries = self.archive.record(drafts)
        project_entries(self.archive, entries)
        return [e.statement.rec for e in entries]

    def watch(self, text: str, *, complete: bool = False) -> None:
        """Import a watchlist."""
        from evidence.query.version import newest_versions
        from evidence.query.watch import watchlist

        now = max((e.statement.at for e in self.archive.entries()), default=T0)
        imported = parse_watchlist(
            (HEADER + text).encode(), "w.csv", existing=watchlist(self.archive),
            platforms={"telegram"}, now=now, imported_by="uji", complete=complete,
        )  # fmt: skip
        self.say(*watch_drafts(imported, now, "system", newest_versions(self.archive)))

    def page(self, watch: str, at: datetime, url: str, posts=(), edges=(), **more) -> str:
        """One page kept and read; the capture's record id."""
        exchange = Exchange(url, "GET", at, at, (), 200, (("ETag", '"1"'),), url.encode(), **more)
        capture = RECORDER.capture(exchange, visit="v", watch=watch, slot=None)
        reading = Reading("t.pages@1", posts=tuple(posts), interactions=tuple(edges))
        read = RECORDER.reading(
            reading, capture=capture.rec, watch=watch, url=url, at=at, withheld=0
        )
        self.say(capture, read)
        return capture.rec

    def post(self, watch: str, post: Post, capture: str, at: datetime) -> str:
        """One snapshot; its record id."""
        from crawler.desk import known_post

        row = self.archive.row("posts", f"telegram|{post.native_id}")
        known = known_post(row) if row else None
        draft = RECORDER.snapshot(
            compare(known, post, at), known, platform="telegram", watch=watch, capture=capture,
            digest=state_digest(post),
        )  # fmt: skip
        return self.say(draft)[0]

    def picture(self, watch: str, of: str, at: datetime) -> str:
        """A picture kept for a snapshot, with its fingerprint; the capture's record id."""
        exchange = Exchange(
            PICTURE, "GET", at, at, (), 200, (), b"gambar", kind=CaptureKind.MEDIA, of=of,
            media="image/jpeg",
        )  # fmt: skip
        capture = RECORDER.capture(exchange, visit="v", watch=watch, slot=None)
        prints = (Fingerprint("phash", 64, "ff00ff00ff00ff00", "t"),)
        image = ImageReading(10, 10, "JPEG", "t", False, prints)
        self.say(capture)
        self.say(RECORDER.fingerprint(image, capture=capture.rec, watch=watch, at=at))
        return capture.rec


def furnish(archive: Archive) -> Office:
    """The office of this module's docstring: 2 posts of Siti, one edited, one liked by her."""
    office = Office(archive)
    office.watch(SITI + TIM)
    rows = {row["person"]: row["id"] for row in archive.rows("watches")}
    office.siti, office.tim = rows["Siti Contoh"], rows["Tim Contoh"]
    one = Post("42", "7", "siti_contoh", "Ayo dukung", T0, url="https://t.me/siti_contoh/42",
               media=(Media(PICTURE, "image", "poster"),))  # fmt: skip
    two = Post("43", "7", "siti_contoh", "Selamat pagi", T0, url="https://t.me/siti_contoh/43")
    edited = Post("42", "7", "siti_contoh", "Ralat", T0, url=one.url, media=one.media)
    like = Interaction(Act.LIKE, "7", "siti_contoh", "99")
    theirs = Post("99", "8", "tim_contoh", "Pilih kami", T0, url="https://t.me/tim_contoh/99",
                  media=one.media)  # fmt: skip
    first = office.page(office.siti, T0, "https://t.me/s/siti_contoh", [one])
    rec = office.post(office.siti, one, first, T0)
    office.picture(office.siti, rec, T0)
    slot = f"{office.siti}@2026-11-20T02:00:00Z"
    office.say(RECORDER.outcome(VisitEnd("v", office.siti, slot, T0, T0, T0, Outcome.COMPLETE, "")))
    later = T0 + timedelta(days=1)
    second = office.page(office.siti, later, "https://t.me/s/siti_contoh?2", [edited, two])
    office.post(office.siti, edited, second, later)
    office.post(office.siti, two, second, later)
    third = office.page(office.tim, later, "https://t.me/s/tim_contoh", [theirs], [like])
    theirs_rec = office.post(office.tim, theirs, third, later)
    office.picture(office.tim, theirs_rec, later)
    edge = RECORDER.interaction(
        like, platform="telegram", actor_watch=office.siti, target_watch=office.tim, capture=third,
        at=later,
    )  # fmt: skip
    office.say(edge)
    office.page(
        office.tim, later + timedelta(days=1), "https://t.me/s/tim_contoh?3", [theirs], [like]
    )
    return office


def all_rows(archive: Archive) -> dict[str, list[dict]]:
    """Every projection row."""
    return {table: list(archive.rows(table)) for table in TABLES}

"""A file a person handed in: kept whole, read as pages are, and never more than a claim."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from crawler.config import Config
from crawler.desk import desk_over, visit_of
from crawler.ingest import open_file
from crawler.page import Page
from crawler.registry import read
from crawler.visit import Seen
from evidence.canonical import decode
from evidence.config import parse_watchlist, watch_drafts
from evidence.errors import ScopeError, StoreError
from evidence.model import Exchange, SeenState, StatementType, Watchlist
from evidence.projection import project_drafts, project_entries, rebuild
from evidence.query import history
from evidence.store import MemoryArchive
from pipelines.handover import Handover
from pipelines.history import compared
from pipelines.ingested import Result, hand_in
from pipelines.page import Measured
from pipelines.record import drafts_of
from pipelines.scope import scoped
from pipelines.sight import FirstSights

T0 = datetime(2026, 11, 20, 2, tzinfo=UTC)
BASE = "https://contoh.example"
WATCHLIST = f"""\
platform,account,base_url,side,person,status_class,region_code,tier,assignment_order,legal_basis,\
basis,confidence,attributed_by
mastodon,@siti@contoh.example,{BASE},WATCHED,Siti Contoh,PNS,91.71,A,001/ST,UU 7/2017,profil,HIGH,Budi
mastodon,@tim@contoh.example,{BASE},CAMPAIGN,Tim Contoh,,64.71,A,001/ST,UU 7/2017,KPU,HIGH,Budi
"""
PICTURE = f"{BASE}/media/1.png"


class Kept(MemoryArchive):
    """Stays open when a desk is closed; fails at the statement it is told to."""

    fail_at: int | None = None

    def close(self) -> None:
        """Stay open."""

    def record(self, drafts: Any) -> Any:
        """As the archive does, until `fail_at` batches are recorded."""
        if self.fail_at is not None:
            self.fail_at -= 1
            if self.fail_at < 0:
                raise StoreError("archive", "is gone")
        return super().record(drafts)


def status(id: str, text: str, author: str = "siti", **more: Any) -> dict[str, Any]:
    account = {
        "id": f"id-{author}", "username": author, "acct": author, "display_name": author,
        "locked": False, "url": f"{BASE}/@{author}", "followers_count": 1, "following_count": 2,
        "statuses_count": 3, "created_at": "2026-01-01T00:00:00.000Z",
    }  # fmt: skip
    return {
        "id": id, "uri": f"{BASE}/users/{author}/statuses/{id}", "url": f"{BASE}/@{author}/{id}",
        "created_at": "2026-11-01T02:00:00.000Z", "edited_at": None, "content": f"<p>{text}</p>",
        "visibility": "public", "sensitive": False, "spoiler_text": "", "language": "id",
        "in_reply_to_id": None, "in_reply_to_account_id": None, "reblog": None, "poll": None,
        "card": None, "media_attachments": [], "mentions": [], "tags": [], "emojis": [],
        "replies_count": 0, "reblogs_count": 0, "favourites_count": 3, "account": account, **more,
    }  # fmt: skip


def entry(path: str, body: object, at: datetime = T0, media: str = "application/json") -> dict:
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "startedDateTime": at.isoformat(), "request": {"method": "GET", "url": f"{BASE}{path}"},
        "response": {"status": 200, "content": {"mimeType": media, "text": text}},
    }  # fmt: skip


LISTED = "/api/v1/accounts/id-siti/statuses?limit=40"


def har(*entries: dict) -> bytes:
    return json.dumps({"log": {"entries": entries}}).encode()


def posts(*statuses: dict, at: datetime = T0) -> bytes:
    return har(entry(LISTED, list(statuses), at))


@pytest.fixture
def archive() -> Kept:
    archive = Kept()
    imported = parse_watchlist(
        WATCHLIST.encode(), "w.csv", existing=Watchlist(), platforms={"mastodon"}, now=T0,
        imported_by="test",
    )  # fmt: skip
    project_entries(archive, archive.record(watch_drafts(imported, T0, "system")))
    return archive


Give = Callable[..., Result]


@pytest.fixture
def give(archive: Kept) -> Give:
    """Hand a file in for one account, an hour after T0 unless said."""

    def run(
        data: bytes, who: str = "siti", received: datetime = T0 + timedelta(hours=1), **more: Any
    ) -> Result:
        desk = desk_over(Config(), archive)
        dry = more.pop("dry", False)
        handed = open_file(data, "b.har", url=more.pop("url", None))
        handover = Handover("b.har", data, handed, "Budi", "001/ST", "penyidik", received, **more)
        try:
            return hand_in(handover, row_of(archive, who), desk, dry=dry)
        finally:
            desk.commit.close()

    return run


def row_of(archive: Kept, who: str) -> dict[str, Any]:
    (row,) = [r for r in archive.rows("watches") if who in str(r["handle"])]
    return row


def crawl(archive: Kept, body: object, at: datetime, path: str = LISTED, status: int = 200) -> None:
    """The same page, fetched by a visit of our own."""
    desk = desk_over(Config(), archive)
    visit = visit_of(desk, row_of(archive, "siti"), None, None)
    page = Page(f"{BASE}{path}", status, {}, json.dumps(body).encode())
    draft = kept_page(desk, visit, at)
    project_drafts(archive, [draft], archive.record([draft]))
    capture = draft.rec
    seen = Seen(visit, page.url, capture, page, read("mastodon", page), at, control="c" * 32)
    drafts = drafts_of(compared(Measured(scoped(seen, desk)), desk, FirstSights()), desk.recorder)
    project_drafts(archive, drafts, archive.record(drafts))
    desk.commit.close()


def kept_page(desk: Any, visit: Any, at: datetime) -> Any:
    exchange = Exchange(f"{BASE}{LISTED}", "GET", at, at, (), 200, (), b"[]")
    return desk.recorder.capture(exchange, visit=visit.id, watch=visit.entry.watch, slot=None)


def of_type(archive: Kept, kind: StatementType) -> list[Any]:
    return [e.statement for e in archive.entries() if e.statement.type is kind]


def states(archive: Kept) -> dict[str, str]:
    return {row["native_id"]: row["state"] for row in archive.rows("posts")}


def test_the_whole_file_and_what_concerns_the_account_become_captures(archive, give) -> None:
    other = entry("/api/v1/accounts/id-orang/statuses", [status("9", "asing", "orang")])
    data = har(
        entry(LISTED, [status("1", "Rapat")]), other, entry("/gaya.css", "p{}", media="text/css")
    )

    result = give(data)

    whole, page = of_type(archive, StatementType.CAPTURE)
    assert [kind for _place, _url, kind in result.kept] == ["exchange"]
    assert (whole.facts["kind"], page.facts["kind"]) == ("file", "exchange")
    assert page.facts["of"] == whole.rec == result.file
    assert {s.facts["via"] for s in (whole, page)} == {"HUMAN"}
    assert {s.facts["order"] for s in (whole, page)} == {"001/ST"}
    opened = archive.open_object(whole.rec, "body")
    assert opened
    assert opened.data == data
    assert [row["native_id"] for row in archive.rows("posts")] == ["1"]


def test_a_claim_names_the_person_and_keeps_the_files_time_apart_from_ours(archive, give) -> None:
    result = give(posts(status("1", "Rapat")), note="ponsel dinas")

    page = of_type(archive, StatementType.CAPTURE)[1]
    said = decode(archive.open_object(page.rec, "claim").data)
    assert page.facts["fetched_at"] == "2026-11-20T03:00:00.000Z"
    assert (said["claimed_at"], said["claimed_by"]) == ("2026-11-20T02:00:00.000Z", "file")
    assert (said["by"], said["note"], said["place"]) == ("Budi", "ponsel dinas", "b.har, entry 1")
    assert said["file_sha256"] == hashlib.sha256(posts(status("1", "Rapat"))).hexdigest()
    assert "Budi" not in b"".join(e.statement_bytes for e in archive.entries()).decode()
    assert result.counts["new"] == 1


def test_custody_says_who_handed_it_in(archive, give) -> None:
    result = give(posts(status("1", "Rapat")))

    (custody,) = of_type(archive, StatementType.CUSTODY)
    said = decode(archive.open_object(custody.rec, "actor").data)
    assert (custody.facts["action"], custody.facts["subjects"]) == ("INGEST", [result.file])
    assert (said["officer"], said["actor"], custody.facts["order"]) == (
        "Budi",
        "penyidik",
        "001/ST",
    )


def test_the_same_file_twice_is_one(archive, give) -> None:
    first = give(posts(status("1", "Rapat")))
    size = archive.size()

    again = give(posts(status("1", "Rapat")))

    assert (again.again, again.file, archive.size()) == (True, first.file, size)


@pytest.mark.parametrize("batches", range(5))
def test_a_file_cut_off_by_a_crash_goes_on_when_given_again(archive, give, batches) -> None:
    data = har(
        entry(LISTED, [status("1", "Satu")]), entry(f"{LISTED}&max_id=1", [status("0", "Nol")])
    )
    archive.fail_at = batches
    with pytest.raises(StoreError):
        give(data)
    archive.fail_at = None

    result = give(data)

    assert not result.again
    assert sorted(states(archive)) == ["0", "1"]
    kinds = [s.facts["kind"] for s in of_type(archive, StatementType.CAPTURE)]
    assert sorted(kinds) == ["exchange", "exchange", "file"]
    assert len(of_type(archive, StatementType.READING)) == 2
    assert len(of_type(archive, StatementType.CUSTODY)) == 1


def test_a_dry_run_writes_nothing_and_says_what_it_would_keep(archive, give) -> None:
    size = archive.size()

    result = give(posts(status("1", "Rapat")), dry=True)

    assert [kind for _p, _u, kind in result.kept] == ["exchange"]
    assert (result.counts["new"], archive.size()) == (1, size)


def test_a_file_makes_no_post_absent(archive, give) -> None:
    """The page says 404 for a post the archive knows; in a person's file that is no marker."""
    crawl(archive, [status("1", "Rapat")], T0 - timedelta(days=2))
    gone = entry("/api/v1/statuses/1", {"error": "Record not found"})
    gone["response"]["status"] = 404
    for hours in (1, 2):
        give(
            har(gone, entry(LISTED, [status("2", f"Lain {hours}")])),
            received=T0 + timedelta(hours=hours),
        )

    assert states(archive)["1"] == "PRESENT"
    assert of_type(archive, StatementType.OBSERVATION) == []


def test_no_outcome_comes_of_a_file(archive, give) -> None:
    give(posts(status("1", "Rapat")))

    assert of_type(archive, StatementType.OUTCOME) == []
    assert row_of(archive, "siti").get("last_visit_at") is None


def test_newer_content_in_a_file_is_an_edit_and_older_is_not(archive, give) -> None:
    crawl(archive, [status("1", "Rapat")], T0 - timedelta(hours=1))

    older = give(posts(status("1", "Lama"), at=T0 - timedelta(days=1)))
    newer = give(posts(status("1", "Baru"), at=T0))

    assert older.counts.get("edited") is None
    assert older.counts["handed_older"] == 1
    assert newer.counts["edited"] == 1
    post = history(archive, "1").row
    assert (post["snapshots"], post["state"]) == (2, "EDITED")
    assert post["last_seen_at"] == T0 - timedelta(hours=1)


def test_a_post_only_files_showed_has_no_time_of_our_own_sight(archive, give) -> None:
    """Its absence is an interval without a beginning: no visit ever saw it."""
    give(posts(status("1", "Rapat")))
    for days in (1, 2):
        crawl(
            archive, {"error": "Record not found"}, T0 + timedelta(days=days),
            "/api/v1/statuses/1", 404,
        )  # fmt: skip

    seen = [decode(archive.open_object(s.rec, "observation").data)
            for s in of_type(archive, StatementType.OBSERVATION)]  # fmt: skip
    assert [s["state"] for s in seen] == ["UNSEEN", "ABSENT"]
    assert {s["last_seen_at"] for s in seen} == {None}


def test_a_visit_that_sees_the_post_later_gives_the_interval_its_beginning(archive, give) -> None:
    give(posts(status("1", "Rapat")))
    crawl(archive, [status("1", "Rapat")], T0 + timedelta(days=1))
    for days in (2, 3):
        crawl(
            archive, {"error": "Record not found"}, T0 + timedelta(days=days),
            "/api/v1/statuses/1", 404,
        )  # fmt: skip

    absent = history(archive, "1").observations[-1]
    assert (absent["state"], absent["last_seen_at"]) == ("ABSENT", T0 + timedelta(days=1))


def test_a_file_does_not_bring_back_what_visits_found_gone(archive, give) -> None:
    crawl(archive, [status("1", "Rapat")], T0 - timedelta(days=3))
    for days in (2, 1):
        crawl(
            archive, {"error": "Record not found"}, T0 - timedelta(days=days),
            "/api/v1/statuses/1", 404,
        )  # fmt: skip

    give(posts(status("1", "Lain")))

    post = history(archive, "1").row
    assert (post["state"], post["snapshots"]) == (SeenState.ABSENT.value, 2)
    assert post["first_absent_at"] == T0 - timedelta(days=2)


def test_pictures_of_its_posts_are_kept_with_fingerprints_and_stand_for_no_fetch(
    archive, give, gradient
) -> None:
    medium = {"id": "7", "type": "image", "url": PICTURE, "preview_url": None, "remote_url": None,
              "meta": {}, "description": "balai", "blurhash": None}  # fmt: skip
    shown = entry("/media/1.png", "", media="image/png")
    shown["response"]["content"] |= {
        "text": base64.b64encode(gradient).decode(),
        "encoding": "base64",
    }
    give(har(shown, entry(LISTED, [status("1", "Rapat", media_attachments=[medium])])))

    media = [s for s in of_type(archive, StatementType.CAPTURE) if s.facts["kind"] == "media"]
    assert len(media) == len(of_type(archive, StatementType.FINGERPRINT)) == 1
    assert media[0].facts["of"] == history(archive, "1").row["snapshot"]
    assert list(archive.rows("media")) == []
    assert list(archive.rows("validators")) == []


@pytest.fixture
def gradient() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_a_profile_in_the_file_tells_whose_the_other_pages_are(archive, give) -> None:
    """The list names its author by id alone, and the archive does not know the id yet."""
    shown = status("1", "Rapat")
    account = shown["account"]
    nameless = {**shown, "account": {**account, "acct": "lain@jauh.example", "username": "lain"}}

    give(har(entry(LISTED, [nameless]), entry("/api/v1/accounts/id-siti", account)))

    assert states(archive) == {"1": "PRESENT"}
    assert row_of(archive, "siti")["native_id"] == "id-siti"


EXPORT = {
    "id": "99", "text": "Rapat", "creation_time": "2026-11-01T02:00:00+0000", "mcl_url": "https://m.example/99",
    "post_owner": {"id": "1", "username": "tim_contoh"}, "statistics": {"like_count": 3},
}  # fmt: skip


def test_an_export_of_an_official_interface_is_read_as_one_document(archive) -> None:
    rows = WATCHLIST.splitlines()[0] + (
        "\ninstagram,tim_contoh,,CAMPAIGN,Tim,,64.71,A,1/ST,UU 7/2017,KPU,HIGH,Budi\n"
    )
    imported = parse_watchlist(
        rows.encode(), "w.csv", existing=Watchlist(), platforms={"instagram"}, now=T0,
        imported_by="test",
    )  # fmt: skip
    project_entries(archive, archive.record(watch_drafts(imported, T0, "system")))
    other = {**EXPORT, "id": "98", "post_owner": {"id": "2", "username": "warga"}}
    data = json.dumps([EXPORT, other]).encode()
    desk = desk_over(Config(), archive)
    handover = Handover(
        "e.json", data, open_file(data, "e.json"), "Budi", "1/ST", "p", T0, claimed_at=T0
    )

    result = hand_in(handover, row_of(archive, "tim_contoh"), desk)

    desk.commit.close()
    (reading,) = of_type(archive, StatementType.READING)
    assert [row["native_id"] for row in archive.rows("posts")] == ["mcl:99"]
    assert reading.facts["capture"] == result.file
    assert (reading.facts["read_by"], reading.facts["withheld"]) == ("official.meta@1", 1)


def test_an_act_of_a_watched_account_in_a_file_is_an_edge(archive, give) -> None:
    crawl_tim = posts(status("77", "Ayo", "tim"))
    give(crawl_tim, who="tim")
    likes = entry("/api/v1/statuses/77/favourited_by", [status("0", "", "siti")["account"]])

    give(har(likes), who="tim")

    (edge,) = archive.rows("interactions")
    assert (edge["act"], edge["actor_handle"], edge["target"]) == ("LIKE", "siti", "77")


def test_what_a_file_claims_cannot_be_later_than_its_receipt(archive, give) -> None:
    with pytest.raises(ScopeError, match="later than it was received"):
        give(posts(status("1", "x"), at=T0 + timedelta(hours=2)))
    assert of_type(archive, StatementType.CAPTURE) == []


def test_a_screenshot_needs_a_time_and_is_kept_unread(archive, give, gradient) -> None:
    with pytest.raises(ScopeError, match="does not say when it was made"):
        give(gradient)

    give(gradient, claimed_at=T0, url=f"{BASE}/@siti/1")

    kinds = [s.facts["kind"] for s in of_type(archive, StatementType.CAPTURE)]
    assert kinds == ["file", "screenshot"]
    assert of_type(archive, StatementType.READING) == []


def test_a_login_in_the_file_flags_it(archive, give) -> None:
    said = entry(LISTED, [status("1", "Rapat")])
    said["request"]["headers"] = [{"name": "Cookie", "value": "sesi=kenari-rahasia"}]

    give(har(said))

    whole, page = of_type(archive, StatementType.CAPTURE)
    assert whole.facts["flags"] == ["credentials"]
    assert page.facts["flags"] == []
    assert b"kenari-rahasia" not in archive.open_object(page.rec, "exchange").data


def test_rebuilding_gives_the_same_rows(archive, give) -> None:
    crawl(archive, [status("1", "Rapat")], T0 - timedelta(hours=1))
    give(posts(status("1", "Baru"), status("2", "Dua")))
    crawl(archive, [status("1", "Baru"), status("2", "Dua")], T0 + timedelta(days=1))
    before = {t: list(archive.rows(t)) for t in ("posts", "snapshots", "captures", "accounts")}

    rebuild(archive)

    assert {t: list(archive.rows(t)) for t in before} == before


def test_a_page_of_the_platform_that_cannot_be_read_is_kept_for_a_later_reader(
    archive, give
) -> None:
    walled = entry("/@siti", "<html>masuk</html>", media="text/html")

    result = give(har(walled))

    (reading,) = of_type(archive, StatementType.READING)
    assert [kind for _p, _u, kind in result.kept] == ["exchange"]
    assert reading.facts["counts"]["drift"] >= 1 or reading.facts["counts"]["states"] >= 1


def test_a_recorded_response_reaches_the_readers(archive, give) -> None:
    """A recorded response, which says neither its time nor more than one page."""
    said = {
        "url": f"{BASE}{LISTED}",
        "status": 200,
        "headers": {},
        "body": json.dumps([status("1", "x")]),
    }

    result = give(json.dumps(said).encode(), claimed_at=T0)

    assert result.counts["new"] == 1

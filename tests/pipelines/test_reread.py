"""Kept pages under a newer reader: what it adds, what it never does, and no edit out of thin air."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler import registry
from crawler.config import Config
from crawler.desk import desk_over, visit_of
from crawler.page import Page
from crawler.visit import Seen
from evidence.config import parse_watchlist, watch_drafts
from evidence.model import (
    Drift,
    Exchange,
    Post,
    Reading,
    SeenState,
    StatementType,
    StateSeen,
    Watchlist,
)
from evidence.projection import project_drafts, project_entries, rebuild
from evidence.query import history
from evidence.store import MemoryArchive
from pipelines.history import compared
from pipelines.page import Measured
from pipelines.record import drafts_of
from pipelines.reread import changed_alarm, reread
from pipelines.scope import scoped
from pipelines.sight import FirstSights

T0 = datetime(2026, 11, 20, 2, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://contoh.example/umpan"
WATCHLIST = f"""\
platform,account,side,person,status_class,region_code,tier,assignment_order,legal_basis,basis,\
confidence,attributed_by
feed,{URL},CAMPAIGN,Tim,,64.71,A,001/ST,UU 7/2017,KPU,HIGH,Budi
"""


class Kept(MemoryArchive):
    def close(self) -> None:
        """Stay open."""


def reading(page: Page, by: str, words: int) -> Reading:
    if page.body == b"broken":
        return Reading(by, drift=(Drift("$: expected lines"),))
    if page.body == b"gone":
        return Reading(by, states=(StateSeen("post:1", SeenState.ABSENT, "HTTP 404"),))
    rows = [line.split() for line in page.body.decode().splitlines()]
    return Reading(
        by,
        posts=tuple(
            Post(row[0], None, None, " ".join(row[1 : 1 + words]), None if row[0] == "card" else T0)
            for row in rows
        ),
    )


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Kept:
    archive = Kept()
    imported = parse_watchlist(
        WATCHLIST.encode(), "w.csv", existing=Watchlist(), platforms={"feed"}, now=T0,
        imported_by="test",
    )  # fmt: skip
    project_entries(archive, archive.record(watch_drafts(imported, T0, "system")))
    use(monkeypatch, "old@1", words=1)
    return archive


def use(
    monkeypatch: pytest.MonkeyPatch, by: str, words: int, *,
    blind: frozenset[bytes] = frozenset(), silent: bool = False,
) -> None:  # fmt: skip
    """Make a reader the platform's present one."""

    def present(page: Page) -> Reading:
        if silent:
            return Reading(by)
        if page.body in blind:
            return Reading(by, posts=(Post("1", None, None, "utuh", T0),))
        return reading(page, by, words)

    reader = replace(registry.PLATFORMS["feed"], read=present)
    monkeypatch.setitem(registry.PLATFORMS, "feed", reader)
    monkeypatch.setattr(registry, "reader_of", lambda _platform: by)


def crawl(archive: Kept, body: bytes, at: datetime, *, kept: bool = True) -> dict[str, int]:
    desk = desk_over(Config(), archive)
    visit = visit_of(desk, next(archive.rows("watches")), None, None)
    exchange = Exchange(URL, "GET", at, at, (), 200, (("Content-Type", "text/plain"),), body)
    capture = desk.recorder.capture(
        exchange, visit=visit.id, watch=visit.entry.watch, slot=None, body_kept=kept
    )
    keep(archive, [capture])
    page = Page(URL, 200, {"content-type": "text/plain"}, body)
    seen = Seen(visit, URL, capture.rec, page, registry.read("feed", page), at, control="c" * 32)
    keep(archive, drafts_of(
        compared(Measured(scoped(seen, desk)), desk, FirstSights()), desk.recorder
    ))  # fmt: skip
    desk.commit.close()
    return visit.counts


def keep(archive: Kept, drafts: Any) -> None:
    project_drafts(archive, drafts, archive.record(drafts))


def again(archive: Kept, **more: Any) -> list[Any]:
    desk = desk_over(Config(), archive)
    found = list(reread(desk, "feed", **more))
    alarm = changed_alarm(desk, "feed", found)
    desk.commit.close()
    return [*found, alarm]


def of_type(archive: Kept, kind: StatementType) -> list[Any]:
    return [e.statement for e in archive.entries() if e.statement.type is kind]


def test_pages_the_present_reader_read_are_left_alone(archive) -> None:
    crawl(archive, b"1 satu dua", T0)
    size = archive.size()

    assert again(archive) == [None]
    assert archive.size() == size


def test_a_page_that_was_drift_gives_its_posts_to_a_newer_reader(archive, monkeypatch) -> None:
    crawl(archive, b"broken", T0)
    use(monkeypatch, "new@2", 2, blind=frozenset({b"broken"}))

    found, alarm = again(archive)

    assert found.differs == ("post 1: read now", "drift: 1 then, 0 now")
    (post,) = archive.rows("posts")
    assert (post["native_id"], post["first_seen_at"]) == ("1", T0)
    assert alarm.facts["code"] == "READER_CHANGED"


def test_the_new_reading_stands_beside_the_old_one(archive, monkeypatch) -> None:
    crawl(archive, b"1 satu dua", T0)
    use(monkeypatch, "new@2", 2)
    began = datetime.now(UTC)

    (found, _alarm) = again(archive)

    first, second = of_type(archive, StatementType.READING)
    assert found.differs == ("post 1: text",)
    assert (first.facts["read_by"], second.facts["read_by"]) == ("old@1", "new@2")
    assert (first.facts.get("basis"), second.facts["basis"]) == (None, "REREAD")
    assert first.facts["capture"] == second.facts["capture"]
    assert second.at >= began.replace(microsecond=0)


def test_it_makes_nothing_absent_and_nothing_edited(archive, monkeypatch) -> None:
    crawl(archive, b"1 satu dua", T0)
    crawl(archive, b"gone", T0 + DAY)
    before = history(archive, "1")
    use(monkeypatch, "new@2", 2)

    again(archive)

    after = history(archive, "1")
    assert (after.row["state"], after.row["snapshots"]) == ("UNSEEN", 1)
    assert len(after.observations) == len(before.observations)


def test_what_a_list_tells_in_part_is_no_post_by_it(archive, monkeypatch) -> None:
    """A card has no time of publication; taken for the post, the whole would look like an edit."""
    use(monkeypatch, "none@0", words=0, silent=True)
    crawl(archive, b"card judul", T0)
    use(monkeypatch, "new@2", 2)

    found, _alarm = again(archive)

    assert found.differs == ("post card: read now",)
    assert list(archive.rows("posts")) == []


def test_given_again_it_goes_on_and_then_finds_nothing(archive, monkeypatch) -> None:
    for day in range(3):
        crawl(archive, f"{day} satu dua".encode(), T0 + day * DAY)
    use(monkeypatch, "new@2", 2)
    desk = desk_over(Config(), archive)
    next(reread(desk, "feed"))
    desk.commit.close()

    assert len(again(archive)) == 3
    assert again(archive) == [None]


def test_a_dry_run_records_nothing(archive, monkeypatch) -> None:
    crawl(archive, b"1 satu dua", T0)
    use(monkeypatch, "new@2", 2)
    size = archive.size()

    found, _alarm = again(archive, dry=True)

    assert found.differs
    assert archive.size() == size


@pytest.mark.parametrize(("since", "pages"), [(T0, 2), (T0 + DAY, 1), (T0 + 2 * DAY, 0)])
def test_only_pages_since_a_time_are_read(archive, monkeypatch, since, pages) -> None:
    crawl(archive, b"1 satu dua", T0)
    crawl(archive, b"2 satu dua", T0 + DAY)
    use(monkeypatch, "new@2", 2)

    assert len(again(archive, since=since)) - 1 == pages


def test_a_page_whose_body_was_not_kept_is_closed(archive, monkeypatch) -> None:
    crawl(archive, b"1 satu dua", T0, kept=False)
    use(monkeypatch, "new@2", 2)

    assert again(archive)[0].closed == "not kept"


def test_an_erased_page_is_closed(archive, monkeypatch) -> None:
    crawl(archive, b"1 satu dua", T0)
    archive.erase(of_type(archive, StatementType.CAPTURE)[0].rec)
    use(monkeypatch, "new@2", 2)

    assert again(archive)[0].closed == "erased"


def test_a_better_reader_makes_no_edit(archive, monkeypatch) -> None:
    """The text it reads is longer; the bytes of the last snapshot's page say the same."""
    crawl(archive, b"1 satu dua", T0)
    use(monkeypatch, "new@2", 2)

    counts = crawl(archive, b"1 satu dua", T0 + DAY)

    row = history(archive, "1").row
    assert counts.get("edited") is None
    assert counts["reread"] == 1
    assert (row["state"], row["snapshots"], row["last_seen_at"]) == ("PRESENT", 2, T0 + DAY)
    assert crawl(archive, b"1 satu dua", T0 + 2 * DAY).get("reread") is None


def test_an_edit_under_a_better_reader_stays_an_edit(archive, monkeypatch) -> None:
    crawl(archive, b"1 satu dua", T0)
    use(monkeypatch, "new@2", 2)

    counts = crawl(archive, b"1 satu tiga", T0 + DAY)

    assert counts["edited"] == 1
    assert history(archive, "1").row["state"] == "EDITED"


def test_an_edit_under_the_same_reader_stays_an_edit(archive) -> None:
    crawl(archive, b"1 satu", T0)

    assert crawl(archive, b"1 dua", T0 + DAY)["edited"] == 1


def test_rebuilding_gives_the_same_rows(archive, monkeypatch) -> None:
    crawl(archive, b"1 satu dua", T0)
    use(monkeypatch, "new@2", 2)
    crawl(archive, b"1 satu dua", T0 + DAY)
    again(archive)
    before = {t: list(archive.rows(t)) for t in ("posts", "snapshots")}

    rebuild(archive)

    assert {t: list(archive.rows(t)) for t in before} == before

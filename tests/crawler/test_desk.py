"""What captures name is renewed while a crawl process runs."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.desk import NAMED_FOR_S, Newest, desk_over, visit_of
from evidence.config import WatchlistImport, campaign_drafts, watch_drafts
from evidence.errors import StoreError
from evidence.model import (
    AccountId,
    Attribution,
    Campaign,
    Confidence,
    ElectionKind,
    Side,
    WatchEntry,
)
from evidence.projection import project_entries
from evidence.query.version import newest_versions
from evidence.seal.named import Named
from evidence.store.memory import MemoryArchive

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_what_captures_name_is_read_again_after_a_minute() -> None:
    archive, seconds = MemoryArchive(), [0.0]
    newest = Newest(archive, lambda: seconds[0])
    newest.renew()
    archive.add_checkpoint(1, b"note\n")

    seconds[0] = NAMED_FOR_S - 1
    newest.renew()
    before = newest.named
    seconds[0] = NAMED_FOR_S
    newest.renew()

    assert before == Named()
    assert newest.named == Named(hashlib.sha256(b"note\n").hexdigest())


def test_a_stamp_that_cannot_be_read_leaves_the_older_one_and_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    archive, seconds = MemoryArchive(), [0.0]
    archive.add_checkpoint(1, b"note\n")
    newest = Newest(archive, lambda: seconds[0])
    newest.renew()
    before = newest.named

    def broken(*_arguments: object, **_more: object) -> None:
        raise StoreError("table anchors", "cannot be read")

    monkeypatch.setattr(archive, "rows", broken)
    seconds[0] = NAMED_FOR_S
    with caplog.at_level(logging.WARNING, logger="crawler.desk"):
        newest.renew()

    assert newest.named == before
    assert "cannot be read" in caplog.text


def test_a_visits_outcome_names_the_schedules_newest_versions(tmp_path: Path) -> None:
    archive = MemoryArchive()
    campaign = Campaign("uji", "Uji", ElectionKind.PEMILU, "UU", "UU", "uji", ())
    row = WatchEntry(
        "w-0123456789ab", AccountId("mastodon", None, "siti"), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip
    drafts = [
        *campaign_drafts(campaign, NOW, "system"),
        *watch_drafts(WatchlistImport(added=(row,)), NOW, "system"),
    ]
    project_entries(archive, archive.record(drafts))
    desk = desk_over(Config(data_dir=tmp_path, archive_url="memory:"), archive)

    visit = visit_of(desk, next(archive.rows("watches")), None, None)

    facts = desk.recorder.outcome(visit.end(NOW)).facts
    desk.close()
    assert facts["versions"] == sorted(newest_versions(archive).values())

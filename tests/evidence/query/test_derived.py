"""Rows of the projections: one that is gone is named, one that is there never."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evidence.config import parse_watchlist, watch_drafts
from evidence.history import compare, state_digest
from evidence.model import Act, Exchange, Interaction, Post, Watchlist
from evidence.projection import project_entries, rebuild
from evidence.query import fsck
from evidence.record import Recorder
from evidence.store import MemoryArchive

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
RECORDER = Recorder("system", "jejak test")
ROWS = """\
platform,account,side,person,status_class,region_code,tier,assignment_order,legal_basis,basis,\
confidence,attributed_by,base_url
mastodon,@pegawai_contoh,WATCHED,Pegawai Contoh,PNS,91.71,A,001/ST,UU 7/2017,profil,HIGH,Budi,\
https://satu.contoh.example
mastodon,@tim_contoh,CAMPAIGN,Tim Contoh,,64.71,A,001/ST,UU 7/2017,daftar KPU,HIGH,Budi,\
https://satu.contoh.example
"""


@pytest.fixture
def archive() -> MemoryArchive:
    """A post and a like of accounts whose server is named in the watchlist, as in their rows' ids."""
    archive = MemoryArchive()
    imported = parse_watchlist(
        ROWS.encode(), "w.csv", existing=Watchlist(), platforms={"mastodon"}, now=NOW,
        imported_by="uji",
    )  # fmt: skip
    _keep(archive, watch_drafts(imported, NOW, "system"))
    watched, team = (entry.watch for entry in imported.added)
    url = "https://satu.contoh.example/api/v1/accounts/7/statuses"
    exchange = Exchange(url, "GET", NOW, NOW, (), 200, (), b"[]")
    page = _keep(archive, [RECORDER.capture(exchange, visit="v1", watch=watched, slot=None)])
    post = Post("42", "7", "pegawai_contoh", "Halo", NOW)
    _keep(archive, [
        RECORDER.snapshot(compare(None, post, NOW), None, platform="mastodon", watch=watched,
                          capture=page, digest=state_digest(post)),
        RECORDER.interaction(Interaction(Act.LIKE, "7", "pegawai_contoh", "99"), at=NOW,
                             platform="mastodon", actor_watch=watched, target_watch=team,
                             capture=page),
    ])  # fmt: skip
    return archive


def _keep(archive: MemoryArchive, drafts) -> str:
    entries = archive.record(drafts)
    project_entries(archive, entries)
    return entries[-1].statement.rec


def test_rows_that_the_server_of_an_account_names_are_found(archive):
    (post,), (act,) = (list(archive.rows(table)) for table in ("posts", "interactions"))

    assert "satu.contoh.example" in post["id"]
    assert "satu.contoh.example" in act["id"]
    assert fsck(archive, projections=True).faults == []


@pytest.mark.parametrize("table", ["posts", "interactions", "watches", "captures"])
def test_a_row_that_is_gone_is_named_and_a_rebuild_brings_it_back(archive, table, monkeypatch):
    sound = archive.rows_by_id
    monkeypatch.setattr(
        archive, "rows_by_id", lambda name, ids: {} if name == table else sound(name, ids)
    )

    missing = {fault.place.rsplit(" ", 1)[-1] for fault in fsck(archive, projections=True).faults}

    assert table in missing


def test_a_rebuilt_archive_has_every_row(archive):
    archive.clear_projections()
    rebuild(archive)

    assert fsck(archive, projections=True).faults == []

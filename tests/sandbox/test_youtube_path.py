"""From a watchlist to evidence on a simulated YouTube: the real spider process and archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from evidence.model import SeenState
from sandbox.event import (
    Edit,
    Event,
    ExpireMedia,
    LoginWall,
    Picture,
    Publish,
    RateLimit,
    Remove,
    Reply,
    Suspend,
)
from sandbox.picture import draw
from sandbox.server import Sandbox
from sandbox.shapes import youtube_markup as markup
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(240)]
SLOT = timedelta(hours=1)
COVER = Picture("kartu kampanye")
PEOPLE = {"calon": "CAMPAIGN", "petugas": "WATCHED", "tutup": "CAMPAIGN"}


def events(begun_at: datetime) -> list[Event]:
    """What happens before the first visit, and then in each hour between two visits."""
    old, video = begun_at - timedelta(days=2), Picture("biasa")
    listed = [
        Publish(old + timedelta(minutes=n), "calon", f"lama{n}", f"Rapat {n}\n\nIsi {n}", video)
        for n in range(5)
    ]
    second, fourth = begun_at + SLOT / 2, begun_at + 2.5 * SLOT
    return [
        *listed,
        Publish(old + timedelta(days=1), "calon", "kampanye",
                "Kampanye di lapangan A\n\nhttps://contoh.example/a", COVER),
        Publish(old + timedelta(days=1), "calon", "ditarik", "Undangan\n\nDitarik nanti", video),
        Publish(old + timedelta(days=1), "calon", "pesan", "Besok kumpul pukul tujuh"),
        Publish(old, "tutup", "tamat", "Sebelum ditutup\n\nIsi", video),
        Reply(old + timedelta(days=1, hours=1), "petugas", "dukung", "kampanye", "Saya dukung"),
        Reply(old + timedelta(days=1, hours=1), "warga", "hadir", "kampanye", "Saya hadir"),
        Edit(second, "kampanye", "Kampanye di lapangan B\n\nhttps://contoh.example/b"),
        Remove(second, "ditarik"),
        ExpireMedia(second, "lama1"),
        Suspend(second, "tutup"),
        RateLimit(second, second + SLOT, "youtube", retry_after_s=1, refusals=1),
        LoginWall(fourth, fourth + SLOT, "youtube"),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What the office has after four visits, and the network it visited."""

    office: Office
    sandbox: Sandbox

    def outcomes(self, key: str) -> list[str]:
        """The outcomes of an account's visits, in order."""
        (watch,) = (
            row["id"] for row in self.office.rows("watches") if row["native_id"] == channel(key)
        )
        return [row["outcome"] for row in self.office.rows("outcomes", watch=watch)]


def channel(key: str) -> str:
    return markup.channel_id(key)


@pytest.fixture(scope="module")
def seen(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    url = database(mongo_server, "sandbox_youtube")
    with office(tmp_path_factory.mktemp("youtube-office"), url) as bureau:
        start = bureau.begun_at - timedelta(days=3)
        accounts = tuple(Account(k, "youtube", k, k.title(), start) for k in (*PEOPLE, "warga"))
        scenario = Scenario("youtube", accounts, tuple(events(bureau.begun_at)))
        with Sandbox(scenario, bureau.now) as sandbox:
            base = sandbox.bases["youtube"]
            bureau.watch(
                *(
                    {"platform": "youtube", "account": f"@{key}", "side": side, "base_url": base, "status_class": "PNS",
                     "person": key}
                    for key, side in PEOPLE.items()
                )
            )  # fmt: skip
            for _ in range(4):
                sandbox.set_clock(bureau.now)
                bureau.visit()
            yield Seen(bureau, sandbox)
            assert sandbox.errors == []


def test_every_video_of_both_pages_and_the_post_are_known_with_their_whole_text(seen: Seen) -> None:
    rows = {row["native_id"] for row in seen.office.rows("posts")}

    assert {markup.video_id(f"lama{n}") for n in range(5)} <= rows
    assert seen.office.texts(markup.video_id("lama3")) == ["Rapat 3\n\nIsi 3"]
    assert seen.office.texts(markup.post_id("pesan")) == ["Besok kumpul pukul tujuh"]


def test_an_edited_video_has_two_snapshots_and_both_texts(seen: Seen) -> None:
    assert seen.office.texts(markup.video_id("kampanye")) == [
        "Kampanye di lapangan A\n\nhttps://contoh.example/a",
        "Kampanye di lapangan B\n\nhttps://contoh.example/b",
    ]


def test_a_cover_under_a_new_address_is_no_edit(seen: Seen) -> None:
    assert seen.office.texts(markup.video_id("lama1")) == ["Rapat 1\n\nIsi 1"]


def test_a_removed_video_is_unseen_first_and_absent_after_a_second_visit(seen: Seen) -> None:
    found = seen.office.rows("observations", native_id=markup.video_id("ditarik"))

    assert [one["state"] for one in found][-2:] == [SeenState.UNSEEN, SeenState.ABSENT]
    assert found[-1]["marker"].endswith("This video has been removed by the uploader")
    assert found[-1]["control"]


def test_a_suspended_channel_is_told_in_youtubes_words_and_a_wall_ends_blocked(seen: Seen) -> None:
    (closed,) = (r for r in seen.office.rows("watches") if r["native_id"] == channel("tutup"))

    assert closed["state"] == SeenState.SUSPENDED
    assert seen.outcomes("calon")[-1] == "BLOCKED"
    assert "BLOCKED" not in seen.outcomes("petugas")[:-1]


def test_one_short_rate_limit_is_waited_for(seen: Seen) -> None:
    limited = [served for served in seen.sandbox.requests if served.status == 429]

    assert len(limited) == 1
    assert "BLOCKED" not in seen.outcomes("calon")[:-1]


def test_only_the_watched_commentator_is_kept(seen: Seen) -> None:
    edges = seen.office.rows("interactions")

    assert {edge["act"] for edge in edges} == {"COMMENT"}
    assert {edge["target"] for edge in edges} == {markup.video_id("kampanye")}
    everything = json.dumps(seen.office.rows("captures"), default=str)
    assert "Saya hadir" not in everything
    assert len(edges) == 1


def test_kept_cover_is_byte_for_byte_what_was_served(seen: Seen) -> None:
    kept = {
        hashlib.sha256(seen.office.body(row["id"])).hexdigest()
        for row in seen.office.rows("captures", kind="media")
    }

    assert hashlib.sha256(draw(COVER)).hexdigest() in kept

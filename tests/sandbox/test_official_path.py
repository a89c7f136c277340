"""Official interfaces on a simulated network: the pages are behind a wall, the key opens the rest."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pymongo
import pytest
from bson.raw_bson import RawBSONDocument

from evidence.model import SeenState
from sandbox.event import (
    Edit,
    Event,
    GoPrivate,
    Like,
    LoginWall,
    Picture,
    Publish,
    RateLimit,
    Remove,
    Reply,
    Repost,
    Suspend,
)
from sandbox.picture import draw
from sandbox.server import Sandbox
from sandbox.shapes import x_markup, youtube_markup
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office, verify

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(240)]
SLOT = timedelta(hours=1)
CARD = Picture("kartu kampanye", 400)
PEOPLE = {"calon": "CAMPAIGN", "petugas": "WATCHED", "tutup": "CAMPAIGN"}
PLATFORMS = ("x", "youtube")
CANARIES = {"JEJAK_X_TOKEN": "kenari-x-8d1f-rahasia", "JEJAK_YOUTUBE_KEY": "kenari-yt-5c2a-rahasia"}
BOTH = pytest.mark.parametrize("platform", PLATFORMS)


def events(platform: str, begun_at: datetime) -> list[Event]:
    """What happens before the first visit, and before the second one. No page is ever shown."""
    old, second = begun_at - timedelta(days=2), begun_at + SLOT / 2
    calon, petugas, tutup, warga = (f"{platform}-{key}" for key in (*PEOPLE, "warga"))
    post, later = f"{platform}-kampanye", old + timedelta(hours=9)
    told: list[Event] = [
        Publish(
            old + timedelta(minutes=n), calon, f"{platform}-lama{n}", f"Rapat {n}\n\nIsi {n}", CARD
        )
        for n in range(6)
    ]
    told += [
        Publish(later, calon, post, "Kumpul di A & B\n\nhttps://contoh.example/a", CARD),
        Publish(old, tutup, f"{platform}-tamat", "Sebelum ditutup", CARD),
        Reply(later + SLOT, petugas, f"{platform}-dukung", post, "Saya dukung"),
        Reply(later + SLOT, warga, f"{platform}-hadir", post, "Saya hadir"),
        Edit(second, post, "Kumpul di C\n\nhttps://contoh.example/c"),
        Remove(second, f"{platform}-lama5"),
        Suspend(second, tutup) if platform == "youtube" else GoPrivate(second, tutup),
        RateLimit(second, second + SLOT, platform, retry_after_s=1, refusals=1),
        *(LoginWall(old, begun_at + 9 * SLOT, platform, account) for account in (calon, petugas, tutup)),
    ]  # fmt: skip
    if platform == "x":
        told += [
            Like(later + SLOT, petugas, post), Like(later + SLOT, warga, post),
            Repost(later + SLOT, petugas, "x-sebar", post),
        ]  # fmt: skip
    return told


@dataclass(frozen=True, slots=True)
class Seen:
    """What the office has after two visits, the network, and all that was said meanwhile."""

    office: Office
    sandbox: Sandbox
    told: str

    def number(self, platform: str, key: str) -> str:
        """The first number of a post."""
        post = self.sandbox.world.posts[f"{platform}-{key}"]
        return x_markup.numbers(post)[0] if platform == "x" else youtube_markup.video_id(post.key)

    def captures(self, platform: str, kind: str = "exchange") -> list[dict[str, Any]]:
        """What an interface gave."""
        watches = {row["id"] for row in self.office.rows("watches", platform=platform)}
        rows = self.office.rows("captures", kind=kind, via="OFFICIAL")
        return [row for row in rows if row["watch"] in watches]


@pytest.fixture(scope="module")
def seen(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    url = database(mongo_server, "sandbox_official")
    with office(tmp_path_factory.mktemp("official-office"), url) as bureau:
        # Nothing is in the browser's place: behind the wall there is nothing to be drawn.
        bureau.config = replace(bureau.config, official=PLATFORMS, chromium="/bin/false")
        start = bureau.begun_at - timedelta(days=3)
        accounts = tuple(
            Account(f"{platform}-{key}", platform, key, key.title(), start)
            for platform in PLATFORMS
            for key in (*PEOPLE, "warga")
        )
        happened = tuple(e for platform in PLATFORMS for e in events(platform, bureau.begun_at))
        errors = os.open(bureau.folder / "said", os.O_CREAT | os.O_RDWR)
        with Sandbox(Scenario("official", accounts, happened), bureau.now) as sandbox:
            bureau.watch(
                *(
                    {"platform": platform, "account": f"@{key}", "side": side, "person": key,
                     "base_url": sandbox.bases[platform], "status_class": "PNS"}
                    for platform in PLATFORMS
                    for key, side in PEOPLE.items()
                )
            )  # fmt: skip
            usual = os.dup(2)
            os.dup2(errors, 2)  # what the crawl processes log
            try:
                with mock.patch.dict(os.environ, CANARIES):
                    for _ in range(2):
                        sandbox.set_clock(bureau.now)
                        bureau.visit()
            finally:
                os.dup2(usual, 2)
            yield Seen(bureau, sandbox, (bureau.folder / "said").read_text())
            assert sandbox.errors == []


@BOTH
def test_posts_of_all_pages_are_known_though_no_page_is_shown(seen: Seen, platform: str) -> None:
    known = {row["native_id"] for row in seen.office.rows("posts", platform=platform)}
    pages = [row["url"] for row in seen.captures(platform)]

    assert {seen.number(platform, f"lama{n}") for n in range(6)} <= known
    assert any("pageToken=" in url or "pagination_token=" in url for url in pages)
    assert seen.office.texts(seen.number(platform, "lama3")) == ["Rapat 3\n\nIsi 3"]


@BOTH
def test_an_edit_is_one_more_snapshot_of_the_same_post(seen: Seen, platform: str) -> None:
    assert seen.office.texts(seen.number(platform, "kampanye")) == [
        "Kumpul di A & B\n\nhttps://contoh.example/a",
        "Kumpul di C\n\nhttps://contoh.example/c",
    ]
    row = seen.office.post(seen.number(platform, "kampanye"))
    assert row["published_at"] == seen.sandbox.world.posts[f"{platform}-kampanye"].published_at


@BOTH
def test_a_post_that_is_no_longer_listed_is_not_called_absent(seen: Seen, platform: str) -> None:
    """One visit without it, and no marker in its place, say nothing of it."""
    found = seen.office.rows("observations", native_id=seen.number(platform, "lama5"))

    assert SeenState.ABSENT not in {one["state"] for one in found}


@pytest.mark.parametrize(("platform", "gap"), [("x", "NOT_RENDERED"), ("youtube", "GATED")])
def test_what_the_pages_keep_back_is_a_gap_beside_what_the_interface_gave(
    seen: Seen, platform: str, gap: str
) -> None:
    (watch,) = seen.office.rows("watches", platform=platform, handle="calon")
    rows = seen.office.rows("outcomes", watch=watch["id"])

    assert [row["outcome"] for row in rows] == ["PARTIAL", "PARTIAL"]
    assert [gap in {one["code"] for one in row["gaps"]} for row in rows] == [True, True]


def test_a_closed_account_is_told_by_the_interface(seen: Seen) -> None:
    (private,) = seen.office.rows("watches", platform="x", handle="tutup")

    assert private["state"] == SeenState.PRIVATE


@BOTH
def test_one_short_rate_limit_is_waited_for(seen: Seen, platform: str) -> None:
    served = [one for one in seen.sandbox.requests if one.platform == platform]

    assert [one.status for one in served].count(429) == 1


@BOTH
def test_acts_of_the_watched_account_are_kept_and_those_of_strangers_are_not(
    seen: Seen, platform: str
) -> None:
    target = seen.number(platform, "kampanye")
    edges = seen.office.rows("interactions")
    mine = {(edge["act"], edge["target"]) for edge in edges if edge["platform"] == platform}

    wanted = {"COMMENT"} if platform == "youtube" else {"COMMENT", "LIKE", "SHARE"}
    assert mine == {(act, target) for act in wanted}
    assert all(edge["actor_watch"] for edge in edges)


@BOTH
def test_the_kept_picture_is_byte_for_byte_what_was_served(seen: Seen, platform: str) -> None:
    watches = {row["id"] for row in seen.office.rows("watches", platform=platform)}
    rows = [row for row in seen.office.rows("captures", kind="media") if row["watch"] in watches]

    kept = {hashlib.sha256(seen.office.body(row["id"])).digest() for row in rows}
    assert hashlib.sha256(draw(CARD)).digest() in kept


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and what is packed inside of it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from unfolded(str(path), path.read_bytes())


def unfolded(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, its members if it is a ZIP, its contents if it is a gzip."""
    yield name, data
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as held:
            for member in held.namelist():
                yield from unfolded(f"{name}/{member}", held.read(member))
    if data.startswith(b"\x1f\x8b"):
        yield f"{name} unpacked", gzip.decompress(data)


def everything(seen: Seen, url: str) -> Iterator[tuple[str, bytes]]:
    """All the archive, the installation, the logs and a package are made of."""
    yield "log", seen.told.encode()
    yield "requests", json.dumps([repr(one) for one in seen.sandbox.requests]).encode()
    with pymongo.MongoClient[Any](url, document_class=RawBSONDocument) as client:
        held = client.get_default_database()
        for name in held.list_collection_names():
            yield from ((f"collection {name}", row.raw) for row in held[name].find())
    for entry in seen.office.archive.entries():
        for ref in entry.statement.objects:
            opening = seen.office.archive.open_object(entry.statement.rec, ref.role)
            yield f"{entry.statement.type} {ref.role}", opening.data if opening else b""
    package, trust = seen.office.package()
    assert verify(package, trust).returncode == 0
    yield from files(seen.office.folder)


def test_no_key_is_in_the_archive_its_files_its_logs_or_a_package(
    seen: Seen, mongo_server: str
) -> None:
    places = []
    for place, data in everything(seen, database(mongo_server, "sandbox_official")):
        places.append(place)
        assert not [name for name, key in CANARIES.items() if key.encode() in data], place

    looked_at = " ".join(places)
    assert all(part in looked_at for part in ("exchange", ".warc", "collection statements"))
    assert seen.captures("x")
    assert seen.captures("youtube")

"""From a watchlist to evidence on simulated platforms that need Chromium: real process, archive."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.browser import find_chromium
from evidence.errors import ConfigError
from evidence.model import SeenState
from sandbox.event import (
    Edit,
    Event,
    ExpireMedia,
    GoPrivate,
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
from sandbox.shapes import tiktok_markup, x_markup
from sandbox.shapes.tiktok import CLIP
from sandbox.world import Account, Scenario, Shown
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.browser, pytest.mark.timeout(400)]
SLOT = timedelta(hours=1)
CARD = Picture("kartu kampanye", 600)
PEOPLE = {"calon": "CAMPAIGN", "petugas": "WATCHED", "tutup": "WATCHED"}
PLATFORMS = ("x", "tiktok")
VISITS = 3
DELETED = {"x": "TweetTombstone: This Post was deleted", "tiktok": "10217 item is deleted"}
ANSWERS = {
    "x": {"UserByScreenName", "UserTweets", "TweetDetail"},
    "tiktok": {"post/item_list", "repost/item_list", "comment/list"},
}
BOTH = pytest.mark.parametrize("platform", PLATFORMS)


def events(platform: str, begun_at: datetime) -> list[Event]:
    """What happens before the first visit, and then in each hour between two visits."""
    old, second = begun_at - timedelta(days=2), begun_at + SLOT / 2
    later = old + timedelta(days=1)
    calon, petugas, tutup, warga = (f"{platform}-{key}" for key in (*PEOPLE, "warga"))
    listed = [
        Publish(old + timedelta(minutes=n), calon, f"{platform}-lama{n}", f"Kabar nomor {n}")
        for n in range(11)
    ]
    post, gone = f"{platform}-kampanye", f"{platform}-ditarik"
    answer, other = later + timedelta(hours=1), later + timedelta(hours=2)
    return [
        *listed,
        Publish(later, calon, post, "Kumpul di A & B, peta: https://contoh.example/a", CARD),
        Publish(later, calon, gone, "Undangan yang akan ditarik"),
        Reply(answer, petugas, f"{platform}-dukung", post, "Saya dukung"),
        Reply(answer, warga, f"{platform}-hadir", post, "Saya hadir"),
        Repost(other, petugas, f"{platform}-sebar", post),
        Edit(second, post, "Kumpul di C, peta: https://contoh.example/c"),
        ExpireMedia(second, post),
        Remove(second, gone),
        RateLimit(second, second + SLOT, platform, retry_after_s=1, refusals=1),
        LoginWall(second + SLOT, second + 2 * SLOT, platform, petugas),
        Publish(later, tutup, f"{platform}-tamat", "Sebelum ditutup"),
        GoPrivate(second, tutup),
        Suspend(second + SLOT, tutup),
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the office has after its visits, and the network it visited."""

    office: Office
    sandbox: Sandbox

    def post(self, platform: str, key: str) -> Shown:
        """A post of the scenario."""
        return self.sandbox.world.posts[f"{platform}-{key}"]

    def number(self, platform: str, key: str) -> str:
        """Its first number on the platform."""
        post = self.post(platform, key)
        if platform == "x":
            return x_markup.numbers(post)[0]
        return tiktok_markup.number(post.published_at, post.key)

    def watch(self, platform: str, key: str) -> dict[str, Any]:
        """The watched account of a key."""
        (row,) = (
            row for row in self.office.rows("watches", platform=platform) if row["handle"] == key
        )
        return row

    def outcomes(self, platform: str, key: str) -> list[str]:
        """The outcomes of an account's visits, in order."""
        watch = self.watch(platform, key)["id"]
        return [row["outcome"] for row in self.office.rows("outcomes", watch=watch)]

    def captures(self, platform: str, key: str) -> list[dict[str, Any]]:
        """What was kept of an account."""
        return self.office.rows("captures", watch=self.watch(platform, key)["id"])


@pytest.fixture(scope="module")
def seen(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    try:
        find_chromium(os.environ.get("JEJAK_CHROMIUM", ""))
    except ConfigError as error:
        pytest.skip(f"{error}")
    url = database(mongo_server, "sandbox_browsed")
    with office(tmp_path_factory.mktemp("browsed-office"), url) as bureau:
        start = bureau.begun_at - timedelta(days=3)
        accounts = tuple(
            Account(f"{platform}-{key}", platform, key, key.title(), start)
            for platform in PLATFORMS
            for key in (*PEOPLE, "warga")
        )
        happened = [e for platform in PLATFORMS for e in events(platform, bureau.begun_at)]
        with Sandbox(Scenario("browsed", accounts, tuple(happened)), bureau.now) as sandbox:
            bureau.watch(
                *(
                    {"platform": platform, "account": f"@{key}", "side": side, "person": key,
                     "base_url": sandbox.bases[platform], "status_class": "PNS"}
                    for platform in PLATFORMS
                    for key, side in PEOPLE.items()
                )
            )  # fmt: skip
            for _ in range(VISITS):
                sandbox.set_clock(bureau.now)
                bureau.visit()
            yield Seen(bureau, sandbox)
            assert sandbox.errors == []


@BOTH
def test_the_posts_of_both_pages_of_the_list_are_known(seen: Seen, platform: str) -> None:
    known = {row["native_id"] for row in seen.office.rows("posts", platform=platform)}

    assert {seen.number(platform, f"lama{n}") for n in range(11)} <= known
    assert seen.office.texts(seen.number(platform, "lama3")) == ["Kabar nomor 3"]


@BOTH
def test_an_edited_post_is_one_post_with_both_texts(seen: Seen, platform: str) -> None:
    assert seen.office.texts(seen.number(platform, "kampanye")) == [
        "Kumpul di A & B, peta: https://contoh.example/a",
        "Kumpul di C, peta: https://contoh.example/c",
    ]


def test_the_number_of_a_later_version_on_x_is_no_post_of_its_own(seen: Seen) -> None:
    first, second = x_markup.numbers(seen.post("x", "kampanye"))

    assert seen.office.post(first)["snapshots"] == 2
    assert seen.office.rows("posts", native_id=second) == []


@BOTH
def test_a_removed_post_is_unseen_first_and_absent_after_a_second_visit(
    seen: Seen, platform: str
) -> None:
    number = seen.number(platform, "ditarik")
    found = seen.office.rows("observations", native_id=number)

    assert [one["state"] for one in found][-2:] == [SeenState.UNSEEN, SeenState.ABSENT]
    assert found[-1]["marker"].startswith(DELETED[platform])
    assert found[-1]["control"]


@BOTH
def test_a_login_wall_ends_blocked_and_says_nothing_of_the_account(
    seen: Seen, platform: str
) -> None:
    assert seen.outcomes(platform, "petugas")[-1] == "BLOCKED"
    assert seen.watch(platform, "petugas")["state"] == SeenState.PRESENT


@pytest.mark.parametrize(
    ("platform", "states"),
    [
        ("x", [SeenState.PRESENT, SeenState.PRIVATE, SeenState.SUSPENDED]),
        # TikTok says of a closed account what it says of one that never was: told after two looks.
        ("tiktok", [SeenState.PRESENT, SeenState.PRIVATE, SeenState.UNSEEN]),
    ],
)
def test_an_account_that_goes_private_and_is_closed_is_told_and_its_posts_are_not_absent(
    seen: Seen, platform: str, states: list[SeenState]
) -> None:
    watch = seen.watch(platform, "tutup")["id"]

    assert [row["state"] for row in seen.office.rows("accounts", watch=watch)] == states
    assert seen.office.post(seen.number(platform, "tamat"))["state"] != SeenState.ABSENT
    assert not {"EMPTY", "FAILED"} & set(seen.outcomes(platform, "tutup"))


@BOTH
def test_one_short_rate_limit_is_waited_for(seen: Seen, platform: str) -> None:
    asked = [served for served in seen.sandbox.requests if served.platform == platform]

    assert [served.status for served in asked].count(429) == 1
    assert "BLOCKED" not in seen.outcomes(platform, "calon")


@BOTH
def test_acts_of_the_watched_account_are_kept_and_those_of_strangers_are_not(
    seen: Seen, platform: str
) -> None:
    watch, target = seen.watch(platform, "petugas")["id"], seen.number(platform, "kampanye")
    edges = seen.office.rows("interactions", actor_watch=watch)

    assert {(e["act"], e["target"]) for e in edges} == {("COMMENT", target), ("SHARE", target)}
    assert {e["actor_watch"] for e in seen.office.rows("interactions")} == {
        seen.watch(name, "petugas")["id"] for name in PLATFORMS
    }
    assert "Saya hadir" not in json.dumps(seen.office.rows("posts"), default=str)


@BOTH
def test_the_kept_picture_is_byte_for_byte_what_was_served(seen: Seen, platform: str) -> None:
    kept = {
        hashlib.sha256(seen.office.body(row["id"])).hexdigest()
        for row in seen.captures(platform, "calon")
        if row["kind"] == "media"
    }

    assert hashlib.sha256(draw(CARD)).hexdigest() in kept
    if platform == "tiktok":
        clip = CLIP + seen.number(platform, "lama3").encode()
        assert hashlib.sha256(clip).hexdigest() in kept


@BOTH
def test_each_look_keeps_document_answers_drawn_page_and_screenshot(
    seen: Seen, platform: str
) -> None:
    rows = seen.captures(platform, "calon")
    paths = {row["url"].partition("?")[0].rstrip("/") for row in rows}

    assert {"exchange", "dom", "screenshot"} <= {row["kind"] for row in rows}
    assert all(any(path.endswith(f"/{name}") for path in paths) for name in ANSWERS[platform])

"""From a watchlist to evidence on a simulated X, through Chromium: the real process and archive."""

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
    LoginWall,
    Picture,
    Publish,
    RateLimit,
    Remove,
    Reply,
    Repost,
)
from sandbox.picture import draw
from sandbox.server import Sandbox
from sandbox.shapes import x_markup as markup
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.browser, pytest.mark.timeout(240)]
SLOT = timedelta(hours=1)
CARD = Picture("kartu kampanye", 600)
PEOPLE = {"calon": "CAMPAIGN", "petugas": "WATCHED"}
VISITS = 3


def events(begun_at: datetime) -> list[Event]:
    """What happens before the first visit, and then in each hour between two visits."""
    old, second = begun_at - timedelta(days=2), begun_at + SLOT / 2
    listed = [
        Publish(old + timedelta(minutes=n), "calon", f"lama{n}", f"Kabar nomor {n}")
        for n in range(11)
    ]
    return [
        *listed,
        Publish(old + timedelta(days=1), "calon", "kampanye", "Kumpul di A & B, peta: https://contoh.example/a", CARD),
        Publish(old + timedelta(days=1), "calon", "ditarik", "Undangan yang akan ditarik"),
        Reply(old + timedelta(days=1, hours=1), "petugas", "dukung", "kampanye", "Saya dukung"),
        Reply(old + timedelta(days=1, hours=1), "warga", "hadir", "kampanye", "Saya hadir"),
        Repost(old + timedelta(days=1, hours=2), "petugas", "sebar", "kampanye"),
        Edit(second, "kampanye", "Kumpul di C, peta: https://contoh.example/c"),
        ExpireMedia(second, "kampanye"),
        Remove(second, "ditarik"),
        RateLimit(second, second + SLOT, "x", retry_after_s=1, refusals=1),
        LoginWall(second + SLOT, second + 2 * SLOT, "x", "petugas"),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What the office has after its visits, and the network it visited."""

    office: Office
    sandbox: Sandbox

    def number(self, key: str) -> str:
        """The first number of a post of the scenario."""
        return markup.numbers(self.sandbox.world.posts[key])[0]

    def watch(self, key: str) -> dict[str, Any]:
        """The watched account of a key."""
        sought = markup.account_number(key)
        (row,) = (row for row in self.office.rows("watches") if row["native_id"] == sought)
        return row

    def outcomes(self, key: str) -> list[str]:
        """The outcomes of an account's visits, in order."""
        watch = self.watch(key)["id"]
        return [row["outcome"] for row in self.office.rows("outcomes", watch=watch)]


@pytest.fixture(scope="module")
def seen(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    try:
        find_chromium(os.environ.get("JEJAK_CHROMIUM", ""))
    except ConfigError as error:
        pytest.skip(f"{error}")
    url = database(mongo_server, "sandbox_x")
    with office(tmp_path_factory.mktemp("x-office"), url) as bureau:
        start = bureau.begun_at - timedelta(days=3)
        accounts = tuple(Account(k, "x", k, k.title(), start) for k in (*PEOPLE, "warga"))
        scenario = Scenario("x", accounts, tuple(events(bureau.begun_at)))
        with Sandbox(scenario, bureau.now) as sandbox:
            base = sandbox.bases["x"]
            bureau.watch(
                *(
                    {"platform": "x", "account": f"@{key}", "side": side, "base_url": base,
                     "status_class": "PNS", "person": key}
                    for key, side in PEOPLE.items()
                )
            )  # fmt: skip
            for _ in range(VISITS):
                sandbox.set_clock(bureau.now)
                bureau.visit()
            yield Seen(bureau, sandbox)
            assert sandbox.errors == []


def test_the_posts_of_both_pages_are_known_with_their_links_written_out(seen: Seen) -> None:
    known = {row["native_id"] for row in seen.office.rows("posts")}

    assert {seen.number(f"lama{n}") for n in range(11)} <= known
    assert seen.office.texts(seen.number("lama3")) == ["Kabar nomor 3"]


def test_an_edited_post_is_one_post_with_both_texts(seen: Seen) -> None:
    first, second = markup.numbers(seen.sandbox.world.posts["kampanye"])

    assert seen.office.texts(first) == [
        "Kumpul di A & B, peta: https://contoh.example/a",
        "Kumpul di C, peta: https://contoh.example/c",
    ]
    assert seen.office.rows("posts", native_id=second) == []


def test_a_removed_post_is_unseen_first_and_absent_after_a_second_visit(seen: Seen) -> None:
    found = seen.office.rows("observations", native_id=seen.number("ditarik"))

    assert [one["state"] for one in found][-2:] == [SeenState.UNSEEN, SeenState.ABSENT]
    assert found[-1]["marker"].startswith("TweetTombstone: This Post was deleted")
    assert found[-1]["control"]


def test_a_login_wall_ends_blocked_and_says_nothing_of_the_account(seen: Seen) -> None:
    assert seen.outcomes("petugas")[-1] == "BLOCKED"
    assert seen.watch("petugas")["state"] == SeenState.PRESENT


def test_one_short_rate_limit_is_waited_for(seen: Seen) -> None:
    assert [served.status for served in seen.sandbox.requests].count(429) == 1
    assert "BLOCKED" not in seen.outcomes("calon")


def test_acts_of_the_watched_account_are_kept_and_those_of_strangers_are_not(seen: Seen) -> None:
    edges = {(edge["act"], edge["target"]) for edge in seen.office.rows("interactions")}

    assert {("COMMENT", seen.number("kampanye")), ("SHARE", seen.number("kampanye"))} <= edges
    assert len(edges) == 2
    assert "Saya hadir" not in json.dumps(seen.office.rows("posts"), default=str)


def test_the_kept_picture_is_byte_for_byte_what_was_served(seen: Seen) -> None:
    kept = {
        hashlib.sha256(seen.office.body(row["id"])).hexdigest()
        for row in seen.office.rows("captures", kind="media")
    }

    assert kept == {hashlib.sha256(draw(CARD)).hexdigest()}


def test_each_look_keeps_document_answers_drawn_page_and_screenshot(seen: Seen) -> None:
    watch = seen.watch("calon")["id"]
    rows = seen.office.rows("captures", watch=watch)
    kinds = {row["kind"] for row in rows}
    asked = {row["url"].partition("?")[0].rsplit("/", 1)[-1] for row in rows}

    assert {"exchange", "dom", "screenshot"} <= kinds
    assert {"UserByScreenName", "UserTweets", "TweetDetail"} <= asked

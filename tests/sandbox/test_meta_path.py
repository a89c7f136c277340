"""From a watchlist to evidence on a simulated Instagram and Facebook, through Chromium.

The real spider processes and archive; one office visits both, three times.
"""

from __future__ import annotations

import hashlib
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
)
from sandbox.picture import draw
from sandbox.server import Sandbox
from sandbox.shapes.relay import account_number, number
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.browser, pytest.mark.timeout(240)]
SLOT = timedelta(hours=1)
META = ("instagram", "facebook")
CARD = Picture("kartu kampanye", 600)
PEOPLE = {"calon": "CAMPAIGN", "petugas": "WATCHED", "kunci": "WATCHED"}


def events(platform: str, begun_at: datetime) -> list[Event]:
    """What happens before the first visit, and then between two visits."""
    old, second, third = begun_at - timedelta(days=1), begun_at + SLOT / 2, begun_at + 1.5 * SLOT

    def mine(key: str) -> str:
        return f"{platform}-{key}"

    return [
        Publish(old, mine("calon"), mine("ajak"), "Pilih kami di kotak A", CARD),
        Publish(old + SLOT, mine("calon"), mine("tarik"), "Ditarik nanti", Picture("lain", 300)),
        Publish(old, mine("kunci"), mine("pribadi"), "Sebelum dikunci", Picture("kunci", 300)),
        Reply(old + 2 * SLOT, mine("petugas"), mine("dukung"), mine("ajak"), "Siap mendukung"),
        Reply(old + 2 * SLOT, mine("warga"), mine("hadir"), mine("ajak"), "Saya hadir"),
        Publish(old, mine("petugas"), mine("dinas"), "Pelayanan hari ini", Picture("dinas", 300)),
        Repost(old + 3 * SLOT, mine("petugas"), mine("sebar"), mine("ajak")),
        Edit(second, mine("ajak"), "Pilih kami di kotak B"),
        ExpireMedia(second, mine("ajak")),
        Remove(second, mine("tarik")),
        GoPrivate(second, mine("kunci")),
        RateLimit(second, second + SLOT, platform, retry_after_s=1, refusals=1),
        LoginWall(third, third + SLOT, platform, mine("petugas")),
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the office has after its visits, and the network it visited."""

    office: Office
    sandbox: Sandbox

    def number(self, platform: str, key: str) -> str:
        """The number of a post of the scenario."""
        post = self.sandbox.world.posts[f"{platform}-{key}"]
        return number(post.published_at, post.key)

    def watch(self, platform: str, key: str) -> dict[str, Any]:
        """The watchlist row of an account."""
        own = account_number(f"{platform}-{key}")
        (row,) = (row for row in self.office.rows("watches") if row["native_id"] == own)
        return row

    def outcomes(self, platform: str, key: str) -> list[str]:
        """The outcomes of an account's visits, in order."""
        watch = self.watch(platform, key)["id"]
        return [str(row["outcome"]) for row in self.office.rows("outcomes", watch=watch)]


@pytest.fixture(scope="module")
def seen(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    try:
        find_chromium(os.environ.get("JEJAK_CHROMIUM", ""))
    except ConfigError as error:
        pytest.skip(f"{error}")
    url = database(mongo_server, "sandbox_meta")
    with office(tmp_path_factory.mktemp("meta-office"), url) as bureau:
        start = bureau.begun_at - timedelta(days=3)
        accounts = tuple(
            Account(f"{platform}-{key}", platform, f"{key}.contoh", key.title(), start)
            for platform in META
            for key in (*PEOPLE, "warga")
        )
        told = [event for platform in META for event in events(platform, bureau.begun_at)]
        with Sandbox(Scenario("meta", accounts, tuple(told)), bureau.now) as sandbox:
            bureau.watch(
                *(
                    {"platform": platform, "account": f"{key}.contoh", "side": side,
                     "base_url": sandbox.bases[platform], "status_class": "PNS",
                     "person": f"{platform} {key}"}
                    for platform in META
                    for key, side in PEOPLE.items()
                    if (platform, key) != ("facebook", "kunci")
                )
            )  # fmt: skip
            for _ in range(3):
                sandbox.set_clock(bureau.now)
                bureau.visit()
            yield Seen(bureau, sandbox)
            assert sandbox.errors == []


@pytest.mark.parametrize("platform", META)
def test_posts_of_the_pages_own_answers_are_known(seen: Seen, platform: str) -> None:
    assert seen.office.texts(seen.number(platform, "dinas")) == ["Pelayanan hari ini"]


@pytest.mark.parametrize("platform", META)
def test_an_edit_is_one_more_snapshot_and_a_new_address_is_none(seen: Seen, platform: str) -> None:
    assert seen.office.texts(seen.number(platform, "ajak")) == [
        "Pilih kami di kotak A",
        "Pilih kami di kotak B",
    ]


def test_a_removed_post_of_instagram_is_absent_after_two_visits(seen: Seen) -> None:
    found = seen.office.rows("observations", native_id=seen.number("instagram", "tarik"))

    assert [one["state"] for one in found][-2:] == [SeenState.UNSEEN, SeenState.ABSENT]
    assert found[-1]["marker"] == "httpErrorPage, HTTP 404"
    assert found[-1]["control"]


def test_a_post_facebook_does_not_show_is_gated_in_its_own_words_and_never_absent(
    seen: Seen,
) -> None:
    found = seen.office.rows("observations", native_id=seen.number("facebook", "tarik"))

    assert [one["state"] for one in found][-1] == SeenState.GATED
    assert found[-1]["marker"] == "This content isn't available right now"


def test_a_private_account_of_instagram_is_told(seen: Seen) -> None:
    assert seen.watch("instagram", "kunci")["state"] == SeenState.PRIVATE
    assert seen.outcomes("instagram", "kunci")[0] != "BLOCKED"


@pytest.mark.parametrize("platform", META)
def test_a_login_wall_ends_blocked_and_is_never_empty(seen: Seen, platform: str) -> None:
    assert seen.outcomes(platform, "petugas")[-1] == "BLOCKED"
    assert "EMPTY" not in seen.outcomes(platform, "petugas")


@pytest.mark.parametrize("platform", META)
def test_one_short_rate_limit_is_waited_for(seen: Seen, platform: str) -> None:
    limited = [r for r in seen.sandbox.requests if r.status == 429 and r.platform == platform]

    assert len(limited) == 1
    assert seen.outcomes(platform, "calon")[1] != "BLOCKED"


@pytest.mark.parametrize("platform", META)
def test_only_the_watched_commentator_is_an_edge(seen: Seen, platform: str) -> None:
    edges = [e for e in seen.office.rows("interactions") if e["platform"] == platform]

    assert {(e["act"], e["target"]) for e in edges if e["act"] == "COMMENT"} == {
        ("COMMENT", seen.number(platform, "ajak"))
    }
    assert {e["actor_watch"] for e in edges} == {seen.watch(platform, "petugas")["id"]}


def test_kept_picture_is_byte_for_byte_what_was_served(seen: Seen) -> None:
    kept = {
        hashlib.sha256(seen.office.body(row["id"])).hexdigest()
        for row in seen.office.rows("captures", kind="media")
    }

    assert hashlib.sha256(draw(CARD)).hexdigest() in kept


def test_document_answers_dom_and_picture_of_a_look_are_kept(seen: Seen) -> None:
    kinds = {row["kind"] for row in seen.office.rows("captures")}

    assert {"exchange", "dom", "screenshot"} <= kinds


def test_no_visit_of_a_sound_network_drifts(seen: Seen) -> None:
    codes = {gap["code"] for row in seen.office.rows("outcomes") for gap in row["gaps"]}

    assert "DRIFT" not in codes
    assert "NO_CONTROL" not in codes

"""From a watchlist to evidence on a simulated Threads: the real spider process and archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

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
from sandbox.shapes.instagram_markup import post_number
from sandbox.shapes.relay import account_number
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(240)]
SLOT = timedelta(hours=1)
CARD = Picture("kartu calon")
PEOPLE = {"calon.contoh": "CAMPAIGN", "lurah.contoh": "WATCHED"}


def events(begun_at: datetime) -> list[Event]:
    """What happens before the first visit, and then in each hour between two visits."""
    old, second, fourth = begun_at - timedelta(days=1), begun_at + SLOT / 2, begun_at + 2.5 * SLOT
    return [
        Publish(old, "calon.contoh", "ajak", "Pilih kami di kotak A", CARD),
        Publish(old, "calon.contoh", "tarik", "Ditarik nanti"),
        Reply(old + SLOT, "lurah.contoh", "dukung", "ajak", "Siap mendukung"),
        Reply(old + SLOT, "warga", "hadir", "ajak", "Saya hadir"),
        Repost(old + 2 * SLOT, "lurah.contoh", "sebar", "ajak"),
        Edit(second, "ajak", "Pilih kami di kotak B"),
        Publish(old, "calon.contoh", "foto", "Foto kegiatan", Picture("kegiatan", 300)),
        ExpireMedia(second, "foto"),
        Remove(second, "tarik"),
        GoPrivate(second, "lurah.contoh"),
        RateLimit(second, second + SLOT, "threads", retry_after_s=1, refusals=1),
        LoginWall(fourth, fourth + SLOT, "threads"),
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the office has after four visits, and the network it visited."""

    office: Office
    sandbox: Sandbox

    def number(self, key: str) -> str:
        """The number of a post of the scenario."""
        return post_number(self.sandbox.world.posts[key])

    def watch(self, key: str) -> dict[str, object]:
        """The watchlist row of an account."""
        own = account_number(key)
        (row,) = (row for row in self.office.rows("watches") if row["native_id"] == own)
        return row

    def outcomes(self, key: str) -> list[str]:
        """The outcomes of an account's visits, in order."""
        rows = self.office.rows("outcomes", watch=self.watch(key)["id"])
        return [str(row["outcome"]) for row in rows]


@pytest.fixture(scope="module")
def seen(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    url = database(mongo_server, "sandbox_threads")
    with office(tmp_path_factory.mktemp("threads-office"), url) as bureau:
        start = bureau.begun_at - timedelta(days=3)
        accounts = tuple(Account(k, "threads", k, k.title(), start) for k in (*PEOPLE, "warga"))
        scenario = Scenario("threads", accounts, tuple(events(bureau.begun_at)))
        with Sandbox(scenario, bureau.now) as sandbox:
            base = sandbox.bases["threads"]
            bureau.watch(
                *(
                    {"platform": "threads", "account": key, "side": side, "base_url": base,
                     "status_class": "PNS", "person": key}
                    for key, side in PEOPLE.items()
                )
            )  # fmt: skip
            for _ in range(4):
                sandbox.set_clock(bureau.now)
                bureau.visit()
            yield Seen(bureau, sandbox)
            assert sandbox.errors == []


def test_an_edited_thread_has_two_snapshots_and_both_texts(seen: Seen) -> None:
    assert seen.office.texts(seen.number("ajak")) == [
        "Pilih kami di kotak A",
        "Pilih kami di kotak B",
    ]


def test_a_picture_under_a_new_address_is_no_edit(seen: Seen) -> None:
    assert seen.office.texts(seen.number("foto")) == ["Foto kegiatan"]


def test_a_removed_thread_is_unseen_first_and_absent_after_a_second_visit(seen: Seen) -> None:
    found = seen.office.rows("observations", native_id=seen.number("tarik"))

    assert [one["state"] for one in found][-2:] == [SeenState.UNSEEN, SeenState.ABSENT]
    assert found[-1]["marker"] == "error=invalid_post"
    assert found[-1]["control"]


def test_an_account_gone_private_is_told_and_a_wall_ends_blocked(seen: Seen) -> None:
    assert seen.watch("lurah.contoh")["state"] == SeenState.PRIVATE
    assert seen.outcomes("calon.contoh")[-1] == "BLOCKED"
    assert "BLOCKED" not in seen.outcomes("calon.contoh")[:-1]


def test_one_short_rate_limit_is_waited_for(seen: Seen) -> None:
    assert sum(served.status == 429 for served in seen.sandbox.requests) == 1


def test_the_watched_accounts_answer_and_repost_are_edges_and_a_strangers_is_not(
    seen: Seen,
) -> None:
    edges = seen.office.rows("interactions")

    assert {(edge["act"], edge["target"]) for edge in edges} == {
        ("COMMENT", seen.number("ajak")),
        ("SHARE", seen.number("ajak")),
    }
    assert {edge["actor_watch"] for edge in edges} == {seen.watch("lurah.contoh")["id"]}


def test_kept_picture_is_byte_for_byte_what_was_served(seen: Seen) -> None:
    kept = {
        hashlib.sha256(seen.office.body(row["id"])).hexdigest()
        for row in seen.office.rows("captures", kind="media")
    }

    assert hashlib.sha256(draw(CARD)).hexdigest() in kept

"""A like taken back, from the watchlist to the archive: real spider process, simulated Mastodon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sandbox.event import Like, Publish
from sandbox.server import Sandbox
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(240)]
SLOT = timedelta(hours=1)
PEOPLE = {"calon": "CAMPAIGN", "lurah": "WATCHED", "camat": "WATCHED"}


@pytest.fixture(scope="module")
def bureau(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office after three visits; two of three likes end between the second and the third.

    Who is watched is known by id from the second visit on: the first one resolves the accounts.
    """
    url = database(mongo_server, "sandbox_withdrawal")
    with office(tmp_path_factory.mktemp("withdrawal-office"), url) as bureau:
        old, until = bureau.begun_at - timedelta(days=1), bureau.begun_at + 1.5 * SLOT
        accounts = tuple(
            Account(key, "mastodon", key, key.title(), old - timedelta(days=9))
            for key in (*PEOPLE, "warga")
        )
        events = (
            Publish(old, "calon", "satu", "Pilih kami"),
            Publish(old, "calon", "dua", "Sekali lagi"),
            Like(old, "lurah", "satu", until),
            Like(old, "camat", "dua"),
            Like(old, "warga", "dua", until),
        )
        with Sandbox(Scenario("uji", accounts, events), bureau.now) as sandbox:
            bureau.watch(
                *(
                    {"platform": "mastodon", "account": f"@{key}@contoh.test", "side": side,
                     "base_url": sandbox.bases["mastodon"], "status_class": "PNS", "person": key}
                    for key, side in PEOPLE.items()
                )
            )  # fmt: skip
            for _ in range(3):
                sandbox.set_clock(bureau.now)
                bureau.visit()
            assert sandbox.errors == []
            yield bureau


def edge_of(bureau: Office, name: str) -> dict[str, Any]:
    (edge,) = [row for row in bureau.rows("interactions") if name in str(row["actor_handle"])]
    return edge


def test_a_like_taken_back_is_withdrawn_between_two_visits(bureau: Office) -> None:
    edge = edge_of(bureau, "lurah")

    assert edge["act"] == "LIKE"
    assert bureau.begun_at + SLOT <= edge["last_seen_at"] < bureau.begun_at + 1.5 * SLOT
    assert bureau.begun_at + 2 * SLOT <= edge["withdrawn_at"] < bureau.begun_at + 3 * SLOT


def test_a_like_that_stands_is_seen_again_and_again(bureau: Office) -> None:
    edge = edge_of(bureau, "camat")

    assert edge["withdrawn_at"] is None
    assert edge["last_seen_at"] > bureau.begun_at + 2 * SLOT


def test_a_strangers_like_is_nowhere(bureau: Office) -> None:
    names = {str(row["actor_handle"]).partition("@")[0] for row in bureau.rows("interactions")}

    assert names == {"lurah", "camat"}

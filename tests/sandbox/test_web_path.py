"""From a watchlist to evidence on simulated sites of the web: the real spider process and archive."""

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
)
from sandbox.picture import draw
from sandbox.server import Sandbox
from sandbox.shapes import web as shape
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(240)]
SLOT = timedelta(hours=1)
PHOTO = Picture("foto kegiatan", alt="Kegiatan")


def events(begun_at: datetime) -> list[Event]:
    """What happens before the first visit, and then in the hours between visits."""
    old = begun_at - timedelta(days=2)
    second, fourth = begun_at + SLOT / 2, begun_at + 2.5 * SLOT
    return [
        Publish(old, "calon", "kunjungan", "Kunjungan ke pasar\nCalon menyapa pedagang.", PHOTO),
        Publish(old + SLOT, "calon", "janji", "Janji jembatan\nJembatan selesai tahun depan."),
        Publish(old, "kabar", "liputan", "Liputan kampanye\nLapangan A penuh sejak pagi."),
        Edit(second, "janji", "Janji jembatan\nJembatan selesai dalam dua tahun."),
        Publish(old, "calon", "foto", "Foto pasar\nDi pasar pagi.", Picture("pasar", 300)),
        ExpireMedia(second, "foto"),
        Remove(second, "kunjungan"),
        RateLimit(second, second + SLOT, "web", retry_after_s=1, refusals=1),
        GoPrivate(second, "kabar"),
        LoginWall(fourth, fourth + SLOT, "web"),
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the office has after four visits."""

    office: Office
    sandbox: Sandbox

    def address(self, key: str) -> str:
        """An article's address."""
        world = self.sandbox.world
        post = world.posts[key]
        return self.sandbox.bases["web"] + shape.address(post, world.accounts[post.account])

    def outcomes(self, key: str) -> list[str]:
        """The outcomes of a site's visits, in order."""
        site = f"{self.sandbox.bases['web']}/situs/{key}/"
        (watch,) = (r["id"] for r in self.office.rows("watches") if r["native_id"] == site)
        return [row["outcome"] for row in self.office.rows("outcomes", watch=watch)]


@pytest.fixture(scope="module")
def seen(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    url = database(mongo_server, "sandbox_web")
    with office(tmp_path_factory.mktemp("web-office"), url) as bureau:
        start = bureau.begun_at - timedelta(days=3)
        accounts = tuple(
            Account(k, "web", k, k.title(), start, "Situs") for k in ("calon", "kabar")
        )
        scenario = Scenario("web", accounts, tuple(events(bureau.begun_at)))
        with Sandbox(scenario, bureau.now) as sandbox:
            base = sandbox.bases["web"]
            bureau.watch(
                *(
                    {"platform": "web", "account": f"{base}/situs/{key}/", "side": "CAMPAIGN",
                     "person": key}
                    for key in ("calon", "kabar")
                )
            )  # fmt: skip
            for _ in range(4):
                sandbox.set_clock(bureau.now)
                bureau.visit()
            yield Seen(bureau, sandbox)
            assert sandbox.errors == []


def test_the_first_page_and_its_articles_are_known_with_their_text(seen: Seen) -> None:
    rows = {row["native_id"] for row in seen.office.rows("posts")}

    assert {seen.address("kunjungan"), seen.address("janji"), seen.address("liputan")} <= rows
    assert seen.office.texts(seen.address("liputan")) == [
        "Liputan kampanye\n\nLapangan A penuh sejak pagi."
    ]


def test_an_edited_article_has_two_snapshots_and_both_texts(seen: Seen) -> None:
    assert seen.office.texts(seen.address("janji")) == [
        "Janji jembatan\n\nJembatan selesai tahun depan.",
        "Janji jembatan\n\nJembatan selesai dalam dua tahun.",
    ]


def test_an_article_whose_picture_has_another_address_keeps_its_text(seen: Seen) -> None:
    assert set(seen.office.texts(seen.address("foto"))) == {"Foto pasar\n\nDi pasar pagi."}


def test_a_removed_article_is_unseen_first_and_absent_after_a_second_visit(seen: Seen) -> None:
    found = seen.office.rows("observations", native_id=seen.address("kunjungan"))

    assert [one["state"] for one in found][-2:] == [SeenState.UNSEEN, SeenState.ABSENT]
    assert found[-1]["marker"] == "HTTP 404"
    assert found[-1]["control"]


def test_a_closed_site_and_a_wall_end_blocked_and_are_no_absence(seen: Seen) -> None:
    assert seen.outcomes("kabar")[1:] == ["BLOCKED"] * 3
    assert seen.outcomes("calon")[-1] == "BLOCKED"
    assert "BLOCKED" not in seen.outcomes("calon")[:-1]
    assert seen.office.post(seen.address("liputan"))["state"] == SeenState.PRESENT


def test_one_short_rate_limit_is_waited_for_and_unchanged_pages_are_not_sent_again(
    seen: Seen,
) -> None:
    statuses = [served.status for served in seen.sandbox.requests]

    assert statuses.count(429) == 1
    assert 304 in statuses


def test_kept_picture_is_byte_for_byte_what_was_served(seen: Seen) -> None:
    kept = {
        hashlib.sha256(seen.office.body(row["id"])).hexdigest()
        for row in seen.office.rows("captures", kind="media")
    }

    assert hashlib.sha256(draw(PHOTO)).hexdigest() in kept

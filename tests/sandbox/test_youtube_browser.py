"""YouTube as its robots.txt leaves it: comments are what the page itself fetches, in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from crawler.browser import find_chromium
from evidence.errors import ConfigError
from sandbox.event import Event, Picture, Publish, Reply
from sandbox.server import Sandbox
from sandbox.shapes import youtube_markup as markup
from sandbox.world import Account, Scenario
from tests.servers.office import Office, database, office

pytestmark = [pytest.mark.mongo, pytest.mark.browser, pytest.mark.timeout(240)]
ROBOTS = b"User-agent: *\nDisallow: /feeds/videos.xml\nDisallow: /youtubei/\n"


@pytest.fixture(scope="module")
def bureau(mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    try:
        find_chromium(os.environ.get("JEJAK_CHROMIUM", ""))
    except ConfigError as error:
        pytest.skip(f"{error}")
    url = database(mongo_server, "sandbox_youtube_browser")
    with office(tmp_path_factory.mktemp("youtube-browser"), url) as opened:
        start = opened.begun_at - timedelta(days=3)
        keys = ("calon", "petugas", "warga")
        accounts = tuple(Account(k, "youtube", k, k.title(), start) for k in keys)
        events: list[Event] = [
            Publish(start, "calon", "kampanye", "Kampanye\n\nDi lapangan A", Picture("kartu")),
            Reply(start + timedelta(hours=1), "petugas", "dukung", "kampanye", "Saya dukung"),
            Reply(start + timedelta(hours=2), "warga", "hadir", "kampanye", "Saya hadir"),
        ]
        network = Scenario("youtube", accounts, tuple(events))
        with Sandbox(network, opened.now, robots={"youtube": ROBOTS}) as sandbox:
            common = {"platform": "youtube", "base_url": sandbox.bases["youtube"]}
            opened.watch(
                {**common, "account": "@calon", "side": "CAMPAIGN", "person": "calon"},
                {**common, "account": "@petugas", "side": "WATCHED", "person": "petugas",
                 "status_class": "PNS"},
            )  # fmt: skip
            opened.visit()
            yield opened
            assert sandbox.errors == []


def test_the_watched_commentator_is_seen_through_the_page_and_no_other(bureau: Office) -> None:
    edges = bureau.rows("interactions")

    assert [(e["act"], e["target"]) for e in edges] == [("COMMENT", markup.video_id("kampanye"))]


def test_what_robots_txt_forbids_and_that_it_is_a_part_are_gaps(bureau: Office) -> None:
    reasons = ", ".join(row["reason"] for row in bureau.rows("outcomes", outcome="PARTIAL"))

    assert {"ROBOTS", "LIST_TRUNCATED", "MEDIA_SKIPPED"} <= set(reasons.split(", "))


def test_the_video_itself_is_whole_without_the_feed(bureau: Office) -> None:
    assert bureau.texts(markup.video_id("kampanye")) == ["Kampanye\n\nDi lapangan A"]

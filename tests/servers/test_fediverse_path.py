"""From a watchlist to evidence, over federated snac2 instances: a Mastodon API that is not Mastodon."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from crawler.browser import find_chromium
from evidence.errors import ConfigError
from evidence.model import SeenState, StatementType
from tests.servers.fediverse import Fediverse, Person
from tests.servers.office import Office, database, office
from tests.servers.reading import picture

pytestmark = [pytest.mark.servers, pytest.mark.mongo, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class Campaign:
    """What happened, and the office that watched it for three slots."""

    office: Office
    servers: Fediverse
    candidate: Person
    closed: Person
    image: bytes
    pictured: dict[str, Any]
    edited: dict[str, Any]
    removed: dict[str, Any]

    def post(self, status: dict[str, Any]) -> dict[str, Any]:
        """What the archive knows of a status, by its public address."""
        (row,) = (row for row in self.office.rows("posts") if row["url"] == status["uri"])
        return row


@pytest.fixture(scope="module")
def campaign(
    fediverse: Fediverse, mongo_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaign]:
    here, there = fediverse.here, fediverse.there
    candidate, closed = here.join("calon"), there.join("tertutup")
    url = database(mongo_server, "servers_fediverse")
    with office(tmp_path_factory.mktemp("fediverse-office"), url) as bureau:
        common = {"platform": "mastodon", "side": "CAMPAIGN"}
        bureau.watch(
            {**common, "account": "@calon", "base_url": here.url, "person": "Calon",
             "render": "ya"},
            {**common, "account": "@tertutup", "base_url": there.url, "person": "Tertutup"},
        )  # fmt: skip
        image = picture(4)
        pictured = candidate.post("Pasar baru dibuka", image, "pasar")
        edited = candidate.post("Kampanye di lapangan A")
        removed = candidate.post("Undangan yang ditarik")
        closed.post("Tidak untuk perayap")
        there.front.robots = None  # the server's own robots.txt refuses everybody
        bureau.visit()

        candidate.edit(edited, "Kampanye di lapangan B")
        candidate.delete(removed)
        here.front.refusals += [("/api/v1/accounts/lookup", 429, {"Retry-After": "1"})]
        bureau.visit()

        bureau.visit()
        yield Campaign(bureau, fediverse, candidate, closed, image, pictured, edited, removed)


def test_every_due_slot_has_exactly_one_outcome(campaign: Campaign) -> None:
    slots = [row["slot"] for row in campaign.office.rows("outcomes")]

    assert len(slots) == len(set(slots)) == 6


def test_an_edited_post_has_two_snapshots_and_both_texts(campaign: Campaign) -> None:
    row = campaign.post(campaign.edited)

    assert campaign.office.texts(row["native_id"]) == [
        "Kampanye di lapangan A",
        "Kampanye di lapangan B",
    ]


def test_a_removed_post_is_unseen_first_and_absent_after_a_second_visit(
    campaign: Campaign,
) -> None:
    row = campaign.post(campaign.removed)
    seen = campaign.office.rows("observations", native_id=row["native_id"])

    assert [one["state"] for one in seen] == [SeenState.UNSEEN, SeenState.ABSENT]
    assert all(one["control"] for one in seen)
    assert seen[1]["marker"] == "HTTP 404"
    assert row["last_seen_at"] < seen[1]["first_absent_at"] < seen[1]["seen_at"]


def test_kept_picture_is_byte_for_byte_what_was_uploaded(campaign: Campaign) -> None:
    kept = {
        hashlib.sha256(campaign.office.body(row["id"])).hexdigest()
        for row in campaign.office.rows("captures", kind="media")
    }

    assert hashlib.sha256(campaign.image).hexdigest() in kept


def test_one_short_rate_limit_is_waited_for_and_the_visit_still_sees_the_edit(
    campaign: Campaign,
) -> None:
    captures = [
        entry.statement.facts
        for entry in campaign.office.archive.entries()
        if entry.statement.type is StatementType.CAPTURE
    ]

    (limited,) = (facts for facts in captures if facts["status"] == 429)
    assert limited["state"] == "COMPLETE"  # the refusal itself is kept
    assert any(facts["visit"] == limited["visit"] and facts["status"] == 200 for facts in captures)


def test_a_robots_txt_that_refuses_everybody_is_obeyed_and_said(campaign: Campaign) -> None:
    (watch,) = campaign.office.rows("watches", person="Tertutup")
    outcomes = campaign.office.rows("outcomes", watch=watch["id"])

    asked = {path for _, path, agent in campaign.servers.there.front.seen if "Jejak" in agent}
    assert asked == {"/robots.txt"}
    assert {row["outcome"] for row in outcomes} == {"BLOCKED"}
    assert {gap["code"] for row in outcomes for gap in row["gaps"]} == {"ROBOTS"}


def test_the_crawler_says_who_it_is_and_how_to_reach_it(campaign: Campaign) -> None:
    agents = {
        agent
        for _, path, agent in campaign.servers.here.front.seen
        if path.startswith("/api/v1/accounts/lookup")
    }

    assert any("Jejak" in agent and "https://example.org/uji" in agent for agent in agents)


def test_projections_made_anew_from_the_log_say_the_same(campaign: Campaign) -> None:
    before = campaign.office.tables()

    campaign.office.rebuild()

    assert campaign.office.tables() == before


@pytest.mark.browser
def test_new_posts_have_a_screenshot_of_their_public_page(campaign: Campaign) -> None:
    try:
        find_chromium(campaign.office.config.chromium)
    except ConfigError as error:
        pytest.skip(str(error))
    shots = campaign.office.rows("captures", kind="screenshot")

    assert len(shots) == 4  # three new posts, then the edited one
    for row in shots:
        shown = Image.open(io.BytesIO(campaign.office.body(row["id"])))
        assert shown.width >= 1000
        colours = shown.convert("RGB").getcolors(1 << 24) or []
        assert len(colours) > 10  # letters on paper, not a blank page


@pytest.mark.browser
def test_the_rendered_document_holds_the_posts_text(campaign: Campaign) -> None:
    try:
        find_chromium(campaign.office.config.chromium)
    except ConfigError as error:
        pytest.skip(str(error))
    documents = [
        campaign.office.body(row["id"]).decode()
        for row in campaign.office.rows("captures", kind="dom")
    ]

    assert any("Kampanye di lapangan B" in document for document in documents)

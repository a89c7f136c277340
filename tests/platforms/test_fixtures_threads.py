"""The Threads reader on a recorded page, field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Act, Reading

FIXTURE = Path(__file__).parents[2] / "../shared/fixtures/threads/post_zuck_DPCXhCwkqEe.html"
pytestmark = pytest.mark.fixtures
ZUCK, MAIN = "63055343223", "3729646867191079198"
STRANGERS = [
    "6nox6animae6",
    "denise_lapin",
    "aremando_",
    "chrispaintsandcosplays",
    "katgillis",
    "jillsmokler",
    "glaserface",
    "salty_amy",
    "robbymueller",
    "zrocker13",
    "mjgallop",
    "lcorangefield",
    "faespirals",
    "brandon.staceyyy",
    "davowankenobi",
    "thequeenoftrips",
    "brynncastle",
    "lisa_with_an_ess",
]


@pytest.fixture(scope="module", params=["https://www.threads.com/@zuck/post/DPCXhCwkqEe", ""])
def reading(request: pytest.FixtureRequest) -> Reading:
    """With its address, and without any: the page says itself what it is of."""
    if not FIXTURE.is_file():
        pytest.skip(
            f"{FIXTURE.resolve()} is not there; put the recorded responses beside the project"
        )
    return registry.read("threads", Page(request.param, 200, {}, FIXTURE.read_bytes()))


def test_posts_of_the_account_field_by_field(reading: Reading) -> None:
    assert [
        (p.native_id, p.published_at, p.counts.like, p.counts.comment, p.counts.share, p.reply_to)
        for p in reading.posts
    ] == [
        (MAIN, datetime(2025, 9, 25, 19, 29, 35, tzinfo=UTC), 2351, 2077, 134, None),
        ("3729647191016528900", datetime(2025, 9, 25, 19, 30, 13, tzinfo=UTC), 1874, 266, 110, MAIN),
        ("3729647253251611554", datetime(2025, 9, 25, 19, 30, 21, tzinfo=UTC), 283, 88, 10,
         "3729647191016528900"),
    ]  # fmt: skip
    assert {(p.author_id, p.author_handle) for p in reading.posts} == {(ZUCK, "zuck")}
    assert reading.posts[0].url == "https://www.threads.com/@zuck/post/DPCXhCwkqEe"


def test_words_are_whole_where_the_head_cuts_them(reading: Reading) -> None:
    text = reading.posts[0].text or ""

    assert text.startswith("\u2060Introducing Vibes -- a feed of expressive AI-generated videos")
    assert text.endswith("with leading models and music for free.")
    assert reading.posts[1].text == "Some fun vibes:"


def test_carousel_gives_five_videos(reading: Reading) -> None:
    media = reading.posts[1].media

    assert [m.type for m in media] == ["video"] * 5
    assert media[0].key == "3729646973013343653"
    assert len({m.key for m in media}) == 5
    assert reading.posts[0].media == ()


def test_answers_of_strangers_are_acts_towards_the_post_and_no_posts(reading: Reading) -> None:
    theirs = [e for e in reading.interactions if e.actor_id != ZUCK]

    assert [e.actor_handle for e in theirs] == STRANGERS
    assert {(e.act, e.target, e.target_account) for e in theirs} == {(Act.COMMENT, MAIN, "zuck")}
    assert theirs[1].actor_id == "63404061444"
    assert theirs[1].native_id == "3729835860071122812"
    assert theirs[1].at == datetime.fromtimestamp(1758851104, UTC)
    assert (theirs[0].text or "").startswith("Are you ")


def test_nothing_is_drift_absent_or_empty_and_no_related_post_is_taken(reading: Reading) -> None:
    assert not any((reading.drift, reading.states, reading.empty))
    assert len(reading.posts) == 3
    assert "azo4lyfe" not in {e.actor_handle for e in reading.interactions}

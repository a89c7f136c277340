"""The Facebook reader on a recorded page, field by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Act, Reading

FIXTURE = (
    Path(__file__).parents[2] / "../shared/fixtures/facebook/www_event_pitbull_logged_out.html"
)
pytestmark = pytest.mark.fixtures
EVENT = "602005831971873"
HOSTS = [
    ("104371842930883", "calgarystampede", "Calgary Stampede"),
    ("100063699336240", "StampedeEntInc", "Stampede Ent. Inc."),
    ("426321674227135", "scotiabanksaddledome", "Scotiabank Saddledome"),
    ("100044535845092", "pitbull", "Pitbull"),
]


@pytest.fixture(scope="module", params=[f"https://www.facebook.com/events/{EVENT}/", ""])
def reading(request: pytest.FixtureRequest) -> Reading:
    """With its address, and without any: the page says itself what it is of."""
    if not FIXTURE.is_file():
        pytest.skip(
            f"{FIXTURE.resolve()} is not there; put the recorded responses beside the project"
        )
    return registry.read("facebook", Page(request.param, 200, {}, FIXTURE.read_bytes()))


def test_event_is_a_post_of_the_host_named_first(reading: Reading) -> None:
    (post,) = reading.posts

    assert (post.native_id, post.author_id, post.author_handle) == (EVENT, *HOSTS[0][:2])
    assert (post.text or "").startswith("Pitbull\n\nTicket includes admission to Stampede Park\n\n")
    assert post.url == f"https://www.facebook.com/events/{EVENT}/"
    assert post.published_at is None
    (cover,) = post.media
    assert cover.type == "image"
    assert "fbcdn.net" in cover.url
    assert cover.alt is None


def test_its_other_hosts_are_tagged_and_all_are_accounts(reading: Reading) -> None:
    assert [(a.native_id, a.handle, a.display_name) for a in reading.accounts] == HOSTS
    assert [(e.act, e.actor_id, e.target, e.target_account) for e in reading.interactions] == [
        (Act.TAG, HOSTS[0][0], own, handle) for own, handle, _ in HOSTS[1:]
    ]


def test_a_live_page_is_neither_drift_nor_walled_nor_empty(reading: Reading) -> None:
    assert not any((reading.states, reading.drift, reading.empty))

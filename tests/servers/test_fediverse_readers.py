"""The Mastodon reader on answers of snac2, an implementation that is not Mastodon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

from crawler.platforms.mastodon import urls
from evidence.model import Post, Reading, SeenState
from tests.servers.fediverse import Fediverse, Person
from tests.servers.process import get, wait_for
from tests.servers.reading import picture, seen

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
LOOKUP = "/api/v1/accounts/lookup"
ACTIVITY = "application/activity+json"


@dataclass(frozen=True, slots=True)
class Story:
    """A writer here, a reader there."""

    servers: Fediverse
    writer: Person
    image: bytes
    pictured: dict[str, Any]
    edited: dict[str, Any]
    removed: dict[str, Any]

    @property
    def base(self) -> str:
        return self.servers.here.url

    def listing(self) -> Reading:
        (account,) = seen("mastodon", urls.lookup(self.base, self.writer.name)).accounts
        assert account.native_id is not None
        return seen("mastodon", urls.statuses(self.base, account.native_id))


@pytest.fixture(scope="module")
def story(fediverse: Fediverse) -> Story:
    writer, reader = fediverse.here.join("penulis"), fediverse.there.join("pembaca")
    reader.follow(writer)
    image = picture(2)
    pictured = writer.post("Pasar pagi ramai", image, "pasar pagi")
    edited = writer.post("sebelum disunting")
    writer.edit(edited, "sesudah disunting")
    removed = writer.post("akan ditarik")
    writer.delete(removed)
    received = reader.received("Pasar pagi ramai")
    reader.like(received)
    return Story(fediverse, writer, image, pictured, edited, removed)


def by_url(reading: Reading) -> dict[str | None, Post]:
    return {post.url: post for post in reading.posts}


def test_listing_shows_what_stands_and_nothing_else(story: Story) -> None:
    reading = story.listing()

    texts = {(post.text or "").strip() for post in reading.posts}
    assert texts == {"Pasar pagi ramai", "sesudah disunting"}
    assert reading.drift == ()


def test_an_edit_carries_the_time_of_the_edit(story: Story) -> None:
    posts = by_url(story.listing())

    assert posts[story.edited["uri"]].edited_at is not None
    assert posts[story.pictured["uri"]].edited_at is None


def test_picture_address_gives_the_uploaded_bytes(story: Story) -> None:
    (media,) = by_url(story.listing())[story.pictured["uri"]].media

    received = get(media.url).content

    assert hashlib.sha256(received).digest() == hashlib.sha256(story.image).digest()
    assert media.alt == "pasar pagi"


def test_a_like_from_another_server_is_counted_exactly(story: Story) -> None:
    def likes() -> int | None:
        return by_url(story.listing())[story.pictured["uri"]].counts.like

    wait_for(lambda: likes() == 1, "the like is counted")


def test_who_liked_is_behind_a_login_here_and_says_so(story: Story) -> None:
    reading = seen("mastodon", urls.status(story.base, story.pictured["id"], "favourited_by"))

    assert {state.state for state in reading.states} == {SeenState.GATED}
    assert reading.interactions == ()
    assert not reading.empty


def test_bare_404_of_another_implementation_is_drift_neither_absent_nor_empty(
    story: Story,
) -> None:
    """snac2 says 404 in HTML; without the API's error object it may be a route that moved."""
    reading = seen("mastodon", urls.lookup(story.base, "tidakada"))

    assert ["404" in drift.detail for drift in reading.drift] == [True]
    assert reading.states == ()
    assert not reading.empty


def test_note_as_activity_is_read_like_the_status(story: Story) -> None:
    reading = seen("mastodon", story.pictured["uri"], Accept=ACTIVITY)

    (post,) = reading.posts
    assert (post.text or "").strip() == "Pasar pagi ramai"
    assert len(post.media) == 1


def test_removed_note_is_absent_by_its_status(story: Story) -> None:
    reading = seen("mastodon", story.removed["uri"], Accept=ACTIVITY)

    assert reading.posts == ()
    assert {state.state for state in reading.states} == {SeenState.ABSENT}


def test_actor_document_names_the_account(story: Story) -> None:
    reading = seen("mastodon", story.writer.url, Accept=ACTIVITY)

    (account,) = reading.accounts
    assert (account.handle or "").startswith("penulis")
    assert account.state is SeenState.PRESENT


def test_rate_limit_in_front_is_blocked_and_never_empty(story: Story) -> None:
    story.servers.here.front.refusals.append((LOOKUP, 429, {"Retry-After": "7"}))

    reading = seen("mastodon", urls.lookup(story.base, story.writer.name))

    assert {state.state for state in reading.states} == {SeenState.BLOCKED}
    assert not reading.empty


def test_person_who_left_is_never_shown_as_present_or_empty(story: Story) -> None:
    gone = story.servers.here.join("pergi")
    gone.post("sampai jumpa")
    gone.leave()

    reading = seen("mastodon", gone.url, Accept=ACTIVITY)

    assert reading.posts == ()
    assert reading.accounts == ()
    assert not reading.empty
    assert reading.states or reading.drift

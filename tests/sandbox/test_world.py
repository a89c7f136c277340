"""The simulated network follows from scenario and time alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.event import Edit, GoPrivate, Like, Publish, RateLimit, Remove, Rename
from sandbox.scenarios.demo import ACCOUNTS, TICKS, scenario
from sandbox.world import Access, Account, Scenario, World, state

START = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNT = Account("a", "mastodon", "a_contoh", "A", START)
MOMENTS = st.integers(0, 8 * 24 * 60).map(lambda minute: START + timedelta(minutes=minute))


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def world(now: datetime, *events: object) -> World:
    return state(Scenario("test", (ACCOUNT,), events), now)  # type: ignore[arg-type]


def test_a_post_is_there_from_its_publication_to_its_removal() -> None:
    events = (Publish(hour(2), "a", "p", "teks"), Remove(hour(5), "p"))

    assert world(hour(1), *events).visible("p") is None
    assert world(hour(2), *events).visible("p") is not None
    assert world(hour(5), *events).visible("p") is None


def test_an_edit_keeps_the_earlier_text_as_a_version() -> None:
    events = (Publish(hour(1), "a", "p", "lama"), Edit(hour(3), "p", "baru"))

    post = world(hour(4), *events).posts["p"]
    assert post.text == "baru"
    assert post.edited_at == hour(3)
    assert [text for _, text in post.versions] == ["lama", "baru"]


def test_a_private_account_hides_its_posts_and_keeps_them() -> None:
    events = (Publish(hour(1), "a", "p", "teks"), GoPrivate(hour(2), "a"))

    after = world(hour(3), *events)
    assert after.accounts["a"].access is Access.PRIVATE
    assert after.visible("p") is None
    assert not after.posts["p"].removed


def test_a_like_ends_when_it_was_taken_back() -> None:
    events = (Publish(hour(1), "a", "p", "teks"), Like(hour(2), "a", "p", until=hour(4)))

    assert len(world(hour(3), *events).likes_of("p")) == 1
    assert world(hour(4), *events).likes_of("p") == []


def test_a_fault_holds_within_its_window_only() -> None:
    limit = RateLimit(hour(2), hour(3), "mastodon")

    assert [world(hour(n), limit).faults for n in (1, 2, 3)] == [(), (limit,), ()]


def test_an_event_about_an_unknown_post_is_refused() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        world(hour(2), Edit(hour(1), "nowhere", "teks"))


def test_a_rename_keeps_every_earlier_handle() -> None:
    assert world(hour(2), Rename(hour(1), "a", "b_contoh")).accounts["a"].handles == (
        "a_contoh",
        "b_contoh",
    )


@given(MOMENTS, MOMENTS)
def test_what_was_once_published_renamed_or_written_is_never_unsaid(
    one: datetime, other: datetime
) -> None:
    earlier, later = (state(scenario(), now) for now in sorted((one, other)))

    for key, post in earlier.posts.items():
        assert later.posts[key].versions[: len(post.versions)] == post.versions
        assert later.posts[key].published_at == post.published_at
        assert later.posts[key].removed >= post.removed
    for key, stage in earlier.accounts.items():
        assert later.accounts[key].handles[: len(stage.handles)] == stage.handles
    assert set(earlier.follows) <= set(later.follows)


@given(MOMENTS)
def test_the_same_time_gives_the_same_world(now: datetime) -> None:
    assert state(scenario(), now) == state(scenario(), now)


def test_the_demo_watches_five_and_follows_five_on_four_platforms() -> None:
    assert len(ACCOUNTS) == 10
    assert {account.platform for account in ACCOUNTS} == {"mastodon", "bluesky", "telegram", "feed"}


def test_every_event_of_the_demo_falls_before_its_last_tick() -> None:
    assert all(event.at <= TICKS[-1] for event in scenario().events)

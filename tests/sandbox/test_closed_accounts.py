"""Accounts the simulated X and TikTok do not show, as the readers tell them: no server, no browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import SeenState
from sandbox.answer import Ask
from sandbox.event import Event, GoPrivate, Publish, Remove, Suspend
from sandbox.server import Sandbox
from sandbox.shapes import tiktok_markup, x_markup
from sandbox.world import Account, Scenario

START = datetime(2026, 11, 1, tzinfo=UTC)
NOON = START + timedelta(hours=12)
X_ASKS = {
    "account": "/i/api/graphql/a1/UserByScreenName",
    "post": "/i/api/graphql/a1/TweetDetail",
    "embed": "/tweet-result",
}


def states(platform: str, path: str, query: dict[str, str], *events: Event) -> set[SeenState]:
    """The states the platform's reader sees at an address after some events."""
    accounts = (Account("a", platform, "akun", "Akun", START - timedelta(days=9)),)
    scenario = Scenario("uji", accounts, (Publish(START, "a", "p", "teks"), *events))
    sandbox = Sandbox(scenario, NOON)
    ask = Ask("http://127.0.0.1", path, {name: (value,) for name, value in query.items()})
    said = sandbox.answer(platform, ask)
    sandbox.close()
    assert said is not None
    reading = read(platform, Page(f"http://127.0.0.1{path}", said.status, {}, said.body))
    assert reading.drift == ()
    assert not reading.empty
    return {state.state for state in reading.states}


def x_state(asked: str, *events: Event) -> set[SeenState]:
    number = x_markup.number(START, "p")
    query = {
        "account": {"variables": json.dumps({"screen_name": "akun"})},
        "post": {"variables": json.dumps({"focalTweetId": number})},
        "embed": {"id": number, "token": "0"},
    }[asked]
    return states("x", X_ASKS[asked], query, *events)


@pytest.mark.parametrize("asked", X_ASKS)
def test_a_suspended_account_of_x_is_told_wherever_it_is_asked_for(asked: str) -> None:
    assert x_state(asked, Suspend(NOON, "a")) == {SeenState.SUSPENDED}


@pytest.mark.parametrize("asked", X_ASKS)
def test_a_protected_account_of_x_is_told_wherever_it_is_asked_for(asked: str) -> None:
    assert x_state(asked, GoPrivate(NOON, "a")) == {SeenState.PRIVATE}


@pytest.mark.parametrize("asked", ["post", "embed"])
def test_a_removed_post_of_x_is_told_in_its_place(asked: str) -> None:
    assert x_state(asked, Remove(NOON, "p")) == {SeenState.ABSENT}


@pytest.mark.parametrize("asked", X_ASKS)
def test_what_x_shows_carries_no_marker(asked: str) -> None:
    assert x_state(asked) == set()


PROFILE, POST = "/@akun", f"/@akun/video/{tiktok_markup.number(START, 'p')}"


@pytest.mark.parametrize(
    ("path", "events", "expected"),
    [
        (PROFILE, (Suspend(NOON, "a"),), {SeenState.ABSENT}),
        (PROFILE, (GoPrivate(NOON, "a"),), {SeenState.PRIVATE}),
        (POST, (GoPrivate(NOON, "a"),), {SeenState.PRIVATE}),
        (POST, (Remove(NOON, "p"),), {SeenState.ABSENT}),
        ("/embed/@akun", (GoPrivate(NOON, "a"),), {SeenState.UNSEEN}),
        (PROFILE, (), set()),
        (POST, (), set()),
        ("/embed/@akun", (), set()),
    ],
)
def test_what_tiktok_does_not_show_is_told_by_its_code(
    path: str, events: tuple[Event, ...], expected: set[SeenState]
) -> None:
    assert states("tiktok", path, {}, *events) == expected

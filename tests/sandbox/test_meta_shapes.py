"""Instagram, Threads and Facebook of the sandbox, read as what the scenario says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import Act, Reading, SeenState
from sandbox.event import Edit, Follow, GoPrivate, Like, LoginWall, Picture, Publish, Remove, Reply
from sandbox.server import Sandbox
from sandbox.shapes import facebook_markup, instagram_markup
from sandbox.shapes.relay import account_number
from sandbox.world import Account, Scenario

START = datetime(2026, 11, 1, tzinfo=UTC)
LATER = START + timedelta(days=1)
META = ("instagram", "threads", "facebook")
LIST = {
    "instagram": "/api/v1/feed/user/lurah.contoh/username/?count=12",
    "threads": "/@lurah.contoh",
    "facebook": "/api/graphql/?name=lurah.contoh",
}
PROFILE = {"instagram": "/lurah.contoh/", "threads": "/@lurah.contoh", "facebook": "/lurah.contoh"}


def network(platform: str, *more: object) -> Sandbox:
    accounts = tuple(
        Account(key, platform, handle, key.title(), START)
        for key, handle in (("lurah", "lurah.contoh"), ("warga", "warga.satu"))
    )
    hour = timedelta(hours=1)
    events = (
        Publish(START + hour, "lurah", "p1", "Kiriman satu", Picture("kartu")),
        Publish(START + 2 * hour, "lurah", "p2", "Kiriman dua"),
        Reply(START + 3 * hour, "warga", "r1", "p1", "Saya hadir"),
        Like(START + 3 * hour, "warga", "p1"),
        Follow(START, "warga", "lurah"),
        *more,
    )
    return Sandbox(Scenario("meta", accounts, events), LATER)  # type: ignore[arg-type]


def look(sandbox: Sandbox, platform: str, path: str) -> Reading:
    answer = httpx.get(sandbox.bases[platform] + path, follow_redirects=True)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return read(platform, Page(str(answer.url), answer.status_code, headers, answer.content))


def number(sandbox: Sandbox, platform: str, key: str) -> str:
    markup = facebook_markup if platform == "facebook" else instagram_markup
    return markup.post_number(sandbox.world.posts[key])


def post_path(sandbox: Sandbox, platform: str, key: str) -> str:
    shown = sandbox.world.posts[key]
    return {
        "instagram": f"/p/{instagram_markup.code(shown)}/",
        "threads": f"/@lurah.contoh/post/{instagram_markup.code(shown)}",
        "facebook": f"/lurah.contoh/posts/{facebook_markup.post_number(shown)}",
    }[platform]


@pytest.mark.parametrize("platform", META)
def test_profile_gives_the_account_by_its_number_and_list_its_posts(platform: str) -> None:
    with network(platform) as sandbox:
        (account,) = look(sandbox, platform, PROFILE[platform]).accounts
        listed = look(sandbox, platform, LIST[platform])

        assert (account.native_id, account.handle) == (account_number("lurah"), "lurah.contoh")
        assert account.counts.follower == 1
        assert not listed.drift
        assert {p.author_id for p in listed.posts} == {account_number("lurah")}
        assert number(sandbox, platform, "p1") in {p.native_id for p in listed.posts}


@pytest.mark.parametrize("platform", META)
def test_a_post_gives_words_time_picture_figures_and_who_answered(platform: str) -> None:
    with network(platform) as sandbox:
        reading = look(sandbox, platform, post_path(sandbox, platform, "p1"))
        (post,) = reading.posts
        (edge,) = reading.interactions

        assert (post.native_id, post.text) == (number(sandbox, platform, "p1"), "Kiriman satu")
        assert post.published_at == START + timedelta(hours=1)
        assert (post.counts.like, post.counts.comment) == (1, 1)
        assert httpx.get(post.media[0].url).status_code == 200
        assert (edge.act, edge.actor_id, edge.text) == (
            Act.COMMENT, account_number("warga"), "Saya hadir",
        )  # fmt: skip
        assert edge.target == post.native_id


@pytest.mark.parametrize("platform", META)
def test_an_edit_keeps_the_number_and_a_removal_is_told(platform: str) -> None:
    at = START + timedelta(hours=5)
    with network(platform, Edit(at, "p1", "Kiriman satu, diubah"), Remove(at, "p2")) as sandbox:
        (post,) = look(sandbox, platform, post_path(sandbox, platform, "p1")).posts
        gone = look(sandbox, platform, post_path(sandbox, platform, "p2"))

        assert (post.native_id, post.text) == (
            number(sandbox, platform, "p1"), "Kiriman satu, diubah",
        )  # fmt: skip
        assert [s.state for s in gone.states] == [
            SeenState.GATED if platform == "facebook" else SeenState.ABSENT
        ]
        assert not (gone.posts + gone.drift)


@pytest.mark.parametrize("platform", META)
def test_a_login_wall_is_gated_and_never_empty(platform: str) -> None:
    with network(platform, LoginWall(START, LATER + timedelta(days=1), platform)) as sandbox:
        reading = look(sandbox, platform, PROFILE[platform])

        assert [s.state for s in reading.states] == [SeenState.GATED]
        assert not (reading.posts + reading.accounts)
        assert not reading.empty


@pytest.mark.parametrize("platform", ["instagram", "threads"])
def test_a_private_account_says_so(platform: str) -> None:
    with network(platform, GoPrivate(START + timedelta(hours=6), "lurah")) as sandbox:
        reading = look(sandbox, platform, PROFILE[platform])

        assert [a.state for a in reading.accounts] == [SeenState.PRIVATE]
        assert not reading.posts
        assert not reading.empty

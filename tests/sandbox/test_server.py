"""The server: one clock, a log, the platforms' own refusals, and no fall at rubbish."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.event import (
    DropConnection,
    Event,
    ExpireMedia,
    LoginWall,
    Picture,
    Publish,
    RateLimit,
    ServerError,
    Suspend,
)
from sandbox.scenarios.demo import TICKS, scenario
from sandbox.server import Sandbox
from sandbox.world import PLATFORMS, Account, Scenario

START = datetime(2026, 11, 1, tzinfo=UTC)
NOON = START + timedelta(hours=12)
ADDRESS = {
    "mastodon": "/api/v1/accounts/lookup?acct=contoh1",
    "bluesky": "/xrpc/app.bsky.actor.getProfile?actor=contoh1",
    "telegram": "/s/contoh1",
    "feed": "/feed/contoh1.xml",
    "youtube": "/@contoh1/videos",
    "web": "/situs/contoh1/",
    "threads": "/@contoh1",
    "instagram": "/contoh1/",
    "facebook": "/contoh1",
    "tiktok": "/@contoh1",
    "x": "/contoh1",
}


def serve(*events: Event) -> Sandbox:
    accounts = tuple(Account(p, p, "contoh1", "Contoh", START) for p in PLATFORMS)
    return Sandbox(Scenario("test", accounts, events), NOON)


@pytest.fixture
def demo() -> Iterator[Sandbox]:
    with Sandbox(scenario(), TICKS[0]) as sandbox:
        yield sandbox
        assert sandbox.errors == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_robots_txt_allows_everyone(demo: Sandbox, platform: str) -> None:
    answer = httpx.get(demo.bases[platform] + "/robots.txt")

    assert answer.status_code == 200
    assert "Disallow" not in answer.text


def test_a_platforms_own_robots_txt_is_served_for_it_alone() -> None:
    with Sandbox(scenario(), TICKS[0], robots={"youtube": b"Disallow: /x"}) as sandbox:
        said = {n: httpx.get(sandbox.bases[n] + "/robots.txt").text for n in ("youtube", "feed")}

    assert said["youtube"] == "Disallow: /x"
    assert "Disallow" not in said["feed"]


def test_the_clock_is_set_over_http_and_moves_what_is_served(demo: Sandbox) -> None:
    feed = demo.bases["bluesky"] + "/xrpc/app.bsky.feed.getAuthorFeed?actor=paslon1.contoh.test"
    before = httpx.get(feed).json()["feed"]
    said = httpx.post(demo.bases["feed"] + "/_sandbox/clock", json={"now": TICKS[1].isoformat()})

    assert said.json() == {"now": "2026-11-02T17:30:00.000Z"}
    assert len(httpx.get(feed).json()["feed"]) == len(before) + 1
    assert httpx.get(feed).headers["date"] == "Mon, 02 Nov 2026 17:30:00 GMT"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"now": 7}', b'{"now": "besok"}', b"\xff"])
def test_a_clock_that_cannot_be_read_changes_nothing(demo: Sandbox, body: bytes) -> None:
    answer = httpx.post(demo.bases["feed"] + "/_sandbox/clock", content=body)

    assert answer.status_code == 400
    assert demo.now == TICKS[0]


def test_the_log_names_who_asked_for_what(demo: Sandbox) -> None:
    httpx.get(demo.bases["telegram"] + "/s/tim_paslon1?before=3", headers={"User-Agent": "uji/1"})
    log = httpx.get(demo.bases["mastodon"] + "/_sandbox/log").json()

    assert len(log) == 1
    assert log[0] | {"at": ""} == {
        "at": "",
        "platform": "telegram",
        "method": "GET",
        "path": "/s/tim_paslon1",
        "query": "before=3",
        "user_agent": "uji/1",
        "status": 200,
    }


@pytest.mark.parametrize("platform", ["mastodon", "feed"])
def test_a_platform_that_takes_no_posts_refuses_them_and_says_so_in_the_log(
    demo: Sandbox, platform: str
) -> None:
    answer = httpx.post(demo.bases[platform] + "/s/tim_paslon1", content=b"{}")

    assert answer.status_code == 404
    assert [(served.method, served.status) for served in demo.requests] == [("POST", 404)]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_rate_limit_says_when_to_come_back(platform: str) -> None:
    with serve(RateLimit(NOON, NOON + timedelta(hours=1), platform, 7)) as sandbox:
        answers = [httpx.get(sandbox.bases[platform] + ADDRESS[platform]) for _ in range(3)]

    assert [a.status_code for a in answers] == [429] * 3
    assert answers[0].headers["retry-after"] == "7"


def test_a_rate_limit_of_one_refusal_lets_the_second_request_through() -> None:
    limit = RateLimit(NOON, NOON + timedelta(hours=1), "mastodon", 1, refusals=1)
    with serve(limit) as sandbox:
        address = sandbox.bases["mastodon"] + ADDRESS["mastodon"]
        answers = [httpx.get(address).status_code for _ in range(3)]
        sandbox.set_clock(NOON)
        again = httpx.get(address).status_code

    assert answers == [429, 200, 200]
    assert again == 429


@pytest.mark.parametrize(
    ("platform", "status"), [("mastodon", 401), ("bluesky", 401), ("telegram", 302), ("feed", 302)]
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_login_wall_stands_before_an_account_or_a_platform(
    platform: str, status: int, whole: bool
) -> None:
    wall = LoginWall(NOON, NOON + timedelta(hours=1), platform, "" if whole else platform)
    with serve(wall) as sandbox:
        answer = httpx.get(sandbox.bases[platform] + ADDRESS[platform])
        sandbox.set_clock(NOON + timedelta(hours=2))
        later = httpx.get(sandbox.bases[platform] + ADDRESS[platform])

    assert answer.status_code == (401 if platform == "feed" and not whole else status)
    assert later.status_code == 200


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_server_error_is_a_503(platform: str) -> None:
    with serve(ServerError(NOON, NOON + timedelta(hours=1), platform)) as sandbox:
        assert httpx.get(sandbox.bases[platform] + ADDRESS[platform]).status_code == 503


def test_a_dropped_connection_ends_before_its_body() -> None:
    with serve(DropConnection(NOON, NOON + timedelta(hours=1), "feed")) as sandbox:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(sandbox.bases["feed"] + ADDRESS["feed"])
        assert [served.status for served in sandbox.requests] == [None]


@pytest.mark.parametrize(
    ("platform", "status"),
    [("mastodon", 200), ("bluesky", 400), ("telegram", 302), ("feed", 410)],
)
def test_a_suspended_account_is_told_in_the_platforms_own_way(platform: str, status: int) -> None:
    with serve(Suspend(START, platform)) as sandbox:
        answer = httpx.get(sandbox.bases[platform] + ADDRESS[platform])

    assert answer.status_code == status
    if platform == "mastodon":
        assert answer.json()["suspended"] is True
    if platform == "bluesky":
        assert answer.json()["error"] == "AccountTakedown"


def test_an_expired_picture_is_gone_from_its_old_address_only() -> None:
    events = (
        Publish(START, "mastodon", "p", "teks", Picture("Contoh", 300)),
        ExpireMedia(NOON + timedelta(hours=1), "p"),
    )
    with serve(*events) as sandbox:
        base = sandbox.bases["mastodon"]
        id_ = httpx.get(base + ADDRESS["mastodon"]).json()["id"]

        def picture() -> str:
            posts = httpx.get(f"{base}/api/v1/accounts/{id_}/statuses").json()
            return str(posts[0]["media_attachments"][0]["url"])

        old = picture()
        assert httpx.get(old).headers["content-type"] == "image/jpeg"
        sandbox.set_clock(NOON + timedelta(hours=2))

        assert httpx.get(old).status_code == 404
        assert httpx.get(picture()).status_code == 200


def test_a_feed_that_has_not_changed_answers_304_to_its_validator(demo: Sandbox) -> None:
    address = demo.bases["feed"] + "/feed/paslon2.xml"
    validator = httpx.get(address).headers["etag"]
    known = {"If-None-Match": validator}

    assert httpx.get(address, headers=known).status_code == 304
    demo.set_clock(TICKS[1])
    assert httpx.get(address, headers=known).status_code == 200


def test_html_pages_of_posts_are_indonesian_and_show_their_picture(demo: Sandbox) -> None:
    base = demo.bases["mastodon"]
    page = httpx.get(base + "/@kades_sukacontoh").text

    assert '<html lang="id">' in page
    assert "Pawai Damai" in page
    assert f'<img src="{base}/system/media_attachments/' in page


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "path",
    [
        "/%00%ff", "/" + "a" * 20_000, "//x//../..", "/xrpc/", "/api/v1/accounts/1" + "0" * 30,
        "/api/v1/statuses/٣", "/s/a?before=" + "9" * 400, "/feed/x.xml?" + "a=1&" * 500,
        "/xrpc/app.bsky.feed.getPosts?uris=at://", "/xrpc/com.atproto.sync.getRecord?did=x",
        "/xrpc/app.bsky.feed.getAuthorFeed?limit=-1&cursor=%F0", "/did:plc:x/../y", "/_sandbox/x",
    ],
)  # fmt: skip
def test_rubbish_addresses_get_an_answer(demo: Sandbox, platform: str, path: str) -> None:
    answer = httpx.get(demo.bases[platform] + path)

    assert 200 <= answer.status_code < 500 or answer.status_code == 501


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n",
        b"POST /_sandbox/clock HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /_sandbox/clock HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 300 + b"\r\n", b"",
    ],
)  # fmt: skip
def test_rubbish_bytes_do_not_stop_the_server(demo: Sandbox, rubbish: bytes) -> None:
    place = urlsplit(demo.bases["feed"])
    with socket.create_connection((place.hostname or "", place.port or 0), 5) as line:
        line.sendall(rubbish)
        line.shutdown(socket.SHUT_WR)
        line.recv(4096)

    assert httpx.get(demo.bases["feed"] + "/feed/paslon2.xml").status_code == 200

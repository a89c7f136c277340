"""Answers of other queries of AT Protocol, parts by themselves, and labels of whoever gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.page import Page
from crawler.platforms.bluesky.states import MODERATION
from crawler.registry import read
from evidence.model import Reading, SeenState, StateSeen

DID = "did:plc:contoh234567abcdefghijkl"
URI = f"at://{DID}/app.bsky.feed.post/3t"
AUTHOR = {"did": DID, "handle": "budi.contoh.example", "displayName": "Budi"}
RECORD = {"$type": "app.bsky.feed.post", "text": "Rapat", "createdAt": "2026-11-20T03:04:05Z"}
POST = {"uri": URI, "cid": "bafy", "author": AUTHOR, "record": RECORD, "likeCount": 3}
DEFS = "app.bsky.unspecced.defs#threadItem"


def shown(value: Any) -> Reading:
    body = json.dumps(value).encode()
    return read("bluesky", Page("https://api.contoh.example/xrpc/x", 200, {}, body))


def labelled(word: str, source: str | None) -> dict[str, Any]:
    label = {"val": word, "uri": URI} | ({"src": source} if source else {})
    return {**POST, "author": {**AUTHOR, "labels": [label]}, "labels": [label]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("getActorFeeds", {"feeds": [{"uri": "u", "creator": AUTHOR}], "cursor": "c"}),
        ("getList", {"list": {"creator": AUTHOR}, "items": [{"uri": "u", "subject": AUTHOR}]}),
        ("listNotifications", {"notifications": [{"author": AUTHOR}], "seenAt": "x"}),
        ("describeServer", {"did": "did:web:contoh.example", "availableUserDomains": []}),
        ("createRecord", {"uri": URI, "cid": "c", "commit": {}, "validationStatus": "valid"}),
        ("getLatestCommit", {"cid": "c", "rev": "r"}),
    ],
)
def test_an_answer_that_shows_no_post_is_known_by_name(name: str, value: dict[str, Any]) -> None:
    reading = shown(value)

    (state,) = reading.states
    assert (state.state, state.marker) == (SeenState.PRESENT, f"answer of {name}")
    assert (reading.posts, reading.accounts, reading.drift, reading.empty) == ((), (), (), False)
    assert shown({**value, "baru": 1}).drift


@pytest.mark.parametrize(
    "value",
    [
        {"did": DID, "time_us": 1, "kind": "commit", "commit": {"record": RECORD}},
        {"did": DID, "baru": True},
    ],
)
def test_only_an_answer_that_is_an_id_alone_resolves_a_name(value: dict[str, Any]) -> None:
    assert shown(value).accounts == ()
    assert shown(value).drift
    assert [account.native_id for account in shown({"did": DID}).accounts] == [DID]


@pytest.mark.parametrize("value", [POST, {"post": POST}, {"post": POST, "reply": {"root": POST}}])
def test_a_post_by_itself_is_the_same_post(value: dict[str, Any]) -> None:
    assert shown(value).posts == shown({"posts": [POST]}).posts
    assert shown(value).drift == ()


def test_a_repost_by_itself_keeps_its_reason() -> None:
    by = {"did": "did:plc:contoh2", "handle": "tono.contoh.example"}
    why = {"$type": "app.bsky.feed.defs#reasonRepost", "by": by, "indexedAt": RECORD["createdAt"]}

    original, repost = shown({"post": POST, "reason": why}).posts

    assert (original.native_id, original.author_id) == (URI, DID)
    assert (repost.author_id, repost.repost_of) == ("did:plc:contoh2", URI)


def test_a_field_that_was_added_to_a_feed_is_no_drift_unless_it_may_be_a_reason() -> None:
    by = {"by": {"did": "did:plc:contoh2"}}

    assert shown({"feed": [{"post": POST, "baru": {"a": 1}, "nomor": 7}]}).drift == ()
    assert shown({"feed": [{"post": POST, "sebab": by}]}).drift


def test_accounts_that_a_search_found_are_accounts() -> None:
    reading = shown({"actors": [AUTHOR], "cursor": "c"})

    assert [(a.native_id, a.display_name) for a in reading.accounts] == [(DID, "Budi")]


def test_a_record_without_its_address_is_of_nobody_and_no_drift() -> None:
    reading = shown(RECORD)

    assert (reading.posts, reading.drift) == ((), ())
    assert [state.marker for state in reading.states] == ["an unnamed record"]


def test_records_that_are_no_posts_are_told_by_their_kind() -> None:
    value = {"$type": "app.bsky.feed.threadgate", "post": URI}
    gate = {"uri": f"at://{DID}/app.bsky.feed.threadgate/3t", "cid": "c", "value": value}

    reading = shown({"records": [gate, {"uri": URI, "cid": "c", "value": RECORD}]})

    assert [post.native_id for post in reading.posts] == [URI]
    assert [state.marker for state in reading.states] == ["app.bsky.feed.threadgate"]
    assert reading.drift == ()


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("NotFound", SeenState.ABSENT),
        ("Blocked", SeenState.GATED),
        ("NoUnauthenticated", SeenState.GATED),
    ],
)
def test_what_a_flat_thread_does_not_show_is_named_by_its_entry(
    kind: str, state: SeenState
) -> None:
    first = {"uri": URI, "depth": 0, "value": {"$type": f"{DEFS}Post", "post": POST}}
    other = {"uri": f"{URI}x", "depth": 1, "value": {"$type": f"{DEFS}{kind}", "author": AUTHOR}}

    reading = shown({"thread": [first, other], "hasOtherReplies": False})

    assert [post.native_id for post in reading.posts] == [URI]
    assert reading.states == (StateSeen(f"post:{URI}x", state, f"threadItem{kind}"),)
    assert reading.drift == ()


@pytest.mark.parametrize("source", [MODERATION, None])
def test_the_networks_moderation_takes_down(source: str | None) -> None:
    states = shown({"posts": [labelled("!takedown", source)]}).states

    assert {(s.subject, s.state) for s in states} == {
        (f"post:{URI}", SeenState.WITHHELD),
        (f"account:{DID}", SeenState.SUSPENDED),
    }


@pytest.mark.parametrize("word", ["!takedown", "!hide", "!suspend"])
def test_a_label_of_anybody_else_takes_nothing_down(word: str) -> None:
    """Else a stranger's labelling service could have an account told as suspended."""
    reading = shown({"posts": [labelled(word, "did:plc:orang")]})
    (profile,) = shown({**AUTHOR, "labels": [{"val": word, "src": "did:plc:orang"}]}).accounts

    assert {state.state for state in reading.states} == {SeenState.PRESENT}
    assert {state.marker for state in reading.states} == {f"label {word} by did:plc:orang"}
    assert profile.state is SeenState.PRESENT


@pytest.mark.parametrize("kind", [["a"], {"a": 1}, 7, None])
def test_a_type_that_is_no_word_is_drift_and_no_crash(kind: Any) -> None:
    for value in (
        {"thread": [{"uri": URI, "value": {"$type": kind}}]},
        {"thread": {"$type": kind, "uri": URI}},
        {"records": [{"uri": URI, "value": {"$type": kind}}]},
        {"feed": [{"post": POST, "baru": {"$type": kind, "by": {}}}]},
    ):
        details = [fault.detail for fault in shown(value).drift]

        assert details
        assert not any(" in " in d and "Error" in d and "ParseError" not in d for d in details)


@pytest.mark.parametrize("error", [["a"], {"code": 5}, 7])
def test_an_error_that_is_no_word_of_the_protocol_leaves_the_status_to_speak(error: Any) -> None:
    body = json.dumps({"error": error, "message": "x"}).encode()

    (state,) = read("bluesky", Page("https://api.contoh.example/xrpc/x", 502, {}, body)).states

    assert (state.state, state.marker) == (SeenState.BLOCKED, "HTTP 502")

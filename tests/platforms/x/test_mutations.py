"""A layout that moved must be noticed: drift or a typed state, never posts lost in silence."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import registry
from crawler.page import Page
from evidence.model import Reading, SeenState
from tests.platforms.altered import changed, complaint, paths

CASES = Path(__file__).parent / "cases"
JSON_CASES = (
    "user_tweets_of_every_kind", "post_of_the_older_shape_with_video", "long_post_is_read_whole",
    "post_with_limited_replies_is_read", "conversation_answers_of_strangers_are_comments",
    "embed_answers_with_one_post", "account_with_figures", "tombstones_say_why",
    "post_unavailable_suspended", "account_suspended",
)  # fmt: skip
HTML_CASES = (
    "rendered_profile", "rendered_post_leaves_out_the_answers_of_others", "embedded_timeline",
    "link_preview_tags_of_a_post", "rendered_account_suspended",
)  # fmt: skip
CHANGES = ("renamed", "number", "null")
OPTIONAL = frozenset(
    ("in_reply_to_status_id_str", "quoted_status_id_str", "quoted_status_result", "quoted_tweet",
     "note_tweet", "extended_entities", "mediaDetails", "entities", "media", "retweeted_status_result")
)  # fmt: skip
"""Fields whose absence has a meaning in the format; the ones that lose content are tried below."""


def page_of(name: str, body: bytes | None = None) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    given_body = (CASES / name / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given_body)


def read(page: Page) -> Reading:
    return registry.read("x", page)


def content(reading: Reading) -> list[tuple[Any, ...]]:
    posts = [
        (p.native_id, p.author_id, p.text, len(p.media), p.repost_of, p.published_at)
        for p in reading.posts
    ]
    return [*posts, *reading.accounts]


@pytest.mark.parametrize("name", JSON_CASES)
def test_a_changed_answer_never_loses_content_in_silence(name: str) -> None:
    body = json.loads(page_of(name).body)
    before = read(page_of(name))
    tried = 0
    for path in paths(body):
        for change in CHANGES:
            if path[-1] in OPTIONAL and change in ("removed", "renamed", "null"):
                continue
            after = read(page_of(name, json.dumps(changed(body, change, path)).encode()))
            tried += 1
            said = complaint(before, after, content)
            assert not said, f"{path} {change}: {said}"

    assert tried >= 5


def test_enough_layouts_are_tried() -> None:
    tried = sum(len(paths(json.loads(page_of(name).body))) for name in JSON_CASES)

    assert tried * len(CHANGES) > 400


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("user_tweets_of_every_kind", "extended_entities"),
        ("post_of_the_older_shape_with_video", "entities"),
        ("embed_answers_with_one_post", "entities"),
        ("long_post_is_read_whole", "note_tweet_results"),
        ("user_tweets_of_every_kind", "user_results"),
        ("user_tweets_of_every_kind", "tweet_results"),
        ("user_tweets_of_every_kind", "itemContent"),
        ("user_tweets_of_every_kind", "instructions"),
        ("user_tweets_of_every_kind", "__typename"),
        ("user_tweets_of_every_kind", "full_text"),
    ],
)
def test_a_name_that_changes_everywhere_is_noticed(name: str, field: str) -> None:
    body = page_of(name).body.replace(f'"{field}"'.encode(), f'"{field}V2"'.encode())
    before, after = read(page_of(name)), read(page_of(name, body))

    assert not complaint(before, after, content)
    assert after.drift or content(after) == content(before)


def html_mutants(html: str) -> dict[str, str]:
    """The page with one data-testid, attribute or tag renamed everywhere."""
    mutants = {}
    for name in sorted(set(re.findall(r'data-testid="([^"]+)"', html))):
        mutants[f"testid {name}"] = html.replace(f'data-testid="{name}"', f'data-testid="v2{name}"')
    for name in (
        "data-testid",
        "datetime",
        "href",
        "property",
        "content",
        "id",
        "type",
        "aria-label",
    ):
        mutants[f"[{name}] renamed"] = html.replace(f" {name}=", f" x-{name}=")
        mutants[f"[{name}] emptied"] = re.sub(rf' {name}="[^"]*"', f' {name}=""', html)
    for tag in ("article", "time", "script", "meta"):
        mutants[f"<{tag}>"] = html.replace(f"<{tag}", "<x-part").replace(f"</{tag}>", "</x-part>")
    for name in sorted(set(re.findall(r'"(\w+)":', html)) - {"retweeted_status"}):
        mutants[f'"{name}"'] = html.replace(f'"{name}":', f'"{name}V2":')
    return mutants


@pytest.mark.parametrize("name", HTML_CASES)
def test_a_changed_page_never_loses_content_in_silence(name: str) -> None:
    before = read(page_of(name))
    tried = html_mutants(page_of(name).body.decode())
    for what, html in tried.items():
        after = read(page_of(name, html.encode()))

        told = bool(after.drift or after.states)
        assert not any("Error in" in fault.detail for fault in after.drift), what
        assert not after.empty, what
        same = [(p.native_id, p.text) for p in after.posts] == [
            (p.native_id, p.text) for p in before.posts
        ]
        assert told or same, what

    assert len(tried) >= 20


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_an_answer_cut_off_anywhere_never_crashes_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(path.name for path in CASES.iterdir())))
    body = page_of(name).body
    whole = body.rstrip()
    cut = whole[: data.draw(st.integers(0, max(0, len(whole) - 1)))]

    reading = read(page_of(name, cut))

    assert not any("Error in" in fault.detail for fault in reading.drift)
    assert not reading.empty
    assert reading.drift or reading.states or reading.posts or reading.accounts


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"[[]]", b'{"data":null}', b'{"data":{"tweetResult":[]}}',
        b'{"__typename":"Tweet"}', b'{"__typename":"TweetTombstone"}', b'{"errors":[null,1,{}]}',
        b'{"__typename":"TweetWithVisibilityResults"}', b'{"instructions":[null,1,[]]}',
        b'{"instructions":[{"type":"TimelineAddEntries","entries":[null,{"entryId":5}]}]}',
        b"[" * 100_000, b'{"a":' * 100_000, b"<div>" * 100_000, b"<" * 1000, b"\x00" * 1000,
        b"\xff\xfe<html>", b'<html><body><div data-testid="tweet"></div></body></html>',
        b"<html><title>Wi-Fi</title><form action=/login></form></html>", b"plain words",
        b'<html><script id="__NEXT_DATA__">{"props":[]}</script></html>',
        b'<html><script id="__NEXT_DATA__">{"props"</script></html>',
        b'{"id_str":"1","text":"a","user":{},"created_at":"x"}',
        b'{"id_str":"1","text":"a","user":{"id_str":"2","screen_name":"b"},"created_at":"Tue Foo 99 00:00:00 +0000 2020"}',
        b'{"id_str":"1","text":"a","user":{"id_str":"2","screen_name":"b"},"created_at":"Tue Feb 31 00:00:00 +0000 2020"}',
        b'{"id_str":"\xd9\xa1","text":"a","user":{"id_str":"2","screen_name":"b"}}',
    ],
    ids=range(28),
)  # fmt: skip
def test_a_hostile_body_is_drift(body: bytes) -> None:
    reading = read(Page("https://x.com/budi_contoh", 200, {}, body))

    assert reading.drift
    assert not any("Error in" in fault.detail for fault in reading.drift)
    assert not reading.posts
    assert not reading.empty


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":[' + b'{"a":{"b":[1,2]}},' * 50_000 + b"1]}",
        b"<html><body>" + b'<article data-testid="tweet"><div role="link">' * 20_000,
        b'{"errors":[' + b'{"code":1},' * 60_000 + b"{}]}",
        b"https://t.co/" * 300_000,
    ],
    ids=["objects", "elements", "errors", "links"],
)
def test_a_huge_body_is_read_in_a_few_seconds(body: bytes) -> None:
    started = time.process_time()
    reading = read(Page("https://x.com/budi_contoh", 200, {}, body))

    assert time.process_time() - started < 10
    assert reading.drift


def test_no_marker_of_a_live_page_says_absent() -> None:
    """Words of removal inside posts, scripts and suggestions never make a state."""
    for name in ("removal_words_in_a_post_change_nothing", "user_tweets_of_every_kind"):
        states = {state.state for state in read(page_of(name)).states}

        assert states <= {SeenState.EDITED, SeenState.GATED}

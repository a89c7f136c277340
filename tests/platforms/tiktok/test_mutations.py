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
from evidence.model import Reading
from tests.platforms.altered import changed, complaint, paths

CASES = Path(__file__).parent / "cases"
JSON_CASES = (
    "video_page", "photo_post_with_two_pictures", "profile_without_its_list_is_not_empty",
    "video_unavailable_cause_unknown", "profile_of_a_name_nobody_has", "item_list_of_an_account",
    "comments_with_an_answer", "older_page_sigi_state", "oldest_page_next_data",
    "embed_of_an_account_names_its_newest_posts", "embed_of_a_post", "oembed_of_a_post",
)  # fmt: skip
CHANGES = ("renamed", "number", "null")
OPTIONAL = frozenset(
    ("statsV2", "imagePost", "duetInfo", "itemList", "reply_comment", "CommentItem", "title",
     "thumbnail_url", "nickName", "authorStats", "video", "cover", "covers", "bitrateInfo",
     "playAddr", "isContentClassified", "textExtra", "stats")
)  # fmt: skip
"""Fields whose absence has a meaning in the format, or that have a second source beside them."""
SCRIPT = re.compile(rb'(<script id="[\w-]+" type="application/json">)(.*?)(</script>)', re.DOTALL)


def page_of(name: str, body: bytes | None = None) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    given_body = (CASES / name / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given_body)


def body_of(name: str) -> Any:
    """The JSON of a case, whether it is the body or embedded in a page."""
    found = SCRIPT.search(page_of(name).body)
    return json.loads(found[2] if found else page_of(name).body)


def wrapped(name: str, value: Any) -> bytes:
    """The case's body with another JSON in its place."""
    said = json.dumps(value).replace("/", "\\u002F").encode()
    body = page_of(name).body
    found = SCRIPT.search(body)
    return body[: found.start(2)] + said + body[found.end(2) :] if found else said


def read(page: Page) -> Reading:
    return registry.read("tiktok", page)


def content(reading: Reading) -> list[Any]:
    posts = [
        (p.native_id, p.author_id, p.text, len(p.media), p.published_at, p.counts)
        for p in reading.posts
    ]
    return [*posts, *reading.accounts, *reading.interactions, *reading.next]


@pytest.mark.parametrize("name", JSON_CASES)
def test_a_changed_answer_never_loses_content_in_silence(name: str) -> None:
    body, before = body_of(name), read(page_of(name))
    for path in paths(body):
        for change in CHANGES:
            if path[-1] in OPTIONAL and change != "number":
                continue
            after = read(page_of(name, wrapped(name, changed(body, change, path))))
            said = complaint(before, after, content)
            assert not said, f"{path} {change}: {said}"


def test_enough_layouts_are_tried() -> None:
    tried = sum(len(paths(body_of(name))) for name in JSON_CASES)

    assert tried * len(CHANGES) > 400


@pytest.mark.parametrize(
    "name", [name for name in JSON_CASES if SCRIPT.search(page_of(name).body) is not None]
)
def test_a_page_whose_data_has_another_place_is_drift(name: str) -> None:
    body = page_of(name).body
    for html in (
        body.replace(b'<script id="', b'<script id="V2'),
        body.replace(b'<script id="', b'<script data-id="'),
        body.replace(b"<script", b"<x-data").replace(b"</script>", b"</x-data>"),
        SCRIPT.sub(rb"\1{}\3", body),
        SCRIPT.sub(rb"\1[]\3", body),
        SCRIPT.sub(rb"\1not json\3", body),
        SCRIPT.sub(rb"\1\3", body),
    ):
        after = read(page_of(name, html))

        assert after.drift
        assert not after.posts
        assert not after.accounts
        assert not after.empty


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_an_answer_cut_off_anywhere_never_crashes_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(path.name for path in CASES.iterdir())))
    body = page_of(name).body
    whole = body.rstrip()
    cut = whole[: data.draw(st.integers(0, max(0, len(whole) - 1)))]

    reading = read(page_of(name, cut))

    assert not any("Error in" in fault.detail for fault in reading.drift)
    assert reading.drift or reading.states or reading.posts or reading.accounts


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"[[]]", b'{"__DEFAULT_SCOPE__":{}}', b'{"itemList":[null,1]}',
        b'{"__DEFAULT_SCOPE__":{"webapp.video-detail":null}}', b'{"comments":[null,{}],"total":2}',
        b'{"__DEFAULT_SCOPE__":{"webapp.video-detail":{"statusCode":0}}}', b'{"userInfo":5}',
        b'{"itemInfo":{"itemStruct":{}}}', b'{"ItemModule":[],"UserModule":5}', b'{"statusCode":0}',
        b'{"ItemModule":{"1":{}},"UserModule":{"users":{"a":[]},"stats":{}}}', b"plain words",
        b'{"source":{"data":{"/embed/@a":{}}}}', b'{"provider_name":"TikTok"}', b'{"source":{}}',
        b"[" * 100_000, b'{"a":' * 100_000, b"<div>" * 100_000, b"<" * 1000, b"\x00" * 1000,
        b"\xff\xfe<html>", b"<html><title>TikTok - Make Your Day</title></html>",
        b'{"itemList":[{"id":"1","desc":"a","createTime":"9e99","author":{"id":"1","uniqueId":"b"}}]}',
    ],
    ids=range(27),
)  # fmt: skip
def test_a_hostile_body_is_drift(body: bytes) -> None:
    reading = read(Page("https://www.tiktok.com/@budi.contoh", 200, {}, body))

    assert reading.drift
    assert not any("Error in" in fault.detail for fault in reading.drift)
    assert not reading.posts
    assert not reading.empty


@pytest.mark.parametrize(
    "body",
    [
        b'{"itemList":[' + b'{"id":"1"},' * 60_000 + b"{}]}",
        b'{"comments":[' + b"{}," * 60_000 + b"{}]}",
        b"<html><body>" + b'<div data-e2e="user-post-item"><a href="/@a/video/1">' * 20_000,
    ],
    ids=["items", "comments", "elements"],
)
def test_a_huge_body_is_read_in_a_few_seconds(body: bytes) -> None:
    started = time.process_time()
    reading = read(Page("https://www.tiktok.com/@budi.contoh", 200, {}, body))

    assert time.process_time() - started < 10
    assert reading.drift

"""Layouts that changed: every field YouTube's data uses, renamed, emptied or of another type."""

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

CASES = Path(__file__).parent / "cases"
FIELD = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)"(?=\s*:)')
FEED_NAME = re.compile(r"<((?:yt|media):[A-Za-z]+|[a-z]+)[ >]")


def page_of(name: str, body: bytes | None = None) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    given_body = (CASES / name / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given_body)


def sound_cases() -> list[str]:
    """Cases with content or proof of none, read without drift, and not by their status alone."""
    found = []
    for folder in sorted(CASES.iterdir()):
        said = (folder / "expected.json").read_text("utf-8")
        shows = '"post"' in said or '"interaction"' in said or '"empty list"' in said
        if shows and '"drift"' not in said and "escaped" not in folder.name:
            found.append(folder.name)
    return found


def mutants(body: str) -> dict[str, str]:
    """The data with one field renamed, or its values of another type, everywhere."""
    changed: dict[str, str] = {}
    quote = '\\"' if "JSON.parse" in body else '"'
    plain = body.replace('\\"', '"') if quote != '"' else body
    for name in sorted(set(FIELD.findall(plain))):
        field = f"{quote}{name}{quote}"
        changed[f"{name} renamed"] = body.replace(field, f"{quote}{name}Baru{quote}")
        changed[f"{name} null"] = re.sub(
            rf"{re.escape(field)}(\s*):(\s*)", f"{quote}{name}{quote}: null, {quote}z{name}{quote}: ",
            body,
        ).replace("\\z", "z")  # fmt: skip
        changed[f"{name} a number"] = re.sub(
            rf"{re.escape(field)}\s*:\s*", f"{quote}{name}{quote}: 7, {quote}z{name}{quote}: ", body
        )
        changed[f"{name} a list"] = re.sub(
            rf"{re.escape(field)}\s*:\s*",
            f"{quote}{name}{quote}: [[]], {quote}z{name}{quote}: ",
            body,
        )
    if body.startswith("<?xml"):
        for name in sorted(set(FEED_NAME.findall(body))):
            changed[f"<{name}> renamed"] = re.sub(rf"(</?){name}(?=[ />])", rf"\1{name}Baru", body)
    return changed


def content(reading: Reading) -> list[Any]:
    posts = [(p.native_id, p.text, tuple(m.key for m in p.media), p.links) for p in reading.posts]
    return [*posts, *((e.actor_id, e.target, e.text) for e in reading.interactions)]


@pytest.mark.parametrize("name", sound_cases())
def test_a_changed_layout_never_loses_content_in_silence(name: str) -> None:
    """Ids, text, media and comments change only beside a drift or a typed state."""
    page = page_of(name)
    before = registry.read("youtube", page)
    tried = mutants(page.body.decode("utf-8"))
    for what, body in tried.items():
        after = registry.read("youtube", page_of(name, body.encode()))

        told = bool(after.drift or set(after.states) - set(before.states))
        assert told or content(after) == content(before), what
        assert told or not after.empty or before.empty, what
        assert told or after.posts or after.accounts or after.empty or after.interactions, what
        assert not crashes(after), what

    assert tried


def crashes(reading: Reading) -> list[str]:
    """Drift that comes of an exception other than those that say what was expected."""
    return [d.detail for d in reading.drift if re.match(r"[A-Za-z]+Error in ", d.detail)]


def test_enough_layouts_are_tried() -> None:
    tried = sum(len(mutants(page_of(n).body.decode("utf-8"))) for n in sound_cases())

    assert tried > 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 1000,
        b"<div>" * 100_000,
        b"{" * 200_000,
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b"null",
        b"[]",
        b"{}",
        b'{"contents": {}}',
        b'{"contents": {"twoColumnBrowseResultsRenderer": {"tabs": []}}}',
        b'{"posts": [], "ok": true}',
        b"var ytInitialData = {",
        b"var ytInitialData = '\\x7b\\x22",
        b"<script>var ytInitialData = {};</script>",
        b"<script>var ytInitialData = [1];</script>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<?xml version='1.0'?><rss><channel/></rss>",
    ],
    ids=range(18),
)
def test_a_hostile_body_is_drift(body: bytes) -> None:
    reading = registry.read("youtube", Page("https://www.youtube.com/watch?v=x", 200, {}, body))

    assert reading.drift
    assert not reading.posts
    assert not reading.empty


@pytest.mark.parametrize(
    "body",
    [
        b"ytInitialData = '" * 1_000_000,
        b"<script>var ytInitialData = '" + b"\\x7b" * 4_000_000,
        b'{"a":[' + b'{"videoRenderer":{}},' * 60_000 + b"{}]}",
        b'{"contents":{"videoSecondaryInfoRenderer":{"description":{"simpleText":"'
        + b"http://" * 2_000_000
        + b'"}}}}',
    ],
    ids=["many assignments", "endless string", "many cards", "many addresses"],
)
def test_a_big_hostile_body_is_read_in_time(body: bytes) -> None:
    began = time.process_time()
    reading = registry.read("youtube", Page("https://www.youtube.com/watch?v=x", 200, {}, body))

    assert time.process_time() - began < 10
    assert reading.drift


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_bytes_cut_out_anywhere_never_crash_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sound_cases()))
    body = page_of(name).body
    start = data.draw(st.integers(0, len(body)))
    stop = data.draw(st.integers(start, len(body)))

    reading = registry.read("youtube", page_of(name, body[:start] + body[stop:]))

    assert not crashes(reading)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_body_cut_off_anywhere_is_never_proof_of_nothing(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sound_cases()))
    body = page_of(name).body
    before = registry.read("youtube", page_of(name))

    reading = registry.read("youtube", page_of(name, body[: data.draw(st.integers(0, len(body)))]))

    assert not reading.empty or before.empty
    assert reading.drift or reading.states or content(reading) == content(before)


@pytest.mark.parametrize(
    "value",
    [
        {"error": {"code": "RAHASIA", "status": "RAHASIA 0812"}},
        {"error": {"code": 400, "status": "rahasia", "message": "RAHASIA"}},
        {"RAHASIA": {"videoRenderer": {"videoId": 7, "title": "RAHASIA"}}},
        {"contents": {"tabRenderer": {"selected": True, "title": "RAHASIA", "content": {}}}},
    ],
)
def test_drift_never_repeats_what_was_received(value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    reading = registry.read("youtube", Page("https://www.youtube.com/x", 200, {}, body))

    assert reading.drift
    assert not [drift.detail for drift in reading.drift if "RAHASIA" in drift.detail.upper()]


def test_a_marker_is_no_longer_than_a_sentence() -> None:
    value = {"playabilityStatus": {"status": "ERROR", "reason": "a" * 1_000_000}}
    page = Page("https://www.youtube.com/watch?v=x", 200, {}, json.dumps(value).encode())
    (state,) = registry.read("youtube", page).states

    assert len(state.marker) <= 400

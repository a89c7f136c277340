"""Layouts that changed: every class and attribute the markup uses, renamed or removed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import registry
from crawler.page import Page
from evidence.model import Reading

CASES = Path(__file__).parent / "cases"
ATTRIBUTES = ("data-post", "data-view", "datetime", "href", "src", "style", "data-url", "content")


def page_of(name: str, body: bytes | None = None) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    given_body = (CASES / name / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given_body)


def sound_cases() -> list[str]:
    return [
        folder.name
        for folder in sorted(CASES.iterdir())
        if '"drift"' not in (folder / "expected.json").read_text("utf-8")
        and (folder / "body").read_bytes()
        and json.loads((folder / "page.json").read_text("utf-8"))["status"] == 200
    ]


def class_names(html: str) -> list[str]:
    found = {name for value in re.findall(r'class="([^"]*)"', html) for name in value.split()}
    return sorted(found)


def mutants(html: str) -> dict[str, str]:
    """The markup with one class or attribute renamed everywhere, or one class taken away."""
    changed = {}
    for name in class_names(html):
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        changed[f"{name} renamed"] = word.sub(f"v2-{name}", html)
        changed[f"{name} removed"] = word.sub("", html)
    for name in ATTRIBUTES:
        if f" {name}=" in html:
            changed[f"[{name}] renamed"] = html.replace(f" {name}=", f" x-{name}=")
            changed[f"[{name}] emptied"] = re.sub(rf' {name}="[^"]*"', f' {name}=""', html)
    return changed


def content(reading: Reading) -> list[tuple[str, str | None, int]]:
    return [(post.native_id, post.text, len(post.media)) for post in reading.posts]


@pytest.mark.parametrize("name", sound_cases())
def test_a_changed_layout_never_loses_content_in_silence(name: str) -> None:
    """Ids, text and media of posts change only beside a drift or a typed state."""
    page = page_of(name)
    before = registry.read("telegram", page)
    tried = mutants(page.body.decode("utf-8", "replace"))
    for what, html in tried.items():
        after = registry.read("telegram", page_of(name, html.encode()))

        told = bool(after.drift or after.states)
        assert told or content(after) == content(before), what
        assert told or not after.empty or before.empty, what
        assert told or after.posts or after.accounts or after.empty, what

    assert len(tried) >= 1


def test_enough_layouts_are_tried() -> None:
    tried = sum(
        len(mutants(page_of(name).body.decode("utf-8", "replace"))) for name in sound_cases()
    )

    assert tried > 300


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 1000,
        b"<div>" * 100_000,
        b"<" * 100_000,
        b"\xff\xfe\x00<html>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b'<section class="tgme_channel_history"><div class="tgme_widget_message" data-post="a/1">',
        b'<section class="tgme_channel_history"><div class="tgme_widget_message" data-post="///">',
        b'<div class="tgme_widget_message" data-post="a/\xd9\xa1">x</div>',
        b'<div class="tgme_page"></div>',
        b"{}",
    ],
    ids=range(11),
)
def test_a_hostile_body_is_drift(body: bytes) -> None:
    reading = registry.read("telegram", Page("https://t.me/s/suaracontoh", 200, {}, body))

    assert reading.drift
    assert not reading.posts
    assert not reading.empty


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bytes_cut_out_anywhere_never_crash_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sound_cases()))
    body = page_of(name).body
    start = data.draw(st.integers(0, len(body)))
    stop = data.draw(st.integers(start, len(body)))

    reading = registry.read("telegram", page_of(name, body[:start] + body[stop:]))

    crashed = [
        d for d in reading.drift if not d.detail.startswith("ParseError") and " in " in d.detail
    ]
    assert not [d for d in crashed if d.detail.split(" in ")[0].endswith("Error")]


@pytest.mark.parametrize("packed", ["", "!!!", "e30", "bnVsbA", "eyJjIjp0cnVlfQ", "eyJjIjotOTl9é"])
def test_a_data_view_that_is_none_gives_no_number(packed: str) -> None:
    html = page_of("one_embedded_message").body.decode()
    changed = re.sub(r'data-view="[^"]*"', f'data-view="{packed}"', html)
    reading = registry.read("telegram", page_of("one_embedded_message", changed.encode()))

    assert [post.native_id for post in reading.posts] == ["suaracontoh/25"]

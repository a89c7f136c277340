"""Layouts that changed: every field of every case renamed, gone and of another kind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import registry
from crawler.page import Page
from tests.platforms import broken

CASES = Path(__file__).parent / "cases"
SOUND = broken.sound(CASES)
NOT_HEARD = frozenset(
    (
        ("newline_separated_answer", "timeline_list_feed_units gone"),
        ("page_with_its_newest_posts", "timeline_list_feed_units gone"),
        ("page_with_its_newest_posts", "user gone"),
        ("page_with_its_newest_posts", "user of another kind"),
        ("reel_page", "creation_story renamed"),
        ("group_page_with_a_members_post", "group_feed gone"),
        ("group_page_with_a_members_post", "group renamed"),
        ("group_page_with_a_members_post", "name renamed"),
        ("group_page_with_a_members_post", "name gone"),
        ("group_page_with_a_members_post", "name of another kind"),
    )
)
"""A page that shows an account and no list, as those behind the pop-up do; a reel whose story is gone
has the number of its video; a group without its name is not told, its members' posts are."""


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_a_changed_layout_never_loses_content_in_silence(case: Path) -> None:
    page = broken.page_of(case)
    before = registry.read("facebook", page)
    wrong = [
        fault
        for what, text in broken.layouts(page.body.decode())
        for fault in broken.faults_of(
            before, registry.read("facebook", broken.page_of(case, text.encode())), what
        )
    ]

    assert {fault for fault in wrong if (case.name, fault.split(":")[0]) not in NOT_HEARD} == set()


def test_enough_layouts_are_tried() -> None:
    tried = sum(len(list(broken.layouts(broken.page_of(case).body.decode()))) for case in SOUND)

    assert tried > 500


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_bytes_cut_out_anywhere_never_crash_the_reader(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(SOUND))
    body = broken.page_of(case).body
    start = data.draw(st.integers(0, len(body)))
    stop = data.draw(st.integers(start, len(body)))

    reading = registry.read("facebook", broken.page_of(case, body[:start] + body[stop:]))

    assert not [d for d in reading.drift if d.detail.split(" in ")[0].endswith("Error")]


@pytest.mark.parametrize(
    "body",
    [
        b"\x00" * 1000,
        b"<html>" + b"<div>" * 300_000,
        b"<html><script>" * 20_000,
        b"<html>" + b"<script>x(" + b'({"a":' * 300_000,
        b"[" * 400_000,
        b"[" + b"{}," * 300_000 + b"{}]",
        b"<html><script type='application/json' data-sjs>{\"require\":" + b"[" * 99_999,
        b"\xff\xfe\x00<html>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"{}",
        b"null",
        b"for (;;);",
    ],
    ids=range(12),
)
def test_a_hostile_body_is_drift_and_soon_read(body: bytes) -> None:
    began = time.monotonic()
    reading = registry.read("facebook", Page("https://www.facebook.com/x.contoh", 200, {}, body))

    assert reading.drift
    assert not reading.posts
    assert not reading.empty
    assert time.monotonic() - began < 5

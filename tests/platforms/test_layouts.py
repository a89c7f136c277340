"""Layouts of Meta's platforms that changed: every field of every case, and the page as a whole.

What a page showed is shown, or the reader says that it could not see it: drift, or a typed state
that the sound page did not have. Nothing is called empty, nothing crashes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import registry
from crawler.page import Page
from evidence.model import Reading
from tests.platforms import broken, heard

HERE = Path(__file__).parent
META = ("facebook", "instagram", "threads")
SOUND = [case for name in META for case in broken.sound(HERE / name / "cases")]
LEAST = 30
"""Layouts of each platform, as the requirement asks; of each case there are more."""
LEFT_OUT = {
    "facebook": frozenset(
        ("comet_ufi_summary_and_actions_renderer", "feedback", "edges", "share_count_reduced",
         "video_view_count")
    ),
    "instagram": frozenset(
        ("coauthor_producers", "comments_connection", "edge_media_to_comment", "usertags", "top_likers",
         "edge_media_to_parent_comment", "edge_threaded_comments", "media_count", "play_count",
         "video_view_count", "like_and_view_counts_disabled")
    ),
    "threads": frozenset(("direct_replies",)),
}  # fmt: skip
"""Fields that sound pages leave out when there is nothing to say, or to this visitor: who is tagged,
comments beside a post, views. Gone or renamed they cannot be told from that, and what is counted but
not shown is a gap of the visit (REPLIES_LIMIT, PART_LISTED). No post and no account stands in them;
of another kind they are heard of."""


def platform_of(case: Path) -> str:
    return case.parents[1].name


def read(case: Path, text: str | None = None) -> Reading:
    body = None if text is None else text.encode()
    return registry.read(platform_of(case), broken.page_of(case, body))


def text_of(case: Path) -> str:
    return (case / "body").read_bytes().decode()


def excused(case: Path, what: str) -> bool:
    key, _, how = what.partition(" ")
    return key in LEFT_OUT[platform_of(case)] and how in ("gone", "renamed")


def named(case: Path) -> str:
    return f"{platform_of(case)}/{case.name}"


def foreign(platform: str) -> Iterator[Path]:
    for other in sorted(set(registry.PLATFORMS) - {platform}):
        yield from broken.sound(HERE / other / "cases")


@pytest.mark.parametrize("case", SOUND, ids=named)
def test_a_changed_layout_never_loses_content_in_silence(case: Path) -> None:
    before = read(case)
    wrong = [
        fault
        for what, text in broken.layouts(text_of(case))
        for fault in heard.faults_of(before, read(case, text), what, lost=not excused(case, what))
    ]

    assert wrong == []


@pytest.mark.soak
@pytest.mark.parametrize("case", SOUND, ids=named)
def test_fields_of_still_other_kinds_are_heard(case: Path) -> None:
    before = read(case)
    wrong = [
        fault
        for what, text in broken.fields(broken.split(text_of(case)), broken.MORE_CHANGES)
        for fault in heard.faults_of(before, read(case, text), what)
    ]

    assert wrong == []


@pytest.mark.parametrize("case", SOUND, ids=named)
def test_the_same_written_in_another_way_reads_the_same(case: Path) -> None:
    before = read(case)
    wrong = [
        how
        for how, text in broken.same(text_of(case))
        if (after := read(case, text)).empty != before.empty
        or heard.content(after) != heard.content(before)
        or heard.told(after) != heard.told(before)
    ]

    assert wrong == []


@pytest.mark.parametrize("case", SOUND, ids=named)
def test_at_another_pages_address_nobody_becomes_the_author_of_anothers_post(case: Path) -> None:
    page, authors = broken.page_of(case), {p.native_id: p.author_id for p in read(case).posts}
    for other in SOUND:
        if platform_of(other) == platform_of(case):
            swapped = replace(page, url=broken.page_of(other).url)
            after = registry.read(platform_of(case), swapped)

            assert not [
                p for p in after.posts if authors.get(p.native_id, p.author_id) != p.author_id
            ]
            assert after.empty <= read(case).empty


@pytest.mark.parametrize("platform", META)
def test_pages_of_other_platforms_are_drift_and_show_nothing(platform: str) -> None:
    wrong = [
        named(case)
        for case in foreign(platform)
        if (shown := registry.read(platform, broken.page_of(case))).posts
        or shown.accounts
        or shown.interactions
        or shown.empty
        or not (shown.drift or shown.states)
    ]

    assert wrong == []


@pytest.mark.parametrize("platform", META)
def test_enough_layouts_are_tried_and_the_excuses_are_needed(platform: str) -> None:
    cases = [case for case in SOUND if platform_of(case) == platform]
    changed = [broken.keys(broken.split(text_of(case)).values) for case in cases]

    assert sum(map(len, changed)) * len(broken.CHANGES) > 30 * LEAST
    assert LEFT_OUT[platform] <= set().union(*changed)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_bytes_cut_out_anywhere_never_crash_a_reader(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(SOUND))
    body = broken.page_of(case).body
    start = data.draw(st.integers(0, len(body)))
    stop = data.draw(st.integers(start, len(body)))

    reading = registry.read(platform_of(case), broken.page_of(case, body[:start] + body[stop:]))

    assert not [d for d in reading.drift if d.detail.split(" in ")[0].endswith("Error")]


@pytest.mark.parametrize("platform", META)
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
def test_a_hostile_body_is_drift_and_soon_read(platform: str, body: bytes) -> None:
    began = time.process_time()
    reading = registry.read(platform, Page(f"https://www.{platform}.com/x.contoh", 200, {}, body))

    assert reading.drift
    assert not reading.posts
    assert not reading.empty
    assert time.process_time() - began < 5

"""Layouts that changed: every field of every case renamed, removed and retyped."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Reading
from tests.platforms.altered import every_path

CASES = Path(__file__).parent / "cases"
RETYPED = (7, None, [], {}, "x")


def sound_cases() -> list[str]:
    """Cases of JSON answers that read without drift."""
    return [
        folder.name
        for folder in sorted(CASES.iterdir())
        if (folder / "body").read_bytes()[:1] == b"{" and '"drift"' not in expected(folder)
    ]


def expected(folder: Path) -> str:
    return (folder / "expected.json").read_text("utf-8")


def page_of(name: str, body: bytes | None = None) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    given = (CASES / name / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given)


def mutants(value: Any) -> Iterator[Any]:
    """The value with one field renamed, removed or of another type; all of them."""
    for path in every_path(value):
        for change in ("rename", "remove", *range(len(RETYPED))):
            mutant = copy.deepcopy(value)
            holder = mutant
            for step in path[:-1]:
                holder = holder[step]
            old = holder.pop(path[-1])
            if change == "rename":
                holder[f"{path[-1]}V2"] = old
            elif change != "remove":
                holder[path[-1]] = RETYPED[int(change)]
            yield mutant


def says_nothing(reading: Reading) -> bool:
    return not (
        reading.posts
        or reading.accounts
        or reading.interactions
        or reading.states
        or reading.proofs
        or reading.drift
    )


@pytest.mark.parametrize("name", sound_cases())
def test_a_changed_layout_never_loses_a_post_in_silence(name: str) -> None:
    """Posts and listed edges may only become fewer beside a drift or a typed state."""
    page = page_of(name)
    before = registry.read("bluesky", page)
    tried = 0
    for mutant in mutants(json.loads(page.body)):
        after = registry.read("bluesky", page_of(name, json.dumps(mutant).encode()))
        told = bool(after.drift or after.states)
        emptied = after.empty and not any(mutant.get(key) for key in ("feed", "records"))
        tried += 1

        assert told or emptied or len(after.posts) >= len(before.posts)
        assert told or emptied or not says_nothing(after) or before.empty

    assert tried > 6 or before.empty


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"feed":' * 100_000,
        b'{"feed":[{"post":' * 5_000,
        b'{"error":' + b"9" * 5000 + b"}",
        b"\xff\xfe{}",
        b"null",
        b'"feed"',
        b"\x00",
        b"",
        b"<" * 100_000,
        b'{"thread":{"post":{},"replies":' + b'[{"replies":' * 900 + b"[]" + b"}]" * 900 + b"}}",
        b":\xa2eroots" + b"\x81" * 100_000,
        b'{"uri":1,"value":2}',
        b'{"did":"d","active":"yes"}',
        b'{"posts":{"a":1}}',
        b'{"didDoc":[],"did":5}',
    ],
    ids=range(16),
)
def test_a_hostile_body_is_drift(body: bytes) -> None:
    reading = registry.read("bluesky", Page("https://x.example/xrpc/y", 200, {}, body))

    assert reading.drift
    assert not reading.posts


def test_a_thread_thousands_deep_is_read_or_told() -> None:
    """Replies are walked without recursion; what the JSON parser refuses is drift."""
    body = json.loads(page_of("thread_with_parent_replies_not_found_and_blocked").body)
    leaf = body["thread"]["replies"][0]
    for _ in range(300):
        leaf = {**leaf, "replies": [leaf]}
    body["thread"]["replies"] = [leaf]
    name = "thread_with_parent_replies_not_found_and_blocked"
    reading = registry.read("bluesky", page_of(name, json.dumps(body).encode()))

    assert len(reading.posts) >= 300
    assert not reading.drift

"""A layout that moved must be noticed: drift or a typed state, never posts lost in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import Reading
from tests.platforms.altered import changed

CASES = Path(__file__).parent / "cases"
PAGES = (
    "statuses_page_of_every_kind", "context_with_replies", "history_versions", "account_present",
    "favourited_by_gives_likes", "followers_give_follows", "activitypub_outbox",
    "activitypub_person",
)  # fmt: skip
IGNORED = frozenset(
    ("visibility", "sensitive", "language", "card", "emojis", "tags", "note", "avatar", "header",
     "locked", "bot", "fields", "last_status_at", "preview_url", "votes_count", "voters_count",
     "expires_at", "expired", "multiple", "in_reply_to_account_id", "username", "url", "uri",
     "name", "summary", "tag", "updated", "likes", "quoteUrl", "inReplyTo", "movedTo", "next",
     "published", "attachment", "orderedItems", "type", "content")
)  # fmt: skip
"""Fields read on purpose not, or that may be missing by the format (ActivityPub); retyped ones of
these are tried for crashes all the same."""


def _page(case: str) -> tuple[dict[str, Any], Any]:
    said = json.loads((CASES / case / "page.json").read_text("utf-8"))
    return said, json.loads((CASES / case / "body").read_bytes())


def _changes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            for change in ("removed", "renamed", "number", "list", "null"):
                yield change, (*path, key)
            yield from _changes(inner, (*path, key))
    elif isinstance(value, list) and value:
        yield from _changes(value[0], (*path, 0))


MUTATIONS = [
    pytest.param(case, change, path, id=f"{case}-{'.'.join(map(str, path))}-{change}")
    for case in PAGES
    for change, path in _changes(_page(case)[1])
]


def _amount(reading: Reading) -> int:
    return len(reading.posts) + len(reading.accounts) + len(reading.interactions)


@pytest.mark.parametrize(("case", "change", "path"), MUTATIONS)
def test_changed_layout_never_loses_posts_in_silence(
    case: str, change: str, path: tuple[Any, ...]
) -> None:
    said, body = _page(case)
    before = read("mastodon", Page(said["url"], 200, said["headers"], json.dumps(body).encode()))
    mutated = json.dumps(changed(body, change, path)).encode()

    after = read("mastodon", Page(said["url"], 200, said["headers"], mutated))

    assert not any("Error in" in fault.detail for fault in after.drift), "the reader crashed"
    assert not after.empty
    assert after.drift or after.states or len(after.posts) == len(before.posts)
    assert after.drift or after.states or _amount(after) > 0


@pytest.mark.parametrize(
    "name",
    ["id", "content", "account", "reblog", "media_attachments", "created_at", "spoiler_text",
     "favourites_count", "reblogs_count", "replies_count", "in_reply_to_id", "mentions"],
)  # fmt: skip
@pytest.mark.parametrize("change", ["removed", "renamed", "number"])
def test_every_field_that_is_read_of_a_status_is_missed(name: str, change: str) -> None:
    said, body = _page("statuses_page_of_every_kind")
    mutated = [changed(status, change, (name,)) for status in body[-1:]]

    after = read("mastodon", Page(said["url"], 200, said["headers"], json.dumps(mutated).encode()))

    assert after.drift
    assert not after.empty


def test_there_are_enough_mutations() -> None:
    assert len(MUTATIONS) >= 30

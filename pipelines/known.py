"""What the archive knows of the posts a page names, and which of them the page shows unchanged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.desk import Desk, known_post
from crawler.visit import Visit
from evidence.history import SHOWN, state_digest
from evidence.model import KnownPost, Post, Reading
from evidence.record import post_key, server_of

HEAD = ("state", "state_digest")
"""The fields of a post's row that say whether what a page shows is new."""
STATES = frozenset(state.value for state in SHOWN)


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive holds of a page's posts.

    posts:     by native id, those that are not unchanged, and those of the page's markers.
    unchanged: native ids of posts that were shown before and are shown with the same content.
    """

    posts: Mapping[str, KnownPost]
    unchanged: frozenset[str]


def known_of(reading: Reading, visit: Visit, desk: Desk) -> Known:
    """What the archive knows of every post a reading names.

    Most posts of most pages are unchanged and make no record of their own: two fields of their rows
    tell them apart, and only the rest are read whole. A post shown twice on a page counts once.
    """
    shown = {post.native_id: post for post in reading.posts}
    heads = _heads(shown, visit, desk)
    unchanged = frozenset(id for id, head in heads.items() if _is_same(head, shown[id]))
    marked = {s.subject.removeprefix("post:") for s in reading.states if s.subject[:5] == "post:"}
    return Known(_posts((heads.keys() - unchanged) | marked, visit, desk), unchanged)


def _heads(ids: Collection[str], visit: Visit, desk: Desk) -> dict[str, Mapping[str, Any]]:
    keys = _keys(ids, visit)
    found = desk.archive.fields_by_id("posts", list(keys), HEAD) if keys else {}
    return {keys[key]: head for key, head in found.items()}


def _posts(ids: Collection[str], visit: Visit, desk: Desk) -> dict[str, KnownPost]:
    keys = _keys(sorted(ids), visit)
    found = desk.archive.rows_by_id("posts", list(keys)) if keys else {}
    return {keys[key]: known_post(row) for key, row in found.items()}


def _keys(ids: Collection[str], visit: Visit) -> dict[str, str]:
    """Native ids by the ids of their rows, on the visited account's server."""
    platform = visit.entry.account.platform
    server = server_of(platform, visit.base_url)
    return {post_key(platform, id, server): id for id in ids}


def _is_same(head: Mapping[str, Any], post: Post) -> bool:
    return head["state"] in STATES and head["state_digest"] == state_digest(post)

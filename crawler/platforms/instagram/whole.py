"""What one part of an Instagram page gives to another: numbers of authors, figures, proof of an end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crawler.headings import Headings
from crawler.platforms.instagram.landing import figures
from crawler.relay import drilled
from crawler.sight import Sight, filled
from evidence.model import Counts, Drift, SeenState

COMMENTS = ("comments_connection", "edge_media_to_parent_comment", "edge_media_to_comment",
            "edge_media_preview_comment", "edge_threaded_comments")  # fmt: skip
LISTS = ("polaris_ordered_timeline_connection", "polaris_timeline_connection")

PARALLEL = ("carousel_media",)
COUNTLESS = (*LISTS, "comments_connection")


def complete(sight: Sight, head: Headings | None) -> None:
    """Fills in what stands elsewhere on the page: an author's number, a single post's figures.

    Lists of 2026 name an author by handle alone; pages of posts give figures in the head alone.
    """
    numbers = {
        account.handle.lower(): account.native_id
        for account in sight.accounts.values()
        if account.handle and account.native_id
    } | {p.author_handle.lower(): p.author_id for p in sight.posts.values()
         if p.author_handle and p.author_id}  # fmt: skip
    for name, post in sight.posts.items():
        if post.author_id is None and post.author_handle:
            sight.posts[name] = replace(post, author_id=numbers.get(post.author_handle.lower()))
    if len(sight.posts) == 1 and head is not None:
        (name, post) = next(iter(sight.posts.items()))
        said = head.meta.get("og:description", "")
        if not said and post.counts == Counts() and post.published_at:
            sight.fault("og:description: expected the figures that stand nowhere else")
        if not post.counts.approximate:
            told = figures(said)
            near = tuple((n, v) for n, v in told.approximate if getattr(post.counts, n) is None)
            counts = filled(replace(post.counts, approximate=near), replace(told, approximate=()))
            sight.posts[name] = replace(post, counts=counts)


def unwrapped(value: dict[str, Any], name: str) -> dict[str, Any]:
    """A post whose fields stand in two places: around what is kept for visitors, and in it.

    Since 2026 the pictures of a carousel may stand around, its films in it, each list complete.
    """
    around, within = {k: v for k, v in value.items() if k != name}, value[name]
    together = _over(around, within)
    for part in PARALLEL:
        outer, inner = around.get(part), within.get(part)
        if isinstance(outer, list) and isinstance(inner, list) and len(outer) == len(inner):
            pairs = zip(outer, inner, strict=True)
            together[part] = [_over(o, i) if isinstance(o, dict) else i for o, i in pairs]
    return together


def _over(first: dict[str, Any], second: Any) -> dict[str, Any]:
    """Fields of both, the second's where it says something."""
    told = second if isinstance(second, dict) else {}
    return {**first, **{k: v for k, v in told.items() if v is not None or k not in first}}


def is_end(value: dict[str, Any]) -> bool:
    """Whether an object holds an account's list of posts, which is there, ends and holds nothing."""
    for name in LISTS:
        ends = drilled(value, name, "page_info", "has_next_page") is False
        if ends and drilled(value, name, "edges") == []:
            return True
    return False


def broken_lists(value: dict[str, Any]) -> list[Drift]:
    """Faults of lists of posts and comments: a part of one gone would be what it lists gone.

    Lists of the older family may tell their count alone.
    """
    faults = []
    for name in (*LISTS, *COMMENTS):
        listed = value.get(name)
        if listed is None:
            continue
        edges = drilled(listed, "edges")
        counted = name not in COUNTLESS and isinstance(drilled(listed, "count"), int)
        if not isinstance(edges, list) and not (counted and edges is None):
            faults.append(Drift(f"{name}.edges: expected a list"))
        elif not all(isinstance(drilled(edge, "node"), dict) for edge in edges or ()):
            faults.append(Drift(f"{name}.edges[].node: expected an object"))
    return faults


def is_empty(sight: Sight, ends: int) -> bool:
    """Whether an empty list is one of an account that is there for everybody."""
    states = {account.state for account in sight.accounts.values()}
    return bool(ends) and states == {SeenState.PRESENT}

"""Figures of a post of Instagram, in the two families of objects (see media.py).

A figure that is hidden is null, -1 or flagged; the field itself is there all the same, so that one
that is renamed is heard of.
"""

from __future__ import annotations

from typing import Any

from crawler.relay import drilled
from crawler.sight import hides_figures, number
from crawler.take import Node
from evidence.model import Counts

LIKES = ("edge_media_preview_like", "edge_liked_by", "likes")
COMMENTS = ("edge_media_to_parent_comment", "edge_media_to_comment", "edge_media_preview_comment",
            "comments")  # fmt: skip
VIEWS = ("view_count", "play_count", "ig_play_count", "video_view_count", "video_play_count")
HIDDEN = "like_and_view_counts_disabled"
SINCE_HIDING = frozenset(
    ("coauthor_producers", "has_delayed_metadata", "fundraiser_tag", "clips_tab_pinned_user_ids")
)
"""Fields of posts of the `code` family that came after owners could hide figures (May 2021): since
October of that year. With two of them the flag is there as well."""


def counts(item: Node) -> Counts:
    """Likes, comments, shares and views; None where the platform does not tell them."""
    hidden = _is_hidden(item)
    like = _first(item, ("like_count",)) or _first_of(item, LIKES)
    comment = _first(item, ("comment_count", "comments_count")) or _first_of(item, COMMENTS)
    _owed(item)
    return Counts(
        like=None if hidden or like is None else like[0],
        share=(_first(item, ("reshare_count",)) or (None,))[0],
        comment=None if comment is None else comment[0],
        view=None if hidden else (_first(item, VIEWS) or (None,))[0],
    )


def _is_hidden(item: Node) -> bool:
    """Whether the owner hides likes and views; then what stands in their fields is not shown.

    Where the flag is due and no name of it is there, nobody can tell: a fault, and taken as hidden.
    """
    hidden = hides_figures(item.value)
    if hidden:
        return True
    item.may(HIDDEN, bool)
    owed = "like_count" in item.value and len(SINCE_HIDING & item.value.keys()) >= 2
    if owed and hidden is None:
        item.fault(HIDDEN, "expected bool, found nothing")
    return owed and hidden is None


def _owed(item: Node) -> None:
    """Notes a figure whose siblings are there while it is not."""
    value = item.value
    closed = value.get("comments_disabled") is True
    if "like_count" in value and "comment_count" not in value and not closed:
        item.fault("comment_count", "expected a count, found nothing")
    if "comment_count" in value and "like_count" not in value:
        item.fault("like_count", "expected a count, found nothing")
    if "shortcode" in value and "edge_media_to_caption" in value and "display_resources" in value:
        for names in (LIKES, COMMENTS):
            if not any(drilled(value, name, "count") is not None for name in names):
                item.fault(names[0], "expected a count, found nothing")


def _first(item: Node, names: tuple[str, ...]) -> tuple[int | None] | None:
    """The first of these fields that is there and not null, as a count in a tuple."""
    for name in names:
        found = item.value.get(name)
        if found is not None:
            if isinstance(found, bool) or not isinstance(found, int):
                item.fault(name, "expected a count, or null")
            return (number(found),)
    return None


def _first_of(item: Node, names: tuple[str, ...]) -> tuple[int | None] | None:
    """The same for objects and lists that hold their count among other things."""
    found: tuple[int | None] | None = None
    for name in names:
        listed: Any = item.value.get(name)
        if listed is None or (name == "comments" and isinstance(listed, list)):
            continue
        counted = drilled(listed, "count")
        if not isinstance(counted, int) or isinstance(counted, bool):
            item.fault(f"{name}.count", "expected a count")
        elif found is None:
            found = (number(counted),)
    return found

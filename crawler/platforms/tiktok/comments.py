"""Comments and the answers to them, as the page's own lists give them."""

from __future__ import annotations

from crawler.platforms.tiktok import figures, item
from crawler.platforms.tiktok.sight import Sight
from crawler.platforms.tiktok.urls import onward
from crawler.take import Node, each
from evidence.errors import ParseError
from evidence.model import Act, Interaction


def read(holder: Node, sight: Sight) -> None:
    """Notes every comment of a list as an edge to the post, also those that answer a comment.

    A list that counts none is positive proof that there are none; one that counts some and shows
    none is a fault.
    """
    listed = holder.exact("comments", list) or []
    for edges in each(listed, f"{holder.path}.comments", holder.faults, comment):
        sight.acts.update(dict.fromkeys(edges))
    more = holder.value.get("has_more") in (1, True)
    if not more and holder.value.get("has_more") not in (0, False):
        holder.fault("has_more", "expected 0 or 1")
    total = figures.number(holder.value.get("total"))
    if not listed and not more and total == 0:
        sight.empty = True
    elif not listed:
        sight.fault(f"{holder.path}.comments: none shown of {total} counted")
    cursor = figures.number(holder.value.get("cursor"))
    if more and cursor is None:
        holder.fault("cursor", "expected count")
    following = onward(sight.url, str(cursor)) if more and cursor is not None else None
    if following:
        sight.next.append(following)


def comment(entry: Node) -> tuple[Interaction, ...]:
    """A comment and the answers shown below it.

    Raises ParseError without its id, its author, its text or the post it stands under.
    """
    user = entry.inner("user")
    target = entry.must("aweme_id", str)
    if not (target.isascii() and target.isdigit()):
        raise ParseError(f"{entry.path}.aweme_id", "expected digits")
    said = Interaction(
        Act.COMMENT,
        user.must("uid", str),
        user.want("unique_id", str),
        target,
        entry.must("cid", str),
        item.moment(entry),
        item.written(entry, "text"),
    )
    answers = entry.may("reply_comment", list) or []
    below = each(answers, f"{entry.path}.reply_comment", entry.faults, comment)
    return (said, *(edge for edges in below for edge in edges))

"""Figures as TikTok gives them: exact strings in `statsV2`, often rounded numbers in `stats`."""

from __future__ import annotations

from typing import Any

from crawler.page import whole_number
from crawler.take import Node
from evidence.model import AccountCounts, Counts

OF_POST = {
    "like": "diggCount",
    "share": "shareCount",
    "comment": "commentCount",
    "view": "playCount",
}
OF_ACCOUNT = {"follower": "followerCount", "following": "followingCount", "post": "videoCount"}
SNAKE = {"diggCount": "digg_count", "shareCount": "share_count", "commentCount": "comment_count",
         "playCount": "play_count"}  # fmt: skip
ROUNDED_FROM = 10_000


def of_post(item: Node) -> Counts:
    """Counts of a post; a figure that is nowhere is a fault."""
    exact, rounded = _figures(item, OF_POST)
    return Counts(
        exact.get("like"), exact.get("share"), exact.get("comment"), exact.get("view"), rounded
    )


def of_account(item: Node) -> AccountCounts:
    """Counts of an account, from an object that holds `stats` or `statsV2`."""
    exact, rounded = _figures(item, OF_ACCOUNT)
    return AccountCounts(exact.get("follower"), exact.get("following"), exact.get("post"), rounded)


def number(value: Any) -> int | None:
    """A count given as a number or as a string of digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value)
    return whole_number(value)


def _figures(
    item: Node, names: dict[str, str]
) -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    precise = _holder(item, "statsV2", "authorStatsV2")
    plain = _holder(item, "stats", "statistics", "authorStats")
    exact: dict[str, int] = {}
    rounded: dict[str, int] = {}
    if not precise and not plain:
        item.fault("stats", "expected dict, found nothing")
        return {}, ()
    for name, field in names.items():
        found = number(precise.get(field))
        if found is not None:
            exact[name] = found
            continue
        if precise:
            item.fault(f"statsV2.{field}", "expected count")
        found = number(plain.get(field, plain.get(SNAKE.get(field, field))))
        if found is None:
            item.fault(f"stats.{field}", "expected count")
        elif found >= ROUNDED_FROM and found % 100 == 0 and "aweme_id" not in item.value:
            rounded[name] = found
        else:
            exact[name] = found
    return exact, tuple(sorted(rounded.items()))


def _holder(item: Node, *names: str) -> dict[str, Any]:
    for name in names:
        found = item.may(name, dict)
        if found:
            return found
    return {}

"""Accounts in X's JSON: `core` and `relationship_counts`, the older `legacy`, and embeds."""

from __future__ import annotations

from crawler.page import whole_number
from crawler.sight import is_set
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import AccountCounts, AccountSeen, SeenState

FIGURES = (
    ("follower", "followers_count", "relationship_counts", "followers"),
    ("following", "friends_count", "relationship_counts", "following"),
    ("post", "statuses_count", "tweet_counts", "tweets"),
)


def account(item: Node) -> AccountSeen:
    """The account a User object shows; PRIVATE when it says that its posts are protected.

    Raises ParseError without an id or a handle.
    """
    state = SeenState.PRIVATE if is_protected(item) else SeenState.PRESENT
    shown = name(item)
    if shown is None:
        item.fault("name", "in neither core, legacy nor the object itself")
    return AccountSeen(identity(item), handle(item), shown, state, _counts(item))


def identity(item: Node) -> str:
    """The number that survives a rename. Raises ParseError without one."""
    return item.must("rest_id" if "rest_id" in item.value else "id_str", str)


def handle(item: Node) -> str:
    """The screen name. Raises ParseError when none of the places for it holds one."""
    found = _of(item, "screen_name")
    if not found:
        raise ParseError(
            f"{item.path}.screen_name", "in neither core, legacy nor the object itself"
        )
    return found


def name(item: Node) -> str | None:
    """The display name."""
    return _of(item, "name")


def is_named(item: Node) -> bool:
    """Whether the object tells of an account, and does not only hold its timeline."""
    return any(name in item.value for name in ("core", "legacy", "screen_name"))


def is_protected(item: Node) -> bool:
    """Whether the account shows its posts to accepted followers only."""
    for holder in (item.may("privacy", dict), item.may("legacy", dict), item.value):
        if holder and is_set(holder.get("protected")):
            return True
    return False


def _of(item: Node, field: str) -> str | None:
    for holder in (item.may("core", dict), item.may("legacy", dict), item.value):
        found = holder.get(field) if holder else None
        if isinstance(found, str) and found:
            return found
    return None


def _counts(item: Node) -> AccountCounts:
    """Figures; a profile without them is a fault, an `about` page or an embed's author is none."""
    found: dict[str, int | None] = {}
    legacy = item.may("legacy", dict) or item.value
    for field, older, group, newer in FIGURES:
        grouped = item.may(group, dict) or {}
        found[field] = whole_number(legacy.get(older, grouped.get(newer)))
    missing = [field for field, value in found.items() if value is None]
    due = len(missing) < len(found) or "avatar" in item.value or "legacy" in item.value
    if missing and due and "about_profile" not in item.value:
        item.fault("counts", f"without {', '.join(missing)}")
    return AccountCounts(found["follower"], found["following"], found["post"])

"""What ActivityPub activities do to what was said before: take it back, bury it, pass it round.

Source: W3C Activity Vocabulary; FEP-1b12 (groups pass on their members' activities); Mastodon on
`formerType`.
"""

from __future__ import annotations

from typing import Any

from crawler.take import Node
from evidence.model import SeenState, StateSeen

UNREAD = frozenset(
    ("Undo", "Accept", "Reject", "TentativeAccept", "TentativeReject", "Block", "Flag", "Add", "Remove",
     "Move", "View", "Dislike", "EmojiReact", "Ignore", "Invite", "Join", "Leave", "Offer", "Read",
     "Listen", "Arrive", "Travel", "ChatMessage", "Lock", "QuoteRequest",
     "QuoteAuthorization")
)  # fmt: skip
"""Types that are known and show no post, account or act; that one came is noted, and no more. A
`ChatMessage` is a private message: it is not looked into."""
WRAPPED = frozenset(("Create", "Update"))
FORMER_ACTORS = frozenset(("Person", "Service", "Organization", "Group", "Application"))


def kind(item: Node) -> str:
    """The type of a document, the first where it has several. Raises ParseError without one."""
    return first(item.value.get("type")) or item.must("type", str)


def first(said: Any) -> str | None:
    """A type, or the first of a list of them; None when it is neither."""
    one = said[0] if isinstance(said, list) and said else said
    return one if isinstance(one, str) and one else None


def state(item: Node, name: str) -> StateSeen:
    """What an activity that is not read says: that it came; of a repost taken back, that it is gone."""
    undone = item.value.get("object")
    if name == "Undo" and isinstance(undone, dict) and first(undone.get("type")) == "Announce":
        native_id = undone.get("id")
        if isinstance(native_id, str) and native_id and undone.get("actor") == _actor(item):
            return StateSeen(f"post:{native_id}", SeenState.ABSENT, name)
    return StateSeen(f"page:{item.value.get('id', '')}", SeenState.PRESENT, name)


def buried(item: Node) -> StateSeen:
    """A Tombstone, which stands for a post, or for an account where it says so."""
    word = "account" if was_actor(item.value) else "post"
    return StateSeen(f"{word}:{item.must('id', str)}", SeenState.ABSENT, "Tombstone")


def was_actor(value: Any) -> bool:
    """Whether a Tombstone stands for an account, by `formerType`."""
    return isinstance(value, dict) and first(value.get("formerType")) in FORMER_ACTORS


def is_relayed(value: Any) -> bool:
    """Whether what a group announces is an activity of a member that makes or changes no post."""
    if not isinstance(value, dict) or "actor" not in value:
        return False
    return first(value.get("type")) not in WRAPPED


def shared(item: Node) -> str | None:
    """The post inside of a member's activity that a group announces; None for a plain repost."""
    value = item.value.get("object")
    if not isinstance(value, dict) or first(value.get("type")) not in WRAPPED:
        return None
    made = value.get("object")
    found = made.get("id") if isinstance(made, dict) else made
    return found if isinstance(found, str) and found else None


def _actor(item: Node) -> Any:
    by = item.value.get("actor")
    return by.get("id") if isinstance(by, dict) else by

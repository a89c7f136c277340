"""Noting one post or account of X's JSON with all it says, or the marker in its place."""

from __future__ import annotations

from crawler.platforms.x import states, tweet, urls, user
from crawler.platforms.x.sight import Sight
from crawler.take import Node
from evidence.model import Post, SeenState

MARKERS = frozenset(("TweetTombstone", "TweetUnavailable", "TweetPreviewDisplay"))


def typename(item: Node) -> str:
    """What an object says it is; empty when it does not."""
    said = item.value.get("__typename")
    return said if isinstance(said, str) else ""


def note(post: Post, item: Node, sight: Sight) -> None:
    """Notes a post, what it does to others, and the markers it carries."""
    sight.posts.setdefault(post.native_id, post)
    sight.acts.update(dict.fromkeys(tweet.acts(item, post)))
    sight.states.update(dict.fromkeys(tweet.states(item, post)))


def author(item: Node, sight: Sight) -> None:
    """Notes the account that wrote a post, where the post holds it."""
    found = tweet.author_node(item)
    if found is not None and typename(found) != "UserUnavailable":
        sight.account(user.account(found))
        protected(found, sight)


def protected(item: Node, sight: Sight) -> None:
    """Notes that an account shows its posts to accepted followers only."""
    if user.is_protected(item):
        sight.state(f"account:{user.identity(item)}", SeenState.PRIVATE, "protected")


def no_post(item: Node, sight: Sight, about: str | None) -> None:
    """Notes the marker that stands in place of a post. about: its number, if the page says it."""
    subject = urls.subject(sight.url, about)
    kind = typename(item)
    if kind == "TweetPreviewDisplay":
        sight.state(subject, SeenState.GATED, kind)
    elif kind == "TweetTombstone":
        text = item.inner("tombstone").inner("text").must("text", str)
        sight.state(subject, *states.tombstone(text))
    else:
        reason = item.may("reason", str)
        marker = f"TweetUnavailable: {reason}" if reason else "TweetUnavailable"
        sight.state(subject, states.unavailable(reason or ""), marker)


def no_user(item: Node, sight: Sight, about: str | None = None) -> None:
    """Notes why an account is not shown. about: its number, if the page says it."""
    reason = item.may("reason", str) or item.may("unavailable_reason", str)
    asked = sight.asked
    named = about or item.may("rest_id", str) or asked.user_id or asked.handle
    subject = f"account:{named}" if named else f"page:{sight.url}"
    marker = f"UserUnavailable: {reason}" if reason else "UserUnavailable"
    sight.state(subject, states.unavailable(reason or ""), marker)

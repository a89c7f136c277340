"""Accounts of Threads, told from those of Meta's other services by what only Threads says of them."""

from __future__ import annotations

from typing import Any

from crawler.sight import Sight, number, number_of
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import AccountCounts, AccountSeen, SeenState

OF_THREADS = frozenset(
    ("text_post_app_is_private", "has_onboarded_to_text_post_app", "is_threads_only_user",
     "is_active_on_text_post_app", "text_post_app_info", "eligible_for_text_app_activation_badge",
     "hide_text_app_activation_badge_on_text_app", "profile_context_facepile_users",
     "text_app_biography")
)  # fmt: skip
"""Fields of a user that Threads has and Instagram, whose users they are as well, has not.
Source: pages of 2023 to 2026 as public tools describe them."""
ELSEWHERE = frozenset(
    ("following_count", "media_count", "edge_followed_by", "edge_follow", "bio_description",
     "followers_count", "statuses_count", "video_count", "country_block")
)  # fmt: skip
"""Fields of accounts of Instagram and of other services; Threads tells followers alone."""
PRIVATE = ("text_post_app_is_private", "is_private")


def is_account(value: dict[str, Any]) -> bool:
    """Whether an object is an account of Threads with its figures, not the stub of an author.

    Also one of which the name or the figure was renamed.
    """
    told = {"follower_count", "biography"} & value.keys()
    if not told or ELSEWHERE & value.keys():
        return False
    return len(told) == 2 or ("username" in value and bool(OF_THREADS & value.keys()))


def account(item: Node, sight: Sight) -> None:
    """Notes an account with its figures and whether it is private."""
    try:
        native_id = number_of(item.value)
        if native_id is None:
            raise ParseError(item.path, "expected the number of an account")
        name = next((name for name in PRIVATE if name in item.value), PRIVATE[0])
        closed = item.want(name, bool)
        state = SeenState.PRIVATE if closed else SeenState.PRESENT
        if closed:
            sight.state(f"account:{native_id}", state, name)
        follower = number(item.value.get("follower_count"))
        if follower is None:
            item.fault("follower_count", "expected a count")
        handle = item.must("username", str)
        counts = AccountCounts(follower=follower)
        sight.account(AccountSeen(native_id, handle, item.may("full_name", str), state, counts))
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")

"""Answers of Instagram that are sound and show no post, account or act, and lists that hold nothing.

An empty list for a visitor without a login is no proof that there is nothing: it is told as not seen.
"""

from __future__ import annotations

from typing import Any

from crawler.relay import drilled, walk
from crawler.sight import Sight, identity, is_set, number_of
from evidence.model import SeenState

OF_POSTS = frozenset(
    ("items", "reel", "reels", "reels_media", "edge_owner_to_timeline_media", "edge_felix_video_timeline",
     "edge_user_to_photos_of_you", "edge_saved_media", "edge_hashtag_to_media", "edge_location_to_media",
     "edge_highlight_reels", "xdt_api__v1__feed__user_timeline_graphql_connection",
     "xdt_api__v1__clips__user__connection_v2")
)  # fmt: skip
"""Lists of posts and stories."""
OF_OTHERS = frozenset(
    ("users", "tray", "broadcasts", "comments", "suggested_users", "hashtags", "places", "edge_followed_by",
     "edge_follow", "edge_liked_by", "authenticated")
)  # fmt: skip
"""Fields of answers whose things name no post or account that they are of."""


def said(document: dict[str, Any], sight: Sight) -> None:
    """Notes what an answer is that succeeded and shows nothing; one that is not known says nothing."""
    if identity(document.get("media_id")) and "author_name" in document and "html" in document:
        native_id = str(document["media_id"]).partition("_")[0]
        sight.state(f"post:{native_id}", SeenState.PRESENT, "oembed")
    if document.get("status") != "ok" and not isinstance(document.get("data"), dict):
        return
    owner = document.get("user")
    name = number_of(owner) if isinstance(owner, dict) and is_set(owner.get("is_private")) else None
    if name is not None:
        sight.state(f"account:{name}", SeenState.PRIVATE, "is_private")
    for value in walk(document):
        for name in sorted(OF_POSTS & value.keys()):
            if _holds_nothing(value[name]):
                sight.state(f"page:{sight.url}#posts", SeenState.UNSEEN, f"{name}: nothing in it")
        for name in sorted(OF_OTHERS & value.keys()):
            sight.state(f"page:{sight.url}", SeenState.PRESENT, name)


def _holds_nothing(listed: Any) -> bool:
    """Whether a list is there in one of its forms, and no entry in it."""
    edges = drilled(listed, "edges")
    return listed in (None, [], {}) or edges == []

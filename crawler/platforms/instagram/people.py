"""Accounts of Instagram's pages and answers, and who did what to a post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.platforms.instagram.media import media_id
from crawler.relay import drilled, walk
from crawler.sight import Sight, identity, moment, number, number_of
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import AccountCounts, AccountSeen, Act, Interaction, Post, SeenState

OF_ACCOUNT = frozenset(
    ("edge_followed_by", "edge_follow", "follower_count", "following_count", "media_count",
     "biography", "edge_owner_to_timeline_media", "full_name")
)  # fmt: skip
ELSEWHERE = frozenset(
    ("text_post_app_is_private", "acct", "statuses_count", "followers_count", "bio_description")
)  # fmt: skip
OWN = frozenset(("media_count", "edge_followed_by", "edge_follow", "edge_owner_to_timeline_media"))
"""Fields of accounts of other services, Threads among them, and those that none of them has."""
OF_COMMENT = frozenset(
    ("created_at", "created_at_utc", "pk", "id", "comment_like_count", "did_report_as_spam")
)  # fmt: skip
MENTION = re.compile(r"(?<![\w.@/])@([A-Za-z0-9_](?:[A-Za-z0-9._]{0,28}[A-Za-z0-9_])?)")
NOT_COMMENTS = frozenset(("caption", "edge_media_to_caption", "carousel_media"))


def is_account(value: dict[str, Any]) -> bool:
    """Whether an object is an account with figures, not the stub that names an author."""
    told = OF_ACCOUNT & value.keys()
    if ELSEWHERE & value.keys() and not told & OWN:
        return False
    named = isinstance(value.get("username"), str) and bool(told - {"full_name", "biography"})
    # One whose name or figures were renamed is still an account: a stub has no biography.
    return named or ("biography" in told and len(told) >= 2)


def account(item: Node, sight: Sight) -> None:
    """Notes an account, whether it is private or withheld here, and proof that it has no posts.

    Raises ParseError without id or handle.
    """
    value = item.value
    native_id = number_of(value)
    handle = item.must("username", str)
    if native_id is None:
        raise ParseError(item.path, "expected pk or id of an account")
    closed = item.want("is_private", bool)
    state = SeenState.PRIVATE if closed else SeenState.PRESENT
    if closed:
        sight.state(f"account:{native_id}", SeenState.PRIVATE, "is_private")
    if "edge_followed_by" in value and "biography" in value and "country_block" not in value:
        item.fault("country_block", "expected bool, found nothing")
    if item.may("country_block", bool) is True:
        state = SeenState.WITHHELD
        sight.state(f"account:{native_id}", state, "country_block")
    counts = _figures(item)
    sight.account(AccountSeen(native_id, handle, item.may("full_name", str), state, counts))
    listed = drilled(value, "edge_owner_to_timeline_media", "edges")
    if "edge_followed_by" in value and "biography" in value:
        _list(listed, item)
    sight.empty = sight.empty or (state is SeenState.PRESENT and counts.post == 0 and listed == [])


def _list(listed: Any, item: Node) -> None:
    """The list that stands in every account of this family; without it posts would be gone."""
    if not isinstance(listed, list):
        item.fault("edge_owner_to_timeline_media.edges", "expected a list")
    elif any(not isinstance(drilled(each, "node"), dict) for each in listed):
        item.fault("edge_owner_to_timeline_media.edges[].node", "expected an object")


def _figures(item: Node) -> AccountCounts:
    value = item.value

    def figure(edge: str, name: str) -> int | None:
        found = drilled(value, edge, "count")
        return number(found if found is not None else value.get(name))

    counts = AccountCounts(
        follower=figure("edge_followed_by", "follower_count"),
        following=figure("edge_follow", "following_count"),
        post=figure("edge_owner_to_timeline_media", "media_count"),
    )
    if counts.follower is None:
        item.fault("follower_count", "expected a count of followers, found none")
    if counts.following is None and "biography" in value:
        item.fault("following_count", "expected a count of the followed, found none")
    if counts.post is None and value.get("media_count") is not None:
        item.fault("media_count", "expected a count of posts, or null")
    return counts


def edges(item: Node, post: Post) -> Iterator[Interaction]:
    """Who is named, tagged or a co-author of a post, who is shown to like it or to comment."""
    act = (post.native_id, post.published_at)
    for name in dict.fromkeys(MENTION.findall(post.text or "")):
        yield Interaction(
            Act.MENTION, post.author_id, post.author_handle, name, *act, target_account=name
        )
    for one in _named(item):
        native_id, handle = who(one)
        if not (native_id or handle):
            item.fault("usertags", "expected an account")
        elif native_id != post.author_id:
            yield Interaction(
                Act.TAG, post.author_id, post.author_handle, native_id or handle or "", *act,
                target_account=handle,
            )  # fmt: skip
    for one in _likers(item):
        native_id, handle = who(one)
        if native_id or handle:
            yield Interaction(Act.LIKE, native_id, handle, post.native_id)
    for value in walk(item.value, skip=NOT_COMMENTS):
        if value is not item.value and is_comment(value):
            yield comment(Node(value, "comment", item.faults), post.native_id)


def is_comment(value: dict[str, Any]) -> bool:
    """Whether an object is a comment: words, an author or time, and no picture of its own.

    Also one of whose fields was renamed.
    """
    by = value.get("user") or value.get("owner")
    told = len(OF_COMMENT & value.keys()) + isinstance(by, dict)
    worded = "text" in value or {"comment_like_count", "did_report_as_spam"} & value.keys()
    pictured = {"code", "shortcode", "image_versions2", "media_type", "full_name"} & value.keys()
    return bool(worded and not pictured) and (told >= 3 or (told == 2 and isinstance(by, dict)))


def comment(item: Node, post: str) -> Interaction:
    """The act a comment is, with its own id, time and words; what of it is missing is a fault."""
    value = item.value
    native_id, handle = who(value.get("user") or value.get("owner"))
    at = moment(value.get("created_at")) or moment(value.get("created_at_utc"))
    own = identity(value.get("pk")) or identity(value.get("id"))
    told = {"user.pk": native_id, "user.username": handle, "created_at": at, "pk": own}
    for name, found in told.items():
        if found is None:
            item.fault(name, "expected something, found nothing")
    return Interaction(Act.COMMENT, native_id, handle, post, own, at, item.want("text", str))


def comment_target(value: dict[str, Any]) -> str | None:
    """The post a comment names itself, as answers of comments alone do."""
    return media_id({"id": value.get("media_id")})


def _named(item: Node) -> Iterator[Any]:
    """Accounts tagged in the picture or named as co-authors."""
    value = item.value
    for each in (value, *(value.get("carousel_media") or ())):
        yield from (drilled(entry, "user") for entry in _tags(Node(each, item.path, item.faults)))
    linked = drilled(item.may("edge_media_to_tagged_user", dict), "edges")
    yield from (drilled(e, "node", "user") for e in (linked if isinstance(linked, list) else ()))
    full = {"display_resources", "edge_media_to_caption"} <= value.keys()
    if full and not isinstance(linked, list):
        item.fault("edge_media_to_tagged_user", "expected a list, which may be empty")
    yield from item.may("coauthor_producers", list) or ()


def _tags(item: Node) -> list[Any]:
    tagged = item.may("usertags", dict)
    listed = drilled(tagged, "in")
    if tagged is not None and not isinstance(listed, list):
        item.fault("usertags.in", "expected a list")
    return listed if isinstance(listed, list) else []


def _likers(item: Node) -> Iterator[dict[str, Any]]:
    """Accounts the page names among those who like the post."""
    value = item.value
    shown, named = item.may("facepile_top_likers", list), item.may("top_likers", list)
    if shown:
        yield from (each for each in shown if isinstance(each, dict))
    elif named:
        yield from ({"username": each} for each in named)
    for name in ("edge_media_preview_like", "edge_liked_by"):
        found = drilled(value, name, "edges")
        for entry in found if isinstance(found, list) else ():
            yield drilled(entry, "node") or {}


def who(value: Any) -> tuple[str | None, str | None]:
    """(id, handle) of the account an object names; both None when it is no object."""
    if not isinstance(value, dict):
        return None, None
    handle = value.get("username")
    native_id = number_of(value)
    return native_id, handle if isinstance(handle, str) and handle else None

"""Objects of Instagram's present web app: posts, accounts, comments."""

from __future__ import annotations

from typing import Any

from sandbox.event import LoginWall
from sandbox.picture import SUFFIXES
from sandbox.shapes.relay import account_number, number, seconds
from sandbox.world import Access, Shown, Stage, World

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def post_number(post: Shown) -> str:
    """The media id of a post."""
    return number(post.published_at, post.key)


def code(post: Shown) -> str:
    """The shortcode of a post: its number in base64url."""
    value, letters = int(post_number(post)), ""
    while value:
        value, digit = divmod(value, 64)
        letters = ALPHABET[digit] + letters
    return letters


def walled(world: World, stage: Stage) -> bool:
    """Whether the account is shown to logged-in people only."""
    walls = (fault for fault in world.faults if isinstance(fault, LoginWall))
    return any(wall.account == stage.account.key for wall in walls)


def stub(stage: Stage) -> dict[str, Any]:
    """An account as a post or comment names it."""
    own = account_number(stage.account.key)
    private = stage.access is Access.PRIVATE
    return {"pk": own, "id": own, "username": stage.handle, "full_name": stage.account.name,
            "is_private": private, "is_verified": False}  # fmt: skip


def account(world: World, stage: Stage) -> dict[str, Any]:
    """An account with its figures."""
    key = stage.account.key
    return {
        **stub(stage),
        "biography": stage.account.note,
        "follower_count": sum(deed.key == key for deed in world.follows),
        "following_count": sum(deed.account == key for deed in world.follows),
        "media_count": len(world.live(key)),
    }


def media(world: World, stage: Stage, post: Shown, base: str) -> dict[str, Any]:
    """One post with its figures and the comments shown with it."""
    answers = world.answers_to(post.key)
    caption = {"pk": post_number(post), "text": post.text} if post.text else None
    own = post_number(post)
    return {
        "pk": own,
        "id": f"{own}_{account_number(stage.account.key)}",
        "code": code(post),
        "media_type": 1,
        "taken_at": seconds(post.published_at),
        "user": stub(stage),
        "caption": caption,
        "caption_is_edited": post.edited_at is not None,
        "like_count": len(world.likes_of(post.key)),
        "comment_count": len(answers),
        "accessibility_caption": post.picture.alt if post.picture else None,
        "image_versions2": {"candidates": pictures(post, base)},
        "comments_connection": {"edges": [{"node": comment(world, each)} for each in answers]},
    }


def pictures(post: Shown, base: str) -> list[dict[str, Any]]:
    """The variants of a post's picture; every post has one there."""
    suffix = SUFFIXES[post.picture.format] if post.picture else "jpg"
    address = f"{base}/v/t51/{post_number(post)}_n.{post.media_version}.{suffix}"
    return [{"url": address, "width": 1200, "height": 800}]


def comment(world: World, answer: Shown) -> dict[str, Any]:
    """A reply of the scenario as a comment."""
    return {
        "pk": post_number(answer),
        "text": answer.text,
        "created_at": seconds(answer.published_at),
        "user": stub(world.accounts[answer.account]),
        "comment_like_count": 0,
    }

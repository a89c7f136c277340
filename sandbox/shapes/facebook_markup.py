"""Objects of Facebook's present web app: stories, feedback, comments, accounts."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.picture import SUFFIXES
from sandbox.shapes.relay import account_number, number, seconds
from sandbox.world import Shown, Stage, World


def post_number(post: Shown) -> str:
    """The number of a post."""
    return number(post.published_at, post.key)


def node_id(kind: str, *parts: str) -> str:
    """A node id as GraphQL answers have it."""
    return base64.b64encode(":".join([kind, "_".join(parts)]).encode()).decode()


def actor(stage: Stage, base: str) -> dict[str, Any]:
    """An account as a story or comment names it."""
    return {"__typename": "User", "id": account_number(stage.account.key),
            "name": stage.account.name, "url": f"{base}/{stage.handle}"}  # fmt: skip


def story(world: World, stage: Stage, post: Shown, base: str) -> dict[str, Any]:
    """One post: header, words, attachment, figures and the comments shown with it."""
    own = post_number(post)
    source = world.visible(post.repost_of)
    shared = story(world, world.accounts[source.account], source, base) if source else None
    words = {"text": post.text, "ranges": []} if post.text else None
    content = {
        "actors": [actor(stage, base)],
        "comet_sections": {"message": {"story": {"message": words}} if words else None},
        "message": words,
        "attachments": attachments(post, base),
        "attached_story": shared,
        "wwwURL": f"{base}/{stage.handle}/posts/{own}",
    }
    meta = {"story": {"creation_time": seconds(post.published_at),
                      "url": f"{base}/{stage.handle}/posts/{own}"}}  # fmt: skip
    return {
        "__typename": "Story",
        "id": node_id("S", f"I{account_number(stage.account.key)}", own),
        "post_id": own,
        "actors": [actor(stage, base)],
        "permalink_url": f"{base}/{stage.handle}/posts/{own}",
        "comet_sections": {
            "content": {"story": content},
            "context_layout": {"story": {"comet_sections": {"metadata": [meta]}}},
            "feedback": {"story": {"ufi": {"feedback": feedback(world, post, base)}}},
        },
    }


def attachments(post: Shown, base: str) -> list[dict[str, Any]]:
    """The picture of a post as its attachment."""
    if post.picture is None:
        return []
    suffix = SUFFIXES[post.picture.format]
    address = f"{base}/v/t39/{post_number(post)}_n.{post.media_version}.{suffix}"
    photo = {
        "__typename": "Photo",
        "id": str(int(post_number(post)) + 1),
        "accessibility_caption": post.picture.alt or None,
        "photo_image": {"uri": address, "width": 1200, "height": 800},
    }
    return [{"styles": {"attachment": {"media": photo}}}]


def feedback(world: World, post: Shown, base: str) -> dict[str, Any]:
    """Figures of a post, and the comments shown with them."""
    own, answers = post_number(post), world.answers_to(post.key)
    edges = [{"node": comment(world, own, each, base)} for each in answers]
    return {
        "__typename": "Feedback",
        "id": node_id("feedback", own),
        "subscription_target_id": own,
        "reaction_count": {"count": len(world.likes_of(post.key))},
        "share_count": {"count": len(world.reposts_of(post.key))},
        "comment_rendering_instance": {"comments": {"total_count": len(answers), "edges": edges}},
    }


def comment(world: World, target: str, answer: Shown, base: str) -> dict[str, Any]:
    """A reply of the scenario as a comment."""
    own = post_number(answer)
    return {
        "__typename": "Comment",
        "id": node_id("comment", target, own),
        "legacy_fbid": own,
        "created_time": seconds(answer.published_at),
        "author": actor(world.accounts[answer.account], base),
        "body": {"text": answer.text},
    }

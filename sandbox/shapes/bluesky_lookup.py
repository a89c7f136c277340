"""Who and what an AT Protocol request is about, and how its services say no."""

from __future__ import annotations

from sandbox.answer import Answer, as_json
from sandbox.event import LoginWall
from sandbox.native import did
from sandbox.shapes.bluesky_record import uri
from sandbox.world import Shown, Stage, World


def problem(error: str, message: str, status: int = 400) -> Answer:
    """An XRPC error."""
    return as_json({"error": error, "message": message}, status)


def by_actor(world: World, actor: str) -> Stage | None:
    """The account of a DID, or of a handle it has now."""
    for stage in world.on("bluesky"):
        if actor in (did(stage.account.key), stage.handle):
            return stage
    return None


def post_at(world: World, address: str) -> Shown | None:
    """The visible post of an AT URI."""
    for post in world.posts.values():
        here = world.accounts[post.account].account.platform == "bluesky"
        if here and not post.repost_of and uri(post) == address:
            return world.visible(post.key)
    return None


def walled(world: World, stage: Stage) -> bool:
    """The account is behind a login wall of its own now."""
    key = stage.account.key
    return any(isinstance(f, LoginWall) and f.account == key for f in world.faults)

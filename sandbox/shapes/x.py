"""X: a shell page whose script asks for the data, and the answer that embeds ask for."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.answer import Answer, Ask, as_bytes, as_html, as_json, redirect
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import x_markup as markup
from sandbox.world import Access, Shown, Stage, World

PAGE = 10
PROFILE = re.compile(r"/(\w{1,20})")
STATUS = re.compile(r"/(\w{1,20})/status/(\d{1,20})")
TIMELINE = re.compile(r"/srv/timeline-profile/screen-name/(\w{1,20})")
GRAPHQL = re.compile(r"/i/api/graphql/\w+/(\w+)")
FILE = re.compile(r"/media/(G[0-9a-f]{16})\.(\d{1,9})\.\w+")
LOGIN = "<!DOCTYPE html><title>Log in to X / X</title><div id=react-root>Log in to X</div>"
DELETED = "This Post was deleted by the Post author."
SUSPENDED = "This Post is from a suspended account."
LIMITED = (
    "You’re unable to view this Post because this account owner limits who can view their Posts."
)


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    if found := GRAPHQL.fullmatch(ask.path):
        return _graphql(world, ask, found[1])
    if ask.path == "/tweet-result":
        return _embed(world, ask)
    if ask.path == "/i/flow/login":
        return as_html(LOGIN)
    if found := TIMELINE.fullmatch(ask.path):
        return _timeline(world, ask, found[1])
    found = STATUS.fullmatch(ask.path) or PROFILE.fullmatch(ask.path)
    if found is None:
        return as_html(markup.page("X"), 404)
    stage = _stage(world, found[1])
    if stage is not None and _walled(world, stage):
        return redirect("/i/flow/login?redirect_after_login=" + ask.path)
    return as_html(markup.page(f"@{found[1]} / X"))


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """X's own forms of a refusal; the wall leads to the login flow."""
    match fault:
        case RateLimit():
            limit = ("Retry-After", str(fault.retry_after_s))
            return Answer(429, (("Content-Type", "text/plain"), limit), b"Rate limit exceeded\n")
        case LoginWall():
            if ask.path == "/i/flow/login":
                return as_html(LOGIN)
            return redirect("/i/flow/login?redirect_after_login=" + ask.path)
        case ServerError():
            return as_html("Over capacity", 503)


def _stage(world: World, name: str) -> Stage | None:
    lower = name.lower()
    return next((s for s in world.on("x") if s.handle.lower() == lower), None)


def _walled(world: World, stage: Stage) -> bool:
    walls = (fault for fault in world.faults if isinstance(fault, LoginWall))
    return any(wall.account == stage.account.key for wall in walls)


def _graphql(world: World, ask: Ask, operation: str) -> Answer:
    try:
        asked = json.loads(ask.one("variables", "{}"))
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        return as_json({"errors": [{"message": "BadRequest", "code": 214}]}, 400)
    match operation:
        case "UserByScreenName":
            return as_json(_by_name(world, str(asked.get("screen_name"))))
        case "UserTweets":
            return as_json(_tweets(world, ask.base, asked))
        case "TweetDetail":
            return as_json(_detail(world, ask.base, str(asked.get("focalTweetId"))))
    return as_json({"errors": [{"message": "Not found", "code": 34}]}, 404)


def _by_name(world: World, name: str) -> markup.Json:
    stage = _stage(world, name)
    if stage is None:
        return {"data": {"user": {}}}
    return {"data": {"user": {
        "rest_id": markup.account_number(stage.account.key), "result": markup.user(world, stage)
    }}}  # fmt: skip


def _tweets(world: World, base: str, asked: dict[str, Any]) -> markup.Json:
    """A page of an account's own posts and reposts; the first one pinned where it was published."""
    stages = (
        s for s in world.on("x") if markup.account_number(s.account.key) == asked.get("userId")
    )
    stage = next(stages, None)
    posts = world.live(stage.account.key) if stage and stage.access is Access.OPEN else []
    said = str(asked.get("cursor") or "0")
    start = int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0
    entries = [
        markup.item(markup.numbers(post)[-1], markup.tweet(world, post, base))
        for post in posts[start : start + PAGE]
        if not post.repost_of or world.visible(post.repost_of)
    ]
    entries.append(markup.cursor("Top", "0"))
    entries.append(markup.cursor("Bottom", str(min(start + PAGE, len(posts)))))
    timeline = {"timeline": {"instructions": markup.instructions(entries)}}
    return {"data": {"user": {"result": {"__typename": "User", "timeline": timeline}}}}


def _found(world: World, number: str) -> tuple[Shown, int] | None:
    """The post and which of its versions has a number."""
    for post in world.posts.values():
        if world.accounts[post.account].account.platform == "x":
            ids = markup.numbers(post)
            if number in ids:
                return post, ids.index(number)
    return None


def _gone(world: World, post: Shown) -> str:
    """Why a post is not shown; empty when it is."""
    access = world.accounts[post.account].access
    if access is Access.SUSPENDED:
        return SUSPENDED
    if access is Access.PRIVATE:
        return LIMITED
    return DELETED if post.removed else ""


def _detail(world: World, base: str, number: str) -> markup.Json:
    found = _found(world, number)
    if found is None:
        error = {"message": "_Missing: No status found with that ID.", "code": 144}
        return {"errors": [error], "data": {}}
    post, version = found
    said = _gone(world, post)
    if said:
        entries = [markup.item(number, markup.tombstone(said))]
    else:
        entries = [markup.item(number, markup.tweet(world, post, base, version))]
        entries += [
            markup.thread(
                f"conversationthread-{markup.numbers(reply)[0]}", [markup.tweet(world, reply, base)]
            )
            for reply in world.answers_to(post.key)
        ]
    held = {"instructions": markup.instructions(entries)}
    return {"data": {"threaded_conversation_with_injections_v2": held}}


def _embed(world: World, ask: Ask) -> Answer:
    found = _found(world, ask.one("id"))
    if found is None:
        return as_html("", 404, ("X-Connection-Hash", "0" * 64))
    post, version = found
    if _walled(world, world.accounts[post.account]):
        return as_html("", 403)
    said = _gone(world, post)
    if said:
        return as_json(markup.tombstone(said))
    return as_json(markup.embedded(world, post, ask.base, version))


def _timeline(world: World, ask: Ask, name: str) -> Answer:
    stage = _stage(world, name)
    shown = stage is not None and stage.access is Access.OPEN and not _walled(world, stage)
    if stage is None or not shown:
        return as_html("<!DOCTYPE html><title>Nothing</title>", 404)
    posts = [
        p for p in world.live(stage.account.key) if not p.repost_of or world.visible(p.repost_of)
    ]
    return as_html(markup.timeline_page(world, stage, posts[:100], ask.base))


def _file(world: World, name: str, version: int) -> Answer:
    for post in world.posts.values():
        if (
            post.picture
            and markup.file_name(post) == name
            and post.media_version == version
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_html("File not found", 404)

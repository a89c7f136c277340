"""The X API, version 2: users, their posts, who liked, reposted and answered, for whoever has a token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sandbox.answer import Answer, Ask, as_json
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.native import iso
from sandbox.picture import SUFFIXES
from sandbox.shapes import x_markup as markup
from sandbox.world import Access, Shown, Stage, World

Json = dict[str, Any]
PAGE = 5
"""Posts of a page; the interface gives up to 100."""
PROBLEMS = "https://api.twitter.com/2/problems/"
USER = re.compile(r"/2/users/(?:by/username/(\w{1,20})|(\d{1,20}))")
POSTS = re.compile(r"/2/users/(\d{1,20})/tweets")
ACTS = re.compile(r"/2/tweets/(\d{1,20})/(liking_users|retweeted_by)")


def answer(world: World, ask: Ask) -> Answer:
    """What the interface says to one question."""
    if not ask.headers.get("authorization", "").startswith("Bearer "):
        return as_json({"title": "Unauthorized", "type": "about:blank", "status": 401}, 401)
    if found := USER.fullmatch(ask.path):
        return _account(world, found[1] or found[2])
    if found := POSTS.fullmatch(ask.path):
        stage = _stage(world, found[1])
        posts = world.live(stage.account.key) if stage and stage.access is Access.OPEN else []
        return _page(world, posts, ask)
    if found := ACTS.fullmatch(ask.path):
        return _actors(world, found[1], found[2])
    if ask.path == "/2/tweets/search/recent":
        about = _post(world, ask.one("query").removeprefix("conversation_id:"))
        return _page(world, world.answers_to(about.key) if about else [], ask)
    return as_json({"title": "Not Found", "type": "about:blank", "status": 404}, 404)


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """Its own form of a refusal."""
    limited = isinstance(fault, RateLimit)
    status, title = (429, "Too Many Requests") if limited else (503, "Service Unavailable")
    wait = (("Retry-After", str(fault.retry_after_s)),) if isinstance(fault, RateLimit) else ()
    return as_json({"title": title, "type": "about:blank", "status": status}, status, *wait)


def _stage(world: World, name: str) -> Stage | None:
    named = (s for s in world.on("x") if name in (s.handle, markup.account_number(s.account.key)))
    return next(named, None)


def _post(world: World, number: str) -> Shown | None:
    held = (p for s in world.on("x") for p in world.live(s.account.key))
    return next((p for p in held if number in markup.numbers(p)), None)


def _account(world: World, name: str) -> Answer:
    stage = _stage(world, name)
    if stage is None or stage.access is Access.SUSPENDED:
        title = "Forbidden" if stage else "Not Found Error"
        return as_json({"errors": [{
            "value": name, "title": title, "resource_type": "user", "resource_id": name,
            "parameter": "username", "type": f"{PROBLEMS}resource-not-found",
        }]})  # fmt: skip
    return as_json({"data": _user(world, stage)})


def _user(world: World, stage: Stage) -> Json:
    return {
        "id": markup.account_number(stage.account.key), "username": stage.handle,
        "name": stage.account.name, "created_at": iso(stage.account.created_at),
        "protected": stage.access is Access.PRIVATE, "verified": False,
        "public_metrics": {"followers_count": 0, "following_count": 0,
                           "tweet_count": len(world.live(stage.account.key)), "listed_count": 0},
    }  # fmt: skip


def _page(world: World, posts: Sequence[Shown], ask: Ask) -> Answer:
    said = ask.one("pagination_token", "0")
    start = int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0
    shown = posts[start : start + PAGE]
    meta: Json = {"result_count": len(shown)}
    if start + PAGE < len(posts):
        meta["next_token"] = str(start + PAGE)
    if not shown:
        return as_json({"meta": meta})
    authors = {p.account: _user(world, world.accounts[p.account]) for p in shown}
    media = [_medium(p, ask.base) for p in shown if p.picture]
    includes = {"users": list(authors.values()), **({"media": media} if media else {})}
    return as_json({"data": [_tweet(world, p) for p in shown], "includes": includes, "meta": meta})


def _tweet(world: World, post: Shown) -> Json:
    ids, about = markup.numbers(post), world.posts.get(post.reply_to or post.repost_of or "")
    kind = "replied_to" if post.reply_to else "retweeted"
    value: Json = {
        "id": ids[-1], "edit_history_tweet_ids": ids, "text": post.text.replace("&", "&amp;"),
        "author_id": markup.account_number(post.account), "created_at": iso(post.versions[-1][0]),
        "public_metrics": {"retweet_count": len(world.reposts_of(post.key)), "quote_count": 0,
                           "reply_count": len(world.answers_to(post.key)),
                           "like_count": len(world.likes_of(post.key)), "impression_count": 9},
    }  # fmt: skip
    if post.picture:
        value["attachments"] = {"media_keys": [_key(post)]}
    if about:
        value["referenced_tweets"] = [{"type": kind, "id": markup.numbers(about)[0]}]
    return value


def _key(post: Shown) -> str:
    return f"3_{markup.numbers(post)[0]}"


def _medium(post: Shown, base: str) -> Json:
    suffix = SUFFIXES[post.picture.format] if post.picture else "jpg"
    url = f"{base}/media/{markup.file_name(post)}.{post.media_version}.{suffix}"
    return {"media_key": _key(post), "type": "photo", "url": url}


def _actors(world: World, number: str, act: str) -> Answer:
    post = _post(world, number)
    if post is None:
        return as_json({"errors": [{
            "value": number, "title": "Not Found Error", "resource_type": "tweet",
            "resource_id": number, "type": f"{PROBLEMS}resource-not-found",
        }]})  # fmt: skip
    done = world.likes_of(post.key) if act == "liking_users" else world.reposts_of(post.key)
    people = [_user(world, world.accounts[deed.account]) for deed in done]
    meta = {"result_count": len(people)}
    return as_json({"data": people, "meta": meta} if people else {"meta": meta})

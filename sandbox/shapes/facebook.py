"""Facebook's public web: an account's page, its own list answer, single posts, pictures."""

from __future__ import annotations

import re
from typing import Any

from sandbox.answer import Answer, Ask, as_bytes, as_html, redirect
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import facebook_markup as markup
from sandbox.shapes.instagram_markup import walled
from sandbox.shapes.relay import account_number, as_text, page, prefetched, routed
from sandbox.world import Access, Shown, Stage, World

PAGE = 10
FIRST = 1
"""Posts a page carries itself; the next ones come by its own answer."""
PROFILE = re.compile(r"/([A-Za-z0-9.]{5,50})/?")
POST = re.compile(r"/([A-Za-z0-9.]{5,50})/posts/(\d{5,20})/?")
FILE = re.compile(r"/v/t39/(\d+)_n\.(\d+)\.\w+")
UNAVAILABLE = "This content isn't available right now"


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    if ask.path == "/api/graphql/":
        return _list(world, ask, _stage(world, ask.one("name")))
    if found := POST.fullmatch(ask.path):
        return _post(world, ask, _stage(world, found[1]), found[2])
    if ask.path.startswith("/login"):
        return login()
    if found := PROFILE.fullmatch(ask.path):
        return _profile(world, ask, _stage(world, found[1]))
    return unavailable()


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """The site's own form of a refusal."""
    match fault:
        case RateLimit():
            return as_html("Too many requests", 429, ("Retry-After", str(fault.retry_after_s)))
        case LoginWall():
            return (
                login() if ask.path.startswith("/login") else redirect(f"/login/?next={ask.path}")
            )
        case ServerError():
            return as_html("Sorry, something went wrong.", 503)


def login() -> Answer:
    """The page that asks to log in."""
    form = '<form id="login_form" action="/login/" method="post"><input name="email"></form>'
    return as_html(page("Log in to Facebook", [routed({"url": "/login/"})], body=form))


def unavailable() -> Answer:
    """The page for what is not there, or not for everybody."""
    root = {"resource": {"__dr": "CometErrorRoot.react"}, "props": {"title": UNAVAILABLE}}
    return as_html(page("Facebook", [routed({"rootView": root})], body=f"<h1>{UNAVAILABLE}</h1>"))


def gone() -> Answer:
    """The page for an address that is nobody's."""
    return as_html(page("Page Not Found", [routed({"url": "/404"})]), 404)


def _stage(world: World, name: str) -> Stage | None:
    lower = name.lower()
    return next(
        (s for s in world.on("facebook")
         if lower in (s.handle.lower(), account_number(s.account.key))), None
    )  # fmt: skip


def _shown(world: World, stage: Stage) -> list[Shown]:
    posts = world.live(stage.account.key) if stage.access is Access.OPEN else []
    return [post for post in posts if post.reply_to is None]


def _profile(world: World, ask: Ask, stage: Stage | None) -> Answer:
    if stage is None:
        return gone()
    if stage.access is not Access.OPEN:
        return unavailable()
    if walled(world, stage):
        return redirect(f"/login/?next={ask.path}")
    own, posts = account_number(stage.account.key), _shown(world, stage)
    followers = sum(deed.key == stage.account.key for deed in world.follows)
    header = {
        "__typename": "User", "id": own, "name": stage.account.name,
        "profile_social_context": {"content": [{"text": {"text": f"{followers} followers"}}]},
    }  # fmt: skip
    route = {"rootView": {"props": {"userID": own, "userVanity": stage.handle, "viewerID": "0"}}}
    data = {"user": {"profile_header_renderer": {"user": header}, "id": own}}
    blocks = [routed(route), prefetched(data, "ProfileCometHeaderQuery")]
    if posts:
        edges = [{"node": markup.story(world, stage, posts[0], ask.base)}]
        feed = {"user": {"id": own, "timeline_list_feed_units": {"edges": edges}}}
        blocks.append(prefetched(feed, "ProfileCometTimelineFeedQuery"))
    script = f"show('/api/graphql/?name={stage.handle}', ['message'], []);"
    body = f"<h1>{stage.account.name}</h1>"
    meta = {"og:title": stage.account.name, "og:url": f"{ask.base}/{stage.handle}"}
    return as_html(page(stage.account.name, blocks, meta=meta, script=script, body=body))


def _list(world: World, ask: Ask, stage: Stage | None) -> Answer:
    """Newer posts after the first one, one JSON object a line as Relay streams them."""
    posts = _shown(world, stage)[FIRST:PAGE] if stage else []
    own = account_number(stage.account.key) if stage else None
    lines: list[dict[str, Any]] = [
        {"data": {"node": {"__typename": "User", "id": own,
                           "timeline_list_feed_units": {"edges": []}}},
         "extensions": {"is_final": not posts}}
    ]  # fmt: skip
    for place, post in enumerate(posts):
        node = markup.story(world, stage, post, ask.base) if stage else {}
        lines.append({
            "label": "ProfileCometTimelineFeed_user$stream$timeline_list_feed_units",
            "path": ["node", "timeline_list_feed_units", "edges", place],
            "data": {"node": node, "cursor": str(place)},
        })  # fmt: skip
    body = "\n".join(as_text(line) for line in lines)
    return as_bytes(body.encode(), "text/html; charset=utf-8")


def _post(world: World, ask: Ask, stage: Stage | None, wanted: str) -> Answer:
    posts = _shown(world, stage) if stage else []
    found = next((post for post in posts if markup.post_number(post) == wanted), None)
    if stage is None or found is None:
        return unavailable()
    if walled(world, stage):
        return redirect(f"/login/?next={ask.path}")
    data = {"node": markup.story(world, stage, found, ask.base)}
    blocks = [prefetched(data, "CometSinglePostDialogContentQuery")]
    return as_html(page(found.text[:60], blocks, body=f"<article>{found.text}</article>"))


def _file(world: World, name: str, version: int) -> Answer:
    for post in world.posts.values():
        if (
            post.picture
            and markup.post_number(post) == name
            and post.media_version == version
            and world.visible(post.key)
        ):
            return as_bytes(draw(post.picture), MEDIA_TYPES[post.picture.format])
    return as_html("URL signature expired", 403)

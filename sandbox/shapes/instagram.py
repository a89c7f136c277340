"""Instagram's public web: profile and post pages, the profile's own list answer, pictures."""

from __future__ import annotations

import re
from typing import Any

from sandbox.answer import Answer, Ask, as_bytes, as_html, as_json, redirect
from sandbox.event import LoginWall, Picture, RateLimit, ServerError
from sandbox.picture import MEDIA_TYPES, draw
from sandbox.shapes import instagram_markup as markup
from sandbox.shapes.relay import account_number, page, prefetched, routed
from sandbox.world import Access, Shown, Stage, World

PAGE = 12
NAME = r"([A-Za-z0-9._]{1,30})"
PROFILE = re.compile(rf"/{NAME}/?")
POST = re.compile(r"/p/([A-Za-z0-9_-]{5,20})/?")
LIST = re.compile(rf"/api/v1/feed/user/{NAME}/username/")
FILE = re.compile(r"/v/t51/(\d+)_n\.(\d+)\.\w+")


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    if found := LIST.fullmatch(ask.path):
        return _list(world, ask, _stage(world, found[1]))
    if found := POST.fullmatch(ask.path):
        return _post(world, ask, found[1])
    if ask.path.startswith("/accounts/login"):
        return login()
    if found := PROFILE.fullmatch(ask.path):
        return _profile(world, ask, _stage(world, found[1]))
    return missing()


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """The site's own form of a refusal."""
    match fault:
        case RateLimit():
            wait = ("Retry-After", str(fault.retry_after_s))
            return as_json({"message": "Please wait a few minutes before you try again.",
                            "require_login": True, "status": "fail"}, 429, wait)  # fmt: skip
        case LoginWall():
            if ask.path.startswith("/accounts/login"):
                return login()
            return redirect(f"/accounts/login/?next={ask.path}")
        case ServerError():
            return as_html("Sorry, something went wrong.", 503)


def login() -> Answer:
    """The page that asks to log in."""
    route = {"polarisRouteConfig": {"pageID": "loginPage"}, "url": "/accounts/login/"}
    return as_html(page("Login • Instagram", [routed(route)], body="<h1>Instagram</h1>"))


def missing() -> Answer:
    """The page for what is not there."""
    route = {"polarisRouteConfig": {"pageID": "httpErrorPage"}}
    text = "<h2>Sorry, this page isn't available.</h2>"
    return as_html(page("Page not found • Instagram", [routed(route)], body=text), 404)


def _stage(world: World, name: str) -> Stage | None:
    lower = name.lower()
    found = next((s for s in world.on("instagram") if s.handle.lower() == lower), None)
    return None if found and found.access is Access.SUSPENDED else found


def _shown(world: World, stage: Stage) -> list[Shown]:
    posts = world.live(stage.account.key) if stage.access is Access.OPEN else []
    return [post for post in posts if post.reply_to is None and post.repost_of is None]


def _profile(world: World, ask: Ask, stage: Stage | None) -> Answer:
    if stage is None:
        return missing()
    if markup.walled(world, stage):
        return redirect(f"/accounts/login/?next={ask.path}")
    own, name = account_number(stage.account.key), stage.account.name
    route = {"polarisRouteConfig": {"pageID": "profilePage"},
             "rootView": {"props": {"id": own, "page_logging": {"params": {"profile_id": own}}}}}  # fmt: skip
    data = {"xig_user_by_username": markup.account(world, stage)}
    title = f"{name} (@{stage.handle}) • Instagram photos and videos"
    fetched = f"/api/v1/feed/user/{stage.handle}/username/?count={PAGE}"
    script = f"show({fetched!r}, ['caption'], ['candidates']);"
    meta = {"og:type": "profile", "og:title": title, "og:url": f"{ask.base}/{stage.handle}/"}
    blocks = [routed(route), prefetched(data, "PolarisProfilePageContentQuery")]
    return as_html(page(title, blocks, meta=meta, script=script, body=f"<h1>{name}</h1>"))


def _list(world: World, ask: Ask, stage: Stage | None) -> Answer:
    if stage is None:
        return as_json({"message": "User not found", "status": "fail"}, 404)
    if stage.access is not Access.OPEN:
        return as_json({"message": "Not authorized to view user", "status": "fail"}, 400)
    posts = _shown(world, stage)
    start = ask.number("max_id", 1, 10**6) - 1
    part = posts[start : start + PAGE]
    more = start + PAGE < len(posts)
    said: dict[str, Any] = {
        "items": [markup.media(world, stage, post, ask.base) for post in part],
        "num_results": len(part),
        "more_available": more,
        "user": markup.account(world, stage),
        "status": "ok",
    }
    return as_json(said | ({"next_max_id": str(start + PAGE + 1)} if more else {}))


def _post(world: World, ask: Ask, code: str) -> Answer:
    for stage in world.on("instagram"):
        found = [post for post in _shown(world, stage) if markup.code(post) == code]
        if found and markup.walled(world, stage):
            return redirect(f"/accounts/login/?next={ask.path}")
        if found:
            shown = markup.media(world, stage, found[0], ask.base)
            polaris = {"pk": shown["pk"], "if_not_gated_logged_out": shown}
            data = {"xig_polaris_media": polaris}
            route = {"polarisRouteConfig": {"pageID": "postPage"}}
            blocks = [routed(route), prefetched(data, "PolarisPostRootQuery")]
            picture = f'<img src="{shown["image_versions2"]["candidates"][0]["url"]}">'
            return as_html(page(f"{stage.account.name} on Instagram", blocks, body=picture))
    return missing()


def _file(world: World, name: str, version: int) -> Answer:
    for post in world.posts.values():
        if markup.post_number(post) == name and post.media_version == version:
            if not world.visible(post.key):
                break
            picture = post.picture or Picture(post.key)
            return as_bytes(draw(picture), MEDIA_TYPES[picture.format])
    return as_html("URL signature expired", 403)

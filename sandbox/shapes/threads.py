"""Threads' public web: profile and post pages with their data inside, pictures."""

from __future__ import annotations

import re
from typing import Any

from sandbox.answer import Answer, Ask, as_bytes, as_html, redirect
from sandbox.event import LoginWall, Picture, RateLimit, ServerError
from sandbox.picture import MEDIA_TYPES, SUFFIXES, draw
from sandbox.shapes.instagram_markup import code, post_number, stub, walled
from sandbox.shapes.relay import account_number, page, prefetched, routed, seconds
from sandbox.world import Access, Shown, Stage, World

PAGE = 20
NAME = r"([A-Za-z0-9._]{1,30})"
PROFILE = re.compile(rf"/@{NAME}(?:/(replies|reposts))?")
POST = re.compile(rf"/@{NAME}/post/([A-Za-z0-9_-]{{5,20}})")
FILE = re.compile(r"/v/t51/(\d+)_n\.(\d+)\.\w+")


def answer(world: World, ask: Ask) -> Answer:
    """What the site says to one request."""
    if found := FILE.fullmatch(ask.path):
        return _file(world, found[1], int(found[2]))
    if found := POST.fullmatch(ask.path):
        return _post(world, ask, _stage(world, found[1]), found[2])
    if found := PROFILE.fullmatch(ask.path):
        return _profile(world, ask, _stage(world, found[1]), found[2] or "")
    return login()


def refuse(fault: RateLimit | LoginWall | ServerError, ask: Ask) -> Answer:
    """The site's own form of a refusal."""
    match fault:
        case RateLimit():
            return as_html("Too many requests", 429, ("Retry-After", str(fault.retry_after_s)))
        case LoginWall():
            return login() if ask.path.startswith("/login") else redirect("/login/")
        case ServerError():
            return as_html("Sorry, something went wrong.", 503)


def login() -> Answer:
    """The page that asks to log in."""
    return as_html(page("Threads • Log in", [routed({"url": "/login"})], body="<h1>Threads</h1>"))


def missing() -> Answer:
    """The page for what is not there."""
    return as_html(page("Threads", [routed({"url": "/404"})], body="<h1>Not found</h1>"), 404)


def post(world: World, stage: Stage, shown: Shown, base: str) -> dict[str, Any]:
    """One post as the web app's data has it."""
    parent = world.visible(shown.reply_to)
    source = world.visible(shown.repost_of)
    told: dict[str, Any] = {
        "direct_reply_count": len(world.answers_to(shown.key)),
        "repost_count": len(world.reposts_of(shown.key)),
        "quote_count": 0,
        "is_reply": shown.reply_to is not None,
        "reply_to_author": stub(world.accounts[parent.account]) if parent else None,
        "share_info": {
            "quoted_post": None,
            "reposted_post": post(world, world.accounts[source.account], source, base)
            if source
            else None,
        },
        "text_fragments": {"fragments": [{"fragment_type": "plaintext", "plaintext": shown.text}]},
        "is_post_unavailable": False,
        "post_unavailable_reason": None,
    }
    candidates = []
    if shown.picture:
        name = f"{post_number(shown)}_n.{shown.media_version}.{SUFFIXES[shown.picture.format]}"
        candidates = [{"url": f"{base}/v/t51/{name}", "width": 1200, "height": 800}]
    own = post_number(shown)
    return {
        "pk": own,
        "id": f"{own}_{account_number(stage.account.key)}",
        "code": code(shown),
        "user": stub(stage) | {"text_post_app_is_private": stage.access is Access.PRIVATE},
        "caption": {"pk": own, "text": shown.text} if shown.text else None,
        "taken_at": seconds(shown.published_at),
        "like_count": len(world.likes_of(shown.key)),
        "media_type": 1 if candidates else 19,
        "image_versions2": {"candidates": candidates},
        "carousel_media": None,
        "video_versions": None,
        "accessibility_caption": shown.picture.alt if shown.picture else None,
        "text_post_app_info": told,
    }


def thread(*posts: dict[str, Any]) -> dict[str, Any]:
    """Posts as one thread of a list."""
    items = [{"post": each} for each in posts]
    return {"node": {"thread_items": items, "thread_type": "thread", "id": posts[0]["pk"]}}


def _stage(world: World, name: str) -> Stage | None:
    lower = name.lower()
    found = next((s for s in world.on("threads") if s.handle.lower() == lower), None)
    return None if found and found.access is Access.SUSPENDED else found


def _user(world: World, stage: Stage) -> dict[str, Any]:
    followers = sum(deed.key == stage.account.key for deed in world.follows)
    private = stage.access is Access.PRIVATE
    return stub(stage) | {"biography": stage.account.note, "follower_count": followers,
                          "text_post_app_is_private": private}  # fmt: skip


def _profile(world: World, ask: Ask, stage: Stage | None, tab: str) -> Answer:
    if stage is None:
        return missing()
    if walled(world, stage):
        return redirect("/login/")
    posts = [each for each in _live(world, stage) if _tab_of(each) == tab]
    edges = [_in_thread(world, stage, each, ask.base) for each in posts[:PAGE]]
    more = {"has_next_page": len(posts) > PAGE, "end_cursor": None}
    is_open = stage.access is Access.OPEN
    listed = {"mediaData": {"edges": edges, "page_info": more}} if is_open else {}
    blocks = [
        prefetched({"user": _user(world, stage)}, "BarcelonaProfilePageDirectQuery"),
        prefetched(listed, "BarcelonaProfileThreadsTabDirectQuery"),
        prefetched({"viewer": {"user": None}}, "BarcelonaViewerQuery"),
    ]
    title = f"{stage.account.name} (@{stage.handle}) on Threads"
    own = f"{ask.base}/@{stage.handle}"
    text = "".join(f"<article>{each.text}</article>" for each in posts[:PAGE])
    return as_html(page(title, blocks, links={"canonical": own}, body=text))


def _live(world: World, stage: Stage) -> list[Shown]:
    return world.live(stage.account.key) if stage.access is Access.OPEN else []


def _tab_of(shown: Shown) -> str:
    """The tab of a profile that lists a post."""
    if shown.reply_to is not None:
        return "replies"
    return "reposts" if shown.repost_of is not None else ""


def _in_thread(world: World, stage: Stage, shown: Shown, base: str) -> dict[str, Any]:
    """A post of a profile, under what it answers."""
    parent = world.visible(shown.reply_to)
    above = [post(world, world.accounts[parent.account], parent, base)] if parent else []
    return thread(*above, post(world, stage, shown, base))


def _post(world: World, ask: Ask, stage: Stage | None, wanted: str) -> Answer:
    posts = _live(world, stage) if stage else []
    found = next((each for each in posts if code(each) == wanted), None)
    if stage is None or found is None:
        return redirect("/?error=invalid_post")
    if walled(world, stage):
        return redirect("/login/")
    answers = [
        thread(post(world, world.accounts[each.account], each, ask.base))
        for each in world.answers_to(found.key)
    ]
    main = post(world, stage, found, ask.base)
    edges = {"edges": [thread(main), *answers], "page_info": {"has_next_page": False}}
    blocks = [prefetched({"data": edges}, "BarcelonaPostPageDirectQuery")]
    own = f"{ask.base}/@{stage.handle}/post/{wanted}"
    return as_html(page(found.text[:60], blocks, links={"canonical": own}, body=found.text))


def _file(world: World, name: str, version: int) -> Answer:
    for each in world.posts.values():
        if post_number(each) == name and each.media_version == version and world.visible(each.key):
            picture = each.picture or Picture(each.key)
            return as_bytes(draw(picture), MEDIA_TYPES[picture.format])
    return as_html("URL signature expired", 403)

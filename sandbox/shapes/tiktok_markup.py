"""TikTok's data of accounts, posts and comments, and the pages it is embedded in."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from typing import Any

from sandbox.native import fold
from sandbox.picture import SUFFIXES
from sandbox.text import parts
from sandbox.world import Access, Shown, Stage, World

Json = dict[str, Any]
SHOW = """
const scope = JSON.parse(document.getElementById("__UNIVERSAL_DATA_FOR_REHYDRATION__").textContent).__DEFAULT_SCOPE__;
const main = document.querySelector("main"), get = (path, query) =>
  fetch("/api/" + path + "/?" + new URLSearchParams(query)).then(r => r.json());
const draw = (text, link) => { const e = document.createElement("div"); e.className = "card"; e.dataset.e2e = link ? "user-post-item" : "";
  if (link) { const a = document.createElement("a"); a.href = link; a.textContent = text; e.append(a); } else e.textContent = text; main.append(e); };
const person = (scope["webapp.user-detail"] || {}).userInfo, post = (scope["webapp.video-detail"] || {}).itemInfo;
let cursor = 0, busy = false;
const more = () => { if (busy) return; busy = true;
  if (person && person.user) get("post/item_list", {secUid: person.user.secUid, count: 10, cursor}).then(a => {
    (a.itemList || []).forEach(i => draw(i.desc, "/@" + i.author.uniqueId + "/video/" + i.id)); cursor = a.cursor; busy = !a.hasMore; });
  if (post) get("comment/list", {aweme_id: post.itemStruct.id, count: 20, cursor}).then(a => {
    (a.comments || []).forEach(c => draw(c.text)); cursor = a.cursor; busy = !a.has_more; }); };
if (post) draw(post.itemStruct.desc);
if (person && person.user) get("repost/item_list", {secUid: person.user.secUid, count: 30, cursor: 0});
more();
addEventListener("scroll", () => { if (innerHeight + scrollY > document.body.scrollHeight - 50) more(); });
"""
STYLE = ".card{border:1px solid #ddd;margin:12px;padding:16px;min-height:120px}"


def number(moment: datetime, key: str) -> str:
    """A post's number: seconds since 1970, then 32 bits."""
    return str(int(moment.timestamp()) << 32 | fold("tiktok", key) & 0xFFFFFFFF)


def account_number(key: str) -> str:
    """An account's number, which survives a rename."""
    return str(7 * 10**18 + fold("tiktok account", key) % 10**17)


def sec_uid(key: str) -> str:
    """What the account's lists are asked for with."""
    return f"MS4wLjABAAAA{fold('secUid', key):016x}"


def page(title: str, scope: Json) -> str:
    """A page with its data embedded and a script that asks for the rest."""
    words = {"webapp.i18n-translation": {"gone": "This video has been removed"}}
    data = json.dumps({"__DEFAULT_SCOPE__": {**words, **scope}}).replace("/", "\\u002F")
    return (
        f'<!DOCTYPE html>\n<html lang="id-ID"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f'<body><div id="app"><header>TikTok (peragaan)</header><main></main></div>'
        f'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{data}</script>'
        f"<script>{SHOW}</script></body></html>"
    )


def embed(handle: str, data: Json) -> str:
    """The page other sites embed to show an account."""
    state = json.dumps({"source": {"data": {f"/embed/@{handle}": data}}})
    return (
        f'<!DOCTYPE html><html><body><script id="__FRONTITY_CONNECT_STATE__" '
        f'type="application/json">{state}</script></body></html>'
    )


def user(stage: Stage) -> Json:
    """An account."""
    return {
        "id": account_number(stage.account.key),
        "uniqueId": stage.handle,
        "nickname": stage.account.name,
        "signature": stage.account.note,
        "secUid": sec_uid(stage.account.key),
        "privateAccount": stage.access is Access.PRIVATE,
        "secret": False,
    }


def user_detail(world: World, stage: Stage) -> Json:
    """`webapp.user-detail`: the list in it is always empty."""
    posts = [post for post in world.live(stage.account.key) if is_item(post)]
    followers = sum(deed.key == stage.account.key for deed in world.follows)
    figures = {"followerCount": followers, "followingCount": 0, "heartCount": 0,
               "videoCount": len(posts)}  # fmt: skip
    exact = {name: str(value) for name, value in figures.items()}
    info = {"user": user(stage), "stats": figures, "statsV2": exact, "itemList": []}
    return {"userInfo": info, "statusCode": 0, "statusMsg": ""}


def is_item(post: Shown) -> bool:
    """Answers are comments and passed-on posts are in a list of their own."""
    return post.reply_to is None and post.repost_of is None


def item(world: World, post: Shown, base: str) -> Json:
    """One post: pictures where the scenario has one, else a video."""
    stage = world.accounts[post.account]
    figures = {
        "diggCount": len(world.likes_of(post.key)),
        "shareCount": len(world.reposts_of(post.key)),
        "commentCount": len(world.answers_to(post.key)),
        "playCount": 40 + len(post.text),
    }
    id_ = number(post.published_at, post.key)
    answer: Json = {
        "id": id_,
        "desc": post.text,
        "createTime": str(int(post.published_at.timestamp())),
        "author": user(stage),
        "stats": figures,
        "statsV2": {name: str(value) for name, value in figures.items()},
        "textExtra": _named(world, post.text),
        "video": {"id": id_, "playAddr": "", "cover": ""},
        "privateItem": False,
        "comments": [],
    }
    if post.picture is None:
        answer["video"] |= {"playAddr": f"{base}/play/{id_}.mp4", "cover": f"{base}/cover/{id_}"}
    else:
        suffix = SUFFIXES[post.picture.format]
        address = f"{base}/photomode/{file_name(post)}~v{post.media_version}.{suffix}"
        answer["imagePost"] = {"images": [{"imageURL": {"urlList": [address]}}], "title": ""}
    return answer


def comment(world: World, post: Shown, reply: Shown) -> Json:
    """One comment."""
    author = user(world.accounts[reply.account])
    return {
        "cid": number(reply.published_at, reply.key),
        "aweme_id": number(post.published_at, post.key),
        "create_time": int(reply.published_at.timestamp()),
        "digg_count": 0,
        "text": reply.text,
        "reply_id": "0",
        "reply_comment": None,
        "user": {
            "uid": author["id"],
            "unique_id": author["uniqueId"],
            "nickname": author["nickname"],
            "sec_uid": author["secUid"],
        },
    }


def file_name(post: Shown) -> str:
    """Name of a post's picture file, the same whatever its address."""
    return f"{fold('tiktok media', post.key):016x}"


def _named(world: World, text: str) -> list[Json]:
    """Accounts and hashtags in a caption, as TikTok marks them."""
    known = {stage.handle.lower(): stage for stage in world.on("tiktok")}
    marks: list[Json] = []
    for part in parts(text):
        stage = known.get(part.text[1:].lower()) if part.kind == "mention" else None
        if stage is not None:
            id_ = account_number(stage.account.key)
            marks.append({"userId": id_, "userUniqueId": stage.handle, "type": 0})
        if part.kind == "tag":
            marks.append({"hashtagName": part.text[1:], "hashtagId": "1", "type": 1})
    return marks

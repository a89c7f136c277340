"""X's JSON of posts and accounts, and the page that asks for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox.native import fold, iso, milliseconds
from sandbox.picture import SUFFIXES
from sandbox.text import parts
from sandbox.world import Access, Shown, Stage, World

Json = dict[str, Any]
EPOCH_MS = 1_288_834_974_657
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHOW = """
const main = document.querySelector("main"), ask = (name, variables) =>
  fetch("/i/api/graphql/a1/" + name + "?variables=" + encodeURIComponent(JSON.stringify(variables))).then(r => r.json());
const found = (v, k, out = []) => { if (v && typeof v === "object") { if (v[k]) out.push(v[k]); Object.values(v).forEach(e => found(e, k, out)); } return out; };
const draw = data => found(data, "legacy").filter(l => l.full_text).forEach(l => {
  const card = document.createElement("div"); card.className = "card"; card.textContent = l.full_text; main.append(card); });
const path = location.pathname.split("/");
let cursor = null, user = null, busy = false;
const more = () => { if (busy || !user) return; busy = true;
  ask("UserTweets", {userId: user, count: 10, ...(cursor ? {cursor} : {})}).then(data => { draw(data);
    const ends = found(data, "cursorType").length ? found(data, "value") : []; const last = ends[ends.length - 1];
    busy = !last || last === cursor; cursor = last; }); };
if (path[2] === "status") ask("TweetDetail", {focalTweetId: path[3]}).then(draw);
else ask("UserByScreenName", {screen_name: path[1]}).then(data => {
  const ids = found(data, "rest_id"); if (!found(data, "reason").length && ids.length) { user = ids[0]; more(); } });
addEventListener("scroll", () => { if (innerHeight + scrollY > document.body.scrollHeight - 50) more(); });
"""
STYLE = (
    ".card{border:1px solid #cfd9de;border-radius:12px;margin:12px;padding:16px;min-height:120px}"
)


def number(moment: datetime, key: str) -> str:
    """A post's number: milliseconds since X's own epoch, then 22 bits."""
    return str((milliseconds(moment) - EPOCH_MS) << 22 | fold("x", key) & 0x3FFFFF)


def account_number(key: str) -> str:
    """An account's number, which survives a rename."""
    return str(10**18 + fold("x account", key) % 10**17)


def numbers(post: Shown) -> list[str]:
    """Numbers of all versions of a post, the first one first."""
    return [number(at, post.key) for at, _ in post.versions]


def page(title: str) -> str:
    """The shell every address answers; its script asks for the data."""
    return (
        f'<!DOCTYPE html>\n<html dir="ltr" lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f'<body><div id="react-root"><header>X (peragaan)</header><main></main></div>'
        f"<script>window.__INITIAL_STATE__={{}};{SHOW}</script></body></html>"
    )


def user(world: World, stage: Stage) -> Json:
    """An account, or why it is not shown."""
    if stage.access is Access.SUSPENDED:
        return {"__typename": "UserUnavailable", "message": "User is suspended",
                "reason": "Suspended"}  # fmt: skip
    followers = sum(deed.key == stage.account.key for deed in world.follows)
    return {
        "__typename": "User",
        "rest_id": account_number(stage.account.key),
        "avatar": {"image_url": ""},
        "core": {
            "created_at": clock(stage.account.created_at),
            "name": stage.account.name,
            "screen_name": stage.handle,
        },
        "privacy": {"protected": stage.access is Access.PRIVATE},
        "relationship_counts": {"followers": followers, "following": 0},
        "tweet_counts": {"media_tweets": 0, "tweets": len(world.live(stage.account.key))},
    }


def tweet(world: World, post: Shown, base: str, version: int = -1) -> Json:
    """One post as GraphQL gives it. version: which of its texts, the newest unless said."""
    stage = world.accounts[post.account]
    ids = numbers(post)
    at, text = post.versions[version]
    said, legacy = written(text), _figures(world, post)
    legacy |= {"created_at": clock(at), "id_str": ids[version], "full_text": said[0],
               "entities": {"urls": said[1], "user_mentions": mentions(world, text)},
               "user_id_str": account_number(post.account)}  # fmt: skip
    if post.picture is not None:
        medium = _medium(post, base)
        legacy["full_text"] += f" {medium['url']}"
        legacy["entities"]["media"] = [medium]
        legacy["extended_entities"] = {"media": [medium]}
    parent = world.posts.get(post.reply_to or "")
    if parent is not None:
        legacy |= {"in_reply_to_status_id_str": numbers(parent)[0],
                   "in_reply_to_user_id_str": account_number(parent.account),
                   "in_reply_to_screen_name": world.accounts[parent.account].handle}  # fmt: skip
    original = world.visible(post.repost_of)
    if original is not None:
        inner = tweet(world, original, base)
        legacy["retweeted_status_result"] = {"result": inner}
        legacy["full_text"] = f"RT @{world.accounts[original.account].handle}: {original.text}"
    return {
        "__typename": "Tweet",
        "rest_id": ids[version],
        "core": {"user_results": {"result": user(world, stage)}},
        "edit_control": {"edit_tweet_ids": ids, "is_edit_eligible": True, "edits_remaining": "4"},
        "views": {"count": str(40 + len(text)), "state": "EnabledWithCount"},
        "legacy": legacy,
    }


def embedded(world: World, post: Shown, base: str, version: int) -> Json:
    """One post as embeds get it."""
    whole = tweet(world, post, base, version)
    legacy, stage = whole["legacy"], world.accounts[post.account]
    answer = {name: legacy[name] for name in legacy if name.startswith("in_reply_to")}
    answer |= {
        "__typename": "Tweet",
        "lang": "in",
        "id_str": whole["rest_id"],
        "text": legacy["full_text"],
        "created_at": iso(post.versions[version][0]),
        "favorite_count": legacy["favorite_count"],
        "conversation_count": legacy["reply_count"],
        "entities": legacy["entities"],
        "mediaDetails": legacy.get("extended_entities", {}).get("media", []),
        "edit_control": whole["edit_control"],
        "user": {
            "id_str": account_number(post.account),
            "name": stage.account.name,
            "screen_name": stage.handle,
        },
        "isEdited": len(post.versions) > 1,
    }
    return answer


def timeline_page(world: World, stage: Stage, posts: Sequence[Shown], base: str) -> str:
    """The page other sites embed to show an account's posts."""
    entries = [
        {"type": "tweet", "entry_id": f"tweet-{numbers(post)[-1]}", "content": {
            "tweet": status(world, tweet(world, post, base))}}
        for post in posts
    ]  # fmt: skip
    props = {"props": {"pageProps": {"timeline": {"entries": entries}}}}
    return (
        f'<!DOCTYPE html><html><body><div id="__next"></div>'
        f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(props)}</script></body></html>'
    )


def status(world: World, whole: Json) -> Json:
    """One post in the older form: author beside the text, no wrapper."""
    legacy = dict(whole["legacy"])
    original = legacy.pop("retweeted_status_result", None)
    if original is not None:
        legacy["retweeted_status"] = status(world, original["result"])
    author = whole["core"]["user_results"]["result"]
    figures = {
        "followers_count": author["relationship_counts"]["followers"],
        "friends_count": author["relationship_counts"]["following"],
        "statuses_count": author["tweet_counts"]["tweets"],
    }
    user_v1 = {"id_str": author["rest_id"], **author["core"], **figures}
    return {**legacy, "edit_control": whole["edit_control"], "user": user_v1}


def tombstone(said: str) -> Json:
    """What stands in place of a post."""
    text = {"text": f"{said} Learn more", "rtl": False, "entities": []}
    return {"__typename": "TweetTombstone", "tombstone": {"text": text}}


def instructions(entries: Sequence[Json]) -> list[Json]:
    """A timeline's instructions."""
    return [{"type": "TimelineAddEntries", "entries": list(entries)}]


def item(name: str, result: Json) -> Json:
    """A timeline's entry of one post."""
    content = {"itemType": "TimelineTweet", "__typename": "TimelineTweet",
               "tweet_results": {"result": result}}  # fmt: skip
    return {"entryId": f"tweet-{name}", "content": {
        "entryType": "TimelineTimelineItem", "__typename": "TimelineTimelineItem",
        "itemContent": content}}  # fmt: skip


def thread(name: str, results: Sequence[Json]) -> Json:
    """A timeline's entry of answers that belong together."""
    items = [
        {"entryId": f"{name}-tweet-{r['rest_id']}", "item": {"itemContent": {
            "itemType": "TimelineTweet", "__typename": "TimelineTweet",
            "tweet_results": {"result": r}}}}
        for r in results
    ]  # fmt: skip
    return {"entryId": name, "content": {
        "entryType": "TimelineTimelineModule", "__typename": "TimelineTimelineModule",
        "displayType": "VerticalConversation", "items": items}}  # fmt: skip


def cursor(kind: str, value: str) -> Json:
    """A timeline's entry that leads on."""
    return {"entryId": f"cursor-{kind.lower()}-{value}", "content": {
        "entryType": "TimelineTimelineCursor", "__typename": "TimelineTimelineCursor",
        "value": value, "cursorType": kind}}  # fmt: skip


def written(text: str) -> tuple[str, list[Json]]:
    """The text with its links shortened and escaped as X does, and what the short ones stand for."""
    said, urls = [], []
    for part in parts(text):
        if part.kind != "link":
            said.append(escape(part.text, quote=False))
            continue
        short = f"https://t.co/{fold('short', part.text) % 36**9:09x}"
        urls.append({"url": short, "expanded_url": part.text, "display_url": part.text[8:]})
        said.append(short)
    return "".join(said), urls


def mentions(world: World, text: str) -> list[Json]:
    """Accounts of the network that a text names."""
    named = {part.text[1:].lower() for part in parts(text) if part.kind == "mention"}
    return [
        {"id_str": account_number(s.account.key), "screen_name": s.handle, "name": s.account.name}
        for s in world.on("x")
        if s.handle.lower() in named
    ]


def file_name(post: Shown) -> str:
    """Name of a post's picture file, the same whatever its address."""
    return f"G{fold('x media', post.key):016x}"


def clock(moment: datetime) -> str:
    """A time as X's older fields write it."""
    return (
        f"{DAYS[moment.weekday()]} {MONTHS[moment.month - 1]} {moment:%d %H:%M:%S} +0000 "
        f"{moment.year}"
    )


def _figures(world: World, post: Shown) -> Json:
    return {
        "favorite_count": len(world.likes_of(post.key)),
        "reply_count": len(world.answers_to(post.key)),
        "retweet_count": len(world.reposts_of(post.key)),
        "quote_count": 0,
        "conversation_id_str": numbers(post)[0],
        "is_quote_status": False,
        "lang": "in",
    }


def _medium(post: Shown, base: str) -> Json:
    suffix = SUFFIXES[post.picture.format] if post.picture else "jpg"
    return {
        "type": "photo",
        "url": f"https://t.co/{fold('medium', post.key) % 36**9:09x}",
        "media_url_https": f"{base}/media/{file_name(post)}.{post.media_version}.{suffix}",
        "ext_alt_text": post.picture.alt if post.picture else "",
        "id_str": str(fold("medium id", post.key)),
        "media_key": f"3_{fold('medium id', post.key)}",
    }

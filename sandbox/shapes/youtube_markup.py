"""YouTube's data of channels, videos, community posts and comments, and the pages around it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sandbox.picture import SUFFIXES
from sandbox.world import Shown, Stage, World

Json = dict[str, Any]


def channel_id(key: str) -> str:
    """A channel's id: `UC` and 22 letters."""
    digest = hashlib.sha256(b"channel\0" + key.encode()).digest()
    return "UC" + base64.urlsafe_b64encode(digest).decode()[:22].replace("-", "a")


def video_id(key: str) -> str:
    """A video's id: 11 letters."""
    digest = hashlib.sha256(b"video\0" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:11].replace("-", "a")


def post_id(key: str) -> str:
    """A community post's id."""
    return "Ugkx" + hashlib.sha256(b"post\0" + key.encode()).hexdigest()[:32]


def is_video(post: Shown) -> bool:
    """Posts with a picture are videos (it is their cover), those without are community posts."""
    return post.picture is not None


def title_of(post: Shown) -> str:
    """The first line of a video's text."""
    return post.text.partition("\n")[0]


def about_of(post: Shown) -> str:
    """What follows the first line of a video's text."""
    return post.text.partition("\n")[2].strip()


def cover(post: Shown, base: str) -> str:
    """Address of a video's picture."""
    suffix = SUFFIXES[post.picture.format] if post.picture else "jpg"
    return f"{base}/vi/{video_id(post.key)}/{post.media_version}.{suffix}"


def token(*words: str) -> str:
    """A continuation token: packed words, in the form YouTube's are."""
    packed = b"".join(b"\x12" + bytes([len(word)]) + word.encode() for word in words)
    return base64.urlsafe_b64encode(packed).decode().replace("=", "%3D")


def unpacked(said: str) -> list[str]:
    """The words of a token; of anything else, none."""
    try:
        data = base64.urlsafe_b64decode(said.replace("%3D", "="))
    except ValueError:
        return []
    words = []
    while data[:1] == b"\x12" and len(data) > 1:
        words.append(data[2 : 2 + data[1]].decode("utf-8", "replace"))
        data = data[2 + data[1] :]
    return words


def onward(said: str) -> Json:
    """The item of a list that loads the next page."""
    command = {"token": said, "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}
    return {"continuationItemRenderer": {"continuationEndpoint": {"continuationCommand": command}}}


def runs(text: str) -> Json:
    """A text in YouTube's runs."""
    return {"runs": [{"text": text}]}


def card(post: Shown, base: str) -> Json:
    """A video in a list: title, rounded age, exact views."""
    id_ = video_id(post.key)
    renderer = {
        "videoId": id_,
        "title": runs(title_of(post)),
        "thumbnail": {"thumbnails": [{"url": cover(post, base), "width": 336, "height": 188}]},
        "publishedTimeText": {"simpleText": "1 day ago"},
        "viewCountText": {"simpleText": f"{views(post):,} views"},
    }
    return {"richItemRenderer": {"content": {"videoRenderer": renderer}}}


def views(post: Shown) -> int:
    """Invented views of a video."""
    return 1000 + post.number * 7


def community(stage: Stage, post: Shown, remarks: int) -> Json:
    """A community post in a list."""
    id_ = post_id(post.key)
    renderer = {
        "postId": id_,
        "authorText": runs(stage.account.name),
        "authorEndpoint": {"browseEndpoint": owner(stage)},
        "contentText": runs(post.text),
        "publishedTimeText": runs("1 day ago"),
        "voteCount": {"simpleText": "3"},
        "actionButtons": {"commentActionButtonsRenderer": {"replyButton": {"buttonRenderer": {
            "text": {"simpleText": str(remarks)}}}}},
    }  # fmt: skip
    return {"backstagePostThreadRenderer": {"post": {"backstagePostRenderer": renderer}}}


def owner(stage: Stage) -> Json:
    """A channel as links name it."""
    base = f"/@{stage.handle}"
    return {"browseId": channel_id(stage.account.key), "canonicalBaseUrl": base}


def channel_page(stage: Stage, opened: str, content: Json, videos: int) -> Json:
    """A channel's page with one of its tabs open."""
    id_ = channel_id(stage.account.key)
    tabs = []
    for title, name in (("Home", "featured"), ("Videos", "videos"), ("Posts", "posts")):
        url = f"/@{stage.handle}/{name}"
        end = {"commandMetadata": {"webCommandMetadata": {"url": url}},
               "browseEndpoint": owner(stage)}  # fmt: skip
        tab: Json = {"title": title, "endpoint": end}
        tabs.append({"tabRenderer": tab | ({"selected": True, "content": content}
                                           if name == opened else {})})  # fmt: skip
    parts = [f"@{stage.handle}", "1.2K subscribers", f"{videos} videos"]
    rows = [{"metadataParts": [{"text": {"content": part}} for part in parts]}]
    header = {"metadata": {"contentMetadataViewModel": {"metadataRows": rows}}}
    return {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": tabs}},
        "header": {"pageHeaderRenderer": {"pageTitle": stage.account.name,
                                          "content": {"pageHeaderViewModel": header}}},
        "metadata": {"channelMetadataRenderer": {
            "title": stage.account.name, "externalId": id_,
            "vanityChannelUrl": f"http://www.youtube.com/@{stage.handle}"}},
    }  # fmt: skip


def alert(id_: str, text: str) -> Json:
    """A page that says why there is no channel."""
    said = {"alertRenderer": {"type": "ERROR", "text": {"simpleText": text}}}
    return {"header": {"c4TabbedHeaderRenderer": {"channelId": id_}}, "alerts": [said]}


def player(stage: Stage, post: Shown, base: str) -> Json:
    """What the player is told of a video."""
    id_ = video_id(post.key)
    return {
        "playabilityStatus": {"status": "OK"},
        "videoDetails": {
            "videoId": id_, "title": title_of(post), "shortDescription": about_of(post),
            "channelId": channel_id(stage.account.key), "author": stage.account.name,
            "viewCount": str(views(post)),
            "thumbnail": {"thumbnails": [{"url": cover(post, base), "width": 1280, "height": 720}]},
        },
        "microformat": {"playerMicroformatRenderer": {
            "ownerProfileUrl": f"http://www.youtube.com/@{stage.handle}",
            "publishDate": post.published_at.isoformat()}},
    }  # fmt: skip


def unplayable(status: str, reason: str, second: str = "") -> Json:
    """What the player is told instead of a video."""
    screen = {"reason": {"simpleText": reason}, "subreason": runs(second)}
    return {"playabilityStatus": {"status": status, "reason": reason,
                                  "errorScreen": {"playerErrorMessageRenderer": screen}}}  # fmt: skip


def watch_data(world: World, stage: Stage, post: Shown) -> Json:
    """What stands around a video: title, channel, likes, and where its comments begin."""
    id_, likes = video_id(post.key), len(world.likes_of(post.key))
    button = {"accessibilityText": f"like this video along with {likes:,} other people"}
    actions = {"menuRenderer": {"topLevelButtons": [
        {"likeButtonViewModel": {"defaultButtonViewModel": {"buttonViewModel": button}}}]}}  # fmt: skip
    title = {"runs": [{"text": stage.account.name,
                       "navigationEndpoint": {"browseEndpoint": owner(stage)}}]}  # fmt: skip
    primary = {"title": runs(title_of(post)), "videoActions": actions}
    secondary = {"owner": {"videoOwnerRenderer": {"title": title}},
                 "attributedDescription": {"content": about_of(post)}}  # fmt: skip
    section = {"contents": [onward(token(id_, "comments", "0"))], "targetId": "comments-section"}
    shown = [{"videoPrimaryInfoRenderer": primary}, {"videoSecondaryInfoRenderer": secondary},
             {"itemSectionRenderer": section}]  # fmt: skip
    return around(id_, shown)


def around(id_: str, shown: Sequence[Json]) -> Json:
    """The data of a video's page."""
    results = {"results": {"results": {"contents": list(shown)}}}
    return {"contents": {"twoColumnWatchNextResults": results},
            "currentVideoEndpoint": {"watchEndpoint": {"videoId": id_}}}  # fmt: skip


def comments(world: World, video: Shown, shown: Sequence[Shown], next_: str) -> Json:
    """A page of comments: the list, and beside it what each says."""
    id_, items, mutations = video_id(video.key), [], []
    for reply in shown:
        stage, key = world.accounts[reply.account], f"key-{post_id(reply.key)}"
        model = {"commentKey": key, "commentId": post_id(reply.key)}
        items.append({"commentThreadRenderer": {"commentViewModel": {"commentViewModel": model}}})
        author = {"channelId": channel_id(stage.account.key), "displayName": f"@{stage.handle}"}
        said = {"commentId": post_id(reply.key), "content": {"content": reply.text}}
        place = {"watchEndpoint": {"videoId": id_}}
        mutations += [
            {"entityKey": key,
             "payload": {"commentEntityPayload": {"properties": said, "author": author}}},
            {"entityKey": key + "s", "payload": {"commentSurfaceEntityPayload": {
                "publishedTimeCommand": {"innertubeCommand": place}}}},
        ]  # fmt: skip
    items += [onward(next_)] if next_ else []
    count = {"countText": runs(f"{len(world.answers_to(video.key))} Comments")}
    lists = [[{"commentsHeaderRenderer": count}], items]
    return {
        "onResponseReceivedEndpoints": [
            {"reloadContinuationItemsCommand": {"targetId": "comments-section",
                                                "continuationItems": each}} for each in lists],
        "frameworkUpdates": {"entityBatchUpdate": {"mutations": mutations}},
    }  # fmt: skip


def page(data: Json | None, player_data: Json | None = None, program: str = "") -> str:
    """A page with its data in scripts, as YouTube writes it. program: runs at its end."""
    scripts = ""
    for name, value in (("ytInitialPlayerResponse", player_data), ("ytInitialData", data)):
        if value is not None:
            text = json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
            scripts += f"<script>var {name} = {text};</script>"
    shown = "<h1 id=judul></h1><main></main>"
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>YouTube</title></head>'
        f"<body>{shown}{scripts}<script>{program}</script></body></html>"
    )


def consent(url: str) -> str:
    """The form that asks for consent before anything is shown."""
    return (
        '<!doctype html><html><head><base href="https://consent.youtube.com/"></head><body>'
        '<form action="https://consent.youtube.com/save" method="POST">'
        f'<input type="hidden" name="continue" value="{url}"></form></body></html>'
    )

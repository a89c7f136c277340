"""Reads what YouTube answers an anonymous caller: pages, their data, calls and the feed."""

from __future__ import annotations

import json
from typing import Any

from crawler.page import Page
from crawler.platforms.youtube import (
    channel,
    comments,
    community,
    embed,
    feed,
    listing,
    states,
    urls,
    video,
    walls,
)
from crawler.platforms.youtube.parts import placed
from crawler.platforms.youtube.sight import Sight, cover
from crawler.platforms.youtube.tree import (
    Roots,
    embedded,
    first,
    inside,
    nodes,
    objects,
    roots,
    text_at,
)
from evidence.errors import ParseError
from evidence.model import AccountSeen, Drift, Post, Reading, SeenState

READ_BY = "youtube.pages@4"
__all__ = ["READ_BY", "placed", "read"]

WATCH = ("twoColumnWatchNextResults", "singleColumnWatchNextResults", "videoPrimaryInfoRenderer")


def read(page: Page) -> Reading:
    """All that one answer shows: videos, posts, comments, channel, states, continuation; else drift.

    What came is told by its structure: XML is the feed, JSON a call, HTML a page with data in its
    scripts. Status and address decide only where the structure says nothing. Other people's videos
    beside and below are never posts; who commented is an edge.
    """
    sight = Sight(page.url)
    try:
        _read(page, sight)
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")
    if not sight.shows and not sight.faults:
        sight.fault("$: nothing that is known")
    return sight.reading(READ_BY)


def _read(page: Page, sight: Sight) -> None:
    if feed.is_feed(page):
        feed.read(page, sight)
        return
    start = page.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n)]}'")[:1]
    if start in (b"{", b"["):
        _json(page, sight)
        return
    faults: list[Drift] = []
    found = embedded(page.text(), faults)
    if found.data and not found.player:
        found.player += embed.players(page.text(), sight)
    if found.data or found.player:
        sight.faults += faults
        _page(found, sight)
    elif embed.read(page.text(), sight):
        sight.faults += faults
    elif not walls.refused(page, sight):
        sight.faults += faults
        status = "" if page.status == 200 else f"HTTP {page.status}: "
        what = "HTML without ytInitialData" if page.body.strip() else "body is empty"
        sight.fault(f"{status}{what}")


def _json(page: Page, sight: Sight) -> None:
    text = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b")]}'"):
        text = text[4:]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if not walls.refused(page, sight):
            sight.fault("body is no whole JSON")
        return
    if value == {} and urls.kind(page.url) == "player":
        named = urls.video_of(page.url)
        sight.state(f"post:{named}" if named else None, SeenState.UNSEEN, "{}")
        return
    if isinstance(value, dict) and value.get("provider_name") == "YouTube":
        _oembed(value, sight)
        return
    _data(roots(value), sight)
    if not sight.shows and walls.status(page) is not None:
        sight.faults.clear()
        walls.refused(page, sight)


def _page(found: Roots, sight: Sight) -> None:
    """A page's data; a video's page has to bring both halves."""
    is_video = any(first(one, *WATCH) is not None for one in found.data)
    if is_video and not found.player:
        sight.fault("video page: ytInitialPlayerResponse is missing")
    if not found.data:
        sight.fault("page: ytInitialData is missing")
    _data(found, sight)
    kept_from_us = any(told.state is not SeenState.PRESENT for told in sight.states)
    if found.player and found.data and sight.posts and not kept_from_us:
        _both_halves(found, is_video, sight)


def _both_halves(found: Roots, is_video: bool, sight: Sight) -> None:
    """Tell of a video that plays, whose page lacks what stands around it, or its time."""
    reel = any(first(one, "reelPlayerOverlayRenderer") is not None for one in found.data)
    if not is_video and not reel:
        sight.fault(f"video page: expected {WATCH[0]}, found nothing that is known")
    by_day = any(told.marker == video.BY_DAY for told in sight.states)
    if any(post.published_at is None for post in sight.posts.values()) and not by_day:
        sight.fault("player.microformat: expected the time of the video")


def _data(found: Roots, sight: Sight) -> None:
    for player in found.player:
        video.read_player(player, sight)
    for data in found.data:
        if not _known(data, sight) and not found.player:
            sight.fault("$: no structure that is known")


def _known(data: dict[str, Any], sight: Sight) -> bool:
    """Read one root by what it holds; False when it holds nothing that is known."""
    told = states.error(data)
    if isinstance(told, str):
        sight.fault(f"{told}: the question was wrong")
    elif told is not None:
        sight.state(None, *told)
    elif _moved(data, sight):
        return True
    elif first(data, *WATCH) is not None:
        video.read_next(data, sight)
    elif _continued(data, sight):
        return True
    elif comments.are_in(data) and not community.are_in(data):
        comments.read(data, sight)
    elif channel.is_in(data):
        channel.read(data, sight)
    elif community.are_in(data):
        community.read(data, sight)
    else:
        return False
    if community.are_in(data) and comments.are_in(data):
        community.read(data, sight)
        comments.read(data, sight)
    return True


def _moved(data: dict[str, Any], sight: Sight) -> bool:
    """A page that only leads elsewhere: another channel, or home when the channel is no more."""
    if "contents" in data or "header" in data:
        return False
    for _, action in nodes(data.get("onResponseReceivedActions"), "navigateAction"):
        named = text_at(action, "endpoint.browseEndpoint.browseId") or ""
        if urls.CHANNEL.fullmatch(named):
            sight.next.append(urls.channel_page(urls.HOST, named))
            sight.state(None, SeenState.PRESENT, "navigateAction")
        else:
            where = channel.HOME_FEED if named == channel.HOME_FEED else ""
            sight.state(None, SeenState.UNSEEN, f"navigateAction {where}".strip())
        return True
    named = text_at(data, "endpoint.browseEndpoint.browseId") or ""
    if urls.CHANNEL.fullmatch(named):
        handle = urls.handle_in(inside(data, "endpoint.browseEndpoint.canonicalBaseUrl"))
        sight.accounts.append(AccountSeen(named, handle, None, SeenState.PRESENT))
        return True
    return False


def _continued(data: dict[str, Any], sight: Sight) -> bool:
    """The next page of a channel's tab: cards or community posts, and a further token."""
    actions = [
        one
        for _, one in nodes(data, "appendContinuationItemsAction", "reloadContinuationItemsCommand")
    ]
    items = [item for one in actions for item in objects(one.get("continuationItems"))]
    if not items or comments.are_in({"items": items}) or "contents" in data:
        return False
    if any("watch-next" in str(one.get("targetId")) for one in actions):
        sight.state(None, SeenState.PRESENT, "watch-next-feed")
        return True
    if comments.are_closed(actions, items):
        sight.state(None, SeenState.PRESENT, comments.CLOSED)
        return True
    if channel.about(items, sight):
        return True
    known = channel.who(data, sight.url)
    tokens = list(listing.tokens(items))
    packed = (urls.packed_channel(token) for token in tokens)
    owner = known.native_id or next((one for one in packed if one), None)
    seen = listing.read(items, owner, known.handle, sight, own=True)
    seen += community.read(items, sight)
    sight.next += [urls.onward("browse", token) for token in tokens]
    beside = listing.others(items)
    if not seen and not beside:
        sight.fault("continuationItems: nothing that is known")
    elif not sight.posts and not sight.faults:
        sight.state(None, SeenState.PRESENT, beside[0] if beside else "continuationItems")
    return True


def _oembed(value: dict[str, Any], sight: Sight) -> None:
    """oEmbed: title, author and cover of a video that may be embedded."""
    pieces = f"{value.get('html')} {value.get('thumbnail_url')}".replace("/vi/", "/embed/")
    place = next((p for p in pieces.split('"') + pieces.split() if "/embed/" in p), "")
    found = urls.video_of("https://www.youtube.com" + place[place.find("/embed/") :])
    title = value.get("title")
    if "videoseries" in pieces:
        found = None  # a playlist shows its first video's cover, and is none
    if found is None or not isinstance(title, str):
        sight.fault("oEmbed: expected a video and its title, found a part")
        return
    handle = urls.handle_in(value.get("author_url"))
    native_id = urls.channel_of(str(value.get("author_url")))
    sound = native_id if native_id and urls.CHANNEL.fullmatch(native_id) else None
    sight.posts[found] = Post(
        found, sound, handle, title, None, url=f"{urls.HOST}/watch?v={found}", media=cover(found)
    )
    name = value.get("author_name")
    named = name if isinstance(name, str) else None
    sight.accounts.append(AccountSeen(sound, handle, named, SeenState.PRESENT))

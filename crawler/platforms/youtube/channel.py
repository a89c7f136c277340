"""A channel's page: who it is, which tab is open, and the posts that tab lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crawler.platforms.youtube import community, listing, states, urls
from crawler.platforms.youtube.sight import Sight
from crawler.platforms.youtube.tree import first, inside, nodes, objects, text_at
from crawler.platforms.youtube.words import figure, shown
from crawler.sight import is_set
from evidence.model import AccountCounts, AccountSeen, SeenState

HEADERS = ("pageHeaderRenderer", "c4TabbedHeaderRenderer", "interactiveTabbedHeaderRenderer",
           "topicChannelDetailsRenderer")  # fmt: skip
OWN_TABS = {"videos": "videos", "shorts": "shorts", "streams": "streams", "live": "streams",
            "posts": "posts", "community": "posts", "releases": "", "podcasts": ""}  # fmt: skip
PLAYLIST = "playlistMetadataRenderer"
"""What a playlist's page has instead of a channel; its videos may be anybody's."""
HOME_FEED = "FEwhat_to_watch"


@dataclass(frozen=True, slots=True)
class Channel:
    """Who a page is of, as far as it says."""

    native_id: str | None
    handle: str | None
    name: str | None


def is_in(data: dict[str, Any]) -> bool:
    """Whether an answer is a channel's page, or the alert in its place."""
    return (
        "alerts" in data
        or first(data, "channelMetadataRenderer", "channelAgeGateRenderer", *HEADERS) is not None
        or first(data, "tabRenderer") is not None
    )


def read(data: dict[str, Any], sight: Sight) -> None:
    """The channel, its figures, and the posts of the open tab; or the state told in its place."""
    channel = who(data, sight.url)
    subject = channel.native_id or channel.handle
    told = states.alert(data)
    if told is not None:
        sight.state(f"account:{subject}" if subject else None, *told)
        return
    if _is_home(data):
        sight.state(None, SeenState.UNSEEN, HOME_FEED)
        return
    if first(data, "channelAgeGateRenderer") is not None:
        sight.state(f"account:{subject}" if subject else None, SeenState.GATED,
                    "channelAgeGateRenderer")  # fmt: skip
        return
    if channel.native_id is None and first(data.get("metadata"), PLAYLIST) is not None:
        sight.state(None, SeenState.PRESENT, PLAYLIST)
        return
    if channel.native_id is None:
        sight.fault("channel page: names no channel")
        return
    sight.accounts.append(
        AccountSeen(
            channel.native_id,
            channel.handle,
            channel.name,
            SeenState.PRESENT,
            _counts(_parts(data.get("header"))),
        )
    )
    _tab(data, channel, sight)


def who(data: dict[str, Any], url: str) -> Channel:
    """The channel by its metadata, else its header, else the open tab, else the address."""
    meta = first(data.get("metadata"), "channelMetadataRenderer") or {}
    header = first(data.get("header"), *HEADERS) or {}
    tab = _open(data) or {}
    asked = urls.channel_of(url)
    native_id = (
        text_at(meta, "externalId")
        or text_at(header, "channelId")
        or text_at(tab, "endpoint.browseEndpoint.browseId")
        or urls.channel_of(text_at(data, "microformat.microformatDataRenderer.urlCanonical") or "")
        or asked
    )
    urls_said = meta.get("ownerUrls")
    places = [meta.get("vanityChannelUrl"), *(urls_said if isinstance(urls_said, list) else ())]
    places.append(inside(tab, "endpoint.browseEndpoint.canonicalBaseUrl"))
    handles = [urls.handle_in(place) for place in places] + [_handle_shown(header)]
    named = text_at(meta, "title") or text_at(header, "pageTitle") or shown(header.get("title"))
    sound = native_id if native_id and urls.CHANNEL.fullmatch(native_id) else None
    handle = next((h for h in handles if h), None) or (asked if asked and not sound else None)
    return Channel(sound, handle, named)


def about(items: list[dict[str, Any]], sight: Sight) -> bool:
    """Note the channel of the panel its page opens to tell of itself; False when there is none."""
    panel = first(items, "aboutChannelViewModel") or {}
    native_id = text_at(panel, "channelId") or ""
    if not urls.CHANNEL.fullmatch(native_id):
        return False
    handle = urls.handle_in(text_at(panel, "canonicalChannelUrl"))
    texts = [shown(panel.get(name)) for name in ("subscriberCountText", "videoCountText")]
    figures = _counts([text for text in texts if text])
    sight.accounts.append(AccountSeen(native_id, handle, None, SeenState.PRESENT, figures))
    return True


def tabs(data: dict[str, Any]) -> tuple[str, ...]:
    """Own tabs the channel has besides the open one, as names of addresses."""
    return tuple(
        dict.fromkeys(
            OWN_TABS[name]
            for _, tab in nodes(data.get("contents"), "tabRenderer")
            if (name := _name(tab)) in OWN_TABS
            and OWN_TABS[name]
            and tab.get("selected") is not True
        )
    )


def _tab(data: dict[str, Any], channel: Channel, sight: Sight) -> None:
    tab = _open(data)
    if tab is None:
        sight.fault("channel page: no tabRenderer is selected")
        return
    content = tab.get("content")
    if not isinstance(content, dict) or not content:
        sight.fault("channel page: the selected tabRenderer has no content")
        return
    name = _name(tab)
    if name == "search" or name == "about":
        return
    found = listing.read(content, channel.native_id, channel.handle, sight, own=name in OWN_TABS)
    found += community.read(content, sight) + len(listing.others(content))
    sight.next += [
        urls.onward("browse", token) for token in listing.tokens(content) if name in OWN_TABS
    ]
    sight.next += [
        urls.channel_page(urls.HOST, channel.native_id or "", other) for other in tabs(data)
    ]
    if found or name not in OWN_TABS:
        return
    if first(content, "messageRenderer") is not None:
        sight.empty = True
    else:
        sight.fault("channel page: the open tab holds neither items nor messageRenderer")


def _open(data: dict[str, Any]) -> dict[str, Any] | None:
    for _, tab in nodes(data.get("contents"), "tabRenderer"):
        if is_set(tab.get("selected")) and "content" in tab:
            return tab
    return None


def _name(tab: dict[str, Any]) -> str:
    """`videos`, `shorts`, ... by the end of the tab's address, else by its packed parameters."""
    address = text_at(tab, "endpoint.commandMetadata.webCommandMetadata.url") or ""
    last = address.split("?")[0].rstrip("/").split("/")[-1].lower()
    if last in OWN_TABS or last in ("featured", "playlists", "search", "store", "about"):
        return last
    packed = urls.packed_text(inside(tab, "endpoint.browseEndpoint.params"))
    title = (text_at(tab, "title") or "").lower()
    return next((name for name in (*OWN_TABS, "featured", "search") if name in packed), title)


def _is_home(data: dict[str, Any]) -> bool:
    return any(
        HOME_FEED in (tab.get("tabIdentifier"), inside(tab, "endpoint.browseEndpoint.browseId"))
        for _, tab in nodes(data.get("contents"), "tabRenderer")
        if is_set(tab.get("selected"))
    )


def _parts(header: Any) -> list[str]:
    """The short texts under the channel's name: handle, subscribers, videos."""
    found = [
        shown(part.get("text"))
        for _, model in nodes(header, "contentMetadataViewModel")
        for row in objects(model.get("metadataRows"))
        for part in objects(row.get("metadataParts"))
    ]
    for _, one in nodes(header, *HEADERS):
        found += [shown(one.get(name)) for name in
                  ("channelHandleText", "subscriberCountText", "videosCountText", "subtitle")]  # fmt: skip
    return [text for text in found if text]


def _handle_shown(header: Any) -> str | None:
    texts = [text.strip() for text in _parts({"pageHeaderRenderer": header})]
    return next((text[1:] for text in texts if text.startswith("@") and len(text) > 1), None)


def _counts(texts: list[str]) -> AccountCounts:
    """Subscribers (rounded above a thousand) and videos, by the English or Indonesian word."""
    follower, post, rounded = None, None, []
    for text in texts:
        exact, about = figure(text)
        word = text.lower()
        if "subscri" in word or "pelanggan" in word:
            follower = exact
            rounded += [("follower", about)] if about is not None else []
        elif "video" in word:
            post = exact
            rounded += [("post", about)] if about is not None else []
    return AccountCounts(follower=follower, post=post, approximate=tuple(sorted(set(rounded))))

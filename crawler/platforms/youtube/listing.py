"""Videos and shorts in a list: what a card shows of each, and the token of the next page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.youtube import urls
from crawler.platforms.youtube.sight import Sight, cover
from crawler.platforms.youtube.tree import first, inside, needed, nodes, objects, text_at
from crawler.platforms.youtube.words import shown, viewed
from evidence.errors import ParseError
from evidence.model import Counts, Post, SeenState

CARDS = ("videoRenderer", "gridVideoRenderer", "compactVideoRenderer", "videoWithContextRenderer",
         "playlistVideoRenderer")  # fmt: skip
OTHERS = ("adSlotRenderer", "playlistRenderer", "gridPlaylistRenderer", "radioRenderer",
          "channelRenderer", "gridChannelRenderer", "showRenderer", "gridShowRenderer",
          "gridMovieRenderer", "gameCardRenderer", "postRenderer", "backstagePostThreadRenderer",
          "continuationItemRenderer")  # fmt: skip
"""What may stand in a list and is no video."""
NO_ITEMS = ("adSlotRenderer", "continuationItemRenderer")
KINDS = (*CARDS, "reelItemRenderer", "shortsLockupViewModel", "lockupViewModel")
KNOWN = frozenset((*KINDS, *OTHERS, "richItemRenderer", "richSectionRenderer"))
PART = "title alone, no time"
"""What a card shows of its video, in the state that is noted beside it."""
UNDER_WAY = frozenset(("BADGE_STYLE_TYPE_LIVE_NOW", "LIVE", "UPCOMING"))
"""Styles of the marks on a card of a stream that is not over."""
BYLINES = ("ownerText", "shortBylineText", "longBylineText")


def read(
    content: Any, native_id: str | None, handle: str | None, sight: Sight, *, own: bool
) -> int:
    """Note the videos of a list; returns how many cards it has, other people's included.

    own: the list shows this channel's videos alone, so a card without a name is the channel's.
    Else only cards that name the channel first are taken. The text is the title: a list shows no more,
    and its time is relative (`2 days ago`), so none is given; a state says so of each.
    """
    cards = 0
    shelved = _in_own_shelves(content)
    for index, (name, card) in enumerate(nodes(content, *KINDS)):
        ours = own or id(card) in shelved
        try:
            if name == "lockupViewModel" and not _is_video(card, index):
                cards += 1
                continue
            post = _card(name, card, native_id, handle, index)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
            continue
        cards += 1
        bylines = _bylines(card)
        if not bylines and not ours and name in CARDS:
            sight.fault(f"{name}[{index}]: names no channel in a list of several")
        if native_id in (bylines if ours else bylines[:1]) or (ours and not bylines):
            sight.posts.setdefault(post.native_id, post)
            sight.state(f"post:{post.native_id}", SeenState.PRESENT, f"{name}: {PART}")
    _unknown(content, sight)
    return cards


def _in_own_shelves(content: Any) -> set[int]:
    """Cards in shelves that lead on to one of the channel's own tabs: those name no channel."""
    found: set[int] = set()
    inner: set[int] = set()  # a shelf in a shelf is walked once, however deep they are nested
    for _, shelf in nodes(content, "shelfRenderer"):
        if id(shelf) in inner:
            continue
        held = nodes(shelf, "shelfRenderer", *KINDS)
        inner.update(id(one) for name, one in held if name == "shelfRenderer")
        address = text_at(shelf, "endpoint.commandMetadata.webCommandMetadata.url") or ""
        if address.partition("?")[0].rpartition("/")[2] in urls.TABS:
            found.update(id(card) for name, card in held if name != "shelfRenderer")
    return found


def others(content: Any) -> list[str]:
    """Kinds of the list's items that are no videos: playlists, channels, games."""
    return [name for name, _ in nodes(content, *OTHERS) if name not in NO_ITEMS]


def tokens(content: Any) -> Iterator[str]:
    """Tokens of the list's next page; those of menus and sort orders are none."""
    for _, item in nodes(content, "continuationItemRenderer"):
        token = text_at(first(item, "continuationCommand") or {}, "token")
        if token:
            yield token


def _card(
    name: str, card: dict[str, Any], native_id: str | None, handle: str | None, index: int
) -> Post:
    where = f"{name}[{index}]"
    if name == "lockupViewModel":
        video = _lockup_id(card, where)
        title = needed(card, "metadata.lockupMetadataViewModel.title.content", where)
        pictures = inside(first(card, "thumbnailViewModel"), "image.sources")
        views = next((text for text in _rows(card) if _says_views(text)), None)
    elif name == "shortsLockupViewModel":
        video = _short_id(card, where)
        title = needed(card, "overlayMetadata.primaryText.content", where)
        pictures = inside(first(card, "thumbnail", "thumbnailViewModel"), "sources")
        views = text_at(card, "overlayMetadata.secondaryText.content")
    else:
        video = needed(card, "videoId", where)
        title = _title(card, where)
        pictures = inside(card, "thumbnail.thumbnails")
        views = shown(card.get("viewCountText")) or shown(card.get("shortViewCountText"))
    exact, rounded = (None, None) if _is_under_way(card) else viewed(views)
    counts = Counts(view=exact, approximate=(("view", rounded),) if rounded is not None else ())
    place = "shorts/" if name in ("reelItemRenderer", "shortsLockupViewModel") else "watch?v="
    return Post(
        native_id=video, author_id=native_id, author_handle=handle, text=title.strip(),
        published_at=None, url=f"{urls.HOST}/{place}{video}", media=cover(video, pictures),
        counts=counts,
    )  # fmt: skip


def _is_under_way(card: dict[str, Any]) -> bool:
    """Whether a card is of a stream that runs or is to come: its figure counts who is there now."""
    badges = nodes(card.get("badges"), "metadataBadgeRenderer")
    times = nodes({"over": card.get("thumbnailOverlays")}, "thumbnailOverlayTimeStatusRenderer")
    styles = {text_at(one, "style") for _, one in (*badges, *times)}
    return "upcomingEventData" in card or bool(styles & UNDER_WAY)


def _title(card: dict[str, Any], where: str) -> str:
    title = shown(card.get("title")) or shown(card.get("headline"))
    if not title:
        raise ParseError(f"{where}.title", "expected text, found nothing")
    return title


def _is_video(card: dict[str, Any], index: int) -> bool:
    kind = needed(card, "contentType", f"lockupViewModel[{index}]")
    if not kind.startswith("LOCKUP_CONTENT_TYPE_"):
        raise ParseError(f"lockupViewModel[{index}].contentType", "is of a kind not known")
    return kind in ("LOCKUP_CONTENT_TYPE_VIDEO", "LOCKUP_CONTENT_TYPE_SHORT")


def _lockup_id(card: dict[str, Any], where: str) -> str:
    end = first(card.get("rendererContext"), "watchEndpoint") or {}
    return text_at(card, "contentId") or needed(end, "videoId", where)


def _short_id(card: dict[str, Any], where: str) -> str:
    end = first(card, "reelWatchEndpoint", "watchEndpoint") or {}
    return needed(end, "videoId", where)


def _rows(card: dict[str, Any]) -> Iterator[str]:
    model = first(card.get("metadata"), "contentMetadataViewModel") or {}
    for row in objects(model.get("metadataRows")):
        for part in objects(row.get("metadataParts")):
            text = shown(part.get("text"))
            if text:
                yield text


def _says_views(text: str) -> bool:
    return "view" in text.lower() or "ditonton" in text.lower()


def _bylines(card: dict[str, Any]) -> list[str]:
    """The channels a card names as its video's: one, or several that made it together."""
    places = [card[name] for name in BYLINES if name in card]
    model = first(card.get("metadata"), "lockupMetadataViewModel")
    if model is not None:
        places += [model.get("image"), model.get("metadata")]
    named = (text_at(end, "browseId") for _, end in nodes(places, "browseEndpoint"))
    return [name for name in named if name and urls.CHANNEL.fullmatch(name)]


def _unknown(content: Any, sight: Sight) -> None:
    """A list item of a kind nobody knows: a video may be lost with it."""
    items = [item.get("content") for _, item in nodes(content, "richItemRenderer")]
    lists = ("richGridRenderer", "gridRenderer", "horizontalListRenderer")
    for _, one in nodes(content, *lists):
        items += objects(one.get("contents", one.get("items")))
    for item in items:
        named = (
            {n for n, v in item.items() if isinstance(v, dict)} if isinstance(item, dict) else set()
        )
        if not named & KNOWN:
            sight.fault("list: holds a kind of item that is not known")
            return

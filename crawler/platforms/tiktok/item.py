"""One post: `itemStruct` of pages and lists, and the app's `aweme` of the same meaning.

Read on purpose not: music, challenges (hashtags, in the text), effects, stickers, playlists, poi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.platforms.tiktok import figures
from crawler.sight import is_set
from crawler.take import Node, each
from evidence.errors import ParseError
from evidence.model import Act, Interaction, Media, Post, SeenState, StateSeen

_SIZE = re.compile(r"~.*")
LATEST = 4_102_444_800
"""2100-01-01: a larger number of seconds is no time."""


def post(item: Node, handles: dict[str, Any] | None = None) -> Post:
    """The post an object shows.

    handles: users by handle, where the page keeps authors apart from posts (SIGI_STATE).

    Raises ParseError without number, author, text, time or any medium: half a post must not pass
    for an edited one.
    """
    number = identity(item)
    author_id, author = author_of(item, handles or {})
    return Post(
        native_id=number,
        author_id=author_id,
        author_handle=author,
        text=text_of(item),
        published_at=moment(item),
        url=f"https://www.tiktok.com/@{author}/video/{number}",
        media=media(item, number),
        quote_of=_duet(item),
        counts=figures.of_post(item),
    )


def identity(item: Node) -> str:
    """The post's number. Raises ParseError without one."""
    found = item.must("aweme_id" if "aweme_id" in item.value else "id", str)
    if not (found.isascii() and found.isdigit()):
        raise ParseError(f"{item.path}.id", "expected digits")
    return found


def author_of(item: Node, handles: dict[str, Any]) -> tuple[str | None, str]:
    """(id, handle) of the author. Raises ParseError without a handle."""
    author = item.value.get("author")
    if isinstance(author, dict):
        holder = item.inner("author")
        name = "unique_id" if "unique_id" in author else "uniqueId"
        return holder.must("uid" if "uid" in author else "id", str), holder.must(name, str)
    if isinstance(author, str) and author:
        known = handles.get(author)
        number = item.value.get("authorId") or (
            known.get("id") if isinstance(known, dict) else None
        )
        if not isinstance(number, str):
            item.fault("authorId", "expected str")
        return (number if isinstance(number, str) else None), author
    raise ParseError(f"{item.path}.author", "names no author")


def text_of(item: Node) -> str:
    """Caption; a photo post's title stands above it. Raises ParseError without the field."""
    said = written(item, "desc")
    title = item.inner("imagePost").may("title", str) if item.may("imagePost", dict) else None
    return f"{title}\n{said}".strip() if title and title not in said else said


def written(item: Node, name: str) -> str:
    """A text that may be empty and is always there. Raises ParseError when it is not."""
    said = item.exact(name, str)
    if said is None:
        raise ParseError(f"{item.path}.{name}", "expected str, found null")
    return said


def moment(item: Node) -> datetime:
    """`createTime` (seconds, as string or number) as UTC. Raises ParseError without it."""
    name = "create_time" if "create_time" in item.value else "createTime"
    seconds = figures.number(item.value.get(name))
    if not seconds or seconds > LATEST:
        raise ParseError(f"{item.path}.{name}", "expected seconds since 1970")
    return datetime.fromtimestamp(seconds, UTC)


def media(item: Node, number: str) -> tuple[Media, ...]:
    """Pictures of a photo post, else the video in its best variant.

    A video's key is the post's number: TikTok does not let a video be replaced, and its own file
    ids are left out of some pages. A page that names no file shows the still alone.
    """
    for name in ("imagePost", "image_post_info"):
        if item.may(name, dict):
            listed = item.inner(name).must("images", list)
            return each(listed, f"{item.path}.{name}.images", item.faults, _picture)
    if is_gated(item):
        return ()
    video = item.inner("video")
    address = _best(video) or _first(video, "playAddr", "play_addr", "downloadAddr")
    if address:
        return (Media(address, "video", None, number),)
    still = _first(video, "originCover", "cover", "origin_cover", "dynamicCover")
    if still is None:
        raise ParseError(f"{video.path}.playAddr", "names neither file nor still")
    return (Media(still, "image", None, number),)


def is_gated(item: Node) -> bool:
    """Whether TikTok holds the content back from readers who are not logged in."""
    return is_set(item.value.get("isContentClassified")) and not item.value.get("video")


def states(item: Node, seen: Post) -> Iterator[StateSeen]:
    """Markers a shown post carries: held back by its class, private, for friends."""
    subject = f"post:{seen.native_id}"
    if is_gated(item):
        yield StateSeen(subject, SeenState.GATED, "isContentClassified")
    for name in ("privateItem", "secret", "forFriend"):
        if is_set(item.value.get(name)):
            yield StateSeen(subject, SeenState.PRESENT, name)


def acts(item: Node, seen: Post) -> Iterator[Interaction]:
    """Who the caption names, and whose video a duet stands beside."""
    listed = item.may("textExtra", list) or item.may("text_extra", list) or _of_parts(item)
    named: dict[str, str | None] = {}
    for part in listed:
        if not isinstance(part, dict):
            item.fault("textExtra", "holds a part that is no object")
            continue
        id, handle = _text(part, "userId", "user_id"), _text(part, "userUniqueId", "user_unique_id")
        hashtag = _text(part, "hashtagName", "hashtag_name")
        if not hashtag and not _is_about_somebody(part):
            item.fault("textExtra", "holds a part that is neither hashtag nor named account")
        if not hashtag and (id or handle):
            named[id or handle or ""] = handle
    for target, handle in named.items():
        yield _act(Act.MENTION, seen, target, handle)
    if seen.quote_of:
        yield _act(Act.SHARE, seen, seen.quote_of, None)


def _is_about_somebody(part: dict[str, Any]) -> bool:
    """Whether a part has both fields of an account; they are empty where it is no more."""
    pairs = (("userId", "userUniqueId"), ("user_id", "user_unique_id"))
    return any(all(isinstance(part.get(name), str) for name in pair) for pair in pairs)


def _of_parts(item: Node) -> list[Any]:
    """What the parts of a caption name; newer posts say it there alone."""
    parts = item.may("contents", list) or []
    lists = [part.get("textExtra") for part in parts if isinstance(part, dict)]
    return [one for listed in lists if isinstance(listed, list) for one in listed]


def _act(act: Act, seen: Post, target: str, owner: str | None) -> Interaction:
    return Interaction(
        act,
        seen.author_id,
        seen.author_handle,
        target,
        seen.native_id,
        seen.published_at,
        None,
        owner,
    )


def _duet(item: Node) -> str | None:
    found = (item.may("duetInfo", dict) or {}).get("duetFromId")
    return found if isinstance(found, str) and found.isdigit() and found != "0" else None


def _picture(item: Node) -> Media:
    """One picture of a photo post; its path without size and signature stays the same."""
    address = _first(item, "imageURL", "display_image", "owner_watermark_image")
    if address is None:
        raise ParseError(f"{item.path}.imageURL", "names no address")
    return Media(address, "image", None, _SIZE.sub("", urlsplit(address).path.strip("/")) or None)


def _best(video: Node) -> str | None:
    """The address of the variant with the highest bitrate."""
    listed = video.may("bitrateInfo", list) or video.may("bit_rate", list) or []
    variants = [
        (figures.number(entry.get("Bitrate", entry.get("bit_rate"))) or 0, address)
        for entry in listed
        if isinstance(entry, dict)
        and (address := _address(entry.get("PlayAddr", entry.get("play_addr"))))
    ]
    return max(variants, key=lambda pair: pair[0])[1] if variants else None


def _first(item: Node, *names: str) -> str | None:
    return next((found for name in names if (found := _address(item.value.get(name)))), None)


def _address(value: Any) -> str | None:
    """A web address given by itself, in a list, or in an object with a list."""
    if isinstance(value, dict):
        for name in ("UrlList", "urlList", "url_list"):
            if name in value:
                return _address(value[name])
        return None
    if isinstance(value, list):
        return next((found for part in value[:10] if (found := _address(_plain(part)))), None)
    good = isinstance(value, str) and value.startswith(("https://", "http://"))
    if not good:
        return None
    try:
        urlsplit(value)
    except ValueError:
        return None
    return str(value)


def _plain(part: Any) -> Any:
    """An entry of an address list: itself, or its `src`."""
    return part.get("src") if isinstance(part, dict) else part if isinstance(part, str) else None


def _text(part: dict[str, Any], *names: str) -> str | None:
    found = next((part[name] for name in names if part.get(name)), None)
    return found if isinstance(found, str) else None

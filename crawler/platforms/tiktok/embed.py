"""What TikTok gives to other sites: the embed pages and oEmbed."""

from __future__ import annotations

import re
from typing import Any

from crawler.markup import fragment
from crawler.platforms.tiktok import figures, item, urls
from crawler.platforms.tiktok.sight import Sight
from crawler.sight import is_set
from crawler.take import Node, node
from evidence.errors import ParseError
from evidence.model import AccountCounts, AccountSeen, Counts, Media, Post, SeenState

_NUMBER = re.compile(r'data-video-id="(\d{1,20})"')
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


def state_of(value: Any, sight: Sight) -> None:
    """Notes what `__FRONTITY_CONNECT_STATE__` of an embed page shows.

    Raises ParseError when it holds no data of an account or a post.
    """
    data = node(value, "$", sight.faults).inner("source").inner("data")
    for path, part in data.value.items():
        asked = urls.asked(path)
        if asked.kind not in ("embed", "embed profile") or not isinstance(part, dict):
            continue
        holder = node(part, f"$.source.data[{asked.kind}]", sight.faults)
        if asked.kind == "embed profile":
            _profile(holder, asked.handle or "", sight)
        else:
            _post(holder, asked.post or "", sight)


def _profile(holder: Node, handle: str, sight: Sight) -> None:
    """The account, its figures rounded, and the addresses of its newest posts.

    The list holds numbers and pictures alone, no times: what is to be known of a post is on its
    own page.
    """
    if _failed(holder, f"account:{handle}", sight):
        return
    info = holder.inner("userInfo")
    name = info.must("uniqueId", str)
    sight.account(
        AccountSeen(_id(info), name, info.want("nickname", str), SeenState.PRESENT, _rounded(info))
    )
    for entry in holder.must("videoList", list):
        number = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(number, str) or not number.isdigit():
            sight.fault(f"{holder.path}.videoList: holds an entry without a number")
            continue
        sight.next.append(urls.post(urls.HOST, name, number))


def _post(holder: Node, number: str, sight: Sight) -> None:
    if not _failed(holder, f"post:{number}", sight):
        video(holder.inner("videoData"), sight)


def video(holder: Node, sight: Sight) -> None:
    """Notes the post of `itemInfos` and `authorInfos`.

    Raises ParseError without its number, author, text or time.
    """
    info, author = holder.inner("itemInfos"), holder.inner("authorInfos")
    handle = author.must("uniqueId", str)
    id = info.must("id", str)
    counts = {name: figures.number(info.value.get(f)) for name, f in figures.OF_POST.items()}
    if None in counts.values():
        info.fault("diggCount", "expected counts of likes, shares, comments and views")
    sight.account(AccountSeen(_id(author), handle, author.may("nickName", str), SeenState.PRESENT))
    sight.posts[id] = Post(
        native_id=id,
        author_id=_id(author),
        author_handle=handle,
        text=item.written(info, "text"),
        published_at=item.moment(info),
        url=urls.post(urls.HOST, handle, id),
        media=_media(info, id),
        counts=Counts(counts["like"], counts["share"], counts["comment"], counts["view"]),
    )


def _media(info: Node, number: str) -> tuple[Media, ...]:
    video = info.may("video", dict) or {}
    files = video.get("urls")
    address = (
        next((u for u in files if isinstance(u, str)), None) if isinstance(files, list) else None
    )
    for name in ("coversOrigin", "covers", "coversMedium"):
        covers = info.value.get(name)
        if address is None and isinstance(covers, list):
            still = next((c for c in covers if isinstance(c, str)), None)
            if still:
                return (Media(still, "image", None, number),)
    return (Media(address, "video", None, number),) if address else ()


def _failed(holder: Node, subject: str, sight: Sight) -> bool:
    """An embed that shows nothing: the reason is not told (private, gone, embedding off)."""
    if not (is_set(holder.value.get("isError")) or holder.value.get("errorCode")):
        return False
    code = holder.value.get("errorStatus") or holder.value.get("errorCode")
    said = str(code) if isinstance(code, int) else "isError"
    sight.state(subject, SeenState.UNSEEN, f"embed: {said}")
    return True


def _id(holder: Node) -> str | None:
    for name in ("userId", "id", "uid"):
        found = holder.value.get(name)
        if isinstance(found, str) and found.isdigit():
            return found
    holder.fault("userId", "expected digits")
    return None


def _rounded(info: Node) -> AccountCounts:
    shown = {name: figures.number(info.value.get(f)) for name, f in figures.OF_ACCOUNT.items()}
    if None in shown.values():
        info.fault("followerCount", "expected figures of an account")
    return AccountCounts(
        approximate=tuple((n, v) for n, v in sorted(shown.items()) if v is not None)
    )


def oembed(value: dict[str, Any], sight: Sight) -> bool:
    """Notes the post of an oEmbed answer; False when the answer is no such thing.

    It holds neither time nor figures; its text is the caption.
    """
    if value.get("provider_name") != "TikTok":
        return False
    answer = node(value, "$", sight.faults)
    handle = value.get("author_unique_id") or urls.asked(str(value.get("author_url"))).handle
    number = value.get("embed_product_id") or _cited(value.get("html"))
    kind = answer.must("embed_type", str) if "embed_type" in value else "video"
    if kind not in ("video", "photo"):
        if isinstance(handle, str):
            name = answer.may("author_name", str)
            sight.account(AccountSeen(None, handle, name, SeenState.PRESENT))
            return True
        raise ParseError("$.embed_type", "is neither a post nor an account")
    if not isinstance(handle, str) or not isinstance(number, str) or not number.isdigit():
        raise ParseError("$.embed_product_id", "names no post or no author")
    sight.account(AccountSeen(None, handle, answer.want("author_name", str), SeenState.PRESENT))
    still = answer.want("thumbnail_url", str)
    sight.posts[number] = Post(
        native_id=number,
        author_id=None,
        author_handle=handle,
        text=_caption(answer),
        published_at=None,
        url=urls.post(urls.HOST, handle, number),
        media=(Media(still, "image", None, number),) if still else (),
    )
    return True


def _cited(html: Any) -> str | None:
    """The number in the older answers' markup, which do not name it beside."""
    found = _NUMBER.search(html) if isinstance(html, str) else None
    return found[1] if found else None


def _caption(answer: Node) -> str:
    """The title; it is the caption. Raises ParseError when neither title nor html has it."""
    title = answer.may("title", str)
    if title is not None:
        return title
    found = _PARAGRAPH.search(answer.must("html", str))
    if found is None:
        raise ParseError("$.title", "is missing, and so is the caption in $.html")
    return fragment(found[1]).text

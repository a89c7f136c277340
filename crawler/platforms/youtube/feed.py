"""The channel's Atom feed: its newest 15 videos with exact times and figures."""

from __future__ import annotations

from typing import Any

from lxml import etree

from crawler.page import Page, utc
from crawler.platforms.youtube import urls
from crawler.platforms.youtube.sight import Sight, cover
from crawler.platforms.youtube.video import whole
from crawler.platforms.youtube.words import addresses
from evidence.errors import ParseError
from evidence.model import AccountSeen, Counts, Post, SeenState

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "m": "http://search.yahoo.com/mrss/",
}
PARTS = frozenset(
    ("link", "id", "channelId", "playlistId", "title", "author", "published", "updated", "entry")
)


def is_feed(page: Page) -> bool:
    """Whether a body is XML and no HTML."""
    start = page.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<?xml", b"<feed"))


def read(page: Page, sight: Sight) -> None:
    """Channel and entries. `updated` is no time of an edit: YouTube renews it for its own reasons.

    No entity is expanded and nothing is loaded; a damaged document is drift, and of one that was
    cut off the last entry is left out.
    """
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(page.body.lstrip(b"\xef\xbb\xbf \t\r\n"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError("feed", "is not XML") from error
    if root is None or root.tag != f"{{{NAMES['a']}}}feed":
        raise ParseError("feed", "the root is no Atom feed")
    entries = _all(root, "a:entry")
    damage = [entry.type_name for entry in parser.error_log if entry.level_name != "WARNING"]
    if damage:
        sight.fault(f"feed: document is damaged: {damage[0]}")
        entries = entries[:-1]
    if any(isinstance(c.tag, str) and c.tag.partition("}")[2] not in PARTS for c in root):
        sight.fault("feed: holds an element that is not known")
    for index, entry in enumerate(entries):
        try:
            post = _entry(entry, index)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
        else:
            sight.posts[post.native_id] = post
    _channel(root, sight)
    sight.empty = not entries and not _is_playlist(root)
    if not entries and not sight.empty:
        sight.state(None, SeenState.PRESENT, "playlist without entries")


def _is_playlist(root: Any) -> bool:
    """Whether a feed is of a playlist: its title is the list's, its videos may be anybody's."""
    return _text(root, "yt:playlistId") is not None


def _channel(root: Any, sight: Sight) -> None:
    """The feed's own channel; its `yt:channelId` was seen without the `UC` (2026-01-26)."""
    links = [urls.channel_of(str(link.get("href"))) for link in _all(root, "a:link")]
    links.append(urls.channel_of(_text(root, "a:author/a:uri") or ""))
    short = _text(root, "yt:channelId") or ""
    links += [name for name in (short, f"UC{short}") if urls.CHANNEL.fullmatch(name)]
    native_id = next((one for one in links if one and urls.CHANNEL.fullmatch(one)), None)
    title = _text(root, "a:author/a:name" if _is_playlist(root) else "a:title")
    if native_id is None or title is None:
        sight.fault("feed: expected a channel with a title, found a part")
        return
    sight.accounts.append(AccountSeen(native_id, None, title, SeenState.PRESENT))


def _entry(entry: Any, index: int) -> Post:
    where = f"entry[{index}]"
    video, title = _text(entry, "yt:videoId"), _text(entry, "a:title")
    author = _text(entry, "yt:channelId")
    groups = _all(entry, "m:group")
    about = _all(entry, "m:group/m:description")
    published = utc(_text(entry, "a:published"))
    for name, found in (("yt:videoId", video), ("yt:channelId", author), ("title", title),
                        ("media:group", groups or None), ("published", published),
                        ("media:description", about or None)):  # fmt: skip
        if found is None:
            raise ParseError(f"{where}.{name}", "expected one, found nothing")
    text = whole(title or "", "".join(about[0].itertext()))
    links = [str(link.get("href")) for link in _all(entry, "a:link")]
    return Post(
        native_id=video or "",
        author_id=author,
        author_handle=None,
        text=text,
        published_at=published,
        url=next(iter(links), f"{urls.HOST}/watch?v={video}"),
        media=cover(video or "", [dict(one.attrib) for one in _all(entry, "m:group/m:thumbnail")]),
        links=addresses(text),
        counts=Counts(
            like=_number(entry, "m:group/m:community/m:starRating", "count"),
            view=_number(entry, "m:group/m:community/m:statistics", "views"),
        ),
    )


def _all(element: Any, path: str) -> list[Any]:
    return list(element.findall(path, NAMES))


def _text(element: Any, path: str) -> str | None:
    found = element.find(path, NAMES)
    text = "".join(found.itertext()).strip() if found is not None else ""
    return text or None


def _number(element: Any, path: str, name: str) -> int | None:
    found = element.find(path, NAMES)
    said = str(found.get(name, "")) if found is not None else ""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None

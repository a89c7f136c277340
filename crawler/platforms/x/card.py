"""What X gives to other sites: link-preview tags, oEmbed, the embedded timeline's page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from crawler.document import meta
from crawler.markup import fragment
from crawler.platforms.x import urls
from crawler.platforms.x.dom import own_path
from crawler.platforms.x.media import key_of, original
from crawler.platforms.x.sight import Sight
from evidence.model import AccountSeen, Media, Post, SeenState

_TITLE = re.compile(
    r"(?P<name>.*) \(@(?P<handle>\w{1,20})\)(?: \S{1,12} (?:X|Twitter))?(?: / (?:X|Twitter))?\Z",
    re.DOTALL,
)
_OLDER = re.compile(r"(?P<name>.+) (?:on|di|en|sur|auf|su|op) (?:X|Twitter)\Z", re.DOTALL)
"""Title without a handle; in the years of Twitter the text stood in quotation marks then."""
_QUOTED = re.compile(r"\u201c(.*)\u201d", re.DOTALL)
_BLOCK = re.compile(r"<blockquote[^>]*>\s*<p[^>]*>(?P<text>.*?)</p>(?P<rest>.*)", re.DOTALL)
_AUTHOR = re.compile(r"https?://(?:www\.)?(?:twitter|x)\.com/(\w{1,20})/?\Z")
_DAY = re.compile(r"([A-Z][a-z]+ \d{1,2}, \d{4})</a>")
SNOWFLAKE_START_MS = 1_288_834_974_657
FIRST_SNOWFLAKE = 30_000_000_000


def preview(root: Any, sight: Sight) -> bool:
    """Notes the post or account that the page's og: tags name; False when they name none.

    X serves these to link-preview robots alone. They hold no time and no author's number.
    """
    tags = meta(root)
    what = urls.asked(tags.get("og:url", ""))
    text = tags.get("og:description")
    named = _named(tags.get("og:title", ""), what.handle)
    if named is None or what.kind not in ("status", "profile"):
        return False
    name, handle, is_marked = named
    if is_marked and text is not None:
        text = _QUOTED.sub(r"\1", text) if _QUOTED.fullmatch(text) else text
    sight.account(AccountSeen(None, handle, name, SeenState.PRESENT))
    if what.post is None:
        return True
    if text is None:
        sight.fault("meta[property=og:description]: expected the post's text")
        return True
    sight.posts[what.post] = Post(
        native_id=what.post,
        author_id=None,
        author_handle=handle,
        text=text,
        published_at=None,
        url=f"https://x.com/{handle}/status/{what.post}",
        media=_picture(tags.get("og:image", "")),
    )
    return True


def _named(title: str, handle: str | None) -> tuple[str, str, bool] | None:
    """(name, handle, whether Twitter's marks are around the text) by a title; handle: as the
    address has it."""
    if found := _TITLE.match(title):
        return found["name"], found["handle"], False
    found = _OLDER.match(title)
    return (found["name"], handle, title.endswith("Twitter")) if found and handle else None


def oembed(value: dict[str, Any], sight: Sight) -> bool:
    """Notes the post of an oEmbed answer; False when the answer is no such thing.

    Its text is the shown one. It gives the day alone; the time is the one X put into the post's
    number, taken only if it falls on that day.
    """
    page, html = value.get("url"), value.get("html")
    if value.get("provider_name") not in ("Twitter", "X") or not isinstance(html, str):
        return False
    post = urls.asked(page).post if isinstance(page, str) else None
    block = _BLOCK.search(html)
    author = _AUTHOR.match(str(value.get("author_url")))
    if post is None or block is None or author is None:
        sight.fault(
            "$.html: expected a blockquote with the post's text, and its url and author_url"
        )
        return True
    part = fragment(block["text"])
    links = [anchor.href for anchor in part.anchors if own_path(anchor.href) is None]
    name = value.get("author_name")
    handle = author[1]
    sight.account(
        AccountSeen(None, handle, name if isinstance(name, str) else None, SeenState.PRESENT)
    )
    sight.posts[post] = Post(
        native_id=post,
        author_id=None,
        author_handle=handle,
        text=part.text,
        published_at=_on_day(post, _DAY.search(block["rest"])),
        url=f"https://x.com/{handle}/status/{post}",
        links=tuple(dict.fromkeys(links)),
    )
    return True


def _on_day(post: str, said: re.Match[str] | None) -> datetime | None:
    """The time in a post's number, if the page says the same day (of any zone)."""
    if said is None or int(post) < FIRST_SNOWFLAKE:
        return None
    at = datetime.fromtimestamp(((int(post) >> 22) + SNOWFLAKE_START_MS) // 1000, UTC)
    day = datetime.strptime(said[1], "%B %d, %Y").replace(tzinfo=UTC)
    return at if abs((at - day).total_seconds()) < 2 * 86_400 else None


def _picture(address: str) -> tuple[Media, ...]:
    """The post's picture; the preview shows the author's portrait when there is none."""
    kinds = ("/media/", "_video_thumb/")
    if not address.startswith("https://") or not any(kind in address for kind in kinds):
        return ()
    return (Media(original(address), "image", None, key_of(address)),)

"""A post's page on bsky.app: what its head gives to other sites, and no more.

The text has links written out and nothing of what the post embeds, the time is that of indexing and
not the author's: so it is given without a time, and is compared with nothing that was read from the
protocol's own answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from crawler.document import meta
from crawler.page import Page, whole_number
from evidence.errors import ParseError
from evidence.model import AccountSeen, Counts, Media, Post, Reading, SeenState, StateSeen

POSTING = "DiscussionForumPosting"
HEAD_ALONE = "bsky_post_text"
"""Marker of a post that is shown by its page's head."""
_URI = re.compile(r"at://(did:[a-z]{1,20}:[\w.:%-]{1,200})/app\.bsky\.feed\.post/[\w.~:-]{1,100}")
_BLOB = re.compile(r"/img/feed_\w{1,20}/plain/[^/]{1,200}/(\w{10,100})")
_KINDS = {"like": "LikeAction", "share": "ShareAction", "comment": "CommentAction"}


def read(page: Page, root: Any, said: dict[str, Any], read_by: str) -> Reading:
    """The post that a page's DiscussionForumPosting is of.

    Raises ParseError when the page does not name the record, its author or its text.
    """
    uri = next((href for href in _alternates(root) if _URI.fullmatch(href)), None)
    if uri is None:
        raise ParseError("link rel=alternate", "names no at:// record of a post")
    did = uri.removeprefix("at://").partition("/")[0]
    writer = said.get("author")
    author: dict[str, Any] = writer if isinstance(writer, dict) else {}
    handle, name = author.get("alternateName"), author.get("name")
    if not isinstance(handle, str) or not handle.startswith("@"):
        raise ParseError("ld+json author.alternateName", "is no handle")
    tags = meta(root)
    pictures = tuple(_pictures(root))
    post = Post(
        native_id=uri,
        author_id=did,
        author_handle=handle[1:],
        text=_text(root, said, bool(pictures)),
        published_at=None,
        url=tags.get("og:url") or page.url or None,
        media=pictures,
        counts=_counts(said),
    )
    account = AccountSeen(
        did, handle[1:], name if isinstance(name, str) else None, SeenState.PRESENT
    )
    part = StateSeen(f"post:{uri}", SeenState.PRESENT, HEAD_ALONE)
    return Reading(read_by, posts=(post,), accounts=(account,), states=(part,))


def _alternates(root: Any) -> Iterator[str]:
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "alternate":
            yield str(link.get("href") or "")


def _text(root: Any, said: dict[str, Any], pictured: bool) -> str:
    found = said.get("text")
    if isinstance(found, str):
        return unescape(found)
    shown = root.xpath("//*[@id='bsky_post_text']") if found is None else []
    if shown:
        return "".join(shown[0].itertext())
    if pictured and found is None:
        return ""
    raise ParseError("ld+json text", f"expected str, found {type(found).__name__}")


def _pictures(root: Any) -> Iterator[Media]:
    """Pictures of the post; without any the head shows the author's portrait."""
    for element in root.iter("meta"):
        address = element.get("content") or ""
        found = _BLOB.search(address) if element.get("property") == "og:image" else None
        if found:
            yield Media(address, "image", None, found[1])


def _counts(said: dict[str, Any]) -> Counts:
    listed = said.get("interactionStatistic")
    shown: dict[str, int | None] = {}
    for one in listed if isinstance(listed, list) else [listed]:
        if not isinstance(one, dict):
            continue
        kind = str(one.get("interactionType")).rpartition("/")[2]
        for name, action in _KINDS.items():
            if kind == action:
                shown[name] = whole_number(one.get("userInteractionCount"))
    return Counts(shown.get("like"), shown.get("share"), shown.get("comment"))

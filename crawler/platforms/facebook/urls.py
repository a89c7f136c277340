"""Addresses of Facebook's web pages, and what an address is about."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urljoin, urlsplit

HOST = "https://www.facebook.com"
RESERVED = frozenset(
    ("login", "login.php", "checkpoint", "events", "groups", "watch", "photo", "photo.php", "reel",
     "reels", "story.php", "permalink.php", "profile.php", "people", "pages", "p", "share", "video.php",
     "videos", "marketplace", "media", "plugins", "hashtag", "help", "policies", "privacy", "recover",
     "api", "ajax", "l.php", "sharer", "dialog", "tr", "notes", "stories", "gaming", "business", "r.php",
     "reg", "home.php", "search", "public", "directory", "settings", "legal", "terms.php", "careers")
)  # fmt: skip
"""First parts of paths that are no account's name."""
_POST = re.compile(
    r"/(?:(?P<who>[^/]+)/(?:posts|videos|photos|reels?)|groups/(?P<group>[^/]+)/(?:posts|permalink))"
    r"/(?:[^/]+/)*?(?P<id>\d{5,20}|pfbid[A-Za-z0-9]{10,100})/?"
)
_EVENT = re.compile(r"/events/(?:[^/]+/)*?(\d{5,20})(?:/.*)?")
_REEL = re.compile(r"/reel/(\d{5,20})/?")
_PEOPLE = re.compile(
    r"/(?:people|pages)/[^/]+/(\d{5,20})/?|/(?:(?:p|pages/category/[^/]+)/)?[^/]*?-(\d{5,20})/?"
)
_NAME = re.compile(
    r"/(?:pg/)?([A-Za-z0-9.]{2,60})(?:/(?:about|photos|videos|posts|reels|mentions)?)?/?"
)


@dataclass(frozen=True, slots=True)
class About:
    """What an address is about. kind: `account`, `post`, `event`, `login`, `checkpoint` or empty.

    name: vanity name or number of an account.   post: number of a post, photo, video or event.
    """

    kind: str = ""
    name: str | None = None
    post: str | None = None

    @property
    def subject(self) -> str | None:
        """As a StateSeen names it; None when the address is about no account and no post."""
        if self.post:
            return f"post:{self.post}"
        return f"account:{self.name}" if self.name and self.kind == "account" else None


def account(base_url: str, handle: str) -> str:
    """The public page of an account, by its vanity name or its number."""
    return f"{base_url}/{quote(handle, safe='')}"


def about(url: str) -> About:
    """What an address is about, by its path and query alone."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return About()
    path = parts.path
    if parts.hostname == "fb.watch":  # short ones of videos, which name none
        return About()
    if path.startswith("/login"):
        return About("login")
    if path.startswith("/checkpoint"):
        return About("checkpoint")
    for name in ("story_fbid", "fbid", "v", "multi_permalinks"):
        found = next(iter(query.get(name, [])), "").partition(",")[0]
        number = found if found.isdecimal() and len(found) > 4 else None
        if number or found.startswith("pfbid"):
            return About("post", next(iter(query.get("id", [])), None), number)
    if match := _EVENT.fullmatch(path):
        return About("event", None, match[1])
    if match := _REEL.fullmatch(path):
        return About("post", None, match[1])
    if match := _POST.fullmatch(path):
        number = match["id"] if match["id"].isdecimal() else None
        return About("post", match["who"] or match["group"], number)
    return _of_account(path, query)


def _of_account(path: str, query: dict[str, list[str]]) -> About:
    if path == "/profile.php":
        return About("account", next(iter(query.get("id", [])), None))
    if match := _PEOPLE.fullmatch(path):
        return About("account", match[1] or match[2])
    match = _NAME.fullmatch(path)
    if match and match[1].lower() not in RESERVED:
        return About("account", match[1])
    return About()


def handle(url: object) -> str | None:
    """The vanity name in the address of an account; None for one that has a number alone."""
    if not isinstance(url, str):
        return None
    told = about(url)
    name = told.name if told.kind == "account" else None
    return None if name is None or name.isdecimal() else name


def opened(token: object) -> list[str]:
    """Parts of a node id such as `ZmVlZGJhY2s6MTIz` (`feedback:123`); empty when it is none."""
    if not isinstance(token, str) or len(token) > 400:
        return []
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return []
    return re.split(r"[:_]", text)


def outward(address: str) -> str:
    """Where a link leads: Facebook wraps outgoing ones in l.facebook.com/l.php?u=…"""
    try:
        parts = urlsplit(urljoin(HOST, address))
        is_own = (parts.hostname or "").endswith((".facebook.com", ".workplace.com"))
        if is_own and parts.path == "/l.php":
            return parse_qs(parts.query, max_num_fields=50).get("u", [address])[0]
    except ValueError:
        pass
    return address

"""Addresses of Threads' web pages, and what an address is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from crawler.shortcode import number_of

HOST = "https://www.threads.com"
WRAPPING = frozenset(("l.threads.com", "l.threads.net", "l.instagram.com", "l.facebook.com"))
"""Hosts of the services' own that lead outside."""
_POST = re.compile(r"/(?:@([A-Za-z0-9._]{1,30})/post|t)/([A-Za-z0-9_-]{5,20})(?:/.*)?")
_PROFILE = re.compile(r"/@([A-Za-z0-9._]{1,30})(?:/(?:replies|media|reposts)?)?/?")


@dataclass(frozen=True, slots=True)
class About:
    """What an address is about. kind: `profile`, `post`, `login`, `invalid_post` or empty."""

    kind: str = ""
    handle: str | None = None
    post: str | None = None

    @property
    def subject(self) -> str | None:
        """As a StateSeen names it; None when the address is about no account and no post."""
        if self.post:
            return f"post:{self.post}"
        return f"account:{self.handle}" if self.handle else None


def profile(base_url: str, handle: str, part: str = "") -> str:
    """The public page of an account, or its `replies` or `reposts`."""
    return f"{base_url}/@{quote(handle, safe='')}" + (f"/{part}" if part else "")


def post(base_url: str, handle: str, code: str) -> str:
    """The public page of a post."""
    return f"{profile(base_url, handle)}/post/{quote(code, safe='')}"


def about(url: str) -> About:
    """What an address is about, by its path and query alone."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return About()
    if query.get("error") == ["invalid_post"]:
        return About("invalid_post")
    if parts.path.startswith(("/login", "/accounts/login")):
        return About("login")
    if found := _POST.fullmatch(parts.path):
        return About("post", found[1], number_of(found[2]))
    if found := _PROFILE.fullmatch(parts.path):
        return About("profile", found[1])
    return About()


def outward(address: str) -> str:
    """Where a link leads: Threads wraps outgoing ones in l.threads.com/?u=…"""
    try:
        parts = urlsplit(urljoin(HOST, address))
        if parts.hostname in WRAPPING and parts.path in ("", "/"):
            return parse_qs(parts.query, max_num_fields=50).get("u", [address])[0]
    except ValueError:
        pass
    return address

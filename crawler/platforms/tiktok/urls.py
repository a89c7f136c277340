"""Addresses of TikTok, and what an address is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

HOST = "https://www.tiktok.com"
_POST = re.compile(r"/@(?P<handle>[\w.]{0,40})/(?:video|photo)/(?P<post>\d{1,20})")
_PROFILE = re.compile(r"/@(?P<handle>[\w.]{1,40})/?$")
_EMBED_POST = re.compile(r"/(?:embed(?:/v[23])?|player/v1|v)/(?P<post>\d{5,20})")
_EMBED_PROFILE = re.compile(r"/embed/@(?P<handle>[\w.]{1,40})")
_API = re.compile(r"/api/(?P<name>[\w/]+?)/?$")
STRANGERS = ("related/item_list", "recommend/item_list", "explore/item_list", "preload/item_list")
"""Lists of other people's posts that the page loads beside the account's own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for.

    kind: `post`, `profile`, `embed`, `embed profile`, `api`, `oembed`, `login` or empty.
    name: of the data answer (`post/item_list`).
    """

    kind: str = ""
    handle: str | None = None
    post: str | None = None
    name: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


def profile(base: str, handle: str) -> str:
    """An account's public page."""
    return f"{base}/@{quote(handle, safe='')}"


def post(base: str, handle: str, number: str) -> str:
    """One post's public page; photo posts answer at the `/video/` form as well."""
    return f"{base}/@{quote(handle, safe='')}/video/{quote(number, safe='')}"


def embed_profile(base: str, handle: str) -> str:
    """The page other sites embed to show an account: its newest numbers."""
    return f"{base}/embed/@{quote(handle, safe='')}"


def asked(url: str) -> Asked:
    """What an address is for; nothing in particular when it is not one of TikTok's."""
    path, query = _split(url)
    if path.startswith(("/login", "/signup")):
        return Asked("login")
    if found := _POST.match(path):
        return Asked("post", found["handle"] or None, found["post"], query=query)
    if found := _EMBED_PROFILE.match(path):
        return Asked("embed profile", found["handle"])
    if found := _EMBED_POST.match(path):
        return Asked("embed", post=found["post"])
    if found := _API.match(path):
        number = query.get("aweme_id") or query.get("item_id") or query.get("itemId")
        return Asked("api", query.get("uniqueId") or None, number, found["name"], query)
    if path.rstrip("/") == "/oembed":
        inner = asked(query["url"]) if query.get("url") else Asked()
        return Asked("oembed", inner.handle, inner.post)
    if found := _PROFILE.match(path):
        return Asked("profile", found["handle"])
    return Asked()


def subject(url: str) -> str:
    """What a state found on a page is about, as far as its address says."""
    what = asked(url)
    if what.post:
        return f"post:{what.post}"
    return f"account:{what.handle}" if what.handle else f"page:{url}"


def onward(url: str, cursor: str) -> str | None:
    """The same list from another place on; None when the address is no list's."""
    if asked(url).kind != "api":
        return None
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    query["cursor"] = [cursor]
    return urlunsplit(parts._replace(query=urlencode(query, doseq=True)))


def _split(url: str) -> tuple[str, dict[str, str]]:
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=200)
    except ValueError:
        return "", {}
    return parts.path, {name: values[0] for name, values in query.items()}

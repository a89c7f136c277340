"""Addresses of X and its embeds, and what an address is for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

HOST = "https://x.com"
SYNDICATION = "https://cdn.syndication.twimg.com"
TIMELINES = "https://syndication.twitter.com"
RESERVED = frozenset(
    ("i", "home", "explore", "search", "login", "logout", "signup", "settings", "intent", "share",
     "tos", "privacy", "about", "account", "hashtag", "messages", "notifications", "compose",
     "jobs", "download", "graphql", "srv", "oembed", "tweet-result")
)  # fmt: skip
_STATUS = re.compile(
    r"/(?:(?P<handle>\w{1,20})|i(?:/web)?)/status(?:es)?/(?P<post>\d{1,20})(?:/|$)"
)
_GRAPHQL = re.compile(r"/graphql/[^/]+/(?P<operation>\w+)$")
_PROFILE = re.compile(r"/(?P<handle>\w{1,20})(?:/(?:with_replies|media|highlights|articles))?/?$")
_TIMELINE = re.compile(r"/srv/timeline-profile/screen-name/(?P<handle>\w{1,20})$")
_LOGIN = re.compile(r"/(?:i/flow/(?:login|signup)|login|account/access|account/login_challenge)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for.

    kind: `status`, `profile`, `graphql`, `embed`, `timeline`, `oembed`, `login` or empty.
    operation: name of the GraphQL query.   variables: what was filled into it.
    """

    kind: str = ""
    handle: str | None = None
    post: str | None = None
    operation: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def user_id(self) -> str | None:
        """The account id a query was made for."""
        return _text(self.variables.get("userId") or self.variables.get("rest_id"))


def profile(base: str, handle: str) -> str:
    """An account's public page."""
    return f"{base}/{quote(handle, safe='')}"


def status(base: str, handle: str, post: str) -> str:
    """One post's public page."""
    return f"{base}/{quote(handle, safe='')}/status/{quote(post, safe='')}"


def embed(base: str, post: str) -> str:
    """One post as embeds on other sites ask for it; the token is a constant, no credential."""
    return f"{base}/tweet-result?id={quote(post, safe='')}&token=0"


def embedded_timeline(base: str, handle: str) -> str:
    """The page other sites embed to show an account's posts."""
    return f"{base}/srv/timeline-profile/screen-name/{quote(handle, safe='')}"


def asked(url: str) -> Asked:
    """What an address is for; nothing in particular when it is not one of X's."""
    path, query = _split(url)
    if _LOGIN.match(path):
        return Asked("login")
    if found := _GRAPHQL.search(path):
        return _graphql(found["operation"], query)
    if found := _STATUS.match(path):
        return Asked("status", found["handle"], found["post"])
    if path.endswith("/tweet-result"):
        return Asked("embed", post=_digits(query.get("id")))
    if path.endswith("/oembed"):
        return Asked("oembed", post=asked(query.get("url", "")).post) if query else Asked("oembed")
    if found := _TIMELINE.match(path):
        return Asked("timeline", found["handle"])
    found = _PROFILE.match(path)
    if found and found["handle"].lower() not in RESERVED:
        return Asked("profile", found["handle"])
    return Asked()


def subject(url: str, post: str | None = None) -> str:
    """What a state found on a page is about, by an id in the page or else by its address."""
    what = asked(url)
    if post or what.post:
        return f"post:{post or what.post}"
    handle = what.user_id or what.handle
    return f"account:{handle}" if handle else f"page:{url}"


def onward(url: str, cursor: str) -> str | None:
    """The same GraphQL question with another cursor; None when the address holds no question."""
    what = asked(url)
    if what.kind != "graphql" or not what.variables:
        return None
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    asked_for = json.dumps({**what.variables, "cursor": cursor}, separators=(",", ":"))
    query["variables"] = [asked_for]
    return urlunsplit(parts._replace(query=urlencode(query, doseq=True)))


def _graphql(operation: str, query: Mapping[str, str]) -> Asked:
    try:
        variables = json.loads(query.get("variables", ""))
    except (ValueError, RecursionError):
        variables = {}
    variables = variables if isinstance(variables, dict) else {}
    post = variables.get("focalTweetId") or variables.get("tweetId") or variables.get("postId")
    return Asked(
        "graphql", _text(variables.get("screen_name") or variables.get("screenName")),
        _digits(_text(post)), operation, variables,
    )  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _digits(value: str | None) -> str | None:
    return value if value and value.isascii() and value.isdigit() and len(value) <= 20 else None


def _split(url: str) -> tuple[str, dict[str, str]]:
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=200)
    except ValueError:
        return "", {}
    return parts.path, {name: values[0] for name, values in query.items()}

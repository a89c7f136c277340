"""Addresses of the Mastodon API: building them, and telling what an address asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit


class Kind(StrEnum):
    """What an address asks for."""

    LOOKUP = "lookup"
    ACCOUNT = "account"
    STATUSES = "statuses"
    STATUS = "status"
    CONTEXT = "context"
    HISTORY = "history"
    SOURCE = "source"
    FAVOURITED_BY = "favourited_by"
    REBLOGGED_BY = "reblogged_by"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    POLL = "poll"
    LOGIN = "login"
    WEB_POST = "web post"
    WEB_ACCOUNT = "web account"
    API = "another part of the interface"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, and the id or handle it names (None when it names none)."""

    kind: Kind
    name: str | None = None

    @property
    def is_web(self) -> bool:
        """True for a page of the web interface (also the ActivityPub address), not of the API."""
        return self.kind in (Kind.WEB_POST, Kind.WEB_ACCOUNT)


_ID = r"([\w.:-]+)"
_PATHS = tuple(
    (re.compile(pattern + r"/?\Z"), kind)
    for pattern, kind in (
        (rf"/api/v1/accounts/{_ID}/statuses", Kind.STATUSES),
        (rf"/api/v1/accounts/{_ID}/followers", Kind.FOLLOWERS),
        (rf"/api/v1/accounts/{_ID}/following", Kind.FOLLOWING),
        (rf"/api/v1/accounts/{_ID}", Kind.ACCOUNT),
        (rf"/api/v1/statuses/{_ID}/context", Kind.CONTEXT),
        (rf"/api/v1/statuses/{_ID}/history", Kind.HISTORY),
        (rf"/api/v1/statuses/{_ID}/source", Kind.SOURCE),
        (rf"/api/v1/statuses/{_ID}/favourited_by", Kind.FAVOURITED_BY),
        (rf"/api/v1/statuses/{_ID}/reblogged_by", Kind.REBLOGGED_BY),
        (rf"/api/v1/statuses/{_ID}", Kind.STATUS),
        (rf"/api/v1/polls/{_ID}", Kind.POLL),
        (r"/api/v1/timelines/(?:home|public|(?:tag|list)/[^/]+)", Kind.STATUSES),
        (r"/api/v[1-9]/(?!accounts|statuses|polls|timelines)[\w/-]+", Kind.API),
        (r"/(?:auth/sign_in|login)", Kind.LOGIN),
        (r"/@[^/]+/(\d+)", Kind.WEB_POST),
        (r"/(?:ap/)?users/[^/]+/statuses/(\d+)", Kind.WEB_POST),
        (r"/@[^/]+/statuses/(\w+)", Kind.WEB_POST),
        (r"/(?:notice|notes)/(\w+)", Kind.WEB_POST),
        (r"/objects/[\w-]+", Kind.WEB_POST),
        (r"/[^/]+/p/[\d.]+", Kind.WEB_POST),
        (r"/@([^/]+)", Kind.WEB_ACCOUNT),
        (r"/(?:ap/)?users/([^/]+)", Kind.WEB_ACCOUNT),
    )
)


def kind(url: str) -> Asked:
    """What an address asks for, by its path alone; `Kind.OTHER` when the path is not known."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Asked(Kind.OTHER)
    if parts.path.rstrip("/") == "/api/v1/accounts/lookup":
        return Asked(Kind.LOOKUP, next(iter(parse_qs(parts.query).get("acct", [])), None))
    for pattern, found in _PATHS:
        match = pattern.match(parts.path)
        if match:
            return Asked(found, match.group(1) if match.groups() else None)
    return Asked(Kind.OTHER)


def subject(url: str) -> str:
    """Subject of a state that an answer from this address tells: account, post or page."""
    asked = kind(url)
    if asked.name is None or asked.kind is Kind.POLL:
        return f"page:{url}"
    of_account = (Kind.LOOKUP, Kind.ACCOUNT, Kind.STATUSES, Kind.FOLLOWERS, Kind.FOLLOWING,
                  Kind.WEB_ACCOUNT)  # fmt: skip
    return f"{'account' if asked.kind in of_account else 'post'}:{asked.name}"


def lookup(base: str, handle: str) -> str:
    """Address that resolves a handle (`user` or `user@host`, a leading @ is dropped)."""
    return f"{base}/api/v1/accounts/lookup?{urlencode({'acct': handle.lstrip('@')})}"


def account(base: str, native_id: str) -> str:
    """Address of one account by its id."""
    return f"{base}/api/v1/accounts/{quote(native_id, safe='')}"


def statuses(base: str, native_id: str, limit: int = 40) -> str:
    """Address of an account's newest posts, replies and reposts included."""
    return f"{account(base, native_id)}/statuses?limit={limit}"


def status(base: str, native_id: str, part: str = "") -> str:
    """Address of one post, or of a part: context, history, favourited_by, reblogged_by."""
    tail = f"/{part}" if part else ""
    return f"{base}/api/v1/statuses/{quote(native_id, safe='')}{tail}"


def next_pages(page_url: str, link: str) -> tuple[str, ...]:
    """Addresses a Link header (RFC 8288) offers as rel=next, absolute, http(s) only."""
    found = []
    for target, parameters in re.findall(r"<([^<>]*)>([^<]*)", link):
        relations = re.findall(r";\s*rel\s*=\s*\"?([^\";,]*)", parameters, re.IGNORECASE)
        if any("next" in relation.lower().split() for relation in relations):
            found.append(_absolute(page_url, target.strip()))
    return tuple(address for address in found if address)


def _absolute(page_url: str, target: str) -> str:
    try:
        address = urljoin(page_url, target)
        return address if urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:
        return ""

"""What an answer says by its status, its headers and its error object, before it is read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from crawler.page import Page
from crawler.platforms.mastodon import deeds
from crawler.platforms.mastodon.urls import Kind, kind, subject
from crawler.take import Node
from evidence.model import Drift, SeenState, StateSeen

Told = StateSeen | Drift
MISSING = (404, 410)
SERVERS = ("mastodon", "snac", "gotosocial")
"""Names in `Server` or `X-Creator` (snac2) of services that speak Mastodon's protocol."""
OF_ERRORS = frozenset(("error", "error_description", "error_code", "identifier"))
"""All that an error object of Mastodon and its kin holds; gateways say more: path, time, domain."""
ERROR_PAGE = b"dialog__message"
"""Class of the text on Mastodon's own error pages (mastodon/mastodon: layouts/error.html.haml)."""


def refused(page: Page) -> Told | None:
    """State that the status itself tells, whatever the body; None when the body has to be read.

    401 and 403 are GATED; 429 and any 5xx are BLOCKED and speak of the page alone: a server in
    trouble says nothing about an account. 404 and 410 are decided with the body (`missing`).
    """
    marker = f"HTTP {page.status}"
    if page.status == 429 or page.status >= 500:
        return StateSeen(f"page:{page.url}", SeenState.BLOCKED, marker)
    if page.status in (401, 403):
        return StateSeen(subject(page.url), SeenState.GATED, marker)
    if page.status == 451:
        return StateSeen(f"page:{page.url}", SeenState.WITHHELD, marker)
    if page.status == 304:
        return StateSeen(f"page:{page.url}", SeenState.PRESENT, marker)
    if 300 <= page.status < 400:
        return _redirect(page)
    if kind(page.url).kind is Kind.LOGIN:
        return StateSeen(f"page:{page.url}", SeenState.GATED, "redirect to login")
    if not (200 <= page.status < 300 or page.status in MISSING):
        return Drift(f"{marker}: no meaning is known for it")
    return None


def missing(page: Page, body: Any) -> Told:
    """What a 404 or 410 says: ABSENT where it shows to be the service's own, else drift.

    body: the decoded JSON, None when it is not JSON.

    Its own are the API's error object and ActivityPub's Tombstone; of the web interface also the
    service's error page, and what its server signs with its name. Any other may be a route that
    moved, or the answer of something between us and the service.
    """
    told = isinstance(body, dict) and isinstance(body.get("error"), str)
    told = told and body.keys() <= OF_ERRORS
    buried = isinstance(body, dict) and body.get("type") == "Tombstone"
    if buried and kind(page.url).name is None and isinstance(body.get("id"), str):
        return deeds.buried(Node(body, "$", []))
    if told or buried or (kind(page.url).is_web and _is_own(page)):
        return StateSeen(subject(page.url), SeenState.ABSENT, f"HTTP {page.status}")
    return Drift(f"HTTP {page.status} without the API's error object")


def is_html(page: Page) -> bool:
    """True when the body is a document for people, by its type or its first bytes."""
    start = page.bare[:512].lower()
    typed = page.headers.get("content-type", "").lower().startswith("text/html")
    return typed or start.startswith((b"<!doctype html", b"<html"))


def _is_own(page: Page) -> bool:
    """Whether an answer is signed by a service that speaks Mastodon, or is its error page."""
    signed = (page.headers.get(name, "").lower() for name in ("server", "x-creator"))
    return any(name.startswith(SERVERS) for name in signed) or ERROR_PAGE in page.body[:50_000]


def _redirect(page: Page) -> Told:
    try:
        path = urlsplit(page.headers.get("location", "")).path.rstrip("/")
    except ValueError:
        path = ""
    if path.endswith(("/auth/sign_in", "/login")):
        return StateSeen(subject(page.url), SeenState.GATED, "redirect to login")
    return Drift(f"HTTP {page.status}: a redirect that was not followed")

"""What an answer says by its status, its headers and its error object, before it is read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from crawler.page import Page
from crawler.platforms.mastodon.urls import Kind, kind, subject
from evidence.model import Drift, SeenState, StateSeen

Told = StateSeen | Drift


def refused(page: Page) -> Told | None:
    """State that the status itself tells, whatever the body; None when the body has to be read.

    401 and 403 are GATED, unless the front says that it challenges us; that, 429 and any 5xx are
    BLOCKED and speak of the page alone: a server in trouble says nothing about an account. 410 is
    the platform's own marker of removal. 404 is decided with the body (`missing`).
    """
    marker = f"HTTP {page.status}"
    if page.status == 429 or page.status >= 500 or _challenged(page):
        return StateSeen(f"page:{page.url}", SeenState.BLOCKED, marker)
    if page.status in (401, 403):
        return StateSeen(subject(page.url), SeenState.GATED, marker)
    if page.status == 410:
        return StateSeen(subject(page.url), SeenState.ABSENT, marker)
    if page.status == 304:
        return StateSeen(f"page:{page.url}", SeenState.PRESENT, marker)
    if 300 <= page.status < 400:
        return _redirect(page)
    if kind(page.url).kind is Kind.LOGIN:
        return StateSeen(f"page:{page.url}", SeenState.GATED, "redirect to login")
    if not (200 <= page.status < 300 or page.status == 404):
        return Drift(f"{marker}: no meaning is known for it")
    return None


def missing(page: Page, body: Any) -> Told:
    """What a 404 says: ABSENT with the API's own error object, or on a page of the web interface.

    body: the decoded JSON, None when it is not JSON. Any other 404 on an API address may as well
    be a route that moved, so it is drift.
    """
    if kind(page.url).is_web or (isinstance(body, dict) and isinstance(body.get("error"), str)):
        return StateSeen(subject(page.url), SeenState.ABSENT, "HTTP 404")
    return Drift("HTTP 404 without the API's error object")


def is_html(page: Page) -> bool:
    """True when the body is a document for people, by its type or its first bytes."""
    start = page.body[:512].lstrip().lower()
    typed = page.headers.get("content-type", "").lower().startswith("text/html")
    return typed or start.startswith((b"<!doctype html", b"<html"))


def _challenged(page: Page) -> bool:
    return page.status == 403 and page.headers.get("cf-mitigated", "").lower() == "challenge"


def _redirect(page: Page) -> Told:
    try:
        path = urlsplit(page.headers.get("location", "")).path.rstrip("/")
    except ValueError:
        path = ""
    if path.endswith(("/auth/sign_in", "/login")):
        return StateSeen(subject(page.url), SeenState.GATED, "redirect to login")
    return Drift(f"HTTP {page.status}: a redirect that was not followed")

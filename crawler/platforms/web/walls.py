"""What comes instead of a page of the web: error statuses, challenges, log-in forms."""

from __future__ import annotations

from typing import Any

from crawler.page import Page
from evidence.model import Drift, SeenState, StateSeen

CHALLENGES = (
    ("/cdn-cgi/challenge-platform", "cdn-cgi/challenge-platform"),
    ("captcha-delivery.com/", "captcha-delivery.com"),
    ("geo.captcha-delivery.com", "captcha-delivery.com"),
    ("/_Incapsula_Resource", "_Incapsula_Resource"),
    ("sec-if-cpt-container", "sec-if-cpt-container"),
    ("px-captcha", "px-captcha"),
    ("awswaf.com/", "awswaf.com"),
)
"""Programs that test a visitor, by what their page loads; a page with text of its own is none."""


def refused(page: Page) -> StateSeen | Drift | None:
    """What the status says of the page; None when it is one of success."""
    marker = f"HTTP {page.status}"
    subject = f"page:{page.url}"
    if page.headers.get("cf-mitigated", "").lower() == "challenge":
        return StateSeen(subject, SeenState.BLOCKED, "cf-mitigated: challenge")
    if page.status == 429 or page.status >= 500:
        return StateSeen(subject, SeenState.BLOCKED, marker)
    if page.status in (401, 402, 403, 407):
        return StateSeen(subject, SeenState.GATED, marker)
    if page.status in (404, 410):
        return StateSeen(subject, SeenState.ABSENT, marker)
    if page.status == 451:
        return StateSeen(subject, SeenState.WITHHELD, marker)
    if page.status == 304:
        return StateSeen(subject, SeenState.PRESENT, marker)
    return None if 200 <= page.status < 300 else Drift(f"{marker}: no meaning is known for it")


def walled(root: Any, url: str) -> StateSeen | None:
    """A challenge or a log-in form in place of a page; only for pages without running text."""
    for element in root.iter("script", "iframe", "div", "form", "link"):
        said = " ".join(str(element.get(name) or "") for name in ("src", "action", "id", "href"))
        said += (element.text or "")[:20_000] if element.tag == "script" else ""
        for mark, marker in CHALLENGES:
            if mark in said:
                return StateSeen(f"page:{url}", SeenState.BLOCKED, marker)
    for element in root.iter("input"):
        if (element.get("type") or "").lower() == "password":
            return StateSeen(f"page:{url}", SeenState.GATED, "input type=password")
    return None

"""What comes instead of a page of the web: error statuses, challenges, log-in forms."""

from __future__ import annotations

from typing import Any

from crawler.page import Page
from evidence.model import Drift, SeenState, StateSeen

CHALLENGES = (
    ("/cdn-cgi/challenge-platform/h/", "cdn-cgi/challenge-platform"),
    ("_cf_chl_opt", "_cf_chl_opt"),
    ("captcha-delivery.com/", "captcha-delivery.com"),
    ("geo.captcha-delivery.com", "captcha-delivery.com"),
    ("/_Incapsula_Resource", "_Incapsula_Resource"),
    ("sec-if-cpt-container", "sec-if-cpt-container"),
    ("px-captcha", "px-captcha"),
    ("awswaf.com/", "awswaf.com"),
)
"""Programs that test a visitor, by what their page loads; a page with text of its own is none.

`/cdn-cgi/challenge-platform/scripts/` is on sound pages of the same front and tests nobody yet.
"""
BETWEEN = (
    ("lamanlabuh.aduankonten.id", "aduankonten.id"),
    ("trustpositif", "trustpositif"),
    ("internetpositif", "internetpositif"),
    ("internet-positif", "internetpositif"),
    ("mercusuar.uzone.id", "uzone.id"),
)
"""Where Indonesian providers' pages in place of a site that is closed here lead or load from."""
PORTAL = b"WISPAccessGatewayParam"
"""What the log-in page of a public network has for programs (Wi-Fi Alliance, WISPr 1.0)."""


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


def between(body: bytes, root: Any, url: str) -> StateSeen | None:
    """Somebody between us and the site answered: a network's log-in, a provider's page.

    Told by what the page loads or leads on to by itself, whatever its status; a link in an article
    is none.
    """
    if PORTAL in body[:200_000]:
        return StateSeen(f"page:{url}", SeenState.BLOCKED, PORTAL.decode())
    for element in root.iter("iframe", "frame", "meta", "script", "form"):
        said = " ".join(str(element.get(name) or "") for name in ("src", "action"))
        if element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            said = element.get("content") or ""
        for mark, marker in BETWEEN:
            if mark in said.lower():
                return StateSeen(f"page:{url}", SeenState.BLOCKED, marker)
    return None


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

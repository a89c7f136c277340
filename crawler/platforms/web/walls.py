"""What comes instead of a page of the web: error statuses, challenges, log-in forms."""

from __future__ import annotations

from typing import Any

from crawler import challenges
from crawler.page import Page
from evidence.model import Drift, SeenState, StateSeen

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


def walled(root: Any, url: str, *, form: bool) -> StateSeen | None:
    """A challenge or a log-in form in place of a page; only for pages that are no article.

    form: whether so little running text is on the page that it may be one form.
    """
    mark = challenges.in_place(root)
    if mark is not None:
        return StateSeen(f"page:{url}", SeenState.BLOCKED, mark)
    for element in root.iter("input") if form else ():
        if (element.get("type") or "").lower() == "password":
            return StateSeen(f"page:{url}", SeenState.GATED, "input type=password")
    return None

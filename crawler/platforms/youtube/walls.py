"""What comes instead of a page of YouTube: consent forms, captchas, and error statuses."""

from __future__ import annotations

import re
from html import unescape

from crawler.page import Page
from crawler.platforms.youtube import urls
from crawler.platforms.youtube.sight import Sight
from evidence.model import SeenState

WALLS = (
    (re.compile(r"https://consent\.youtube\.com/"), SeenState.GATED, "consent.youtube.com"),
    (re.compile(r"https://consent\.google\.com/"), SeenState.GATED, "consent.google.com"),
    (re.compile(r"\bid\s*=\s*[\"']?captcha-form\b"), SeenState.BLOCKED, "captcha-form"),
    (re.compile(r"accounts\.google\.com/v3/signin"), SeenState.GATED, "accounts.google.com"),
)
"""What a wall has beside a form in its first letters, in lower case and without entities, and its
state; a page with data of its own is none."""
OWN_SERVERS = ("esf", "youtube")
"""Beginnings of the `Server` of YouTube's own answers (`YouTube RSS Feeds server`, seen 2026)."""
OWN_ERRORS = (b"/error?src=404", b"//www.google.com/images/errors/robot.png")
"""What YouTube's own error pages load: its frame, and the picture of Google's front."""


def refused(page: Page, sight: Sight) -> bool:
    """Note a wall, or what the status alone says; False when neither says anything."""
    head = unescape(page.body[:400_000].decode("utf-8", "replace")).lower()
    kind = urls.kind(page.url)
    if kind in ("consent", "sorry"):
        state = SeenState.GATED if kind == "consent" else SeenState.BLOCKED
        sight.state(None, state, "consent.youtube.com" if kind == "consent" else "google.com/sorry")
        return True
    for mark, state, marker in WALLS:
        if "<form" in head and mark.search(head):
            sight.state(None, state, marker)
            return True
    told = status(page)
    if told is None:
        return False
    subject, state = told
    sight.state(subject, state, f"HTTP {page.status}")
    return True


def status(page: Page) -> tuple[str | None, SeenState] | None:
    """What an error status says, and of whom; None when it says nothing.

    A feed's 404 is no proof, since YouTube's feeds fail that way at times, and a handle's may mean
    another name; the own address of a channel id or of a post is. A 404 that does not show to be
    YouTube's own may be anybody's and says nothing.
    """
    if page.status == 429 or page.status >= 500:
        return None, SeenState.BLOCKED
    if page.status in (401, 403):
        return None, SeenState.GATED
    if page.status == 451:
        return None, SeenState.WITHHELD
    if page.status not in (404, 410) or not _is_own(page):
        return None
    post = urls.post_of(page.url) or urls.video_of(page.url)
    account = urls.channel_of(page.url)
    if post is not None and urls.kind(page.url) != "oembed":
        return f"post:{post}", SeenState.ABSENT
    if account is None or post is not None:
        return (f"post:{post}" if post else None), SeenState.UNSEEN
    exact = urls.kind(page.url) == "channel" and urls.CHANNEL.fullmatch(account)
    return f"account:{account}", SeenState.ABSENT if exact else SeenState.UNSEEN


def _is_own(page: Page) -> bool:
    """Whether an error answer shows to be YouTube's: by its server's name or its own error page."""
    if page.headers.get("server", "").lower().startswith(OWN_SERVERS):
        return True
    return any(mark in page.body[:20_000] for mark in OWN_ERRORS)

"""What a page of Threads says when it shows no thread: walls, refusals, posts that are not there."""

from __future__ import annotations

import re
from typing import Any

from crawler.figure import FIGURE, figure
from crawler.headings import Headings
from crawler.page import Page
from crawler.platforms.threads import urls
from crawler.refusal import failed, refusal
from crawler.relay import Sheets, drilled, is_beside, walk
from crawler.sight import Sight, identity
from evidence.model import AccountCounts, AccountSeen, SeenState

NAMED = re.compile(r"(.*?) \(@([A-Za-z0-9._]{1,30})\)")
FOLLOWERS = re.compile(rf"{FIGURE} (?:followers?|pengikut)\b", re.IGNORECASE)
LOGIN_TITLES = frozenset(("Threads • Log in", "Threads • Masuk", "Log in • Threads",
                          "Masuk • Threads"))  # fmt: skip
NULLS = ("user", "media", "mediaData")
MESSAGES = {
    "login_required": SeenState.GATED,
    "checkpoint_required": SeenState.BLOCKED,
    "challenge_required": SeenState.BLOCKED,
    "feedback_required": SeenState.BLOCKED,
    "Please wait a few minutes before you try again.": SeenState.BLOCKED,
}


def refused(page: Page, told: urls.About, sight: Sight) -> None:
    """Notes the state that status and final address tell by themselves.

    `error=invalid_post` in the final address is where Threads sends who asks for a post that is
    not there; the address no longer says which one.
    """
    here, marker = f"page:{page.url}", f"HTTP {page.status}"
    location = urls.about(page.headers.get("location", "")) if 300 <= page.status < 400 else told
    if page.status == 429 or page.status >= 500:
        sight.state(here, SeenState.BLOCKED, marker)
    elif location.kind == "login":
        sight.state(here, SeenState.GATED, "redirect to login")
    elif location.kind == "invalid_post":
        sight.state(told.subject or here, SeenState.ABSENT, "error=invalid_post")
    elif page.status in (401, 403):
        sight.state(here, SeenState.GATED, marker)
    elif page.status == 451:
        sight.state(here, SeenState.WITHHELD, marker)
    elif page.status == 304:
        sight.state(here, SeenState.PRESENT, marker)
    elif 300 <= page.status < 400:
        sight.fault(f"{marker}: a redirect that was not followed")


def said(page: Page, told: urls.About, sheet: Sheets, sight: Sight) -> None:
    """Notes what a page or answer without posts says instead of them."""
    subject = told.subject or f"page:{page.url}"
    for document in sheet.documents:
        _nulls(document, subject, sight)
        if sheet.headings is None and not sight.shows:
            _answer(document, page, sight)
    head = sheet.headings
    if head is None or sight.shows:
        return
    own = any(isinstance(each, dict) and "require" in each for each in sheet.documents)
    is_threads = head.meta.get("og:site_name") == "Threads" or own
    if page.status in (404, 410):
        if is_threads:
            sight.state(subject, SeenState.ABSENT, f"HTTP {page.status}")
        return
    _head(head, sheet, sight)


def _answer(document: Any, page: Page, sight: Sight) -> None:
    told = refusal(document)
    message = drilled(document, "message")
    if told is not None:
        sight.state(f"page:{page.url}", *told)
    elif isinstance(message, str) and message in MESSAGES:
        sight.state(f"page:{page.url}", MESSAGES[message], message)
    elif is_beside(document):
        sight.state(f"page:{page.url}", SeenState.PRESENT, "answer of another query")
    elif failed(document):
        sight.fault("errors: of a code that is not known")


def _nulls(document: Any, subject: str, sight: Sight) -> None:
    """Fields that stand for what was asked for and are null or empty: hidden, cause unknown."""
    for value in walk(document):
        data = value.get("data")
        if not isinstance(data, dict):
            continue
        for name in NULLS:
            if name in data and data[name] is None:
                sight.state(subject, SeenState.GATED, f"data.{name}: null")
        if data.get("edges") == [] and "page_info" in data:
            if subject.startswith("post:"):
                sight.state(subject, SeenState.GATED, "data.edges: []")
            else:
                sight.state(f"page:{sight.url}#posts", SeenState.UNSEEN, "data.edges: []")
        if isinstance(drilled(data, "likers", "users"), list):
            sight.state(f"page:{sight.url}", SeenState.PRESENT, "likers")  # of a post not named


def _head(head: Headings, sheet: Sheets, sight: Sight) -> None:
    """The account or post a page's head names, when its data did not come.

    A post's words are cut short there, so they are not taken.
    """
    named = NAMED.match(head.meta.get("og:title", ""))
    about = urls.about(head.links.get("canonical") or head.meta.get("og:url", ""))
    if about.kind == "login" or head.title in LOGIN_TITLES:
        sight.state(f"page:{sight.url}", SeenState.GATED, f"title {head.title}")
    elif about.kind == "post":
        sight.state(f"post:{about.post}", SeenState.GATED, "no data in page, og tags only")
    elif about.kind == "profile" and named:
        told = FOLLOWERS.search(head.meta.get("og:description", "")[:200])
        exact, rounded = figure(told[1] if told else None)
        if exact is None and rounded is None:
            sight.fault("og:description: expected a figure of followers")
        approximate = (("follower", rounded),) if rounded is not None else ()
        counts = AccountCounts(follower=exact, approximate=approximate)
        number = _profile_id(sheet)
        if number is None:
            sight.fault("route.props.user_id: expected the number of the profile, found none")
        sight.account(AccountSeen(number, named[2], named[1], SeenState.PRESENT, counts))


def _profile_id(sheet: Sheets) -> str | None:
    for document in sheet.documents:
        for value in walk(document):
            props = value.get("props")
            found = identity(drilled(props, "user_id")) or identity(drilled(props, "userID"))
            if found:
                return found
    return None

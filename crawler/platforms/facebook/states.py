"""What a page of Facebook says when it shows nothing: walls, blocks, things not there.

Decided by status, final address, the page's own title element as a whole, form ids, names of the
error route, and error codes; never by words elsewhere, which a live page may carry among its
program texts. Source: gallery-dl, yt-dlp and kevinzg/facebook-scraper on the markers.
"""

from __future__ import annotations

from typing import Any

from crawler.headings import Headings
from crawler.page import Page
from crawler.platforms.facebook import urls
from crawler.refusal import failed, refusal
from crawler.relay import Sheets, drilled, held, is_beside, walk
from crawler.sight import Sight
from evidence.model import SeenState

LOGIN_TITLES = frozenset(
    ("Log in to Facebook", "Log into Facebook", "Log In or Sign Up to View",
     "Facebook – log in or sign up", "Facebook - log in or sign up", "Masuk ke Facebook",
     "Facebook - Masuk atau Daftar", "Facebook – masuk atau daftar", "Masuk atau Daftar untuk Melihat")
)  # fmt: skip
BLOCKED_TITLES = frozenset(
    ("you're temporarily blocked", "you’re temporarily blocked", "you can't use this feature right now",
     "you can’t use this feature right now", "security check", "anda diblokir sementara")
)  # fmt: skip
GONE_TITLES = frozenset(("Page Not Found", "Page not found", "Halaman Tidak Ditemukan"))
FORMS = ("login_form", "login_popup_cta_form", "loginform")
ERROR_ROOT = "CometErrorRoot.react"
UNAVAILABLE = frozenset(
    ("This content isn't available right now", "This content isn’t available right now",
     "This content isn't available at the moment", "This page isn't available",
     "This Page Isn't Available", "Konten Ini Tidak Tersedia Saat Ini",
     "Konten ini tidak tersedia saat ini", "Content Not Found")
)  # fmt: skip
"""Titles of the route itself that stand for deleted, private, age, region or login-only alike."""

ASKED = ("node", "node_v2", "user", "page", "video", "event", "nodes")
"""Fields of an answer that stand for what was asked for."""


def refused(page: Page, told: urls.About, sight: Sight) -> None:
    """Notes the state that status and final address tell by themselves."""
    here, marker = f"page:{page.url}", f"HTTP {page.status}"
    moved = 300 <= page.status < 400 and page.status != 304
    where = urls.about(page.headers.get("location", "")) if moved else told
    if page.status == 429 or page.status >= 500:
        sight.state(here, SeenState.BLOCKED, marker)
    elif where.kind == "login":
        sight.state(here, SeenState.GATED, "redirect to login")
    elif where.kind == "checkpoint":
        sight.state(here, SeenState.BLOCKED, "redirect to checkpoint")
    elif page.status in (401, 403):
        sight.state(here, SeenState.GATED, marker)
    elif page.status == 451:
        sight.state(here, SeenState.WITHHELD, marker)
    elif page.status == 304:
        sight.state(here, SeenState.PRESENT, marker)
    elif moved:
        sight.fault(f"{marker}: a redirect that was not followed")


def said(page: Page, told: urls.About, sheet: Sheets, sight: Sight) -> None:
    """Notes what a page or answer that shows no post, event or account says instead."""
    here = f"page:{page.url}"
    subject = told.subject or here
    for document in sheet.documents:
        if sheet.headings is None:
            _answer(document, here, subject, sight)
        _route(document, here, subject, sight)
    if sheet.headings is not None and not sight.shows:
        _head(sheet.headings, here, subject, sight)
    if not sight.shows:
        dataless(sheet, sight)


def _answer(document: Any, here: str, subject: str, sight: Sight) -> None:
    found = refusal(document)
    data = drilled(document, "data")
    nothing = [n for n in ASKED if n in data and not data[n]] if isinstance(data, dict) else []
    if found is not None:
        sight.state(here, *found)
    elif failed(document):
        sight.fault("errors: of a code that is not known")
    elif nothing:
        sight.state(subject, SeenState.GATED, f"data.{nothing[0]}: null")
    elif is_beside(document):
        sight.state(here, SeenState.PRESENT, "answer of another query")


def _route(document: Any, here: str, subject: str, sight: Sight) -> None:
    """The route a page was made for, where it is the one for errors."""
    for value in walk(document):
        title = drilled(value, "props", "title")
        resource = drilled(value, "resource", "__dr")
        if resource is None and value.get("__dr") != ERROR_ROOT and title not in UNAVAILABLE:
            continue
        is_error = ERROR_ROOT in (resource, value.get("__dr"))
        if isinstance(title, str) and title and title.lower() in BLOCKED_TITLES:
            sight.state(here, SeenState.BLOCKED, title)
        elif isinstance(title, str) and title and (is_error or title in UNAVAILABLE):
            sight.state(subject, SeenState.GATED, title)
        elif is_error and not any(each.state is SeenState.GATED for each in sight.states.values()):
            sight.state(here, SeenState.BLOCKED, ERROR_ROOT)


def _head(head: Headings, here: str, subject: str, sight: Sight) -> None:
    title = head.title
    if title.lower() in BLOCKED_TITLES:
        sight.state(here, SeenState.BLOCKED, f"title {title}")
    elif title in GONE_TITLES:
        sight.state(subject, SeenState.ABSENT, f"title {title}")
    elif title in UNAVAILABLE:
        sight.state(subject, SeenState.GATED, f"title {title}")
    elif title in LOGIN_TITLES:
        sight.state(here, SeenState.GATED, f"title {title}")
    elif any(form in head.forms for form in FORMS):
        sight.state(here, SeenState.GATED, "form#login_form")


def dataless(sheet: Sheets, sight: Sight) -> None:
    """Notes a page of a post that holds no answer to any query: its head tells of it, cut short."""
    head = sheet.headings
    about = urls.about(head.meta.get("og:url", "")) if head else urls.About()
    answers = held(list(sheet.documents), frozenset(("result",)))["result"]
    if about.kind in ("post", "event") and head and head.meta.get("og:title") and not answers:
        name = about.subject or f"page:{sight.url}"
        sight.state(name, SeenState.GATED, "no data in page, og tags only")

"""What an answer of Instagram says when it shows nothing: walls, refusals, things not there.

Decided by HTTP status, final address, route names and message codes. Source: instaloader,
gallery-dl and yt-dlp on the codes; `api_checkpoint_required.json` and `api_profile_id_invalid.json`
(recorded 2020 to 2022) show two of them.
"""

from __future__ import annotations

from typing import Any

from crawler.page import Page
from crawler.platforms.instagram import beside, urls
from crawler.refusal import refusal
from crawler.relay import Sheets, drilled, is_beside
from crawler.sight import Sight, identity, is_set
from evidence.model import SeenState

MESSAGES = {
    "checkpoint_required": SeenState.BLOCKED,
    "checkpoint_challenge_required": SeenState.BLOCKED,
    "challenge_required": SeenState.BLOCKED,
    "feedback_required": SeenState.BLOCKED,
    "consent_required": SeenState.BLOCKED,
    "rate_limit_error": SeenState.BLOCKED,
    "useragent mismatch": SeenState.BLOCKED,
    "Please wait a few minutes before you try again.": SeenState.BLOCKED,
    "login_required": SeenState.GATED,
    "Not authorized to view user": SeenState.PRIVATE,
    "User not found": SeenState.ABSENT,
    "user_not_found": SeenState.ABSENT,
    "Target user not found": SeenState.ABSENT,
    "Media not found or unavailable": SeenState.UNSEEN,
    "media_not_found": SeenState.UNSEEN,
    "Sorry, this media has been deleted": SeenState.UNSEEN,
    "rate limited": SeenState.BLOCKED,
}
"""Codes in `message` or `error_type` of an answer with status `fail`. "Unavailable" may be
private, withheld or gone, so that one is never more than not seen."""
ROUTES = {
    "loginPage": SeenState.GATED,
    "signupPage": SeenState.GATED,
    "unifiedHome": SeenState.GATED,
    "challengePage": SeenState.BLOCKED,
    "checkpointPage": SeenState.BLOCKED,
    "suspendedAccountPage": SeenState.BLOCKED,
}
ENTRIES = {
    "LoginAndSignupPage": SeenState.GATED,
    "LandingPage": SeenState.GATED,
    "Challenge": SeenState.BLOCKED,
    "HttpGatedContentPage": SeenState.GATED,
}
"""Names of `window._sharedData.entry_data` in the pages of 2016 to 2022."""
GONE = ("httpErrorPage", "HttpErrorPage", "comet.igweb.PolarisErrorRoute")
"""Names of the site's own page for what is not there; since 2026 it comes with HTTP 200."""
LOGIN_TITLES = frozenset(("Login • Instagram", "Log in • Instagram", "Masuk • Instagram",
                          "Instagram Login"))  # fmt: skip
GONE_TITLES = frozenset(("Page Not Found • Instagram", "Page not found • Instagram",
                         "Halaman Tidak Ditemukan • Instagram"))  # fmt: skip
"""Whole titles of the site's own pages, for those that carry no route."""
TO_ANSWER = frozenset(("checkpoint_url", "challenge"))
FLAGS = ("two_factor_required", "spam", *sorted(TO_ANSWER))
"""Fields of a refusal that say what is asked of the visitor: set, or there at all."""
WRAPPED = "if_not_gated_logged_out"
"""Holds a post for visitors without a login; null when it is kept from them."""
GATES = ("xdt_shortcode_media", "shortcode_media", "xig_polaris_media", "xig_user_by_username",
         "xdt_api__v1__media__shortcode__web_info", "xdt_api__v1__users__web_profile_info")  # fmt: skip

FIELDS = frozenset((*GATES, "entry_data", "polarisRouteConfig", "route", "profile_id", "media_id",
                    "media_owner_id", "page_logging", "canonicalRouteName"))  # fmt: skip
"""Fields that say what a page is of, or stand for what it should show."""
Fields = dict[str, list[Any]]


def refused(page: Page, told: urls.About, found: Sheets, sight: Sight) -> None:
    """Notes the state that status and final address tell by themselves."""
    here = f"page:{page.url}"
    marker = f"HTTP {page.status}"
    if page.status == 429 or page.status >= 500:
        sight.state(here, SeenState.BLOCKED, marker)
    elif told.kind == "challenge":
        sight.state(here, SeenState.BLOCKED, "redirect to challenge")
    elif told.kind == "login":
        sight.state(here, SeenState.GATED, "redirect to login")
    elif 300 <= page.status < 400 and page.status != 304:
        _redirected(page, sight)
    elif page.status == 304:
        sight.state(here, SeenState.PRESENT, marker)
    elif page.status == 451:
        sight.state(here, SeenState.WITHHELD, marker)
    elif page.status in (401, 403) and not _message(found):
        sight.state(here, SeenState.GATED, marker)


def said(page: Page, told: urls.About, found: Sheets, fields: Fields, sight: Sight) -> None:
    """Notes what an answer or page that shows no post and no account says instead."""
    subject = told.subject or f"page:{page.url}"
    for document in found.documents:
        if isinstance(document, dict) and found.headings is None:
            _answer(document, subject, page, sight)
    if found.headings is not None:
        _page(fields, subject, page, sight)
        _titled(found.headings.title, subject, page, sight)


def gated(fields: Fields, told: urls.About, page: Page, sight: Sight) -> None:
    """Notes fields that stand for what was asked for and are null: hidden logged out, cause
    unknown (deleted, private, age, region or quota).
    """
    subject = told.subject or f"page:{page.url}"
    for polaris in fields["xig_polaris_media"]:
        if isinstance(polaris, dict) and polaris.get(WRAPPED, 0) is None:
            own = identity(polaris.get("pk")) or identity(polaris.get("id"))
            name = f"post:{own}" if own and own.isdecimal() else subject
            ruling = drilled(polaris, "gating_ruling", "title")
            why = ruling if isinstance(ruling, str) and ruling else None
            sight.state(name, SeenState.GATED, why or "if_not_gated_logged_out: null")
        elif isinstance(polaris, dict) and not isinstance(polaris.get(WRAPPED), dict):
            sight.fault(f"xig_polaris_media.{WRAPPED}: expected a post, or null")
    for name in () if sight.shows else GATES:
        if any(value is None for value in fields[name]):
            sight.state(subject, SeenState.GATED, f"{name}: null")


def _redirected(page: Page, sight: Sight) -> None:
    where = urls.about(page.headers.get("location", "")).kind
    state = {"login": SeenState.GATED, "challenge": SeenState.BLOCKED, "home": SeenState.BLOCKED}
    if where in state:
        sight.state(f"page:{page.url}", state[where], f"redirect to {where}")
    else:
        sight.fault(f"HTTP {page.status}: a redirect that was not followed")


def _message(found: Sheets) -> str | None:
    for document in found.documents:
        for name in ("message", "error_type"):
            code = document.get(name) if isinstance(document, dict) else None
            if isinstance(code, str) and code in MESSAGES:
                return code
    return None


def _answer(document: dict[str, Any], subject: str, page: Page, sight: Sight) -> None:
    code, found = _message(Sheets((document,), None, ())), refusal(document)
    if found is not None:
        sight.state(f"page:{page.url}", *found)
    elif document.get("errors"):
        sight.fault("errors: of a code that is not known")
    elif code is not None:
        state = MESSAGES[code]
        wall = state in (SeenState.BLOCKED, SeenState.GATED)
        sight.state(f"page:{page.url}" if wall else subject, state, code)
    elif flag := _asked(document):
        sight.state(f"page:{page.url}", SeenState.BLOCKED, flag)
    elif is_set(document.get("require_login")):
        sight.state(f"page:{page.url}", SeenState.GATED, "require_login")
    elif "data" in document and document["data"] is None:
        sight.state(subject, SeenState.GATED, "data: null")
    elif isinstance(document.get("data"), dict) and document["data"].get("user", 0) is None:
        # Nobody has that name or id (`api_profile_id_invalid.json`); hidden ones say `data: null`.
        # Queries by number of the present app (`extensions`) also say so of what needs a login.
        state = SeenState.GATED if "extensions" in document else SeenState.ABSENT
        sight.state(subject, state, "data.user: null")
    elif {"title", "description"} <= document.keys() and "status" in document:
        _ruling(document, subject, sight)
    elif is_beside(document):
        sight.state(f"page:{page.url}", SeenState.PRESENT, "answer of another query")
    elif document.get("status") not in (None, "ok"):
        sight.fault(f"HTTP {page.status}: status is not ok, and its message is not known")
    else:
        beside.said(document, sight)


def _asked(document: dict[str, Any]) -> str | None:
    there = TO_ANSWER & document.keys()
    return next((name for name in FLAGS if name in there or is_set(document.get(name))), None)


def _ruling(document: dict[str, Any], subject: str, sight: Sight) -> None:
    """`get_ruling_for_content`: the platform's own title of why it keeps a thing back."""
    title = document["title"]
    if isinstance(title, str) and title:
        sight.state(subject, SeenState.GATED, title)
    else:
        sight.state(subject, SeenState.PRESENT, "ruling without title")


def _page(fields: Fields, subject: str, page: Page, sight: Sight) -> None:
    entries = (name for entry in fields["entry_data"] if isinstance(entry, dict) for name in entry)
    for name in sorted({*routes(fields), *entries}):
        state = ROUTES.get(name) or ENTRIES.get(name)
        if state is not None:
            sight.state(f"page:{page.url}", state, f"pageID {name}")
        if name in GONE:
            sight.state(subject, SeenState.ABSENT, f"{name}, HTTP {page.status}")
    if urls.about(page.url).kind == "home" and not sight.shows:
        sight.state(f"page:{page.url}", SeenState.BLOCKED, "redirect to home")


def _titled(title: str, subject: str, page: Page, sight: Sight) -> None:
    if sight.shows:
        return
    if title in LOGIN_TITLES:
        sight.state(f"page:{page.url}", SeenState.GATED, f"title {title}")
    elif title in GONE_TITLES:
        sight.state(subject, SeenState.ABSENT, f"title {title}")


def routes(fields: Fields) -> list[str]:
    """Names of the routes a page of the present web app was made for."""
    named = [drilled(config, "pageID") for config in fields["polarisRouteConfig"]]
    named += [drilled(logged, "name") for logged in fields["page_logging"]]
    return [name for name in (*named, *fields["canonicalRouteName"]) if isinstance(name, str)]

"""The account a page of Facebook is of, by its route, its header and its meta tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.figure import FIGURE, figure
from crawler.headings import Headings
from crawler.platforms.facebook import urls
from crawler.relay import drilled, held, walk
from crawler.sight import identity, number
from evidence.model import AccountCounts, AccountSeen, SeenState

FOLLOWERS = re.compile(rf"{FIGURE} (?:followers?|pengikut)\b", re.IGNORECASE)
APP_LINK = re.compile(r"fb://(?:profile|page)/(?:\?id=)?(\d{5,20})")
FIELDS = frozenset(
    ("userID", "userVanity", "profile_social_context", "profile_header_renderer",
     "vanity", "group", "group_feed")
)  # fmt: skip
OF_PAGE = ("video.other", "article", "event")


def account(
    fields: dict[str, list[Any]], head: Headings | None, documents: tuple[Any, ...]
) -> AccountSeen | None:
    """The account a page is of; None when the page says of none that it is.

    The id is the profile's (`userID`), which its posts carry as their author's; the older id of a
    page (`delegate_page` of the header; authors of posts have one too) only where no other is given.
    Figures of likes are no followers.
    """
    meta = head.meta if head else {}
    link = APP_LINK.match(meta.get("al:ios:url", "") or meta.get("al:android:url", ""))
    headers = [drilled(header, "user", "id") for header in fields["profile_header_renderer"]]
    native_id = _first(fields["userID"]) or _first(headers) or (link[1] if link else None)
    within = held(fields["profile_header_renderer"], frozenset(("delegate_page",)))
    pages = [page for page in within["delegate_page"] if isinstance(page, dict)]
    native_id = native_id or _first([page.get("id") for page in pages])
    canonical = urls.about((head.links.get("canonical") if head else "") or meta.get("og:url", ""))
    vanity = next((v for v in (*fields["userVanity"], *fields["vanity"]) if _is_name(v)), None)
    handle = vanity or (canonical.name if canonical.kind == "account" else None)
    if native_id is None and not (handle and fields["profile_header_renderer"]):
        return _group(fields["group"])
    name = _name(native_id, pages, documents) or _title(meta)
    shown = None if handle is None or handle.isdecimal() else handle
    return AccountSeen(native_id, shown, name, SeenState.PRESENT, _counts(fields))


def faults(
    fields: dict[str, list[Any]], seen: AccountSeen | None, *, of_account: bool
) -> Iterator[str]:
    """What a page that is of an account or a group has to say of it, and does not.

    of_account: whether the page's address is an account's.
    """
    named = of_account and any(_is_name(vanity) for vanity in fields["userVanity"])
    users = [drilled(each, "user") for each in fields["profile_header_renderer"]]
    shown = [user for user in users if isinstance(user, dict)]
    if named and not shown:
        yield "profile_header_renderer.user: expected an account"
    elif shown and not fields["profile_social_context"]:
        yield "profile_social_context: expected figures, or null"
    told = [context for context in fields["profile_social_context"] if context is not None]
    if told and not any(_texts(told)):
        yield "profile_social_context.content[].text: expected words"
    if seen is None and fields["group_feed"]:
        yield "group: expected a number and a name"


def _texts(told: list[Any]) -> Iterator[str]:
    for value in walk(told):
        text = drilled(value, "text", "text") or value.get("text")
        if isinstance(text, str):
            yield text


def is_group(native_id: str, documents: tuple[Any, ...]) -> bool:
    """Whether a number is of a group, whose posts are its members'."""
    groups = held(list(documents), frozenset(("group",)))["group"]
    return any(identity(drilled(group, "id")) == native_id for group in groups)


def _group(groups: list[Any]) -> AccountSeen | None:
    """The group a page is of, where it is of no account; its posts are its members'."""
    for group in groups:
        native_id, name = identity(drilled(group, "id")), drilled(group, "name")
        if native_id is not None and isinstance(name, str):
            return AccountSeen(native_id, None, name, SeenState.PRESENT)
    return None


def host(value: dict[str, Any]) -> AccountSeen | None:
    """An account as an event names it among its hosts."""
    native_id = identity(value.get("id"))
    if native_id is None:
        return None
    name = value.get("name")
    shown = name if isinstance(name, str) else None
    return AccountSeen(native_id, urls.handle(value.get("url")), shown, SeenState.PRESENT)


def _first(values: list[Any]) -> str | None:
    found = (identity(value) for value in values)
    return next((value for value in found if value and value.isdecimal()), None)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not value.isdecimal()


def _name(
    native_id: str | None, pages: list[dict[str, Any]], documents: tuple[Any, ...]
) -> str | None:
    for document in documents:
        for value in walk(document):
            if identity(value.get("id")) == native_id and isinstance(value.get("name"), str):
                return str(value["name"])
    return next((p["name"] for p in pages if isinstance(p.get("name"), str)), None)


def _title(meta: dict[str, str]) -> str | None:
    return meta.get("og:title", "").partition(" | ")[0].strip() or None


def _counts(fields: dict[str, list[Any]]) -> AccountCounts:
    """Followers as the header writes them: exact below a thousand, else rounded."""
    for text in _texts(fields["profile_social_context"]):
        found = FOLLOWERS.match(text)
        if found:
            exact, rounded = figure(found[1])
            near = (("follower", rounded),) if rounded is not None else ()
            return AccountCounts(follower=number(exact), approximate=near)
    return AccountCounts()

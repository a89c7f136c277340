"""Telegram's public web pages: listing of a channel, one embedded message, landing page.

Ignored on purpose: search form, right column but the channel's name and counters, avatars, link
previews' pictures and words, author signatures, paid stars, the quoted beginning of a message
replied to, and the moving background.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.document import root_of
from crawler.page import Page
from crawler.platforms.telegram import landing, message, urls
from crawler.platforms.telegram.markup import attributes, every, figure, first, words
from crawler.platforms.telegram.media import unaccounted
from crawler.platforms.telegram.naming import placed
from evidence.errors import ParseError
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Drift,
    Interaction,
    Post,
    Reading,
    SeenState,
    StateSeen,
)

__all__ = ["READ_BY", "placed", "read"]

READ_BY = "telegram.pages@3"
NOT_FOUND = "Post not found"
_NO_CHANNEL = re.compile(r"Channel with username @?(\w{1,64}) not found")


def read(page: Page) -> Reading:
    """What one t.me page shows.

    Raises ParseError when the body is no HTML or none of the kinds of page known here. HTTP 429 and
    5xx are BLOCKED, 401 and 403 GATED; a redirect away from the listing is GATED, cause unknown:
    preview turned off, group, user, or restricted here. Telegram says in a page of its own that
    something is not there; a 404 without one may be anybody's and is drift.
    """
    refused = _by_status(page)
    if refused is not None:
        return Reading(READ_BY, states=(refused,))
    root = root_of(page.text())
    error = first(root, "tgme_widget_message_error")
    messages = _messages(root)
    if first(root, "tgme_channel_history") is not None:
        return _listing(page, root, messages)
    if error is not None and not messages:
        return Reading(READ_BY, states=(_error(page, error),))
    if messages:
        return _read_messages(page, root, messages)
    if first(root, "tgme_page") is not None:
        return landing.read(page, root, READ_BY)
    raise ParseError("body", "neither history, message, error nor landing page")


def _by_status(page: Page) -> StateSeen | None:
    marker = f"HTTP {page.status}"
    where = f"page:{page.url}"
    if page.status == 429 or page.status >= 500:
        return StateSeen(where, SeenState.BLOCKED, marker)
    if page.status in (401, 403):
        return StateSeen(where, SeenState.GATED, marker)
    if page.status in (301, 302, 303, 307, 308):
        target = urls.absolute(page.url, page.headers.get("location", ""))
        named = urls.channel(page.url)
        if urls.kind(page.url) == "listing" and urls.kind(target) == "landing" and named:
            return StateSeen(f"account:{named}", SeenState.GATED, "redirect /s/ to landing page")
        raise ParseError("location", f"HTTP {page.status} to an address that says nothing")
    if page.status not in (200, 404, 410):
        raise ParseError("status", f"HTTP {page.status}")
    return None


def _messages(root: Any) -> list[Any]:
    found = every(root, "tgme_widget_message")
    return [part for part in found if part.get("data-post") is not None]


def _error(page: Page, error: Any) -> StateSeen:
    """The embed's own error element: its whole text is one of Telegram's fixed sentences."""
    said = words(error) or ""
    place = urls.message(page.url)
    if said == NOT_FOUND:
        subject = f"post:{place[0]}/{place[1]}" if place else f"page:{page.url}"
        return StateSeen(subject, SeenState.ABSENT, NOT_FOUND)
    if missing := _NO_CHANNEL.fullmatch(said):
        named = place[0] if place else missing[1]
        return StateSeen(f"account:{named}", SeenState.ABSENT, "Channel with username not found")
    return StateSeen(f"page:{page.url}", SeenState.GATED, "tgme_widget_message_error")


def _listing(page: Page, root: Any, messages: list[Any]) -> Reading:
    reading = _read_messages(page, root, messages)
    nothing = first(root, "tme_no_messages_found") is not None
    wraps = len(every(root, "tgme_widget_message_wrap"))
    drift = list(reading.drift)
    if not messages and not nothing:
        drift.append(Drift("tgme_channel_history holds neither messages nor tme_no_messages_found"))
    if wraps > len(messages):
        drift.append(Drift(f"{wraps - len(messages)} tgme_widget_message_wrap without a message"))
    return Reading(
        READ_BY,
        posts=reading.posts,
        accounts=reading.accounts,
        interactions=reading.interactions,
        states=reading.states,
        next=tuple(_continuations(page, root)),
        drift=tuple(drift),
        empty=nothing and not messages and not drift,
    )


def _read_messages(page: Page, root: Any, messages: list[Any]) -> Reading:
    posts: list[Post] = []
    edges: list[Interaction] = []
    states: list[StateSeen] = []
    drift: list[Drift] = []
    channels = _channels(messages)
    for element in messages:
        drift += [Drift(f"message part of unknown kind: {name}") for name in unaccounted(element)]
        try:
            seen = message.post(element, page.url, channels.get(message.name_of(element)))
        except ParseError as error:
            drift.append(Drift(f"{error.what}: {error.why}"))
            continue
        if seen.author_id is None:
            drift.append(Drift("no message carries the channel's number (data-view, data-peer)"))
        posts.append(seen)
        edges += message.mentions(element, seen)
        states += message.states(element, seen)
    return Reading(
        READ_BY,
        posts=tuple(posts),
        accounts=tuple(_account(page, root, posts)),
        interactions=tuple(edges),
        states=tuple(states),
        drift=tuple(dict.fromkeys(drift)),
    )


def _channels(messages: list[Any]) -> dict[str, str]:
    """Number of each channel name on the page: one message that carries it speaks for all."""
    found: dict[str, str] = {}
    for element in messages:
        number = message.numeric_channel(element)
        if number is not None:
            found.setdefault(message.name_of(element), number)
    return found


def _account(page: Page, root: Any, posts: list[Post]) -> Iterator[AccountSeen]:
    """The channel a listing is of; a message by itself gives no account line."""
    main = first(root, "tgme_main")
    info = first(root, "tgme_channel_info")
    if main is None and info is None:
        return
    username = words(first(root, "tgme_channel_info_header_username")) or ""
    address = urls.absolute(page.url, main.get("data-url") or "") if main is not None else page.url
    handle = username.removeprefix("@") or urls.channel(address) or urls.channel(page.url)
    title = words(first(root, "tgme_channel_info_header_title")) or words(
        first(root, "tgme_header_title")
    )
    own = [
        p.author_id for p in posts if handle and (p.author_handle or "").lower() == handle.lower()
    ]
    yield AccountSeen(own[0] if own else None, handle, title, SeenState.PRESENT, _subscribers(root))


def _subscribers(root: Any) -> AccountCounts:
    for counter in every(root, "tgme_channel_info_counter"):
        if words(first(counter, "counter_type")) in ("subscribers", "subscriber"):
            return _follower(words(first(counter, "counter_value")))
    said = words(first(root, "tgme_header_counter")) or ""
    return _follower(said) if "subscriber" in said else AccountCounts()


def _follower(text: str | None) -> AccountCounts:
    exact, rounded = figure(text)
    approximate = (("follower", rounded),) if rounded is not None else ()
    return AccountCounts(follower=exact, approximate=approximate)


def _continuations(page: Page, root: Any) -> list[str]:
    """Older messages first, then newer ones, as the page links them."""
    hrefs: list[str] = []
    for relation in ("prev", "next"):
        hrefs += attributes(root, "//link[@rel=$name]/@href", name=relation)
    hrefs += [part.get("href") or "" for part in every(root, "tme_messages_more")]
    return list(dict.fromkeys(urls.absolute(page.url, href) for href in hrefs if href))

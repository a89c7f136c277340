"""One message of a t.me page as a Post."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from crawler.page import utc
from crawler.platforms.telegram import urls
from crawler.platforms.telegram.markup import (
    classes,
    every,
    figure,
    first,
    inside,
    shown,
    words,
)
from crawler.platforms.telegram.media import REPLY_TEXT, media_of
from evidence.errors import ParseError
from evidence.model import Act, Counts, Interaction, Post, SeenState, StateSeen

HIDDEN = "message_media_not_supported"
FORWARDED = "tgme_widget_message_forwarded_from"
EDITED = re.compile(r"\bedited\b")
SHARED = (
    "tgme_widget_message_contact_name", "tgme_widget_message_contact_phone",
    "tgme_widget_message_location_title", "tgme_widget_message_location_address",
)  # fmt: skip
"""Words of a contact or a place that a message shares."""
_PEER = re.compile(r"c(\d+)_")


def numeric_channel(element: Any) -> str | None:
    """The channel's own number, which survives a rename; None when the message does not carry it.

    `data-view` is base64 of {"c": -<number>, "p": <message>, ...}; older pages have `data-peer`
    (seen 2026-08-09 in a recorded listing of t.me/s/durov).
    """
    packed = element.get("data-view") or ""
    try:
        view = json.loads(base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_"))
    except (binascii.Error, ValueError, RecursionError):
        view = None
    number = view.get("c") if isinstance(view, dict) else None
    if isinstance(number, int) and not isinstance(number, bool) and 0 < abs(number) < 2**53:
        return str(abs(number))
    peer = _PEER.match(element.get("data-peer") or "")
    return peer[1] if peer else None


def name_of(element: Any) -> str:
    """The channel name in `data-post`, in lower case; empty when it has none."""
    return (element.get("data-post") or "").partition("/")[0].lower()


def post(element: Any, page_url: str, channel: str | None) -> Post:
    """A message as a Post.

    channel: the channel's number, None when no message of the page carries it.

    Raises ParseError naming the part when the message's id or its time is not there, or when it
    shows nothing that is known: neither text, media, poll, service note nor hidden content.
    """
    name, number = _named(element)
    link = first(element, "tgme_widget_message_date")
    content = post_text(element)
    pictures = media_of(element, page_url)
    if content is None and not pictures and not every(element, HIDDEN):
        raise ParseError(f"message {number}", "has neither text, media nor a hidden-content mark")
    return Post(
        native_id=f"{channel or name}/{number}",
        author_id=channel,
        author_handle=name,
        text=content if content is not None else ("" if pictures else None),
        published_at=_time(element, number),
        url=urls.absolute(page_url, link.get("href")) if link is not None else None,
        media=pictures,
        links=tuple(dict.fromkeys(_links(element))),
        reply_to=_pointer(first(element, "tgme_widget_message_reply"), name, channel),
        repost_of=_pointer(
            first(element, "tgme_widget_message_forwarded_from_name"), name, channel
        ),
        counts=counts(element),
    )


def states(element: Any, seen: Post) -> Iterator[StateSeen]:
    """What a message says of itself beside its content.

    GATED when it shows only that its content is hidden from the web; EDITED by the word before its
    time, which is that of its publication; and that it was passed on from somebody it does not link.
    """
    subject = f"post:{seen.native_id}"
    if seen.text is None:
        yield StateSeen(subject, SeenState.GATED, HIDDEN)
    for meta in every(element, "tgme_widget_message_meta"):
        if any(EDITED.search(said) for said in _own_words(meta)):
            yield StateSeen(subject, SeenState.EDITED, "tgme_widget_message_meta: edited")
            break
    if first(element, FORWARDED) is not None and seen.repost_of is None:
        yield StateSeen(subject, SeenState.PRESENT, f"{FORWARDED} names no message")


def _own_words(element: Any) -> Iterator[str]:
    """What stands in an element itself, not in the elements inside."""
    yield element.text or ""
    yield from (child.tail or "" for child in element)


def mentions(element: Any, seen: Post) -> Iterator[Interaction]:
    """Who the message names with `@`, as the page links them."""
    for anchor in _anchors(element):
        named = _mentioned(anchor)
        if named:
            yield Interaction(
                Act.MENTION, seen.author_id, seen.author_handle, named, at=seen.published_at
            )


def counts(element: Any) -> Counts:
    """Views and reactions; rounded ones (`8.67M`) go to `approximate`.

    `like` is the sum of all emoji reactions, whatever the emoji; paid stars are payments, not
    people, and stay out of it. Telegram's web shows no figure for comments and forwards.
    """
    exact_views, rounded_views = figure(words(first(element, "tgme_widget_message_views")))
    figures = [
        figure(words(reaction))
        for reaction in every(element, "tgme_reaction")
        if "tgme_reaction_paid" not in classes(reaction)
    ]
    likes = sum(exact or rounded or 0 for exact, rounded in figures)
    exact_likes = bool(figures) and all(exact is not None for exact, _ in figures)
    rounded = [("like", likes)] if any(pair[1] is not None for pair in figures) else []
    rounded += [("view", rounded_views)] if rounded_views is not None else []
    return Counts(like=likes if exact_likes else None, view=exact_views, approximate=tuple(rounded))


def post_text(element: Any) -> str | None:
    """Text, then poll, contact or place, and service note; None when it has none of them.

    The quoted beginning of the message replied to, and link previews, are not its text.
    """
    parts = [
        shown(part)
        for part in every(element, "tgme_widget_message_text")
        if REPLY_TEXT not in classes(part)
        and not inside(part, "tgme_widget_message_reply")
        and not inside(part, "tgme_widget_message_text")
    ]
    for poll in every(element, "tgme_widget_message_poll"):
        parts += [words(q) or "" for q in every(poll, "tgme_widget_message_poll_question")]
        parts += [f"- {words(o)}" for o in every(poll, "tgme_widget_message_poll_option_text")]
    parts += [said for name in SHARED for one in every(element, name) if (said := words(one))]
    if not parts and "service_message" in classes(element):
        parts = [words(first(element, "tgme_widget_message_bubble")) or words(element) or ""]
    return "\n".join(parts) if parts else None


def _named(element: Any) -> tuple[str, str]:
    name, _, number = (element.get("data-post") or "").partition("/")
    if not name or not number.isdigit() or not number.isascii():
        raise ParseError("message", "data-post is not <channel>/<number>")
    return name, number


def _time(element: Any, number: str) -> Any:
    dated = first(element, "tgme_widget_message_date")
    for stamp in [] if dated is None else dated.iter("time"):
        moment = utc(stamp.get("datetime"))
        if moment is not None:
            return moment
    for stamp in element.iter("time"):
        moment = utc(stamp.get("datetime"))
        if moment is not None:
            return moment
    if "service_message" in classes(element):
        return None  # service notes carry no clock time on the web
    raise ParseError(f"message {number}", "has no time[datetime]")


def _pointer(element: Any | None, name: str, channel: str | None) -> str | None:
    """`<channel>/<number>` a link points at; the channel's own messages by its number."""
    place = urls.message(element.get("href") or "") if element is not None else None
    if place is None:
        return None
    own = channel is not None and place[0].lower() == name.lower()
    return f"{channel if own else place[0]}/{place[1]}"


def _links(element: Any) -> Iterator[str]:
    for anchor in _anchors(element):
        address = anchor.get("href") or ""
        if address.startswith(("http://", "https://")) and not _mentioned(anchor):
            yield address
    for name in (
        "tgme_widget_message_link_preview",
        "tgme_widget_message_location_wrap",
        "tgme_widget_message_inline_button_url",
    ):
        for anchor in every(element, name):
            address = anchor.get("href") or ""
            if address.startswith(("http://", "https://")):
                yield address


def _anchors(element: Any) -> Iterator[Any]:
    for part in every(element, "tgme_widget_message_text"):
        if not inside(part, "tgme_widget_message_reply"):
            yield from part.iter("a")


def _mentioned(anchor: Any) -> str | None:
    label = words(anchor) or ""
    address = anchor.get("href") or ""
    if label.startswith("@") and urls.on_telegram(address) and urls.kind(address) == "landing":
        return urls.channel(address)
    return None

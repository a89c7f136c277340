"""Entities of the Mastodon client API: status, account, edit, media.

Source: docs.joinmastodon.org/entities, and the same shapes as Pleroma, GoToSocial and snac2 give
them. Read on purpose not: visibility, sensitive, language, application, card (a preview of a link
that is read), tags (in the text), emojis, filtered, votes of a poll, profile notes and fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.platforms.mastodon.text import outward, words
from crawler.take import Node, each, node
from evidence.errors import ParseError
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Interaction,
    Media,
    Post,
    SeenState,
    StateSeen,
)

SNAC_ID = re.compile(r"\d{10}([0-9a-f]{32})\Z")
BREAK = re.compile(r"(<br ?/?>)\r?\n")
SINCE_REPLIES = frozenset(("poll", "card", "edited_at"))
"""Fields of a status that came with or after its count of replies (Mastodon 2.5, 2018)."""
MEDIA_TYPES = frozenset(("image", "video", "gifv", "audio", "unknown"))


def stable(native_id: str) -> str:
    """The part of an id that an edit does not change.

    snac2 2.75 names a status by ten digits of its last change and the MD5 of its URI, so its id
    moves when the post is edited (seen 2026-11-22 on a running server); the MD5 stays. No other
    known server has ids of that form.
    """
    match = SNAC_ID.match(native_id)
    return match.group(1) if match else native_id


def status(item: Node) -> Post:
    """The post a Status entity shows. A reblog wrapper has no text of its own, only `repost_of`.

    Raises ParseError without an id or an author, and when its words, its media list or whether it
    is a reblog cannot be told: half a post must not pass for an edited one.
    """
    author = item.inner("account")
    reblog = item.exact("reblog", dict)
    content = item.exact("content", str) or ""
    if "pf_type" in item.value:  # Pixelfed writes each end of a line twice
        content = BREAK.sub(r"\1", content)
    spoiler = item.exact("spoiler_text", str)
    return Post(
        native_id=stable(item.must("id", str)),
        author_id=author.must("id", str),
        author_handle=author.want("acct", str),
        text="" if reblog is not None else words(spoiler, content, _choices(item)),
        published_at=item.moment("created_at"),
        edited_at=item.may_moment("edited_at"),
        url=item.known("url", str) or item.may("uri", str),
        media=() if reblog is not None else attachments(item),
        links=() if reblog is not None else outward(content, _named(item)),
        reply_to=stable(parent) if (parent := item.known("in_reply_to_id", str)) else None,
        repost_of=_reblogged(item, reblog),
        quote_of=_quoted(item),
        counts=Counts(
            like=item.count("favourites_count"),
            share=item.count("reblogs_count"),
            comment=_replies(item),
        ),
    )


def version(item: Node, native_id: str, first: bool) -> Post:
    """One version of an edited post (StatusEdit entity); it has no id, url or figures of its own.

    first: True for the version the post was published with.
    Raises ParseError without an author.
    """
    author = item.inner("account")
    content = item.exact("content", str) or ""
    at = item.moment("created_at")
    return Post(
        native_id=native_id,
        author_id=author.must("id", str),
        author_handle=author.want("acct", str),
        text=words(item.exact("spoiler_text", str), content, _choices(item)),
        published_at=at if first else None,
        edited_at=None if first else at,
        media=attachments(item),
        links=outward(content, ()),
    )


def account(item: Node) -> AccountSeen:
    """The account an Account entity shows; SUSPENDED only when the entity itself says so.

    Raises ParseError without an id or a handle.
    """
    moved = item.may("moved", dict)
    return AccountSeen(
        native_id=item.must("id", str),
        handle=item.must("acct", str),
        display_name=item.known("display_name", str),
        state=SeenState.SUSPENDED if item.may("suspended", bool) else SeenState.PRESENT,
        counts=AccountCounts(
            follower=_figure(item, "followers_count"),
            following=_figure(item, "following_count"),
            post=_figure(item, "statuses_count"),
        ),
        moved_to=None if moved is None else item.inner("moved").want("url", str),
    )


def account_states(item: Node) -> Iterator[StateSeen]:
    """Markers an Account entity carries: suspended, limited, memorial."""
    subject = f"account:{item.must('id', str)}"
    if item.may("suspended", bool):
        yield StateSeen(subject, SeenState.SUSPENDED, "Account.suspended")
    for field in ("limited", "memorial"):
        if item.may(field, bool):
            yield StateSeen(subject, SeenState.PRESENT, f"Account.{field}")


def acts(post: Post, item: Node) -> tuple[Interaction, ...]:
    """What a status does to others: it replies, reposts, quotes, mentions.

    Quoting is a SHARE as reposting is. The mentions of a reblog wrapper are not its author's words.
    """
    named = _mentioned(item) if post.repost_of is None else {}
    parent = item.may("in_reply_to_account_id", str)
    found = [
        _act(post, act, target, text, owner)
        for act, target, text, owner in (
            (Act.COMMENT, post.reply_to, post.text, named.get(parent or "") or parent),
            (Act.SHARE, post.repost_of, None, _owner(item, "reblog")),
            (Act.SHARE, post.quote_of, None, _quoted_owner(item)),
        )
        if target is not None
    ]
    found += [_act(post, Act.MENTION, id, None, acct) for id, acct in named.items()]
    return tuple(found)


def actor(item: Node, act: Act, target: str) -> Interaction:
    """The edge an account in a list of likers, reposters or followers stands for.

    Raises ParseError without an id.
    """
    return Interaction(act, item.must("id", str), item.want("acct", str), target)


def attachments(item: Node) -> tuple[Media, ...]:
    """Media of a status or of one of its versions."""
    found = item.exact("media_attachments", list) or []
    return each(found, f"{item.path}.media_attachments", item.faults, _media)


def _figure(item: Node, name: str) -> int | None:
    """A count of an account. One below zero is known of Mastodon, and is no count: it is unknown."""
    found = item.value.get(name)
    below = isinstance(found, int) and not isinstance(found, bool) and found < 0
    return None if below else item.count(name)


def _replies(item: Node) -> int | None:
    """The count of replies: `reply_count` in Pixelfed, not told by servers older than the field."""
    value = item.value
    if "replies_count" not in value:
        if "pf_type" in value:
            return item.count("reply_count")
        if SINCE_REPLIES.isdisjoint(value):
            return None
    return item.count("replies_count")


def _media(item: Node) -> Media:
    addresses = (item.may(name, str) for name in ("url", "remote_url", "preview_url"))
    url = next((address for address in addresses if address), None)
    if url is None:
        raise ParseError(f"{item.path}.url", "expected an address, found none")
    kind = item.must("type", str).lower()  # Pixelfed says `Image`
    if kind not in MEDIA_TYPES:
        item.fault("type", "is a kind of media that is not known")
        kind = "unknown"
    return Media(url, kind, item.may("description", str), item.may("id", str))


def _act(post: Post, act: Act, target: str, text: str | None, owner: str | None) -> Interaction:
    return Interaction(
        act, post.author_id, post.author_handle, target, post.native_id, post.published_at, text,
        owner,
    )  # fmt: skip


def _mentioned(item: Node) -> dict[str, str | None]:
    """Handle by id of whom a status names; a mention without id is a fault."""
    pairs = each(
        item.want("mentions", list) or [],
        f"{item.path}.mentions",
        item.faults,
        lambda mention: (mention.must("id", str), mention.may("acct", str)),
    )
    return dict(pairs)


def _owner(item: Node, name: str) -> str | None:
    """Handle of the author of the status in a field."""
    if item.may(name, dict) is None or item.inner(name).may("account", dict) is None:
        return None
    return item.inner(name).inner("account").may("acct", str)


def _quoted_owner(item: Node) -> str | None:
    quote = item.may("quote", dict)
    if not quote:
        return None
    nested = quote.get("quoted_status") is not None
    return _owner(item.inner("quote"), "quoted_status") if nested else _owner(item, "quote")


def _reblogged(item: Node, reblog: dict[str, Any] | None) -> str | None:
    return None if reblog is None else stable(item.inner("reblog").must("id", str))


def _quoted(item: Node) -> str | None:
    """Mastodon 4.4: {state, quoted_status | quoted_status_id}; Pleroma and kin: a status."""
    quote = item.may("quote", dict)
    if not quote:
        return item.may("quote_id", str)
    inner = node(quote, f"{item.path}.quote", item.faults)
    if inner.may("quoted_status", dict) is not None:
        return inner.inner("quoted_status").must("id", str)
    if "id" in quote:
        return inner.must("id", str)
    shallow = inner.may("quoted_status_id", str)
    if shallow is None and "state" not in quote:
        item.fault("quote", "is of a shape that is not known")
    return shallow


def _choices(item: Node) -> tuple[str, ...]:
    if item.may("poll", dict) is None:
        return ()
    poll = item.inner("poll")
    options = poll.want("options", list) or []
    path = f"{poll.path}.options"
    return each(options, path, item.faults, lambda option: option.must("title", str))


def _named(item: Node) -> Iterator[str]:
    """Addresses of mentions and tags; a malformed one is told of where mentions are read."""
    for field in ("mentions", "tags"):
        listed = item.value.get(field)
        for entry in listed if isinstance(listed, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("url"), str):
                yield entry["url"]

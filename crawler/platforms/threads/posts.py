"""Posts of Threads and what they lead to.

Read on purpose not: transcripts, translations, polls of votes' counts, pins, what a viewer may do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.platforms.threads import urls
from crawler.relay import drilled
from crawler.sight import identity, moment, number
from crawler.take import Node
from crawler.variant import medium
from evidence.errors import ParseError
from evidence.model import Act, Counts, Interaction, Media, Post

MENTION = re.compile(r"(?<![\w.@/])@([A-Za-z0-9_](?:[A-Za-z0-9._]{0,28}[A-Za-z0-9_])?)")
OF_POST = frozenset(
    ("caption", "taken_at", "text_post_app_info", "like_count", "image_versions2", "media_type",
     "user")
)  # fmt: skip


def is_post(value: dict[str, Any]) -> bool:
    """Whether an object is a post, even if one of its fields was renamed."""
    return len(OF_POST & value.keys()) >= 4 and ("code" in value or "pk" in value)


def post(item: Node, reply_to: str | None) -> Post:
    """The post an object shows. reply_to: what it stands under in its thread.

    Raises ParseError without id, code, author or the field of its words.
    """
    value = item.value
    native_id = number_of(value)
    author = item.inner("user")
    who = identity(author.value.get("pk")) or identity(author.value.get("id"))
    if native_id is None or who is None:
        raise ParseError(item.path, "expected numbers of post and author")
    told = item.inner("text_post_app_info")
    handle = author.must("username", str)
    repost, quote = _shared(told.value)
    text = _text(item, told)
    published = moment(value.get("taken_at"))
    if published is None:
        item.fault("taken_at", "expected seconds since 1970")
    return Post(
        native_id=native_id,
        author_id=who,
        author_handle=handle,
        text=text,
        published_at=published,
        url=urls.post(urls.HOST, handle, item.must("code", str)),
        media=() if repost is not None else tuple(_media(item, native_id)),
        links=_links(told.value),
        reply_to=reply_to,
        repost_of=number_of(repost) if repost else None,
        quote_of=number_of(quote) if quote else None,
        counts=_counts(item, told),
    )


def edges(item: Node, post: Post, answered: str | None) -> Iterator[Interaction]:
    """What a post does to others: names them, passes their post on, answers them.

    answered: handle of the author it answers.
    """
    value, act = item.value, (post.native_id, post.published_at)
    by = (post.author_id, post.author_handle)
    if post.reply_to is not None:
        yield Interaction(Act.COMMENT, *by, post.reply_to, *act, post.text, target_account=answered)
    told = value.get("text_post_app_info") or {}
    for shared in _shared(told):
        target = number_of(shared) if shared else None
        if target is not None:
            owner = drilled(shared, "user", "username")
            yield Interaction(Act.SHARE, *by, target, *act, target_account=owner)
    for native_id, handle in dict.fromkeys(_mentioned(told, post.text or "")):
        if native_id or handle:
            yield Interaction(
                Act.MENTION, *by, native_id or handle or "", *act, target_account=handle
            )
    tagged = drilled(value, "usertags", "in")
    for entry in tagged if isinstance(tagged, list) else ():
        native_id = identity(drilled(entry, "user", "pk")) or identity(drilled(entry, "user", "id"))
        if native_id:
            handle = drilled(entry, "user", "username")
            yield Interaction(Act.TAG, *by, native_id, *act, target_account=handle)


def number_of(value: dict[str, Any]) -> str | None:
    """The number of a post: `pk`, or the first half of `id`, or what its code stands for."""
    for name in ("pk", "id"):
        found = (identity(value.get(name)) or "").partition("_")[0]
        if found.isdecimal():
            return found
    return None


def unavailable(value: dict[str, Any]) -> str | None:
    """The platform's own word for why a post is shown as not available; None when it is there."""
    told = value.get("text_post_app_info")
    if not isinstance(told, dict):
        return None
    reason = told.get("post_unavailable_reason")
    if told.get("is_post_unavailable") is True or reason or told.get("post_tombstone_info"):
        return (
            f"post_unavailable_reason: {reason}" if isinstance(reason, str) else "post_unavailable"
        )
    return None


def _shared(told: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """(what a post passes on as it is, what it quotes)."""
    info = told.get("share_info")
    found = [drilled(info, name) for name in ("reposted_post", "quoted_post")]
    attached = drilled(info, "quoted_attachment_post")
    repost, quote = (each if isinstance(each, dict) else None for each in found)
    return repost, quote or (attached if isinstance(attached, dict) else None)


def _text(item: Node, told: Node) -> str:
    """Words of a post: its caption's, which is null for a post without any."""
    if "caption" not in item.value:
        raise ParseError(f"{item.path}.caption", "expected words, found nothing")
    caption = item.exact("caption", dict)
    if caption is not None:
        said = caption.get("text")
        if not isinstance(said, str):
            raise ParseError(f"{item.path}.caption.text", "expected words")
        return said
    parts = [part.get("plaintext") or "" for part in _fragments(told.value) or ()]
    if not all(isinstance(part, str) for part in parts):
        raise ParseError(f"{told.path}.text_fragments", "expected words")
    return "".join(parts)


def _fragments(told: dict[str, Any]) -> list[dict[str, Any]] | None:
    found = drilled(told, "text_fragments", "fragments")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else None


def _links(told: dict[str, Any]) -> tuple[str, ...]:
    found = [
        drilled(part, "link_fragment", "uri") or drilled(part, "link_fragment", "url")
        for part in _fragments(told) or ()
    ]
    found.append(drilled(told, "link_preview_attachment", "url"))
    return tuple(dict.fromkeys(urls.outward(link) for link in found if isinstance(link, str)))


def _mentioned(told: dict[str, Any], text: str) -> Iterator[tuple[str | None, str | None]]:
    parts = _fragments(told)
    if parts is None:
        yield from ((None, name) for name in MENTION.findall(text))
    for part in parts or ():
        user = drilled(part, "mention_fragment", "mentioned_user")
        if isinstance(user, dict):
            handle = user.get("username")
            native_id = identity(user.get("pk")) or identity(user.get("id"))
            yield native_id, handle if isinstance(handle, str) else None


def _media(item: Node, native_id: str) -> Iterator[Media]:
    value = item.value
    parts = value.get("carousel_media")
    if parts is None:
        found = medium(value, native_id)
        if found is not None:
            yield found
        elif value.get("media_type") in (1, 2, 8):
            item.fault("image_versions2", "expected pictures or videos, found none")
        return
    if not isinstance(parts, list):
        raise ParseError(f"{item.path}.carousel_media", "expected a list")
    if not parts and value.get("media_type") == 8:
        item.fault("carousel_media", "expected the parts of a carousel, found none")
    for place, part in enumerate(parts):
        found = medium(part, number_of(part)) if isinstance(part, dict) else None
        if found is None:
            raise ParseError(f"{item.path}.carousel_media[{place}]", "expected a picture or video")
        yield found


def _counts(item: Node, told: Node) -> Counts:
    hidden = item.value.get("like_and_view_counts_disabled") is True
    like = None if hidden else number(item.value.get("like_count"))
    comment = number(told.value.get("direct_reply_count"))
    if like is None and comment is None and not hidden:
        item.fault("like_count", "expected a count of likes or replies, found none")
    return Counts(like=like, share=number(told.value.get("repost_count")), comment=comment)

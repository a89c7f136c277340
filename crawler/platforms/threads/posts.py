"""Posts of Threads and what they lead to.

Read on purpose not: transcripts, translations, votes of polls, pins, what a viewer may do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.threads import urls, words
from crawler.relay import drilled
from crawler.sight import hides_figures, identity, is_set, moment, number
from crawler.sight import number_of as account_number
from crawler.take import Node
from crawler.variant import is_address, lost_film, medium
from evidence.errors import ParseError
from evidence.model import Act, Counts, Interaction, Media, Post

OF_POST = frozenset(
    ("caption", "taken_at", "text_post_app_info", "like_count", "image_versions2", "media_type",
     "user")
)  # fmt: skip
SHARED = ("reposted_post", "quoted_post", "quoted_attachment_post")
ASIDE = (
    ("giphy_media_info", ("images", "fixed_height", "url"), "image"),
    ("audio", ("audio_src",), "audio"),
)
"""Media that stand in fields of their own: a moving picture from a library, a spoken post."""
GONE_QUOTE = "quoted_attachment_post_unavailable"
"""Set where a post quotes one that is not there any more, and may hold nothing else."""
BEYOND = ("poll_attachment_info", "game_score_share_info",
          "platform_podcast_info", "platform_podcast_episode_info", "attachment_tombstone_info")  # fmt: skip
"""Attachments that are not read; a post may hold nothing else than one."""


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
    who = account_number(author.value)
    if native_id is None or who is None:
        raise ParseError(item.path, "expected numbers of post and author")
    told = item.inner("text_post_app_info")
    handle = author.must("username", str)
    repost, quote = _shared(told)
    text = words.text(item, told)
    published = moment(value.get("taken_at"))
    if published is None:
        item.fault("taken_at", "expected seconds since 1970")
    media = () if repost is not None else tuple(_media(item, told, native_id))
    links = words.links(told)
    if is_newer(told.value) and "text_fragments" not in told.value:
        told.fault("text_fragments", "expected the parts of the words, or null")
    if not (text or media or links or repost or quote or kept_back(value)):
        item.fault("caption", "expected words, media, a link or a post that is passed on")
    return Post(
        native_id=native_id,
        author_id=who,
        author_handle=handle,
        text=text,
        published_at=published,
        url=urls.post(urls.HOST, handle, item.must("code", str)),
        media=media,
        links=links,
        reply_to=reply_to,
        repost_of=number_of(repost) if repost else None,
        quote_of=number_of(quote) if quote else None,
        counts=_counts(item, told),
    )


def edges(item: Node, post: Post, answered: str | None) -> Iterator[Interaction]:
    """What a post does to others: names them, passes their post on, answers them.

    answered: handle of the author it answers.
    """
    act = (post.native_id, post.published_at)
    by = (post.author_id, post.author_handle)
    told = item.inner("text_post_app_info")
    if post.reply_to is not None:
        yield Interaction(Act.COMMENT, *by, post.reply_to, *act, post.text, target_account=answered)
    info = told.value.get("share_info")
    for target in (post.repost_of, post.quote_of):
        if target is not None:
            shared = (drilled(info, name) for name in SHARED)
            of = next((s for s in shared if isinstance(s, dict) and number_of(s) == target), {})
            owner = of.get("user")
            yield Interaction(Act.SHARE, *by, target, *act, target_account=words.who(owner)[1])
    for native_id, handle in dict.fromkeys(words.mentioned(told, post.text or "")):
        named = native_id or handle or ""
        yield Interaction(Act.MENTION, *by, named, *act, target_account=handle)
    for native_id, handle in _tagged(item):
        named = native_id or handle or ""
        yield Interaction(Act.TAG, *by, named, *act, target_account=handle)


def _tagged(item: Node) -> Iterator[tuple[str | None, str | None]]:
    """(number, handle) of everybody tagged in the pictures."""
    tags = item.may("usertags", dict)
    listed = drilled(tags, "in")
    if tags is not None and not isinstance(listed, list):
        item.fault("usertags.in", "expected a list")
    for entry in listed if isinstance(listed, list) else ():
        native_id, handle = words.who(drilled(entry, "user"))
        if native_id or handle:
            yield native_id, handle
        else:
            item.fault("usertags.in[].user", "expected an account")


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
    if is_set(told.get("is_post_unavailable")) or reason or told.get("post_tombstone_info"):
        return (
            f"post_unavailable_reason: {reason}" if isinstance(reason, str) else "post_unavailable"
        )
    return None


def kept_back(value: dict[str, Any]) -> str | None:
    """What a post holds and is not shown: a film without its file; or is not read: a poll."""
    if value.get("media_type") == 2 and not value.get("video_versions"):
        return "no film"
    told = value.get("text_post_app_info")
    if is_set(drilled(told, "share_info", GONE_QUOTE)):
        return GONE_QUOTE
    return next((name for name in BEYOND if drilled(told, name) is not None), None)


def is_newer(told: dict[str, Any]) -> bool:
    """Whether a post is written as since 2024, with all its figures and its words in fragments."""
    figures = {"repost_count", "quote_count", "reshare_count", "direct_reply_count"}
    return len(figures & told.keys()) >= 2


def _shared(told: Node) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """(what a post passes on as it is, what it quotes). Not told is a fault: a repost without it
    would read as words of the account's own.
    """
    info = told.want("share_info", dict)
    if info is None:
        return None, None
    found = Node(info, f"{told.path}.share_info", told.faults)
    repost, quote = (found.known(name, dict) for name in SHARED[:2])
    quote = quote or found.may(SHARED[2], dict)
    for shared in (repost, quote):
        if shared is not None and number_of(shared) is None:
            found.fault("quoted_post", "expected the number of the post that is passed on")
    return repost, quote


def _media(item: Node, told: Node, native_id: str) -> Iterator[Media]:
    """Pictures, films and sounds: the post's own, or the one that stands in its words."""
    value = item.value
    parts = item.may("carousel_media", list)
    if not parts and value.get("media_type") == 8:
        item.fault("carousel_media", "expected the parts of a carousel, found none")
    if parts is None:
        inline = told.may("linked_inline_media", dict)
        yield from _sole(item, native_id)
        if inline is not None:
            yield from _sole(Node(inline, "linked_inline_media", item.faults), number_of(inline))
        return
    for place, part in enumerate(parts):
        found = medium(part, number_of(part)) if isinstance(part, dict) else None
        if found is None:
            raise ParseError(f"{item.path}.carousel_media[{place}]", "expected a picture or video")
        if lost_film(part):
            item.fault("carousel_media[].video_versions", "expected a list of films, or null")
        yield found


def _sole(item: Node, native_id: str | None) -> Iterator[Media]:
    value = item.value
    found = medium(value, native_id)
    if lost_film(value):
        item.fault("video_versions", "expected a list of films, or null")
    if found is not None:
        yield found
    elif value.get("media_type") in (1, 2, 8):
        item.fault("image_versions2", "expected pictures or videos, found none")
    for name, path, kind in ASIDE:
        inner = item.may(name, dict)
        address = drilled(inner, *path)
        if is_address(address):
            yield Media(address, kind, None, f"{native_id}:{name}")
        elif inner is not None:
            item.fault(name, "expected an address")


def _counts(item: Node, told: Node) -> Counts:
    """Figures; the field that holds one has to be there, and may be null.

    Pages of 2023 had fewer: those of answers and reposts are due where their siblings stand.
    """
    hidden = hides_figures(item.value)
    like = _count(item, "like_count")
    share, comment = (
        _count(told, name) if is_newer(told.value) else number(told.value.get(name))
        for name in ("repost_count", "direct_reply_count")
    )
    return Counts(like=None if hidden else like, share=share, comment=comment)


def _count(item: Node, name: str) -> int | None:
    """A figure that may be null. Another kind of thing in its place is a fault."""
    found = item.value.get(name, "nothing")
    counted = number(found)
    if counted is None and found not in (None, -1):  # as Instagram writes what is hidden
        item.fault(name, "expected a count, or null")
    return counted

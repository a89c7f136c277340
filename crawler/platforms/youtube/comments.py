"""Comments and replies: who wrote them, to which video or community post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.youtube import urls
from crawler.platforms.youtube.sight import Sight
from crawler.platforms.youtube.tree import (
    first,
    inside,
    mutations,
    needed,
    nodes,
    objects,
    text_at,
)
from crawler.platforms.youtube.words import is_cut, written
from evidence.errors import ParseError
from evidence.model import Act, Interaction, SeenState

ENTITY = "commentEntityPayload"
THREADS = ("commentThreadRenderer", "commentViewModel", "commentRenderer")
HEADER = "commentsHeaderRenderer"
CLOSED = "messageRenderer in place of comments"
"""Marker of a video whose comments are turned off; it has none to be seen, and may have had some."""


def are_in(data: dict[str, Any]) -> bool:
    """Whether an answer brings comments, or the head of their list."""
    return first(data, HEADER, *THREADS) is not None or any(
        name == ENTITY for _, name, _ in mutations(data)
    )


def are_closed(actions: list[dict[str, Any]], items: list[dict[str, Any]]) -> bool:
    """Whether a list of comments holds a message and nothing else: they are turned off."""
    place = any("comments" in str(one.get("targetId")) for one in actions)
    return place and bool(items) and all("messageRenderer" in item for item in items)


def read(data: dict[str, Any], sight: Sight) -> None:
    """Every comment as an edge to its video; those written to other comments are too.

    Their times are relative (`5 years ago`), so none is given. A comment that is announced and
    whose text does not come is drift.
    """
    subject = _subject(data, sight.url)
    if subject is None:
        sight.fault("comments: name no video or post they are to")
        return
    entities = {key: one for key, name, one in mutations(data) if name == ENTITY}
    older = [one for name, one in nodes(data, "commentRenderer")]
    for read_one, many in ((_entity, list(entities.values())), (_renderer, older)):
        for index, one in enumerate(many):
            try:
                sight.edges.setdefault(read_one(one, subject, index))
            except ParseError as error:
                sight.fault(f"{error.what}: {error.why}")
    _announced(data, set(entities), len(older), sight)
    sight.next += _onward(data)
    if not sight.edges and not sight.faults:
        sight.state(None, SeenState.PRESENT, "commentsHeaderRenderer without comments")


def _announced(data: dict[str, Any], keys: set[str], older: int, sight: Sight) -> None:
    models = [one for _, one in nodes(data, "commentViewModel") if "commentViewModel" not in one]
    missing = [one for one in models if str(one.get("commentKey")) not in keys]
    if missing:
        sight.fault(f"comments: {len(missing)} of {len(models)} without their entity")
    threads = len(nodes(data, "commentThreadRenderer"))
    if threads > len(models) + older:
        sight.fault(f"comments: {threads} threads with {len(models) + older} comments")


def _entity(one: dict[str, Any], subject: str, index: int) -> Interaction:
    where = f"{ENTITY}[{index}]"
    author = text_at(one, "author.channelId") or text_at(
        one, "author.channelCommand.innertubeCommand.browseEndpoint.browseId"
    )
    if author is None:
        raise ParseError(f"{where}.author.channelId", "expected text, found nothing")
    content = inside(one, "properties.content")
    text = "" if content == {} else written(content)
    if text is None:
        raise ParseError(f"{where}.properties.content", "expected text, found nothing")
    if is_cut(text):
        raise ParseError(f"{where}.properties.content", "an address is shortened, and to where?")
    native_id = needed(one, "properties.commentId", where)
    handle = _handle(text_at(one, "author.displayName"))
    return Interaction(Act.COMMENT, author, handle, subject, native_id, None, text)


def _renderer(one: dict[str, Any], subject: str, index: int) -> Interaction:
    where = f"commentRenderer[{index}]"
    author = needed(one, "authorEndpoint.browseEndpoint.browseId", where)
    text = "" if one.get("contentText") == {} else written(one.get("contentText"))
    if text is None:
        raise ParseError(f"{where}.contentText", "expected text, found nothing")
    if is_cut(text):
        raise ParseError(f"{where}.contentText", "an address is shortened, and to where?")
    native_id = needed(one, "commentId", where)
    handle = urls.handle_in(inside(one, "authorEndpoint.browseEndpoint.canonicalBaseUrl"))
    return Interaction(
        Act.COMMENT, author, handle or _handle(written(one.get("authorText"))), subject, native_id,
        None, text,
    )  # fmt: skip


def _handle(name: str | None) -> str | None:
    """Handle of a commentator; older answers give a display name instead, which is none."""
    return name[1:] or None if name and name.startswith("@") else None


def _subject(data: dict[str, Any], url: str) -> str | None:
    """The video or community post the comments are to, by what each comment links."""
    for _, _, entity in mutations(data):
        for _, end in nodes(entity.get("publishedTimeCommand"), "watchEndpoint"):
            if text_at(end, "videoId"):
                return str(end["videoId"])
    for place in _links(data):
        if found := urls.post_of(place) or urls.video_of(place):
            return found
    if found := urls.video_of(url) or urls.post_of(url):
        return found
    tokens = (text_at(one, "token") for _, one in nodes(data, "continuationCommand"))
    return next((v for token in tokens if (v := urls.packed_video(token))), None)


def _links(data: dict[str, Any]) -> Iterator[str]:
    """Addresses that comments give as their own place."""
    for _, one in nodes(data, "commentRenderer"):
        for _, end in nodes(one.get("publishedTimeText"), "watchEndpoint"):
            yield f"/watch?v={end.get('videoId')}"
        for _, meta in nodes(one.get("publishedTimeText"), "webCommandMetadata"):
            yield str(meta.get("url"))
    for _, _, entity in mutations(data):
        for _, meta in nodes(entity.get("publishedTimeCommand"), "webCommandMetadata"):
            yield str(meta.get("url"))


def _onward(data: dict[str, Any]) -> Iterator[str]:
    """The next page of comments, then the replies to each comment that has more of them."""
    for token in _tokens(data):
        yield urls.onward("next", token)
    for _, thread in nodes(data, "commentThreadRenderer"):
        replies = first(thread, "commentRepliesRenderer")
        of = text_at(first(thread, "commentViewModel") or {}, "commentViewModel.commentId") or (
            text_at(first(thread, "commentRenderer") or {}, "commentId")
        )
        command = first(replies, "continuationCommand") or {}
        if text_at(command, "token"):
            yield urls.onward("next", command["token"], of or "-")


def _tokens(data: dict[str, Any]) -> Iterator[str]:
    """Tokens of continuation items that stand in the list itself, not inside a thread."""
    for name in ("reloadContinuationItemsCommand", "appendContinuationItemsAction"):
        for _, command in nodes(data, name):
            for item in objects(command.get("continuationItems")):
                told = item.get("continuationItemRenderer")
                token = text_at(first(told, "continuationCommand") or {}, "token")
                if isinstance(told, dict) and token:
                    yield token

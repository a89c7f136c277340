"""Answers of the YouTube Data API, version 3.

Source: developers.google.com/youtube/v3/docs (channels, playlistItems, videos, commentThreads,
comments, errors). Subscriber figures are rounded by the interface itself.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from crawler.official.answer import (
    REFUSED,
    Answer,
    asked,
    document,
    inner,
    moment,
    number,
    rows,
    with_query,
    words,
)
from crawler.page import Page
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Interaction,
    Media,
    Post,
    Reading,
    SeenState,
)

READ_BY = "official.youtube@1"
API = "https://www.googleapis.com/youtube/v3"
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
SIZES = ("maxres", "standard", "high", "medium", "default")
AT_ONCE = 50
"""Videos one question may name, by the interface's own limit."""


def read(page: Page) -> Reading | None:
    """What one answer shows; None for a page that is no answer of this interface."""
    if b'"youtube#' not in page.body and not page.url.startswith(API):
        return None
    value = document(page)
    if value is None:
        return None
    kind = value.get("kind")
    answer = Answer(page.url)
    if isinstance(value.get("error"), dict):
        _error(page, value["error"], answer)
    elif isinstance(kind, str) and kind in KINDS:
        KINDS[kind](value, answer)
        _onward(value, answer)
    else:
        answer.fault("$.kind", "no answer that is known")
    return answer.reading(READ_BY)


def first(native_id: str | None, handle: str) -> str:
    """The address that resolves a channel."""
    name = {"id": native_id} if native_id else {"forHandle": f"@{handle.lstrip('@')}"}
    part = "snippet,statistics,contentDetails,status"
    return f"{API}/channels?{urlencode({'part': part, **name})}"


def engaged(native_id: str) -> tuple[str, ...]:
    """Addresses that show who acted on a video: comments; likes are counts alone."""
    query = {"part": "snippet,replies", "videoId": native_id, "maxResults": "100"}
    return (f"{API}/commentThreads?{urlencode(query)}",)


def _error(page: Page, error: dict[str, Any], answer: Answer) -> None:
    reason = words(inner(next(iter(rows(error.get("errors"))), None), "reason"))
    marker = f"HTTP {page.status} {reason or error.get('status') or ''}".strip()
    if reason == "commentsDisabled":
        answer.page(SeenState.PRESENT, marker)
    elif page.status in REFUSED or page.status >= 500 or page.status == 400:
        answer.page(SeenState.BLOCKED, marker)
    else:
        answer.page(SeenState.UNSEEN, marker)


def _onward(value: dict[str, Any], answer: Answer) -> None:
    token = words(value.get("nextPageToken"))
    if token:
        answer.next.append(with_query(answer.url, pageToken=token))


def _channels(value: dict[str, Any], answer: Answer) -> None:
    found = rows(value.get("items"))
    for row in found:
        native_id = words(row.get("id"))
        if native_id is None:
            answer.fault("$.items[].id", "expected text")
            continue
        said, counts = inner(row, "snippet"), inner(row, "statistics")
        handle = (words(inner(said, "customUrl")) or "").lstrip("@") or None
        figures = AccountCounts(
            post=number(inner(counts, "videoCount")),
            approximate=_pair("follower", number(inner(counts, "subscriberCount"))),
        )
        answer.accounts.append(
            AccountSeen(native_id, handle, words(inner(said, "title")), SeenState.PRESENT, figures)
        )
        uploads = words(inner(row, "contentDetails", "relatedPlaylists", "uploads"))
        if uploads:
            query = {"part": "contentDetails", "playlistId": uploads, "maxResults": str(AT_ONCE)}
            answer.next.append(f"{API}/playlistItems?{urlencode(query)}")
    name = asked(answer.url).get("id") or asked(answer.url).get("forHandle", "").lstrip("@")
    if not found and inner(value, "pageInfo", "totalResults") == 0 and name:
        answer.state(f"account:{name}", SeenState.ABSENT, "channelListResponse totalResults 0")
    elif not found:
        answer.fault("$.items", "expected channels")


def _playlist(value: dict[str, Any], answer: Answer) -> None:
    held = rows(value.get("items"))
    videos = [words(inner(row, "contentDetails", "videoId")) for row in held]
    named = [video for video in videos if video]
    if len(named) < len(held) or not isinstance(value.get("items"), list):
        answer.fault("$.items[].contentDetails.videoId", "expected text")
    answer.page(SeenState.PRESENT, "youtube#playlistItemListResponse")
    if named:
        query = {"part": "snippet,statistics,status", "id": ",".join(named)}
        answer.next.append(f"{API}/videos?{urlencode(query)}")


def _videos(value: dict[str, Any], answer: Answer) -> None:
    held = rows(value.get("items"))
    for row in held:
        post = _video(row)
        if post is None:
            answer.fault("$.items[]", "expected id and snippet of a video")
        else:
            answer.posts.append(post)
    wanted = {video for video in asked(answer.url).get("id", "").split(",") if video}
    for video in sorted(wanted - {post.native_id for post in answer.posts}):
        answer.state(f"post:{video}", SeenState.UNSEEN, "videoListResponse without it")
    if not held and not wanted:
        answer.fault("$.items", "expected videos")


def _video(row: dict[str, Any]) -> Post | None:
    video, said, counts = words(row.get("id")), inner(row, "snippet"), inner(row, "statistics")
    author, title = words(inner(said, "channelId")), words(inner(said, "title"))
    if video is None or author is None or title is None:
        return None
    about = words(inner(said, "description")) or ""
    text = f"{title.strip()}\n\n{about.strip()}".strip()
    pictures = (words(inner(said, "thumbnails", size, "url")) for size in SIZES)
    cover = next((url for url in pictures if url), None)
    return Post(
        native_id=video, author_id=author, author_handle=None, text=text,
        published_at=moment(inner(said, "publishedAt")),
        url=f"https://www.youtube.com/watch?v={video}",
        media=(Media(cover, "image", key=f"cover {video}"),) if cover else (),
        links=tuple(dict.fromkeys(ADDRESS.findall(text))),
        counts=Counts(
            like=number(inner(counts, "likeCount")), view=number(inner(counts, "viewCount")),
            comment=number(inner(counts, "commentCount")),
        ),
    )  # fmt: skip


def _threads(value: dict[str, Any], answer: Answer) -> None:
    for row in rows(value.get("items")):
        _comment(inner(row, "snippet", "topLevelComment"), answer)
        for reply in rows(inner(row, "replies", "comments")):
            _comment(reply, answer)
    answer.page(SeenState.PRESENT, "youtube#commentThreadListResponse")


def _comments(value: dict[str, Any], answer: Answer) -> None:
    for row in rows(value.get("items")):
        _comment(row, answer)
    answer.page(SeenState.PRESENT, "youtube#commentListResponse")


def _comment(row: Any, answer: Answer) -> None:
    said = inner(row, "snippet")
    actor = words(inner(said, "authorChannelId", "value"))
    shown = words(inner(said, "authorDisplayName")) or ""
    target = words(inner(said, "videoId")) or asked(answer.url).get("videoId")
    native_id = words(inner(row, "id"))
    if native_id is None or target is None or not (actor or shown):
        answer.fault("$.items[].snippet", "expected a comment with author and video")
        return
    handle = shown.removeprefix("@") if shown.startswith("@") else None
    text = words(inner(said, "textOriginal")) or words(inner(said, "textDisplay"))
    at = moment(inner(said, "publishedAt"))
    answer.edges.append(Interaction(Act.COMMENT, actor, handle, target, native_id, at, text))


def _pair(name: str, value: int | None) -> tuple[tuple[str, int], ...]:
    return ((name, value),) if value is not None else ()


KINDS = {
    "youtube#channelListResponse": _channels,
    "youtube#playlistItemListResponse": _playlist,
    "youtube#videoListResponse": _videos,
    "youtube#commentThreadListResponse": _threads,
    "youtube#commentListResponse": _comments,
}

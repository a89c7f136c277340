"""Answers and exports of the TikTok Research API, version 2.

Source: developers.tiktok.com/doc/research-api-specs-query-videos, -query-user-info,
-query-video-comments. Comments come without their authors, so they are edges of nobody.
"""

from __future__ import annotations

import re
from typing import Any

from crawler.official.answer import Answer, document, inner, moment, native, number, rows, words
from crawler.page import Page
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Interaction,
    Post,
    Reading,
    SeenState,
)

READ_BY = "official.tiktok@1"
OURS = re.compile(rb'"video_description"|"log_id"|"search_id"|"parent_comment_id"')


def read(page: Page) -> Reading | None:
    """What one answer or export shows; None for a page that is none of this interface."""
    if not OURS.search(page.body):
        return None
    value = document(page)
    data = value.get("data") if value else None
    error = inner(value, "error")
    if value is None or not (isinstance(data, dict) and (isinstance(error, dict) or _lists(data))):
        return None
    answer = Answer(page.url)
    code = words(inner(error, "code")) or "ok"
    if code != "ok":
        answer.page(SeenState.BLOCKED, code)
        return answer.reading(READ_BY)
    _data(data, answer)
    if not (answer.posts or answer.accounts or answer.edges or answer.states):
        answer.fault("$.data", "neither videos, comments nor a user")
    return answer.reading(READ_BY)


def _lists(data: dict[str, Any]) -> bool:
    return isinstance(data.get("videos"), list) or isinstance(data.get("comments"), list)


def _data(data: dict[str, Any], answer: Answer) -> None:
    for row in rows(data.get("videos")):
        post = _video(row)
        if post is None:
            answer.fault("$.data.videos[]", "expected id, username and create_time")
        else:
            answer.posts.append(post)
    for row in rows(data.get("comments")):
        target, comment = native(row.get("video_id")), native(row.get("id"))
        if target is None or comment is None:
            answer.fault("$.data.comments[]", "expected id and video_id")
            continue
        at, text = moment(row.get("create_time")), words(row.get("text"))
        answer.edges.append(Interaction(Act.COMMENT, None, None, target, comment, at, text))
    if data.get("videos") == [] or data.get("comments") == []:
        answer.page(SeenState.PRESENT, "empty list")
    if "follower_count" in data:
        counts = AccountCounts(
            number(data.get("follower_count")), number(data.get("following_count")),
            number(data.get("video_count")),
        )  # fmt: skip
        handle = words(data.get("username"))
        answer.accounts.append(
            AccountSeen(None, handle, words(data.get("display_name")), SeenState.PRESENT, counts)
        )


def _video(row: dict[str, Any]) -> Post | None:
    video, name, at = native(row.get("id")), words(row.get("username")), row.get("create_time")
    published = moment(at)
    if video is None or name is None or published is None:
        return None
    return Post(
        native_id=video, author_id=None, author_handle=name,
        text=words(row.get("video_description")) or "", published_at=published,
        url=f"https://www.tiktok.com/@{name}/video/{video}",
        counts=Counts(
            like=number(row.get("like_count")), share=number(row.get("share_count")),
            comment=number(row.get("comment_count")), view=number(row.get("view_count")),
        ),
    )  # fmt: skip

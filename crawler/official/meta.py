"""Exports of the Meta Content Library: posts of Facebook, Instagram and Threads, as JSON or CSV.

Source: developers.facebook.com/docs/content-library-and-api (posts). Ids are the library's own and
are no ids of the platform, so they are marked `mcl:`; owners are known by their user names.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from crawler.official.answer import Answer, inner, moment, native, number, rows, words
from crawler.page import Page
from evidence.model import Counts, Media, Post, Reading, SeenState

READ_BY = "official.meta@1"
FIELDS_BYTES = 2_000_000
"""Longest cell of a CSV."""
KINDS = {"photo": "image", "image": "image", "video": "video", "reel": "video"}


def read(page: Page) -> Reading | None:
    """What an export shows; None for a page that is none."""
    if b"mcl_url" not in page.body and b"post_owner" not in page.body:
        return None
    held = _json(page.body) if page.body.lstrip()[:1] in (b"{", b"[") else _csv(page)
    if held is None:
        return None
    answer = Answer(page.url)
    for row in held:
        post = _post(row)
        if post is None:
            answer.fault("$.data[]", "expected id, post_owner and creation_time")
        else:
            answer.posts.append(post)
    if not held:
        answer.page(SeenState.PRESENT, "empty export")
    return answer.reading(READ_BY)


def _json(body: bytes) -> list[dict[str, Any]] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    held = value.get("data") if isinstance(value, dict) else value
    found = rows(held)
    sound = isinstance(held, list) and (
        not found or "post_owner" in found[0] or "mcl_url" in found[0]
    )
    return found if sound else None


def _csv(page: Page) -> list[dict[str, Any]] | None:
    """Rows whose columns `a.b` are fields within fields."""
    csv.field_size_limit(FIELDS_BYTES)
    try:
        table = list(csv.DictReader(io.StringIO(page.text().removeprefix("\ufeff"))))
    except csv.Error:
        return None
    if not table or not any(str(name).startswith(("post_owner", "mcl_url")) for name in table[0]):
        return None
    return [_nested(row) for row in table]


def _nested(row: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        outer, dot, rest = str(name).partition(".")
        if dot:
            holder = found.setdefault(outer, {})
            if isinstance(holder, dict):
                holder[rest] = value
        else:
            found.setdefault(outer, value)
    return found


def _post(row: dict[str, Any]) -> Post | None:
    native_id, owner = native(row.get("id")), row.get("post_owner")
    handle = words(inner(owner, "username")) or words(inner(owner, "name"))
    published = moment(row.get("creation_time"))
    if native_id is None or handle is None or published is None:
        return None
    figures = row.get("statistics")
    likes = number(inner(figures, "like_count"))
    reactions = number(inner(figures, "reaction_count"))
    edited = moment(row.get("modified_time"))
    return Post(
        native_id=f"mcl:{native_id}", author_id=None, author_handle=handle,
        text=words(row.get("text")) or "", published_at=published,
        edited_at=edited if edited and edited > published else None,
        url=words(row.get("mcl_url")),
        media=tuple(_media(row)),
        links=tuple(u for u in [words(inner(row, "link_attachment", "link"))] if u),
        counts=Counts(
            like=reactions if reactions is not None else likes,
            share=number(inner(figures, "share_count")),
            comment=number(inner(figures, "comment_count")), view=number(inner(figures, "views")),
        ),
    )  # fmt: skip


def _media(row: dict[str, Any]) -> list[Media]:
    found = []
    for item in rows(row.get("multimedia")):
        url = words(item.get("url"))
        if url:
            kind = KINDS.get(str(item.get("type")).lower(), "unknown")
            found.append(Media(url, kind, key=native(item.get("id"))))
    return found

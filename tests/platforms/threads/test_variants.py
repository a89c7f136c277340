"""Answers of Threads that vary from one another: what is hidden, what is gone, lists with nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import Counts, Reading, SeenState

HOST = "https://www.threads.com"
NUMBER, CODE = "3801200000000000411", "DTAk0KoNwGb"


def post(info: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    told = {
        "is_reply": False, "reply_to_author": None, "repost_count": 1, "direct_reply_count": 2,
        "quote_count": 0, "reshare_count": None, "text_fragments": None,
        "share_info": {"quoted_post": None, "reposted_post": None}, **(info or {}),
    }  # fmt: skip
    return {
        "pk": NUMBER, "id": f"{NUMBER}_5501000001", "code": CODE, "taken_at": 1780300800,
        "caption": {"text": "Rapat"}, "like_count": 7, "media_type": 19, "image_versions2": None,
        "video_versions": None, "like_and_view_counts_disabled": False,
        "user": {"pk": "5501000001", "username": "lurahcontoh"}, "text_post_app_info": told, **said,
    }  # fmt: skip


def shown(data: dict[str, Any], url: str = f"{HOST}/@lurahcontoh/post/{CODE}") -> Reading:
    value = {"data": data, "extensions": {"is_final": True}}
    return read("threads", Page(url, 200, {}, json.dumps(value).encode()))


def of(value: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"edges": [{"node": {"thread_items": [{"post": value}]}}], "page_info": {}}}


@pytest.mark.parametrize(
    "said",
    [
        {"like_and_view_counts_disabled": True},
        {"is_like_and_view_counts_disabled": True},
        {"like_and_view_counts_disabled": 1},
        {"like_count": None},
        {"like_count": -1},
    ],
)
def test_hidden_likes_are_not_shown_and_no_drift(said: dict[str, Any]) -> None:
    reading = shown(of(post(**said)))

    assert reading.posts[0].counts == Counts(share=1, comment=2)
    assert reading.drift == ()


def test_a_post_that_quotes_what_is_gone_is_a_post_and_says_so() -> None:
    share = {"quoted_post": None, "reposted_post": None, "quoted_attachment_post_unavailable": True}

    reading = shown(of(post({"share_info": share}, caption=None)))

    assert [(p.native_id, p.text) for p in reading.posts] == [(NUMBER, "")]
    assert [(s.subject, s.state) for s in reading.states] == [
        (f"page:{HOST}/@lurahcontoh/post/{CODE}#{NUMBER}", SeenState.UNSEEN)
    ]
    assert reading.drift == ()
    assert shown(of(post(caption=None))).drift


@pytest.mark.parametrize(
    ("data", "url"),
    [
        ({"mediaData": {"edges": [], "page_info": {"has_next_page": False}}}, "/@lurahcontoh"),
        ({"edges": [], "page_info": {"has_next_page": False}}, "/@lurahcontoh"),
        ({"edges": [], "page_info": {"has_next_page": False}}, ""),
    ],
)
def test_an_empty_list_without_its_account_is_not_seen(data: dict[str, Any], url: str) -> None:
    reading = shown(data if "mediaData" in data else {"data": data}, url and HOST + url)

    assert not reading.empty
    assert reading.drift == ()
    assert [(s.subject.endswith("#posts"), s.state) for s in reading.states] == [
        (True, SeenState.UNSEEN)
    ]


def test_nothing_for_a_post_that_was_asked_for_is_gated() -> None:
    states = shown({"data": {"edges": [], "page_info": {}}}).states

    assert [(s.subject, s.state) for s in states] == [(f"post:{NUMBER}", SeenState.GATED)]


def test_who_likes_a_post_that_is_not_named_is_told_by_name_alone() -> None:
    reading = shown({"likers": {"users": [{"pk": "1", "username": "tono", "full_name": "T"}]}}, "")

    assert [(s.state, s.marker) for s in reading.states] == [(SeenState.PRESENT, "likers")]
    assert (reading.interactions, reading.accounts, reading.drift) == ((), (), ())


@pytest.mark.parametrize("title", ["Threads • Log in", "Threads • Masuk"])
def test_a_login_page_at_another_address_is_gated(title: str) -> None:
    body = f"<html><head><title>{title}</title></head><body></body></html>".encode()

    (state,) = read("threads", Page(f"{HOST}/@lurahcontoh", 200, {}, body)).states

    assert state.state is SeenState.GATED


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_with_data_of_somebody_else_says_nothing_of_the_account(status: int) -> None:
    """A provider's own page for what it does not serve may hold JSON as well."""
    data = '<script type="application/ld+json">{"@type": "WebSite", "name": "Penyedia"}</script>'
    body = f"<html><head><title>404</title>{data}</head><body></body></html>".encode()

    reading = read("threads", Page(f"{HOST}/@lurahcontoh", status, {}, body))

    assert reading.states == ()
    assert reading.drift

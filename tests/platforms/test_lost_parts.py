"""Parts that recorded pages have, gone or of another kind: what was in them is never lost in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler import registry
from tests.platforms import broken

HERE = Path(__file__).parent


def without(value: Any, name: str, put: Any) -> Any:
    """A value whose fields of that name hold something else; gone where that is None."""
    other = {} if put is None else {name: put}
    return broken.changed(value, name, lambda _name, _value: other)


@pytest.mark.parametrize(
    ("case", "name", "put", "told"),
    [
        ("threads/post_with_replies_of_strangers", "edges", None, "beside page_info"),
        ("threads/post_with_replies_of_strangers", "edges", "tujuh", "beside page_info"),
        (
            "threads/profile_with_quote_repost_and_pictures",
            "carousel_media",
            None,
            "carousel_media",
        ),
        ("facebook/event_with_two_hosts", "event_hosts_that_can_view_guestlist", "tujuh", "hosts"),
        ("tiktok/oembed_of_a_post", "thumbnail_url", None, "thumbnail_url: expected str"),
        ("x/conversation_answers_of_strangers_are_comments", "entities", None, "names somebody"),
        ("youtube/watch_page_of_a_video", "microformat", None, "time of the video"),
        ("youtube/watch_page_of_a_video", "contents", "tujuh", "twoColumnWatchNextResults"),
        ("x/rendered_profile", "@type", "Thing", "ProfilePage"),
    ],
)
def test_a_part_that_is_gone_is_told(case: str, name: str, put: Any, told: str) -> None:
    platform, _, which = case.partition("/")
    folder = HERE / platform / "cases" / which
    page = broken.page_of(folder)
    split = broken.split(page.body.decode("utf-8"))
    body = split.joined(lambda value: without(value, name, put)).encode()

    before = registry.read(platform, page)
    after = registry.read(platform, broken.page_of(folder, body))

    assert not [fault for fault in before.drift if told in fault.detail]
    assert [fault for fault in after.drift if told in fault.detail]

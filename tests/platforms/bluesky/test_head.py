"""Posts by the head of their page on bsky.app, and heads that lack a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Reading

BODY = (Path(__file__).parent / "cases" / "web_post_by_its_head" / "body").read_text("utf-8")


def read(old: str = "", new: str = "") -> Reading:
    assert old in BODY
    return registry.read("bluesky", Page("", 200, {}, BODY.replace(old, new).encode()))


def test_a_post_is_given_without_a_time_since_its_head_has_that_of_indexing() -> None:
    (post,) = read().posts

    assert post.text == "Rapat warga 'malam ini'.\nBawa kursi."
    assert post.published_at is None
    assert [medium.key for medium in post.media] == ["bafkreicontohgambar0001"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('rel="alternate"', 'rel="record"'),
        ('app.bsky.feed.post/3lz00009"', 'app.bsky.feed.generator/3lz00009"'),
        ('"alternateName"', '"altName"'),
        ('"@sari', '"sari'),
        ('"text": "', '"text": 7, "x": "'),
        ("DiscussionForumPosting", "Posting"),
        ('<script type="application/ld+json">{', '<script type="application/ld+json">'),
    ],
)
def test_a_head_that_lacks_a_part_is_drift(old: str, new: str) -> None:
    reading = read(old, new)

    assert reading.drift
    assert not reading.posts
    assert not reading.empty


def test_the_authors_portrait_is_no_picture_of_the_post() -> None:
    assert read("/img/feed_thumbnail/", "/img/avatar/").posts[0].media == ()

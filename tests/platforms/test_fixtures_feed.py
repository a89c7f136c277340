"""The feed readers on recorded feeds, field by field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page, utc
from evidence.model import Post, Reading

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/rss"
URL = "https://feeds.example/f"
pytestmark = pytest.mark.fixtures


def read(file: str) -> Reading:
    path = FIXTURES / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    return registry.read("feed", Page(URL, 200, {"content-type": "text/xml"}, path.read_bytes()))


def start(post: Post) -> str:
    return (post.text or "").partition("\n")[0]


@pytest.mark.parametrize(
    ("file", "title", "entries"),
    [
        ("atom_pets.xml", "Pet Secret Shopper", 10),
        ("itunes_podcast.xml", "All About Everything", 3),
        ("json_feed.json", "inessential.com", 20),
        ("techcrunch_rss.xml", "TechCrunch", 20),
    ],
)
def test_feed_reads_whole_and_without_drift(file: str, title: str, entries: int) -> None:
    reading = read(file)

    assert reading.drift == ()
    assert not reading.empty
    assert [(a.native_id, a.display_name) for a in reading.accounts] == [(URL, title)]
    assert len(reading.posts) == len({post.native_id for post in reading.posts}) == entries
    assert {post.author_id for post in reading.posts} == {URL}
    assert all(post.published_at for post in reading.posts)


def test_atom_entry_with_xhtml_title_and_content() -> None:
    post = read("atom_pets.xml").posts[0]

    assert post.native_id == "tag:typepad.com,2003:post-6a010535222d03970c017d3f3c659c970c"
    assert post.url == "http://www.petsecretshopper.com/2012/12/sentry-calming-collar.html"
    assert post.author_handle == "dogtime"
    assert (post.text or "").startswith(
        "Sentry Calming Collar for dogs\n\nThis is XHTML content.\n\nWith all of our kids home"
    )
    assert post.published_at == datetime(2012, 12, 27, 18, 32, 37, tzinfo=UTC)
    assert post.edited_at == datetime(2013, 2, 14, 20, 55, 4, tzinfo=UTC)
    assert post.counts.comment == 1
    assert "http://www.youtube.com/watch?v=aEDGdvwEp60&feature=relmfu" in post.links


def test_podcast_has_its_sound_as_media_and_reads_an_undeclared_prefix() -> None:
    posts = read("itunes_podcast.xml").posts

    assert [start(post) for post in posts] == [
        "Shake Shake Shake Your Spices",
        "Socket Wrench Shootout",
        "Red, Whine, & Blue",
    ]
    assert [post.author_handle for post in posts] == ["John Doe", "Jane Doe", "Various"]
    assert [media.url.rpartition("/")[2] for post in posts for media in post.media] == [
        "AllAboutEverythingEpisode3.m4a",
        "AllAboutEverythingEpisode2.mp3",
        "AllAboutEverythingEpisode1.mp3",
    ]
    assert {media.type for post in posts for media in post.media} == {"audio"}
    assert posts[0].published_at == datetime(2005, 6, 15, 19, tzinfo=UTC)
    assert posts[0].native_id == posts[0].url
    assert (posts[0].text or "").endswith("TOPIC: Gooseneck Options")


def test_rss_item_with_creator_content_and_pictures() -> None:
    post = read("techcrunch_rss.xml").posts[0]

    assert post.native_id == "http://techcrunch.com/?p=446154"
    assert post.url == "http://feedproxy.google.com/~r/Techcrunch/~3/kTeeGj4FnwU/"
    assert post.author_handle == "Leena Rao"
    assert start(post) == (
        "Angie’s List Sets Price Range IPO At $11 To $13 Per Share; Valued At Over $600M"
    )
    assert post.published_at == datetime(2011, 11, 2, 17, 25, 27, tzinfo=UTC)
    assert post.edited_at is None
    assert post.counts.comment == 0
    assert post.media[0].url.startswith("http://tctechcrunch2011.files.wordpress.com/2011/11/")
    assert post.media[0].type == "image"


def test_json_feed_agrees_with_its_own_json_in_every_item() -> None:
    items = (
        json.loads((FIXTURES / "json_feed.json").read_bytes())["items"] if FIXTURES.is_dir() else []
    )

    posts = read("json_feed.json").posts

    assert [post.native_id for post in posts] == [item["id"] for item in items]
    assert [post.url for post in posts] == [item["url"] for item in items]
    assert [post.published_at for post in posts] == [utc(item["date_published"]) for item in items]
    assert {post.author_handle for post in posts} == {"Brent Simmons"}
    assert start(posts[0]) == "James Dempsey and the Breakpoints Benefit App Camp for Girls"
    assert posts[0].links == (
        "https://www.classy.org/events/-/e126329",
        "http://jamesdempsey.net/2017/06/02/wwdc-in-san-jose-full-circle/",
    )

"""Feeds that were saved without the address they came from."""

from __future__ import annotations

import pytest

from crawler import registry
from crawler.page import Page

ITEM = "<item><title>Rapat warga</title><guid>r-1</guid></item>"
OWN = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="https://kabar.example/rss"/>'
SITE = "<link>https://kabar.example/</link>"


@pytest.mark.parametrize(
    ("named", "feed"),
    [
        (OWN + SITE, "https://kabar.example/rss"),
        (SITE, "https://kabar.example/"),
        ("", ""),
        ("<link>javascript:alert(1)</link>", ""),
    ],
)
def test_the_feed_is_known_by_the_address_it_gives_itself(named: str, feed: str) -> None:
    body = f"<rss version='2.0'><channel><title>Kabar</title>{named}{ITEM}</channel></rss>"
    reading = registry.read("feed", Page("", 200, {}, body.encode()))

    assert [account.native_id for account in reading.accounts] == [feed]
    assert [post.author_id for post in reading.posts] == [feed]

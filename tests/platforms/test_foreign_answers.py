"""Answers that are nobody's of the platform: a portal, a proxy, a server that took the address.

A status is not a platform's word. That something is not there, closed or empty is said only by what
the platform itself writes: its structure, its codes, its error page, its servers' names.
"""

from __future__ import annotations

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import SeenState

ADDRESSES = {
    "telegram": (
        "https://t.me/s/suaracontoh",
        "https://t.me/suaracontoh",
        "https://t.me/suaracontoh/25?embed=1&mode=tme",
    ),
    "youtube": (
        "https://www.youtube.com/channel/UCcontohcontohcontoh0001/videos",
        "https://www.youtube.com/@kampungcontoh/videos",
        "https://www.youtube.com/watch?v=contoh00001",
        "https://www.youtube.com/post/Ugkxkampung000000000000000000001",
        "https://www.youtube.com/feeds/videos.xml?channel_id=UCcontohcontohcontoh0001",
    ),
    "tiktok": (
        "https://www.tiktok.com/@sari.contoh",
        "https://www.tiktok.com/@sari.contoh/video/7400000000000000001",
        "https://www.tiktok.com/embed/@sari.contoh",
        "https://www.tiktok.com/oembed?url=https://www.tiktok.com/@s/video/7400000000000000001",
    ),
    "x": (
        "https://x.com/sari_contoh",
        "https://x.com/sari_contoh/status/2040000000000000001",
        "https://cdn.syndication.twimg.com/tweet-result?id=2040000000000000001&token=0",
        "https://publish.x.com/oembed?url=https://x.com/a/status/2040000000000000001",
    ),
    "mastodon": (
        "https://sosial.example/@sari/2001",
        "https://sosial.example/users/sari",
        "https://sosial.example/api/v1/statuses/2001",
        "https://sosial.example/api/v1/accounts/1001",
    ),
    "bluesky": (
        "https://plc.directory/did:plc:contoh234567abcdefghijkl",
        "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=sari.example",
        "https://pds.example/.well-known/did.json",
    ),
    "facebook": ("https://www.facebook.com/contoh", "https://www.facebook.com/contoh/posts/1"),
    "instagram": ("https://www.instagram.com/contoh/", "https://www.instagram.com/p/Ccontoh/"),
    "threads": ("https://www.threads.com/@contoh", "https://www.threads.com/@contoh/post/Ccontoh"),
}
BODIES = {
    "nothing": b"",
    "words": b"Not Found",
    "nginx": b"<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found"
    b"</h1></center><hr><center>nginx</center></body></html>",
    "portal": b"<!DOCTYPE html><html><head><title>Masuk Wi-Fi</title></head><body><form action='/"
    b"login'><input name=username><input type=password></form></body></html>",
    "provider": b"<html><head><title>Internet Positif</title></head><body><h1>Situs tidak dapat "
    b"diakses</h1><p>This account does not exist. Post not found. Video unavailable.</p></body>"
    b"</html>",
    "json": b'{"message":"Not Found","code":404}',
    "spring": b'{"timestamp":"2026-11-22T03:00:00Z","status":404,"error_description":"none"}',
    "data": b'<html><head><script type="application/ld+json">{"@type":"WebSite","name":"Penyedia"}'
    b'</script><script type="application/json">{"props":{"user":null,"data":{}}}</script></head>'
    b"<body><p>Halaman tidak ditemukan</p></body></html>",
    "gateway": b'{"error":"Not Found","path":"/x","status":404,"timestamp":1795000000}',
    "filter": b'{"domain":"sosial.example","error":"blocked","category":"media sosial"}',
    "list": b"[]",
    "object": b"{}",
}
STATUSES = (200, 404, 410, 403, 451)
CLOSED = {SeenState.ABSENT, SeenState.PRIVATE, SeenState.SUSPENDED}
ASKED = [
    (platform, address, status, name)
    for platform, addresses in ADDRESSES.items()
    for address in addresses
    for status in STATUSES
    for name in BODIES
]


@pytest.mark.parametrize("platform", ADDRESSES)
def test_an_answer_of_somebody_else_never_says_that_something_is_gone_or_empty(
    platform: str,
) -> None:
    for _, address, status, name in (one for one in ASKED if one[0] == platform):
        reading = read(platform, Page(address, status, {"server": "nginx"}, BODIES[name]))

        told = [(s.subject, s.marker) for s in reading.states if s.state in CLOSED]
        assert not told, (address, status, name)
        assert not reading.posts, (address, status, name)
        assert not reading.accounts, (address, status, name)
        assert not reading.empty, (address, status, name)
        assert reading.drift or reading.states, (address, status, name)


@pytest.mark.parametrize("platform", ADDRESSES)
def test_no_answer_of_somebody_else_is_twice_taken_for_a_post_that_is_not_there(
    platform: str,
) -> None:
    """UNSEEN says that the platform left the post out, which a portal cannot say."""
    for _, address, status, name in (one for one in ASKED if one[0] == platform and one[2] != 200):
        reading = read(platform, Page(address, status, {"server": "nginx"}, BODIES[name]))

        unseen = [s.subject for s in reading.states if s.state is SeenState.UNSEEN]
        assert not [s for s in unseen if s.startswith("post:")], (address, status, name)

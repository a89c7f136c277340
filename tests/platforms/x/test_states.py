"""X's sentences in place of a post or an account, and the markers beside what is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Reading, SeenState

CASES = Path(__file__).parent / "cases"
EMBED = "https://cdn.syndication.twimg.com/tweet-result?id=2040000000000000001&token=0"
ABSENT, SUSPENDED, WITHHELD = SeenState.ABSENT, SeenState.SUSPENDED, SeenState.WITHHELD
PRIVATE, GATED, BLOCKED = SeenState.PRIVATE, SeenState.GATED, SeenState.BLOCKED
TOMBSTONES = [
    ("This Post is from a suspended account. Learn more", SUSPENDED),
    ("This Tweet was deleted by the Tweet author. Learn more", ABSENT),
    ("This Post was deleted by the Post author. Learn more", ABSENT),
    ("This Post is from an account that no longer exists. Learn more", ABSENT),
    (("You’re unable to view this Post because this account owner limits who can view their Posts. "
     "Learn more"), PRIVATE),
    ("This Post violated the X Rules. Learn more", WITHHELD),
    ("This Post from @contoh has been withheld in Indonesia in response to a legal demand.",
     WITHHELD),
    ("This Post is unavailable. Learn more", GATED),
    ("Age-restricted adult content. This content might not be appropriate for people under 18.",
     GATED),
    ("Postingan ini berasal dari akun yang ditangguhkan. Pelajari selengkapnya", SUSPENDED),
    ("Postingan ini dihapus oleh penulis Postingan. Pelajari selengkapnya", ABSENT),
    ("Postingan ini berasal dari akun yang sudah tidak ada lagi.", ABSENT),
    (("Anda tidak dapat melihat Postingan ini karena pemilik akun ini membatasi siapa yang dapat "
     "melihat Postingan mereka."), PRIVATE),
    ("Postingan ini melanggar Peraturan X.", WITHHELD),
    ("Postingan ini tidak tersedia.", GATED),
]  # fmt: skip
HEADERS = [
    ("Account suspended", SUSPENDED),
    ("This account doesn’t exist", ABSENT),
    ("These posts are protected", PRIVATE),
    ("Account withheld", WITHHELD),
    ("Akun ditangguhkan", SUSPENDED),
    ("Akun ini tidak ada", ABSENT),
    ("Postingan ini dilindungi", PRIVATE),
    ("Terjadi kesalahan. Coba muat ulang.", BLOCKED),
    ("Nadie está aquí", GATED),
]


def read(url: str, value: Any) -> Reading:
    return registry.read("x", Page(url, 200, {}, json.dumps(value).encode()))


def drawn(case: str, header: str) -> Reading:
    body = (CASES / case / "body").read_text("utf-8")
    mark = f'<div data-testid="empty_state_header_text"><span>{header}</span></div>'
    body = body.replace(
        '<div data-testid="primaryColumn">', f'<div data-testid="primaryColumn">{mark}'
    )
    return registry.read("x", Page("https://x.com/contoh", 200, {}, body.encode()))


def status(**more: Any) -> dict[str, Any]:
    return {
        "id_str": "2040000000000000001", "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "full_text": "Rapat warga", "user": {"id_str": "501", "screen_name": "contoh", "name": "C"},
        "favorite_count": 1, "retweet_count": 0, "reply_count": 0, "entities": {}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), TOMBSTONES, ids=range(len(TOMBSTONES)))
def test_a_sentence_in_place_of_a_post_has_its_state(said: str, meant: SeenState) -> None:
    told = {"__typename": "TweetTombstone", "tombstone": {"text": {"text": said}}}
    (state,) = read(EMBED, told).states

    assert (state.subject, state.state) == ("post:2040000000000000001", meant)


@pytest.mark.parametrize(("said", "meant"), HEADERS, ids=range(len(HEADERS)))
def test_a_heading_in_place_of_an_account_has_its_state(said: str, meant: SeenState) -> None:
    reading = drawn("rendered_page_that_failed_is_blocked", said)

    assert meant in [state.state for state in reading.states]


@pytest.mark.parametrize("said", ["@contoh hasn’t posted", "@contoh belum memposting"])
def test_a_page_that_says_nothing_was_posted_is_no_proof_beside_a_count_of_posts(said: str) -> None:
    counts = drawn("rendered_profile_that_counts_no_posts_is_empty", said)
    drawn_posts = drawn("rendered_profile_whose_posts_are_not_listed_is_drift", said)

    assert counts.empty
    assert not counts.states
    assert not drawn_posts.empty
    assert [state.state for state in drawn_posts.states] == [SeenState.UNSEEN]


def test_a_post_that_is_withheld_elsewhere_is_shown_and_says_so() -> None:
    reading = read(EMBED, status(withheld_in_countries=["TR", "DE"]))

    assert [post.text for post in reading.posts] == ["Rapat warga"]
    assert [(s.state, s.marker) for s in reading.states] == [
        (SeenState.PRESENT, "withheld_in_countries: DE TR")
    ]


def entry(number: int, author: int) -> dict[str, Any]:
    person = {"__typename": "User", "rest_id": str(author), "core": {
        "screen_name": f"a{author}", "name": "A"}, "legacy": {}}  # fmt: skip
    legacy = {"full_text": f"teks {number}", "created_at": "Wed Oct 10 20:19:24 +0000 2018",
              "favorite_count": 0, "retweet_count": 0, "reply_count": 0, "entities": {},
              "user_id_str": str(author)}  # fmt: skip
    held = {"__typename": "Tweet", "rest_id": str(number), "legacy": legacy,
            "core": {"user_results": {"result": person}}}  # fmt: skip
    content = {"itemType": "TimelineTweet", "tweet_results": {"result": held}}
    return {"entryId": f"profile-conversation-1-tweet-{number}", "item": {"itemContent": content}}


def test_a_stranger_above_an_answer_is_not_the_accounts_where_no_address_says_whose_it_is() -> None:
    module = {"entryType": "TimelineTimelineModule", "items": [entry(11, 900), entry(12, 501)]}
    entries = [{"entryId": "profile-conversation-1", "content": module}]
    told = {"data": {"user": {"result": {"timeline": {"timeline": {"instructions": [
        {"type": "TimelineAddEntries", "entries": entries}]}}}}}}  # fmt: skip

    assert [post.author_id for post in read("", told).posts] == ["501"]

"""Answers of Mastodon's kin, and of its other calls: read for what they show, and never as drift."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import Act, Counts, Media, Reading, SeenState, StateSeen

STREAMS = "https://www.w3.org/ns/activitystreams"
ACTOR, NOTE = "https://satu.example/u/sari", "https://satu.example/n/1"
API = "https://satu.example/api/v1"


def shown(value: Any, url: str = "", status: int = 200) -> Reading:
    return read("mastodon", Page(url, status, {}, json.dumps(value).encode()))


def note(**said: Any) -> dict[str, Any]:
    whole = {
        "@context": STREAMS, "id": NOTE, "type": "Note", "attributedTo": ACTOR,
        "content": "<p>Rapat warga</p>", "published": "2024-01-02T03:04:05Z",
    }  # fmt: skip
    return {name: value for name, value in {**whole, **said}.items() if value is not ...}


def deed(kind: str, target: Any, **said: Any) -> dict[str, Any]:
    return {"@context": STREAMS, "id": f"{NOTE}/deed", "type": kind, "actor": ACTOR,
            "object": target, **said}  # fmt: skip


def account(**said: Any) -> dict[str, Any]:
    return {
        "id": "9", "username": "sari", "acct": "sari", "display_name": "Sari", "note": "",
        "followers_count": 3, "following_count": 4, "statuses_count": 5, **said,
    }  # fmt: skip


def status(**said: Any) -> dict[str, Any]:
    whole = {
        "id": "5", "uri": NOTE, "url": NOTE, "created_at": "2024-01-02T03:04:05.000Z",
        "in_reply_to_id": None, "in_reply_to_account_id": None, "reblog": None, "spoiler_text": "",
        "content": "<p>Rapat</p>", "visibility": "public", "media_attachments": [], "mentions": [],
        "tags": [], "reblogs_count": 1, "favourites_count": 2, "replies_count": 3, "edited_at": None,
        "poll": None, "card": None, "account": account(),
    }  # fmt: skip
    return {name: value for name, value in {**whole, **said}.items() if value is not ...}


def test_a_link_beside_a_post_is_a_link_and_no_medium() -> None:
    attached = [
        {"type": "Link", "href": "https://berita.example/x"},
        {"type": "Document", "mediaType": "image/png", "url": "https://satu.example/a.png"},
        {"type": "PropertyValue", "name": "situs", "value": "https://satu.example"},
    ]

    reading = shown(note(type="Page", name="Judul", attachment=attached))

    (post,) = reading.posts
    assert (post.text, post.links) == ("Judul\n\nRapat warga", ("https://berita.example/x",))
    assert post.media == (Media("https://satu.example/a.png", "image", None),)
    assert reading.drift == ()


def test_a_film_among_the_addresses_of_a_video_is_its_medium() -> None:
    addresses = [
        {"type": "Link", "mediaType": "text/html", "href": "https://satu.example/w/1"},
        {"type": "Link", "mediaType": "video/mp4", "href": "https://satu.example/1080.mp4"},
        {"type": "Link", "mediaType": "video/mp4", "href": "https://satu.example/480.mp4"},
    ]

    (post,) = shown(note(type="Video", name="Rapat", url=addresses, views=22)).posts

    assert post.url == "https://satu.example/w/1"
    assert post.media == (Media("https://satu.example/1080.mp4", "video", None),)
    assert post.counts == Counts(view=22)


@pytest.mark.parametrize(
    "said",
    [
        {"content": ..., "contentMap": {"id": "<p>Rapat warga</p>"}},
        {"type": ["Note"]},
        {"@context": ["https://litepub.social/context.jsonld"]},
        {"attributedTo": [ACTOR, "https://satu.example/g/1"]},
    ],
)
def test_a_note_written_in_another_way_is_the_same_post(said: dict[str, Any]) -> None:
    reading = shown(note(**said))

    assert reading == shown(note())
    assert [(p.native_id, p.author_id, p.text) for p in reading.posts] == [
        (NOTE, ACTOR, "Rapat warga")
    ]


def test_a_note_without_words_in_any_field_is_drift() -> None:
    reading = shown(note(content=..., source={"content": "Rapat", "mediaType": "text/plain"}))

    assert reading.posts == ()
    assert reading.drift


@pytest.mark.parametrize("wrapper", ["Create", "Update"])
def test_a_group_that_announces_a_members_activity_passes_on_the_post_in_it(wrapper: str) -> None:
    (post,) = shown(deed("Announce", deed(wrapper, note()))).posts

    assert (post.native_id, post.repost_of) == (f"{NOTE}/deed", NOTE)


def test_a_group_that_announces_a_like_passes_on_no_post() -> None:
    reading = shown(deed("Announce", deed("Like", NOTE)))

    assert (reading.posts, reading.interactions, reading.drift) == ((), (), ())
    assert [state.state for state in reading.states] == [SeenState.PRESENT]


def test_a_repost_that_is_taken_back_by_its_author_is_absent() -> None:
    reading = shown(deed("Undo", {"type": "Announce", "id": f"{NOTE}/r", "actor": ACTOR}))

    assert reading.states == (StateSeen(f"post:{NOTE}/r", SeenState.ABSENT, "Undo"),)


@pytest.mark.parametrize(
    "undone",
    [
        {"type": "Announce", "id": f"{NOTE}/r", "actor": "https://dua.example/u/tono"},
        {"type": "Like", "id": f"{NOTE}/l", "actor": ACTOR, "object": NOTE},
        f"{NOTE}/r",
    ],
)
def test_nothing_else_that_is_undone_is_absent(undone: Any) -> None:
    reading = shown(deed("Undo", undone))

    assert [state.state for state in reading.states] == [SeenState.PRESENT]
    assert (reading.interactions, reading.drift) == ((), ())


@pytest.mark.parametrize(
    "kind", ["Accept", "Reject", "Block", "Flag", "Add", "Remove", "Move", "View", "Dislike"]
)
def test_an_activity_that_shows_nothing_is_known_by_its_name(kind: str) -> None:
    reading = shown(deed(kind, NOTE, content="laporan"))

    assert reading.states == (StateSeen(f"page:{NOTE}/deed", SeenState.PRESENT, kind),)
    assert (reading.posts, reading.interactions, reading.drift) == ((), (), ())


def test_a_private_message_is_not_looked_into() -> None:
    reading = shown(deed("Create", note(type="ChatMessage")))

    assert reading.posts == ()
    assert reading.drift == ()


@pytest.mark.parametrize(
    ("said", "status", "subject"),
    [
        ({}, 200, f"post:{NOTE}"),
        ({}, 410, f"post:{NOTE}"),
        ({"formerType": "Note"}, 410, f"post:{NOTE}"),
        ({"formerType": "Person"}, 410, f"account:{NOTE}"),
    ],
)
def test_a_tombstone_says_itself_of_what_it_is(said: Any, status: int, subject: str) -> None:
    reading = shown({"@context": STREAMS, "type": "Tombstone", "id": NOTE, **said}, "", status)

    assert reading.states == (StateSeen(subject, SeenState.ABSENT, "Tombstone"),)


def test_a_list_whose_members_are_hidden_is_sound_where_it_counts_them() -> None:
    kept = {"@context": STREAMS, "type": "OrderedCollection", "id": f"{ACTOR}/followers"}

    assert shown({**kept, "totalItems": 12}).drift == ()
    assert shown(kept).drift


def test_a_post_of_pixelfed_is_read_whole() -> None:
    photo = {"id": "1", "type": "Image", "url": "https://satu.example/a.jpg", "description": None}
    said = status(
        content="baris satu<br />\nbaris dua", pf_type="photo", replies_count=..., reply_count=7,
        media_attachments=[photo],
    )  # fmt: skip

    reading = shown(said)

    (post,) = reading.posts
    assert post.text == "baris satu\nbaris dua"
    assert post.counts == Counts(2, 1, 7)
    assert [medium.type for medium in post.media] == ["image"]
    assert reading.drift == ()


def test_a_status_older_than_the_count_of_replies_is_sound_without_it() -> None:
    older = status(replies_count=..., edited_at=..., poll=..., card=...)

    assert shown(older).drift == ()
    assert shown(older).posts[0].counts == Counts(2, 1)
    assert shown(status(replies_count=...)).drift


def test_a_count_below_zero_is_not_known_and_no_drift() -> None:
    reading = shown(account(followers_count=-1))

    (seen,) = reading.accounts
    assert (seen.counts.follower, seen.counts.post) == (None, 5)
    assert reading.drift == ()


def test_a_search_shows_the_posts_and_accounts_it_found() -> None:
    found = {"accounts": [account()], "statuses": [status()], "hashtags": []}

    reading = shown(found, f"{API}/search?q=rapat")

    assert [seen.native_id for seen in reading.accounts] == ["9"]
    assert [post.native_id for post in reading.posts] == ["5"]
    assert not shown({name: [] for name in found}).empty


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Instance", {"uri": "satu.example", "title": "", "version": "4", "stats": {}}),
        ("Domain", ["satu.example", "dua.example"]),
        ("Relationship", [dict.fromkeys(("id", "following", "followed_by", "blocking", "muting"))]),
        ("Tag", [{"name": "pilkada", "url": "u", "history": []}]),
        ("Notification", [{"id": "1", "type": "follow", "created_at": "", "account": account()}]),
        ("NodeInfo", {"version": "2.0", "software": {}, "protocols": [], "usage": {}}),
        ("WebFinger", {"subject": "acct:sari@satu.example", "links": []}),
    ],
)
def test_an_answer_that_shows_no_post_is_known_by_name(name: str, value: Any) -> None:
    reading = shown(value, f"{API}/x")

    assert reading.states == (StateSeen(f"page:{API}/x", SeenState.PRESENT, name),)
    assert (reading.posts, reading.accounts, reading.drift, reading.empty) == ((), (), (), False)


def test_versions_without_the_posts_address_are_of_nobody_and_no_drift() -> None:
    version = {"content": "<p>a</p>", "spoiler_text": "", "created_at": "2024-01-01T00:00:00.000Z",
               "account": account(), "media_attachments": [], "sensitive": False}  # fmt: skip

    named = shown([version], f"{API}/statuses/5/history")
    unnamed = shown([version])

    assert [post.native_id for post in named.posts] == ["5"]
    assert (unnamed.posts, unnamed.drift) == ((), ())
    assert [state.marker for state in unnamed.states] == ["versions of an unnamed post"]
    assert shown([status(id=...)]).drift


def test_likes_in_a_list_stay_edges_to_the_post() -> None:
    (edge,) = shown([account()], f"{API}/statuses/5/favourited_by").interactions

    assert (edge.act, edge.actor_id, edge.target) == (Act.LIKE, "9", "5")


def test_a_post_that_says_it_was_updated_when_it_was_published_is_not_edited() -> None:
    published = note()["published"]

    assert shown(note(updated=published)).posts[0].edited_at is None
    assert shown(note(updated="2024-01-02T03:04:06Z")).posts[0].edited_at is not None


def test_a_server_that_acts_for_itself_needs_no_name() -> None:
    actor = {"@context": STREAMS, "id": "https://satu.example/", "inbox": "x", "name": "Satu"}

    server, person = (shown({**actor, "type": kind}) for kind in ("Application", "Person"))

    assert [a.native_id for a in server.accounts] == ["https://satu.example/"]
    assert server.drift == ()
    assert [a.handle for a in person.accounts] == [None]
    assert person.drift


def test_a_link_beside_a_post_that_leads_nowhere_is_told() -> None:
    assert shown(note(attachment=[{"type": "Link", "name": "x"}])).drift

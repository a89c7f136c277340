"""The Mastodon and ActivityPub readers on recorded responses, field by field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler import registry
from crawler.page import Page, utc
from evidence.model import Act, Counts, Reading, SeenState

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures"
pytestmark = pytest.mark.fixtures


def exchanges(file: str) -> list[Page]:
    """The exchanges of one recorded cassette, in order."""
    path = FIXTURES / "mastodon" / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    kept = yaml.safe_load(path.read_text("utf-8"))
    return [_page(kept_one) for kept_one in kept.get("http_interactions") or kept["interactions"]]


def _page(kept: dict[str, Any]) -> Page:
    answer = kept["response"]
    status = answer["status"] if isinstance(answer["status"], int) else answer["status"]["code"]
    headers = {
        name.lower(): value if isinstance(value, str) else ", ".join(map(str, value))
        for name, value in answer["headers"].items()
    }
    return Page(kept["request"]["uri"], status, headers, answer["body"]["string"].encode())


def read(file: str, index: int = 0) -> Reading:
    return registry.read("mastodon", exchanges(file)[index])


def read_document(file: str) -> Reading:
    path = FIXTURES / "activitypub" / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    headers = {"content-type": "application/activity+json"}
    return registry.read("mastodon", Page("https://x.example/y", 200, headers, path.read_bytes()))


def test_account_shows_id_handle_and_exact_figures() -> None:
    (account,) = read("account.yml").accounts

    assert (account.native_id, account.handle) == ("109302436954721982", "schochastics")
    assert (account.display_name, account.state) == ("David Schoch", SeenState.PRESENT)
    assert account.counts.follower == 1036
    assert account.counts.following == 138
    assert account.counts.post == 280


def test_listing_agrees_with_the_recorded_json_in_every_post() -> None:
    page = exchanges("account_statuses.yml")[0]
    raw = json.loads(page.body)

    reading = registry.read("mastodon", page)

    assert reading.drift == ()
    assert len(reading.posts) == 20
    for post, said in zip(reading.posts, raw, strict=True):
        assert post.native_id == said["id"]
        assert post.author_id == said["account"]["id"] == "109302436954721982"
        assert post.author_handle == "schochastics"
        assert post.published_at == utc(said["created_at"])
        assert post.edited_at == (utc(said["edited_at"]) if said["edited_at"] else None)
        assert post.url == said["url"]
        assert post.reply_to == said["in_reply_to_id"]
        figures = (said["favourites_count"], said["reblogs_count"], said["replies_count"])
        assert post.counts == Counts(*figures)
        assert [m.key for m in post.media] == [m["id"] for m in said["media_attachments"]]
        assert [m.alt for m in post.media] == [m["description"] for m in said["media_attachments"]]
        assert [m.url for m in post.media] == [m["url"] for m in said["media_attachments"]]
        assert {m.type for m in post.media} <= {"image"}


def test_listing_gives_text_links_edit_and_next_page() -> None:
    reading = read("account_statuses.yml")
    by_id = {post.native_id: post for post in reading.posts}

    assert by_id["114739545367952761"].text == (
        '@petejones I am not too familiar with "domain law" but I assume that chances are '
        "extremely low that this might become an issue."
    )
    assert (by_id["113463305065485853"].text or "").startswith("Hello ")
    assert by_id["113233973091653545"].edited_at == datetime(2024, 10, 1, 20, 10, 57, 4000, UTC)
    assert sum(len(post.media) > 0 for post in reading.posts) == 7
    assert reading.next == (
        (
            "https://fosstodon.org/api/v1/accounts/109302436954721982/statuses"
            "?exclude_reblogs=FALSE&limit=20&max_id=113191408914362368"
        ),
    )


def test_status_leaves_mentions_and_hashtags_out_of_its_links() -> None:
    reading = read("status.yml")
    (post,) = reading.posts

    assert post.native_id == "114620457512351116"
    assert (post.text or "").startswith("Super grateful to have received an R Consortium grant")
    assert (post.text or "").endswith("#rstats cc @maelle")
    assert post.published_at == datetime(2025, 6, 3, 16, 49, 43, 431000, UTC)
    assert post.counts == Counts(like=12, share=5, comment=1)
    assert post.links == (
        (
            "https://r-consortium.org/posts/r-consortium-awards-first-round-of-2025-isc-grants/"
            "#bridging-worlds-enhancing-r-igraph-with-c-core-innovations"
        ),
    )
    assert [(e.act, e.target) for e in reading.interactions] == [
        (Act.MENTION, "109269678296046700")
    ]


@pytest.mark.parametrize(
    ("file", "act", "onward"),
    [
        ("favourited_by.yml", Act.LIKE, "favourited_by?max_id=48110189"),
        ("reblogged_by.yml", Act.SHARE, "reblogged_by?max_id=109336920912856332"),
    ],
)
def test_lists_of_accounts_are_acts_towards_the_post_in_the_address(
    file: str, act: Act, onward: str
) -> None:
    page = exchanges(file)[0]
    raw = json.loads(page.body)

    reading = registry.read("mastodon", page)

    assert [(e.actor_id, e.actor_handle) for e in reading.interactions] == [
        (account["id"], account["acct"]) for account in raw
    ]
    assert {(e.act, e.target) for e in reading.interactions} == {(act, "109294719267373593")}
    assert [url.rpartition("/")[2] for url in reading.next] == [onward]
    assert reading.drift == ()
    assert reading.accounts == ()


def test_context_gives_every_reply_as_post_and_as_comment() -> None:
    page = exchanges("status_context_replies.yml")[0]
    raw = json.loads(page.body)["descendants"]

    reading = registry.read("mastodon", page)

    comments = [edge for edge in reading.interactions if edge.act is Act.COMMENT]
    assert reading.drift == ()
    assert [post.native_id for post in reading.posts] == [said["id"] for said in raw]
    assert [edge.target for edge in comments] == [said["in_reply_to_id"] for said in raw]
    assert [edge.actor_id for edge in comments] == [said["account"]["id"] for said in raw]
    assert [edge.at for edge in comments] == [utc(said["created_at"]) for said in raw]
    assert (comments[1].text or "").startswith("It's amazing to wake up this morning")


def test_versions_of_an_edited_post_come_in_order() -> None:
    edited = read("status_edit_history.yaml", 3).posts[0]
    versions = read("status_edit_history.yaml", 4).posts

    assert edited.edited_at == datetime(2026, 8, 1, 13, 54, 0, 695000, UTC)
    assert [post.native_id for post in versions] == ["117020586180926938"] * 2
    assert [post.text for post in versions] == [
        "the best editor? why, of course it is VS Code",
        "the best editor? why, of course it is the KDE Advanced Text Editor, Kate",
    ]
    assert [post.edited_at for post in versions] == [None, edited.edited_at]
    assert {post.published_at for post in versions} == {edited.published_at}


def test_source_and_poll_say_that_they_are_there() -> None:
    (source,) = read("status_edit_history.yaml", 5).states
    (poll,) = read("poll.yml").states

    assert (source.subject, source.state) == ("post:117020586180926938", SeenState.PRESENT)
    assert (poll.subject, poll.marker) == (
        "page:https://fosstodon.org/api/v1/polls/684128",
        "Poll",
    )


def test_refusal_and_missing_post_are_typed_states() -> None:
    (refused,) = read("anonymous_401.yaml").states
    (missing,) = read("status_missing_404.yaml").states

    assert (refused.state, refused.marker) == (SeenState.GATED, "HTTP 401")
    assert refused.subject == "page:http://localhost:3000/api/v1/timelines/home"
    assert (missing.subject, missing.state, missing.marker) == (
        "post:0",
        SeenState.ABSENT,
        "HTTP 404",
    )


@pytest.mark.parametrize("file", ["mastodon_create_note.json", "mastodon_note_1.json"])
def test_note_and_its_creation_read_the_same(file: str) -> None:
    reading = read_document(file)
    (post,) = reading.posts

    assert post.native_id == "https://mastodon.madrid/users/felix/statuses/107224289116410645"
    assert post.author_id == "https://mastodon.madrid/users/felix"
    assert (post.text or "").startswith("@retiolus i have never been disappointed by a thinkpad.")
    assert post.published_at == datetime(2021, 11, 5, 11, 46, 50, tzinfo=UTC)
    assert post.url == "https://mastodon.madrid/@felix/107224289116410645"
    assert post.reply_to == "https://mamot.fr/users/retiolus/statuses/107224244380204526"
    assert [edge.act for edge in reading.interactions] == [Act.COMMENT, Act.MENTION]


def test_note_shows_picture_and_figures() -> None:
    (post,) = read_document("mastodon_note_2.json").posts

    assert (post.text or "").startswith("@kde@lemmy.kde.social")
    assert [(m.type, (m.alt or "")[:17]) for m in post.media] == [("image", "The KDE dragons K")]
    assert post.counts == Counts(like=39, share=24)
    assert post.links == ("https://kde.org/donate/",)


def test_collection_person_and_deletion() -> None:
    (featured,) = read_document("mastodon_featured_collection.json").posts
    (person,) = read_document("mastodon_person.json").accounts
    (gone,) = read_document("mastodon_delete.json").states

    assert featured.published_at == datetime(2020, 5, 28, 14, 52, 14, tzinfo=UTC)
    assert featured.links == ("https://github.com/LemmyNet/lemmy/",)
    assert (person.native_id, person.handle, person.display_name) == (
        "https://masto.qa.urbanwildlife.biz/users/mastodon",
        "mastodon",
        "Mastodon",
    )
    assert (gone.subject, gone.state, gone.marker) == (
        "post:https://mastodon.madrid/users/felix/statuses/107773559874184870",
        SeenState.ABSENT,
        "Delete",
    )

"""The Bluesky readers on recorded responses, field by field."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from crawler import registry
from crawler.page import Page
from crawler.platforms.bluesky import identity
from evidence.history import state_digest
from evidence.model import Act, Counts, Reading, SeenState

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/bluesky"
pytestmark = pytest.mark.fixtures
KENNY = "did:plc:wpe35pganb6d4pg4ekmfy6u5"
BARARI = "did:plc:ic6zqvuw5ulmfpjiwnhsr2ns"
POST = f"at://{BARARI}/app.bsky.feed.post/3k7qmjev5lr2s"


def file(name: str) -> bytes:
    path = FIXTURES / name
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    return path.read_bytes()


def cassette(name: str) -> Reading:
    (recorded,) = yaml.safe_load(file(name))["http_interactions"]
    response = recorded["response"]
    headers = {key.lower(): str(value) for key, value in response["headers"].items()}
    body = response["body"]["string"].encode()
    page = Page(recorded["request"]["uri"], response["status"], headers, body)
    return registry.read("bluesky", page)


def plain(name: str, url: str, kind: str = "application/json", status: int = 200) -> Reading:
    return registry.read("bluesky", Page(url, status, {"content-type": kind}, file(name)))


@pytest.fixture(scope="module")
def feed() -> Reading:
    return cassette("getAuthorFeed.yml")


def test_feed_gives_own_posts_reposted_posts_and_bare_reposts(feed: Reading) -> None:
    own = [post for post in feed.posts if post.author_id == KENNY]
    reposts = [post for post in own if post.repost_of]

    assert len(feed.posts) == 57
    assert len(own) == 50
    assert len(reposts) == 7
    assert {post.repost_of for post in reposts} <= {post.native_id for post in feed.posts}
    assert all(post.text == "" and not post.media for post in reposts)
    assert feed.drift == ()
    assert feed.states == ()
    assert not feed.empty


def test_feed_names_the_next_page_by_its_cursor(feed: Reading) -> None:
    address = "https://bsky.social/xrpc/app.bsky.feed.getAuthorFeed?actor=chriskenny.bsky.social"

    assert feed.next == (f"{address}&cursor=2024-03-21T23%3A36%3A16.378Z",)


def test_reply_in_a_feed_field_by_field(feed: Reading) -> None:
    post = feed.posts[0]

    assert post.native_id == f"at://{KENNY}/app.bsky.feed.post/3lof7sovfok2h"
    assert post.author_handle == "chriskenny.bsky.social"
    assert post.text is not None
    assert post.text.startswith("If you’re running this on GHA, you may now want to make sure")
    assert post.published_at == datetime(2025, 5, 5, 1, 30, 17, 912000, tzinfo=UTC)
    assert post.edited_at is None
    assert post.url == f"https://bsky.app/profile/{KENNY}/post/3lof7sovfok2h"
    assert post.reply_to == (
        "at://did:plc:z4cp3uwgxiioi7uaxn2boq47/app.bsky.feed.post/3lobj4swhjo2x"
    )
    assert post.counts == Counts(like=0, share=0, comment=1)


def test_quote_with_a_picture_field_by_field(feed: Reading) -> None:
    post = feed.posts[1]
    (picture,) = post.media

    assert post.links == ("https://christophertkenny.com/bskyr/news/index.html",)
    assert post.quote_of == "at://did:plc:qnzaaisqa3lafzmtjxt5nt52/app.bsky.feed.post/3loacnvvpgn22"
    assert picture.type == "image"
    assert picture.key == "bafkreiddvkgel6hcfrwzkcm3l2tclrhryrlmcczhxigwkcowi37wt5a5by"
    assert picture.key in picture.url
    assert post.counts == Counts(like=3, share=2, comment=0)


def test_edges_of_the_whole_feed(feed: Reading) -> None:
    acts = Counter(edge.act for edge in feed.interactions)

    assert acts == {Act.COMMENT: 24, Act.SHARE: 7, Act.MENTION: 6}


def test_records_of_the_repository_give_the_same_content_as_the_appview(feed: Reading) -> None:
    """One post read from both sides must not look edited."""
    listed = {post.native_id: post for post in cassette("listRecords.yml").posts}
    both = [post for post in feed.posts if post.native_id in listed]

    assert len(listed) == 50
    assert len(both) == 43
    assert all(state_digest(post) == state_digest(listed[post.native_id]) for post in both)


def test_records_have_no_counts_no_handle_and_original_pictures() -> None:
    reading = cassette("listRecords.yml")

    assert not reading.drift
    assert all(post.counts == Counts() for post in reading.posts)
    assert all(post.author_handle is None and post.author_id == KENNY for post in reading.posts)
    assert (
        reading.posts[1]
        .media[0]
        .url.startswith("https://bsky.social/xrpc/com.atproto.sync.getBlob?did=did%3Aplc%3Awpe35")
    )
    assert reading.next[0].endswith("&cursor=3kj252isg7w22")


def test_get_posts_and_get_record_give_the_same_post() -> None:
    (viewed,) = cassette("getPosts.yml").posts
    (recorded,) = cassette("getRecord.yml").posts

    assert viewed.native_id == recorded.native_id == POST
    assert viewed.author_handle == "soubhikbarari.bsky.social"
    assert viewed.text is not None
    assert viewed.text.startswith("Excited to be a speaker for the \n@rstatsai conf on Oct 19")
    assert viewed.links == ("http://localview.net", "https://rstats.ai/gov.html")
    assert viewed.published_at == datetime(2023, 9, 19, 11, 32, 54, 574000, tzinfo=UTC)
    assert viewed.counts == Counts(like=4, share=0, comment=0)
    assert state_digest(viewed) == state_digest(recorded)


def test_likes_name_actor_and_time() -> None:
    reading = cassette("getLikes.yml")

    assert [edge.actor_handle for edge in reading.interactions] == [
        "fkjoeller.bsky.social", "favstats.eu", "jett.ai", "renoviana.dev",
    ]  # fmt: skip
    assert {(edge.act, edge.target) for edge in reading.interactions} == {(Act.LIKE, POST)}
    assert reading.interactions[0].actor_id == "did:plc:uzthbl6ktojhxfpzb4hrvilk"
    assert reading.interactions[0].at == datetime(2023, 9, 23, 0, 44, 2, 135000, tzinfo=UTC)
    assert not reading.posts
    assert not reading.drift


def test_reposted_by_names_the_actor() -> None:
    (edge,) = cassette("getRepostedBy.yml").interactions

    assert edge.act is Act.SHARE
    assert edge.actor_id == "did:plc:jyolltxtyl2yq2jamky6mwjn"
    assert edge.target == f"at://{BARARI}/app.bsky.feed.post/3kaa2gxjhzr2a"
    assert edge.at is None


def test_profile_with_counts() -> None:
    (account,) = cassette("getProfiles.yml").accounts

    assert (account.native_id, account.handle) == (KENNY, "chriskenny.bsky.social")
    assert account.display_name == "Chris Kenny"
    assert (account.counts.follower, account.counts.following, account.counts.post) == (
        554,
        296,
        65,
    )


def test_handle_resolves_to_a_did() -> None:
    (account,) = cassette("resolveHandle.yml").accounts

    assert (account.native_id, account.handle) == (KENNY, "chriskenny.bsky.social")


def test_did_document_gives_handle_key_and_server() -> None:
    (account,) = plain("did_doc.json", "https://bsky.social/xrpc/x").accounts
    document = yaml.safe_load(file("did_doc.json"))["didDoc"]

    assert account.native_id == "did:plc:kvwvcn5iqfooopmyzvb4qzba"
    assert account.handle == "test.marshal.dev"
    assert identity.pds(document) == "https://shimeji.us-east.host.bsky.network"
    key = "did:key:zQ3shc6V2kvUxn7hNmPy9JMToKT7u2NH27SnKNxGL1GcBcS4j"
    assert identity.did_key(document) == key


def test_unknown_actor_is_absent() -> None:
    url = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=nobody.example"
    (state,) = plain("error_profile_not_found.json", url, status=400).states

    assert state.subject == "account:nobody.example"
    assert state.state is SeenState.ABSENT
    assert state.marker == "InvalidRequest: Profile not found"


def test_thread_with_a_quote_and_a_picture() -> None:
    (post,) = plain("thread_view_post_with_embed_media.json", "https://x.example/xrpc/y").posts

    assert post.native_id == (
        "at://did:plc:kvwvcn5iqfooopmyzvb4qzba/app.bsky.feed.post/3kaheyt6vpc22"
    )
    assert post.text == ""
    assert post.quote_of == (
        "at://did:plc:kvwvcn5iqfooopmyzvb4qzba/app.bsky.feed.post/3kahesw26il2z"
    )
    assert [m.key for m in post.media] == [
        "bafkreic3cp5ky525vsukjvrzxsc2h3jka2gud74l2hgeatw2rhj2qycnmq"
    ]
    assert post.counts == Counts(like=0, share=0, comment=0)


def test_rendered_profile_gives_the_account_and_counts_unread_posts() -> None:
    url = "https://bsky.app/profile/stephenking.bsky.social"
    reading = plain("web_profile_stephenking.html", url, "text/html; charset=utf-8")
    (account,) = reading.accounts

    assert account.native_id == "did:plc:h7obn4tkp47wn7gqh4oe5eij"
    assert account.handle == "stephenking.bsky.social"
    assert account.display_name == "Stephen King"
    counts = account.counts
    assert (counts.follower, counts.following, counts.post) == (1_101_177, 3, 329)
    assert [state.marker for state in reading.states] == ["28 rendered posts unread"]
    assert not reading.drift

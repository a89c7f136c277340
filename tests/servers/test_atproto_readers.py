"""The Bluesky reader on answers of the reference implementation, made a moment ago."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pytest

from crawler.platforms.bluesky import carproof, identity, urls
from evidence.errors import IntegrityError, ParseError
from evidence.model import Act, Post, Reading, SeenState
from tests.servers.atproto import POST, AtprotoNetwork, Member, Ref
from tests.servers.process import get
from tests.servers.reading import picture, seen

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class Story:
    """Someone who posts, edits and takes back; someone who reacts."""

    net: AtprotoNetwork
    author: Member
    fan: Member
    image: bytes
    pictured: Ref
    edited: Ref
    removed: Ref
    acts: dict[Act, Ref]

    def ask(self, service: str, method: str, **parameters: str | int) -> Reading:
        return seen("bluesky", urls.xrpc(service, method, **parameters))


@pytest.fixture(scope="module")
def story(atproto: AtprotoNetwork) -> Story:
    author, fan = atproto.join("reader-author"), atproto.join("reader-fan")
    image = picture(1)
    pictured = author.post("Jalan baru selesai", image, "jalan baru")
    edited = author.edit(author.post("sebelum disunting"), "sesudah disunting")
    removed = author.post("akan ditarik")
    atproto.shown(author, "akan ditarik")
    author.delete(removed)
    acts = {
        Act.LIKE: fan.like(pictured),
        Act.SHARE: fan.repost(pictured),
        Act.COMMENT: fan.reply(pictured, "Bagus sekali"),
        Act.FOLLOW: fan.follow(author),
    }
    atproto.shown(author, "sesudah disunting")
    atproto.gone(author, "akan ditarik")
    atproto.shown(fan, "Bagus sekali")
    return Story(atproto, author, fan, image, pictured, edited, removed, acts)


@pytest.fixture
def appview(story: Story) -> str:
    if story.net.appview is None:
        pytest.skip(
            "the light network has no AppView; install PostgreSQL and Redis, "
            "then run `tests/servers/install`"
        )
    return story.net.appview


def by_id(reading: Reading) -> dict[str, Post]:
    return {post.native_id: post for post in reading.posts}


def test_repository_listing_shows_what_stands_and_nothing_else(story: Story) -> None:
    reading = story.ask(
        story.net.pds, "com.atproto.repo.listRecords", repo=story.author.did, collection=POST
    )

    assert {post.text for post in reading.posts} == {"Jalan baru selesai", "sesudah disunting"}
    assert {post.author_id for post in reading.posts} == {story.author.did}
    assert reading.drift == ()


def test_picture_address_from_the_repository_gives_the_uploaded_bytes(story: Story) -> None:
    reading = story.ask(
        story.net.pds, "com.atproto.repo.listRecords", repo=story.author.did, collection=POST
    )
    (media,) = by_id(reading)[story.pictured.uri].media

    received = get(media.url).content

    assert hashlib.sha256(received).digest() == hashlib.sha256(story.image).digest()
    assert media.alt == "jalan baru"


def test_acts_of_an_account_are_read_from_its_own_repository(story: Story) -> None:
    found = {
        act
        for collection in urls.ACTS
        for act in story.ask(
            story.net.pds,
            "com.atproto.repo.listRecords",
            repo=story.fan.did,
            collection=collection,
        ).interactions
    }

    assert {(one.act, one.target, one.native_id) for one in found} == {
        (Act.LIKE, story.pictured.uri, story.acts[Act.LIKE].uri),
        (Act.SHARE, story.pictured.uri, story.acts[Act.SHARE].uri),
        (Act.FOLLOW, story.author.did, story.acts[Act.FOLLOW].uri),
    }
    assert {one.actor_id for one in found} == {story.fan.did}


def test_did_document_gives_the_key_and_the_repository_host(story: Story) -> None:
    url = urls.did_document(story.net.plc, story.author.did)
    document = get(url).json()

    reading = seen("bluesky", url)

    assert [account.native_id for account in reading.accounts] == [story.author.did]
    assert identity.pds(document) == story.net.pds
    assert (identity.did_key(document) or "").startswith("did:key:z")


def _car(story: Story, ref: Ref) -> tuple[bytes, str, str]:
    document = get(urls.did_document(story.net.plc, story.author.did)).json()
    car = get(
        urls.xrpc(
            story.net.pds,
            "com.atproto.sync.getRecord",
            did=story.author.did, collection=POST, rkey=ref.rkey,
        )
    ).content  # fmt: skip
    key = identity.did_key(document)
    assert key is not None
    return car, f"{POST}/{ref.rkey}", key


def test_signed_proof_shows_that_a_removed_record_is_absent(story: Story) -> None:
    car, path, key = _car(story, story.removed)

    proof = carproof.check(car, story.author.did, path, key)

    assert (proof.present, proof.signer) == (False, key)


def test_signed_proof_carries_the_content_id_of_a_standing_record(story: Story) -> None:
    car, path, key = _car(story, story.edited)

    proof = carproof.check(car, story.author.did, path, key)

    assert (proof.present, proof.cid, proof.signer) == (True, story.edited.cid, key)


def test_signed_proof_of_another_repository_is_refused(story: Story) -> None:
    car, path, key = _car(story, story.removed)

    with pytest.raises(IntegrityError):
        carproof.check(car, story.fan.did, path, key)


def test_signed_proof_with_any_byte_changed_is_refused_or_equal(story: Story) -> None:
    """A changed byte must never turn absence into presence or pass under the key unnoticed."""
    car, path, key = _car(story, story.removed)
    sound = carproof.check(car, story.author.did, path, key)

    accepted = []
    for place in range(0, len(car), 3):
        altered = bytearray(car)
        altered[place] ^= 0x01
        try:
            proof = carproof.check(bytes(altered), story.author.did, path, key)
        except (ParseError, IntegrityError):
            continue
        accepted.append((place, proof == sound))

    assert [place for place, same in accepted if not same] == []


def test_feed_shows_an_edit_under_the_same_id(story: Story, appview: str) -> None:
    reading = story.ask(appview, "app.bsky.feed.getAuthorFeed", actor=story.author.did)

    posts = by_id(reading)
    assert posts[story.edited.uri].text == "sesudah disunting"
    assert story.removed.uri not in posts
    assert reading.drift == ()


def test_feed_counts_are_exact(story: Story, appview: str) -> None:
    reading = story.ask(appview, "app.bsky.feed.getPosts", uris=story.pictured.uri)

    counts = by_id(reading)[story.pictured.uri].counts
    assert (counts.like, counts.share, counts.comment) == (1, 1, 1)


def test_feed_pages_show_every_post_exactly_once(story: Story, appview: str) -> None:
    url = urls.xrpc(appview, "app.bsky.feed.getAuthorFeed", actor=story.author.did, limit=1)
    ids: list[str] = []
    for _ in range(10):
        reading = seen("bluesky", url)
        ids += [post.native_id for post in reading.posts]
        if not reading.next:
            break
        url = reading.next[0]

    assert sorted(ids) == sorted({story.pictured.uri, story.edited.uri})


def test_who_liked_and_reposted_is_read_from_the_campaign_side(story: Story, appview: str) -> None:
    likes = story.ask(appview, "app.bsky.feed.getLikes", uri=story.pictured.uri)
    shares = story.ask(appview, "app.bsky.feed.getRepostedBy", uri=story.pictured.uri)

    assert [(one.act, one.actor_id, one.target) for one in likes.interactions] == [
        (Act.LIKE, story.fan.did, story.pictured.uri)
    ]
    assert [(one.act, one.actor_id, one.target) for one in shares.interactions] == [
        (Act.SHARE, story.fan.did, story.pictured.uri)
    ]


def test_thread_shows_the_comment_and_who_wrote_it(story: Story, appview: str) -> None:
    reading = story.ask(appview, "app.bsky.feed.getPostThread", uri=story.pictured.uri)

    comments = [one for one in reading.interactions if one.act is Act.COMMENT]
    assert [(one.actor_id, one.target, one.text) for one in comments] == [
        (story.fan.did, story.pictured.uri, "Bagus sekali")
    ]


def test_thread_of_a_removed_post_says_absent(story: Story, appview: str) -> None:
    reading = story.ask(appview, "app.bsky.feed.getPostThread", uri=story.removed.uri)

    assert [state.state for state in reading.states] == [SeenState.ABSENT]
    assert reading.posts == ()


def test_renamed_account_keeps_its_did(story: Story) -> None:
    member = story.net.join("reader-before")
    member.rename("reader-after.test")

    reading = story.ask(
        story.net.pds, "com.atproto.identity.resolveHandle", handle="reader-after.test"
    )

    assert [account.native_id for account in reading.accounts] == [member.did]


def test_deactivated_account_is_a_typed_state_with_the_platforms_word(story: Story) -> None:
    member = story.net.join("reader-paused")
    member.deactivate()

    reading = story.ask(story.net.pds, "com.atproto.sync.getRepoStatus", did=member.did)

    (state,) = reading.states
    assert state.state is not SeenState.PRESENT
    assert "deactivated" in state.marker
    assert reading.drift == ()


def test_taken_down_account_is_suspended(story: Story) -> None:
    member = story.net.join("reader-taken")
    story.net.takedown(member)

    status = story.ask(story.net.pds, "com.atproto.sync.getRepoStatus", did=member.did)
    listing = story.ask(
        story.net.pds, "com.atproto.repo.listRecords", repo=member.did, collection=POST
    )

    assert SeenState.SUSPENDED in {state.state for state in status.states}
    assert listing.posts == ()
    assert not listing.empty

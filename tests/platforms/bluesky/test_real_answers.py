"""The readers on answers of real AT Protocol servers: what they wrote, we must read and prove."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from crawler import registry
from crawler.page import Page
from crawler.platforms.bluesky import carproof, identity, urls
from crawler.platforms.bluesky.spider import BlueskySpider
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.errors import IntegrityError
from evidence.history import state_digest
from evidence.model import (
    AccountId,
    Act,
    Attribution,
    Confidence,
    KnownPost,
    Reading,
    SeenState,
    Side,
    WatchEntry,
)
from tests.servers.atproto import AtprotoNetwork, Member, Ref, network
from tests.servers.process import Unavailable

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@dataclass
class Town:
    """Two people, what they wrote, and the network they live in."""

    net: AtprotoNetwork
    budi: Member
    paslon: Member
    kept: Ref
    gone: Ref
    campaign: Ref


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory(prefix="jejak-town-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        running = network(Path(folder))
        try:
            net = running.__enter__()
        except Unavailable as error:
            pytest.skip(f"{error}; run `tests/servers/install`")
        try:
            yield settle(net)
        finally:
            running.__exit__(None, None, None)


def settle(net: AtprotoNetwork) -> Town:
    budi, paslon = net.join("budi"), net.join("paslon")
    campaign = paslon.post("program kami")
    kept = budi.post("foto bersama", JPEG, alt="spanduk")
    gone = budi.post("akan hilang")
    budi.like(campaign)
    budi.repost(campaign)
    budi.follow(paslon)
    budi.reply(campaign, "setuju")
    budi.delete(gone)
    net.shown(budi, "setuju")
    return Town(net, budi, paslon, kept, gone, campaign)


def ask(url: str) -> tuple[Page, Reading]:
    answer = httpx.get(url, timeout=30)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    page = Page(url, answer.status_code, headers, answer.content)
    return page, registry.read("bluesky", page)


def record_proof(town: Town, ref: Ref) -> str:
    did, collection, rkey = urls.parts(ref.uri) or ("", "", "")
    return urls.xrpc(
        town.net.pds,
        "com.atproto.sync.getRecord",
        did=did,
        collection=collection,
        rkey=rkey,
    )


def key_of(town: Town) -> str:
    page, reading = ask(urls.did_document(town.net.plc, town.budi.did))
    assert [account.native_id for account in reading.accounts] == [town.budi.did]
    assert identity.pds(page.json()) == town.net.pds
    data = httpx.get(urls.did_document(town.net.plc, town.budi.did) + "/data").json()
    assert identity.did_key(data) == identity.did_key(page.json())
    return identity.did_key(page.json()) or ""


def test_a_removed_record_is_proved_absent_under_the_accounts_own_key(town: Town) -> None:
    page, reading = ask(record_proof(town, town.gone))
    path = town.gone.uri.removeprefix(f"at://{town.budi.did}/")
    proof = carproof.check(page.body, town.budi.did, path, key_of(town))

    assert not reading.drift
    assert [state.state for state in reading.states] == [SeenState.ABSENT]
    assert not proof.present
    assert proof.signer == key_of(town)


def test_a_kept_record_is_proved_present_with_the_id_the_server_gave(town: Town) -> None:
    page, reading = ask(record_proof(town, town.kept))
    path = town.kept.uri.removeprefix(f"at://{town.budi.did}/")
    proof = carproof.check(page.body, town.budi.did, path, key_of(town))

    assert proof.present
    assert proof.cid == town.kept.cid
    assert [post.text for post in reading.posts] == ["foto bersama"]


def test_a_proof_altered_on_the_way_is_refused(town: Town) -> None:
    page, _ = ask(record_proof(town, town.kept))
    altered = page.body.replace(b"foto bersama", b"foto sendiri")
    reading = registry.read("bluesky", Page(page.url, 200, page.headers, altered))

    assert altered != page.body
    assert reading.drift
    assert not reading.posts


def test_another_accounts_key_does_not_sign(town: Town) -> None:
    page, _ = ask(record_proof(town, town.kept))
    document = httpx.get(urls.did_document(town.net.plc, town.paslon.did)).json()
    other = identity.did_key(document)
    path = town.kept.uri.removeprefix(f"at://{town.budi.did}/")

    assert other
    with pytest.raises(IntegrityError):
        carproof.check(page.body, town.budi.did, path, other)


def test_own_acts_are_read_from_the_repository(town: Town) -> None:
    seen = []
    for collection in urls.ACTS:
        _, reading = ask(
            urls.xrpc(
                town.net.pds,
                "com.atproto.repo.listRecords",
                repo=town.budi.did,
                collection=collection,
            )
        )
        assert not reading.drift
        seen += [(edge.act, edge.target) for edge in reading.interactions]

    assert seen == [
        (Act.LIKE, town.campaign.uri),
        (Act.SHARE, town.campaign.uri),
        (Act.FOLLOW, town.paslon.did),
    ]


def test_picture_of_a_repository_post_is_the_uploaded_one(town: Town) -> None:
    _, reading = ask(
        urls.xrpc(
            town.net.pds,
            "com.atproto.repo.listRecords",
            repo=town.budi.did,
            collection=urls.POSTS,
        )
    )
    media = [m for post in reading.posts for m in post.media]

    assert [m.alt for m in media] == ["spanduk"]
    assert httpx.get(media[0].url).content == JPEG


def test_appview_and_repository_give_equal_states(town: Town) -> None:
    if town.net.appview is None:
        pytest.skip("only PLC and PDS run; install PostgreSQL and Redis for the AppView")
    _, feed = ask(
        urls.xrpc(town.net.appview, "app.bsky.feed.getAuthorFeed", actor=town.budi.did, limit=100)
    )
    _, listed = ask(
        urls.xrpc(
            town.net.pds,
            "com.atproto.repo.listRecords",
            repo=town.budi.did,
            collection=urls.POSTS,
        )
    )
    own = {post.native_id: state_digest(post) for post in listed.posts}
    viewed = {p.native_id: state_digest(p) for p in feed.posts if p.native_id in own}

    assert not feed.drift
    assert len(viewed) == 2
    assert viewed == own
    assert [p.repost_of for p in feed.posts if p.repost_of] == [town.campaign.uri]


def test_engagement_with_the_campaign_post_names_the_actor(town: Town) -> None:
    if town.net.appview is None:
        pytest.skip("only PLC and PDS run; install PostgreSQL and Redis for the AppView")
    acts = []
    for method in ("getLikes", "getRepostedBy", "getPostThread"):
        _, reading = ask(
            urls.xrpc(town.net.appview, f"app.bsky.feed.{method}", uri=town.campaign.uri)
        )
        assert not reading.drift
        acts += [edge.act for edge in reading.interactions if edge.actor_id == town.budi.did]

    assert acts == [Act.LIKE, Act.SHARE, Act.COMMENT]


def visit_to(town: Town, member: Member, side: Side, known: Sequence[KnownPost] = ()) -> Visit:
    async def fetch(visit: Visit, ask: Ask) -> Seen:
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.get(ask.url)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        page = Page(ask.url, answer.status_code, headers, answer.content)
        return Seen(visit, ask.url, "c" * 32, page, registry.read("bluesky", page), NOW)

    entry = WatchEntry(
        watch="w-0123456789ab",
        account=AccountId("bluesky", None, member.handle),
        side=side,
        tier="A",
        zone="Asia/Jakarta",
        attribution=Attribution("p-1", "basis", Confidence.HIGH, "petugas", NOW),
        assignment_order="ST-1",
        legal_basis="UU 7/2017",
        watched_from=datetime(2020, 1, 1, tzinfo=UTC),
        base_url=town.net.base_url,
    )
    return Visit(
        id="v",
        entry=entry,
        slot=None,
        due_at=None,
        started_at=NOW,
        native_id=None,
        handle=member.handle,
        state=None,
        watched=Watched({}, {}, {}),
        pages_limit=3,
        fetch=fetch,
        archive_known=lambda visit, limit: known,
    )


def converse(visit: Visit) -> list[Seen]:
    async def run() -> list[Seen]:
        return [seen async for seen in BlueskySpider().converse(visit)]

    return asyncio.run(run())


def test_a_whole_visit_finds_posts_acts_and_the_proof_of_absence(town: Town) -> None:
    if town.net.appview is None:
        pytest.skip("only PLC and PDS run; install PostgreSQL and Redis for the AppView")
    missing = KnownPost(
        platform="bluesky",
        native_id=town.gone.uri,
        watch="w-0123456789ab",
        post="0" * 32,
        snapshot="0" * 32,
        snapshots=1,
        state=SeenState.PRESENT,
        state_digest="",
        first_seen_at=NOW,
        last_seen_at=NOW,
        published_at=NOW,
    )
    visit = visit_to(town, town.budi, Side.WATCHED, [missing])
    seen = converse(visit)
    proofs = [proof for one in seen for proof in one.reading.proofs]
    edges = {(e.act, e.target) for one in seen for e in one.reading.interactions}

    assert visit.native_id == town.budi.did
    assert visit.gaps == []
    assert [(p.native_id, p.present, p.signer) for p in proofs] == [
        (town.gone.uri, False, key_of(town))
    ]
    assert {"foto bersama", "setuju"} <= {p.text for one in seen for p in one.reading.posts}
    assert {
        (Act.LIKE, town.campaign.uri),
        (Act.SHARE, town.campaign.uri),
        (Act.COMMENT, town.campaign.uri),
        (Act.FOLLOW, town.paslon.did),
    } <= edges


def test_a_whole_visit_to_the_campaign_account_names_who_engaged(town: Town) -> None:
    if town.net.appview is None:
        pytest.skip("only PLC and PDS run; install PostgreSQL and Redis for the AppView")
    visit = visit_to(town, town.paslon, Side.CAMPAIGN)
    edges = [e for one in converse(visit) for e in one.reading.interactions]

    assert visit.gaps == []
    assert {e.act for e in edges if e.actor_id == town.budi.did} == {
        Act.LIKE,
        Act.SHARE,
        Act.COMMENT,
    }


def test_states_of_the_account_as_the_server_says_them(town: Town) -> None:
    member = town.net.join("tutup")
    status = urls.xrpc(town.net.pds, "com.atproto.sync.getRepoStatus", did=member.did)
    _, active = ask(status)
    member.deactivate()
    _, closed = ask(status)
    member.activate()
    town.net.takedown(member)
    _, taken = ask(status)
    town.net.takedown(member, applied=False)

    assert [account.state for account in active.accounts] == [SeenState.PRESENT]
    assert [(s.state, s.marker) for s in closed.states] == [
        (SeenState.ABSENT, "getRepoStatus.status=deactivated")
    ]
    assert [(s.state, s.marker) for s in taken.states] == [
        (SeenState.SUSPENDED, "getRepoStatus.status=takendown")
    ]

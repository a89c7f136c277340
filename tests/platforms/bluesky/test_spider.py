"""The conversation with AT Protocol services, over canned answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from crawler import registry
from crawler.page import Page
from crawler.platforms.bluesky import carproof, urls
from crawler.platforms.bluesky.spider import BlueskySpider
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.errors import ConfigError
from evidence.model import (
    AccountId,
    Act,
    Attribution,
    Confidence,
    KnownPost,
    SeenState,
    Side,
    WatchEntry,
)
from tests.platforms.bluesky.repository import DID, Repository, did_key, key, post

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
APPVIEW, PDS, PLC = "https://app.contoh", "https://pds.contoh", "https://plc.contoh"
BASE = f"{APPVIEW};plc={PLC}"
KEY = key(ec.SECP256K1())
JSON = {"content-type": "application/json"}
KEPT, GONE = f"at://{DID}/{urls.POSTS}/3lz00001", f"at://{DID}/{urls.POSTS}/3lz00002"
TARGET = "at://did:plc:paslon/app.bsky.feed.post/3p"


def entry(side: Side) -> WatchEntry:
    return WatchEntry(
        watch="w-0123456789ab",
        account=AccountId("bluesky", None, "budi.contoh"),
        side=side,
        tier="A",
        zone="Asia/Jakarta",
        attribution=Attribution("p-1", "basis", Confidence.HIGH, "petugas", NOW),
        assignment_order="ST-1",
        legal_basis="UU 7/2017",
        watched_from=datetime(2026, 11, 1, tzinfo=UTC),
        base_url=BASE,
    )


def known(uri: str) -> KnownPost:
    return KnownPost(
        platform="bluesky",
        native_id=uri,
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


class Services:
    """Answers by the method asked; what nobody answers is no response at all."""

    def __init__(self, answers: dict[str, tuple[int, dict[str, str], bytes]]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.minimised: list[str] = []

    async def fetch(self, visit: Visit, ask: Ask) -> Seen:
        self.asked.append(ask.url)
        self.minimised += [ask.url] if ask.minimise else []
        name = urls.kind(ask.url) or ask.url
        name += urls.parameter(ask.url, "collection") or ""
        capture = f"{len(self.asked):032x}"
        empty = registry.Reading(read_by="none")
        if name not in self.answers:
            return Seen(visit, ask.url, capture, None, empty, NOW)
        page = Page(ask.url, *self.answers[name])
        return Seen(visit, ask.url, capture, page, registry.read("bluesky", page), NOW)

    def visit(self, side: Side, posts: Sequence[KnownPost] = (), did: str | None = None) -> Visit:
        return Visit(
            id="v",
            entry=entry(side),
            slot=None,
            due_at=None,
            started_at=NOW,
            native_id=did,
            handle="budi.contoh",
            state=None,
            watched=Watched({}, {}, {}),
            pages_limit=3,
            fetch=self.fetch,
            archive_known=lambda visit, limit: posts,
        )


def answer(value: Any, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, JSON, json.dumps(value).encode()


def view(uri: str, text: str) -> dict[str, Any]:
    return {
        "uri": uri,
        "cid": "x",
        "author": {"did": DID, "handle": "budi.contoh"},
        "record": post(text),
        "likeCount": 1,
        "repostCount": 0,
        "replyCount": 0,
    }


def usual() -> dict[str, tuple[int, dict[str, str], bytes]]:
    repository = Repository({f"{urls.POSTS}/3lz00001": post("ada")})
    document = {
        "id": DID,
        "alsoKnownAs": ["at://budi.contoh"],
        "verificationMethod": [
            {
                "id": f"{DID}#atproto",
                "type": "Multikey",
                "publicKeyMultibase": did_key(KEY).removeprefix("did:key:"),
            }
        ],
        "service": [{"id": "#atproto_pds", "serviceEndpoint": PDS}],
    }
    like = {"subject": {"uri": TARGET}, "createdAt": "2026-11-20T00:00:00Z"}
    return {
        "com.atproto.identity.resolveHandle": answer({"did": DID}),
        "did": answer(document),
        "app.bsky.actor.getProfile": answer({"did": DID, "handle": "budi.baru"}),
        "com.atproto.sync.getRepoStatus": answer({"did": DID, "active": True}),
        "app.bsky.feed.getAuthorFeed": answer({"feed": [{"post": view(KEPT, "ada")}]}),
        "com.atproto.sync.getRecord" + urls.POSTS: (
            200,
            {"content-type": carproof.MEDIA},
            repository.car(KEY),
        ),
        "com.atproto.repo.listRecordsapp.bsky.feed.like": answer(
            {"records": [{"uri": f"at://{DID}/app.bsky.feed.like/3l", "value": like}]}
        ),
        "com.atproto.repo.listRecordsapp.bsky.feed.repost": answer({"records": []}),
        "com.atproto.repo.listRecordsapp.bsky.graph.follow": answer({"records": []}),
        "app.bsky.feed.getLikes": answer({"uri": KEPT, "likes": []}),
    }


def converse(services: Services, visit: Visit) -> list[Seen]:
    async def run() -> list[Seen]:
        return [seen async for seen in BlueskySpider().converse(visit)]

    return asyncio.run(run())


def test_a_handle_is_resolved_to_its_did_and_the_present_handle_kept() -> None:
    services = Services(usual())
    visit = services.visit(Side.WATCHED)
    converse(services, visit)

    assert (visit.native_id, visit.handle) == (DID, "budi.baru")


def test_a_known_did_is_not_looked_up_by_its_handle_again() -> None:
    services = Services(usual())
    converse(services, services.visit(Side.WATCHED, did=DID))

    assert not any("resolveHandle" in url for url in services.asked)


def test_a_missing_post_is_proved_absent_with_the_accounts_key() -> None:
    services = Services(usual())
    seen = converse(services, services.visit(Side.WATCHED, [known(KEPT), known(GONE)], DID))
    (proved,) = [s for s in seen if s.reading.proofs]

    assert proved.url.startswith(f"{PDS}/xrpc/com.atproto.sync.getRecord")
    assert proved.reading.proofs[0].signer == did_key(KEY)
    assert not proved.reading.proofs[0].present
    assert [(s.subject, s.state) for s in proved.reading.states] == [
        (f"post:{GONE}", SeenState.ABSENT)
    ]
    (status,) = [s for s in seen if "getRepoStatus" in s.url]
    assert proved.control == status.capture


def test_a_proof_signed_by_another_key_is_a_gap_and_no_absence() -> None:
    answers = usual()
    name = "com.atproto.sync.getRecord" + urls.POSTS
    forged = Repository({}).car(key(ec.SECP256K1(), seed=9))
    answers[name] = (200, {"content-type": carproof.MEDIA}, forged)
    services = Services(answers)
    visit = services.visit(Side.WATCHED, [known(GONE)], DID)
    seen = converse(services, visit)

    states = [state.state for s in seen for state in s.reading.states]

    assert SeenState.ABSENT not in states
    assert [d.detail for s in seen for d in s.reading.drift] == [
        "commit: its signature is not that of the account's key"
    ]
    assert [gap.code for gap in visit.gaps] == ["DRIFT"]


def test_own_acts_are_asked_for_on_the_watched_side_and_minimised() -> None:
    services = Services(usual())
    seen = converse(services, services.visit(Side.WATCHED, did=DID))

    assert [(e.act, e.target) for s in seen for e in s.reading.interactions] == [(Act.LIKE, TARGET)]
    assert len(services.minimised) == 3
    assert not any("getLikes" in url for url in services.asked)


def test_engagement_is_asked_for_on_the_campaign_side_where_a_count_is_not_zero() -> None:
    services = Services(usual())
    converse(services, services.visit(Side.CAMPAIGN, did=DID))
    kinds = [urls.kind(url) for url in services.minimised]

    assert kinds == ["app.bsky.feed.getLikes"]
    assert not any("graph.follow" in url for url in services.asked)


def test_the_repository_answers_when_the_appview_does_not() -> None:
    answers = usual()
    del answers["app.bsky.feed.getAuthorFeed"]
    answers["com.atproto.repo.listRecords" + urls.POSTS] = answer(
        {"records": [{"uri": KEPT, "value": post("ada")}]}
    )
    services = Services(answers)
    seen = converse(services, services.visit(Side.WATCHED, did=DID))

    assert [p.text for s in seen for p in s.reading.posts] == ["ada"]


def test_an_owner_who_asks_for_a_login_is_left_alone() -> None:
    answers = usual()
    label = {"val": "!no-unauthenticated", "src": DID}
    answers["app.bsky.actor.getProfile"] = answer(
        {"did": DID, "handle": "budi.contoh", "labels": [label]}
    )
    services = Services(answers)
    visit = services.visit(Side.WATCHED, did=DID)
    converse(services, visit)

    assert not any("getAuthorFeed" in url or "listRecords" in url for url in services.asked)
    assert "OWNER_ASKS_LOGIN" in [gap.code for gap in visit.gaps]


def test_a_suspended_account_ends_the_visit_after_its_status() -> None:
    answers = usual()
    error = {"error": "AccountTakedown", "message": "Account has been suspended"}
    answers["app.bsky.actor.getProfile"] = answer(error, 400)
    services = Services(answers)
    visit = services.visit(Side.WATCHED, did=DID)
    converse(services, visit)

    assert visit.account_state is not None
    assert "getRepoStatus" in services.asked[-1]


def test_pages_stop_at_the_limit_and_say_so() -> None:
    answers = usual()
    feed = {"feed": [{"post": view(KEPT, "ada")}], "cursor": "c"}
    answers["app.bsky.feed.getAuthorFeed"] = answer(feed)
    services = Services(answers)
    visit = services.visit(Side.WATCHED, did=DID)
    converse(services, visit)

    assert sum("getAuthorFeed" in url for url in services.asked) == 3
    assert "PAGE_LIMIT" in [gap.code for gap in visit.gaps]


def test_media_of_own_posts_point_at_the_repository() -> None:
    answers = usual()
    blob = {"$type": "blob", "ref": {"$link": "bafkreiabc"}, "mimeType": "image/png", "size": 1}
    images = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]}
    shown = view(KEPT, "foto")
    shown["record"] = {**shown["record"], "embed": images}
    shown["embed"] = {
        "$type": "app.bsky.embed.images#view",
        "images": [{"fullsize": "https://cdn.contoh/x", "thumb": "", "alt": ""}],
    }
    answers["app.bsky.feed.getAuthorFeed"] = answer({"feed": [{"post": shown}]})
    services = Services(answers)
    seen = converse(services, services.visit(Side.WATCHED, did=DID))
    (media,) = [m for s in seen for p in s.reading.posts for m in p.media]

    assert media.url == urls.xrpc(PDS, "com.atproto.sync.getBlob", did=DID, cid="bafkreiabc")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", urls.Services()),
        ("http://localhost:2584", urls.Services("http://localhost:2584")),
        (
            "http://localhost:2584;pds=http://localhost:2583/;plc=http://localhost:2582",
            urls.Services(
                "http://localhost:2584", "http://localhost:2582", "http://localhost:2583"
            ),
        ),
    ],
)
def test_base_url_names_the_services(given: str, expected: urls.Services) -> None:
    assert urls.services(given) == expected


@pytest.mark.parametrize(
    "given", ["https://a;b", "https://a;pds=ftp://x", "https://a;web=https://x"]
)
def test_a_base_url_of_another_form_is_refused(given: str) -> None:
    with pytest.raises(ConfigError):
        urls.services(given)


def test_visit_without_a_repository_says_what_it_could_not_read() -> None:
    answers = usual()
    answers["did"] = answer({"message": "not registered"}, 404)
    services = Services(answers)
    visit = services.visit(Side.WATCHED, [replace(known(GONE))], DID)
    converse(services, visit)

    assert "NO_REPOSITORY" in [gap.code for gap in visit.gaps]
    assert any("getPostThread" in url for url in services.asked)

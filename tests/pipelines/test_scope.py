import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from crawler.page import Page
from crawler.registry import read
from crawler.visit import Seen, Visit
from crawler.watched import watched_of
from evidence.model import (
    AccountId,
    Act,
    Attribution,
    Confidence,
    Interaction,
    Post,
    Reading,
    Side,
    WatchEntry,
)
from evidence.record import post_key, server_of
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Row
from pipelines.scope import Scoped, scoped

NOW = datetime(2024, 11, 1, tzinfo=UTC)
ASN, CALON = "did:plc:asn", "did:plc:calon"
CALON_POST = f"at://{CALON}/app.bsky.feed.post/1"


def row(watch: str, did: str, handle: str, side: Side, platform: str = "bluesky") -> dict:
    account = {"platform": platform, "native_id": did, "handle": handle}
    return {
        "id": watch, "platform": platform, "side": side.value, "active": True, "native_id": did,
        "handle": handle, "entry": {"account": account, "base_url": "https://satu.example"},
    }  # fmt: skip


ROWS = (
    row("w-asn", ASN, "asn.example", Side.WATCHED),
    row("w-calon", CALON, "calon.example", Side.CAMPAIGN),
)


def visit(watch: str, native_id: str, handle: str, side: Side, platform: str = "bluesky") -> Visit:
    entry = WatchEntry(
        watch, AccountId(platform, native_id, handle), side, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
        base_url="https://satu.example",
    )  # fmt: skip

    async def fetch(visit: Visit, ask: object) -> Seen:
        raise AssertionError("nothing is fetched here")

    return Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id=native_id,
        handle=handle, state=None, watched=watched_of(ROWS), pages_limit=10, fetch=fetch,
        archive_known=lambda visit, limit: (),
    )  # fmt: skip


CALON_VISIT = visit("w-calon", CALON, "calon.example", Side.CAMPAIGN)
ASN_VISIT = visit("w-asn", ASN, "asn.example", Side.WATCHED)


def scope(
    visit: Visit, reading: Reading, rows=ROWS, archive: MemoryArchive | None = None
) -> Scoped:
    desk = SimpleNamespace(archive=archive or MemoryArchive(), watched=watched_of(rows))
    fresh = replace(visit, own_posts=set(), posts_seen={})
    return scoped(Seen(fresh, "https://satu.example/x", "c", None, reading, NOW), desk)  # type: ignore[arg-type]


def test_a_strangers_post_on_a_watched_page_is_left_out_and_counted() -> None:
    own = Post("1", CALON, "calon.example", "halo", NOW)
    stranger = Post("2", "did:plc:warga", "warga.example", "komentar", NOW)

    kept = scope(CALON_VISIT, Reading("x", posts=(own, stranger)))

    assert kept.reading.posts == (own,)
    assert kept.withheld == 1


def test_a_strangers_like_of_a_campaign_post_is_not_kept() -> None:
    like = Interaction(Act.LIKE, "did:plc:warga", "warga.example", CALON_POST)

    kept = scope(CALON_VISIT, Reading("x", interactions=(like,)))

    assert kept.edges == ()
    assert kept.reading.interactions == ()
    assert kept.withheld == 1


def test_a_watched_persons_like_of_a_campaign_post_is_kept_with_both_ends() -> None:
    like = Interaction(Act.LIKE, ASN, "asn.example", CALON_POST)

    kept = scope(CALON_VISIT, Reading("x", interactions=(like,)))

    assert [(e.actor_watch, e.target_watch) for e in kept.edges] == [("w-asn", "w-calon")]


def test_a_watched_persons_like_of_anyone_else_is_not_kept() -> None:
    like = Interaction(Act.LIKE, ASN, None, "at://did:plc:penyanyi/app.bsky.feed.post/9")

    assert scope(ASN_VISIT, Reading("x", interactions=(like,))).edges == ()


def test_a_watched_persons_follow_of_a_campaign_account_is_kept() -> None:
    follow = Interaction(Act.FOLLOW, ASN, None, CALON)

    kept = scope(ASN_VISIT, Reading("x", interactions=(follow,)))

    assert [(e.interaction.act, e.target_watch) for e in kept.edges] == [(Act.FOLLOW, "w-calon")]


def test_a_repost_of_a_campaign_post_is_a_share() -> None:
    repost = Post("r1", ASN, "asn.example", "", NOW, repost_of=CALON_POST)

    kept = scope(ASN_VISIT, Reading("x", posts=(repost,)))

    assert [(e.interaction.act, e.target_watch) for e in kept.edges] == [(Act.SHARE, "w-calon")]


def test_the_target_is_found_through_a_post_the_archive_knows() -> None:
    archive = MemoryArchive()
    archive.project([Row("posts", "bluesky|77", {"watch": "w-calon"})])
    like = Interaction(Act.LIKE, ASN, None, "77")

    assert scope(ASN_VISIT, Reading("x", interactions=(like,)), archive=archive).edges


@pytest.mark.parametrize(
    ("shown", "kept"),
    [("asn", 0), ("asn@satu.example", 0), ("asn@dua.example", 1), ("ASN@DUA.example", 1)],
)
def test_a_federated_handle_is_the_same_person_only_with_the_same_host(
    shown: str, kept: int
) -> None:
    asn = row("w-asn", "9", "asn", Side.WATCHED, "mastodon")
    asn["entry"]["base_url"] = "https://dua.example"
    calon = row("w-calon", "7", "calon", Side.CAMPAIGN, "mastodon")
    talk = visit("w-calon", "7", "calon", Side.CAMPAIGN, "mastodon")
    own = Post("1", "7", "calon", "halo", NOW)
    like = Interaction(Act.LIKE, "9", shown, "1")

    found = scope(talk, Reading("x", posts=(own,), interactions=(like,)), (asn, calon))

    assert len(found.edges) == kept


def test_an_account_named_beside_the_visited_one_is_not_taken_for_it() -> None:
    from evidence.model import AccountSeen, SeenState

    own = AccountSeen(CALON, "calon.example", None, SeenState.PRESENT)
    other = AccountSeen("did:plc:warga", "warga.example", None, SeenState.SUSPENDED)

    assert scope(CALON_VISIT, Reading("x", accounts=(other, own))).reading.accounts == (own,)


SATU, DUA = "https://satu.example", "https://dua.example"


def fediverse(calon_on: str = DUA) -> tuple[dict, dict]:
    """A watched account on `satu` and a campaign account, whose ids are local to their servers."""
    calon = row("w-calon", "7", "calon", Side.CAMPAIGN, "mastodon")
    calon["entry"]["base_url"] = calon_on
    return row("w-asn", "9", "asn", Side.WATCHED, "mastodon"), calon


ASN_TOOT = visit("w-asn", "9", "asn", Side.WATCHED, "mastodon")


@pytest.mark.parametrize("act", [Act.MENTION, Act.FOLLOW])
@pytest.mark.parametrize(("calon_on", "kept"), [(SATU, 1), (DUA, 0)])
def test_an_account_id_is_looked_up_on_the_server_that_showed_it(
    act: Act, calon_on: str, kept: int
) -> None:
    edge = Interaction(act, "9", "asn", "7")

    assert len(scope(ASN_TOOT, Reading("x", interactions=(edge,)), fediverse(calon_on)).edges) == (
        kept
    )


@pytest.mark.parametrize("act", [Act.MENTION, Act.FOLLOW, Act.COMMENT, Act.SHARE])
@pytest.mark.parametrize(
    ("shown", "kept"), [("calon@dua.example", 1), ("calon", 0), ("calon@tiga.example", 0)]
)
def test_a_target_on_another_server_is_found_by_its_owners_handle(
    act: Act, shown: str, kept: int
) -> None:
    edge = Interaction(act, "9", "asn", "555", target_account=shown)

    assert len(scope(ASN_TOOT, Reading("x", interactions=(edge,)), fediverse()).edges) == kept


@pytest.mark.parametrize(("calon_on", "kept"), [(SATU, 1), (DUA, 0)])
def test_a_post_id_of_another_server_is_not_taken_for_the_archives_post(
    calon_on: str, kept: int
) -> None:
    archive = MemoryArchive()
    key = post_key("mastodon", "77", server_of("mastodon", calon_on))
    archive.project([Row("posts", key, {"watch": "w-calon"})])
    like = Interaction(Act.LIKE, "9", None, "77")

    found = scope(ASN_TOOT, Reading("x", interactions=(like,)), fediverse(calon_on), archive)

    assert len(found.edges) == kept


def test_a_post_whose_id_equals_an_accounts_id_does_not_lead_to_that_account() -> None:
    like = Interaction(Act.LIKE, "9", "asn", "7")

    assert scope(ASN_TOOT, Reading("x", interactions=(like,)), fediverse(SATU)).edges == ()


@pytest.mark.parametrize("target", ["TimCalon/6", "1200/6"])
def test_a_channels_forward_of_a_campaign_channel_is_a_share(target: str) -> None:
    rows = (
        row("w-asn", "1100", "kelurahan", Side.WATCHED, "telegram"),
        row("w-calon", "1200", "timcalon", Side.CAMPAIGN, "telegram"),
    )
    talk = visit("w-asn", "1100", "kelurahan", Side.WATCHED, "telegram")
    forward = Post("1100/3", "1100", "kelurahan", "halo", NOW, repost_of=target)

    found = scope(talk, Reading("x", posts=(forward,)), rows)

    assert [(e.interaction.act, e.target_watch) for e in found.edges] == [(Act.SHARE, "w-calon")]


def test_a_repost_the_reader_told_of_is_one_share_and_nothing_is_withheld() -> None:
    repost = Post("r1", "9", "asn", "", NOW, repost_of="555")
    told = Interaction(Act.SHARE, "9", "asn", "555", target_account="calon@dua.example")

    found = scope(ASN_TOOT, Reading("x", posts=(repost,), interactions=(told,)), fediverse())

    assert [e.interaction for e in found.edges] == [told]
    assert found.withheld == 0


def test_a_mastodon_reader_names_the_owner_of_what_a_status_leads_to() -> None:
    """The whole way from an answer of another server to the kept edge."""
    calon = {"id": "70", "acct": "calon@dua.example"}
    status = {
        "id": "1", "created_at": "2024-11-01T00:00:00.000Z", "edited_at": None, "uri": "u",
        "url": "u", "content": "", "spoiler_text": "", "media_attachments": [], "tags": [],
        "in_reply_to_id": None, "in_reply_to_account_id": None, "mentions": [],
        "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "poll": None,
        "account": {"id": "9", "acct": "asn"}, "reblog": None,
    }  # fmt: skip
    statuses = [
        {**status, "reblog": {**status, "id": "555", "account": calon}},
        {**status, "id": "2", "mentions": [calon]},
        {**status, "id": "3", "in_reply_to_id": "556", "in_reply_to_account_id": "70",
         "mentions": [calon]},
        {**status, "id": "4", "quote": {"state": "accepted",
         "quoted_status": {**status, "id": "557", "account": calon}}},
    ]  # fmt: skip
    url = f"{SATU}/api/v1/accounts/9/statuses"
    page = Page(url, 200, {"content-type": "application/json"}, json.dumps(statuses).encode())

    found = scope(ASN_TOOT, read("mastodon", page), fediverse())

    assert [(e.interaction.act, e.interaction.target) for e in found.edges] == [
        (Act.SHARE, "555"), (Act.MENTION, "70"), (Act.COMMENT, "556"), (Act.MENTION, "70"),
        (Act.SHARE, "557"),
    ]  # fmt: skip
    assert {e.target_watch for e in found.edges} == {"w-calon"}


@pytest.mark.parametrize(("actor", "kept"), [("did:plc:warga", 0), (ASN, 1), (None, 1)])
def test_a_stranger_who_took_a_watched_handle_is_not_the_watched_person(
    actor: str | None, kept: int
) -> None:
    like = Interaction(Act.LIKE, actor, "asn.example", CALON_POST)

    found = scope(CALON_VISIT, Reading("x", interactions=(like,)))

    assert (len(found.edges), found.withheld) == (kept, 1 - kept)


def test_a_handle_names_a_watched_account_whose_id_nobody_knows_yet() -> None:
    unknown = {**ROWS[0], "native_id": None}
    like = Interaction(Act.LIKE, ASN, "asn.example", CALON_POST)

    assert (
        len(scope(CALON_VISIT, Reading("x", interactions=(like,)), (unknown, ROWS[1])).edges) == 1
    )


def test_an_act_upon_a_shared_post_does_not_lead_to_who_shared_it() -> None:
    shared = Post("r1", CALON, "calon.example", "", NOW, repost_of="did:plc:lain/1")
    like = Interaction(Act.LIKE, ASN, None, "r1")

    assert scope(CALON_VISIT, Reading("x", posts=(shared,), interactions=(like,))).edges == ()


def test_a_post_without_an_author_is_the_accounts_and_one_with_another_is_not() -> None:
    posts = (
        Post("1", None, None, "a", NOW),
        Post("2", "did:plc:warga", None, "b", NOW),
        Post("3", None, "warga.example", "c", NOW),
    )

    assert [p.native_id for p in scope(CALON_VISIT, Reading("x", posts=posts)).reading.posts] == [
        "1"
    ]


@pytest.mark.parametrize("named", [CALON, "calon.example", "calon-baru.example"])
def test_an_act_towards_the_visited_account_is_found_by_its_id_or_its_handle(named: str) -> None:
    follow = Interaction(Act.FOLLOW, ASN, "asn.example", named)
    renamed = replace(CALON_VISIT, handle="calon-baru.example")

    kept = scope(renamed, Reading("x", interactions=(follow,)))

    assert [(e.actor_watch, e.target_watch) for e in kept.edges] == [("w-asn", "w-calon")]


def test_rows_of_accounts_nobody_watches_any_more_name_nobody_and_hide_nobody() -> None:
    gone = {**ROWS[0], "active": False}
    watched = watched_of((gone, ROWS[1]))

    assert watched.watch_of("bluesky", ASN, "asn.example") is None
    assert watched.watch_of("bluesky", CALON, None) == "w-calon"
    assert watched.side_of("w-calon") is Side.CAMPAIGN

"""What the sandbox serves is read by the project's own readers as what the scenario says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from crawler.page import Page
from crawler.platforms.bluesky import carproof
from crawler.registry import PLATFORMS, read
from evidence.model import Act, Post, Reading, SeenState
from sandbox.event import Event, GoPrivate, Publish, Remove
from sandbox.native import did
from sandbox.repo import multikey
from sandbox.scenarios.demo import TICKS, scenario
from sandbox.server import Sandbox
from sandbox.shapes import bluesky_record as at
from sandbox.shapes import mastodon_entity as masto
from sandbox.world import Account, Scenario

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def demo() -> Iterator[Sandbox]:
    with Sandbox(scenario(), TICKS[0]) as sandbox:
        yield sandbox
        assert sandbox.errors == []


def look(platform: str, url: str) -> Reading:
    answer = httpx.get(url)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    reading = read(platform, Page(str(answer.url), answer.status_code, headers, answer.content))
    assert reading.drift == ()
    return reading


def walk(platform: str, url: str) -> list[list[Post]]:
    """Posts page by page, following the first address each page itself offers."""
    pages, seen = [], set()
    while url and url not in seen:
        seen.add(url)
        reading = look(platform, url)
        pages.append(list(reading.posts))
        url = reading.next[0] if reading.next else ""
    return pages


def many(platform: str, count: int) -> Sandbox:
    account = Account("a", platform, "contoh1", "Contoh", START)
    posts: list[Event] = [
        Publish(START + timedelta(minutes=n // 2), "a", f"p{n}", f"Kiriman ke-{n}")
        for n in range(count)
    ]
    return Sandbox(Scenario("many", (account,), tuple(posts)), START + timedelta(days=1))


def first_page(sandbox: Sandbox, platform: str) -> str:
    base = sandbox.bases[platform]
    stage = sandbox.world.accounts["a"]
    return {
        "mastodon": f"{base}/api/v1/accounts/{masto.account_id(stage)}/statuses?limit=20",
        "bluesky": f"{base}/xrpc/app.bsky.feed.getAuthorFeed?actor=contoh1&limit=20",
        "telegram": f"{base}/s/contoh1",
    }[platform]


@pytest.mark.parametrize("platform", ["mastodon", "bluesky", "telegram"])
@pytest.mark.parametrize("count", [1, 20, 21, 45])
def test_paging_shows_every_post_exactly_once(platform: str, count: int) -> None:
    """Two posts share each minute, so that a cursor of times alone would lose or repeat one."""
    with many(platform, count) as sandbox:
        pages = walk(platform, first_page(sandbox, platform))

    texts = [post.text for page in pages for post in page]
    assert sorted(texts) == sorted(f"Kiriman ke-{n}" for n in range(count))
    assert len({post.native_id for page in pages for post in page}) == count
    assert max(map(len, pages)) == min(count, 20)


def test_records_are_listed_exactly_once_over_pages() -> None:
    with many("bluesky", 45) as sandbox:
        base = f"{sandbox.bases['bluesky']}/xrpc/com.atproto.repo.listRecords"
        query, uris = {"repo": did("a"), "collection": at.POST, "limit": "20"}, []
        while True:
            page = httpx.get(base, params=query).json()
            uris += [record["uri"] for record in page["records"]]
            if "cursor" not in page:
                break
            query["cursor"] = page["cursor"]

    assert len(uris) == len(set(uris)) == 45


def test_an_account_without_posts_is_positively_empty() -> None:
    with many("mastodon", 0) as sandbox:
        assert look("mastodon", first_page(sandbox, "mastodon")).empty


def statuses(sandbox: Sandbox, key: str) -> Reading:
    id_ = masto.account_id(sandbox.world.accounts[key])
    return look("mastodon", f"{sandbox.bases['mastodon']}/api/v1/accounts/{id_}/statuses")


def test_an_edit_is_seen_from_its_simulated_time_on(demo: Sandbox) -> None:
    before = statuses(demo, "yakob").posts[-1]
    demo.set_clock(TICKS[1])
    after = statuses(demo, "yakob").posts[-1]

    assert before.native_id == after.native_id
    assert before.edited_at is None
    assert before.text == "Warga Sukacontoh ikut Pawai Damai. Pilih nomor 1!"
    assert after.text == "Warga Sukacontoh menghadiri pawai."
    assert after.edited_at == datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_a_removed_post_is_absent_by_the_platforms_marker(demo: Sandbox) -> None:
    demo.set_clock(TICKS[1])
    id_ = masto.status_id(demo.world.posts["s_dukung"])
    address = f"{demo.bases['mastodon']}/api/v1/statuses/{id_}"
    assert look("mastodon", address).posts[0].native_id == id_

    demo.set_clock(TICKS[2])
    httpx.get(address)  # the first request of that hour is rate limited
    state = look("mastodon", address).states[0]
    assert (state.subject, state.state, state.marker) == (
        f"post:{id_}",
        SeenState.ABSENT,
        "HTTP 404",
    )


def test_a_repost_names_what_it_passes_on(demo: Sandbox) -> None:
    demo.set_clock(TICKS[1])
    shared = next(post for post in statuses(demo, "sari").posts if post.repost_of)

    assert shared.repost_of == masto.status_id(demo.world.posts["p1_pawai"])
    assert shared.text == ""


def test_who_liked_answered_and_shared_is_read_from_the_campaign_side(demo: Sandbox) -> None:
    demo.set_clock(TICKS[1])
    acts = []
    for key, part in (
        ("p1_visi", "favourited_by"),
        ("p1_visi", "context"),
        ("p1_pawai", "reblogged_by"),
    ):
        id_ = masto.status_id(demo.world.posts[key])
        url = f"{demo.bases['mastodon']}/api/v1/statuses/{id_}/{part}"
        acts += [(i.act, i.actor_handle) for i in look("mastodon", url).interactions]

    assert acts == [
        (Act.LIKE, "sari_contoh"),
        (Act.COMMENT, "kades_sukacontoh"),
        (Act.SHARE, "sari_contoh"),
    ]


def test_an_edit_history_holds_every_version(demo: Sandbox) -> None:
    demo.set_clock(TICKS[1])
    id_ = masto.status_id(demo.world.posts["y_pawai"])
    posts = look("mastodon", f"{demo.bases['mastodon']}/api/v1/statuses/{id_}/history").posts

    assert [post.edited_at is None for post in posts] == [True, False]


def test_a_like_is_in_the_likers_repository_until_it_is_taken_back(demo: Sandbox) -> None:
    address = (
        f"{demo.bases['bluesky']}/xrpc/com.atproto.repo.listRecords"
        f"?repo={did('budi')}&collection={at.LIKE}"
    )
    liked = look("bluesky", address).interactions
    demo.set_clock(TICKS[3])

    assert [(i.act, i.actor_id, i.target) for i in liked] == [
        (Act.LIKE, did("budi"), at.uri(demo.world.posts["b1_visi"]))
    ]
    assert look("bluesky", address).interactions == ()


def test_removal_on_bluesky_leaves_a_signed_proof_of_absence(demo: Sandbox) -> None:
    demo.set_clock(TICKS[2])
    path = at.uri(demo.world.posts["b_janji"]).split("/", 3)[3]
    collection, rkey = path.split("/")
    address = (
        f"{demo.bases['bluesky']}/xrpc/com.atproto.sync.getRecord"
        f"?did={did('budi')}&collection={collection}&rkey={rkey}"
    )
    key = f"did:key:{multikey(did('budi'))}"
    there = carproof.check(httpx.get(address).content, did("budi"), path, key)
    demo.set_clock(TICKS[3])
    gone = carproof.check(httpx.get(address).content, did("budi"), path, key)

    assert (there.present, gone.present) == (True, False)
    assert there.signer == gone.signer == key
    assert there.commit != gone.commit


def test_a_record_listed_has_the_cid_its_proof_shows(demo: Sandbox) -> None:
    demo.set_clock(TICKS[1])
    base = f"{demo.bases['bluesky']}/xrpc"
    query = {"repo": did("andi"), "collection": at.POST}
    key = f"did:key:{multikey(did('andi'))}"
    for record in httpx.get(f"{base}/com.atproto.repo.listRecords", params=query).json()["records"]:
        path = record["uri"].split("/", 3)[3]
        asked = {"did": did("andi"), "collection": at.POST, "rkey": path.split("/")[1]}
        body = httpx.get(f"{base}/com.atproto.sync.getRecord", params=asked).content

        assert carproof.check(body, did("andi"), path, key).cid == record["cid"]


def test_a_rename_keeps_the_did_and_frees_the_old_handle(demo: Sandbox) -> None:
    demo.set_clock(TICKS[3])
    base = f"{demo.bases['bluesky']}/xrpc"
    profile = look("bluesky", f"{base}/app.bsky.actor.getProfile?actor={did('andi')}").accounts[0]
    old = httpx.get(f"{base}/com.atproto.identity.resolveHandle?handle=andi.contoh.test")

    assert (profile.native_id, profile.handle) == (did("andi"), "andi-hobi.contoh.test")
    assert old.status_code == 400


def test_the_picture_of_a_post_is_served_as_the_blob_its_record_names(demo: Sandbox) -> None:
    demo.set_clock(TICKS[1])
    base = f"{demo.bases['bluesky']}/xrpc"
    post = look("bluesky", f"{base}/app.bsky.feed.getAuthorFeed?actor=paslon1.contoh.test").posts[0]
    key = post.media[0].key
    shown = httpx.get(post.media[0].url)
    blob = httpx.get(f"{base}/com.atproto.sync.getBlob?did={did('paslon1b')}&cid={key}")

    assert key == at.blob_cid(demo.world.posts["b1_pawai"])
    assert shown.content == blob.content
    assert blob.headers["content-type"] == "image/webp"


def test_a_closed_channel_leads_to_its_landing_page_without_preview(demo: Sandbox) -> None:
    address = f"{demo.bases['telegram']}/s/kelurahan_contoh"
    assert len(look("telegram", address).posts) == 1

    demo.set_clock(TICKS[3])
    assert look("telegram", address).states[0].state is SeenState.GATED
    landing = look("telegram", f"{demo.bases['telegram']}/kelurahan_contoh")
    assert landing.accounts[0].state is SeenState.GATED


def test_a_forwarded_message_names_its_source(demo: Sandbox) -> None:
    demo.set_clock(TICKS[1])
    posts = look("telegram", f"{demo.bases['telegram']}/s/kelurahan_contoh").posts

    assert [post.repost_of for post in posts] == [None, "tim_paslon1/6"]


def test_a_removed_message_is_absent_by_the_widgets_own_error() -> None:
    account = Account("a", "telegram", "contoh1", "Contoh", START)
    events = (Publish(START, "a", "p", "teks"), Remove(START + timedelta(hours=1), "p"))
    with Sandbox(Scenario("t", (account,), events), START + timedelta(hours=2)) as sandbox:
        url = f"{sandbox.bases['telegram']}/contoh1/1?embed=1&mode=tme"

        assert look("telegram", url).states[0].marker == "Post not found"


def test_a_name_nobody_has_is_absent_on_telegram(demo: Sandbox) -> None:
    state = look("telegram", f"{demo.bases['telegram']}/tidak_ada_nama").states[0]

    assert state.state is SeenState.ABSENT


def test_a_locked_account_shows_itself_and_none_of_its_posts() -> None:
    account = Account("a", "mastodon", "contoh1", "Contoh", START)
    events = (Publish(START, "a", "p", "teks"), GoPrivate(START + timedelta(hours=1), "a"))
    with Sandbox(Scenario("t", (account,), events), START + timedelta(hours=2)) as sandbox:
        base = f"{sandbox.bases['mastodon']}/api/v1/accounts"

        assert look("mastodon", f"{base}/lookup?acct=contoh1").accounts[0].handle == "contoh1"
        assert look("mastodon", first_page(sandbox, "mastodon")).empty


@pytest.mark.skipif("feed" not in PLATFORMS, reason="the feed reader is not registered")
@pytest.mark.parametrize("form", ["xml", "atom", "json"])
def test_every_form_of_the_feed_says_the_same_posts(demo: Sandbox, form: str) -> None:
    demo.set_clock(TICKS[1])
    reading = look("feed", f"{demo.bases['feed']}/feed/paslon2.{form}")

    assert [post.published_at for post in reading.posts] == [
        datetime(2026, 11, 2, 8, tzinfo=UTC),
        datetime(2026, 11, 1, 8, tzinfo=UTC),
    ]
    assert all(post.url and "/artikel/" in post.url for post in reading.posts)
    assert "Catatan tim Paslon 2" in (reading.posts[0].text or "")

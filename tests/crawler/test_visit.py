import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from crawler.load import Load
from crawler.page import Page
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import (
    AccountId,
    AccountSeen,
    Attribution,
    CaptureKind,
    Confidence,
    Drift,
    KnownPost,
    Outcome,
    Post,
    Reading,
    SeenState,
    Side,
    StateSeen,
    WatchEntry,
)

NOW = datetime(2024, 11, 1, tzinfo=UTC)
ENTRY = WatchEntry(
    watch="w-000000000001",
    account=AccountId("mastodon", "7", "bunga"),
    side=Side.WATCHED,
    tier="A",
    zone="Asia/Makassar",
    attribution=Attribution("Bunga", "SK", Confidence.HIGH, "Petugas", NOW),
    assignment_order="001/ST/2024",
    legal_basis="UU 10/2016",
    watched_from=NOW,
    base_url="https://contoh.example/",
)
POST = Post("1", "7", "bunga", "halo", NOW)


def known(native_id: str, *, published: datetime = NOW, state: SeenState = SeenState.PRESENT):
    return KnownPost(
        "mastodon", native_id, ENTRY.watch, "aa", "aa", 1, state, "d", NOW, NOW, published
    )


def visit_answering(answers: Sequence[dict], posts: Sequence[KnownPost] = ()) -> Visit:
    """A visit whose fetches are answered in order by fields of Seen."""
    queue = list(answers)

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        said = queue.pop(0)
        status = said.pop("status", 200)
        page = None if status is None else Page(ask.url, status, {}, b"")
        reading = said.pop("reading", Reading("x@1"))
        capture = said.pop("capture", "c1")
        return Seen(visit, ask.url, capture, page, reading, NOW, ask.kind, ask.of, **said)

    return Visit(
        id="v", entry=ENTRY, slot=None, due_at=None, started_at=NOW, native_id="7", handle="bunga",
        state=None, watched=Watched({}, {}, {}), pages_limit=10, fetch=fetch,
        archive_known=lambda visit, limit: posts,
    )  # fmt: skip


def ended(*answers: dict, failure: str = "", **kinds: CaptureKind) -> Outcome:
    visit = visit_answering(answers)

    async def talk() -> None:
        for _ in answers:
            await visit.get("https://contoh.example/x", **kinds)

    asyncio.run(talk())
    return visit.end(NOW, failure).outcome


def test_a_page_of_known_posts_is_unchanged() -> None:
    assert ended({"reading": Reading("x@1", posts=(POST,))}) is Outcome.UNCHANGED


def test_an_answer_that_nothing_changed_since_the_last_visit_is_unchanged() -> None:
    same = Reading("x@1", states=(StateSeen("page:u", SeenState.PRESENT, "HTTP 304"),))

    assert ended({"status": 304, "reading": same}) is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("status", "states"),
    [(304, ()), (200, (StateSeen("page:u", SeenState.PRESENT, "HTTP 304"),))],
)
def test_a_304_its_reader_does_not_know_is_no_answer(
    status: int, states: tuple[StateSeen, ...]
) -> None:
    assert ended({"status": status, "reading": Reading("x@1", states=states)}) is Outcome.SUSPECT


def test_an_empty_list_is_empty_only_when_the_reader_proved_it() -> None:
    assert ended({"reading": Reading("x@1", empty=True)}) is Outcome.EMPTY


def test_a_page_without_content_and_marker_is_suspect_never_empty() -> None:
    assert ended({"reading": Reading("x@1")}) is Outcome.SUSPECT


def test_drift_alone_is_suspect() -> None:
    assert ended({"reading": Reading("x@1", drift=(Drift("$.x"),))}) is Outcome.SUSPECT


@pytest.mark.parametrize("state", [SeenState.BLOCKED, SeenState.GATED])
def test_a_refusal_alone_is_blocked(state: SeenState) -> None:
    states = (StateSeen("page:https://contoh.example/x", state, "HTTP 401"),)

    assert ended({"status": 401, "reading": Reading("x@1", states=states)}) is Outcome.BLOCKED


def test_no_response_at_all_is_failed() -> None:
    visit = visit_answering([{"status": None}])
    asyncio.run(visit.get("https://contoh.example/x"))
    visit.gap("TIMEOUT", "no response")

    assert visit.end(NOW).outcome is Outcome.FAILED


def test_a_refusal_after_content_is_partial() -> None:
    wall = Reading("x@1", states=(StateSeen("page:u", SeenState.GATED, "HTTP 401"),))

    assert ended(
        {"reading": Reading("x@1", posts=(POST,))}, {"status": 401, "reading": wall}
    ) is Outcome.PARTIAL  # fmt: skip


def test_a_cut_off_body_makes_the_visit_partial() -> None:
    shown = {"reading": Reading("x@1", posts=(POST,))}

    assert ended(shown, {"reading": Reading("x@1", posts=(POST,)), "cut": "DATA_LOSS"}) is (
        Outcome.PARTIAL
    )


def test_a_suspended_account_is_an_answer_not_a_failure() -> None:
    seen = AccountSeen("7", "bunga", None, SeenState.SUSPENDED)

    assert ended({"reading": Reading("x@1", accounts=(seen,))}) is Outcome.UNCHANGED


def test_a_visit_that_broke_off_before_content_is_failed() -> None:
    assert ended(failure="StoreError") is Outcome.FAILED


ACCOUNT_GONE = StateSeen("account:7", SeenState.ABSENT, "HTTP 404")
SHOWN = Reading("x@1", posts=(POST,))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"reading": SHOWN}, Outcome.PARTIAL),
        ({"reading": Reading("x@1", states=(ACCOUNT_GONE,))}, Outcome.PARTIAL),
        ({"reading": Reading("x@1")}, Outcome.FAILED),
    ],
)
def test_a_visit_that_broke_off_is_partial_only_when_something_was_seen(
    answer: dict, outcome: Outcome
) -> None:
    assert ended(answer, failure="StoreError") is outcome


@pytest.mark.parametrize(
    "state",
    [
        SeenState.ABSENT,
        SeenState.UNSEEN,
        SeenState.PRIVATE,
        SeenState.SUSPENDED,
        SeenState.WITHHELD,
    ],
)
def test_what_the_platform_says_of_the_account_is_an_answer(state: SeenState) -> None:
    states = (StateSeen("account:7", state, "x"),)

    assert ended({"reading": Reading("x@1", states=states)}) is Outcome.UNCHANGED


@pytest.mark.parametrize("state", [SeenState.DRIFT, SeenState.PRESENT])
def test_a_marker_that_says_nothing_of_the_account_is_no_answer(state: SeenState) -> None:
    states = (StateSeen("account:7", state, "x"),)

    assert ended({"reading": Reading("x@1", states=states)}) is Outcome.SUSPECT


def test_a_list_that_showed_posts_is_not_empty_whatever_another_page_said() -> None:
    empty = Reading("x@1", empty=True)

    assert ended({"reading": SHOWN}, {"reading": empty}) is Outcome.UNCHANGED
    assert ended({"reading": empty}, {"reading": Reading("x@1")}) is Outcome.EMPTY


@pytest.mark.parametrize("name", ["new", "edited", "returned", "state", "interactions", "account"])
def test_a_visit_that_found_something_new_is_complete(name: str) -> None:
    visit = visit_answering([{"reading": SHOWN}])
    asyncio.run(visit.get("https://contoh.example/x"))
    visit.count(name)

    assert (visit.end(NOW).outcome, visit.end(NOW).reason) == (Outcome.COMPLETE, "")


def test_every_kind_of_gap_is_named_once_and_in_order() -> None:
    visit = visit_answering([{"reading": SHOWN}])
    asyncio.run(visit.get("https://contoh.example/x"))
    for code in ("TIMEOUT", "DNS", "TIMEOUT", "BLOCKED", "ROBOTS", "DATA_LOSS", "TOO_LARGE"):
        visit.gap(code)

    assert visit.end(NOW).reason == "BLOCKED, DATA_LOSS, DNS, ROBOTS, TIMEOUT, TOO_LARGE"


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [(429, SeenState.BLOCKED, "RATE_LIMITED"), (403, SeenState.BLOCKED, "BLOCKED"),
     (401, SeenState.GATED, "GATED")],
)  # fmt: skip
def test_why_a_page_was_kept_from_us_is_the_gap(status: int, state: SeenState, code: str) -> None:
    visit = visit_answering([
        {"status": status, "reading": Reading("x@1", states=(StateSeen("page:u", state, "m"),))}
    ])  # fmt: skip
    asyncio.run(visit.get("https://contoh.example/x"))

    assert [(gap.code, gap.detail, gap.capture) for gap in visit.gaps] == [(code, "m", "c1")]
    assert visit.end(NOW).reason == code


def test_a_refusal_of_the_accounts_own_page_says_nothing_of_the_account() -> None:
    states = (StateSeen("account:7", SeenState.BLOCKED, "HTTP 403"),)
    visit = visit_answering([{"status": 403, "reading": Reading("x@1", states=states)}])
    asyncio.run(visit.get("https://contoh.example/x"))

    assert visit.account_state is None
    assert visit.end(NOW).outcome is Outcome.BLOCKED


def test_only_the_visited_account_says_how_the_visited_account_is() -> None:
    accounts = (
        AccountSeen(None, "anonim", None, SeenState.SUSPENDED),
        AccountSeen("8", "lain", None, SeenState.PRIVATE),
    )
    visit = visit_answering([{"reading": Reading("x@1", accounts=accounts)}])
    visit.native_id = None
    asyncio.run(visit.get("https://contoh.example/x"))

    assert visit.account_state is None


def test_what_was_not_modified_is_counted() -> None:
    same = Reading("x@1", states=(StateSeen("page:u", SeenState.PRESENT, "HTTP 304"),))
    visit = visit_answering([{"status": 304, "reading": same}])
    asyncio.run(visit.get("https://contoh.example/x"))

    assert visit.counts == {"requests": 1, "not_modified": 1}


def test_a_short_rate_limit_is_waited_for_once_and_leaves_no_gap() -> None:
    wall = Reading("x@1", states=(StateSeen("page:u", SeenState.BLOCKED, "HTTP 429"),))
    visit = visit_answering(
        [
            {"status": 429, "reading": wall, "retry_after_s": 0},
            {"reading": Reading("x@1", posts=(POST,))},
        ]
    )

    asyncio.run(visit.get("https://contoh.example/x"))

    assert visit.gaps == []
    assert visit.counts["rate_limits_waited"] == 1


def test_a_long_rate_limit_is_not_waited_for() -> None:
    wall = Reading("x@1", states=(StateSeen("page:u", SeenState.BLOCKED, "HTTP 429"),))
    visit = visit_answering([{"status": 429, "reading": wall, "retry_after_s": 3600}])

    asyncio.run(visit.get("https://contoh.example/x"))

    assert [gap.code for gap in visit.gaps] == ["RATE_LIMITED"]


def test_the_first_sound_page_is_the_control_of_later_ones() -> None:
    visit = visit_answering(
        [
            {"capture": "c1", "reading": Reading("x@1", posts=(POST,))},
            {"capture": "c2", "status": 404},
        ]
    )

    async def talk() -> Seen:
        await visit.get("https://contoh.example/list")
        return await visit.get("https://contoh.example/post")

    assert asyncio.run(talk()).control == "c1"


def test_only_posts_the_listing_should_have_shown_are_looked_for() -> None:
    older = datetime(2024, 1, 1, tzinfo=UTC)
    posts = [
        known("1"),
        known("2"),
        known("3", published=older),
        known("4", state=SeenState.ABSENT),
    ]
    visit = visit_answering([{"status": 404}], posts)
    visit.posts_seen["1"] = "c1"

    async def talk() -> list[str]:
        return [
            seen.url
            async for seen in visit.look_for_missing(
                lambda post: f"https://contoh.example/{post.native_id}", oldest=NOW
            )
        ]

    assert asyncio.run(talk()) == ["https://contoh.example/2"]


def test_a_post_asks_with_its_body_and_is_waited_for_like_any_request() -> None:
    wall = Reading("x@1", states=(StateSeen("page:u", SeenState.BLOCKED, "HTTP 429"),))
    visit = visit_answering([{"status": 429, "reading": wall, "retry_after_s": 0}, {}])
    answer, asked = visit.fetch, []

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        asked.append(ask)
        return await answer(visit, ask)

    visit.fetch = fetch
    headers = (("Content-Type", "application/json"),)
    asyncio.run(visit.post("https://contoh.example/x", b"{}", headers=headers, minimise=True))

    ask = Ask("https://contoh.example/x", headers, minimise=True, method="POST", body=b"{}")
    assert asked == [ask, ask]


SOUND = Reading("x@1", posts=(POST,))
SHELL = Reading("x@1", drift=(Drift("no data in the document"),))


def looked(*parts: dict, times: int = 1) -> Visit:
    """A visit that has loaded one page in the browser, whose parts are fields of Seen."""
    looks = [list(parts)] * times
    visit = visit_answering(())

    async def load(visit: Visit, load: Load) -> tuple[Seen, ...]:
        return tuple(
            Seen(
                visit, load.url, f"c{n}", Page(load.url, part.get("status", 200), {}, b""),
                part.get("reading", Reading("none")), NOW, part.get("kind", CaptureKind.EXCHANGE),
                retry_after_s=part.get("retry_after_s"),
            )
            for n, part in enumerate(looks.pop(0))
        )  # fmt: skip

    visit.load = load
    asyncio.run(visit.browse("https://contoh.example/x"))
    return visit


def test_a_shell_document_is_no_drift_when_the_rendered_one_is_sound() -> None:
    visit = looked({"reading": SHELL}, {"reading": SOUND, "kind": CaptureKind.DOM})

    assert visit.gaps == []
    assert visit.end(NOW).outcome is Outcome.UNCHANGED


def test_a_shell_document_is_no_drift_when_a_data_answer_is_sound() -> None:
    visit = looked({"reading": SHELL}, {"reading": SOUND})

    assert visit.gaps == []
    assert visit.control == "c1"


def test_a_shell_document_is_no_drift_when_a_data_answer_says_why_nothing_is_shown() -> None:
    gone = Reading("x@1", states=(StateSeen("account:1", SeenState.SUSPENDED, "Suspended"),))
    visit = looked({"reading": SHELL}, {"reading": gone})

    assert visit.gaps == []
    assert visit.account_state is SeenState.SUSPENDED


def test_an_answer_that_names_no_cause_makes_up_for_no_drift() -> None:
    unsure = Reading("x@1", states=(StateSeen("account:1", SeenState.UNSEEN, "no result"),))
    visit = looked({"reading": SHELL}, {"reading": unsure})

    assert [gap.code for gap in visit.gaps] == ["DRIFT"]


def test_a_look_in_which_nothing_is_sound_is_drift() -> None:
    visit = looked({"reading": SHELL}, {"reading": SHELL, "kind": CaptureKind.DOM})

    assert [gap.code for gap in visit.gaps] == ["DRIFT", "DRIFT"]
    assert visit.end(NOW).outcome is Outcome.SUSPECT


def test_a_data_answer_that_drifts_is_a_gap_whatever_else_is_sound() -> None:
    visit = looked({"reading": SOUND}, {"reading": SHELL})

    assert [gap.capture for gap in visit.gaps] == ["c1"]


def test_a_walled_look_is_blocked() -> None:
    wall = Reading("x@1", states=(StateSeen("page:u", SeenState.GATED, "login form"),))
    visit = looked({"reading": SHELL}, {"reading": wall, "kind": CaptureKind.DOM})

    assert visit.end(NOW).outcome is Outcome.BLOCKED


def test_a_rate_limited_look_is_waited_for_once() -> None:
    wall = Reading("x@1", states=(StateSeen("page:u", SeenState.BLOCKED, "HTTP 429"),))
    visit = looked({"status": 429, "reading": wall, "retry_after_s": 0}, times=2)

    assert visit.counts["rate_limits_waited"] == 1
    assert [gap.code for gap in visit.gaps] == ["RATE_LIMITED"]


def test_a_visit_without_a_browser_says_that_it_saw_nothing() -> None:
    visit = visit_answering(())

    assert asyncio.run(visit.browse("https://contoh.example/x")) == ()
    assert [gap.code for gap in visit.gaps] == ["NOT_RENDERED"]

"""ABSENT needs a second visit: two markers in one visit are one look, whoever shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crawler.visit import Seen, Visit
from crawler.watched import Watched
from evidence.history import compare, state_digest
from evidence.model import (
    AccountId,
    Attribution,
    Change,
    Confidence,
    KnownPost,
    Post,
    Proof,
    Reading,
    SeenState,
    Side,
    StateSeen,
    WatchEntry,
)
from pipelines.history import account_change, as_handed, states, tells_more

NOW = datetime(2024, 11, 1, tzinfo=UTC)
POST_GONE = StateSeen("post:1", SeenState.ABSENT, "HTTP 404")
ACCOUNT_GONE = StateSeen("account:7", SeenState.ABSENT, "HTTP 404")


def visit(state: SeenState | None = SeenState.PRESENT) -> Visit:
    entry = WatchEntry(
        "w-1", AccountId("mastodon", "7", "bunga"), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip
    return Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id="7", handle="bunga",
        state=state, watched=Watched({}, {}, {}), pages_limit=1, fetch=SimpleNamespace(),
        archive_known=lambda visit, limit: (),
    )  # fmt: skip


def page(talk: Visit, marker: StateSeen, minutes: int) -> Seen:
    """A page with a marker, after a control of the same visit."""
    reading = Reading("x@1", states=(marker,))
    at = NOW + timedelta(minutes=minutes)
    return Seen(talk, "https://satu.example/x", f"c{minutes}", None, reading, at, control="c0")


def known(state: SeenState, first_absent_at: datetime | None = None) -> KnownPost:
    return KnownPost(
        "mastodon", "1", "w-1", "aa", "aa", 1, state, "d", NOW, NOW, NOW,
        first_absent_at=first_absent_at,
    )  # fmt: skip


def post_states(talk: Visit, before: KnownPost, minutes: int) -> list[SeenState]:
    seen = page(talk, POST_GONE, minutes)
    return [found.state for found, _ in states(seen.reading, {"1": before}, seen)]


def test_two_markers_for_a_post_in_one_visit_do_not_make_it_absent() -> None:
    talk = visit()
    first = post_states(talk, known(SeenState.PRESENT), 1)
    second = post_states(talk, known(SeenState.UNSEEN, NOW + timedelta(minutes=1)), 2)

    assert (first, second) == ([SeenState.UNSEEN], [])


def test_a_marker_for_a_post_in_a_second_visit_makes_it_absent() -> None:
    first = post_states(visit(), known(SeenState.PRESENT), 1)
    second = post_states(visit(), known(SeenState.UNSEEN, NOW + timedelta(minutes=1)), 60)

    assert (first, second) == ([SeenState.UNSEEN], [SeenState.ABSENT])


def account_states(talk: Visit, *minutes: int) -> list[SeenState]:
    pages = [page(talk, ACCOUNT_GONE, minute) for minute in minutes]
    changes = [account_change(seen.reading, seen) for seen in pages]
    return [change.account.state for change in changes if change]


def test_two_markers_for_an_account_in_one_visit_do_not_make_it_absent() -> None:
    assert account_states(visit(), 1, 2) == [SeenState.UNSEEN]


def test_a_marker_for_an_account_in_a_second_visit_makes_it_absent() -> None:
    assert account_states(visit(SeenState.UNSEEN), 60, 61) == [SeenState.ABSENT]


def test_an_account_missed_without_a_control_is_never_absent() -> None:
    seen = replace(page(visit(SeenState.UNSEEN), ACCOUNT_GONE, 60), control=None)

    assert account_change(seen.reading, seen) is None


@pytest.mark.parametrize(
    ("present", "signer", "made_min", "absent"),
    [
        (False, "did:key:z1", 1, True),
        (False, None, 1, False),
        (True, "did:key:z1", 1, False),
        (False, "did:key:z1", 0, False),
        (False, "did:key:z1", -60, False),
        (False, "did:key:z1", None, False),
    ],
    ids=["not in the signed tree", "signature unchecked", "in the signed tree",
         "as old as the last sight", "from before the last sight", "of no time"],
)  # fmt: skip
def test_only_a_signed_tree_without_the_post_made_since_it_was_seen_makes_it_absent_at_once(
    present: bool, signer: str | None, made_min: int | None, absent: bool
) -> None:
    seen = page(visit(), POST_GONE, 2)
    post = known(SeenState.PRESENT)
    made = None if made_min is None else post.last_seen_at + timedelta(minutes=made_min)
    proof = Proof("1", present, None, "bafy", signer, made)
    reading = replace(seen.reading, proofs=(proof,))

    ((found, _),) = states(reading, {"1": post}, seen)

    assert (found.state is SeenState.ABSENT) is absent
    assert (found.proof is not None) is absent


@pytest.mark.parametrize("before", [SeenState.ABSENT, SeenState.UNSEEN, SeenState.PRIVATE])
def test_a_persons_file_does_not_say_that_the_public_sees_a_post_again(before: SeenState) -> None:
    post = Post("1", "7", "bunga", "kata", NOW)
    observation = compare(known(before), post, NOW + timedelta(minutes=5))

    handed, _ = as_handed((observation, known(before)))

    assert observation.change is Change.RETURNED
    assert (handed.change, handed.state) == (Change.EDITED, before)


def test_a_persons_file_with_the_words_of_the_last_snapshot_adds_nothing() -> None:
    post = Post("1", "7", "bunga", "kata", NOW)
    before = replace(known(SeenState.ABSENT), state_digest=state_digest(post))
    seen = replace(page(visit(), POST_GONE, 1), claimed_at=NOW + timedelta(days=1))

    assert not tells_more((compare(before, post, seen.fetched_at), before), seen)

"""What a page says of the visited account itself: made known, renamed, another one, another state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.visit import Seen, Visit
from evidence.model import (
    AccountCounts,
    AccountSeen,
    KnownPost,
    Post,
    Reading,
    SeenState,
    StateSeen,
)
from pipelines.history import account_change, posts, resolved, tells_more
from pipelines.known import Known
from tests.pipelines.test_absence import NOW
from tests.pipelines.test_absence import visit as visit_of

LATER = datetime(2024, 11, 2, tzinfo=UTC)


def visit(state: SeenState | None) -> Visit:
    """A visit to an account whose handle the archive knows."""
    talk = visit_of(state)
    talk.known_handle = "bunga"
    return talk


def page(talk: Visit, reading: Reading, **more: object) -> Seen:
    return Seen(talk, "https://satu.example/x", "c1", None, reading, LATER, **more)  # type: ignore[arg-type]


def shown(
    native_id: str | None = "7", handle: str | None = "bunga", state: SeenState = SeenState.PRESENT
) -> Reading:
    return Reading("x@1", accounts=(AccountSeen(native_id, handle, None, state, AccountCounts()),))


@pytest.mark.parametrize(
    ("before", "reading", "changed"),
    [
        (None, shown(), ("RESOLVED",)),
        (None, shown(handle="melati"), ("RESOLVED",)),
        (SeenState.PRESENT, shown(handle="melati"), ("HANDLE",)),
        (SeenState.PRESENT, shown(native_id="8"), ("NATIVE_ID",)),
        (SeenState.UNSEEN, shown(), ("STATE",)),
        (SeenState.PRESENT, shown(state=SeenState.PRIVATE), ("STATE",)),
        (SeenState.PRESENT, shown("8", "melati", SeenState.PRIVATE),
         ("STATE", "HANDLE", "NATIVE_ID")),
    ],
)  # fmt: skip
def test_what_changed_of_an_account_is_named(
    before: SeenState | None, reading: Reading, changed: tuple[str, ...]
) -> None:
    change = account_change(reading, page(visit(before), reading))

    assert change is not None
    assert (change.changed, change.previous) == (changed, before)


@pytest.mark.parametrize("reading", [shown(), shown(native_id=None), shown(handle=None)])
def test_an_account_shown_as_it_was_is_no_change(reading: Reading) -> None:
    assert account_change(reading, page(visit(SeenState.PRESENT), reading)) is None


def test_the_marker_of_an_account_is_its_own_and_not_that_of_a_post_in_the_same_state() -> None:
    private = SeenState.PRIVATE
    of_post = StateSeen("post:1", private, "the post's")
    of_account = StateSeen("account:7", private, "the account's")
    reading = replace(shown(state=private), states=(of_post, of_account))
    without = replace(reading, states=(of_post,))

    changes = [account_change(r, page(visit(SeenState.PRESENT), r)) for r in (reading, without)]

    assert [c and c.marker for c in changes] == ["the account's", None]


def test_a_new_handle_is_told_once() -> None:
    talk, reading = visit(SeenState.PRESENT), shown(handle="melati")

    told = [account_change(reading, page(talk, reading)) for _ in range(2)]

    assert [change is not None for change in told] == [True, False]


@pytest.mark.parametrize("state", [SeenState.BLOCKED, SeenState.DRIFT])
def test_what_kept_the_page_from_us_is_no_state_of_the_account(state: SeenState) -> None:
    reading = Reading("x@1", states=(StateSeen("account:7", state, "x"),))

    assert account_change(reading, page(visit(SeenState.PRESENT), reading)) is None


def test_a_persons_file_makes_an_account_known_and_changes_nothing_of_it() -> None:
    known = resolved(shown(), page(visit(None), shown()))

    assert known is not None
    assert known.changed == ("RESOLVED",)
    assert resolved(shown("8", "melati"), page(visit(SeenState.PRESENT), shown())) is None


POST = Post("1", "7", "bunga", "kata", NOW)
KNOWN = KnownPost("mastodon", "1", "w-1", "aa", "aa", 1, SeenState.PRESENT, "d", NOW, NOW, NOW)


@pytest.mark.parametrize(
    ("known", "post", "claimed", "more"),
    [
        (None, POST, None, True),
        (KNOWN, POST, LATER, True),
        (KNOWN, POST, NOW, False),
        (KNOWN, POST, None, False),
        (KNOWN, replace(POST, published_at=None), LATER, False),
        (replace(KNOWN, published_at=None), replace(POST, published_at=None), LATER, True),
    ],
    ids=["unknown", "newer", "as old", "no claim", "a part of it", "never dated"],
)  # fmt: skip
def test_a_persons_file_adds_content_only_when_it_claims_to_be_newer(
    known: KnownPost | None, post: Post, claimed: datetime | None, more: bool
) -> None:
    reading = Reading("x@1", posts=(post,))
    seen = page(visit(None), reading, via="HUMAN", claimed_at=claimed)
    found = Known({"1": known} if known else {}, frozenset())
    (pair,) = posts(reading, found, seen)

    assert tells_more(pair, seen) is more

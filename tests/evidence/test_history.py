from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from evidence.errors import IntegrityError
from evidence.history import compare, media_identity, next_known, not_found, state_digest
from evidence.model import (
    Change,
    Counts,
    KnownPost,
    Media,
    Observation,
    Post,
    SeenState,
    StateSeen,
)

T0 = datetime(2024, 2, 10, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POST = Post("111", "9", "budi", "Selamat pagi", T0, url="https://m.example/@budi/111")
GONE = StateSeen("post:111", SeenState.ABSENT, "HTTP 404")


def known(**changes: object) -> KnownPost:
    first = next_known(None, compare(None, POST, T0), "s1", platform="mastodon", watch="w-1")
    return replace(first, **changes)


def marker(state: SeenState, said: str = "HTTP 404") -> StateSeen:
    return StateSeen("post:111", state, said)


def after(before: KnownPost, observation: Observation | None, snapshot: str = "s9") -> KnownPost:
    assert observation is not None
    return next_known(before, observation, snapshot, platform="mastodon", watch="w-1")


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "Selamat sore"},
        {"text": None},
        {"links": ("https://a.example/",)},
        {"media": (Media("https://cdn.example/1.jpg", "image"),)},
        {"reply_to": "5"},
        {"repost_of": "5"},
        {"quote_of": "5"},
        {"edited_at": T0},
    ],
)
def test_digest_changes_with_whatever_makes_a_state(changed: dict[str, object]) -> None:
    assert state_digest(replace(POST, **changed)) != state_digest(POST)


@pytest.mark.parametrize(
    "changed",
    [
        {"counts": Counts(like=7, view=100, approximate=(("view", 100),))},
        {"author_handle": "budi.baru"},
        {"author_id": None},
        {"url": "https://other.example/111"},
        {"published_at": None},
    ],
)
def test_digest_ignores_what_changes_without_an_edit(changed: dict[str, object]) -> None:
    assert state_digest(replace(POST, **changed)) == state_digest(POST)


def test_digest_is_the_committed_one() -> None:
    """Digests are kept in rows and snapshots: another algorithm would call every post edited."""
    whole = replace(
        POST,
        text="Ayo \ud800 coblos 🗳️",
        links=("https://a.example/?x=1",),
        media=(Media("https://c1.cdn.example/a.jpg?sig=1", "image", alt="spanduk"),),
        edited_at=T0,
    )

    assert state_digest(POST) == PLAIN_DIGEST
    assert state_digest(whole) == WHOLE_DIGEST


PLAIN_DIGEST = "e26f01f8f9dfc8deab479f33f2f7a38700b929991aa6c7846916d50b4cc0e154"
WHOLE_DIGEST = "f23995140a77cd4ad95fd9654b583d55224ef8198f02de78a943e7d67a5717be"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://cdn.example/a.jpg?sig=1&exp=2", "https://cdn.example/a.jpg?sig=3"),
        ("https://scontent-cgk1-1.cdn.example/a.jpg", "https://scontent-sin6-2.cdn.example/a.jpg"),
        ("https://cdn.example/a.jpg#x", "http://cdn.example/a.jpg"),
    ],
)
def test_picture_served_under_another_signature_or_mirror_is_the_same(one: str, other: str) -> None:
    assert media_identity(Media(one, "image")) == media_identity(Media(other, "image"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://cdn.example/a.jpg", "https://cdn.example/b.jpg"),
        ("https://a.example/1.jpg", "https://b.test/1.jpg"),
        ("http://127.0.0.1/1.jpg", "http://10.9.0.1/1.jpg"),
        ("http://[::1/1.jpg", "http://[::2/1.jpg"),
    ],
)
def test_pictures_of_other_paths_or_sites_differ(one: str, other: str) -> None:
    assert media_identity(Media(one, "image")) != media_identity(Media(other, "image"))


def test_key_of_a_medium_outlives_its_address() -> None:
    one = Media("https://cdn.example/a.jpg", "image", key="bafy1")
    other = Media("https://elsewhere.test/zzz", "image", key="bafy1")

    assert media_identity(one) == media_identity(other)


def test_changed_alternative_text_is_an_edit() -> None:
    before = replace(POST, media=(Media("https://c.example/1.jpg", "image", alt="a"),))
    now = replace(POST, media=(Media("https://c.example/1.jpg", "image", alt="b"),))

    assert state_digest(before) != state_digest(now)


def test_post_never_seen_is_new() -> None:
    observation = compare(None, POST, T0)

    assert (observation.change, observation.state) == (Change.NEW, SeenState.PRESENT)
    assert observation.previous_state is None


def test_equal_post_is_unchanged_whatever_its_counts() -> None:
    observation = compare(known(), replace(POST, counts=Counts(like=3)), T0 + DAY)

    assert observation.change is Change.UNCHANGED
    assert after(known(), observation).last_seen_at == T0 + DAY


def test_changed_post_is_edited_between_last_sight_and_now() -> None:
    observation = compare(known(), replace(POST, text="lain"), T0 + DAY)

    assert (observation.change, observation.state) == (Change.EDITED, SeenState.EDITED)
    assert (observation.last_seen_at, observation.seen_at) == (T0, T0 + DAY)
    assert after(known(), observation).snapshots == 2


def test_edited_post_seen_again_is_unchanged() -> None:
    edited = replace(POST, text="lain")
    now = after(known(), compare(known(), edited, T0 + DAY))

    assert compare(now, edited, T0 + 2 * DAY).change is Change.UNCHANGED


REMOVAL_WORDS = (
    "This post has been deleted",
    "Postingan ini telah dihapus",
    "Konten ini tidak tersedia",
    "This account has been suspended",
    "Sorry, this page isn't available. Halaman tidak ditemukan. 404 Not Found",
    "Log in to continue / Masuk untuk melanjutkan",
)


@pytest.mark.parametrize("words", REMOVAL_WORDS)
def test_post_that_talks_of_removal_stays_present(words: str) -> None:
    assert compare(None, replace(POST, text=words), T0).state is SeenState.PRESENT
    assert compare(known(), replace(POST, text=words), T0).state is SeenState.EDITED


def test_first_look_in_vain_is_unseen_and_opens_the_interval() -> None:
    observation = not_found(known(), GONE, T0 + DAY, "c1")

    assert observation is not None
    assert observation.state is SeenState.UNSEEN
    assert (observation.last_seen_at, observation.first_absent_at) == (T0, T0 + DAY)
    assert (observation.marker, observation.control) == ("HTTP 404", "c1")


def test_second_look_in_vain_is_absent_since_the_first() -> None:
    unseen = after(known(), not_found(known(), GONE, T0 + DAY, "c1"))
    observation = not_found(unseen, GONE, T0 + 2 * DAY, "c2")

    assert observation is not None
    assert observation.state is SeenState.ABSENT
    assert (observation.last_seen_at, observation.first_absent_at) == (T0, T0 + DAY)


@pytest.mark.parametrize("state", [SeenState.PRESENT, SeenState.EDITED, SeenState.UNSEEN])
def test_absence_without_control_says_nothing(state: SeenState) -> None:
    assert not_found(known(state=state), GONE, T0 + DAY, None) is None


def test_second_look_at_the_same_moment_does_not_confirm() -> None:
    unseen = after(known(), not_found(known(), GONE, T0 + DAY, "c1"))

    assert not_found(unseen, GONE, T0 + DAY, "c1") is None


def test_second_look_by_a_clock_set_back_does_not_confirm() -> None:
    unseen = after(known(), not_found(known(), GONE, T0 + DAY, "c1"))

    assert not_found(unseen, GONE, T0 + DAY / 2, "c2") is None


def test_checked_proof_of_absence_confirms_at_once() -> None:
    observation = not_found(known(), GONE, T0 + DAY, None, "bafycommit")

    assert observation is not None
    assert (observation.state, observation.proof) == (SeenState.ABSENT, "bafycommit")
    assert observation.first_absent_at == T0 + DAY


def test_proof_does_not_turn_another_marker_into_absence() -> None:
    observation = not_found(known(), marker(SeenState.GATED, "HTTP 401"), T0, "c", "bafycommit")

    assert observation is not None
    assert observation.state is SeenState.GATED


def test_absence_without_a_marker_says_nothing() -> None:
    assert not_found(known(), marker(SeenState.ABSENT, ""), T0 + DAY, "c1", "bafy") is None


def test_absent_post_looked_for_again_says_nothing_new() -> None:
    absent = known(state=SeenState.ABSENT, first_absent_at=T0)

    assert not_found(absent, GONE, T0 + DAY, "c1") is None
    assert not_found(absent, GONE, T0 + DAY, "c1", "bafy") is None


def test_post_nobody_knows_cannot_go_missing() -> None:
    assert not_found(None, GONE, T0, "c1", "bafy") is None


CLOSING = [SeenState.PRIVATE, SeenState.SUSPENDED, SeenState.WITHHELD, SeenState.GATED]


@pytest.mark.parametrize("state", CLOSING)
def test_closed_post_changes_state_at_once_and_once(state: SeenState) -> None:
    observation = not_found(known(), marker(state), T0 + DAY, None)
    closed = after(known(), observation)

    assert closed.state is state
    assert not_found(closed, marker(state), T0 + 2 * DAY, "c2") is None


@pytest.mark.parametrize("state", CLOSING)
def test_closing_between_two_looks_starts_absence_anew(state: SeenState) -> None:
    unseen = after(known(), not_found(known(), GONE, T0 + DAY, "c1"))
    closed = after(unseen, not_found(unseen, marker(state), T0 + 2 * DAY, None))
    again = not_found(closed, GONE, T0 + 3 * DAY, "c3")

    assert again is not None
    assert (again.state, again.first_absent_at) == (SeenState.UNSEEN, T0 + 3 * DAY)


@pytest.mark.parametrize("was", list(SeenState))
@pytest.mark.parametrize(
    "state",
    [SeenState.BLOCKED, SeenState.DRIFT, SeenState.PRESENT, SeenState.EDITED, SeenState.UNSEEN],
)
def test_refusal_drift_and_sound_answers_never_change_a_state(
    was: SeenState, state: SeenState
) -> None:
    assert not_found(known(state=was), marker(state, "HTTP 429"), T0 + DAY, "c1", "bafy") is None


@pytest.mark.parametrize("was", [SeenState.UNSEEN, SeenState.ABSENT, *CLOSING])
def test_post_that_is_shown_again_has_returned(was: SeenState) -> None:
    before = known(state=was, first_absent_at=T0 + DAY, absent_marker="HTTP 404")
    observation = compare(before, POST, T0 + 2 * DAY)
    now = after(before, observation, "s2")

    assert (observation.change, observation.state) == (Change.RETURNED, SeenState.PRESENT)
    assert (observation.last_seen_at, observation.first_absent_at) == (T0, T0 + DAY)
    assert (now.first_absent_at, now.absent_marker, now.snapshot) == (None, None, "s2")


def test_post_that_returns_with_other_words_is_edited() -> None:
    observation = compare(known(state=SeenState.ABSENT), replace(POST, text="lain"), T0 + DAY)

    assert (observation.change, observation.state) == (Change.RETURNED, SeenState.EDITED)


def test_comparing_with_another_post_is_refused() -> None:
    with pytest.raises(IntegrityError):
        compare(known(), replace(POST, native_id="222"), T0)


def test_change_of_content_without_a_snapshot_is_refused() -> None:
    with pytest.raises(IntegrityError):
        next_known(known(), compare(None, POST, T0), None, platform="mastodon", watch="w-1")


def test_state_change_of_an_unknown_post_is_refused() -> None:
    observation = not_found(known(), GONE, T0, "c")

    assert observation is not None
    with pytest.raises(IntegrityError):
        next_known(None, observation, None, platform="mastodon", watch="w-1")


def test_last_sight_never_moves_back_when_the_clock_does() -> None:
    assert after(known(), compare(known(), POST, T0 - DAY)).last_seen_at == T0


def test_told_sequence_gives_the_states_in_order() -> None:
    """Present, edited, unseen, returned, unseen, absent, returned."""
    edited = replace(POST, text="lain")
    looks: list[Post | StateSeen] = [POST, edited, GONE, edited, GONE, GONE, edited]
    now: KnownPost | None = None
    told = []
    for day, look in enumerate(looks):
        moment = T0 + day * DAY
        if isinstance(look, Post):
            seen = compare(now, look, moment)
        else:
            missed = not_found(now, look, moment, f"c{day}")
            assert missed is not None
            seen = missed
        told.append((seen.change, seen.state))
        now = next_known(now, seen, f"s{day}", platform="mastodon", watch="w-1")

    assert told == [
        (Change.NEW, SeenState.PRESENT),
        (Change.EDITED, SeenState.EDITED),
        (Change.STATE, SeenState.UNSEEN),
        (Change.RETURNED, SeenState.PRESENT),
        (Change.STATE, SeenState.UNSEEN),
        (Change.STATE, SeenState.ABSENT),
        (Change.RETURNED, SeenState.PRESENT),
    ]


class PostLife(RuleBasedStateMachine):
    """Any sequence of looks. A plain account of the looks is kept beside and must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.known: KnownPost | None = None
        self.moment = T0
        self.vain_looks = 0
        self.proven = False
        self.snapshots = 0

    def take(self, observation: Observation | None) -> None:
        if observation is not None:
            made = observation.change in (Change.NEW, Change.EDITED, Change.RETURNED)
            self.snapshots += made
            rec = f"s{self.snapshots}" if made else None
            self.known = next_known(self.known, observation, rec, platform="p", watch="w-1")

    @rule(text=st.sampled_from(["a", "b", *REMOVAL_WORDS]), pause=st.integers(-2, 5))
    def shown(self, text: str, pause: int) -> None:
        self.moment += timedelta(hours=pause)
        self.take(compare(self.known, replace(POST, text=text), self.moment))
        self.vain_looks, self.proven = 0, False
        assert self.known is not None
        assert self.known.state in (SeenState.PRESENT, SeenState.EDITED)

    @precondition(lambda self: self.known is not None)
    @rule(control=st.booleans(), proof=st.booleans(), pause=st.integers(1, 5))
    def looked_for_in_vain(self, control: bool, proof: bool, pause: int) -> None:
        self.moment = max(self.moment, self.highest) + timedelta(hours=pause)
        seen = not_found(
            self.known, GONE, self.moment, "c" if control else None, "bafy" if proof else None
        )
        self.take(seen)
        self.vain_looks += control
        self.proven |= proof

    @precondition(lambda self: self.known is not None)
    @rule(state=st.sampled_from(CLOSING), control=st.booleans())
    def closed(self, state: SeenState, control: bool) -> None:
        self.take(not_found(self.known, marker(state), self.moment, "c" if control else None))
        self.vain_looks, self.proven = 0, False

    @precondition(lambda self: self.known is not None)
    @rule(state=st.sampled_from([SeenState.BLOCKED, SeenState.DRIFT]))
    def refused(self, state: SeenState) -> None:
        before = self.known
        self.take(not_found(self.known, marker(state), self.moment, "c", "bafy"))
        assert self.known == before

    @property
    def highest(self) -> datetime:
        assert self.known is not None
        return max(self.known.last_seen_at, self.known.first_absent_at or T0)

    @invariant()
    def absent_only_after_two_controlled_looks_or_a_proof(self) -> None:
        if self.known is not None:
            confirmed = self.proven or self.vain_looks >= 2
            assert (self.known.state is SeenState.ABSENT) == confirmed

    @invariant()
    def absence_is_an_interval_after_the_last_sight(self) -> None:
        if self.known is not None and self.known.state in (SeenState.UNSEEN, SeenState.ABSENT):
            assert self.known.first_absent_at is not None
            assert self.known.first_absent_at > self.known.last_seen_at
            assert self.known.absent_marker == "HTTP 404"

    @invariant()
    def every_change_of_content_has_its_snapshot(self) -> None:
        if self.known is not None:
            assert self.known.snapshots == self.snapshots
            assert self.known.snapshot == f"s{self.snapshots}"


PostLife.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestPostLife = PostLife.TestCase


@settings(max_examples=200)
@given(st.text(), st.text())
def test_digests_are_equal_only_for_equal_texts(one: str, other: str) -> None:
    same = state_digest(replace(POST, text=one)) == state_digest(replace(POST, text=other))

    assert same == (one == other)

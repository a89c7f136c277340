"""Keys by which what was recorded is found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evidence.model import (
    AccountSeen,
    Act,
    Change,
    Interaction,
    KnownPost,
    Observation,
    SeenState,
    StatementType,
)
from evidence.record import Recorder, interaction_key, post_key, server_of


def _edge(act: Act, native_id: str | None) -> Interaction:
    return Interaction(act, "did:plc:a", "a.test", "at://did:plc:b/post/1", native_id)


def test_a_like_seen_from_both_sides_is_one_act() -> None:
    """Only the actor's own repository names the like's record; who-liked lists do not."""
    own_side = interaction_key("bluesky", _edge(Act.LIKE, "at://did:plc:a/like/1"))

    assert own_side == interaction_key("bluesky", _edge(Act.LIKE, None))


def test_two_comments_on_one_post_are_two_acts() -> None:
    first = interaction_key("bluesky", _edge(Act.COMMENT, "at://did:plc:a/post/1"))

    assert first != interaction_key("bluesky", _edge(Act.COMMENT, "at://did:plc:a/post/2"))


def test_one_id_on_two_servers_is_two_posts_where_ids_are_local() -> None:
    one = post_key("mastodon", "7", server_of("mastodon", "https://satu.example"))

    assert one != post_key("mastodon", "7", server_of("mastodon", "https://dua.example"))
    assert server_of("bluesky", "https://satu.example") == ""


def test_an_act_of_an_account_that_took_another_handle_is_the_same_act() -> None:
    like = _edge(Act.LIKE, None)
    key = interaction_key("bluesky", like)

    assert interaction_key("bluesky", replace(like, actor_handle="baru.test")) == key
    assert interaction_key("bluesky", replace(like, actor_id="did:plc:lain")) != key
    named = [replace(like, actor_id=None, actor_handle=handle) for handle in ("a.test", "b.test")]
    assert len({interaction_key("bluesky", each) for each in named}) == 2


AT = datetime(2026, 11, 22, tzinfo=UTC)
RECORDER = Recorder("system", "jejak test")
KNOWN = KnownPost("bluesky", "1", "w", "aa", "bb", 2, SeenState.UNSEEN, "d", AT, AT)


@pytest.mark.parametrize(("proof", "said"), [("bafy", True), (None, False)])
def test_an_absence_says_what_it_rests_on(proof: str | None, said: bool) -> None:
    seen = Observation(
        "1", Change.STATE, SeenState.ABSENT, SeenState.UNSEEN, AT, AT, AT, "HTTP 404", "c0", proof
    )

    facts = RECORDER.observation(seen, KNOWN, watch="w", capture="c1").facts

    assert (facts["proof"], facts["control"]) == (said, "c0")
    assert (facts["state"], facts["previous_state"], facts["post"]) == ("ABSENT", "UNSEEN", "aa")


@pytest.mark.parametrize("before", [None, SeenState.PRIVATE])
def test_a_change_of_an_account_says_how_it_was_before(before: SeenState | None) -> None:
    account = AccountSeen("7", "a.test", None, SeenState.PRESENT)

    facts = RECORDER.account(
        account, watch="w", platform="bluesky", previous=before, changed=("STATE",), capture="c",
        at=AT,
    ).facts  # fmt: skip

    assert (facts["state"], facts["previous_state"]) == ("PRESENT", before and before.value)


def test_a_statement_that_can_be_made_once_has_the_id_it_is_given() -> None:
    kind = StatementType.ALARM

    assert RECORDER.draft(kind, AT, {}, rec="a" * 32).rec == "a" * 32
    assert RECORDER.draft(kind, AT, {}).rec != RECORDER.draft(kind, AT, {}).rec

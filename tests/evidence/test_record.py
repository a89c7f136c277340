"""Keys by which what was recorded is found again."""

from __future__ import annotations

from dataclasses import replace

from evidence.model import Act, Interaction
from evidence.record import interaction_key, post_key, server_of


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

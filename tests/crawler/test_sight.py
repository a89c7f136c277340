"""What is gathered of a page; refusals and variants as Meta's platforms write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.refusal import failed, refusal
from crawler.sight import Sight, alternative, identity, is_set, moment, number, number_of
from crawler.variant import largest, medium
from evidence.model import AccountCounts, AccountSeen, Act, Counts, Interaction, Post, SeenState


def post(text: str | None, like: int | None = None) -> Post:
    return Post("1", "2", None, text, None, counts=Counts(like=like))


def test_a_second_meeting_fills_in_and_changes_nothing() -> None:
    sight = Sight()
    for each in (post("kata", None), post("lain", 7)):
        sight.post(each)

    assert sight.reading("r").posts == (post("kata", 7),)


def test_an_account_met_as_private_is_private_whatever_came_first() -> None:
    sight = Sight()
    for state in (SeenState.PRESENT, SeenState.PRIVATE):
        sight.account(AccountSeen("1", "a", None, state, AccountCounts()))

    assert [each.state for each in sight.reading("r").accounts] == [SeenState.PRIVATE]


def test_accounts_are_told_apart_by_their_ids_and_those_without_one_by_their_handles() -> None:
    sight = Sight()
    for native_id, handle in (("1", None), ("2", None), ("1", "a"), (None, "B"), (None, "b")):
        sight.account(AccountSeen(native_id, handle, None, SeenState.PRESENT, AccountCounts()))

    met = [(each.native_id, each.handle) for each in sight.reading("r").accounts]
    assert met == [("1", "a"), ("2", None), (None, "B")]


def test_a_second_meeting_fills_in_an_accounts_figures_too() -> None:
    sight = Sight()
    for followers, posts in ((None, 3), (7, 4)):
        counts = AccountCounts(post=posts, follower=followers)
        sight.account(AccountSeen("1", "a", None, SeenState.PRESENT, counts))

    assert sight.reading("r").accounts[0].counts == AccountCounts(post=3, follower=7)


def test_a_proven_empty_list_is_something_shown() -> None:
    assert Sight(empty=True).shows
    assert not Sight().shows


def test_a_list_that_was_there_is_not_told_as_missing() -> None:
    sight = Sight(url="https://contoh.org/a")
    sight.account(AccountSeen("1", "a", None, SeenState.PRESENT, AccountCounts(post=57)))

    sight.unlisted(listed=True)

    assert sight.states == {}


def test_one_act_told_twice_is_one_edge() -> None:
    sight = Sight()
    for _ in range(2):
        sight.edge(Interaction(Act.LIKE, "1", "a", "9"))

    assert len(sight.reading("r").interactions) == 1


@pytest.mark.parametrize("spoil", ["post", "fault"])
def test_a_page_with_a_post_or_a_fault_is_not_empty(spoil: str) -> None:
    sight = Sight(empty=True)
    assert sight.reading("r").empty

    if spoil == "post":
        sight.post(post("x"))
    else:
        sight.fault("x")

    assert not sight.reading("r").empty


def test_times_numbers_and_ids_are_taken_only_for_what_they_are() -> None:
    assert moment(1780300800) == moment("1780300800") == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert [moment(v) for v in (0, -1, True, "x", None, 2**60)] == [None] * 6
    assert [number(v) for v in (7, "7", -1, True, 2**60, "7K")] == [7, 7, None, None, None, None]
    assert [identity(v) for v in (7, "7", "0", 0, "", None, True)] == ["7", "7"] + [None] * 5


def test_words_the_machine_wrote_are_no_alternative_text() -> None:
    assert alternative("May be an image of text") is None
    assert alternative("Peta desa, oleh kami") == "Peta desa, oleh kami"


def test_the_largest_variant_is_taken_and_named_by_its_file_where_it_has_no_id() -> None:
    variants = [
        {"url": "https://a.test/v/9_n.jpg?s=1", "width": 10, "height": 10},
        {"url": "https://a.test/v/9_n.jpg?s=2", "width": 20, "height": 20},
    ]
    found = medium({"image_versions2": {"candidates": variants}}, None)

    assert largest(variants) == "https://a.test/v/9_n.jpg?s=2"
    assert found is not None
    assert (found.url, found.key, found.type) == (variants[1]["url"], "9_n.jpg", "image")


def test_a_video_not_offered_gives_its_still_under_the_same_key() -> None:
    still = {"display_url": "https://a.test/s.jpg"}
    film = {**still, "video_url": "https://a.test/f.mp4"}
    shown = [medium(value, "5") for value in (still, film)]

    assert [(m.type, m.key) for m in shown if m] == [("image", "5"), ("video", "5")]
    assert medium({"display_url": "javascript:x"}, "5") is None


@pytest.mark.parametrize(
    ("document", "state"),
    [
        ({"errors": [{"code": 1675004}]}, SeenState.BLOCKED),
        ({"__ar": 1, "error": 1357001}, SeenState.GATED),
        ({"errors": [{"code": 999}]}, None),
        ({"data": {}}, None),
        ([], None),
    ],
)
def test_known_error_codes_are_refusals_and_others_are_not(
    document: Any, state: SeenState | None
) -> None:
    told = refusal(document)

    assert (told[0] if told else None) is state


def test_errors_beside_data_are_no_failure() -> None:
    assert failed({"errors": [{"code": 1}], "data": None})
    assert not failed({"errors": [{"code": 1}], "data": {"x": {"y": 1}}})


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ({"pk": "5501000001", "id": "x"}, "5501000001"),
        ({"pk": None, "id": 5501000001}, "5501000001"),
        ({"pk": "creator", "id": "5501000001"}, "5501000001"),
        ({"pk": "٣٤", "id": "0"}, None),
        ({}, None),
    ],
)
def test_an_accounts_number_is_written_in_digits(value: dict[str, Any], number: str | None) -> None:
    assert number_of(value) == number


def test_an_account_without_a_list_is_told_unless_it_owes_none() -> None:
    told = {}
    for name, counted, state in (
        ("unknown", None, SeenState.PRESENT),
        ("many", 57, SeenState.PRESENT),
        ("none", 0, SeenState.PRESENT),
        ("private", 57, SeenState.PRIVATE),
    ):
        sight = Sight(url="https://contoh.org/a")
        sight.account(AccountSeen("1", "a", None, state, AccountCounts(post=counted)))
        sight.unlisted()
        told[name] = [(s.subject, s.state) for s in sight.states.values()]

    unseen = [("page:https://contoh.org/a#posts", SeenState.UNSEEN)]
    assert told == {"unknown": unseen, "many": unseen, "none": [], "private": []}


@pytest.mark.parametrize(
    ("flag", "meant"),
    [
        (True, True), (1, True), ("true", True), (" True ", True), ("1", True), (False, False),
        (0, False), (2, False), (None, False), ("false", False), ("", False), ({}, False), ([1], False),
    ],
)  # fmt: skip
def test_a_flag_is_set_in_each_way_it_is_written_and_in_no_other(flag: Any, meant: bool) -> None:
    assert is_set(flag) is meant

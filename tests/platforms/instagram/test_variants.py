"""Pages and answers of Instagram that vary from one another: hidden figures, lists, refusals, heads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import Act, Counts, Reading, SeenState

CASES = Path(__file__).parent / "cases"
HOST = "https://www.instagram.com"
PICTURES = {"candidates": [{"url": "https://a.test/a_n.jpg", "width": 1, "height": 1}]}
PROFILE = "profile_by_its_head_in_indonesian"
POST = "reel_by_its_head_alone"


def shown(value: Any, url: str = "", status: int = 200) -> Reading:
    return read("instagram", Page(url, status, {}, json.dumps(value).encode()))


def item(**said: Any) -> dict[str, Any]:
    whole = {
        "pk": "3801200000000000411", "id": "3801200000000000411_5501000001", "code": "DTAk0KoNwGb",
        "media_type": 1, "taken_at": 1780300800, "caption": {"text": "Rapat"}, "like_count": 7,
        "comment_count": 4, "image_versions2": PICTURES, "coauthor_producers": [],
        "has_delayed_metadata": False, "view_count": 9,
        "user": {"pk": "5501000001", "username": "lurahcontoh"},
    }  # fmt: skip
    return {**whole, **said}


def feed(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items), "num_results": len(items), "status": "ok"}


def head(case: str, name: str, said: str) -> Reading:
    """A page that is read by its head, with one of its meta tags saying something else."""
    body = (CASES / case / "body").read_text("utf-8")
    start = body.index(f'property="{name}" content="') + len(f'property="{name}" content="')
    end = body.index('"', start)
    other = body[:start] + said.replace('"', "&quot;") + body[end:]
    return read("instagram", Page("", 200, {"content-type": "text/html"}, other.encode()))


@pytest.mark.parametrize(
    "flag",
    [
        {"like_and_view_counts_disabled": True},
        {"like_and_view_counts_disabled": 1},
        {"like_and_view_counts_disabled": "true"},
        {"is_like_and_view_counts_disabled": True},
        {"hide_like_and_view_counts": True},
        {"likeAndViewCountsHidden": True},
        {"like_and_view_counts_disabled_v2": True},
    ],
)
def test_hidden_figures_are_not_shown_under_whatever_name_they_are_hidden(
    flag: dict[str, Any],
) -> None:
    (post,) = shown(feed(item(**flag))).posts

    assert post.counts == Counts(comment=4)


def test_figures_that_are_not_hidden_are_shown() -> None:
    reading = shown(feed(item(like_and_view_counts_disabled=False)))

    assert reading.posts[0].counts == Counts(like=7, comment=4, view=9)
    assert reading.drift == ()


def test_where_the_flag_is_due_and_gone_no_figure_is_shown_and_it_is_told() -> None:
    newer = shown(feed(item()))
    older = {
        k: v for k, v in item().items() if k not in ("coauthor_producers", "has_delayed_metadata")
    }

    assert newer.posts[0].counts == Counts(comment=4)
    assert [f.detail for f in newer.drift] == [
        "post.like_and_view_counts_disabled: expected bool, found nothing"
    ]
    assert shown(feed(older)).posts[0].counts == Counts(like=7, comment=4, view=9)
    assert shown(feed(older)).drift == ()


def test_a_reel_that_is_listed_without_words_is_no_post_that_was_emptied() -> None:
    listed = {
        "pk": "3801200000000000411", "code": "DTAk0KoNwGb", "media_type": 2, "play_count": 5,
        "like_count": 6, "comment_count": 1, "user": {"pk": "5501000001", "id": "5501000001"},
        "image_versions2": PICTURES, "clips_tab_pinned_user_ids": [], "video_versions": None,
    }  # fmt: skip
    name = "xdt_api__v1__clips__user__connection_v2"

    reading = shown({"data": {name: {"edges": [{"node": {"media": listed}}]}}, "extensions": {}})

    assert (reading.posts, reading.drift) == ((), ())
    assert [(s.subject, s.state) for s in reading.states] == [
        ("post:3801200000000000411", SeenState.PRESENT)
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"reels": {}, "reels_media": [], "status": "ok"},
        {"reel": None, "status": "ok"},
        {"data": {"user": {"edge_owner_to_timeline_media": {"count": 12, "edges": []}}},
         "status": "ok"},
        feed(),
    ],
)  # fmt: skip
def test_an_empty_list_is_not_seen_and_never_proof_of_nothing(value: dict[str, Any]) -> None:
    reading = shown(value)

    assert not reading.empty
    assert reading.drift == ()
    assert {state.state for state in reading.states} == {SeenState.UNSEEN}
    assert all(state.subject.endswith("#posts") for state in reading.states)


def test_an_empty_list_of_a_private_account_says_that_it_is_private() -> None:
    states = shown({**feed(), "user": {"pk": 5501000001, "is_private": True}}).states

    assert ("account:5501000001", SeenState.PRIVATE) in {(s.subject, s.state) for s in states}


@pytest.mark.parametrize("name", ["users", "tray", "broadcasts"])
def test_lists_of_nothing_that_is_kept_are_told_by_name(name: str) -> None:
    reading = shown({name: [{"pk": 1, "username": "tono"}], "status": "ok"})

    assert [(s.state, s.marker) for s in reading.states] == [(SeenState.PRESENT, name)]
    assert (reading.accounts, reading.interactions, reading.drift) == ((), (), ())


def test_who_likes_a_post_is_told_by_both_kinds_of_answer() -> None:
    person = {"pk": 9, "id": "9", "username": "tono", "full_name": "Tono"}
    edges = {"count": 1, "edges": [{"node": person}]}
    media = {"id": "3801200000000000411", "shortcode": "DTAk0KoNwGb", "edge_liked_by": edges}

    listed = shown({"users": [person]}, f"{HOST}/api/v1/media/3801200000000000411/likers/")
    graph = shown({"data": {"shortcode_media": media}, "status": "ok"})

    assert listed.interactions == graph.interactions
    assert [(e.act, e.actor_id, e.target) for e in graph.interactions] == [
        (Act.LIKE, "9", "3801200000000000411")
    ]


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ({"message": "", "two_factor_required": True, "status": "fail"}, SeenState.BLOCKED),
        ({"message": "x", "challenge": {"url": "/c/"}, "status": "fail"}, SeenState.BLOCKED),
        ({"message": "Tunggu", "require_login": True, "status": "fail"}, SeenState.GATED),
        ({"message": "Sorry, this media has been deleted", "status": "fail"}, SeenState.UNSEEN),
        ({"data": {"user": None}, "extensions": {"is_final": True}}, SeenState.GATED),
        ({"data": {"user": None, "viewer": {}}, "status": "ok"}, SeenState.ABSENT),
    ],
)
def test_a_refusal_says_no_more_than_its_code(value: dict[str, Any], state: SeenState) -> None:
    reading = shown(value)

    assert [told.state for told in reading.states] == [state]
    assert not reading.empty


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("Page Not Found • Instagram", SeenState.ABSENT),
        ("Login • Instagram", SeenState.GATED),
        ("Masuk • Instagram", SeenState.GATED),
    ],
)
def test_the_sites_own_pages_are_known_by_their_whole_title(title: str, state: SeenState) -> None:
    def page(said: str) -> Reading:
        body = f"<html><head><title>{said}</title></head><body></body></html>".encode()
        return read("instagram", Page(f"{HOST}/lurahcontoh/", 200, {}, body))

    assert [told.state for told in page(title).states] == [state]
    assert page(f"{title} kata warga").states == ()
    assert page(f"{title} kata warga").drift


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ('Lurah en Instagram: "Rapat "warga" "', 'Rapat "warga" '),
        ("Lurah sur Instagram : « Rapat »", "Rapat"),
        ("Instagram video by Lurah • 1 Mei 2021", ""),
    ],
)
def test_words_in_a_head_are_read_in_other_languages(title: str, words: str) -> None:
    told = head(POST, "og:title", title)

    if words:
        assert [post.text for post in told.posts] == [words]
    else:  # its description quotes words
        assert told.posts == ()
        assert told.drift


def test_a_head_whose_figures_are_not_understood_shows_the_account_and_says_so() -> None:
    reading = head(PROFILE, "og:description", "2,362 seguidores, 136 seguidos, 224 publicaciones")

    (account,) = reading.accounts
    assert (account.native_id, account.handle) == ("5501000001", "lurahcontoh")
    assert account.counts.follower is None
    assert [f.detail for f in reading.drift] == [
        "og:description: expected followers, following and posts"
    ]


def node(kind: str, **said: Any) -> dict[str, Any]:
    """A post as lists of 2018 to 2020 gave it: its cover alone."""
    return {
        "__typename": kind, "id": "3801200000000000411", "shortcode": "DTAk0KoNwGb",
        "edge_media_to_caption": {"edges": []}, "edge_media_to_comment": {"count": 4},
        "edge_liked_by": {"count": 7}, "taken_at_timestamp": 1780300800, "comments_disabled": False,
        "display_url": "https://a.test/a_n.jpg", "owner": {"id": "5501000001", "username": "lurah"},
        "is_video": kind == "GraphVideo", **said,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kept_back"),
    [
        (node("GraphImage"), []),
        (node("GraphVideo"), ["no film"]),
        (node("GraphVideo", video_url="https://a.test/f.mp4"), []),
        (node("GraphSidecar"), ["carousel: its parts are not shown"]),
    ],
)
def test_a_list_that_gives_covers_alone_says_what_it_keeps_back(
    value: dict[str, Any], kept_back: list[str]
) -> None:
    reading = shown({"data": {"user": {"edges": [{"node": value}]}}, "status": "ok"})

    assert [(p.native_id, p.counts.like) for p in reading.posts] == [("3801200000000000411", 7)]
    assert [state.marker for state in reading.states] == kept_back
    assert reading.drift == ()


def test_the_film_of_a_story_is_its_medium() -> None:
    films = [{"src": "https://a.test/s.mp4", "config_width": 1, "config_height": 1}]
    story = node("GraphStoryVideo", is_video=True, video_resources=films, expiring_at_timestamp=1)

    (post,) = shown({"data": {"reels_media": [{"items": [story]}]}, "status": "ok"}).posts

    assert [(m.type, m.url) for m in post.media] == [("video", "https://a.test/s.mp4")]

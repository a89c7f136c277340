"""The YouTube reader on recorded responses, field by field."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from crawler.recorded import unwrap
from evidence.model import Act, Reading, SeenState

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/youtube"
pytestmark = pytest.mark.fixtures
KURZGESAGT = "UCsXVk37bltHxD1rDPwtNM8Q"
LE_MONDE = "UCYpRDnhk5H8h16jpS84uqsA"
LISTED = ["D0WQK7cMJn8", "pHJIhxZEoxg", "UnrtLi7YIY4", "H4KMQuyxH_Y", "KNwMiydCYA4"]


def page_of(file: str, *, plain: bool = False) -> Page:
    path = FIXTURES / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    body = path.read_bytes()
    page = unwrap(body) or Page("", 200, {}, body)
    return Page("", 200, {}, page.body) if plain else page


def read(file: str, *, plain: bool = False) -> Reading:
    """plain: without the address, status and headers that the recorder wrote down."""
    return registry.read("youtube", page_of(file, plain=plain))


def parts(reading: Reading) -> set[str]:
    """What a reading holds, besides addresses to go on to."""
    names = ("posts", "accounts", "interactions", "states", "drift", "empty")
    return {name for name in names if getattr(reading, name)}


def sha256(text: str | None) -> str:
    return hashlib.sha256((text or "").encode()).hexdigest()[:16]


@pytest.mark.parametrize("plain", [False, True])
def test_channel_page_gives_the_channel_with_its_figures(plain: bool) -> None:
    reading = read("browse_channel_kurzgesagt.json", plain=plain)
    (account,) = reading.accounts

    assert (account.native_id, account.handle) == (KURZGESAGT, "kurzgesagt")
    assert account.display_name == "Kurzgesagt – In a Nutshell"
    assert account.state is SeenState.PRESENT
    assert (account.counts.follower, account.counts.post) == (None, 337)
    assert account.counts.approximate == (("follower", 25_000_000),)
    assert not reading.drift
    assert {state.marker for state in reading.states} == {"videoRenderer: title alone, no time"}
    assert {state.state for state in reading.states} == {SeenState.PRESENT}
    assert not reading.empty


def test_channel_page_lists_thirty_own_videos_with_exact_views_and_no_exact_times() -> None:
    posts = read("browse_channel_kurzgesagt.json").posts

    assert len({post.native_id for post in posts}) == 30
    assert [post.native_id for post in posts[:5]] == LISTED
    assert {(post.author_id, post.author_handle) for post in posts} == {(KURZGESAGT, "kurzgesagt")}
    assert [post.text for post in posts[:2]] == [
        "We Made A New Channel!",
        "Why Are There No Holes Around Trees?",
    ]
    assert [post.counts.view for post in posts[:5]] == [
        1_545_374, 2_989_906, 229_728, 2_701_897, 2_642_071,
    ]  # fmt: skip
    assert all(post.published_at is None for post in posts)
    assert posts[0].url == "https://www.youtube.com/watch?v=D0WQK7cMJn8"
    assert [media.key for media in posts[0].media] == ["cover D0WQK7cMJn8"]


def test_channel_page_names_its_older_page_and_other_tabs() -> None:
    older, shorts, posts = read("browse_channel_kurzgesagt.json").next

    assert older.startswith("https://www.youtube.com/youtubei/v1/browse?continuation=4qmFsgKJERIY")
    assert shorts == f"https://www.youtube.com/channel/{KURZGESAGT}/shorts?hl=en"
    assert posts == f"https://www.youtube.com/channel/{KURZGESAGT}/posts?hl=en"


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    ("file", "channel", "state", "marker"),
    [
        (
            "browse_channel_does_not_exist.json", "UCAUc4iz6edWerIjlnL8OSSw", SeenState.ABSENT,
            "This channel does not exist.",
        ),
        (
            "browse_channel_removed_guidelines.json", "UCoaO4U_p7G7AwalqSbGCZOA",
            SeenState.SUSPENDED,
            "This channel was removed because it violated our Community Guidelines.",
        ),
        (
            "browse_channel_terminated_copyright.json", "UCI4i4RgFT5ilfMpna4Z_Y8w",
            SeenState.SUSPENDED,
            (
                "This account has been terminated because we received multiple third-party claims "
                "of copyright infringement regarding material that the user posted."
            ),
        ),
    ],
)  # fmt: skip
def test_channel_that_is_gone_says_so_in_youtubes_words(
    file: str, channel: str, state: SeenState, marker: str, plain: bool
) -> None:
    reading = read(file, plain=plain)
    (seen,) = reading.states

    assert (seen.subject, seen.state, seen.marker) == (f"account:{channel}", state, marker)
    assert parts(reading) == {"states"}


def test_question_about_a_malformed_id_is_drift_and_no_state() -> None:
    reading = read("browse_channel_bad_id_400.json")

    assert [d.detail for d in reading.drift] == [
        "error 400 INVALID_ARGUMENT: the question was wrong"
    ]
    assert parts(reading) == {"drift"}


@pytest.mark.parametrize("plain", [False, True])
def test_feed_gives_fifteen_videos_with_exact_times_and_figures(plain: bool) -> None:
    reading = read("feed_kurzgesagt.json", plain=plain)
    first, second = reading.posts[:2]

    assert len(reading.posts) == 15
    assert [(a.native_id, a.display_name) for a in reading.accounts] == [
        (KURZGESAGT, "Kurzgesagt – In a Nutshell")
    ]
    assert (first.native_id, first.author_id) == ("zg40FHOAqC0", KURZGESAGT)
    assert first.url == "https://www.youtube.com/shorts/zg40FHOAqC0"
    assert first.published_at == datetime(2026, 1, 22, 15, 1, 42, tzinfo=UTC)
    assert first.edited_at is None
    assert (first.counts.like, first.counts.view) == (58_314, 1_086_938)
    assert (first.text or "").startswith(
        "Jupiter Made Earth Possible\n\nJupiter once wandered deep"
    )
    assert (first.text or "").endswith("https://kgs.link/music-facebook")
    assert first.links[0] == "https://sites.google.com/view/kgs-tiktok-sources"
    assert first.links[-1] == "https://kgs.link/music-facebook"
    assert (second.native_id, second.counts.like, second.counts.view) == (
        "D0WQK7cMJn8", 76_301, 1_545_151,
    )  # fmt: skip
    assert second.published_at == datetime(2026, 1, 16, 15, 30, 5, tzinfo=UTC)
    assert parts(reading) == {"accounts", "posts"}


def test_feed_of_a_terminated_channel_is_unseen_and_not_empty() -> None:
    reading = read("feed_not_available_404.json")
    (state,) = reading.states

    assert (state.subject, state.state, state.marker) == (
        "account:UCTGjY2I-ZUGnwVoWAGRd7XQ", SeenState.UNSEEN, "HTTP 404",
    )  # fmt: skip
    assert not reading.empty


@pytest.mark.parametrize("plain", [False, True])
def test_comments_page_says_who_wrote_what_to_which_video(plain: bool) -> None:
    reading = read("next_comments_page_pinned.json", plain=plain)
    edges = reading.interactions
    by_id = {edge.native_id: edge for edge in edges}
    third = by_id["UgxvM4kMVAYT-j2oRMl4AaABAg"]

    assert len(by_id) == 20
    assert {(edge.act, edge.target) for edge in edges} == {(Act.COMMENT, "bjFtFMilb34")}
    assert (edges[0].native_id, edges[0].actor_id, edges[0].actor_handle) == (
        "Ugyh_hTLZVme65Jqc954AaABAg", LE_MONDE, "lemondefr",
    )  # fmt: skip
    assert (edges[0].text or "").endswith("https://www.youtube.com/user/LeMonde?sub_confirmation=1")
    assert (third.actor_id, third.actor_handle) == ("UCq3Cj0nIQQC4uH8UbCOIMTQ", "folowars4931")
    assert third.text == (
        "Je vous donne un Conseil :\nPrenez du pop corn ou des chips pour lire les commentaires"
    )
    assert all(edge.at is None for edge in edges)
    assert parts(reading) == {"interactions"}


def test_comments_page_names_its_next_page_first_and_then_replies() -> None:
    onward = read("next_comments_page_pinned.json").next

    assert len(onward) == 16
    assert "&of=" not in onward[0]
    assert onward[1].endswith("&of=Ugyh_hTLZVme65Jqc954AaABAg")


@pytest.mark.parametrize("plain", [False, True])
def test_video_page_data_gives_text_with_whole_addresses_and_exact_likes(plain: bool) -> None:
    reading = read("next_video_with_comments_entry.json", plain=plain)
    (post,) = reading.posts
    (account,) = reading.accounts

    assert (post.native_id, post.author_id, post.author_handle) == (
        "bjFtFMilb34", LE_MONDE, "lemondefr",
    )  # fmt: skip
    assert (post.text or "").startswith("Covid-19 : le vaccin ne va pas nous sauver tout de suite")
    assert "..." not in (post.text or "")
    assert post.links[0] == "http://covid-ete.ouvaton.org/Rapport2_Immunisation.html"
    assert len(post.links) == 7
    assert post.published_at is None
    assert (post.counts.like, post.counts.view, post.counts.comment) == (16_805, 1_055_622, None)
    assert post.counts.approximate == (("comment", 5_100),)
    assert (account.native_id, account.display_name) == (LE_MONDE, "Le Monde")
    assert account.counts.approximate == (("follower", 2_180_000),)
    assert len(reading.next) == 1
    assert parts(reading) == {"accounts", "posts"}


@pytest.mark.parametrize("plain", [False, True])
def test_video_closed_to_the_country_is_withheld_and_its_text_is_kept(plain: bool) -> None:
    reading = read("player_geo_blocked.json", plain=plain)
    (state,), (post,) = reading.states, reading.posts

    assert (state.subject, state.state) == ("post:_PL2HJKxnOM", SeenState.WITHHELD)
    assert state.marker == (
        "UNPLAYABLE: The uploader has not made this video available in your country"
    )
    assert (post.native_id, post.author_id) == ("_PL2HJKxnOM", "UCkiP0kvvwqUWlttRLCq88gw")
    assert (post.text or "").startswith(
        "SNL Introduces Jim Carrey as Joe Biden | Saturday Night Live\n\nSeason 46"
    )
    assert post.counts.view == 395_969
    assert not reading.drift


@pytest.mark.parametrize("plain", [False, True])
def test_private_video_is_private_also_without_its_address(plain: bool) -> None:
    reading = read("player_private.json", plain=plain)
    (state,) = reading.states

    assert (state.subject, state.state) == ("post:8VajtrESJzA", SeenState.PRIVATE)
    assert state.marker.startswith("LOGIN_REQUIRED: This video is private")
    assert parts(reading) == {"states"}


def test_player_answer_for_an_id_nobody_has_is_unseen_by_its_address_else_drift() -> None:
    reading = read("player_nonexistent.json")
    (state,) = reading.states

    assert (state.subject, state.state, state.marker) == (
        "post:don-t-exist", SeenState.UNSEEN, "{}",
    )  # fmt: skip
    assert read("player_nonexistent.json", plain=True).drift
    assert not reading.empty


def test_watch_page_gives_the_authors_own_title_and_the_exact_time() -> None:
    """The page's title is a translation for the visitor; the player's is what the author wrote."""
    reading = read("watch_page.html")
    (post,), (account,) = reading.posts, reading.accounts

    assert (post.native_id, post.author_id, post.author_handle) == (
        "hwMkbaS_M_c", "UCzcRQ3vRNr6fJ1A9rqFn7QA", "OneMedia.",
    )  # fmt: skip
    assert (post.text or "").startswith(
        "Star Wars 8 THE LAST JEDI Official TRAILER (2017) Daisy Ridley, Disney Movie HD\n\n"
    )
    assert sha256(post.text) == "ed966e63eb87a104"
    assert post.published_at == datetime(2017, 4, 14, 16, 2, 38, tzinfo=UTC)
    assert (post.counts.like, post.counts.view) == (7_373, 1_077_715)
    assert post.counts.approximate == (("comment", 1_000),)
    assert post.media[0].url == "https://i.ytimg.com/vi/hwMkbaS_M_c/maxresdefault.jpg"
    assert (account.display_name, account.counts.approximate) == (
        "ONE Media", (("follower", 4_690_000),),
    )  # fmt: skip
    assert parts(reading) == {"accounts", "posts"}


@pytest.mark.parametrize("plain", [False, True])
def test_consent_form_is_a_wall(plain: bool) -> None:
    reading = read("consent_wall_channel_2021.json", plain=plain)

    assert [(s.state, s.marker) for s in reading.states] == [
        (SeenState.GATED, "consent.youtube.com")
    ]
    assert parts(reading) == {"states"}

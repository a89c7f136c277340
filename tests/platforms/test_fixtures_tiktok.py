"""The TikTok readers on recorded responses, field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from crawler.recorded import unwrap
from evidence.model import AccountCounts, Counts, Reading, SeenState, StateSeen

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/tiktok"
pytestmark = pytest.mark.fixtures
CAPTION = "Nuestro #AplausoSanitario más sincero. Para todos. Y recuerda, #QuédateEnCasa"
VIDEO = "6806030056956251397"
LIVE = ("oembed_a3noticias.json", "profile_illojuan.html", "response_video_a3noticias_2024.json")
LISTED = 18


def read(file: str) -> Reading:
    path = FIXTURES / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    body = path.read_bytes()
    return registry.read("tiktok", unwrap(body) or Page("", 200, {}, body))


def test_the_video_page_field_by_field() -> None:
    (post,) = read("response_video_a3noticias_2024.json").posts

    assert post.native_id == VIDEO
    assert (post.author_id, post.author_handle) == ("6746247246012892166", "a3noticias")
    assert post.text == CAPTION
    assert post.published_at == datetime(2020, 3, 19, 21, 12, 41, tzinfo=UTC)
    assert post.edited_at is None
    assert post.url == f"https://www.tiktok.com/@a3noticias/video/{VIDEO}"
    assert post.counts == Counts(like=12000, share=205, comment=252, view=260800)
    assert (post.reply_to, post.repost_of, post.quote_of, post.links) == (None, None, None, ())


def test_the_video_is_named_by_its_file_and_keyed_by_its_post() -> None:
    (media,) = read("response_video_a3noticias_2024.json").posts[0].media

    assert media.type == "video"
    assert media.key == VIDEO
    assert media.url.startswith("https://v16-webapp-prime.tiktok.com/video/tos/maliva/")


def test_the_author_of_the_video_page() -> None:
    (account,) = read("response_video_a3noticias_2024.json").accounts

    assert account.native_id == "6746247246012892166"
    assert (account.handle, account.display_name) == ("a3noticias", "Antena 3 Noticias")
    assert account.state is SeenState.PRESENT


def test_the_profile_gives_exact_figures_and_no_posts() -> None:
    reading = read("profile_illojuan.html")
    (account,) = reading.accounts

    assert account.native_id == "6781206617314018309"
    assert (account.handle, account.display_name) == ("illojuan", "IlloJuan")
    assert account.counts == AccountCounts(follower=783427, following=0, post=19)
    assert reading.posts == ()


def test_the_drawn_profile_links_its_posts() -> None:
    following = read("profile_illojuan.html").next

    assert len(following) == LISTED
    assert following[0] == "https://www.tiktok.com/@illojuan/video/7571863205253778710"


def test_the_oembed_answer_field_by_field() -> None:
    (post,) = read("oembed_a3noticias.json").posts

    assert (post.native_id, post.author_id, post.author_handle) == (VIDEO, None, "a3noticias")
    assert post.text == CAPTION
    assert post.published_at is None
    assert post.counts == Counts()
    assert [media.key for media in post.media] == [VIDEO]


def test_the_deleted_or_private_video_says_its_own_code_and_nothing_more() -> None:
    reading = read("video_deleted_excerpt.html")

    assert reading.states == (
        StateSeen(
            "post:7550459646654418189",
            SeenState.GATED,
            "10204 item_privacy_authorization&status_deleted",
        ),
    )
    assert (reading.posts, reading.drift, reading.empty) == ((), (), False)


@pytest.mark.parametrize("file", LIVE)
def test_no_live_page_carries_a_marker_drifts_or_is_empty(file: str) -> None:
    """The words of removal in the page's own translations decide nothing."""
    reading = read(file)

    assert (reading.states, reading.drift, reading.empty) == ((), (), False)
    assert reading.posts or reading.accounts

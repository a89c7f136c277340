"""The Instagram reader on recorded responses, field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Act, Reading, SeenState

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/instagram"
pytestmark = pytest.mark.fixtures
DOWNEY, JLO = "1518284433", "305701719"


def read(file: str) -> Reading:
    """Without address and headers: the body's own structure has to be enough."""
    path = FIXTURES / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    return registry.read("instagram", Page("", 200, {}, path.read_bytes()))


def is_unlisted(reading: Reading) -> bool:
    """Whether all that a reading says beside what it shows is that a list of posts was not seen."""
    told = [(s.subject.rpartition("#")[2], s.state, s.marker) for s in reading.states]
    return told == [("posts", SeenState.UNSEEN, "no list of posts")]


def test_checkpoint_is_a_wall_and_nothing_else() -> None:
    reading = read("api_checkpoint_required.json")

    assert [(s.state, s.marker) for s in reading.states] == [
        (SeenState.BLOCKED, "checkpoint_required")
    ]
    assert not any((reading.posts, reading.accounts, reading.drift, reading.empty))


def test_an_id_nobody_has_is_absent_and_never_empty() -> None:
    reading = read("api_profile_id_invalid.json")

    assert [(s.state, s.marker) for s in reading.states] == [(SeenState.ABSENT, "data.user: null")]
    assert not any((reading.accounts, reading.drift, reading.empty))


@pytest.mark.parametrize(
    ("file", "follower", "following", "posts"),
    [
        ("api_profile.json", 52_979_346, 5, 419),
        ("api_profile_alternative.json", 50_857_062, 4, 400),
    ],
)
def test_profiles_give_the_account_and_exact_figures(
    file: str, follower: int, following: int, posts: int
) -> None:
    reading = read(file)
    (account,) = reading.accounts

    assert (account.native_id, account.handle) == (DOWNEY, "robertdowneyjr")
    assert account.display_name == "Robert Downey Jr. Official"
    assert account.state is SeenState.PRESENT
    assert (account.counts.follower, account.counts.following, account.counts.post) == (
        follower, following, posts,
    )  # fmt: skip
    assert is_unlisted(reading)
    assert not any((reading.posts, reading.drift, reading.empty))


def test_profile_page_gives_the_account_by_its_head() -> None:
    reading = read("profile_logged_out.html")
    (account,) = reading.accounts

    assert (account.native_id, account.handle) == ("3640900328", "pluto__travel")
    assert (account.display_name, account.state) == ("Pluto", SeenState.PRESENT)
    counts = account.counts
    assert (counts.follower, counts.following, counts.post) == (2362, 136, 224)
    assert counts.approximate == ()
    assert is_unlisted(reading)
    assert not any((reading.posts, reading.drift, reading.empty))


def test_post_page_gives_words_and_figures_by_its_head() -> None:
    reading = read("post_photo_logged_out.html")
    (post,) = reading.posts

    assert (post.native_id, post.author_id) == ("2584516297666449189", "385669764")
    assert post.author_handle == "willyrex"
    assert (post.text or "").startswith("Una de mis nuevas sudaderas top!!")
    assert (post.text or "").endswith("astra 🚀🚀🚀")
    assert post.published_at is None
    assert post.url == "https://www.instagram.com/p/CPeC-Eenc8l/"
    (picture,) = post.media
    assert (picture.type, picture.key) == ("image", post.native_id)
    assert "192808438_308120607576085_8247727303942216319_n.jpg" in picture.url
    assert (post.counts.like, post.counts.comment) == (None, 553)
    assert post.counts.approximate == (("like", 298_000),)
    assert not any((reading.states, reading.drift, reading.empty))


def test_carousel_gives_all_its_pictures() -> None:
    reading = read("api_media_info_carousel.json")
    (post,) = reading.posts

    assert (post.native_id, post.author_id, post.author_handle) == (
        "2317006284167526179", JLO, "jlo",
    )  # fmt: skip
    assert (post.text or "").startswith("Today, #LetsGetLoud for our heroes!")
    assert (post.text or "").endswith("📸: MTV")
    assert post.published_at == datetime(2020, 5, 25, 17, 44, 54, tzinfo=UTC)
    assert post.url == "https://www.instagram.com/p/CAnqPB-Jzcj/"
    assert [(m.type, m.key) for m in post.media] == [
        ("image", "2317006281046924667"),
        ("image", "2317006281030202874"),
        ("image", "2317006281046781386"),
    ]
    assert (post.counts.like, post.counts.comment) == (820_750, 4_647)
    assert [(e.act, e.actor_id, e.native_id, e.target) for e in reading.interactions] == [
        (Act.COMMENT, "254363051", "18118669444110485", post.native_id),
        (Act.COMMENT, "32457060", "17886263176571229", post.native_id),
    ]
    assert reading.interactions[1].text == "Lets get loud 😍😍😍"
    assert reading.interactions[1].at == datetime(2020, 5, 26, 16, 53, 35, tzinfo=UTC)
    assert not any((reading.drift, reading.states))


def test_video_gives_film_views_tags_and_who_is_shown_to_like_it() -> None:
    reading = read("api_media_info_video.json")
    (post,) = reading.posts

    assert (post.native_id, post.author_id) == ("2307774091974900767", JLO)
    assert post.published_at == datetime(2020, 5, 13, 0, 2, 39, tzinfo=UTC)
    (film,) = post.media
    assert (film.type, film.key) == ("video", post.native_id)
    assert "97123416_266521251063435_4033037212785927152_n.mp4" in film.url
    assert (post.counts.like, post.counts.comment, post.counts.view) == (
        600_190, 6_741, 4_048_603,
    )  # fmt: skip
    assert [(e.act, e.actor_id, e.target) for e in reading.interactions] == [
        (Act.MENTION, JLO, "nbcworldofdance"),
        (Act.TAG, JLO, "12258113"),
        (Act.TAG, JLO, "3410532495"),
        (Act.LIKE, "21388754496", post.native_id),
        (Act.COMMENT, "32457060", post.native_id),
        (Act.COMMENT, "535065013", post.native_id),
    ]
    assert not any((reading.drift, reading.states))


TIMELINE = [
    ("2224305748263047050", "B7eUksNFA-K", 1579378196, 695_047, 1_939, 2_726_827, 1),
    ("2223751702027662404", "B7cWmQcB3RE", 1579311953, 664_703, 1_708, 5_144_388, 1),
    ("2223714533029346507", "B7cOJYHFnzL", 1579307451, 1_265_682, 1_762, None, 1),
    ("2223468953686412167", "B7bWTuhlouH", 1579278216, 463_586, 1_470, 1_935_086, 1),
    ("2222258274010782527", "B7XDCBNlds_", 1579133851, 1_581_850, 2_561, None, 5),
    ("2220779531459252098", "B7Ryze5Fk-C", 1578958348, 942_276, 4_932, 3_140_859, 1),
    ("2219482526455757667", "B7NL5k2lPtj", 1578802956, 4_833_240, 8_977, None, 3),
]


def test_timeline_gives_twelve_posts_field_by_field() -> None:
    reading = read("api_timeline_edge_owner_to_timeline_media.json")

    assert len(reading.posts) == 12
    assert {(p.author_id, p.author_handle) for p in reading.posts} == {(DOWNEY, "robertdowneyjr")}
    for post, (own, code, at, like, comment, view, media) in zip(
        reading.posts, TIMELINE, strict=False
    ):
        assert (post.native_id, post.url) == (own, f"https://www.instagram.com/p/{code}/")
        assert post.published_at == datetime.fromtimestamp(at, UTC)
        assert (post.counts.like, post.counts.comment, post.counts.view) == (like, comment, view)
        assert len(post.media) == media
    assert reading.posts[-1].native_id == "2217309439484237985"
    assert (reading.posts[0].text or "").startswith("#happybirthday little brother")
    assert not any((reading.drift, reading.states, reading.empty))


def test_timeline_gives_comments_tags_and_mentions_as_edges() -> None:
    reading = read("api_timeline_edge_owner_to_timeline_media.json")
    acts = [edge.act for edge in reading.interactions]
    first = next(e for e in reading.interactions if e.act is Act.COMMENT)

    assert set(acts) == {Act.COMMENT, Act.TAG, Act.MENTION}
    assert acts.count(Act.COMMENT) == 44
    assert acts.count(Act.TAG) == 36
    assert (first.actor_id, first.actor_handle) == ("8141648414", "specksokeefe")
    assert (first.native_id, first.target) == ("17948315194338831", "2224305748263047050")
    assert first.at == datetime.fromtimestamp(1588863975, UTC)
    tagged = {e.target_account for e in reading.interactions if e.native_id == TIMELINE[2][0]
              and e.act is Act.TAG}  # fmt: skip
    assert tagged == {"dannyminnick", "jimmy_rich"}

"""The Telegram readers on recorded responses, field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Act, Reading, SeenState

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/telegram"
pytestmark = pytest.mark.fixtures
LISTED = [*range(519, 530), *range(531, 540)]


def read(file: str, url: str) -> Reading:
    path = FIXTURES / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    headers = {"content-type": "text/html; charset=utf-8"}
    return registry.read("telegram", Page(url, 200, headers, path.read_bytes()))


@pytest.fixture(scope="module")
def durov() -> Reading:
    return read("s_durov_feed.html", "https://t.me/s/durov")


def test_listing_gives_twenty_messages_by_channel_number(durov: Reading) -> None:
    assert [post.native_id for post in durov.posts] == [f"1006503122/{n}" for n in LISTED]
    assert {post.author_id for post in durov.posts} == {"1006503122"}
    assert {post.author_handle for post in durov.posts} == {"durov"}
    assert [post.url for post in durov.posts] == [f"https://t.me/durov/{n}" for n in LISTED]


def test_listing_reads_without_drift_and_names_the_older_page(durov: Reading) -> None:
    assert durov.drift == ()
    assert {(state.state, state.marker) for state in durov.states} == {
        (SeenState.EDITED, "tgme_widget_message_meta: edited")
    }
    assert [state.subject.rpartition("/")[2] for state in durov.states] == [
        "521", "527", "535", "538"
    ]  # fmt: skip
    assert durov.next == ("https://t.me/s/durov?before=519",)
    assert not durov.empty


def test_listing_gives_the_channel_with_a_rounded_figure(durov: Reading) -> None:
    (account,) = durov.accounts

    assert account.native_id == "1006503122"
    assert account.handle == "durov"
    assert account.display_name == "Pavel Durov"
    assert account.state is SeenState.PRESENT
    assert account.counts.follower is None
    assert account.counts.approximate == (("follower", 11_300_000),)


def test_first_message_field_by_field(durov: Reading) -> None:
    post = durov.posts[0]

    assert post.text is not None
    assert post.text.startswith(
        "🤖 Your Telegram inbox can now run itself.\n\nAssign a bot to read"
    )
    assert post.text.endswith("⚙️ Start building!")
    assert post.published_at == datetime(2026, 5, 20, 15, 38, 10, tzinfo=UTC)
    assert post.edited_at is None
    assert post.links == ("https://core.telegram.org/bots/features#secretary-bots",)
    assert [(m.type, m.key) for m in post.media] == [("video", "e174be993b.mp4")]
    assert post.media[0].url.startswith("https://cdn4.telesco.pe/file/e174be993b.mp4?token=")
    assert post.counts.view is None
    assert post.counts.like is None
    assert post.counts.comment is None
    assert dict(post.counts.approximate) == {
        "view": 8_670_000,
        "like": 23_400 + 7_760 + 5_990 + 419 + 112,
    }


def test_message_with_a_photo_alone_has_empty_text_and_the_photos_id(durov: Reading) -> None:
    post = durov.posts[3]

    assert post.text == ""
    assert [(m.type, m.key) for m in post.media] == [("image", "5256230412378382138")]
    assert post.media[0].url.startswith("https://cdn4.telesco.pe/file/MqlYu7zh")


def test_media_of_the_whole_listing(durov: Reading) -> None:
    kinds = [media.type for post in durov.posts for media in post.media]

    assert kinds.count("video") == 6
    assert kinds.count("image") == 3
    assert all(media.key for post in durov.posts for media in post.media)


def test_views_below_a_million_and_times_of_the_newest(durov: Reading) -> None:
    newest = durov.posts[-1]

    assert dict(newest.counts.approximate)["view"] == 826_000
    assert newest.published_at == datetime(2026, 8, 8, 21, 11, 14, tzinfo=UTC)
    assert newest.links == (
        "https://ioai-official.org/republic-of-kazakhstan/",
        "https://Cpfed.kz/",
        "https://t.me/durov/537",
    )


def test_times_rise_with_the_message_number(durov: Reading) -> None:
    times = [post.published_at for post in durov.posts if post.published_at]

    assert len(times) == 20
    assert times == sorted(times)


def test_mention_is_an_edge_and_no_link(durov: Reading) -> None:
    (edge,) = durov.interactions

    assert (edge.act, edge.actor_id, edge.target) == (Act.MENTION, "1006503122", "contest")
    assert all("https://t.me/contest" not in post.links for post in durov.posts)


def test_landing_page_gives_exact_subscribers_and_the_listing() -> None:
    reading = read("t.me_durov_channel.html", "https://t.me/durov")
    (account,) = reading.accounts

    assert (account.handle, account.display_name) == ("durov", "Pavel Durov")
    assert account.counts.follower == 11_286_994
    assert account.state is SeenState.PRESENT
    assert reading.next == ("https://t.me/s/durov",)
    assert not reading.drift
    assert not reading.states


def test_older_landing_markup_gives_members_and_the_listing() -> None:
    url = "https://t.me/unlimitedhangout"
    reading = read("t.me_unlimitedhangout_unavailable_channel.html", url)
    (account,) = reading.accounts

    assert (account.handle, account.display_name) == ("unlimitedhangout", "Unlimited Hangout")
    assert account.counts.follower == 2_805
    assert reading.next == ("https://t.me/s/unlimitedhangout",)
    assert not reading.drift


def test_a_name_nobody_has_is_absent() -> None:
    reading = read("t.me_nonexistent.html", "https://t.me/zzq9x7v2knot44")
    (state,) = reading.states

    assert state.subject == "account:zzq9x7v2knot44"
    assert state.state is SeenState.ABSENT
    assert not reading.accounts
    assert not reading.drift


def test_a_post_page_points_at_the_frame_that_holds_the_message() -> None:
    """og:description there may be the channel's description as well: no text is taken from it."""
    reading = read("t.me_chollometro_28542_post.html", "https://t.me/chollometro/28542")
    (state,) = reading.states

    assert (state.subject, state.state) == ("post:chollometro/28542", SeenState.GATED)
    assert reading.next == ("https://t.me/chollometro/28542?embed=1&mode=tme",)
    assert [account.display_name for account in reading.accounts] == ["Chollometro"]
    assert not reading.posts
    assert not reading.drift

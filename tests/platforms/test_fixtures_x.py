"""The X readers on recorded responses, field by field."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from crawler import registry
from crawler.page import Page
from crawler.recorded import unwrap
from evidence.model import Act, Post, Reading, SeenState

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/x"
pytestmark = pytest.mark.fixtures

POSTS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "gql_tweet_detail_replies.json": (
        ("1649191520250245121", "2244994945", "XDevelopers", "6a884d33fe96",
         "2023-04-20T23:21:13", (426, 202, 93, 979440), (None, None, None), ()),
        ("1649191521323995138", "2244994945", "XDevelopers", "a41056a2d42c",
         "2023-04-20T23:21:13", (73, 46, 8, 213102), ("1649191520250245121", None, None), ()),
        ("1649191522485817345", "2244994945", "XDevelopers", "fe1bd31c51b4",
         "2023-04-20T23:21:14", (134, 41, 31, 239482), ("1649191521323995138", None, None), ()),
        ("1649191523697979392", "2244994945", "XDevelopers", "cd5a7facd7e3",
         "2023-04-20T23:21:14", (126, 39, 35, 207022), ("1649191522485817345", None, None), ()),
    ),
    "gql_tweet_video.json": (
        ("1671508600538161153", "1562038858988064768", "TheFigen_", "15a0a541675b",
         "2023-06-21T13:21:20", (30817, 4063, 534, 3443243), (None, None, None), ("1668857866328100864",)),
        ("1671510449605558272", "1562038858988064768", "TheFigen_", "92a401832a5f",
         "2023-06-21T13:28:41", (17, 0, 4, 49257), ("1671508958299713538", None, None), ()),
    ),
    "gql_tweetresult_1841206275088290279.json": (
        ("1841206275088290279", "974067190386147329", "DivineDropbear", "7a8f5b4759b8",
         "2024-10-01T19:59:18", (296, 68, 2, 4186), (None, None, None), ("1841204388993646595",)),
    ),
    "gql_tweetresult_20.json": (
        ("20", "12", "jack", "c6f7257abff7",
         "2006-03-21T20:50:14", (263922, 123879, 15818, None), (None, None, None), ()),
    ),
    "gql_tweetresult_photo_1848831595014459513.json": (
        ("1848831595014459513", "34743251", "SpaceX", "f3bc7b6cdaf1",
         "2024-10-22T20:59:36", (26045, 2875, 823, 2366779), (None, None, None), ("GahebgHbEAEevTU", "GahecZ5aAAEX7GX", "GaheddqbsAAzGXg")),
    ),
    "gql_user_tweets.json": (
        ("2019881223666233717", "2244994945", "XDevelopers", "fb688d02fef0",
         "2026-02-06T21:09:45", (5569, 832, 783, 2525462), (None, None, None), ()),
        ("2083305234688803178", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-31T21:34:08", (0, 31, 0, 2062), (None, "2083289084567724316", None), ()),
        ("2082669627528601817", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-30T03:28:27", (0, 24, 0, 186), (None, "2082642493892628916", None), ()),
        ("2082643671132864764", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-30T01:45:19", (0, 11, 0, 1954), (None, "2082643515624800613", None), ()),
        ("2082642229944778990", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-30T01:39:35", (0, 17, 0, 1721), (None, "2082641493324337409", None), ()),
        ("2082642214451020128", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-30T01:39:32", (0, 13, 0, 1751), (None, "2082640959431692502", None), ()),
        ("2082640274845811115", "2244994945", "XDevelopers", "b40f623dc538",
         "2026-07-30T01:31:49", (365, 64, 53, 171142), (None, None, None), ()),
        ("2082640276389249363", "2244994945", "XDevelopers", "248796a9c2a3",
         "2026-07-30T01:31:50", (45, 7, 4, 4346), ("2082640274845811115", None, None), ()),
        ("2082157691451920667", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-28T17:34:12", (0, 18, 0, 2135), (None, "2082157309279588463", None), ()),
        ("2079821023071907954", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-22T06:49:07", (0, 15, 0, 3), (None, "2079814480427442556", None), ()),
        ("2079814622639469025", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-22T06:23:41", (0, 43, 0, 1749), (None, "2079756440722665849", None), ()),
        ("2079328902745305313", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-20T22:13:37", (0, 6, 0, 2136), (None, "2079312687054676035", None), ()),
        ("2079326824333533428", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-20T22:05:21", (0, 13, 0, 1989), (None, "2079317765425430565", None), ()),
        ("2077992748905590821", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-17T05:44:13", (0, 8, 0, 2362), (None, "2077990228690940158", None), ()),
        ("2075724225273323678", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-10T23:29:55", (0, 6, 0, 2086), (None, "2075723878333141097", None), ()),
        ("2075722586172846484", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-10T23:23:24", (0, 7, 0, 2222), (None, "2075716337603907695", None), ()),
        ("2074882755905585583", "2244994945", "XDevelopers", "84ccee9855c4",
         "2026-07-08T15:46:13", (316, 45, 60, 60529), (None, None, None), ("2074882547796832256",)),
        ("2072441496809136296", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-01T22:05:31", (0, 34, 0, 2280), (None, "2072439358314131626", None), ()),
        ("2072437483321569650", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-01T21:49:34", (0, 54, 0, 2287), (None, "2072435828102447211", None), ()),
        ("2072390249175531597", "2244994945", "XDevelopers", "e3b0c44298fc",
         "2026-07-01T18:41:53", (0, 48, 0, 2531), (None, "2072327843372257460", None), ()),
        ("2072126677535346779", "2244994945", "XDevelopers", "3e66039c2557",
         "2026-07-01T01:14:32", (1050, 135, 89, 175653), (None, None, None), ("HMGsNCDacAAMUUb",)),
    ),
    "oembed_pepephone.json": (
        ("436461658601713664", None, "pepephone", "1611a66fd77e",
         "2014-02-20T11:25:43", (None, None, None, None), (None, None, None), ()),
    ),
    "profile_rendered.html": (
        ("1759241476758733209", "101198215", "Kikobeats", "94bf9a4651fa",
         "2024-02-18T15:40:27", (27, 1, 10, 11424), (None, None, None), ("GGoUy3NWoAATSe8", "GGoUy3KXgAA5THj")),
        ("1987508451887784324", "101198215", "Kikobeats", "8dc23938d5e8",
         "2025-11-09T13:11:55", (6027, 890, 785, 788311), (None, None, None), ("G5UMZMfaYAEb6lJ", "G5UMZMmaEAACIIi", "G5UMZMoa4AA_zjJ")),
        ("1935738866390253649", "101198215", "Kikobeats", "bead5b18a6a1",
         "2025-06-19T16:38:04", (767, 31, 36, 101187), (None, None, "1935417542534906135"), ()),
    ),
    "syndication_tweet_result_trimmed.json": (
        ("2094856679250919746", "2024518793679294464", "ClaudeDevs", "13df11b1625d",
         "2026-09-01T18:35:27", (None, None, None, None), (None, None, None), ()),
        ("2095967323412930677", "879696238953865217", "lydiahallie", "f3dbffd47414",
         "2026-09-04T20:08:45", (None, None, None, None), (None, None, None), ()),
    ),
    "tweet_image_og_bot.html": (
        ("934106870834454529", None, "UaSmart", "f87bcb7724ce",
         None, (None, None, None, None), (None, None, None), ("DPadOKpXcAIL-NW",)),
    ),
    "tweet_link_rendered.html": (
        ("2016058596782670275", None, "Forbes", "080e63635dfb",
         "2026-01-27T08:00:00", (7, 1, 3, 3692), (None, None, None), ()),
    ),
    "tweet_og_bot.html": (
        ("1222907250383245320", None, "realDonaldTrump", "2af2802b6173",
         None, (None, None, None, None), (None, None, None), ()),
    ),
    "tweet_text_rendered.html": (
        ("1222907250383245320", None, "realDonaldTrump", "2af2802b6173",
         "2020-01-30T15:39:43", (76091, 15635, 18151, None), (None, None, None), ()),
    ),
}  # fmt: skip
"""Every post: id, author's id and handle, SHA-256 of the text (first 12 digits), time, counts (like,
share, comment, view), (reply to, repost of, quote of), keys of the media."""
GONE = {
    "gql_tweet_tombstone_suspended.json": (
        "post:991503", SeenState.SUSPENDED,
        "TweetTombstone: This Post is from a suspended account. Learn more",
    ),
    "gql_tweet_unavailable_suspended.json": (
        "page:", SeenState.SUSPENDED, "TweetUnavailable: Suspended",
    ),
    "gql_user_suspended_UserByScreenName.json": (
        "account:2040364845615173632", SeenState.SUSPENDED, "UserUnavailable: Suspended",
    ),
    "gql_user_suspended_UserResultByScreenName.json": (
        "account:2040364845615173632", SeenState.SUSPENDED, "UserUnavailable: Suspended",
    ),
}  # fmt: skip
ACCOUNTS = {
    "gql_user_by_login.json": ("2244994945", "XDevelopers", "Developers", 695695, 762, 4319),
    "gql_user_about.json": ("2244994945", "XDevelopers", "Developers", None, None, None),
    "gql_user_tweets.json": ("2244994945", "XDevelopers", "Developers", 695695, 762, 4319),
    "gql_tweet_detail_replies.json": (
        "2244994945", "XDevelopers", "Developers", 695696, 762, 4319,
    ),
    "gql_tweet_video.json": ("1562038858988064768", "TheFigen_", "Figen", 537196, 7, 3865),
    "gql_tweetresult_20.json": ("12", "jack", "jack", 6507746, 3, 29379),
    "profile_rendered.html": ("101198215", "Kikobeats", "Kiko Beats", 3893, 406, 23961),
    "tweet_link_rendered.html": (None, "Forbes", "Forbes", None, None, None),
    "oembed_pepephone.json": (None, "pepephone", "Pepephone", None, None, None),
    "tweet_og_bot.html": (None, "realDonaldTrump", "Donald J. Trump", None, None, None),
}  # fmt: skip


def read(file: str) -> Reading:
    path = FIXTURES / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    body = path.read_bytes()
    return registry.read("x", unwrap(body) or Page("", 200, {}, body))


def fields(post: Post) -> tuple[Any, ...]:
    counts = post.counts
    return (
        post.native_id,
        post.author_id,
        post.author_handle,
        hashlib.sha256((post.text or "").encode()).hexdigest()[:12],
        post.published_at.strftime("%Y-%m-%dT%H:%M:%S") if post.published_at else None,
        (counts.like, counts.share, counts.comment, counts.view),
        (post.reply_to, post.repost_of, post.quote_of),
        tuple(media.key for media in post.media),
    )


@pytest.mark.parametrize("file", sorted(POSTS))
def test_every_post_field_by_field(file: str) -> None:
    assert tuple(fields(post) for post in read(file).posts) == POSTS[file]


@pytest.mark.parametrize("file", sorted({*POSTS, *ACCOUNTS, *GONE}))
def test_no_recorded_page_drifts_or_is_called_empty(file: str) -> None:
    reading = read(file)

    assert reading.drift == ()
    assert not reading.empty


@pytest.mark.parametrize("file", sorted({*POSTS, *ACCOUNTS}))
def test_no_live_page_carries_a_marker(file: str) -> None:
    assert read(file).states == ()


@pytest.mark.parametrize("file", sorted(GONE))
def test_the_marker_in_place_of_content(file: str) -> None:
    (state,) = read(file).states

    assert (state.subject, state.state, state.marker) == GONE[file]
    assert read(file).posts == ()


@pytest.mark.parametrize("file", sorted(ACCOUNTS))
def test_the_account_with_its_figures(file: str) -> None:
    (account,) = read(file).accounts
    counts = account.counts

    assert account.state is SeenState.PRESENT
    assert (
        account.native_id, account.handle, account.display_name, counts.follower, counts.following,
        counts.post,
    ) == ACCOUNTS[file]  # fmt: skip


def test_a_conversation_gives_its_answers_as_comments_by_their_authors() -> None:
    edges = read("gql_tweet_detail_replies.json").interactions
    comments = [edge for edge in edges if edge.act is Act.COMMENT]

    assert len(comments) == 36
    assert [edge.native_id for edge in comments if edge.actor_handle == "MattEason"] == [
        "1649193341454524424"
    ]
    assert {edge.target for edge in comments if edge.actor_id != "2244994945"} == {
        "1649191520250245121"
    }
    assert {edge.target_account for edge in comments} == {"XDevelopers"}


def test_a_timeline_gives_its_reposts_as_shares_of_their_authors() -> None:
    edges = read("gql_user_tweets.json").interactions

    assert sum(edge.act is Act.SHARE for edge in edges) == 16
    assert {e.target_account for e in edges if e.target == "2083289084567724316"} == {"benjitaylor"}


def test_pictures_are_named_in_their_largest_form() -> None:
    (post,) = read("gql_tweetresult_photo_1848831595014459513.json").posts

    assert [media.url for media in post.media] == [
        f"https://pbs.twimg.com/media/{name}.jpg?name=orig"
        for name in ("GahebgHbEAEevTU", "GahecZ5aAAEX7GX", "GaheddqbsAAzGXg")
    ]
    assert {media.type for media in post.media} == {"image"}


def test_a_video_is_named_by_its_best_file() -> None:
    (media,) = read("gql_tweet_video.json").posts[0].media

    assert media.type == "video"
    assert media.url.endswith("/pu/vid/720x1280/ENfeGwtfyiYvpNy8.mp4?tag=12")


def test_short_links_are_written_out_and_escapes_undone() -> None:
    posts = {post.native_id: post for post in read("gql_user_tweets.json").posts}
    text = posts["2082640274845811115"].text or ""

    assert "https://docs.x.com/xchat/introduction" in text
    assert "X Chat API & Chat XDK" in text
    assert "t.co/" not in text


def test_the_rendered_quote_is_pointed_at_and_not_read_as_the_accounts_own() -> None:
    reading = read("profile_rendered.html")
    shares = [edge for edge in reading.interactions if edge.act is Act.SHARE]

    assert [(edge.actor_id, edge.target) for edge in shares] == [
        ("101198215", "1935417542534906135")
    ]
    assert {post.author_handle for post in reading.posts} == {"Kikobeats"}


def test_emoji_and_links_of_a_rendered_post_are_read_as_shown() -> None:
    posts = {post.native_id: post for post in read("profile_rendered.html").posts}

    assert (posts["1987508451887784324"].text or "").startswith(
        "Estoy viajando por China 🇨🇳 y es GAME OVER.\nTienen los mejores coches."
    )
    assert posts["1759241476758733209"].text == (
        "Making some @microlinkhq t-shirts, oversized style.\nPing me if you want one!"
    )

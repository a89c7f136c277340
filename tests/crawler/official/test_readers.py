"""Answers and exports of official interfaces, field by field, and what is none of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.official import meta, tiktok, x, youtube
from crawler.page import Page
from crawler.registry import OFFICIAL, PLATFORMS, read
from evidence.model import AccountCounts, Act, Counts, Media, Reading, SeenState

YT = "https://www.googleapis.com/youtube/v3"
AT = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)


def page(value: Any, url: str = "", status: int = 200) -> Page:
    return Page(url, status, {}, json.dumps(value).encode())


def of(platform: str, value: Any, url: str = "", status: int = 200) -> Reading:
    return read(platform, page(value, url, status))


CHANNEL = {
    "kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 1},
    "items": [{
        "kind": "youtube#channel", "id": "UCcontoh",
        "snippet": {"title": "Tim Contoh", "customUrl": "@timcontoh"},
        "statistics": {"subscriberCount": "12300", "videoCount": "41", "viewCount": "9"},
        "contentDetails": {"relatedPlaylists": {"uploads": "UUcontoh"}},
    }],
}  # fmt: skip
VIDEO = {
    "kind": "youtube#video", "id": "vid12345678",
    "snippet": {"publishedAt": "2026-11-20T03:04:05Z", "channelId": "UCcontoh", "title": "Rapat",
                "description": "di balai https://contoh.example/a",
                "thumbnails": {"default": {"url": "https://i.example/d.jpg"},
                               "high": {"url": "https://i.example/h.jpg"}}},
    "statistics": {"viewCount": "120", "likeCount": "7", "commentCount": "2"},
}  # fmt: skip
COMMENT = {
    "id": "c1", "snippet": {"topLevelComment": {"id": "c1", "snippet": {
        "videoId": "vid12345678", "authorDisplayName": "@siti", "textOriginal": "siap",
        "authorChannelId": {"value": "UCsiti"}, "publishedAt": "2026-11-20T03:04:05Z"}}},
    "replies": {"comments": [{"id": "c1.r", "snippet": {
        "videoId": "vid12345678", "authorDisplayName": "Budi", "textDisplay": "ya",
        "authorChannelId": {"value": "UCbudi"}, "publishedAt": "2026-11-20T03:04:05Z"}}]},
}  # fmt: skip


def test_a_channel_gives_account_figures_and_the_way_to_its_videos() -> None:
    found = of("youtube", CHANNEL, f"{YT}/channels?part=snippet&id=UCcontoh")

    (account,) = found.accounts
    assert (account.native_id, account.handle, account.display_name) == (
        "UCcontoh", "timcontoh", "Tim Contoh",
    )  # fmt: skip
    assert account.counts == AccountCounts(post=41, approximate=(("follower", 12300),))
    assert found.next[0].startswith(f"{YT}/playlistItems?part=contentDetails&playlistId=UUcontoh")


def test_a_channel_that_is_not_there_is_absent_by_the_interfaces_word() -> None:
    said = {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}}

    (state,) = of("youtube", said, f"{YT}/channels?part=id&id=UChilang").states
    assert (state.subject, state.state) == ("account:UChilang", SeenState.ABSENT)
    assert of("youtube", {**said, "pageInfo": {}}, f"{YT}/channels?id=UChilang").drift


def test_a_playlist_leads_to_its_videos_and_its_next_page() -> None:
    said = {
        "kind": "youtube#playlistItemListResponse", "nextPageToken": "T2",
        "items": [{"contentDetails": {"videoId": v}} for v in ("a", "b")],
    }  # fmt: skip

    found = of("youtube", said, f"{YT}/playlistItems?playlistId=UU")
    assert found.next == (
        f"{YT}/videos?part=snippet%2Cstatistics%2Cstatus&id=a%2Cb",
        f"{YT}/playlistItems?playlistId=UU&pageToken=T2",
    )


def test_a_video_is_a_post_with_text_time_figures_and_cover() -> None:
    said = {"kind": "youtube#videoListResponse", "items": [VIDEO]}

    found = of("youtube", said, f"{YT}/videos?id=vid12345678,gone")
    (post,) = found.posts
    assert (post.native_id, post.author_id, post.published_at) == ("vid12345678", "UCcontoh", AT)
    assert post.text == "Rapat\n\ndi balai https://contoh.example/a"
    assert post.links == ("https://contoh.example/a",)
    assert post.counts == Counts(like=7, view=120, comment=2)
    assert post.media == (Media("https://i.example/h.jpg", "image", key="cover vid12345678"),)
    assert [(s.subject, s.state) for s in found.states] == [("post:gone", SeenState.UNSEEN)]


def test_comments_and_replies_are_acts_of_their_authors() -> None:
    said = {"kind": "youtube#commentThreadListResponse", "items": [COMMENT]}

    edges = of("youtube", said, f"{YT}/commentThreads?videoId=vid12345678").interactions
    assert [(e.act, e.actor_id, e.actor_handle, e.target, e.native_id, e.text) for e in edges] == [
        (Act.COMMENT, "UCsiti", "siti", "vid12345678", "c1", "siap"),
        (Act.COMMENT, "UCbudi", None, "vid12345678", "c1.r", "ya"),
    ]


@pytest.mark.parametrize(
    ("status", "reason", "state"),
    [(403, "quotaExceeded", SeenState.BLOCKED), (400, "keyInvalid", SeenState.BLOCKED),
     (500, "backendError", SeenState.BLOCKED), (403, "commentsDisabled", SeenState.PRESENT),
     (404, "playlistNotFound", SeenState.UNSEEN)],
)  # fmt: skip
def test_an_error_of_youtube_is_a_state_and_never_no_posts(status, reason, state) -> None:
    error = {"error": {"code": status, "errors": [{"reason": reason}], "status": "X"}}

    found = of("youtube", error, f"{YT}/videos?id=a", status)
    assert [(s.state, s.marker) for s in found.states] == [(state, f"HTTP {status} {reason}")]
    assert not found.empty


TWEET = {
    "id": "11", "author_id": "9", "text": "A &amp; B https://t.co/x", "edit_history_tweet_ids": ["11"],
    "created_at": "2026-11-20T03:04:05.000Z", "attachments": {"media_keys": ["m1"]},
    "referenced_tweets": [{"type": "replied_to", "id": "5"}, {"type": "quoted", "id": "6"}],
    "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3, "impression_count": 4},
    "entities": {"urls": [{"expanded_url": "https://contoh.example/a"}],
                 "mentions": [{"id": "8", "username": "tim"}]},
}  # fmt: skip
INCLUDES = {
    "users": [{"id": "9", "username": "siti"}],
    "media": [{"media_key": "m1", "type": "video", "preview_image_url": "https://v.example/p.jpg",
               "variants": [{"url": "https://v.example/lo.mp4", "bit_rate": 1},
                            {"url": "https://v.example/hi.mp4", "bit_rate": 9}]}],
}  # fmt: skip


def test_a_post_of_x_has_text_links_media_figures_and_what_it_refers_to() -> None:
    found = of(
        "x",
        {"data": [TWEET], "includes": INCLUDES, "meta": {"next_token": "N"}},
        f"{x.API}/users/9/tweets",
    )

    (post,) = found.posts
    assert (post.native_id, post.author_id, post.author_handle) == ("11", "9", "siti")
    assert (post.text, post.published_at) == ("A & B https://t.co/x", AT)
    assert (post.reply_to, post.quote_of, post.repost_of) == ("5", "6", None)
    assert post.links == ("https://contoh.example/a",)
    assert post.media == (Media("https://v.example/hi.mp4", "video", key="m1"),)
    assert post.counts == Counts(like=3, share=1, comment=2, view=4)
    assert found.next == (f"{x.API}/users/9/tweets?pagination_token=N",)
    assert [(e.act, e.actor_id, e.target) for e in found.interactions] == [
        (Act.COMMENT, "9", "5"), (Act.MENTION, "9", "8"),
    ]  # fmt: skip


def test_an_edited_post_of_x_stays_one_post_under_its_first_number_and_time() -> None:
    # X's documentation prints this number beside "Wed Oct 10 20:19:24 +0000 2018".
    first = "1050118621198921728"
    said = {**TWEET, "id": "1860161999999999999",
            "edit_history_tweet_ids": [first, "1860161999999999999"]}  # fmt: skip

    found = of("x", {"data": [said], "meta": {"result_count": 1}}, f"{x.API}/users/9/tweets")

    (post,) = found.posts
    assert post.native_id == first
    assert post.published_at is not None
    assert post.published_at.replace(microsecond=0) == datetime(2018, 10, 10, 20, 19, 24, 0, UTC)
    assert post.edited_at == AT
    assert {edge.native_id for edge in found.interactions} == {first}


def test_a_suspended_account_of_x_is_not_called_absent() -> None:
    row = {"type": "https://api.twitter.com/2/problems/resource-not-found", "title": "Forbidden",
           "resource_type": "user", "resource_id": "contoh", "value": "contoh"}  # fmt: skip

    (found,) = of("x", {"errors": [row]}, f"{x.API}/users/by/username/contoh").states
    assert (found.subject, found.state) == ("account:contoh", SeenState.GATED)


def test_a_long_post_and_a_repost() -> None:
    long = {**TWEET, "note_tweet": {"text": "panjang sekali"}}
    repost = {**TWEET, "referenced_tweets": [{"type": "retweeted", "id": "7"}]}

    posts = of("x", {"data": [long, repost], "meta": {"result_count": 2}}).posts
    assert posts[0].text == "panjang sekali"
    assert (posts[1].text, posts[1].repost_of) == ("", "7")


USER = {"id": "9", "username": "siti", "name": "Siti",
        "public_metrics": {"followers_count": 5, "following_count": 6, "tweet_count": 7}}  # fmt: skip


def test_a_user_is_an_account_and_a_protected_one_private() -> None:
    (shown,) = of("x", {"data": USER}, f"{x.API}/users/9").accounts
    hidden = of("x", {"data": {**USER, "protected": True}}, f"{x.API}/users/9")

    assert shown.counts == AccountCounts(5, 6, 7)
    assert hidden.accounts[0].state is SeenState.PRIVATE
    assert hidden.next == ()


@pytest.mark.parametrize(("path", "act"), [("liking_users", Act.LIKE), ("retweeted_by", Act.SHARE)])
def test_who_liked_and_reposted_are_acts(path: str, act: Act) -> None:
    said = {"data": [USER], "meta": {"result_count": 1}}

    (edge,) = of("x", said, f"{x.API}/tweets/11/{path}?max_results=100").interactions
    assert (edge.act, edge.actor_id, edge.actor_handle, edge.target) == (act, "9", "siti", "11")


@pytest.mark.parametrize(
    ("problem", "subject", "state"),
    [("resource-not-found", "post:11", SeenState.ABSENT),
     ("not-authorized-for-resource", "post:11", SeenState.GATED),
     ("something-new", "page:https://api.x.com/2/tweets", SeenState.BLOCKED)],
)  # fmt: skip
def test_a_problem_of_x_is_a_state_by_its_type_alone(problem, subject, state) -> None:
    row = {"type": f"https://api.twitter.com/2/problems/{problem}", "resource_type": "tweet",
           "resource_id": "11", "value": "11", "detail": "deleted suspended"}  # fmt: skip

    (found,) = of("x", {"errors": [row]}, f"{x.API}/tweets").states
    assert (found.subject, found.state) == (subject, state)


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refusal_of_x_is_blocked(status: int) -> None:
    said = {"title": "Too Many Requests", "status": status, "type": "about:blank"}

    assert of("x", said, f"{x.API}/users/9", status).states[0].state is SeenState.BLOCKED


@pytest.mark.parametrize(
    "other",
    [{"data": {"user": {"result": {}}}}, {"data": {"tweetResult": {"result": {"rest_id": "1"}}}},
     {"__typename": "Tweet", "id_str": "1", "text": "x"}, {"data": {}}, {"html": "x"}, []],
)  # fmt: skip
def test_data_answers_of_the_web_client_are_left_to_their_own_reader(other: Any) -> None:
    assert x.read(page(other)) is None


def test_a_research_answer_of_tiktok_gives_videos() -> None:
    row = {"id": 7000000000000000001, "username": "timcontoh", "create_time": 1795143845,
           "video_description": "Rapat #desa", "like_count": 1, "share_count": 2,
           "comment_count": 3, "view_count": 4}  # fmt: skip
    said = {"data": {"videos": [row], "has_more": False, "cursor": 1, "search_id": "s"},
            "error": {"code": "ok", "log_id": "l"}}  # fmt: skip

    (post,) = of("tiktok", said).posts
    assert (post.native_id, post.author_handle, post.text) == (
        "7000000000000000001", "timcontoh", "Rapat #desa",
    )  # fmt: skip
    assert post.published_at == datetime.fromtimestamp(1795143845, UTC)
    assert post.counts == Counts(1, 2, 3, 4)


def test_an_error_of_tiktok_is_its_own_code() -> None:
    said = {"data": {}, "error": {"code": "rate_limit_exceeded", "log_id": "l"}}

    (state,) = of("tiktok", said).states
    assert (state.state, state.marker) == (SeenState.BLOCKED, "rate_limit_exceeded")


MCL = {
    "id": "99", "text": "Rapat", "creation_time": "2026-11-20T03:04:05+0000",
    "modified_time": "2026-11-20T03:04:05+0000", "mcl_url": "https://m.example/99",
    "post_owner": {"id": "1", "username": "timcontoh", "name": "Tim"},
    "statistics": {"like_count": 3, "reaction_count": 5, "comment_count": 2, "share_count": 1, "views": 90},
    "multimedia": [{"id": 4, "type": "photo", "url": "https://m.example/4.jpg"}],
}  # fmt: skip


@pytest.mark.parametrize("platform", ["facebook", "instagram", "threads"])
@pytest.mark.parametrize("whole", [[MCL], {"data": [MCL]}], ids=["list", "data"])
def test_an_export_of_metas_library_gives_posts_under_its_own_ids(platform, whole) -> None:
    (post,) = of(platform, whole).posts

    assert (post.native_id, post.author_handle, post.text) == ("mcl:99", "timcontoh", "Rapat")
    assert (post.published_at, post.edited_at) == (AT, None)
    assert post.counts == Counts(like=5, share=1, comment=2, view=90)
    assert post.media == (Media("https://m.example/4.jpg", "image", key="4"),)


def test_the_same_export_as_csv() -> None:
    body = (
        b"id,text,creation_time,modified_time,mcl_url,post_owner.username,statistics.like_count\n"
        b'99,"Rapat, ""resmi""\ndi balai",2026-11-20T03:04:05+0000,2026-11-21T03:04:05+0000,u,tim,3\n'
    )

    (post,) = read("instagram", Page("", 200, {"content-type": "text/csv"}, body)).posts
    assert (post.text, post.author_handle) == ('Rapat, "resmi"\ndi balai', "tim")
    assert post.counts.like == 3
    assert post.edited_at == datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)


SOUND = {
    "youtube": [CHANNEL, {"kind": "youtube#videoListResponse", "items": [VIDEO]},
                {"kind": "youtube#commentThreadListResponse", "items": [COMMENT]}],
    "x": [{"data": [TWEET], "includes": INCLUDES, "meta": {"result_count": 1}},
          {"data": [USER], "meta": {"result_count": 1}}],
    "tiktok": [{"data": {"videos": [{"id": 1, "username": "a", "create_time": 1795143845,
                                     "video_description": "x"}]}, "error": {"code": "ok"}}],
    "facebook": [[MCL]],
}  # fmt: skip


def broken(value: Any) -> list[Any]:
    """The value with each of its fields in turn taken away, emptied, or made another thing."""
    found: list[Any] = []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += [{k: v for k, v in value.items() if k != name}]
            found += [{**value, name: other} for other in (None, 7, "x", [], {})]
            found += [{**value, name: other} for other in broken(inner)]
    if isinstance(value, list) and value:
        found += [[other, *value[1:]] for other in broken(value[0])] + [[7], [None]]
    return found


@pytest.mark.parametrize("platform", sorted(SOUND))
def test_no_broken_answer_crashes_or_is_an_empty_list(platform: str) -> None:
    """Fields that may be missing leave a sound reading; others are drift, a state or another kind."""
    tried = 0
    for sound in SOUND[platform]:
        for value in broken(sound):
            found = of(platform, value)
            tried += 1

            shown = found.posts or found.accounts or found.interactions
            assert shown or found.drift or found.states, value
            assert not found.empty
            assert not any("Error in" in d.detail for d in found.drift), found.drift
    assert tried >= 30


@pytest.mark.parametrize("platform", sorted(OFFICIAL))
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 90_000, b'{"kind": "youtube#x"', b"null", b"\xff\xfe", b"<html>"]
)
def test_a_hostile_body_is_none_of_these(platform: str, body: bytes) -> None:
    assert OFFICIAL[platform](Page("", 200, {}, body)) is None


def test_every_manifest_that_names_an_official_interface_has_a_reader_and_no_other() -> None:
    named = {name for name, platform in PLATFORMS.items() if platform.manifest.official}

    assert named == set(OFFICIAL) & set(PLATFORMS)
    assert {youtube.READ_BY, x.READ_BY, tiktok.READ_BY, meta.READ_BY} == {
        "official.youtube@1", "official.x@1", "official.tiktok@1", "official.meta@1",
    }  # fmt: skip

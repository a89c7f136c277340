"""Answers of the X API, version 2.

Source: docs.x.com/x-api (users, posts, liking users, reposts, search; problem types). A post's text is
written with its entities escaped; long posts have their whole text in `note_tweet`.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from crawler.official.answer import (
    REFUSED,
    Answer,
    document,
    inner,
    moment,
    native,
    number,
    rows,
    with_query,
    words,
)
from crawler.page import Page
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Interaction,
    Media,
    Post,
    Reading,
    SeenState,
)

READ_BY = "official.x@1"
API = "https://api.x.com/2"
TWEET_FIELDS = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,"
    "note_tweet,public_metrics,referenced_tweets"
)
USER_FIELDS = "created_at,protected,public_metrics,username,verified"
MEDIA_FIELDS = "alt_text,media_key,preview_image_url,type,url,variants"
ACTS = {"liking_users": Act.LIKE, "retweeted_by": Act.SHARE}
OURS = re.compile(rb'"(?:result_count|public_metrics|edit_history_tweet_ids)"|/2/problems/')
EPOCH_MS = 1_288_834_974_657
KINDS = {"photo": "image", "video": "video", "animated_gif": "gifv"}


def read(page: Page) -> Reading | None:
    """What one answer shows; None for a page that is no answer of this interface."""
    if not page.url.startswith((API, "https://api.twitter.com/2")) and not OURS.search(page.body):
        return None
    value = document(page)
    if value is None or not _is_ours(value):
        return None
    answer = Answer(page.url)
    if page.status in REFUSED or page.status >= 500:
        answer.page(
            SeenState.BLOCKED, f"HTTP {page.status} {words(value.get('title')) or ''}".strip()
        )
        return answer.reading(READ_BY)
    _data(value, answer)
    for row in rows(value.get("errors")):
        _problem(row, answer)
    token = words(inner(value, "meta", "next_token"))
    if token:
        answer.next.append(with_query(page.url, pagination_token=token))
    if inner(value, "meta", "result_count") == 0:
        answer.page(SeenState.PRESENT, "result_count 0")
    if not (answer.posts or answer.accounts or answer.edges or answer.states):
        answer.fault("$", "neither data nor a problem that is known")
    return answer.reading(READ_BY)


def first(native_id: str | None, handle: str) -> str:
    """The address that resolves an account."""
    place = f"users/{native_id}" if native_id else f"users/by/username/{handle.lstrip('@')}"
    return f"{API}/{place}?{urlencode({'user.fields': USER_FIELDS})}"


def engaged(native_id: str) -> tuple[str, ...]:
    """Addresses that show who acted on a post: likes, reposts, replies."""
    users = urlencode({"user.fields": USER_FIELDS, "max_results": "100"})
    replies = _tweets(query=f"conversation_id:{native_id}")
    return (
        f"{API}/tweets/{native_id}/liking_users?{users}",
        f"{API}/tweets/{native_id}/retweeted_by?{users}",
        f"{API}/tweets/search/recent?{replies}",
    )


def _tweets(**more: str) -> str:
    return urlencode(
        {
            **more, "max_results": "100", "tweet.fields": TWEET_FIELDS,
            "expansions": "author_id,attachments.media_keys,referenced_tweets.id",
            "user.fields": USER_FIELDS, "media.fields": MEDIA_FIELDS,
        }
    )  # fmt: skip


def _is_ours(value: dict[str, Any]) -> bool:
    """GraphQL and syndication answers have other things in `data`, or none."""
    data = value.get("data")
    sample = data[0] if isinstance(data, list) and data else data
    problem = bool(rows(value.get("errors"))) or isinstance(value.get("status"), int)
    if sample is None or sample == []:
        return problem or inner(value, "meta", "result_count") is not None
    return isinstance(sample, dict) and native(sample.get("id")) is not None and (
        "text" in sample or "username" in sample
    )  # fmt: skip


def _data(value: dict[str, Any], answer: Answer) -> None:
    data = value.get("data")
    users = {native(u.get("id")): u for u in rows(inner(value, "includes", "users"))}
    media = {words(m.get("media_key")): m for m in rows(inner(value, "includes", "media"))}
    act = ACTS.get(urlsplit(answer.url).path.rpartition("/")[2])
    for row in rows(data if isinstance(data, list) else [data]):
        if "username" in row:
            _user(row, answer, act)
        elif "text" in row:
            _tweet(row, users, media, answer)


def _user(row: dict[str, Any], answer: Answer, act: Act | None) -> None:
    native_id, handle = native(row.get("id")), words(row.get("username"))
    if native_id is None or handle is None:
        answer.fault("$.data[].username", "expected id and username")
        return
    if act is not None:
        target = urlsplit(answer.url).path.split("/")[-2]
        answer.edges.append(Interaction(act, native_id, handle, target))
        return
    figures = row.get("public_metrics")
    counts = AccountCounts(
        follower=number(inner(figures, "followers_count")),
        following=number(inner(figures, "following_count")),
        post=number(inner(figures, "tweet_count")),
    )
    state = SeenState.PRIVATE if row.get("protected") is True else SeenState.PRESENT
    answer.accounts.append(AccountSeen(native_id, handle, words(row.get("name")), state, counts))
    if state is SeenState.PRIVATE:
        answer.state(f"account:{native_id}", state, "protected")
    elif "/tweets" not in urlsplit(answer.url).path:
        answer.next.append(f"{API}/users/{native_id}/tweets?{_tweets()}")


def _tweet(
    row: dict[str, Any], users: dict[Any, Any], media: dict[Any, Any], answer: Answer
) -> None:
    native_id, author = native(row.get("id")), native(row.get("author_id"))
    first, written_at = _first(row, native_id)
    text = words(inner(row, "note_tweet", "text")) or row.get("text")
    if native_id is None or first is None or not isinstance(text, str):
        answer.fault("$.data[].text", "expected id and text")
        return
    handle = words(inner(users.get(author), "username"))
    told = {words(r.get("type")): native(r.get("id")) for r in rows(row.get("referenced_tweets"))}
    figures, entities = row.get("public_metrics"), row.get("entities")
    at = moment(row.get("created_at"))
    post = Post(
        native_id=first, author_id=author, author_handle=handle,
        text="" if told.get("retweeted") else html.unescape(text),
        published_at=written_at, edited_at=at if first != native_id else None,
        url=f"https://x.com/{handle or 'i'}/status/{native_id}",
        media=_media(row, media), links=_links(inner(row, "note_tweet", "entities") or entities),
        reply_to=told.get("replied_to"), repost_of=told.get("retweeted"), quote_of=told.get("quoted"),
        counts=Counts(
            like=number(inner(figures, "like_count")), share=number(inner(figures, "retweet_count")),
            comment=number(inner(figures, "reply_count")),
            view=number(inner(figures, "impression_count")),
        ),
    )  # fmt: skip
    answer.posts.append(post)
    if post.reply_to:
        answer.edges.append(
            Interaction(Act.COMMENT, author, handle, post.reply_to, first, written_at, post.text)
        )
    for name in rows(inner(entities, "mentions")):
        target = native(name.get("id")) or words(name.get("username"))
        if target:
            answer.edges.append(Interaction(Act.MENTION, author, handle, target, first, written_at))


def _first(row: dict[str, Any], native_id: str | None) -> tuple[str | None, datetime | None]:
    """The number a post was published under, and when: each edit has a number of its own.

    Of an edited post the interface tells only when the newest version was written. Numbers hold
    their time: milliseconds since 4 November 2010, above 22 bits.
    """
    held = row.get("edit_history_tweet_ids")
    numbers = (
        [number for each in held if (number := native(each))] if isinstance(held, list) else []
    )
    first = numbers[0] if numbers else native_id
    if first is None or first == native_id:
        return first, moment(row.get("created_at"))
    if not (first.isascii() and first.isdecimal() and len(first) < 20):
        return None, None
    return first, datetime.fromtimestamp(((int(first) >> 22) + EPOCH_MS) / 1000, UTC)


def _links(entities: Any) -> tuple[str, ...]:
    found = (words(u.get("unwound_url")) or words(u.get("expanded_url"))
             for u in rows(inner(entities, "urls")) if "media_key" not in u)  # fmt: skip
    return tuple(dict.fromkeys(url for url in found if url))


def _media(row: dict[str, Any], media: dict[Any, Any]) -> tuple[Media, ...]:
    keys = inner(row, "attachments", "media_keys")
    found = [media.get(key) or {} for key in keys] if isinstance(keys, list) else []
    return tuple(
        Media(url, KINDS.get(str(item.get("type")), "unknown"), words(item.get("alt_text")),
              words(item.get("media_key")))
        for item in found if (url := _best(item))
    )  # fmt: skip


def _best(item: dict[str, Any]) -> str | None:
    """A picture's address, or the video's variant of the highest rate."""
    variants = [v for v in rows(item.get("variants")) if words(v.get("url"))]
    best = max(variants, key=lambda v: number(v.get("bit_rate")) or 0, default={})
    return words(best.get("url")) or words(item.get("url")) or words(item.get("preview_image_url"))


def _problem(row: dict[str, Any], answer: Answer) -> None:
    """A problem of one thing asked for; its type is the interface's word, its detail is not read."""
    kind = (words(row.get("type")) or "").rpartition("/")[2]
    what = words(row.get("resource_type")) or ""
    name = native(row.get("resource_id")) or native(row.get("value"))
    subject = {"user": "account", "tweet": "post", "post": "post"}.get(what)
    if words(row.get("section")) == "includes":
        return
    where = f"{subject}:{name}" if subject and name else f"page:{answer.url}"
    if kind == "resource-not-found" and row.get("title") == "Forbidden":
        # An account that X suspended is answered so; only the title tells it from one that is gone.
        answer.state(where, SeenState.GATED, f"{kind}: Forbidden")
    elif kind == "resource-not-found":
        answer.state(where, SeenState.ABSENT if subject else SeenState.UNSEEN, kind)
    elif kind in ("not-authorized-for-resource", "resource-unavailable"):
        answer.state(where, SeenState.GATED, kind)
    else:
        answer.page(SeenState.BLOCKED, kind or "problem without a type")

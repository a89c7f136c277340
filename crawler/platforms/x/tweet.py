"""One post in X's JSON: GraphQL `Tweet`, the v1.1 status of timelines, the embed's answer.

The three share field names; GraphQL keeps most of them under `legacy`. Read on purpose not: lang,
source, bookmarks, card (a preview of a link that is read), votes of a poll (in the capture), place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from crawler.page import utc
from crawler.platforms.x import media, said, user
from crawler.sight import number
from crawler.take import Node, each
from evidence.errors import ParseError
from evidence.model import Act, Counts, Interaction, Post, SeenState, StateSeen

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = re.compile(r"\w{3} (\w{3}) (\d\d) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})")
_STATUS = re.compile(r"/status(?:es)?/(\d{1,20})")
VERSIONS = "edit_control.edit_tweet_ids: "
PART = "note_tweet without its text"
"""Marker of a long post of which a page holds the beginning only."""
PICTURE_SIZES = ("all", "large", "orig", "medium", "small")


def post(item: Node) -> Post:
    """The post an object shows. A repost has no text of its own, only `repost_of`.

    Raises ParseError without id, author, text or time: half a post must not pass for an edited one.
    """
    legacy = legacy_of(item)
    author_id, author = author_of(item, legacy)
    id = identity(item)
    repost = reposted(item, legacy)
    at = moment(legacy)
    pictures = () if repost else media.of_post(legacy)
    text, links = ("", ()) if repost else said.text(item, legacy)
    return Post(
        native_id=id,
        author_id=author_id,
        author_handle=author,
        text=text,
        published_at=at,
        edited_at=at if id != versions(item)[:1][0] else None,
        url=f"https://x.com/{author or 'i'}/status/{id}",
        media=pictures,
        links=links,
        reply_to=None if repost else legacy.may("in_reply_to_status_id_str", str) or None,
        repost_of=repost,
        quote_of=None if repost else quoted(item, legacy),
        counts=_counts(item, legacy),
    )


def identity(item: Node) -> str:
    """The post's number. Raises ParseError without one."""
    id = item.must("rest_id" if "rest_id" in item.value else "id_str", str)
    if not (id.isascii() and id.isdigit()):
        raise ParseError(f"{item.path}.rest_id", "expected digits")
    return id


def legacy_of(item: Node) -> Node:
    """Where text, time and figures stand: `legacy`, else the object itself."""
    return item.inner("legacy") if "legacy" in item.value or "core" in item.value else item


def author_of(item: Node, legacy: Node) -> tuple[str, str | None]:
    """(id, handle) of the author. Raises ParseError without an id."""
    found = author_node(item)
    if found is not None and found.value.get("__typename") != "UserUnavailable":
        return user.identity(found), user.handle(found)
    if found is None:
        item.fault("core", "expected the author's object, found none")
    return legacy.must("user_id_str", str), None


def author_node(item: Node) -> Node | None:
    """The author's object, None when the page leaves it out."""
    if item.may("user", dict):
        return item.inner("user")
    core = item.inner("core")
    for name in ("user_results", "user_result", "user"):
        if core.may(name, dict) and core.inner(name).may("result", dict):
            return core.inner(name).inner("result")
    return None


def moment(legacy: Node) -> datetime:
    """`created_at` as UTC, in either of its forms. Raises ParseError when it is no time."""
    said = legacy.must("created_at", str)
    found = _CLOCK.fullmatch(said)
    if found is None or found[1] not in MONTHS:
        at = utc(said)
        if at is None:
            raise ParseError(f"{legacy.path}.created_at", "expected a time")
        return at
    month, (day, hour, minute, second, year) = (
        MONTHS.index(found[1]) + 1,
        map(int, found.groups()[1:]),
    )
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise ParseError(f"{legacy.path}.created_at", "expected a time") from error


def versions(item: Node) -> tuple[str, ...]:
    """Ids of all versions of a post, the first one first; an edit has an id of its own on X."""
    control = item.may("edit_control", dict) or {}
    first = control.get("edit_control_initial")
    listed = (first if isinstance(first, dict) else control).get("edit_tweet_ids")
    ids = tuple(id for id in listed if isinstance(id, str)) if isinstance(listed, list) else ()
    initial = control.get("initial_tweet_id")
    return ids or ((initial,) if isinstance(initial, str) else (identity(item),))


def states(item: Node, seen: Post) -> Iterator[StateSeen]:
    """Markers a shown post carries: another version of it; a long text that is cut off.

    Versions have numbers of their own: the state's subject is the older one, its marker names the
    newer one.
    """
    ids = versions(item)
    if ids[0] != seen.native_id:
        yield StateSeen(f"post:{ids[0]}", SeenState.EDITED, f"{VERSIONS}{seen.native_id}")
    if ids[-1] != seen.native_id:
        yield StateSeen(f"post:{seen.native_id}", SeenState.EDITED, f"{VERSIONS}{ids[-1]}")
    legacy = legacy_of(item)
    for holder in (item, legacy):
        for name in ("retweeted_status", "quoted_status", "quoted_tweet"):
            inner = _status(holder, name)
            if inner is not None and versions(inner)[0] != identity(inner):
                marker = f"{VERSIONS}{identity(inner)}"
                yield StateSeen(f"post:{versions(inner)[0]}", SeenState.EDITED, marker)
    if said.is_part(item):
        yield StateSeen(f"post:{seen.native_id}", SeenState.PRESENT, PART)
    yield from _withheld(legacy, seen)


def _withheld(legacy: Node, seen: Post) -> Iterator[StateSeen]:
    """Countries in which X shows the post to nobody; here it is shown."""
    named = legacy.value.get("withheld_in_countries")
    listed = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    if listed:
        marker = f"withheld_in_countries: {' '.join(sorted(listed))[:120]}"
        yield StateSeen(f"post:{seen.native_id}", SeenState.PRESENT, marker)


def acts(item: Node, seen: Post) -> Iterator[Interaction]:
    """What a post does to others: it replies, reposts, quotes, mentions, tags in pictures."""
    legacy = legacy_of(item)
    answered = legacy.may("in_reply_to_screen_name", str) or legacy.may(
        "in_reply_to_user_id_str", str
    )
    for act, target, text, owner in (
        (Act.COMMENT, seen.reply_to, seen.text, answered),
        (Act.SHARE, seen.repost_of, None, _owner(item, "retweeted_status")),
        (
            Act.SHARE,
            seen.quote_of,
            None,
            _owner(item, "quoted_status") or _owner(item, "quoted_tweet"),
        ),
    ):
        if target:
            yield _act(seen, act, target, text, owner)
    if seen.repost_of is None:
        for act, id, name in dict.fromkeys((*_mentioned(item, legacy), *_tagged(legacy))):
            yield _act(seen, act, id, None, name)


def reposted(item: Node, legacy: Node) -> str | None:
    """Id of the post passed on. Raises ParseError when there is one and it has no id."""
    inner = _status(item, "retweeted_status") or _status(legacy, "retweeted_status")
    if inner is not None:
        return identity(inner)
    for holder in (item, legacy):
        if holder.value.get("retweeted_status_result") or holder.value.get("retweeted_status"):
            raise ParseError(f"{holder.path}.retweeted_status", "names no post")
    return legacy.may("retweeted_status_id_str", str) or None


def quoted(item: Node, legacy: Node) -> str | None:
    """Id of the post quoted, as far as the page names it."""
    named = legacy.may("quoted_status_id_str", str)
    if named:
        return named
    for holder in (item, legacy):
        for name in ("quoted_status", "quoted_tweet"):
            inner = _status(holder, name)
            if inner is not None:
                return identity(inner)
    return None


def unwrapped(item: Node) -> Node:
    """The post inside a TweetWithVisibilityResults, else the object itself."""
    return item.inner("tweet") if "tweet" in item.value and "legacy" not in item.value else item


def _status(item: Node, name: str) -> Node | None:
    """A post inside another: `<name>_result(s).result`, or `<name>` itself in v1.1 and embeds."""
    for field in (f"{name}_result", f"{name}_results"):
        if item.may(field, dict) and item.inner(field).may("result", dict):
            inner = unwrapped(item.inner(field).inner("result"))
            return inner if inner.value.get("rest_id") or inner.value.get("id_str") else None
    return unwrapped(item.inner(name)) if item.may(name, dict) else None


def _owner(item: Node, name: str) -> str | None:
    inner = _status(item, name) or _status(legacy_of(item), name)
    found = author_node(inner) if inner is not None and _has_author(inner) else None
    return user.handle(found) if found is not None and user.is_named(found) else None


def _has_author(item: Node) -> bool:
    return bool(item.value.get("core") or item.value.get("user"))


def _counts(item: Node, legacy: Node) -> Counts:
    """Figures; `conversation_count` of embeds is what they show as replies."""
    views = item.may("views", dict) or item.may("view_count_info", dict) or {}
    view = number(views.get("count"))
    if legacy.value.get("retweet_count") is None and "conversation_count" in legacy.value:
        return Counts(
            like=legacy.count("favorite_count"), comment=legacy.count("conversation_count")
        )
    if item is legacy and "favorite_count" not in legacy.value:
        return Counts(view=view)
    return Counts(
        like=legacy.count("favorite_count"),
        share=legacy.count("retweet_count"),
        comment=legacy.count("reply_count"),
        view=view,
    )


def _mentioned(item: Node, legacy: Node) -> Iterator[tuple[Act, str, str | None]]:
    note = said.long_text(item)
    if legacy.value.get("entities") is None and "@" in str(legacy.value.get("full_text")):
        legacy.fault("entities", "expected dict, found nothing, and the text names somebody")
    for holder in (legacy.may("entities", dict), note.may("entity_set", dict) if note else None):
        listed = (holder or {}).get("user_mentions")
        if listed is not None and not isinstance(listed, list):
            legacy.fault("entities.user_mentions", "is no list")
            continue
        yield from each(
            listed or [], f"{legacy.path}.entities.user_mentions", legacy.faults,
            lambda m: (Act.MENTION, m.must("id_str", str), m.want("screen_name", str)),
        )  # fmt: skip


def _tagged(legacy: Node) -> Iterator[tuple[Act, str, str | None]]:
    """Accounts tagged in the post's pictures."""
    extended: Any = legacy.may("extended_entities", dict) or legacy.may("entities", dict) or {}
    listed = extended.get("media")
    for picture in listed if isinstance(listed, list) else []:
        features = picture.get("features") if isinstance(picture, dict) else None
        for size in PICTURE_SIZES:
            part = features.get(size) if isinstance(features, dict) else None
            tags = part.get("tags") if isinstance(part, dict) else None
            for tag in tags if isinstance(tags, list) else []:
                if isinstance(tag, dict) and isinstance(tag.get("user_id"), str):
                    name = tag.get("screen_name")
                    yield Act.TAG, tag["user_id"], name if isinstance(name, str) else None


def _act(seen: Post, act: Act, target: str, text: str | None, owner: str | None) -> Interaction:
    return Interaction(
        act, seen.author_id, seen.author_handle, target, seen.native_id, seen.published_at, text,
        owner,
    )  # fmt: skip

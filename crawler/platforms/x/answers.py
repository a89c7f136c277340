"""X's JSON, whatever question it answers: walked for the typed objects it holds."""

from __future__ import annotations

from typing import Any

from crawler.platforms.x import listing, noting, states, tweet, urls, user
from crawler.platforms.x.sight import Sight
from crawler.take import Node, node
from evidence.errors import ParseError
from evidence.model import Post, SeenState

SINGLE = noting.MARKERS | {"Tweet", "TweetWithVisibilityResults"}
OF_TWEETS = ("tweetResult", "tweet_result", "tweet_results", "tweetResults", "tweetResultByRestId")
OF_USERS = ("user", "user_result", "user_results", "user_result_by_screen_name")
TELLING = frozenset(
    ("__typename", "legacy", "core", "user", "instructions", "entryId", "entry_id", "screen_name",
     *OF_TWEETS, *OF_USERS)
)  # fmt: skip
"""Keys without which an object is only a holder of others."""
NAMES = TELLING | {
    "data", "result", "timeline", "timeline_v2", "timeline_response", "errors", "tweet", "list",
    "threaded_conversation_with_injections", "threaded_conversation_with_injections_v2",
    "search_by_raw_query", "search_timeline", "retweeters_timeline", "favoriters_timeline",
    "tweets_timeline", "members_timeline", "subscribers_timeline", "bookmark_timeline_v2", "home",
    "home_timeline_urt", "communityResults", "community_results", "ranked_community_timeline",
    "community_media_timeline", "explore_page", "body", "initialTimeline",
}  # fmt: skip
"""Names that a path may tell."""
MOST_OBJECTS = 1_000_000
MOST_ERRORS = 100
Part = tuple[Any, str, str | None]
"""A value still to be looked at, its path, and the number that the object around it carries."""


def read(value: Any, sight: Sight) -> None:
    """Notes all that a decoded answer shows: posts, accounts, acts, states, faults."""
    if isinstance(value, dict):
        _errors(value, sight)
        _nothing(value, sight)
    pile: list[Part] = [(value, "$", None)]
    visited = 0
    while pile:
        current, path, about = pile.pop()
        visited += 1
        if visited > MOST_OBJECTS:
            sight.fault("$: more objects than any answer has")
            return
        if isinstance(current, list):
            inner = [(p, f"{path}[{n}]", about) for n, p in enumerate(current) if _is_nest(p)]
            pile.extend(reversed(inner))
        elif isinstance(current, dict):
            pile.extend(reversed(_object(node(current, path, sight.faults), sight, about)))


def _nothing(value: dict[str, Any], sight: Sight) -> None:
    """An answer whose data is empty or null, as X gives for a name nobody has: no word why."""
    data = value.get("data")
    if not isinstance(data, dict) or value.get("errors") or sight.states:
        return
    if not set(data) - {*OF_TWEETS, *OF_USERS} and all(part is None for part in data.values()):
        sight.state(urls.subject(sight.url), SeenState.UNSEEN, "data is empty")


def _is_nest(value: Any) -> bool:
    return isinstance(value, dict | list)


def _object(item: Node, sight: Sight, about: str | None) -> list[Part]:
    """Notes what an object is; gives the parts that are still to be looked at."""
    value, kind = item.value, noting.typename(item)
    if value.keys().isdisjoint(TELLING):
        return _parts(item)
    try:
        if kind in SINGLE or _is_post(value) or _is_status(value):
            single(item, sight, about)
            return []
        if kind == "UserUnavailable":
            noting.no_user(item, sight, about)
            return []
        if isinstance(value.get("instructions"), list):
            listing.read(item, sight)
            return []
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")
        return []
    if "entryId" in value or "entry_id" in value:
        sight.fault(f"{item.path}: an entry that no instructions hold")
        return []
    if kind == "User" or _is_profile(value):
        _profile(item, sight)
        return [part for part in _parts(item) if "timeline" in part[1].rsplit(".", 1)[-1]]
    _empty_results(value, sight)
    return _parts(item)


def _parts(item: Node) -> list[Part]:
    number = item.value.get("rest_id")
    about = number if isinstance(number, str) else None
    return [
        (part, f"{item.path}.{_own(name)}", about)
        for name, part in item.value.items()
        if _is_nest(part)
    ]


def _profile(item: Node, sight: Sight) -> None:
    """An account by itself; a User that only holds its timeline tells nothing of it."""
    if not user.is_named(item):
        return
    try:
        sight.account(user.account(item))
        noting.protected(item, sight)
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")


def single(item: Node, sight: Sight, about: str | None = None) -> tuple[Post, Node] | None:
    """Notes one post that is the answer itself, with its author; or the marker in its place."""
    kind = noting.typename(item)
    if kind in noting.MARKERS:
        noting.no_post(item, sight, about)
        return None
    inner = tweet.unwrapped(item)
    post = tweet.post(inner)
    noting.note(post, inner, sight)
    noting.author(inner, sight)
    return post, inner


def _empty_results(value: dict[str, Any], sight: Sight) -> None:
    """A result that X leaves out: what the question was for was not found, and no word why.

    A question whose number went out of use is answered that way too: UNSEEN, never ABSENT.
    """
    for names, is_post in ((OF_TWEETS, True), (OF_USERS, False)):
        for name in names:
            inner = value.get(name)
            if isinstance(inner, dict) and not set(inner) - {"rest_id", "id"}:
                about = inner.get("rest_id") if isinstance(inner.get("rest_id"), str) else None
                named = about or (None if is_post else sight.asked.user_id or sight.asked.handle)
                subject = urls.subject(sight.url, named if is_post else None)
                if not is_post and named:
                    subject = f"account:{named}"
                sight.state(subject, SeenState.UNSEEN, f"{name} without result")


def _errors(value: dict[str, Any], sight: Sight) -> None:
    listed = value.get("errors")
    if "message" in value and isinstance(value.get("code"), int):
        listed = [value]
    said = value.get("error")
    if isinstance(said, str):
        sight.state(f"page:{sight.url}", SeenState.GATED, f"error: {' '.join(said.split())[:60]}")
    for error in listed[:MOST_ERRORS] if isinstance(listed, list) else []:
        code = error.get("code") if isinstance(error, dict) else None
        state = states.ERRORS.get(code) if isinstance(code, int) else None
        if state is None:
            shown = code if isinstance(code, int) else type(code).__name__
            sight.fault(f"$.errors: code {shown} says nothing that is known")
            continue
        page = state in states.OF_PAGE
        subject = f"page:{sight.url}" if page else _about(sight, code)
        sight.state(subject, state, f"errors.code {code}")


def _about(sight: Sight, code: Any) -> str:
    """50 and 63 speak of an account, the others of what was asked for."""
    asked = sight.asked
    account = asked.user_id or asked.handle
    if code in (50, 63) and account:
        return f"account:{account}"
    return urls.subject(sight.url)


def _is_post(value: dict[str, Any]) -> bool:
    """A GraphQL post, or one in its wrapper: told by its parts, whatever its typename."""
    inner = value.get("tweet")
    holder = inner if isinstance(inner, dict) and "legacy" not in value else value
    legacy, core = holder.get("legacy"), holder.get("core")
    if not isinstance(legacy, dict) or not isinstance(core, dict) or "rest_id" not in holder:
        return False
    return "full_text" in legacy or "user_results" in core or "user_result" in core


def _is_status(value: dict[str, Any]) -> bool:
    """A v1.1 status or an embed's answer: number, text and author, without a typename."""
    return (
        isinstance(value.get("user"), dict)
        and ("id_str" in value or "created_at" in value)
        and ("text" in value or "full_text" in value)
    )


def _is_profile(value: dict[str, Any]) -> bool:
    return "screen_name" in value and ("id_str" in value or "followers_count" in value)


def _own(name: str) -> str:
    """A received key as part of a path: only names of ours, so that no content is told."""
    return name if name in NAMES else "*"

"""Reads what Mastodon's client API, its kin and ActivityPub answer an anonymous caller."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from crawler.page import Page
from crawler.platforms.mastodon import activity, answers, beside, entities
from crawler.platforms.mastodon.urls import Asked, Kind, kind, next_pages
from crawler.take import Node, each, node
from evidence.errors import ParseError
from evidence.model import (
    AccountSeen,
    Act,
    Drift,
    Interaction,
    Post,
    Reading,
    SeenState,
    StateSeen,
)

READ_BY = "mastodon.pages@3"

SHAPES: dict[str, frozenset[str]] = {
    "status": frozenset(
        ("created_at", "content", "account", "visibility", "reblog", "uri", "media_attachments",
         "in_reply_to_id", "spoiler_text", "favourites_count", "reblogs_count", "replies_count")
    ),
    "account": frozenset(
        ("username", "acct", "display_name", "note", "avatar", "header", "locked", "bot",
         "followers_count", "following_count", "statuses_count", "fields")
    ),
    "poll": frozenset(("options", "expires_at", "expired", "multiple", "votes_count")),
}  # fmt: skip
"""Field names by which an entity is known; four of its names make it unmistakable."""
ENOUGH = 4
NO_EDIT = frozenset(("id", "uri", "visibility", "favourites_count"))
"""Fields of a status that a version of one (StatusEdit) has not."""
SEARCH = frozenset(("accounts", "statuses", "hashtags"))
ACTS_OF_LISTS = {
    Kind.FAVOURITED_BY: Act.LIKE,
    Kind.REBLOGGED_BY: Act.SHARE,
    Kind.FOLLOWERS: Act.FOLLOW,
}
OF_STATUSES = (Kind.STATUSES, Kind.STATUS, Kind.CONTEXT)
OF_ACCOUNTS = (Kind.LOOKUP, Kind.ACCOUNT, Kind.FOLLOWERS, Kind.FOLLOWING, Kind.FAVOURITED_BY,
               Kind.REBLOGGED_BY)  # fmt: skip


@dataclass(slots=True)
class _Sight:
    """What has been read so far of one page."""

    url: str
    faults: list[Drift] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    accounts: list[AccountSeen] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)
    states: list[StateSeen] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    empty: bool = False

    def reading(self) -> Reading:
        return Reading(
            READ_BY, tuple(self.posts), tuple(self.accounts), tuple(self.interactions),
            tuple(self.states), (), tuple(dict.fromkeys(self.next)), tuple(self.faults), self.empty,
        )  # fmt: skip

    def says_nothing(self) -> bool:
        return not (self.posts or self.accounts or self.interactions or self.states or self.faults
                    or self.empty)  # fmt: skip


def read(page: Page) -> Reading:
    """All that one answer shows: posts, accounts, acts, states, continuation; else drift.

    The address says what was asked for, the structure of the body what came; where the structure is
    unmistakable it decides. Replies and ancestors of a context are posts of their authors, who may
    be strangers. Words in a post never make a state.
    Raises ParseError when a body that has to be JSON is not.
    """
    sight = _Sight(page.url)
    told = answers.refused(page)
    if told is None:
        told = _read_body(page, sight)
    if isinstance(told, StateSeen):
        sight.states.append(told)
    elif told is not None:
        sight.faults.append(told)
    if sight.says_nothing():
        sight.faults.append(Drift("$: nothing that is known"))
    return sight.reading()


def _read_body(page: Page, sight: _Sight) -> answers.Told | None:
    value = _json(page)
    if page.status in answers.MISSING:
        return answers.missing(page, value)
    if value is None:
        return _not_json(page)
    asked = kind(page.url)
    sight.next += next_pages(page.url, page.headers.get("link", ""))
    try:
        if isinstance(value, list):
            return _list(value, asked, sight)
        return _object(node(value, "$", sight.faults), asked, sight)
    except ParseError as error:
        return Drift(f"{error.what}: {error.why}")


def _json(page: Page) -> Any:
    try:
        return page.json()
    except ParseError:
        return None


def _not_json(page: Page) -> answers.Told:
    if answers.is_html(page):
        return Drift("HTML where JSON was due")
    return Drift("body is not JSON" if page.body.strip() else "body is empty")


def _list(values: list[Any], asked: Asked, sight: _Sight) -> answers.Told | None:
    if not values:
        return _nothing(asked, sight)
    if name := beside.entities(values):
        return _beside(name, sight)
    match _shape_of_list(values, asked):
        case "status":
            each(values, "$", sight.faults, lambda item: _status(item, sight))
        case "account":
            each(values, "$", sight.faults, lambda item: _account_in_list(item, asked, sight))
        case "edit":
            return _history(values, asked, sight)
        case _:
            return Drift("$: a list of things that are not known")
    return None


def _nothing(asked: Asked, sight: _Sight) -> answers.Told | None:
    if asked.kind is Kind.STATUSES:
        sight.empty = True
        return None
    lists = asked.kind in OF_ACCOUNTS and asked.kind not in (Kind.LOOKUP, Kind.ACCOUNT)
    if lists or asked.kind is Kind.API:
        return StateSeen(f"page:{sight.url}", SeenState.PRESENT, "empty list")
    return Drift("$: an empty list where none was asked for")


def _object(item: Node, asked: Asked, sight: _Sight) -> answers.Told | None:
    if not item.value and asked.kind is Kind.API:
        return _beside("empty answer", sight)
    if activity.is_activity(item.value):
        seen = activity.read(item)
        sight.posts += seen.posts
        sight.accounts += seen.accounts
        sight.interactions += seen.interactions
        sight.states += seen.states
        sight.next += seen.next
        return None
    if "descendants" in item.value or "ancestors" in item.value or asked.kind is Kind.CONTEXT:
        for part in ("ancestors", "descendants"):
            found = item.want(part, list) or []
            each(found, f"$.{part}", sight.faults, lambda each_item: _status(each_item, sight))
        return _no_replies(item, sight)
    if "error" in item.value:
        return Drift("HTTP 200 with an error object")
    if item.value.keys() >= SEARCH:
        return _search(item, sight)
    if name := beside.entity(item.value):
        return _beside(name, sight)
    return _entity(item, asked, sight)


def _search(item: Node, sight: _Sight) -> answers.Told | None:
    """Accounts and posts that a search found, of anybody."""
    accounts, statuses = (item.want(part, list) or [] for part in ("accounts", "statuses"))
    each(accounts, "$.accounts", sight.faults, lambda found: _account(found, sight))
    each(statuses, "$.statuses", sight.faults, lambda found: _status(found, sight))
    return _beside("Search", sight) if sight.says_nothing() else None


def _beside(name: str, sight: _Sight) -> StateSeen:
    return StateSeen(f"page:{sight.url}", SeenState.PRESENT, name)


def _no_replies(item: Node, sight: _Sight) -> answers.Told | None:
    sound = item.value.get("ancestors") == [] and item.value.get("descendants") == []
    return StateSeen(f"page:{sight.url}", SeenState.PRESENT, "empty context") if sound else None


def _entity(item: Node, asked: Asked, sight: _Sight) -> answers.Told | None:
    match _shape(item.value, asked):
        case "status":
            _status(item, sight)
        case "account":
            _account(item, sight)
        case "poll":
            item.must("id", str)
            item.must("options", list)
            return StateSeen(f"page:{sight.url}", SeenState.PRESENT, "Poll")
        case _ if set(item.value) == {"id", "text", "spoiler_text"}:
            native_id = item.must("id", str)
            return StateSeen(f"post:{native_id}", SeenState.PRESENT, "StatusSource")
        case _:
            return Drift("$: an object that is not known")
    return None


def _status(item: Node, sight: _Sight) -> None:
    post = entities.status(item)
    sight.posts.append(post)
    sight.interactions += entities.acts(post, item)


def _history(values: list[Any], asked: Asked, sight: _Sight) -> answers.Told | None:
    if asked.name is None or asked.kind is not Kind.HISTORY:
        return _beside("versions of an unnamed post", sight)  # sound, but nobody can say of what
    name = asked.name
    firsts = iter([True])
    versions = each(
        values, "$", sight.faults, lambda item: entities.version(item, name, next(firsts, False))
    )
    sight.posts += [replace(post, published_at=versions[0].published_at) for post in versions]
    return None


def _account_in_list(item: Node, asked: Asked, sight: _Sight) -> None:
    """An account in a list: an actor where the address says towards what, else an account."""
    act = ACTS_OF_LISTS.get(asked.kind)
    if act is not None and asked.name is not None:
        sight.interactions.append(entities.actor(item, act, asked.name))
    elif asked.kind is Kind.FOLLOWING and asked.name is not None:
        followed = item.must("id", str)
        edge = Interaction(
            Act.FOLLOW, asked.name, None, followed, target_account=item.may("acct", str)
        )
        sight.interactions.append(edge)
    else:
        _account(item, sight)


def _account(item: Node, sight: _Sight) -> None:
    sight.accounts.append(entities.account(item))
    sight.states += entities.account_states(item)


def _shape_of_list(values: list[Any], asked: Asked) -> str:
    """The shape most of the items have: one odd item does not decide what a list is."""
    objects = [value for value in values if isinstance(value, dict)]
    if asked.kind is Kind.HISTORY or (
        objects
        and all({"content", "account"} <= v.keys() and not NO_EDIT & v.keys() for v in objects)
    ):
        return "edit"
    shapes = [_shape(value, asked) for value in objects] or [_asked_shape(asked)]
    return max(dict.fromkeys(shapes), key=shapes.count)


def _shape(value: dict[str, Any], asked: Asked) -> str:
    scores = {name: len(names & value.keys()) for name, names in SHAPES.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= ENOUGH else _asked_shape(asked)


def _asked_shape(asked: Asked) -> str:
    if asked.kind in OF_STATUSES:
        return "status"
    if asked.kind in OF_ACCOUNTS:
        return "account"
    return "poll" if asked.kind is Kind.POLL else ""

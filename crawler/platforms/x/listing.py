"""Timelines of X: whose they are, and which of the posts they show are the account's own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crawler.platforms.x import noting, timeline, tweet, urls, user
from crawler.platforms.x.sight import Sight
from crawler.take import Node, node
from evidence.errors import ParseError
from evidence.model import Act, Interaction, Post, SeenState

LISTS = {"Retweeters": Act.SHARE, "Favoriters": Act.LIKE, "Followers": Act.FOLLOW,
         "BlueVerifiedFollowers": Act.FOLLOW}  # fmt: skip


@dataclass(slots=True)
class _Shown:
    """What the entries of one timeline gave, before strangers are told from the account."""

    posts: list[tuple[timeline.Entry, Post, Node]] = field(default_factory=list)
    people: list[Node] = field(default_factory=list)
    cursors: int = 0


def read(item: Node, sight: Sight) -> None:
    """Notes what the `instructions` of an object show."""
    shown = _Shown()
    for entry in timeline.entries(item):
        try:
            _entry(entry, shown, sight)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
    if "threaded_conversation" in item.path:
        _conversation(shown, sight)
    elif ".user" in item.path:
        _of_account(shown, sight)
    else:
        if "*" in item.path:
            sight.fault(f"{item.path}: a timeline of a kind that is not known")
        for _entry_of, post, inner in shown.posts:
            noting.note(post, inner, sight)
    _people(shown, sight)
    if not (shown.posts or shown.people or sight.states or sight.faults):
        sight.state(f"page:{sight.url}", SeenState.UNSEEN, "instructions without a post")


def embedded(entries: list[Any], sight: Sight) -> None:
    """Notes the posts of an embedded profile timeline: `entries[].content.tweet`."""
    shown = _Shown()
    for place, value in enumerate(entries):
        try:
            entry = node(value, f"$.entries[{place}]", sight.faults)
            item = entry.inner("content").inner("tweet")
            id = entry.may("entry_id", str) or ""
            shown.posts.append((timeline.Entry(id, "tweet", item), tweet.post(item), item))
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
    _of_account(shown, sight)


def _entry(entry: timeline.Entry, shown: _Shown, sight: Sight) -> None:
    holder = entry.holder
    if entry.kind == "cursor":
        direction = holder.value.get("cursorType") or holder.value.get("cursor_type")
        following = urls.onward(sight.url, holder.must("value", str))
        if direction in ("Bottom", "ShowMore", "ShowMoreThreads") and following:
            sight.next.append(following)
    elif entry.kind == "user":
        found = _result(holder, ("user_results", "user_result"))
        if found is not None and noting.typename(found) != "UserUnavailable":
            shown.people.append(found)
    elif entry.kind == "tombstone":
        sight.state(urls.subject(sight.url, entry.post), SeenState.GATED, "TimelineTombstone")
    else:
        found = _result(holder, ("tweet_results", "tweet_result"))
        if found is None:
            sight.state(
                urls.subject(sight.url, entry.post),
                SeenState.UNSEEN,
                "tweet_results without result",
            )
        elif noting.typename(found) in noting.MARKERS:
            noting.no_post(found, sight, entry.post)
        else:
            inner = tweet.unwrapped(found)
            shown.posts.append((entry, tweet.post(inner), inner))


def _result(holder: Node, names: tuple[str, ...]) -> Node | None:
    results = holder.inner(next((name for name in names if name in holder.value), names[0]))
    return results.inner("result") if results.may("result", dict) else None


def _conversation(shown: _Shown, sight: Sight) -> None:
    """The post asked for, its author's other posts, and everyone's answers as COMMENT edges."""
    top = [post for entry, post, _ in shown.posts if not entry.threaded]
    wanted = sight.asked.post
    told = any(state.subject == f"post:{wanted}" for state in sight.states)
    last = top[-1] if top and not told else None
    focal = next((post for post in top if post.native_id == wanted), last)
    for _entry_of, post, inner in shown.posts:
        if focal is not None and post.author_id == focal.author_id:
            noting.note(post, inner, sight)
            if post is focal:
                noting.author(inner, sight)
        elif post.reply_to:
            edges = tweet.acts(inner, post)
            sight.acts.update(dict.fromkeys(edge for edge in edges if edge.act is Act.COMMENT))


def _of_account(shown: _Shown, sight: Sight) -> None:
    """A profile's timeline: the owner's posts; the posts of strangers in its threads are not."""
    owner = sight.asked.user_id or _owner(shown)
    named = False
    for _entry_of, post, inner in shown.posts:
        if owner is None or post.author_id == owner:
            noting.note(post, inner, sight)
            if owner is not None and not named:
                noting.author(inner, sight)
                named = True


def _owner(shown: _Shown) -> str | None:
    """Whose timeline it is: the author of most entries outside threads; of threads alone, the one
    whose answer ends them; None when that is open."""
    outside = [post for entry, post, _ in shown.posts if not entry.threaded]
    if not shown.posts:
        return None
    if not outside:
        return shown.posts[-1][1].author_id
    (first, most), *others = Counter(post.author_id for post in outside).most_common(2)
    return None if others and others[0][1] == most else first


def _people(shown: _Shown, sight: Sight) -> None:
    """Accounts that a list is of: who reposted or follows, where the address says what list it is."""
    asked = sight.asked
    act = LISTS.get(asked.operation)
    target = asked.user_id if act is Act.FOLLOW else asked.post
    for person in shown.people:
        try:
            account = user.account(person)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
            continue
        sight.account(account)
        if act is not None and target:
            sight.acts[Interaction(act, account.native_id, account.handle, target)] = None

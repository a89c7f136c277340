"""What one look at a page of X brought, put in order before it is recorded.

A look holds the same post more than once: in a data answer and drawn in the page. The data answer
knows more, and the drawn text differs from it (short links, cut-off texts), so that it would look
like an edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crawler.platforms.x.card import FIRST_SNOWFLAKE, SNOWFLAKE_START_MS
from crawler.platforms.x.rendered import MORE
from crawler.platforms.x.tweet import PART, VERSIONS
from crawler.visit import Seen, Visit
from evidence.model import CaptureKind, KnownPost, Post, Reading, SeenState, StateSeen

CUT_OFF = frozenset({PART, MORE})


def in_order(look: Sequence[Seen], known: Mapping[str, KnownPost]) -> list[Seen]:
    """The parts of a look as they are to be recorded.

    The drawn page gives its posts only where no data answer told anything, and only those that
    were never seen before. Cut-off texts are not compared with whole ones. The versions of an
    edited post become one post, under the number of the first.
    """
    told = any(_is_data(part) and _tells(part.reading) for part in look)
    whole = {p.native_id for part in look if _is_data(part) for p in part.reading.posts}
    return [_ordered(part, told, whole, known) for part in look]


def newest_version(seen: Seen) -> str | None:
    """The number of the version that replaced the post a page shows; None when it is the newest."""
    shown = {post.native_id for post in seen.reading.posts}
    for state in seen.reading.states:
        newer = state.marker.removeprefix(VERSIONS)
        stale = state.subject.removeprefix("post:") in shown
        if newer != state.marker and stale and newer not in shown:
            return newer
    return None


def _is_data(part: Seen) -> bool:
    return part.kind is CaptureKind.EXCHANGE


def _tells(reading: Reading) -> bool:
    return bool(reading.posts or reading.accounts or reading.states)


def _ordered(part: Seen, told: bool, whole: set[str], known: Mapping[str, KnownPost]) -> Seen:
    reading = part.reading
    if part.kind is CaptureKind.DOM:
        if told:
            return replace(part, reading=replace(reading, posts=(), interactions=(), states=()))
        fresh = tuple(post for post in reading.posts if post.native_id not in known)
        return replace(part, reading=_own_states(part.visit, replace(reading, posts=fresh)))
    cut = {s.subject.removeprefix("post:") for s in reading.states if s.marker in CUT_OFF}
    kept = tuple(p for p in reading.posts if p.native_id not in cut or p.native_id not in known)
    reading = _one_post(part, replace(reading, posts=kept))
    return replace(part, reading=_own_states(part.visit, reading))


def _one_post(part: Seen, reading: Reading) -> Reading:
    """The reading with each edited post under its first number, and without replaced versions."""
    firsts: dict[str, str] = {}
    for state in reading.states:
        newer = state.marker.removeprefix(VERSIONS)
        if newer != state.marker:
            firsts[newer] = state.subject.removeprefix("post:")
    if not firsts:
        return reading
    for newer, first in firsts.items():
        if newer in part.visit.posts_seen:
            part.visit.posts_seen.setdefault(first, part.capture)
    posts = tuple(
        _under(post, firsts) for post in reading.posts if post.native_id not in firsts.values()
    )
    acts = tuple(
        replace(
            act,
            native_id=firsts.get(act.native_id or "", act.native_id),
            target=firsts.get(act.target, act.target),
        )
        for act in reading.interactions
    )
    states = tuple(s for s in reading.states if s.state is not SeenState.EDITED)
    return replace(reading, posts=posts, interactions=acts, states=states)


def _under(post: Post, firsts: Mapping[str, str]) -> Post:
    """The post under the number, and with the time, of its first version."""
    post = replace(
        post,
        repost_of=firsts.get(post.repost_of or "", post.repost_of),
        quote_of=firsts.get(post.quote_of or "", post.quote_of),
        reply_to=firsts.get(post.reply_to or "", post.reply_to),
    )
    first = firsts.get(post.native_id)
    if first is None:
        return post
    return replace(post, native_id=first, published_at=_time_in(first) or post.published_at)


def _time_in(number: str) -> datetime | None:
    """The time X put into a post's number, in whole seconds as `created_at` has it."""
    if int(number) < FIRST_SNOWFLAKE:
        return None
    return datetime.fromtimestamp(((int(number) >> 22) + SNOWFLAKE_START_MS) // 1000, UTC)


def _own_states(visit: Visit, reading: Reading) -> Reading:
    """Without markers about other accounts: pages name them beside the one that was asked for."""
    names = {f"account:{visit.native_id}", f"account:{visit.handle}".lower()}

    def about_ours(state: StateSeen) -> bool:
        subject = state.subject
        return not subject.startswith("account:") or subject in names or subject.lower() in names

    return replace(reading, states=tuple(s for s in reading.states if about_ours(s)))

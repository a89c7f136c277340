"""History: what is new in this page against what the archive knew."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrapy import signals

from crawler.desk import Desk
from crawler.visit import Seen, Visit
from evidence.history import compare, not_found, state_digest
from evidence.model import (
    AccountSeen,
    Change,
    KnownPost,
    Observation,
    Post,
    Proof,
    Reading,
    SeenState,
    StateSeen,
)
from evidence.record import interaction_key, server_of
from pipelines.again import post_again
from pipelines.component import Component
from pipelines.known import Known, known_of
from pipelines.page import AccountChange, Compared, Edge, Measured
from pipelines.sight import FirstSights
from pipelines.withdrawal import withdrawn

HUMAN = "HUMAN"
"""How a capture came that a person handed in."""
Compare = tuple[Observation, KnownPost | None]


class HistoryPipeline(Component):
    """Compares a page with the last snapshots; unchanged posts make no record of their own."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.sights = FirstSights()
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self.settled, signal=signal)

    async def process_item(self, item: Measured) -> Compared:
        """The page with its changes."""
        return await asyncio.to_thread(compared, item, self.desk, self.sights)

    def settled(self, item: Any) -> None:
        """The item's page is recorded, or will not be."""
        self.sights.settle(getattr(item, "seen", item).capture)


def compared(item: Measured, desk: Desk, sights: FirstSights) -> Compared:
    """Changes of posts, of the visited account, and edges seen for the first time."""
    seen, reading = item.seen, item.scoped.reading
    known = known_of(reading, seen.visit, desk)
    found = posts(reading, known, seen)
    found = [by_another_reader(pair, seen, desk) for pair in found]
    if seen.via == HUMAN:
        found, account = [pair for pair in found if tells_more(pair, seen)], resolved(reading, seen)
        found = [as_handed(pair) for pair in found]
    else:
        found, account = found + states(reading, known.posts, seen), account_change(reading, seen)
    changes = tuple(pair for pair in found if pair[0].change is not Change.UNCHANGED)
    edges, again = first_seen(item.scoped.edges, seen, desk, sights)
    gone = gone_first(seen, desk, sights) if seen.via != HUMAN else ()
    return Compared(item, changes, account, edges, again, gone)


def by_another_reader(pair: Compare, seen: Seen, desk: Desk) -> Compare:
    """REREAD in place of EDITED where the present reader sees the same in the last snapshot's page.

    A reader that has learnt to read more makes other content of the same bytes; that is no edit.
    """
    observation, known = pair
    if observation.change is not Change.EDITED or known is None or observation.post is None:
        return pair
    before = post_again(desk, seen.visit, known)
    if before is None or state_digest(before) != state_digest(observation.post):
        return pair
    return replace(observation, change=Change.REREAD, state=known.state), known


def tells_more(pair: Compare, seen: Seen) -> bool:
    """Whether a person's file adds to what is known of a post.

    It does for a post nobody knew, and for other content that the file claims to be newer than
    the last sight. An older one is kept and read, and makes no snapshot: its place in the order of
    states would rest on a claim that contradicts what was seen.
    """
    observation, known = pair
    if known is None:
        return True
    post = observation.post
    if post is None or known.state_digest == state_digest(post):
        return False
    if post.published_at is None and known.published_at is not None:
        # A card of a list, the head of a page: part of a post, compared with nothing.
        return False
    newer = seen.claimed_at is not None and seen.claimed_at > known.last_seen_at
    if not newer:
        seen.visit.count("handed_older")
    return newer


def as_handed(pair: Compare) -> Compare:
    """A person's file shows content; it does not say that the public sees a post again."""
    observation, known = pair
    if known is None or observation.change is not Change.RETURNED:
        return pair
    return replace(observation, change=Change.EDITED, state=known.state), known


def resolved(reading: Reading, seen: Seen) -> AccountChange | None:
    """From a person's file an account is at most made known; its state is what visits see."""
    change = account_change(reading, seen) if seen.visit.state is None else None
    return change if change and "RESOLVED" in change.changed else None


def posts(reading: Reading, known: Known, seen: Seen) -> list[Compare]:
    """Posts that were seen with content, but those unchanged; one shown twice on a page counts once."""
    unique = {
        post.native_id: post for post in reading.posts if post.native_id not in known.unchanged
    }
    return [by_surface(known.posts.get(id), post, seen) for id, post in unique.items()]


def by_surface(known: KnownPost | None, post: Post, seen: Seen) -> Compare:
    """A post against what the same surface showed of it: each words and shortens in its own way.

    What any surface showed last is no change either. A surface that shows a known post for the first
    time gives a snapshot of its own, SURFACE, and no edit. What a person handed in is compared with
    the newest, since its order among the rest is looked at by itself.
    """
    if known is None:
        return compare(known, post, seen.fetched_at), known
    digest = state_digest(post)
    if seen.via == HUMAN or known.state_digest == digest:
        return compare(known, post, seen.fetched_at, digest), known
    before = dict(known.digests).get(seen.via)
    held = replace(known, state_digest=before or known.state_digest)
    told = compare(held, post, seen.fetched_at, digest)
    if before is None and told.change is Change.EDITED:
        told = replace(told, change=Change.SURFACE, state=known.state)
    return told, known


def states(reading: Reading, known: Mapping[str, KnownPost], seen: Seen) -> list[Compare]:
    """Known posts whose place showed a marker instead of content."""
    proofs = {p.native_id: p for p in reading.proofs if not p.present and p.signer}
    found: list[Compare] = []
    for state in reading.states:
        post = known.get(state.subject.removeprefix("post:"))
        if not state.subject.startswith("post:") or post is None:
            continue
        proof = _newer(proofs.get(post.native_id), post)
        again = post.native_id in seen.visit.missed_posts
        if again and state.state is SeenState.ABSENT and proof is None:
            continue
        observation = not_found(post, state, seen.fetched_at, seen.control, proof)
        if observation is not None:
            seen.visit.missed_posts.add(post.native_id)
            found.append((observation, post))
        elif state.state is SeenState.ABSENT and not (seen.control or proof):
            seen.visit.gap("NO_CONTROL", state.marker, seen.capture)
    return found


def _newer(proof: Proof | None, post: KnownPost) -> str | None:
    """The commit that proves a post's absence: one made after the post was last seen.

    A server may answer with a tree from before the post; it is signed as well.
    """
    if proof is None or proof.signed_at is None or proof.signed_at <= post.last_seen_at:
        return None
    return proof.commit


def account_change(reading: Reading, seen: Seen) -> AccountChange | None:
    """What changed about the visited account: id resolved, handle, or state."""
    visit = seen.visit
    for account in reading.accounts:
        changed = _changed(account, visit)
        if changed:
            previous, visit.state = visit.state, account.state
            own = (s for s in reading.states if s.subject.startswith("account:"))
            marker = next((s.marker for s in own if s.state is account.state), None)
            return AccountChange(account, previous, changed, marker)
        return None
    for state in reading.states:
        if state.subject.startswith("account:"):
            return _state_change(state, seen)
    return None


def _changed(account: AccountSeen, visit: Visit) -> tuple[str, ...]:
    row = visit.entry.account
    changed = []
    if visit.state is None:
        changed.append("RESOLVED")
    elif account.state is not visit.state:
        changed.append("STATE")
    if account.handle and account.handle != visit.known_handle and visit.state is not None:
        changed.append("HANDLE")
    if account.native_id and row.native_id and account.native_id != row.native_id:
        changed.append("NATIVE_ID")
    visit.known_handle = account.handle or visit.known_handle
    return tuple(changed)


def _state_change(state: StateSeen, seen: Seen) -> AccountChange | None:
    """A marker in place of the account. ABSENT needs a control and a second visit; else UNSEEN."""
    visit = seen.visit
    now = state.state
    if now in (SeenState.BLOCKED, SeenState.DRIFT):
        return None
    if now is SeenState.ABSENT and not (
        seen.control and visit.state_before in (SeenState.UNSEEN, SeenState.ABSENT)
    ):
        now = SeenState.UNSEEN
    if now is visit.state or (now is SeenState.UNSEEN and visit.state is SeenState.ABSENT):
        return None
    account = AccountSeen(visit.native_id, visit.handle, None, now)
    previous, visit.state = visit.state, now
    return AccountChange(account, previous, ("STATE",), state.marker)


def gone_first(
    seen: Seen, desk: Desk, sights: FirstSights
) -> tuple[tuple[Edge, Mapping[str, Any]], ...]:
    """Acts a whole list does not show any more, with their rows, unless another page says so now.

    Both sides of an act may be visited at once: it is withdrawn once, as by one visit after another.
    """
    found = {f"withdrawn {row['id']}" for _, row in withdrawn(seen, desk)}
    ours = sights.take(seen.capture, found) if found else frozenset()
    if not ours:
        return ()
    # Looked at again: what another page recorded before these were held is withdrawn by now.
    return tuple(
        (edge, row) for edge, row in withdrawn(seen, desk) if f"withdrawn {row['id']}" in ours
    )


def first_seen(
    edges: tuple[Edge, ...], seen: Seen, desk: Desk, sights: FirstSights
) -> tuple[tuple[Edge, ...], tuple[Edge, ...]]:
    """Edges the archive does not hold yet and no other page is recording now; and withdrawn ones."""
    platform = seen.visit.entry.account.platform
    server = server_of(platform, seen.visit.base_url)
    keyed = {interaction_key(platform, edge.interaction, server): edge for edge in edges}
    if not keyed:
        return (), ()
    ours = sights.take(seen.capture, keyed)
    held = desk.archive.rows_by_id("interactions", sorted(ours))
    again = {key for key, row in held.items() if row.get("withdrawn_at") and seen.via != HUMAN}
    return (
        tuple(edge for key, edge in keyed.items() if key in ours and key not in held),
        tuple(edge for key, edge in keyed.items() if key in again),
    )

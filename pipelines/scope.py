"""Scope: leave out what strangers posted and did, before anything of it is recorded."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from crawler.desk import Desk
from crawler.visit import Seen, Visit
from crawler.watched import full_handle
from evidence.model import Act, Interaction, Post, Side
from evidence.record import post_key
from evidence.store.ports import Archive
from pipelines.component import Component
from pipelines.page import Edge, Scoped


class ScopePipeline(Component):
    """Keeps the visited account's own posts, and edges whose actor is on the watchlist."""

    async def process_item(self, item: Seen) -> Scoped:
        """The page without strangers."""
        return await asyncio.to_thread(scoped, item, self.desk)


def scoped(seen: Seen, desk: Desk) -> Scoped:
    """Posts by the visited account; edges from a watched actor to a campaign account or post.

    On the watched account's own pages the edge must lead to a campaign account; on a campaign
    account's pages its actor must be on the watchlist. All else is counted, not kept.
    """
    reading, visit = seen.reading, seen.visit
    own = tuple(post for post in reading.posts if is_own(post, visit))
    visit.own_posts.update(post.native_id for post in own if not post.repost_of)
    candidates = (*reading.interactions, *shares(own))
    known = targets(candidates, visit, desk.archive)
    edges = tuple(
        edge
        for edge in (edge_of(i, visit, desk, known) for i in candidates)
        if edge.actor_watch and edge.target_watch
        and desk.watched.side_of(edge.target_watch) is Side.CAMPAIGN
        and edge.actor_watch != edge.target_watch
    )  # fmt: skip
    kept = tuple(edge.interaction for edge in edges)
    withheld = len(reading.posts) - len(own) + len(candidates) - len(edges)
    accounts = tuple(a for a in reading.accounts if is_visited(a.native_id, a.handle, visit))
    return Scoped(
        seen, replace(reading, posts=own, interactions=kept, accounts=accounts), edges, withheld
    )


def is_own(post: Post, visit: Visit) -> bool:
    """Whether the visited account is the author; a page without authors speaks for its account."""
    if post.author_id is None and post.author_handle is None:
        return True
    return is_visited(post.author_id, post.author_handle, visit)


def is_visited(native_id: str | None, handle: str | None, visit: Visit) -> bool:
    """Whether an id or handle is the visited account's."""
    if native_id is not None and visit.native_id is not None:
        return native_id == visit.native_id
    platform = visit.entry.account.platform
    return handle is not None and (
        full_handle(platform, handle, visit.base_url)
        == full_handle(platform, visit.handle, visit.base_url)
    )


def shares(posts: tuple[Post, ...]) -> tuple[Interaction, ...]:
    """A repost is a SHARE of what it reposts."""
    return tuple(
        Interaction(
            Act.SHARE, post.author_id, post.author_handle, post.repost_of, post.native_id,
            post.published_at,
        )
        for post in posts
        if post.repost_of
    )  # fmt: skip


def targets(edges: tuple[Interaction, ...], visit: Visit, archive: Archive) -> dict[str, str]:
    """Watch ids of the posts that edges lead to, as far as the archive knows them."""
    platform = visit.entry.account.platform
    keys = {post_key(platform, edge.target): edge.target for edge in edges}
    rows = archive.rows_by_id("posts", list(keys)) if keys else {}
    return {keys[key]: str(row["watch"]) for key, row in rows.items()}


def edge_of(edge: Interaction, visit: Visit, desk: Desk, known: dict[str, str]) -> Edge:
    """An interaction with both its ends looked up in the watchlist."""
    platform = visit.entry.account.platform
    watched = desk.watched
    actor = (
        visit.entry.watch
        if is_visited(edge.actor_id, edge.actor_handle, visit)
        else watched.watch_of(platform, edge.actor_id, edge.actor_handle, visit.base_url)
    )
    target = known.get(edge.target)
    if target is None and edge.target in visit.own_posts:
        target = visit.entry.watch
    if target is None:
        account = edge.target
        if account.startswith("at://"):
            account = account.removeprefix("at://").split("/")[0]
        target = watched.watch_of(platform, account, account, visit.base_url)
    if target is None and is_visited(edge.target, None, visit):
        target = visit.entry.watch
    return Edge(edge, actor, target)

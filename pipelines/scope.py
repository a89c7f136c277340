"""Scope: leave out what strangers posted and did, before anything of it is recorded."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from crawler.desk import Desk
from crawler.visit import Seen, Visit
from crawler.watched import full_handle
from evidence.model import Act, Interaction, Post, Side
from evidence.record import post_key, server_of
from pipelines.component import Component
from pipelines.page import Edge, Scoped


class ScopePipeline(Component):
    """Keeps the visited account's own posts, and edges whose actor is on the watchlist."""

    async def process_item(self, item: Seen) -> Scoped:
        """The page without strangers. Only a page that shows acts asks the archive, in a thread."""
        reading = item.reading
        if not reading.interactions and not any(post.repost_of for post in reading.posts):
            return scoped(item, self.desk)
        return await asyncio.to_thread(scoped, item, self.desk)


def scoped(seen: Seen, desk: Desk) -> Scoped:
    """Posts by the visited account; edges from a watched actor to a campaign account or post.

    On the watched account's own pages the edge must lead to a campaign account; on a campaign
    account's pages its actor must be on the watchlist. All else is counted, not kept.
    """
    reading, visit = seen.reading, seen.visit
    own = tuple(post for post in reading.posts if is_own(post, visit))
    visit.own_posts.update(post.native_id for post in own if not post.repost_of)
    candidates = (*reading.interactions, *shares(own, reading.interactions))
    known = targets(candidates, visit, desk)
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


def shares(posts: tuple[Post, ...], told: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    """A repost is a SHARE of what it reposts, unless the reader told of that one already."""
    known = {(edge.actor_id, edge.target) for edge in told if edge.act is Act.SHARE}
    return tuple(
        Interaction(
            Act.SHARE, post.author_id, post.author_handle, post.repost_of, post.native_id,
            post.published_at,
        )
        for post in posts
        if post.repost_of and (post.author_id, post.repost_of) not in known
    )  # fmt: skip


def targets(edges: tuple[Interaction, ...], visit: Visit, desk: Desk) -> dict[str, str]:
    """Watch ids of the posts that edges lead to, as far as the archive knows them.

    Where ids are local to a server, a post of another server that has the same id is not meant.
    """
    platform = visit.entry.account.platform
    server = server_of(platform, visit.base_url)
    keys = {post_key(platform, edge.target, server): edge.target for edge in edges}
    rows = desk.archive.rows_by_id("posts", list(keys)) if keys else {}
    return {
        keys[key]: str(row["watch"])
        for key, row in rows.items()
        if desk.watched.knows_ids_of(str(row["watch"]), platform, visit.base_url)
    }


def edge_of(edge: Interaction, visit: Visit, desk: Desk, known: dict[str, str]) -> Edge:
    """An interaction with both its ends looked up in the watchlist."""
    platform = visit.entry.account.platform
    actor = (
        visit.entry.watch
        if is_visited(edge.actor_id, edge.actor_handle, visit)
        else desk.watched.watch_of(platform, edge.actor_id, edge.actor_handle, visit.base_url)
    )
    target = known.get(edge.target)
    if target is None and edge.target in visit.own_posts:
        target = visit.entry.watch
    for account in (owner_of(edge, platform), edge.target_account):
        if target is None and account is not None:
            target = account_of(account, visit, desk)
    return Edge(edge, actor, target)


def owner_of(edge: Interaction, platform: str) -> str | None:
    """Id or handle of the account the target itself names; None where it names a post alone."""
    target = edge.target
    if edge.act in (Act.FOLLOW, Act.MENTION, Act.TAG):
        return target
    if target.startswith("at://"):
        return target.removeprefix("at://").split("/")[0]
    channel, slash, _number = target.partition("/")
    return channel if slash and platform == "telegram" else None


def account_of(account: str, visit: Visit, desk: Desk) -> str | None:
    """The watch id of an account named by id or handle on a page of this visit."""
    if is_visited(account, None, visit) or is_visited(None, account, visit):
        return visit.entry.watch
    platform = visit.entry.account.platform
    by_id = desk.watched.watch_of(platform, account, None, visit.base_url)
    return by_id or desk.watched.watch_of(platform, None, account, visit.base_url)

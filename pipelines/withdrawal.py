"""Withdrawal: known acts that are missing from a list which was read to its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawler.desk import Desk
from crawler.listing import Listing
from crawler.visit import Seen
from evidence.model import Act, Interaction
from evidence.record import interaction_key, server_of
from pipelines.page import Edge

Row = Mapping[str, Any]


def withdrawn(seen: Seen, desk: Desk) -> tuple[tuple[Edge, Row], ...]:
    """Acts the archive holds as standing that a whole list does not show, with their rows.

    What ended an act is not known: the actor may have taken it back, the platform or the actor's
    own settings may hide it. A list that was not read to its end says nothing.
    """
    listing = seen.listing
    if listing is None:
        return ()
    visit = seen.visit
    platform = visit.entry.account.platform
    where: dict[str, str | int | bool | None] = {"act": listing.act.value, "withdrawn_at": None}
    if listing.target is None:
        where["actor_watch"] = visit.entry.watch
    else:
        where["target"] = listing.target
        where["target_watch"] = visit.entry.watch
    server = server_of(platform, visit.base_url)
    shown = {interaction_key(platform, edge, server) for edge in listing.edges}
    return tuple(
        (_edge(row), row)
        for row in desk.archive.rows("interactions", where)
        if row["platform"] == platform
        and row["id"] not in shown
        and not _is_listed(row, listing)
        and _is_covered(row, listing)
        and row["last_seen_at"] < seen.fetched_at
    )


def sighted_at(row: Row) -> datetime | None:
    """When a visit last saw an act; None while only a person's file has shown it."""
    last = row["last_seen_at"]
    return None if last == row.get("received_at") else last


def _is_listed(row: Row, listing: Listing) -> bool:
    """Whether the list shows the same act under another name of its actor or of the act."""
    for edge in listing.edges:
        same = row["target"] == edge.target and (
            (row["actor_id"] is not None and row["actor_id"] == edge.actor_id)
            or (row["actor_handle"] is not None and row["actor_handle"] == edge.actor_handle)
        )
        if same and (edge.act is not Act.COMMENT or row["native_id"] == edge.native_id):
            return True
    return False


def _is_covered(row: Row, listing: Listing) -> bool:
    """Whether the list reaches back to this act; one without a time may lie before its end."""
    if listing.since is None:
        return True
    return row["at"] is not None and row["at"] > listing.since


def _edge(row: Row) -> Edge:
    interaction = Interaction(
        act=Act(row["act"]), actor_id=row["actor_id"], actor_handle=row["actor_handle"],
        target=row["target"], native_id=row["native_id"], at=row["at"],
    )  # fmt: skip
    return Edge(interaction, row["actor_watch"], row["target_watch"])

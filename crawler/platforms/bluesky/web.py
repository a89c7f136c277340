"""bsky.app's own pages of profiles and posts, as sent or as a browser rendered them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crawler.document import root_of
from crawler.page import Page, whole_number
from crawler.platforms.bluesky import head
from evidence.errors import ParseError
from evidence.model import AccountCounts, AccountSeen, Reading, SeenState, StateSeen

_FOLLOW = "https://schema.org/FollowAction"
_WRITE = "https://schema.org/WriteAction"
_ITEM = "feedItem-by-"


def read(page: Page, read_by: str) -> Reading:
    """The account of a bsky.app profile page, by the page's JSON-LD; or the post of a post's page.

    Posts rendered on it are counted, not read: their times stand in the browser's zone and
    language, links are cut short, and others' DIDs are missing, so that a post read here would look
    edited beside the same post read from getAuthorFeed.
    Raises ParseError when the page is neither a profile's nor a post's.
    """
    root = root_of(page.text())
    data = list(_data(root))
    posting = next((one for one in data if one.get("@type") == head.POSTING), None)
    if posting is not None:
        return head.read(page, root, posting, read_by)
    entity = _profile(data)
    did, name = entity.get("identifier"), entity.get("alternateName")
    if not isinstance(did, str) or not did.startswith("did:"):
        raise ParseError("ld+json mainEntity.identifier", "is no DID")
    if not isinstance(name, str) or not name.startswith("@"):
        raise ParseError("ld+json mainEntity.alternateName", "is no handle")
    shown = entity.get("name")
    account = AccountSeen(
        did,
        name[1:],
        shown if isinstance(shown, str) else None,
        SeenState.PRESENT,
        AccountCounts(
            follower=_statistic(entity.get("interactionStatistic"), _FOLLOW),
            following=_statistic(entity.get("agentInteractionStatistic"), _FOLLOW),
            post=_statistic(entity.get("agentInteractionStatistic"), _WRITE),
        ),
    )
    items = [part for part in root.iter("div") if (part.get("data-testid") or "").startswith(_ITEM)]
    unread = StateSeen(f"page:{page.url}", SeenState.PRESENT, f"{len(items)} rendered posts unread")
    return Reading(read_by, accounts=(account,), states=(unread,) if items else ())


def _data(root: Any) -> Iterator[dict[str, Any]]:
    """Objects of the page's linked data; their strings hold raw newlines (seen 2026-01-27)."""
    for script in root.iter("script"):
        if script.get("type") != "application/ld+json":
            continue
        try:
            value = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError) as error:
            raise ParseError("ld+json", "is not JSON") from error
        if isinstance(value, dict):
            yield value


def _profile(data: list[dict[str, Any]]) -> dict[str, Any]:
    """mainEntity of the ProfilePage."""
    for value in data:
        entity = value.get("mainEntity")
        if isinstance(entity, dict) and value.get("@type") == "ProfilePage":
            return entity
    raise ParseError("body", "HTML without the ProfilePage data of bsky.app")


def _statistic(values: Any, kind: str) -> int | None:
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, dict) and value.get("interactionType") == kind:
            return whole_number(value.get("userInteractionCount"))
    return None

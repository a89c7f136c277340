"""Accounts: the `user` object of pages and answers, with its figures beside it."""

from __future__ import annotations

from crawler.platforms.tiktok import figures
from crawler.sight import is_set
from crawler.take import Node
from evidence.model import AccountCounts, AccountSeen, SeenState


def account(item: Node, figures_of: Node | None) -> AccountSeen:
    """The account a user object shows; PRIVATE when it says so itself.

    figures_of: the object that holds its `stats`; None where the page gives none.
    Raises ParseError without id or handle.
    """
    return AccountSeen(
        native_id=item.must("uid" if "uid" in item.value else "id", str),
        handle=item.must("unique_id" if "unique_id" in item.value else "uniqueId", str),
        display_name=item.want("nickname", str),
        state=SeenState.PRIVATE if is_private(item) else SeenState.PRESENT,
        counts=AccountCounts() if figures_of is None else figures.of_account(figures_of),
    )


def is_private(item: Node) -> bool:
    """Whether the account shows its posts to accepted followers only."""
    return is_set(item.value.get("privateAccount")) or is_set(item.value.get("secret"))

"""Watchlist rows by the many names an account has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.canonical import from_value
from evidence.errors import ScopeError
from evidence.model import Campaign, WatchEntry, Watchlist
from evidence.store.ports import Archive


def watchlist(archive: Archive) -> Watchlist:
    """All entries ever put on the watchlist, removed ones included, ordered by watch."""
    rows = sorted(archive.rows("watches"), key=lambda row: str(row["id"]))
    return Watchlist(tuple(from_value(row["entry"], WatchEntry) for row in rows))


def campaigns(archive: Archive) -> tuple[Campaign, ...]:
    """All campaigns, superseded ones included, ordered by id."""
    rows = sorted(archive.rows("campaigns"), key=lambda row: str(row["id"]))
    return tuple(from_value(row["campaign"], Campaign) for row in rows)


def find_watches(
    archive: Archive, account: str | None, platform: str | None = None
) -> list[dict[str, Any]]:
    """`watches` rows an account name fits; all active ones of the platform when it is None.

    account: watch id, native id, handle (with or without server) or address.
    Raises ScopeError when no row fits: only watched accounts are looked at.
    """
    rows = list(archive.rows("watches", {"platform": platform} if platform else None))
    if account is None:
        return [row for row in rows if row["active"]]
    sought = account.strip().removeprefix("@").lower().rstrip("/")
    found = [row for row in rows if sought in names_of(row)]
    if not found:
        raise ScopeError(
            f"account {account!r}",
            "is not on the watchlist, and only watched accounts are looked at",
            "See `jejak watchlist list`",
        )
    return found


def names_of(row: Mapping[str, Any]) -> frozenset[str]:
    """Everything an account may be called on the command line, in lower case."""
    entry = row["entry"]
    handles = {str(row.get("handle") or ""), entry["account"]["handle"]}
    names = {str(row["id"]), str(row.get("native_id") or "").lower()}
    base = str(entry["base_url"]).split(";")[0].rstrip("/").lower()
    host = base.partition("://")[2]
    for handle in handles:
        name = handle.removeprefix("@").lower().rstrip("/")
        names |= {name, f"{name}@{host}"} if host else {name}
        if base and "@" not in name:
            names |= {f"{base}/@{name}", f"{base}/{name}", f"{base}/users/{name}"}
        if host and name.endswith(f"@{host}"):
            local = name.removesuffix(f"@{host}")
            names |= {local, f"{base}/@{local}", f"{base}/{local}", f"{base}/users/{local}"}
    return frozenset(names - {""})

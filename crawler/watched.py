"""Whose acts may be kept: the watchlist as an index from platform identity to pseudonym."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from evidence.model import Side
from evidence.record import LOCAL, server_of


@dataclass(frozen=True, slots=True)
class Watched:
    """Watch ids by (platform, server, native id) and by (platform, full lower-case handle).

    server: host and port where ids are local to one (LOCAL), else empty.
    servers: watch -> its server, of the platforms in LOCAL.
    """

    by_id: Mapping[tuple[str, str, str], str]
    by_handle: Mapping[tuple[str, str], str]
    sides: Mapping[str, Side]
    servers: Mapping[str, str] = field(default_factory=dict)

    def watch_of(
        self, platform: str, native_id: str | None, handle: str | None, base_url: str = ""
    ) -> str | None:
        """The watch id of an account seen on a platform, None when nobody watches it.

        An account with another id than the one who is known by its handle is not that one.
        base_url: the service that showed it; its ids are its own, and it completes a bare
                  federated handle (`user`).
        """
        server = server_of(platform, base_url)
        if native_id and (platform, server, native_id) in self.by_id:
            return self.by_id[platform, server, native_id]
        if not handle:
            return None
        named = self.by_handle.get((platform, full_handle(platform, handle, base_url)))
        # A handle that was let go can be taken by a stranger; an id cannot.
        taken = named and native_id and self._has_id(named, platform, server)
        return None if taken else named

    def _has_id(self, watch: str, platform: str, server: str) -> bool:
        return any(
            w == watch for (p, s, _), w in self.by_id.items() if (p, s) == (platform, server)
        )

    def side_of(self, watch: str | None) -> Side | None:
        """Which side a watch id stands on."""
        return self.sides.get(watch) if watch else None

    def knows_ids_of(self, watch: str, platform: str, base_url: str) -> bool:
        """Whether native ids shown by a service are those a watched account's own service uses."""
        return self.servers.get(watch, "") == server_of(platform, base_url)


def full_handle(platform: str, handle: str, base_url: str) -> str:
    """A handle that means the same wherever it is seen: lower case, with its host if federated."""
    name = handle.strip().lstrip("@").lower()
    if platform == "mastodon" and "@" not in name and base_url:
        return f"{name}@{urlsplit(base_url).netloc.lower()}"
    return name


def watched_of(rows: Iterable[Mapping[str, Any]]) -> Watched:
    """The index made from rows of the `watches` projection; inactive rows are left out."""
    by_id: dict[tuple[str, str, str], str] = {}
    by_handle: dict[tuple[str, str], str] = {}
    sides: dict[str, Side] = {}
    servers: dict[str, str] = {}
    for row in rows:
        if not row.get("active"):
            continue
        platform, watch = str(row["platform"]), str(row["id"])
        base_url = str(row["entry"].get("base_url", ""))
        server = server_of(platform, base_url)
        sides[watch] = Side(row["side"])
        if platform in LOCAL:
            servers[watch] = server
        if row.get("native_id") and (server or platform not in LOCAL):
            by_id[platform, server, str(row["native_id"])] = watch
        handle = str(row.get("handle") or row["entry"]["account"]["handle"])
        by_handle[platform, full_handle(platform, handle, base_url)] = watch
    return Watched(by_id, by_handle, sides, servers)

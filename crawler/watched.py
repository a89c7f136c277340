"""Whose acts may be kept: the watchlist as an index from platform identity to pseudonym."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from evidence.model import Side


@dataclass(frozen=True, slots=True)
class Watched:
    """Watch ids by (platform, native id) and by (platform, full lower-case handle)."""

    by_id: Mapping[tuple[str, str], str]
    by_handle: Mapping[tuple[str, str], str]
    sides: Mapping[str, Side]

    def watch_of(
        self, platform: str, native_id: str | None, handle: str | None, base_url: str = ""
    ) -> str | None:
        """The watch id of an account seen on a platform, None when nobody watches it.

        base_url: the service that showed it; completes a bare federated handle (`user`).
        """
        if native_id and (platform, native_id) in self.by_id:
            return self.by_id[platform, native_id]
        if handle:
            return self.by_handle.get((platform, full_handle(platform, handle, base_url)))
        return None

    def side_of(self, watch: str | None) -> Side | None:
        """Which side a watch id stands on."""
        return self.sides.get(watch) if watch else None


def full_handle(platform: str, handle: str, base_url: str) -> str:
    """A handle that means the same wherever it is seen: lower case, with its host if federated."""
    name = handle.strip().lstrip("@").lower()
    if platform == "mastodon" and "@" not in name and base_url:
        return f"{name}@{urlsplit(base_url).netloc.lower()}"
    return name


def watched_of(rows: Iterable[Mapping[str, Any]]) -> Watched:
    """The index made from rows of the `watches` projection; inactive rows are left out.

    A native id is a key only with its own service where ids are local to one (Mastodon): there the
    handle decides.
    """
    by_id: dict[tuple[str, str], str] = {}
    by_handle: dict[tuple[str, str], str] = {}
    sides: dict[str, Side] = {}
    for row in rows:
        if not row.get("active"):
            continue
        platform, watch = str(row["platform"]), str(row["id"])
        sides[watch] = Side(row["side"])
        if row.get("native_id") and platform != "mastodon":
            by_id[platform, str(row["native_id"])] = watch
        handle = str(row.get("handle") or row["entry"]["account"]["handle"])
        base_url = str(row["entry"].get("base_url", ""))
        by_handle[platform, full_handle(platform, handle, base_url)] = watch
    return Watched(by_id, by_handle, sides)

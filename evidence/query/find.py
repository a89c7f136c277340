"""Posts, their histories and single snapshots, from the projections and the objects behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.canonical import decode
from evidence.errors import ScopeError
from evidence.model import ObjectRef
from evidence.store.ports import Archive


@dataclass(frozen=True, slots=True)
class PostSeen:
    """One post as the archive knows it: its `posts` row and its newest snapshot's post.

    post: JSON value of the newest snapshot's Post; None when it was erased.
    """

    row: Mapping[str, Any]
    post: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class SnapshotSeen:
    """One state of one post.

    row:     its `snapshots` row.   post: JSON value of the Post; None when it was erased.
    capture: the `captures` row of the page it was read from, None when that is not projected.
    """

    row: Mapping[str, Any]
    post: Mapping[str, Any] | None
    capture: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class History:
    """Everything recorded of one post, in log order."""

    row: Mapping[str, Any]
    snapshots: tuple[SnapshotSeen, ...]
    observations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """A snapshot with what was kept for it.

    objects: commitments of the page's capture.   media: `captures` rows of its pictures, files,
             screenshots and rendered documents.   fingerprints: rows by capture.
    """

    seen: SnapshotSeen
    leaf_hash: bytes
    objects: tuple[ObjectRef, ...]
    media: tuple[Mapping[str, Any], ...]
    fingerprints: Mapping[str, Mapping[str, Any]]


def posts(
    archive: Archive,
    *,
    watch: str | None = None,
    platform: str | None = None,
    state: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> tuple[PostSeen, ...]:
    """Posts by publication time, newest first.

    watch, platform, state: only these.   since, until: publication time, until exclusive.
    """
    where = {"watch": watch, "platform": platform, "state": state}
    rows = archive.rows(
        "posts",
        {name: value for name, value in where.items() if value is not None},
        since=("published_at", since) if since else None,
        until=("published_at", until) if until else None,
        order="published_at",
        descending=True,
        limit=limit,
    )
    return tuple(PostSeen(row, post_of(archive, row["snapshot"])) for row in rows)


def find_post(archive: Archive, name: str) -> dict[str, Any]:
    """The `posts` row that a name means.

    name: `platform|native id`, native id, URL, or record id of one of its snapshots.
    Raises ScopeError when there is none, or more than one.
    """
    row = archive.row("posts", name)
    if row:
        return row
    snapshot = archive.row("snapshots", name)
    if snapshot:
        return _only(list(archive.rows("posts", {"post": snapshot["post"]}, limit=2)), name)
    for field in ("native_id", "url"):
        found = list(archive.rows("posts", {field: name}, limit=2))
        if found:
            return _only(found, name)
    raise ScopeError(f"post {name!r}", "is not in the archive", "List posts with `jejak posts`")


def history(archive: Archive, name: str) -> History:
    """Snapshots and state changes of one post; name as in find_post. Raises ScopeError."""
    row = find_post(archive, name)
    snapshots = sorted(
        archive.rows("snapshots", {"post": row["post"]}), key=lambda r: int(r["index"])
    )
    captures = archive.rows_by_id("captures", [r["capture"] for r in snapshots])
    observations = sorted(
        archive.rows("observations", {"post": row["post"]}), key=lambda r: int(r["index"])
    )
    seen = tuple(
        SnapshotSeen(r, post_of(archive, r["id"]), captures.get(r["capture"])) for r in snapshots
    )
    return History(row, seen, tuple(observations))


def snapshot(archive: Archive, rec: str) -> SnapshotFile:
    """One snapshot with its page, pictures and fingerprints. Raises ScopeError for another id."""
    row, entry = archive.row("snapshots", rec), archive.entry(rec)
    if row is None or entry is None:
        raise ScopeError(
            f"snapshot {rec!r}", "is not in the archive", "List snapshots with `jejak history`"
        )
    captures = archive.rows_by_id("captures", [row["capture"]])
    page = archive.entry(row["capture"])
    post = post_of(archive, rec)
    media = kept_for(archive, row, post)
    return SnapshotFile(
        SnapshotSeen(row, post, captures.get(row["capture"])),
        entry.leaf_hash,
        page.statement.objects if page else (),
        media,
        archive.rows_by_id("fingerprints", [m["id"] for m in media]),
    )


def interactions(
    archive: Archive,
    *,
    watch: str | None = None,
    act: str | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> tuple[Mapping[str, Any], ...]:
    """Edges between watchlist accounts, first seen newest first.

    watch: on either side.   since: first seen at or after.
    """
    fields: Sequence[str | None] = ("actor_watch", "target_watch") if watch else (None,)
    found: dict[str, Mapping[str, Any]] = {}
    for side in fields:
        where = {side: watch} if side else {}
        if act:
            where["act"] = act
        for row in archive.rows(
            "interactions",
            where,
            since=("first_seen_at", since) if since else None,
            order="first_seen_at",
            descending=True,
            limit=limit,
        ):
            found[row["id"]] = row
    ordered = sorted(found.values(), key=lambda r: (r["first_seen_at"], r["id"]), reverse=True)
    return tuple(ordered[:limit])


def post_of(archive: Archive, rec: str) -> Mapping[str, Any] | None:
    """JSON value of the Post of a snapshot; None when it was erased."""
    opening = archive.open_object(rec, "post")
    value: Mapping[str, Any] | None = decode(opening.data)["post"] if opening else None
    return value


def kept_for(
    archive: Archive, row: Mapping[str, Any], post: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], ...]:
    """`captures` rows of all that was kept for a snapshot, in log order.

    row:  its `snapshots` row.   post: JSON value of its Post. A medium an earlier snapshot showed
    at the same address was kept then, and counts for this one too.
    """
    found = {
        capture["id"]: capture
        for rec in (row["id"], row["capture"])
        for capture in archive.rows("captures", {"of": rec})
    }
    addresses = [f"{row['platform']}|{item['url']}" for item in post["media"]] if post else []
    earlier = [str(m["capture"]) for m in archive.rows_by_id("media", addresses).values()]
    found |= archive.rows_by_id("captures", earlier)
    return tuple(sorted(found.values(), key=lambda capture: int(capture["index"])))


def _only(rows: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    if len(rows) == 1:
        return rows[0]
    raise ScopeError(
        f"post {name!r}",
        "is the name of more than one post" if rows else "is not in the archive",
        "Use the form platform|native id, as `jejak posts --json` shows it",
    )

"""What a crawl process works with: the archive, its writer, the watchlist index, the clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any

from crawler import registry
from crawler.clock import Clock
from crawler.config import Config
from crawler.middlewares.keep import Keeper
from crawler.visit import Visit
from crawler.watched import Watched, watched_of
from evidence.canonical import from_value, new_record_id
from evidence.errors import JejakError, ScopeError
from evidence.model import KnownPost, SeenState, Slot, WatchEntry
from evidence.projection import project_drafts
from evidence.query.version import newest_known
from evidence.record import Recorder
from evidence.seal.named import Named, newest_named
from evidence.store import open_archive
from evidence.store.commit import GroupCommit
from evidence.store.ports import Archive

WRITERS = 1
"""Batches made durable at once: while one waits for the journal the next one gathers. More of them
are smaller, and a batch costs the same ten commands whatever is in it."""
KNOWN_FIELDS = tuple(KnownPost.__dataclass_fields__)
NAMED_FOR_S = 60
"""How long captures go on naming what was newest; a process can run for weeks."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Newest:
    """What captures name, read again when a minute has passed.

    ticks: seconds of a clock that nobody sets.
    """

    archive: Archive
    ticks: Callable[[], float] = time.monotonic
    named: Named = field(default_factory=Named)
    _read_at: float | None = None

    def renew(self) -> None:
        """Read the archive if it is time. What cannot be read leaves the older, weaker bound."""
        if self._read_at is not None and self.ticks() - self._read_at < NAMED_FOR_S:
            return
        self._read_at = self.ticks()
        try:
            self.named = newest_named(self.archive)
        except JejakError as error:
            logger.warning("the newest time stamp cannot be named: %s", error)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything one crawl process shares between its visits."""

    config: Config
    archive: Archive
    commit: GroupCommit
    keeper: Keeper
    recorder: Recorder
    clock: Clock
    watched: Watched
    newest: Newest

    @property
    def anchor(self) -> Named:
        """What a capture made now names; renewed whenever a visit begins."""
        return self.newest.named

    def close(self) -> None:
        """Write what is queued, then let go of the archive."""
        self.commit.close()
        self.archive.close()


def open_desk(config: Config) -> Desk:
    """Open the archive and all that hangs on it. Raises StoreError or ConfigError."""
    return desk_over(config, open_archive(config.archive_url, config.data_dir))


def desk_over(config: Config, archive: Archive) -> Desk:
    """All that hangs on an archive that is open already."""
    clock = config.clock()
    recorder = Recorder(clock.source, tool(), config.digest())
    commit = GroupCommit(archive, after=partial(project_drafts, archive), workers=WRITERS)
    return Desk(
        config=config,
        archive=archive,
        commit=commit,
        keeper=Keeper(commit, recorder, clock),
        recorder=recorder,
        clock=clock,
        watched=watched_of(archive.rows("watches")),
        newest=Newest(archive),
    )


def tool() -> str:
    """Name and version of this program, as captures say it."""
    return f"jejak {version('jejak')}"


def user_agent(config: Config) -> str:
    """Who asks, and how to reach us: never a browser's name."""
    contact = f" (+{config.contact})" if config.contact else ""
    return f"Jejak/{version('jejak')} {config.organisation}{contact}"


def known_posts(archive: Archive, visit: Visit, limit: int) -> Sequence[KnownPost]:
    """What the archive knows of the posts of the visited account, newest publication first."""
    rows = archive.rows(
        "posts",
        {"watch": visit.entry.watch},
        order="published_at",
        descending=True,
        limit=limit,
    )
    return [known_post(row) for row in rows]


def known_post(row: Mapping[str, Any]) -> KnownPost:
    """A row of the `posts` projection as a value."""
    fields = {name: row[name] for name in KNOWN_FIELDS if name in row}
    digests = row.get("digests") or {"CRAWL": row["state_digest"]}
    told = {"state": SeenState(row["state"]), "digests": tuple(sorted(digests.items()))}
    return KnownPost(**{**fields, **told})


def visit_of(
    desk: Desk,
    row: Mapping[str, Any],
    slot: Slot | None,
    fetch: Any,
) -> Visit:
    """A fresh visit to the account of one `watches` row; what its captures name is renewed."""
    desk.newest.renew()
    entry = from_value(row["entry"], WatchEntry)
    validators = {
        str(v["key"]): str(v["value"])
        for v in desk.archive.rows("validators", {"watch": entry.watch}, limit=200)
    }
    platform = registry.PLATFORMS.get(entry.account.platform)
    return Visit(
        id=new_record_id(),
        entry=entry,
        slot=slot.id if slot else None,
        due_at=slot.due_at if slot else None,
        started_at=desk.clock.now(),
        native_id=row.get("native_id") or entry.account.native_id,
        handle=row.get("handle") or entry.account.handle,
        state=SeenState(row["state"]) if row.get("state") else None,
        watched=desk.watched,
        pages_limit=desk.config.pages_per_visit,
        fetch=fetch,
        archive_known=lambda visit, limit: known_posts(desk.archive, visit, limit),
        validators=validators,
        acted_on=acted_on(desk.archive, entry.watch),
        not_observable=platform.manifest.unseen if platform else (),
        versions=newest_known(desk.archive, [entry.watch]).get(entry.watch, ()),
        known_handle=row.get("handle"),
    )


def acted_on(archive: Archive, watch: str) -> frozenset[tuple[str, str]]:
    """(act, target) of the acts towards a watched account that stand, as far as is known."""
    rows = archive.rows("interactions", {"target_watch": watch, "withdrawn_at": None})
    return frozenset((str(row["act"]), str(row["target"])) for row in rows)


def watch_rows(
    archive: Archive, platform: str, *, account: str | None, watches: Sequence[str] | None
) -> list[dict[str, Any]]:
    """Active watchlist rows of a platform, or the one of `account`.

    account: a watch id, native id, handle or URL of the row.
    Raises ScopeError when `account` is not on the watchlist: only watched accounts are visited.
    """
    rows = [row for row in archive.rows("watches", {"platform": platform}) if row["active"]]
    if watches is not None:
        wanted = set(watches)
        return [row for row in rows if row["id"] in wanted]
    if account is None:
        return rows
    sought = account.strip().lstrip("@").lower()
    found = [row for row in rows if sought in _names(row)]
    if not found:
        raise ScopeError(
            f"{platform} account {account!r}",
            "is not on the watchlist, and only watched accounts are visited",
            "Add it with `jejak watchlist import`",
        )
    return found


def _names(row: Mapping[str, Any]) -> set[str]:
    account = row["entry"]["account"]
    handle = str(row.get("handle") or account["handle"]).lower()
    base = str(row["entry"].get("base_url", "")).rstrip("/").lower()
    names = {str(row["id"]), handle, str(account["handle"]).lower().lstrip("@")}
    if row.get("native_id"):
        names.add(str(row["native_id"]).lower())
    if base:
        names |= {f"{base}/@{handle}", f"{base}/{handle}", f"{handle}@{base.split('//')[-1]}"}
    return names

"""One visit to one account: fetch, keep, read, and remember what could not be seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.page import Page
from evidence.model import CaptureKind, KnownPost, Reading, WatchEntry


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange that was kept and read; the item that goes through the pipelines.

    page:    None when no response came (the failed attempt is kept all the same).
    capture: record id of the capture statement.
    control: record id of an earlier sound capture of this visit, None when there is none yet.
    """

    visit: Visit
    url: str
    capture: str
    page: Page | None
    reading: Reading
    fetched_at: datetime
    kind: CaptureKind = CaptureKind.EXCHANGE
    of: str | None = None
    control: str | None = None
    partial: bool = False

    @property
    def status(self) -> int | None:
        """HTTP status, None when no response came."""
        return self.page.status if self.page else None


@dataclass(slots=True)
class Visit:
    """The conversation a platform's spider holds with one account's service.

    id: random; entry: the watchlist row; slot: its due slot, None when made by hand.
    native_id, handle: as resolved so far, from the watchlist row or by `resolved`.
    base_url: the row's, else the platform's own; without a trailing slash.
    """

    id: str
    entry: WatchEntry
    slot: str | None
    started_at: datetime
    base_url: str
    native_id: str | None
    handle: str
    posts_seen: dict[str, str] = field(default_factory=dict)

    async def get(
        self,
        url: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        kind: CaptureKind = CaptureKind.EXCHANGE,
        of: str | None = None,
    ) -> Seen:
        """Fetch, keep, then read one address; never raises for what the network or platform does.

        A redirect, error status, time-out or refusal is a Seen as well, with its states or gaps
        noted; a rate limit (429) is waited for once when Retry-After is at most 60 s.
        """
        raise NotImplementedError

    def resolved(self, native_id: str, handle: str) -> None:
        """The account's native id and present handle, as the platform gave them."""
        raise NotImplementedError

    def gap(self, code: str, detail: str = "", capture: str | None = None) -> None:
        """Note something that could not be seen."""
        raise NotImplementedError

    def known_posts(self, limit: int = 200) -> Sequence[KnownPost]:
        """What the archive knows of this account's posts, newest first."""
        raise NotImplementedError

    def look_for_missing(
        self, address: Callable[[KnownPost], str], *, oldest: datetime | None
    ) -> AsyncIterator[Seen]:
        """Ask for each known, not yet ABSENT post that this visit's listing did not show.

        address: gives the post's own URL.   oldest: publication time of the oldest post the
        listing reached; older posts are not asked for. None: the whole list was seen.
        """
        raise NotImplementedError

"""One visit to one account: fetch, keep, read, and remember what could not be seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.listing import Listing
from crawler.load import Load, makes_up_for
from crawler.noting import note
from crawler.page import Page
from crawler.verdict import verdict
from crawler.watched import Watched
from evidence.model import (
    CaptureKind,
    Gap,
    KnownPost,
    Observation,
    Reading,
    SeenState,
    VisitEnd,
    WatchEntry,
)

LONGEST_WAIT_S = 60
READ = frozenset({CaptureKind.EXCHANGE, CaptureKind.DOM})
"""Kinds of captures a reader is given."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange that was kept and read; the item that goes through the pipelines.

    page:    None when no response came (the failed attempt is kept all the same).
    capture: record id of the capture statement.
    control: record id of an earlier sound capture of this visit, None when there is none yet.
    cut:     why the body is not whole (`DATA_LOSS`, `TOO_LARGE`), empty when it is.
    via:     how it came, as its capture says: CRAWL, HUMAN or OFFICIAL.
    claimed_at: when a person's file says it was made; fetched_at is then when we received it.
    listing: a list of who acted that this page ends, when it was read from its first page on.
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
    cut: str = ""
    retry_after_s: int | None = None
    via: str = "CRAWL"
    claimed_at: datetime | None = None
    listing: Listing | None = None

    @property
    def status(self) -> int | None:
        """HTTP status, None when no response came."""
        return self.page.status if self.page else None

    @property
    def is_for_reader(self) -> bool:
        """Whether a reader is given what came."""
        return self.kind in READ

    @property
    def sound(self) -> bool:
        """Whether the page answered with the structure it should have."""
        reading = self.reading
        shown = bool(reading.posts or reading.accounts or reading.interactions or reading.empty)
        return shown and not reading.drift and not self.cut


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for in one fetch.

    minimise: keep the body only if the reading shows an act of a watchlist account; pages that
              list strangers are asked for this way.
    method, body: as sent; both are kept with the exchange.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    kind: CaptureKind = CaptureKind.EXCHANGE
    of: str | None = None
    minimise: bool = False
    method: str = "GET"
    body: bytes = b""


async def no_browser(visit: Visit, load: Load) -> tuple[Seen, ...]:
    """What a visit without a browser sees of a page that needs one: nothing, and a gap."""
    visit.gap("NOT_RENDERED", "there is no browser")
    return ()


async def nothing_under_way() -> None:
    """Pages of a visit that is held by hand are recorded before it goes on."""


@dataclass(slots=True)
class Visit:
    """The conversation a platform's spider holds with one account's service.

    id: random; entry: the watchlist row; slot: its due slot, None when made by hand.
    native_id, handle: as resolved so far, from the archive or by `resolved`.
    base_url: the row's, else empty (the platform's own hosts); without a trailing slash.
    fetch: keeps and reads one Ask.   load: does so with one page in the browser.
    recorded: to be awaited before `known_posts`, once a page has been yielded.
    archive_known: KnownPosts of this account, newest first.
    missed_posts: those whose place showed a marker in this visit; two markers are one look.
    state_before: the account's state before this visit, which `state` leaves as pages change it.
    acted_on: (act, target) of the acts towards this account that the archive holds as standing.
    not_observable: acts that the platform shows to nobody, by its manifest.
    versions: the schedule's newest versions, as its outcome names them.
    validators: what earlier visits asked to remember (ETag and the like), by key.
    """

    id: str
    entry: WatchEntry
    slot: str | None
    due_at: datetime | None
    started_at: datetime
    native_id: str | None
    handle: str
    state: SeenState | None
    watched: Watched
    pages_limit: int
    fetch: Callable[[Visit, Ask], Awaitable[Seen]]
    archive_known: Callable[[Visit, int], Sequence[KnownPost]]
    load: Callable[[Visit, Load], Awaitable[tuple[Seen, ...]]] = no_browser
    recorded: Callable[[], Awaitable[None]] = nothing_under_way
    validators: Mapping[str, str] = field(default_factory=dict)
    acted_on: frozenset[tuple[str, str]] = frozenset()
    not_observable: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    posts_seen: dict[str, str] = field(default_factory=dict)
    own_posts: set[str] = field(default_factory=set)
    missed_posts: set[str] = field(default_factory=set)
    changed: list[tuple[Observation, str]] = field(default_factory=list)
    media_keys: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    control: str | None = None
    account_state: SeenState | None = None
    shown: bool = False
    known_handle: str | None = None
    state_before: SeenState | None = None
    empty: bool = False
    drifted: bool = False
    refused: bool = False

    def __post_init__(self) -> None:
        self.state_before = self.state

    @property
    def base_url(self) -> str:
        """Where the account's service answers, as the watchlist row says; empty: the default."""
        return self.entry.base_url.rstrip("/")

    async def get(
        self,
        url: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        kind: CaptureKind = CaptureKind.EXCHANGE,
        of: str | None = None,
        minimise: bool = False,
    ) -> Seen:
        """Fetch, keep, then read one address; never raises for what the network or platform does.

        A redirect, error status, time-out or refusal is a Seen as well, with its states or gaps
        noted; a rate limit (429) is waited for once when Retry-After is at most 60 s.
        """
        return await self._asked(Ask(url, tuple(headers), kind, of, minimise))

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Sequence[tuple[str, str]] = (),
        of: str | None = None,
        minimise: bool = False,
    ) -> Seen:
        """As `get`, with a request body: for a service whose public pages are read by POST.

        The body is kept with the exchange, also of an answer that is minimised: put into it what
        names the page (an id, a continuation), never a person or a secret.
        """
        ask = Ask(url, tuple(headers), CaptureKind.EXCHANGE, of, minimise, "POST", body)
        return await self._asked(ask)

    async def _asked(self, ask: Ask) -> Seen:
        seen = await self.fetch(self, ask)
        wait_s = seen.retry_after_s
        if seen.status == 429 and wait_s is not None and wait_s <= LONGEST_WAIT_S:
            self.count("requests")
            self.count("rate_limits_waited")
            await asyncio.sleep(wait_s)
            seen = await self.fetch(self, ask)
        return self._noted(seen)

    async def browse(
        self, url: str, *, scrolls: int = 0, of: str | None = None, minimise: bool = False
    ) -> tuple[Seen, ...]:
        """Load one public page in the browser; all that came, kept and read, in this order:

        the document's response, each of the page's own data answers (`[browser] answers` of
        platform.toml), the rendered document (kind DOM, under the final address), the screenshot
        (not read). Parts that did not come are missing; never raises for what the page does.
        scrolls, of, minimise: as in Load. A rate limit is waited for as `get` does. Drift of the
        document or of the rendered one is no gap when another part is sound.
        """
        load = Load(url, scrolls, of, minimise)
        look = await self.load(self, load)
        wait_s = look[0].retry_after_s if look and look[0].status == 429 else None
        if wait_s is not None and wait_s <= LONGEST_WAIT_S:
            self.count("requests", len(look))
            self.count("rate_limits_waited")
            await asyncio.sleep(wait_s)
            look = await self.load(self, load)
        return tuple(self._noted(seen, made_up=makes_up_for(look, seen)) for seen in look)

    async def check(self, url: str) -> Seen:
        """A control fetch: something that must answer if the service does (its own front data).

        A 200 without drift becomes this visit's control.
        """
        seen = self._noted(await self.fetch(self, Ask(url)))
        if seen.status == 200 and not seen.cut:
            self.control = self.control or seen.capture
        return seen

    def resolved(self, native_id: str, handle: str) -> None:
        """The account's native id and present handle, as the platform gave them."""
        self.native_id = native_id
        self.handle = handle

    def gap(self, code: str, detail: str = "", capture: str | None = None) -> None:
        """Note something that could not be seen."""
        self.gaps.append(Gap(code, detail, capture))

    def count(self, name: str, n: int = 1) -> None:
        """Add to one of the visit's counts."""
        self.counts[name] = self.counts.get(name, 0) + n

    def known_posts(self, limit: int = 200) -> Sequence[KnownPost]:
        """What the archive knows of this account's posts, newest first."""
        return self.archive_known(self, limit)

    def recall(self, key: str) -> str | None:
        """What an earlier visit's response header said, e.g. `etag <url>`."""
        return self.validators.get(key)

    async def look_for_missing(
        self, address: Callable[[KnownPost], str], *, oldest: datetime | None
    ) -> AsyncIterator[Seen]:
        """Ask for each known, not yet ABSENT post that this visit's listing did not show.

        address: gives the post's own URL.   oldest: publication time of the oldest post the
        listing reached; older posts are not asked for. None: the whole list was seen.
        """
        await self.recorded()
        for known in self.known_posts():
            if known.native_id in self.posts_seen or known.state is SeenState.ABSENT:
                continue
            if oldest and known.published_at and known.published_at < oldest:
                continue
            yield await self.get(address(known))

    def _noted(self, seen: Seen, *, made_up: bool = False) -> Seen:
        seen = replace(seen, control=self.control)
        note(self, seen, made_up=made_up)
        return seen

    def end(self, ended_at: datetime, failure: str = "") -> VisitEnd:
        """How this visit ended; the one outcome of its slot."""
        outcome, reason = verdict(self, failure)
        return VisitEnd(
            visit=self.id,
            watch=self.entry.watch,
            slot=self.slot,
            due_at=self.due_at,
            started_at=self.started_at,
            ended_at=ended_at,
            outcome=outcome,
            reason=reason,
            counts=tuple(sorted(self.counts.items())),
            gaps=tuple(self.gaps),
            account_native_id=self.native_id,
            account_handle=self.handle,
            not_observable=self.not_observable,
            versions=self.versions,
        )

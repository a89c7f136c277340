"""A look in the browser as captures: robots.txt, pace, then keep, then read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler import registry
from crawler.address import as_name, is_address
from crawler.browser import Asking, Browser, Look
from crawler.browser.judging import RENDERED_TYPE
from crawler.desk import Desk
from crawler.load import Load
from crawler.middlewares.keep import Ticket
from crawler.noting import REFUSALS
from crawler.pace import ASKS_FOR_QUIET, Pace, retry_after_s
from crawler.page import Page
from crawler.visit import Seen, Visit
from evidence.errors import ConfigError, FetchError
from evidence.model import CaptureKind, CaptureState, Exchange, Reading

NOT_READ = Reading(read_by="none")
NOT_ASKED = frozenset({"ROBOTS", "RATE_LIMITED"})
"""Why a page was not asked for: its host wants it so."""


@dataclass(frozen=True, slots=True)
class Browsing:
    """The browser's side of a spider: `load` is what a Visit browses with.

    crawler: Scrapy's, whose robots.txt middleware is asked as it is for every fetch.
    """

    platform: str
    desk: Desk
    browser: Browser
    crawler: Any
    pace: Pace

    async def load(self, visit: Visit, load: Load) -> tuple[Seen, ...]:
        """Look at one page, make every part durable, and read what can be read.

        Raises StoreError alone: what cannot be kept ends the visit.
        """
        asked_at = self.desk.clock.now()
        if not is_address(load.url):
            load = replace(load, url=as_name(load.url))
            failed = self._attempt("REFUSED_ADDRESS", load)
            return (await self._nothing(visit, load, failed, "is no address of the web"),)
        code = await self._turn(load.url)
        if code:
            failed = self._attempt(code, load)
            return (await self._nothing(visit, load, failed, "was not asked"),)
        try:
            look = await self.browser.look(self._asking(load))
        except (FetchError, ConfigError) as error:
            failed = replace(self._attempt("NOT_RENDERED", load), requested_at=asked_at)
            return (await self._nothing(visit, load, failed, error.why),)
        self._heard(look)
        for code, detail in look.troubles:
            visit.gap(code, detail)
        if load.picture:
            return await self._pictured(visit, load, look)
        return await self._kept_and_read(visit, load, look)

    async def _turn(self, url: str) -> str:
        """Wait until the host may be asked; the code of the reason when it may not."""
        if not await self._allowed(url):
            return "ROBOTS"
        if self._is_own(url):
            return ""
        return "" if await self.pace.turn(url) else "RATE_LIMITED"

    def _is_own(self, url: str) -> bool:
        return bool(self.desk.config.egress_allow) and is_own(url)

    def _heard(self, look: Look) -> None:
        """A host that asks for quiet has it from every visit of this process."""
        for part in (*look.hops, look.document, *look.answers):
            if part.status in ASKS_FOR_QUIET and not self._is_own(part.url):
                wait_s = retry_after_s(page_of(part).headers.get("retry-after"), part.fetched_at)
                if wait_s:
                    self.pace.hold(part.url, wait_s)

    async def _allowed(self, url: str) -> bool:
        """What robots.txt says of an address, as the middleware for fetches says it."""
        parts = urlsplit(url)
        if {parts.netloc, parts.hostname} & set(self.desk.config.robots_exempt):
            return True
        components = self.crawler.engine.downloader.middleware.middlewares
        robots = next((c for c in components if isinstance(c, RobotsTxtMiddleware)), None)
        if robots is None or parts.scheme not in ("http", "https"):
            return robots is None
        try:
            await robots.process_request(scrapy.Request(url))
        except IgnoreRequest:
            return False
        return True

    def _asking(self, load: Load) -> Asking:
        manifest = registry.PLATFORMS[self.platform].manifest
        return Asking(
            url=load.url,
            answers=() if load.picture else manifest.browser.answers,
            scrolls=load.scrolls,
            of=load.of,
            now=self.desk.clock.now,
            allowed=self._allowed,
        )

    async def _kept_and_read(self, visit: Visit, load: Load, look: Look) -> tuple[Seen, ...]:
        for hop in look.hops:
            await self._keep(visit, hop)
        if look.document.status is None:
            return (await self._nothing(visit, load, look.document, "no response"),)
        parts = [look.document, *look.answers, *([look.dom] if look.dom else ())]
        if load.minimise:
            return await self._minimised(visit, parts)
        seen = [self._seen(visit, part, await self._keep(visit, part)) for part in parts]
        if look.shot:
            seen.append(await self._screenshot(visit, look.shot, seen))
        return tuple(seen)

    async def _minimised(self, visit: Visit, parts: Sequence[Exchange]) -> tuple[Seen, ...]:
        """Bodies only where a reading shows an act of a watchlist account; no screenshot."""
        seen = []
        for part in parts:
            reading = registry.read(self.platform, page_of(part))
            kept = any(self.is_watched(visit, edge) for edge in reading.interactions)
            capture = await self._keep(visit, part, body_kept=kept)
            seen.append(self._seen(visit, part, capture, reading))
        return tuple(seen)

    def is_watched(self, visit: Visit, edge: Any) -> bool:
        """Whether the actor of an edge is on the watchlist."""
        found = self.desk.watched.watch_of(
            self.platform, edge.actor_id, edge.actor_handle, visit.base_url
        )
        return found is not None

    async def _screenshot(self, visit: Visit, shot: Exchange, seen: Sequence[Seen]) -> Seen:
        """A screenshot of what the readers call a wall is never a whole capture."""
        walled = any(s.state in REFUSALS for part in seen for s in part.reading.states)
        if walled:
            flags = tuple(sorted({*shot.flags, "wall"}))
            shot = replace(shot, state=CaptureState.PARTIAL, flags=flags)
        return self._unread(visit, shot, await self._keep(visit, shot))

    async def _pictured(self, visit: Visit, load: Load, look: Look) -> tuple[Seen, ...]:
        """The rendered document and the screenshot alone."""
        if look.shot is None and not look.troubles:
            visit.gap("NOT_RENDERED", look.document.error or "no picture")
        if look.wall:
            visit.gap("BLOCKED", look.wall)
        visit.count("rendered", sum(part is not None for part in (look.shot, look.dom)))
        return tuple(
            [
                self._unread(visit, part, await self._keep(visit, part))
                for part in (look.shot, look.dom)
                if part is not None
            ]
        )

    async def _nothing(self, visit: Visit, load: Load, failed: Exchange, detail: str) -> Seen:
        capture = await self._keep(visit, failed)
        code = failed.error
        visit.refused = visit.refused or code in NOT_ASKED
        visit.gap(code, detail, capture)
        return replace(self._unread(visit, failed, capture), page=None)

    def _attempt(self, code: str, load: Load) -> Exchange:
        now = self.desk.clock.now()
        return Exchange(
            load.url, "GET", now, now, (), None, (), b"",
            state=CaptureState.FAILED, error=code, flags=("browser",), of=load.of,
        )  # fmt: skip

    async def _keep(self, visit: Visit, exchange: Exchange, *, body_kept: bool = True) -> str:
        ticket = Ticket(
            visit.id, visit.entry.watch, visit.slot, exchange.kind, exchange.of,
            self.desk.anchor, minimise=False,
        )  # fmt: skip
        return await self.desk.keeper.keep(exchange, ticket, body_kept=body_kept)

    def _seen(
        self, visit: Visit, exchange: Exchange, capture: str, reading: Reading | None = None
    ) -> Seen:
        page = page_of(exchange)
        return replace(
            self._unread(visit, exchange, capture),
            page=page,
            reading=reading or registry.read(self.platform, page),
            cut=cut_of(exchange),
            retry_after_s=retry_after_s(page.headers.get("retry-after"), exchange.fetched_at),
        )

    @staticmethod
    def _unread(visit: Visit, exchange: Exchange, capture: str) -> Seen:
        return Seen(
            visit, exchange.url, capture, None, NOT_READ, exchange.fetched_at, exchange.kind,
            exchange.of,
        )  # fmt: skip


def page_of(exchange: Exchange) -> Page:
    """An exchange of the browser as a reader sees it; its body is decompressed already."""
    if exchange.kind is CaptureKind.DOM:
        return Page(exchange.url, exchange.status or 200, dict(RENDERED_TYPE), exchange.body)
    headers: dict[str, str] = {}
    for name, value in exchange.response_headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Page(exchange.url, exchange.status or 0, headers, exchange.body)


def cut_of(exchange: Exchange) -> str:
    """Why the body of an exchange is not whole, as the code of a gap; empty when it is."""
    if "download_stopped" in exchange.flags:
        return "TOO_LARGE"
    return "DATA_LOSS" if "partial" in exchange.flags else ""


def is_own(url: str) -> bool:
    """Whether an address is on loopback, by name."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")

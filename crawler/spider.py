"""AccountSpider: what every platform's spider shares. Keep, then read; one outcome per visit."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.exceptions import IgnoreRequest, UsageError

from crawler import config as configuration
from crawler import registry
from crawler.browser import Browser
from crawler.browsing import Browsing, Pace, is_own, seconds
from crawler.desk import Desk, open_desk, user_agent, visit_of, watch_rows
from crawler.extras import extras
from crawler.logs import silence
from crawler.middlewares.keep import CUTS, TICKET, Keeper, Ticket, failed_exchange
from crawler.official.key import Key, key_of
from crawler.official.walk import converse as official_answers
from crawler.page import Page
from crawler.visit import Ask, Seen, Visit
from evidence.errors import ConfigError, JejakError, StoreError
from evidence.model import CaptureKind, Outcome, Reading, Slot

VISITS_AT_ONCE = 16
NOTHING_SEEN = frozenset({Outcome.FAILED, Outcome.BLOCKED, Outcome.SUSPECT})
OFFICIAL = "OFFICIAL"
"""How a capture came that an official interface gave."""
NOT_READ = Reading(read_by="none")
IGNORED = {
    "Forbidden by robots.txt": "ROBOTS",
    "max redirections reached": "REDIRECT_LOOP",
}
"""Why Scrapy itself gives a request up, in its words; else the decompressed body is too large."""

logger = logging.getLogger(__name__)


class AccountSpider(scrapy.Spider):
    """Visits watchlist accounts of one platform. A subclass writes `converse` and nothing else.

    The base class opens visits, fetches media and rendered pages of new and changed posts after
    `converse` is done, and ends every visit with exactly one outcome.

    Arguments (`-a`): account, one row of the watchlist by id, handle or URL; batch, path of a JSON
    file with due slots. Neither: every active row of the platform, outside the schedule.
    """

    platform: ClassVar[str]
    desk: Desk
    browser: Browser
    browsing: Browsing

    def __init__(
        self, account: str | None = None, batch: str | None = None, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.account = account
        self.batch = Path(batch) if batch else None
        self.settled: dict[str, asyncio.Future[str]] = {}
        self.visits: set[asyncio.Task[None]] = set()
        self.failed = 0
        self.opened = False
        self.key: Key | None = None

    @classmethod
    def update_settings(cls, settings: Any) -> None:
        """Pace and limits from the platform's manifest and the configuration."""
        super().update_settings(settings)
        try:
            config = configuration.load()
        except ConfigError as error:
            raise UsageError(str(error), print_help=False) from error
        manifest = registry.PLATFORMS[cls.platform].manifest
        for name, value in {
            "USER_AGENT": user_agent(config),
            "DOWNLOAD_DELAY": manifest.pace_s,
            "CONCURRENT_REQUESTS_PER_DOMAIN": manifest.concurrency,
            "DOWNLOAD_MAXSIZE": config.max_body_bytes,
            "DOWNLOAD_TIMEOUT": config.timeout_s,
            "DOWNLOAD_SLOTS": {"own": {"concurrency": 16, "delay": 0, "jitter": 0}},
        }.items():
            settings.set(name, value, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> AccountSpider:
        """As Scrapy builds it; listens for pages that could not be recorded."""
        spider: AccountSpider = super().from_crawler(crawler, *args, **kwargs)
        silence()
        crawler.signals.connect(spider._not_recorded, signal=signals.item_error)
        crawler.signals.connect(spider._not_recorded, signal=signals.item_dropped)
        crawler.signals.connect(spider._finish, signal=signals.spider_closed)
        return spider

    def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Ask the platform what this account shows; yield each Seen that is worth recording.

        An async generator. To end early, return. Order: resolve the account, list its posts page
        by page, look for known posts that are missing, then (campaign side) who engaged.
        """
        raise NotImplementedError

    @property
    def keeper(self) -> Keeper:
        """Where the middleware makes exchanges durable."""
        return self.desk.keeper

    async def start(self) -> AsyncIterator[Any]:
        """All visits of this process; what they saw goes through the pipelines one page an item."""
        try:
            self.desk = await asyncio.to_thread(open_desk, configuration.load())
        except JejakError as error:
            logger.critical("%s", error)
            return
        self.browser = Browser(self.desk.config, user_agent(self.desk.config))
        pace = Pace(registry.PLATFORMS[self.platform].manifest.pace_s)
        self.browsing = Browsing(self.platform, self.desk, self.browser, self.crawler, pace)
        self.key = key_of(registry.PLATFORMS[self.platform].manifest, self.desk.config.official)
        self.opened = True
        queue: asyncio.Queue[Seen | None] = asyncio.Queue()
        runner = asyncio.create_task(self._run(queue))
        while (seen := await queue.get()) is not None:
            yield seen
        try:
            await runner
        except JejakError as error:
            self.failed += 1
            logger.critical("%s", error)

    def settle(self, capture: str, failure: str = "") -> None:
        """A page's pipelines are done: recorded (no failure), or not and why."""
        waiting = self.settled.pop(capture, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(failure)

    async def _run(self, queue: asyncio.Queue[Seen | None]) -> None:
        places = asyncio.Semaphore(VISITS_AT_ONCE)
        try:
            for row, slot in await asyncio.to_thread(self._due):
                task = asyncio.create_task(self._in_turn(places, row, slot, queue))
                self.visits.add(task)
            done = await asyncio.gather(*self.visits, return_exceptions=True)
            for failure in done:
                if isinstance(failure, BaseException):
                    raise failure
        finally:
            queue.put_nowait(None)

    def _due(self) -> list[tuple[dict[str, Any], Slot | None]]:
        archive = self.desk.archive
        if self.batch is None:
            rows = watch_rows(archive, self.platform, account=self.account, watches=None)
            return [(row, None) for row in rows]
        slots = [
            Slot(**{**slot, "due_at": datetime.fromisoformat(slot["due_at"])})
            for slot in json.loads(self.batch.read_text("utf-8"))["slots"]
        ]
        rows = watch_rows(
            archive, self.platform, account=None, watches=[slot.watch for slot in slots]
        )
        by_watch = {row["id"]: row for row in rows}
        return [(by_watch[slot.watch], slot) for slot in slots if slot.watch in by_watch]

    async def _in_turn(
        self,
        places: asyncio.Semaphore,
        row: dict[str, Any],
        slot: Slot | None,
        queue: asyncio.Queue[Seen | None],
    ) -> None:
        async with places:
            visit = await asyncio.to_thread(visit_of, self.desk, row, slot, self._fetch)
            visit.load = self.browsing.load
            failure = self._no_room() or await self._visit(visit, queue)
            await self._end(visit, failure)

    def _no_room(self) -> str:
        """Why nothing may be fetched now: less disk left than the reserve keeps free."""
        config = self.desk.config
        free = shutil.disk_usage(config.data_dir).free if config.data_dir.is_dir() else None
        return "STORAGE_LOW" if free is not None and free < config.disk_reserve_bytes else ""

    async def _visit(self, visit: Visit, queue: asyncio.Queue[Seen | None]) -> str:
        """Hold the whole conversation; returns why it broke off, empty when it did not."""
        try:
            if self.key is not None:
                async for seen in official_answers(visit, self.key):
                    await self._through(seen, queue)
            async for seen in self.converse(visit):
                await self._through(seen, queue)
            async for seen in extras(visit, self.desk):
                await self._through(seen, queue)
        except asyncio.CancelledError:
            return "stopped"
        except JejakError as error:
            logger.exception("visit broke off: %s", type(error).__name__)
            return type(error).__name__
        except Exception as error:
            logger.exception("visit broke off: %s", type(error).__name__)
            return f"internal: {type(error).__name__}"
        return ""

    async def _through(self, seen: Seen, queue: asyncio.Queue[Seen | None]) -> None:
        """Send one page through the pipelines and wait until it is recorded."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.settled[seen.capture] = future
        queue.put_nowait(seen)
        failure = await future
        if failure:
            seen.visit.gap("NOT_RECORDED", failure, seen.capture)

    async def _end(self, visit: Visit, failure: str) -> None:
        visit.count("captures", visit.counts.get("requests", 0))
        end = visit.end(self.desk.clock.now(), failure)
        await self.keeper.record([self.desk.recorder.outcome(end)])
        if self.batch is None and end.outcome in NOTHING_SEEN:
            logger.warning("visit of %s ended %s %s", end.watch, end.outcome.value, end.reason)

    async def _fetch(self, visit: Visit, ask: Ask) -> Seen:
        """Keep and read one exchange. Raises StoreError alone: what cannot be kept ends the visit."""
        ticket = Ticket(
            visit.id,
            visit.entry.watch,
            visit.slot,
            ask.kind,
            ask.of,
            self.desk.anchor,
            ask.minimise,
            via=self._via(ask.url),
        )
        request = self._request(ask, ticket)
        try:
            response = await self.crawler.engine.download_async(request)
        except StoreError:
            raise
        except IgnoreRequest as error:
            ticket.error = IGNORED.get(str(error), "TOO_LARGE")
            return await self._nothing(visit, ask, request, ticket)
        except Exception as error:  # noqa: BLE001 - whatever the network does is a gap, not a crash
            ticket.error = ticket.error or type(error).__name__
            return await self._nothing(visit, ask, request, ticket)
        return await self._read(visit, ask, response, ticket)

    def _request(self, ask: Ask, ticket: Ticket) -> scrapy.Request:
        """The request of an Ask, as Scrapy sends it: nothing is added that the Ask does not say."""
        meta: dict[str, Any] = {TICKET: ticket}
        if ticket.via == OFFICIAL:
            # Its terms, not robots.txt, say what an institution with a key may ask.
            meta["dont_obey_robotstxt"] = True
        if {urlsplit(ask.url).netloc, urlsplit(ask.url).hostname} & set(
            self.desk.config.robots_exempt
        ):
            meta["dont_obey_robotstxt"] = True
        if self.desk.config.egress_allow and is_own(ask.url):
            meta["download_slot"] = "own"
        return scrapy.Request(
            ask.url,
            method=ask.method,
            headers=dict(ask.headers),
            body=ask.body,
            meta=meta,
            dont_filter=True,
        )

    async def _read(self, visit: Visit, ask: Ask, response: Any, ticket: Ticket) -> Seen:
        page = Page(
            url=response.url,
            status=response.status,
            headers=_headers(response),
            body=response.body,
        )
        media = ask.kind is CaptureKind.MEDIA
        reading = NOT_READ if media else registry.read(self.platform, page)
        if ticket.exchange is not None:
            kept = any(self._is_watched(visit, edge) for edge in reading.interactions)
            await self.keeper.keep(ticket.exchange, ticket, body_kept=kept)
        return Seen(
            visit=visit,
            url=ask.url,
            capture=ticket.captures[-1],
            page=page,
            reading=reading,
            fetched_at=self.desk.clock.now(),
            kind=ask.kind,
            of=ask.of,
            cut=next((CUTS[flag] for flag in response.flags if flag in CUTS), ""),
            retry_after_s=seconds(page.headers.get("retry-after")),
            via=ticket.via,
        )

    def _via(self, url: str) -> str:
        return OFFICIAL if self.key is not None and self.key.speaks_to(url) else "CRAWL"

    def _is_watched(self, visit: Visit, edge: Any) -> bool:
        found = self.desk.watched.watch_of(
            self.platform, edge.actor_id, edge.actor_handle, visit.base_url
        )
        return found is not None

    async def _nothing(self, visit: Visit, ask: Ask, request: Any, ticket: Ticket) -> Seen:
        now = self.desk.clock.now()
        if not ticket.captures:
            exchange = ticket.exchange or failed_exchange(request, ticket, now)
            await self.keeper.keep(exchange, ticket, body_kept=False)
        visit.refused = visit.refused or ticket.error == "ROBOTS"
        visit.gap(ticket.error, "no response", ticket.captures[-1])
        return Seen(
            visit, ask.url, ticket.captures[-1], None, NOT_READ, now, kind=ask.kind, of=ask.of
        )

    def _not_recorded(self, item: Any, **said: Any) -> None:
        seen = getattr(item, "seen", item)
        reason = said.get("exception") or getattr(said.get("failure"), "value", None)
        self.failed += 1
        self.settle(seen.capture, type(reason).__name__)

    async def _finish(self) -> None:
        """End what is still open as stopped, write everything, let go."""
        if not self.opened:
            return
        for task in self.visits:
            task.cancel()
        await asyncio.gather(*self.visits, return_exceptions=True)
        await self.browser.close()
        await asyncio.to_thread(self.desk.close)


def _headers(response: Any) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): ", ".join(v.decode("latin-1") for v in values)
        for name, values in response.headers.items()
    }

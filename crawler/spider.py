"""AccountSpider: what every platform's spider shares. Keep, then read; one outcome per visit."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import scrapy
from scrapy import signals
from scrapy.exceptions import UsageError

from crawler import config as configuration
from crawler import registry
from crawler.browser import Browser
from crawler.browsing import Browsing
from crawler.desk import Desk, open_desk, user_agent, visit_of, watch_rows
from crawler.extras import extras
from crawler.fetching import Fetching
from crawler.logs import silence
from crawler.middlewares.keep import Keeper
from crawler.official.key import Key, key_of
from crawler.official.walk import converse as official_answers
from crawler.pace import OWN, Pace
from crawler.passage import Passage
from crawler.quiet import Quiet
from crawler.visit import Seen, Visit
from evidence.errors import ConfigError, JejakError
from evidence.model import Outcome, Slot

VISITS_AT_ONCE = 16
NOTHING_SEEN = frozenset({Outcome.FAILED, Outcome.BLOCKED, Outcome.SUSPECT})

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
    fetching: Fetching
    pace: Pace

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
            "DOWNLOAD_SLOTS": {OWN: {"concurrency": 16, "delay": 0, "jitter": 0}},
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
        manifest = registry.PLATFORMS[self.platform].manifest
        quiet = Quiet(self.desk.config.data_dir / "quiet", self.desk.clock)
        self.pace = Pace(self.crawler, manifest.pace_s, manifest.concurrency, quiet)
        self.browsing = Browsing(self.platform, self.desk, self.browser, self.crawler, self.pace)
        config = self.desk.config
        self.key = key_of(manifest, config.official, sandbox=config.sandbox)
        self.fetching = Fetching(self.platform, self.desk, self.crawler, self.pace, self.key)
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
            visit = await asyncio.to_thread(visit_of, self.desk, row, slot, self.fetching.fetch)
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
        passage = Passage(partial(self._send, queue))
        visit.recorded = passage.arrive
        try:
            failure = await self._held(visit, passage)
            await passage.arrive()
        except asyncio.CancelledError:
            return "stopped"
        return failure

    async def _held(self, visit: Visit, passage: Passage) -> str:
        try:
            if self.key is not None:
                async for seen in official_answers(visit, self.key):
                    await passage.take(seen)
                await passage.arrive()
            async for seen in self.converse(visit):
                await passage.take(seen)
            await passage.arrive()
            async for seen in extras(visit, self.desk):
                await passage.take(seen)
        except JejakError as error:
            logger.exception("visit broke off: %s", type(error).__name__)
            return type(error).__name__
        except Exception as error:
            logger.exception("visit broke off: %s", type(error).__name__)
            return f"internal: {type(error).__name__}"
        return ""

    def _send(self, queue: asyncio.Queue[Seen | None], seen: Seen) -> asyncio.Future[str]:
        """Put one page through the pipelines; done when it is recorded, or why it is not."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.settled[seen.capture] = future
        queue.put_nowait(seen)
        return future

    async def _end(self, visit: Visit, failure: str) -> None:
        visit.count("captures", visit.counts.get("requests", 0))
        end = visit.end(self.desk.clock.now(), failure)
        await self.keeper.record([self.desk.recorder.outcome(end)])
        if self.batch is None and end.outcome in NOTHING_SEEN:
            logger.warning("visit of %s ended %s %s", end.watch, end.outcome.value, end.reason)

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

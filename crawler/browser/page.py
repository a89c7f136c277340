"""One look at one page: load it, let it settle, scroll it, then take it down as it stands."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from crawler.browser.hearing import Hearing
from crawler.browser.intercept import REDIRECTS, Intercept, next_address
from crawler.browser.judging import Known, code_of, judged, one_colour, wall_of
from crawler.browser.look import Asking, Limits, Look
from crawler.browser.memory import MemoryWatch
from crawler.browser.world import END, THROUGH, Facts, World
from crawler.clock import monotonic_s
from crawler.proxy import EgressProxy
from evidence.model import CaptureKind, CaptureState, Exchange

NOTE_CHARACTERS = 16_000
MOVING = 0.4
"""The part of a look's time that scrolling may take; loading may take a third."""


class PageLook:
    """The state of one look: `open`, then `take`, which never raises for what the page does."""

    _page: Any
    _world: World
    _intercept: Intercept

    def __init__(
        self,
        context: Any,
        asking: Asking,
        limits: Limits,
        proxy: EgressProxy,
        agent: str,
        memory: MemoryWatch,
    ) -> None:
        self._context = context
        self._asking = asking
        self._limits = limits
        self._proxy = proxy
        self._agent = agent
        self._memory = memory
        self._ended_before = memory.ended
        self._hearing: Hearing | None = None
        self._troubles: list[tuple[str, str]] = []
        self._error = ""
        self._facts: Facts | None = None
        self._dom: Exchange | None = None
        self._shot: Exchange | None = None
        self._clock: asyncio.Timeout | None = None
        self._wall = ""
        self._crashed = False
        self._began = asking.now()

    async def open(self) -> None:
        """Have the browser open an empty page, and all that is to be kept of it paused for us."""
        self._page = await self._context.new_page()
        session = await self._context.new_cdp_session(self._page)
        tree = await session.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        self._world = World(session, frame)
        self._hearing = Hearing(self._context, self._page, self._has_crashed)
        self._intercept = Intercept(session, frame, self._asking, self._limits, self._remote)
        await self._intercept.start()

    async def take(self) -> Look:
        """Everything that comes within the limits, of a page that is open."""
        page, intercept = self._page, self._intercept
        until_s = monotonic_s() + self._limits.time_s
        try:
            async with asyncio.timeout(self._limits.time_s) as self._clock:
                await self._steps(page, self._world, intercept)
        except TimeoutError:
            if not self._crashed:
                self._trouble("TIMEOUT", "the page took longer than a look may")
        except PlaywrightError as error:
            self._failed(error)
        await intercept.finish(max(0.5, min(5.0, until_s - monotonic_s())))
        return self._look(intercept)

    async def _steps(self, page: Any, world: World, intercept: Intercept) -> None:
        if not await self._loaded(page):
            return
        await self._moved(world)
        if urlsplit(page.url).scheme not in ("http", "https"):
            self._trouble("NOT_RENDERED", "the page went on to where there is none")
            return
        self._note_limits(intercept)
        self._facts = await world.facts()
        body, cut = await world.document(self._limits.body_bytes)
        self._dom = self._rendered(page.url, CaptureKind.DOM, "text/html", body, cut)
        came = intercept.documents[-1] if intercept.documents else None
        self._wall = await asyncio.to_thread(wall_of, came, body)
        await self._screenshot(page)

    async def _moved(self, world: World) -> None:
        """Let the page fetch what it wants, and scroll it; a part of the time is left for the rest."""
        try:
            async with asyncio.timeout(self._limits.time_s * MOVING):
                await self._settled()
                for _ in range(self._asking.scrolls):
                    await world.ask(END)
                    await asyncio.sleep(self._limits.quiet_s)
                    await self._settled()
                await world.ask(THROUGH % self._limits.tallest_px)
                await self._settled()
        except TimeoutError:
            self._trouble("TIMEOUT", "scrolling was cut short")

    async def _loaded(self, page: Any) -> bool:
        """Whether there is a page to go on with."""
        try:
            await page.goto(self._asking.url, wait_until="load", timeout=self._limits.load_s * 1000)
        except PlaywrightTimeout:
            self._trouble("TIMEOUT", "the page did not finish loading")
            return bool(urlsplit(page.url).hostname)
        except PlaywrightError as error:
            self._failed(error)
            return False
        return True

    async def _settled(self) -> None:
        """Wait until nothing has been fetched for a moment, at most `settle_s`."""
        until_s = monotonic_s() + self._limits.settle_s
        hearing = self._hearing
        while hearing and monotonic_s() < until_s and not hearing.quiet(self._limits.quiet_s):
            await asyncio.sleep(0.05)

    async def _screenshot(self, page: Any) -> None:
        facts = self._facts
        if facts is None:
            return
        wanted: dict[str, Any] = {"full_page": True, "type": "png"}
        cut = facts.height > self._limits.tallest_px
        if cut:
            width = page.viewport_size["width"]
            wanted["clip"] = {"x": 0, "y": 0, "width": width, "height": self._limits.tallest_px}
        body = await page.screenshot(**wanted, timeout=self._limits.load_s * 1000)
        media = "image/png"
        if len(body) > self._limits.shot_bytes:
            body = await page.screenshot(**{**wanted, "type": "jpeg", "quality": 80})
            media = "image/jpeg"
        if len(body) > self._limits.shot_bytes:
            self._trouble("NOT_RENDERED", "the screenshot is larger than the limit")
            return
        self._shot = self._rendered(page.url, CaptureKind.SCREENSHOT, media, body, cut)
        if facts.blank or await asyncio.to_thread(one_colour, body):
            self._trouble("RENDERED_BLANK", "nothing is to be seen")
            self._shot = replace(self._shot, flags=(*self._shot.flags, "blank"))

    def _has_crashed(self) -> None:
        self._crashed = True
        with suppress(RuntimeError):  # the time is up already
            if self._clock is not None:
                self._clock.reschedule(0)  # nothing more is to be had of the page
        if self._memory.ended > self._ended_before or self._memory.short:
            self._trouble("TOO_LARGE", "the page takes more memory than it may")
        else:
            self._trouble("BROWSER_CRASHED", "the page's process ended")

    def _failed(self, error: PlaywrightError) -> None:
        """Note why the page could not be loaded, or why a step after that could not be taken."""
        if self._crashed:
            return
        said = str(error)
        known = code_of(said)
        if "has been closed" in said:
            self._error = "BROWSER_CRASHED"
            self._trouble(self._error, "the browser ended")
        elif "ERR_HTTP_RESPONSE_CODE_FAILURE" in said:
            return  # an error status without a body: the document says it all
        elif known or "net::" in said:
            # Chromium knows only that the proxy did not let it through; the proxy knows why.
            self._error = next(reversed(self._proxy.troubles.values()), "") or known
            self._error = self._error or "CONNECTION_LOST"
        else:
            self._error = "TIMEOUT" if isinstance(error, PlaywrightTimeout) else "NOT_RENDERED"
            self._trouble(self._error, "a step of the look failed")

    def _trouble(self, code: str, detail: str) -> None:
        self._troubles.append((code, detail))

    def _remote(self, host: str) -> str:
        return self._proxy.addresses.get(host, "")

    def _rendered(
        self, url: str, kind: CaptureKind, media: str, body: bytes, cut: bool
    ) -> Exchange:
        """A rendering as an exchange; `judged` says in the end whether it is whole."""
        return Exchange(
            url=url,
            method="GET",
            requested_at=self._began,
            fetched_at=self._asking.now(),
            request_headers=(("User-Agent", self._agent),),
            status=None,
            response_headers=(("X-Jejak-Look", self._note()),),
            body=body,
            kind=kind,
            media=media,
            flags=("download_stopped",) if cut else (),
            of=self._asking.of,
        )

    def _note(self) -> str:
        facts, hearing = self._facts, self._hearing
        said = {
            "blocked": sorted(set(self._proxy.refused))[:100],
            "console": dict(sorted(hearing.console.items())) if hearing else {},
            "events": dict(sorted(hearing.events.items())) if hearing else {},
            "received_bytes": self._proxy.received_bytes,
            "text": facts.text if facts else None,
            "height": facts.height if facts else None,
        }
        return json.dumps(said, ensure_ascii=True)[:NOTE_CHARACTERS]

    def _note_limits(self, intercept: Intercept) -> None:
        """Note what was kept from the page, or from us, so far."""
        if self._proxy.over:
            self._trouble("TOO_LARGE", "the page fetches more than a look may")
        if self._memory.ended > self._ended_before:
            self._trouble("TOO_LARGE", "the page takes more memory than it may")
        self._troubles += intercept.troubles()

    def _look(self, intercept: Intercept) -> Look:
        self._note_limits(intercept)
        documents = list(intercept.documents)
        if not documents or documents[-1].status in REDIRECTS or intercept.refused:
            documents.append(self._nothing(documents, intercept))
        elif self._dom is None and self._error and not self._troubles:
            self._trouble("NOT_RENDERED", "what came is no page that can be shown")
        document = documents.pop()
        answers = tuple(intercept.answers)
        troubles = tuple(dict.fromkeys(self._troubles))
        refused = len(self._proxy.refused)
        known = Known(document, answers, self._facts, troubles, refused, self._wall)
        return Look(
            hops=tuple(documents),
            document=document,
            answers=answers,
            dom=judged(self._dom, known),
            shot=judged(self._shot, known),
            troubles=troubles,
            wall=self._wall,
        )

    def _nothing(self, documents: list[Exchange], intercept: Intercept) -> Exchange:
        """The attempt, when the last document did not come."""
        url = self._asking.url
        if intercept.refused:
            url, self._error = intercept.refused[-1], "ROBOTS"
        elif documents:
            url = next_address(documents[-1]) or url
        error = self._error or next((code for code, _ in self._troubles), "CONNECTION_LOST")
        return Exchange(
            url=url,
            method="GET",
            requested_at=self._began,
            fetched_at=self._asking.now(),
            request_headers=(("User-Agent", self._agent),),
            status=None,
            response_headers=(),
            body=b"",
            state=CaptureState.FAILED,
            error=error,
            flags=("browser",),
            of=self._asking.of,
        )

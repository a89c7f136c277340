"""The browser: bounded, sandboxed, behind an egress proxy for each page, logged in nowhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from crawler.browser.certificate import certified
from crawler.browser.installed import find_chromium, launcher, owner
from crawler.browser.keylog import KeyLog
from crawler.browser.look import Asking, Limits, Look
from crawler.browser.memory import MemoryWatch
from crawler.browser.page import PageLook
from crawler.config import Config
from crawler.egress import networks
from crawler.proxy import EgressProxy
from evidence.errors import ConfigError, FetchError

T = TypeVar("T")
VIEWPORT = {"width": 1280, "height": 900}
OPEN_S = 4
"""What the browser may take to open an empty page, before it is killed and made anew."""
BUSY_S = 20
"""The same while other pages are looked at, and for a new browser: it is not stuck, but slow."""
CLOSE_S = 3
"""What the browser may take to close a page or itself, before it is killed."""
KILLED_S = 1
"""What may pass until a browser that was killed is known to be gone."""
NOWHERE = "http://127.0.0.1:9"
"""The proxy of whatever Chromium fetches for itself: nobody listens there (discard)."""
FEATURES = (
    "WebRtcHideLocalIpsWithMdns", "OptimizationHints", "MediaRouter", "HttpsUpgrades", "Translate",
    "GlobalMediaControls", "PaintHolding",
)  # fmt: skip
"""Switched off: what fetches for itself, changes addresses, or draws late."""
NOT_WANTED = ("--disable-popup-blocking",)
"""Playwright's own arguments that we leave out: a page opens no windows unasked."""
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-auto-reload",
    "--dns-prefetch-disable",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    f"--disable-features={','.join(FEATURES)}",
    # Its older name, `--force-webrtc-ip-handling-policy`, is ignored by Chromium 156 without a word.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=512",
)


class Browser:
    """One Chromium, started at the first page, made anew after many, and stopped with `close`.

    Every page has a context and a proxy of its own, so nothing is left of one for the next, and
    what the proxy saw belongs to one page. `browser_at_once` pages are looked at together; no look
    ends for what another one's page did: a browser that is to be replaced first lets them finish. If it
    ends under them by itself, those of which nothing has come yet are taken again in the next one.

    outlet: the proxy each page gets.   arguments: more of Chromium's own; tests replay with them.
    """

    def __init__(
        self,
        config: Config,
        user_agent: str,
        *,
        outlet: type[EgressProxy] = EgressProxy,
        arguments: Sequence[str] = (),
    ) -> None:
        self._config = config
        self._outlet = outlet
        self._arguments = (*ARGUMENTS, *arguments)
        self._user_agent = user_agent
        self._places = asyncio.Semaphore(config.browser_at_once)
        self._starting = asyncio.Lock()
        self._playwright: Any = None
        self._chromium: Any = None
        self._launcher: Path | None = None
        self._keys: KeyLog | None = None
        self._looks = 0
        self._working = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.memory = MemoryWatch(self._pid, config.browser_memory_bytes)
        self.limits = Limits(
            time_s=config.browser_timeout_s,
            load_s=config.browser_timeout_s / 3,
            body_bytes=config.max_body_bytes,
            all_bytes=config.browser_bytes,
        )

    async def look(self, asking: Asking) -> Look:
        """Load a public page in a fresh context and take down what it shows.

        Raises FetchError for an address that is not of the web or when the browser itself fails
        twice, ConfigError when there is no usable browser.
        """
        if urlsplit(asking.url).scheme not in ("http", "https"):
            raise FetchError("page to render", "its address is neither http nor https")
        async with self._places:
            for again in (False, True):
                look = await self._taken(asking, again=again)
                if look is not None:
                    return look
        raise AssertionError("unreachable")

    async def _taken(self, asking: Asking, *, again: bool) -> Look | None:
        """One look; None when it is to be taken again: the browser failed before anything had come."""
        await self._start()
        chromium = self._chromium
        self._working += 1
        self._idle.clear()
        try:
            with self.memory.watching():
                look = await self._look(asking, patient=again)
        except (PlaywrightError, TimeoutError) as error:
            await self._replace(chromium)
            if again:
                raise FetchError("browser", _reason(error)) from error
            return None
        finally:
            self._working -= 1
            if not self._working:
                self._idle.set()
        ended = chromium is not self._chromium or not chromium.is_connected()
        nothing = look.document.status is None and "BROWSER_CRASHED" in dict(look.troubles)
        return None if ended and nothing and not again else look

    async def _look(self, asking: Asking, *, patient: bool) -> Look:
        proxy = self._outlet(networks(self._config.egress_allow), self.limits.all_bytes)
        port = await proxy.start()
        context = None
        try:
            context = await self._in_time(self._fresh_context(port), patient)
            page = PageLook(context, asking, self.limits, proxy, self._user_agent, self.memory)
            await self._in_time(page.open(), patient)
            look = await page.take()
            return certified(look, proxy.tunnels, self._keys.secrets if self._keys else {})
        finally:
            await self._let_go(context)
            await proxy.stop()

    async def _in_time(self, opening: Coroutine[Any, Any, T], patient: bool) -> T:
        """What the browser opens. Raises TimeoutError when it takes longer than it may."""
        task = asyncio.ensure_future(opening)
        try:
            await asyncio.wait({task}, timeout=OPEN_S)
            if patient or self._working > 1:
                await asyncio.wait({task}, timeout=BUSY_S - OPEN_S)
            if not task.done():
                raise TimeoutError
            return task.result()
        finally:
            task.cancel()

    async def _fresh_context(self, port: int) -> Any:
        """A context that knows nothing, behind the proxy of its page."""
        return await self._chromium.new_context(
            user_agent=self._user_agent,
            viewport=VIEWPORT,
            service_workers="block",
            accept_downloads=False,
            locale="id-ID",
            proxy={"server": f"http://127.0.0.1:{port}", "bypass": "<-loopback>"},
        )

    async def _let_go(self, context: Any) -> None:
        """Close a context; a browser that cannot do so in time is ended, after the other looks in it."""
        if context is None:
            return
        self._looks += 1
        try:
            await asyncio.wait_for(context.close(), CLOSE_S)
        except (PlaywrightError, TimeoutError):
            await self._replace(context.browser)

    async def _replace(self, chromium: Any) -> None:
        """Kill a browser; when other pages are looked at in it, it is made anew after them.

        Nothing when another one has begun since.
        """
        if self._chromium is not chromium:
            return
        if self._working > 1 and chromium.is_connected():
            self._looks = max(self._looks, self._config.browser_looks)
        else:
            self._kill()
            await self._stop(KILLED_S)

    async def _start(self) -> None:
        async with self._starting:
            if self._looks >= self._config.browser_looks:
                await self._idle.wait()  # nothing new begins in it, so this comes
                await self._stop()
            if self._chromium is not None and self._chromium.is_connected():
                return
            path = find_chromium(self._config.chromium)
            self._looks = 0
            self._forget_launcher()
            self._launcher = launcher(path, self._config.browser_user)
            keys = self._launcher.parent / "keys"
            self._keys = KeyLog(keys, owner(self._config.browser_user))
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            try:
                self._chromium = await self._playwright.chromium.launch(
                    executable_path=str(self._launcher),
                    chromium_sandbox=True,
                    args=[*self._arguments, f"--ssl-key-log-file={keys}"],
                    ignore_default_args=list(NOT_WANTED),
                    proxy={"server": NOWHERE, "bypass": "<-loopback>"},
                )
            except PlaywrightError as error:
                await self._playwright.stop()
                self._playwright = None
                raise ConfigError(
                    f"browser {path}", _reason(error), "Run `jejak doctor` to see what it needs"
                ) from error

    async def _stop(self, wait_s: float = CLOSE_S) -> None:
        """End Chromium, by force when it does not end by itself."""
        chromium, self._chromium = self._chromium, None
        if chromium is not None:
            try:
                await asyncio.wait_for(chromium.close(), wait_s)
            except (PlaywrightError, TimeoutError):
                self._kill()

    def _kill(self) -> None:
        pid = self._pid()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _pid(self) -> int | None:
        """Process id of the browser, as its launcher noted it."""
        if self._launcher is None:
            return None
        with suppress(OSError, ValueError):
            return int((self._launcher.parent / "pid").read_text("ascii"))
        return None

    async def close(self) -> None:
        """Stop the browser; nothing is left running."""
        self.memory.stop()
        await self._stop()
        if self._playwright is not None:
            await self._playwright.stop()
            self._playwright = None
        self._forget_launcher()

    def _forget_launcher(self) -> None:
        if self._keys is not None:
            self._keys.close()
            self._keys = None
        if self._launcher is not None:
            shutil.rmtree(self._launcher.parent, ignore_errors=True)
            self._launcher = None


def _reason(error: Exception) -> str:
    """First line of a browser error, without addresses."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else "unknown"
    return first.split(" at http")[0].split("\n")[0][:200]

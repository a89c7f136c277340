"""The browser: bounded, sandboxed, behind the egress proxy, logged in nowhere."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from crawler.config import Config
from crawler.egress import networks
from crawler.proxy import EgressProxy
from evidence.errors import ConfigError, FetchError

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAGES_AT_ONCE = 2
VIEWPORT = {"width": 1280, "height": 900}
LOAD_TIMEOUT_MS = 30_000
SETTLE_TIMEOUT_MS = 5_000
TALLEST_PX = 12_000
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One page as a browser showed it.

    url: after redirects.   screenshot: PNG of the whole page (at most 12,000 px high).
    dom: the document serialised after loading, UTF-8.   blocked: addresses the proxy refused.
    has_content: the page shows text; a blank page is never a whole capture.
    """

    url: str
    status: int | None
    screenshot: bytes
    dom: bytes
    blocked: tuple[str, ...]
    has_content: bool
    user_agent: str
    browser: str


class Browser:
    """One Chromium, started at the first page and stopped with `close`; two pages at a time."""

    def __init__(self, config: Config, user_agent: str) -> None:
        self._config = config
        self._user_agent = user_agent
        self._places = asyncio.Semaphore(PAGES_AT_ONCE)
        self._starting = asyncio.Lock()
        self._playwright: Any = None
        self._chromium: Any = None
        self._proxy: EgressProxy | None = None
        self._wrapper: Path | None = None

    async def render(self, url: str) -> Rendered:
        """Load a public page and say how it looks, in a fresh context without any state.

        Raises FetchError when it does not load, ConfigError when there is no usable browser.
        """
        if urlsplit(url).scheme not in ("http", "https"):
            raise FetchError("page to render", "its address is neither http nor https")
        async with self._places:
            await self._start()
            context = await self._chromium.new_context(
                user_agent=self._user_agent,
                viewport=VIEWPORT,
                service_workers="block",
                accept_downloads=False,
                locale="id-ID",
            )
            try:
                return await asyncio.wait_for(self._shown(context, url), 60)
            except PlaywrightError as error:
                raise FetchError(f"page at {urlsplit(url).netloc}", _reason(error)) from error
            except TimeoutError as error:
                raise FetchError(f"page at {urlsplit(url).netloc}", "took over 60 s") from error
            finally:
                await context.close()

    async def _shown(self, context: Any, url: str) -> Rendered:
        page = await context.new_page()
        refused_before = len(self._proxy.refused) if self._proxy else 0
        response = await page.goto(url, wait_until="load", timeout=LOAD_TIMEOUT_MS)
        try:
            await page.wait_for_load_state("networkidle", timeout=SETTLE_TIMEOUT_MS)
        except PlaywrightError as error:
            if "Timeout" not in str(error):
                raise
        height = await page.evaluate("document.documentElement.scrollHeight")
        shot = await page.screenshot(
            full_page=height <= TALLEST_PX, type="png", timeout=LOAD_TIMEOUT_MS
        )
        dom = await page.content()
        text = await page.evaluate("document.body ? document.body.innerText : ''")
        return Rendered(
            url=page.url,
            status=response.status if response else None,
            screenshot=shot,
            dom=dom.encode("utf-8", "replace"),
            blocked=tuple(self._proxy.refused[refused_before:]) if self._proxy else (),
            has_content=bool(text.strip()),
            user_agent=self._user_agent,
            browser=f"Chromium {self._chromium.version}",
        )

    async def _start(self) -> None:
        async with self._starting:
            if self._chromium is not None and self._chromium.is_connected():
                return
            path = find_chromium(self._config.chromium)
            self._proxy = EgressProxy(networks(self._config.egress_allow))
            proxy_port = await self._proxy.start()
            if os.geteuid() == 0:
                self._wrapper = _unprivileged(path, self._config.browser_user)
            self._playwright = await async_playwright().start()
            try:
                self._chromium = await self._playwright.chromium.launch(
                    executable_path=str(self._wrapper or path),
                    chromium_sandbox=True,
                    args=list(ARGUMENTS),
                    proxy={"server": f"http://127.0.0.1:{proxy_port}", "bypass": "<-loopback>"},
                )
            except PlaywrightError as error:
                await self._playwright.stop()
                raise ConfigError(
                    f"browser {path}", _reason(error), "Run `jejak doctor` to see what it needs"
                ) from error

    async def close(self) -> None:
        """Stop the browser and its proxy; nothing is left running."""
        if self._chromium is not None:
            await self._chromium.close()
        if self._playwright is not None:
            await self._playwright.stop()
        if self._proxy is not None:
            await self._proxy.stop()
        if self._wrapper is not None:
            shutil.rmtree(self._wrapper.parent, ignore_errors=True)
        self._chromium = self._playwright = self._proxy = self._wrapper = None


def find_chromium(configured: str) -> Path:
    """Path of the browser: the configured one, an installed one, or Playwright's own.

    Raises ConfigError when there is none.
    """
    if configured:
        if not Path(configured).is_file():
            raise ConfigError(f"chromium {configured!r}", "there is no such file")
        return Path(configured)
    for name in CANDIDATES:
        found = shutil.which(name)
        if found:
            return Path(found)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    downloaded = sorted(cache.glob("chromium*/chrome-linux*/chrome"))
    if downloaded:
        return downloaded[-1]
    raise ConfigError(
        "Chromium",
        "is not installed",
        "Install Debian's `chromium`, or run `.venv/bin/playwright install chromium`",
    )


def _unprivileged(path: Path, user: str) -> Path:
    """A launcher that gives the browser its profile folder and drops root before it starts.

    Chromium's sandbox refuses to run as root, and we refuse to run it without the sandbox.
    Raises ConfigError when there is no such user or no `setpriv`.
    """
    try:
        account = pwd.getpwnam(user)
    except KeyError as error:
        raise ConfigError(f"browser_user {user!r}", "there is no such user") from error
    setpriv = shutil.which("setpriv")
    if account.pw_uid == 0 or setpriv is None:
        raise ConfigError(
            "browser", "must not run as root", "Run Jejak as an ordinary user, or install setpriv"
        )
    folder = Path(tempfile.mkdtemp(prefix="jejak-browser-"))
    folder.chmod(0o711)
    home = folder / "home"
    home.mkdir()
    os.chown(home, account.pw_uid, account.pw_gid)
    launcher = folder / "chromium"
    launcher.write_text(
        "#!/bin/sh\n"
        'for a in "$@"; do case "$a" in --user-data-dir=*)\n'
        f'  chown -R {account.pw_uid}:{account.pw_gid} "${{a#--user-data-dir=}}";; esac; done\n'
        f"export HOME={home} XDG_CONFIG_HOME={home} XDG_CACHE_HOME={home} TMPDIR={home}\n"
        f"exec {setpriv} --reuid {account.pw_uid} --regid {account.pw_gid} --clear-groups "
        f'{path} "$@"\n'
    )
    launcher.chmod(stat.S_IRWXU)
    return launcher


def _reason(error: PlaywrightError) -> str:
    """First line of a browser error, without addresses."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else "unknown"
    return first.split(" at http")[0].split("\n")[0][:200]

"""A real browser on pages of our own, on loopback; one browser for a whole file of tests."""

from __future__ import annotations

import asyncio
import http.server
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from crawler.browser import Asking, Browser, Look, find_chromium
from crawler.config import Config
from evidence.errors import ConfigError

T = TypeVar("T")
LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the site."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Site:
    """A web server on loopback. pages: by path without query; asked: method and path in order."""

    base: str = ""
    pages: dict[str, Said | Callable[[Any], None]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def say(self, path: str, body: str | bytes, **said: Any) -> str:
        """Answer a path from now on; gives its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Said(data, **said)
        return self.base + path

    def do(self, path: str, act: Callable[[Any], None]) -> str:
        """Have a path answered by a function of the handler; gives its address."""
        self.pages[path] = act
        return self.base + path


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One server for all."""
    found = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            path = self.path.split("?")[0]
            found.asked.append((self.command, path))
            said = found.pages.get(path, Said(b"not here", status=404))
            try:
                if isinstance(said, Said):
                    self._say(said)
                else:
                    said(self)
            except OSError:
                self.close_connection = True

        do_POST = do_HEAD = do_GET

        def _say(self, said: Said) -> None:
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    # On every address of loopback: some tests allow 127.0.0.2 and nothing else.
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    found.base = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


@dataclass(slots=True)
class Rig:
    """A browser on an event loop of its own."""

    browser: Browser
    loop: asyncio.AbstractEventLoop
    refuse: tuple[str, ...] = ()

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine on the browser's loop."""
        waiting: Future[T] = asyncio.run_coroutine_threadsafe(doing, self.loop)
        return waiting.result(100)

    def asking(self, url: str, *answers: str, scrolls: int = 0) -> Asking:
        """What is asked for, in full."""

        async def allowed(url: str) -> bool:
            return not any(part in url for part in self.refuse)

        return Asking(url, answers, scrolls, None, lambda: datetime.now(UTC), allowed)

    def together(self, urls: list[str]) -> list[Look]:
        """Looks at several pages, as many together as the browser allows."""

        async def all_of_them() -> list[Look]:
            return await asyncio.gather(*(self.browser.look(self.asking(url)) for url in urls))

        return self.run(all_of_them())

    def look(self, url: str, *answers: str, scrolls: int = 0) -> Look:
        """One look at a page."""
        return self.run(self.browser.look(self.asking(url, *answers, scrolls=scrolls)))


def usable() -> Config:
    """A configuration that reaches loopback; skips the test where there is no browser."""
    try:
        path = find_chromium(os.environ.get("JEJAK_CHROMIUM", ""))
    except ConfigError as error:
        pytest.skip(f"{error}")
    return Config(
        chromium=str(path), egress_allow=LOOPBACK, browser_timeout_s=30, max_body_bytes=1_000_000
    )


@pytest.fixture(scope="session")
def event_loop_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread, which outlives a single test."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture(scope="module")
def rigged(event_loop_thread: asyncio.AbstractEventLoop) -> Iterator[Callable[[Config], Rig]]:
    """Makes rigs, and closes their browsers after the file."""
    made: list[Rig] = []

    def make(config: Config) -> Rig:
        browser = Browser(config, "Jejak/uji (+https://contoh.example)")
        browser.limits = replace(browser.limits, quiet_s=0.1, settle_s=2)
        made.append(Rig(browser, event_loop_thread))
        return made[-1]

    yield make
    for rig in made:
        rig.run(rig.browser.close())


@pytest.fixture(scope="module")
def usual() -> Config:
    """The configuration of a browser with usual limits."""
    return usable()


@pytest.fixture(scope="module")
def rig(rigged: Callable[[Config], Rig]) -> Rig:
    """A browser with usual limits."""
    return rigged(usable())

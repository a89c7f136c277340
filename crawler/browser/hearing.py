"""What a page does besides being shown: counted by kind, refused where it asks for something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from playwright.async_api import Error as PlaywrightError

from crawler.clock import monotonic_s


class Hearing:
    """Counts of one page's messages, requests, windows, dialogs and downloads; never their words.

    console: messages by kind.   events: the rest by kind.
    open:    requests that are still under way.   changed_s: when one last began or ended.
    """

    def __init__(self, context: Any, page: Any, crashed: Callable[[], None]) -> None:
        self.console: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.open = 0
        self.changed_s = monotonic_s()
        page.on("console", lambda message: self.console.update([message.type]))
        page.on("pageerror", lambda _: self.console.update(["exception"]))
        page.on("request", lambda _: self._counted("requests", 1))
        page.on("requestfinished", lambda _: self._counted("finished", -1))
        page.on("requestfailed", lambda _: self._counted("failed", -1))
        page.on("websocket", lambda _: self.events.update(["websockets"]))
        page.on("download", self._refuse_download)
        page.on("dialog", self._dismiss)
        page.on("crash", lambda _: crashed())
        context.on("page", self._close_popup)

    def quiet(self, for_s: float) -> bool:
        """Whether nothing is under way, and nothing was for so long."""
        return self.open <= 0 and monotonic_s() - self.changed_s >= for_s

    def _counted(self, what: str, step: int) -> None:
        self.events[what] += 1
        self.open += step
        self.changed_s = monotonic_s()

    async def _refuse_download(self, download: Any) -> None:
        self.events["downloads"] += 1
        await _quietly(download.cancel())

    async def _dismiss(self, dialog: Any) -> None:
        self.events["dialogs"] += 1
        await _quietly(dialog.dismiss())

    async def _close_popup(self, page: Any) -> None:
        self.events["popups"] += 1
        await _quietly(page.close())


async def _quietly(doing: Any) -> None:
    try:
        await doing
    except PlaywrightError:
        return  # gone already, which is what was wanted

"""Between network and page: what is kept, and what could be a bomb, is taken before the page gets it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.async_api import Error as PlaywrightError

from crawler.address import is_address
from crawler.browser.look import Asking, Limits
from crawler.browser.paused import UNCODED, exchange_of
from crawler.browser.picture import pixels
from evidence.model import CaptureState, Exchange

BODY_PART = 0.6
"""The part of the time to load that one body may take, so that what came can still be shown."""
FIRST_BYTES = 16_000
CHUNK_BYTES = 1_000_000
DATA = frozenset({"XHR", "Fetch"})
PARTS = ("Document", "XHR", "Fetch", "Image", "Script", "Stylesheet", "Font", "Other")
"""Kinds that the page unpacks itself; films and sounds come in pieces and are not compressed again."""
BODYLESS = frozenset({204, 205, 304})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Intercept:
    """The documents and data answers of one page, in the order they came.

    Pictures and compressed parts are looked at on their way: what has too many pixels, or too many bytes
    when it is decompressed, never reaches the page. Frames of other sites are not seen here.

    session: a DevTools session of the page.   frame: id of its main frame.
    remote:  gives the network address of a host, as the egress proxy reached it.
    refused: addresses of documents robots.txt does not allow.   too_many: answers not kept.
    too_large, cut_short: parts that were not shown, and that the page got the begin of.
    """

    def __init__(
        self,
        session: Any,
        frame: str,
        asking: Asking,
        limits: Limits,
        remote: Callable[[str], str],
    ) -> None:
        self.session = session
        self.frame = frame
        self.asking = asking
        self.limits = limits
        self.remote = remote
        self.documents: list[Exchange] = []
        self.answers: list[Exchange] = []
        self.refused: list[str] = []
        self.too_many = 0
        self.too_large = 0
        self.cut_short = 0
        self._answer_bytes = 0
        self._part_bytes = 0
        self._asked_at: dict[str, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Have every document, fetch and part of the page paused for us."""
        self.session.on("Fetch.requestPaused", self._paused)
        stages = [("Document", "Request"), *((kind, "Response") for kind in PARTS)]
        stages += [(kind, "Request") for kind in DATA if self.asking.answers]
        await self.session.send(
            "Fetch.enable",
            {
                "patterns": [
                    {"urlPattern": "*", "resourceType": kind, "requestStage": stage}
                    for kind, stage in stages
                ]
            },
        )

    def troubles(self) -> list[tuple[str, str]]:
        """What was kept from the page or from us, as codes of gaps with a detail."""
        met = (
            (self.too_many, "TOO_LARGE", "there are more data answers than a look keeps"),
            (self.too_large, "TOO_LARGE", "a part has more pixels or bytes than is shown"),
            (self.cut_short, "DATA_LOSS", "a part of the page did not come whole"),
        )
        return [(code, why) for times, code, why in met if times]

    async def finish(self, wait_s: float) -> None:
        """Wait for bodies that are still coming; let go of what takes longer."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=wait_s)
        self.cut_short += len(self._tasks)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._one(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, event: dict[str, Any]) -> None:
        try:
            if "responseErrorReason" in event:
                await self._fail(event, event["responseErrorReason"])
            elif "responseStatusCode" not in event:
                await self._leaving(event)
            elif self._is_kept(event):
                await self._arrived(event)
            elif self._is_weighed(event):
                await self._weighed(event)
            else:
                await self._go_on(event)
        except PlaywrightError:
            return  # the page is gone or went on; what was taken is taken

    async def _go_on(self, event: dict[str, Any]) -> None:
        await self.session.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    async def _fail(self, event: dict[str, Any], reason: str) -> None:
        await self.session.send(
            "Fetch.failRequest", {"requestId": event["requestId"], "errorReason": reason}
        )

    async def _leaving(self, event: dict[str, Any]) -> None:
        """Something is about to be asked for: by us, by a redirect, or by the page itself."""
        url = event["request"]["url"]
        self._asked_at[event.get("networkId", "")] = self.asking.now()
        onward = self._is_document(event) and url != self.asking.url
        if onward and not await self.asking.allowed(url):
            self.refused.append(url)
            await self._fail(event, "BlockedByClient")
            return
        await self._go_on(event)

    def _is_document(self, event: dict[str, Any]) -> bool:
        return event["resourceType"] == "Document" and event.get("frameId") == self.frame

    def _is_kept(self, event: dict[str, Any]) -> bool:
        if event["resourceType"] == "Document":
            return self._is_document(event)
        if not self.asking.answers or event["resourceType"] not in DATA:
            return False
        status = event["responseStatusCode"]
        path = urlsplit(event["request"]["url"]).path
        if status in REDIRECTS or event["request"]["method"] == "OPTIONS":
            return False
        return any(fnmatchcase(path, pattern) for pattern in self.asking.answers)

    async def _arrived(self, event: dict[str, Any]) -> None:
        """Take the body, note the exchange, then hand the same body to the page."""
        status = event["responseStatusCode"]
        now = self.asking.now()
        asked_at = self._asked_at.pop(event.get("networkId", ""), now)
        remote = self.remote(urlsplit(event["request"]["url"]).hostname or "")
        exchange = exchange_of(event, asked_at, now, remote, self.asking.of)
        if event["resourceType"] != "Document" and not self._has_room():
            self.too_many += 1
            await self._go_on(event)
            return
        if status in BODYLESS or status in REDIRECTS:
            self._note(event, exchange)
            await self._go_on(event)
            return
        body, cut = await self._taken(event["requestId"], self.limits.body_bytes)
        whole = replace(exchange, body=body, fetched_at=self.asking.now())
        if cut:
            whole = replace(
                whole, state=CaptureState.PARTIAL, flags=tuple(sorted((*exchange.flags, cut)))
            )
        self._note(event, whole)
        # Playwright's driver copies what is handed over once for every 64 KB of it: 20 MB would
        # cost it gigabytes. What is beyond the limit is kept so far, and not shown.
        endless = cut == "download_stopped"
        self.too_large += endless
        if not endless and self._is_shown(body):
            await self._hand_over(event, body)
        else:
            await self._fail(event, "BlockedByResponse")

    def _is_weighed(self, event: dict[str, Any]) -> bool:
        """Whether a part of the page could become more than it is on the wire."""
        status = event["responseStatusCode"]
        if status in BODYLESS or status in REDIRECTS:
            return False
        names = {header["name"].lower() for header in event.get("responseHeaders", [])}
        return event["resourceType"] == "Image" or "content-encoding" in names

    async def _weighed(self, event: dict[str, Any]) -> None:
        """Give the page a part of it, unless to unpack it would take more than a look may."""
        room = min(self.limits.body_bytes, self.limits.all_bytes - self._part_bytes)
        body, cut = await self._taken(event["requestId"], max(0, room))
        self._part_bytes += len(body)
        if cut == "download_stopped" or self._part_bytes > self.limits.all_bytes:
            self.too_large += 1
        elif self._is_shown(body):
            self.cut_short += bool(cut)
            await self._hand_over(event, body)
            return
        await self._fail(event, "BlockedByResponse")

    def _is_shown(self, body: bytes) -> bool:
        """Whether a body is no picture, or one of not too many pixels."""
        shown = (pixels(body) or 0) <= self.limits.pixels
        self.too_large += not shown
        return shown

    async def _hand_over(self, event: dict[str, Any], body: bytes) -> None:
        await self.session.send(
            "Fetch.fulfillRequest",
            {
                "requestId": event["requestId"],
                "responseCode": event["responseStatusCode"],
                "responseHeaders": [
                    header
                    for header in event.get("responseHeaders", [])
                    if header["name"].lower() not in UNCODED
                ],
                "body": base64.b64encode(body).decode("ascii"),
            },
        )

    def _has_room(self) -> bool:
        return (
            len(self.answers) < self.limits.answers
            and self._answer_bytes < self.limits.answer_bytes
        )

    def _note(self, event: dict[str, Any], exchange: Exchange) -> None:
        if event["resourceType"] == "Document":
            self.documents.append(exchange)
        else:
            self._answer_bytes += len(exchange.body)
            self.answers.append(exchange)

    async def _taken(self, request: str, most: int) -> tuple[bytes, str]:
        """The body after decompression, at most so many bytes; why it is cut, empty when whole.

        A body that takes longer than a page may load is cut as well: what came is kept.
        """
        taken = await self.session.send("Fetch.takeResponseBodyAsStream", {"requestId": request})
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self.limits.load_s * BODY_PART):
                whole = await self._read(taken["stream"], parts, most)
        except (PlaywrightError, TimeoutError):
            return b"".join(parts), "partial"
        finally:
            asyncio.get_running_loop().create_task(self._let_go(taken["stream"]))
        return b"".join(parts), "" if whole else "download_stopped"

    async def _read(self, stream: str, parts: list[bytes], room: int) -> bool:
        """Add what comes to `parts`; whether it was within the limit.

        Chromium answers when it has as much as was asked for, so small pieces come first: of a
        body that stalls there is something.
        """
        size = FIRST_BYTES
        while True:
            said = await self.session.send("IO.read", {"handle": stream, "size": size})
            size = min(size * 2, CHUNK_BYTES)
            data = said["data"]
            part = base64.b64decode(data) if said.get("base64Encoded") else data.encode()
            parts.append(part[:room])
            room -= len(part)
            if room < 0 or said["eof"]:
                return room >= 0
            room = max(room, 0)

    async def _let_go(self, stream: str) -> None:
        try:
            await self.session.send("IO.close", {"handle": stream})
        except PlaywrightError:
            return  # it went with its page


def next_address(exchange: Exchange) -> str:
    """Where a redirect leads, empty when it does not say, or says what is no address."""
    location = next((v for n, v in exchange.response_headers if n.lower() == "location"), "")
    try:
        onward = urljoin(exchange.url, location) if location else ""
    except ValueError:
        return ""
    return onward if is_address(onward) else ""

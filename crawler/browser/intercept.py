"""Between network and page: documents and data answers are taken whole before the page gets them."""

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

from crawler.browser.look import Asking, Limits
from evidence.model import CaptureState, Exchange

BODY_PART = 0.6
"""The part of the time to load that one body may take, so that what came can still be shown."""
FIRST_BYTES = 16_000
CHUNK_BYTES = 1_000_000
UNCODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that do not fit a body after decompression; kept with the prefix `X-Orig-`."""
BODYLESS = frozenset({204, 205, 304})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Intercept:
    """The documents and data answers of one page, in the order they came.

    session: a DevTools session of the page.   frame: id of its main frame.
    remote:  gives the network address of a host, as the egress proxy reached it.
    refused: addresses of documents robots.txt does not allow.   too_many: answers not kept.
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
        self._answer_bytes = 0
        self._asked_at: dict[str, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Have every document and every fetch of the page paused for us."""
        self.session.on("Fetch.requestPaused", self._paused)
        kinds = ["Document", *(("XHR", "Fetch") if self.asking.answers else ())]
        stages = [(kind, stage) for kind in kinds for stage in ("Request", "Response")]
        await self.session.send(
            "Fetch.enable",
            {
                "patterns": [
                    {"urlPattern": "*", "resourceType": kind, "requestStage": stage}
                    for kind, stage in stages
                ]
            },
        )

    async def finish(self, wait_s: float) -> None:
        """Wait for bodies that are still coming; let go of what takes longer."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=wait_s)
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
        status = event["responseStatusCode"]
        path = urlsplit(event["request"]["url"]).path
        if status in REDIRECTS or event["request"]["method"] == "OPTIONS":
            return False
        return any(fnmatchcase(path, pattern) for pattern in self.asking.answers)

    async def _arrived(self, event: dict[str, Any]) -> None:
        """Take the body, note the exchange, then hand the same body to the page."""
        status = event["responseStatusCode"]
        exchange = self._exchange(event)
        if event["resourceType"] != "Document" and not self._has_room():
            self.too_many += 1
            await self._go_on(event)
            return
        if status in BODYLESS or status in REDIRECTS:
            self._note(event, exchange)
            await self._go_on(event)
            return
        body, cut = await self._taken(event["requestId"])
        whole = replace(exchange, body=body, fetched_at=self.asking.now())
        if cut:
            whole = replace(
                whole, state=CaptureState.PARTIAL, flags=tuple(sorted((*exchange.flags, cut)))
            )
        self._note(event, whole)
        await self.session.send(
            "Fetch.fulfillRequest",
            {
                "requestId": event["requestId"],
                "responseCode": status,
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

    async def _taken(self, request: str) -> tuple[bytes, str]:
        """The body after decompression, at most `body_bytes`; why it is cut, empty when whole.

        A body that takes longer than a page may load is cut as well: what came is kept.
        """
        taken = await self.session.send("Fetch.takeResponseBodyAsStream", {"requestId": request})
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self.limits.load_s * BODY_PART):
                whole = await self._read(taken["stream"], parts)
        except (PlaywrightError, TimeoutError):
            return b"".join(parts), "partial"
        finally:
            asyncio.get_running_loop().create_task(self._let_go(taken["stream"]))
        return b"".join(parts), "" if whole else "download_stopped"

    async def _read(self, stream: str, parts: list[bytes]) -> bool:
        """Add what comes to `parts`; whether it was within the limit.

        Chromium answers when it has as much as was asked for, so small pieces come first: of a
        body that stalls there is something.
        """
        room, size = self.limits.body_bytes, FIRST_BYTES
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

    def _exchange(self, event: dict[str, Any]) -> Exchange:
        request, headers = event["request"], event.get("responseHeaders", [])
        url = request["url"]
        now = self.asking.now()
        named = {h["name"].lower(): h["value"] for h in headers}
        media = named.get("content-type", "").split(";")[0].strip().lower()
        decoded = "content-encoding" in named
        return Exchange(
            url=url,
            method=request["method"],
            requested_at=self._asked_at.pop(event.get("networkId", ""), now),
            fetched_at=now,
            request_headers=tuple(request["headers"].items()),
            status=event["responseStatusCode"],
            response_headers=tuple(_header(h["name"], h["value"], decoded) for h in headers),
            body=b"",
            media=media if media.isascii() and media else "unknown",
            remote=self.remote(urlsplit(url).hostname or ""),
            request_body=_sent(request),
            flags=("browser", "decoded") if decoded else ("browser",),
            of=self.asking.of,
        )


def next_address(exchange: Exchange) -> str:
    """Where a redirect leads, empty when it does not say."""
    location = next((v for n, v in exchange.response_headers if n.lower() == "location"), "")
    return urljoin(exchange.url, location) if location else ""


def _header(name: str, value: str, decoded: bool) -> tuple[str, str]:
    return (f"X-Orig-{name}" if decoded and name.lower() in UNCODED else name), value


def _sent(request: dict[str, Any]) -> bytes:
    """The request's body, from its entries as bytes, else from its text."""
    entries = request.get("postDataEntries") or []
    if entries and all("bytes" in entry for entry in entries):
        return b"".join(base64.b64decode(entry["bytes"]) for entry in entries)
    return str(request.get("postData") or "").encode("utf-8", "surrogatepass")

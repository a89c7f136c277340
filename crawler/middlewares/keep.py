"""KeepMiddleware: every exchange is durable evidence before anything reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response

from crawler.clock import Clock
from crawler.middlewares.address import refused_hosts
from evidence.errors import FetchError
from evidence.model import CaptureKind, CaptureState, Draft, Exchange
from evidence.record import Recorder
from evidence.seal.named import Named
from evidence.store.commit import GroupCommit

CUTS = {
    "partial": "DATA_LOSS",
    "dataloss": "DATA_LOSS",
    "download_stopped": "TOO_LARGE",
    "key_withheld": "KEY_WITHHELD",
}
"""Flags of a response whose body is not whole, and the gap each makes."""

TICKET = "jejak_ticket"
"""Key of a request's Ticket in `Request.meta`; requests without one (robots.txt) are not kept."""

ERRORS = {
    "TimeoutError": "TIMEOUT",
    "DownloadTimeoutError": "TIMEOUT",
    "TCPTimedOutError": "TIMEOUT",
    "DNSLookupError": "DNS",
    "CannotResolveHostError": "DNS",
    "DownloadCancelledError": "TOO_LARGE",
    "ResponseDataLossError": "DATA_LOSS",
    "ResponseFailed": "CONNECTION_LOST",
    "ResponseNeverReceived": "CONNECTION_LOST",
    "ConnectionLost": "CONNECTION_LOST",
    "DownloadFailedError": "CONNECTION_LOST",
    "HeadTooLarge": "HEAD_TOO_LARGE",
    "ConnectionRefusedError": "CONNECTION_REFUSED",
    "DownloadConnectionRefusedError": "CONNECTION_REFUSED",
    "ConnectError": "CONNECTION_REFUSED",
    "UnsupportedURLSchemeError": "REFUSED_ADDRESS",
}


@dataclass(slots=True)
class Ticket:
    """What the exchanges of one fetch are kept as.

    anchor: what the captures name, None when nothing is known that they could.
    minimise: do not record yet; the reader decides whether the body may be kept.
    captures: record ids made so far, one per exchange (redirects and retries are exchanges).
    """

    visit: str
    watch: str
    slot: str | None
    kind: CaptureKind
    of: str | None
    anchor: Named | None
    minimise: bool
    captures: list[str] = field(default_factory=list)
    exchange: Exchange | None = None
    requested_at: datetime | None = None
    error: str = ""
    received_bytes: int = 0
    via: str = "CRAWL"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Records captures through the group-committing writer."""

    commit: GroupCommit
    recorder: Recorder
    clock: Clock

    async def keep(self, exchange: Exchange, ticket: Ticket, *, body_kept: bool = True) -> str:
        """Make one exchange durable; returns the record id of its capture. Raises StoreError."""
        named = ticket.anchor or Named()
        draft = self.recorder.capture(
            exchange,
            visit=ticket.visit,
            watch=ticket.watch,
            slot=ticket.slot,
            anchor=named.note,
            tokens=named.tokens,
            body_kept=body_kept,
            via=ticket.via,
        )
        await self.record([draft])
        ticket.captures.append(draft.rec)
        return draft.rec

    async def record(self, drafts: Sequence[Draft]) -> tuple[Any, ...]:
        """Durable on return. Raises StoreError or ParseError."""
        return await asyncio.wrap_future(self.commit.submit(drafts))


class KeepMiddleware:
    """Sits next to the downloader, so it sees each exchange as received, still compressed."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Any) -> KeepMiddleware:
        """As Scrapy builds it."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.bytes_received, signal=signals.bytes_received)
        return middleware

    @property
    def keeper(self) -> Keeper:
        """The spider's own keeper; there is one per process."""
        keeper = self.crawler.spider.keeper
        if not isinstance(keeper, Keeper):
            raise TypeError("the spider has no Keeper")
        return keeper

    def process_request(self, request: Request) -> None:
        """Note when the request leaves. Raises FetchError for a host that was refused before."""
        ticket = request.meta.get(TICKET)
        if isinstance(ticket, Ticket):
            ticket.requested_at = self.keeper.clock.now()
            ticket.received_bytes = 0
            # The body is cut at the limit by `bytes_received`, so that what came is kept; Scrapy's
            # own limit would throw it away. It is set again for the decompression that follows.
            request.meta["download_maxsize"] = 0
        if urlsplit(request.url).hostname in refused_hosts:
            raise FetchError("address", "its host is not public, and was refused before")

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Stop a body at the limit; what came so far is kept as PARTIAL."""
        ticket = request.meta.get(TICKET)
        if isinstance(ticket, Ticket):
            ticket.received_bytes += len(data)
            if ticket.received_bytes > self.limit:
                raise StopDownload(fail=False)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Keep the exchange; the response goes on only when it is durable."""
        ticket = request.meta.get(TICKET)
        if isinstance(ticket, Ticket):
            request.meta["download_maxsize"] = self.limit
            now = self.keeper.clock.now()
            exchange = exchange_of(request, response, ticket, now)
            if ticket.minimise and not 300 <= response.status < 400:
                ticket.exchange = exchange
            else:
                await self.keeper.keep(exchange, ticket)
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Keep the failed attempt: that nothing came is a fact too."""
        ticket = request.meta.get(TICKET)
        if isinstance(ticket, Ticket) and not isinstance(exception, IgnoreRequest):
            now = self.keeper.clock.now()
            name = type(exception).__name__
            ticket.error = "REFUSED_ADDRESS" if name == "FetchError" else ERRORS.get(name, name)
            if ticket.error == "DNS" and urlsplit(request.url).hostname in refused_hosts:
                ticket.error = "REFUSED_ADDRESS"
            await self.keeper.keep(failed_exchange(request, ticket, now), ticket)


def exchange_of(request: Request, response: Response, ticket: Ticket, now: datetime) -> Exchange:
    """The exchange Scrapy made, as evidence."""
    flags = tuple(sorted(set(response.flags) & set(CUTS)))
    content_type = header_text(response.headers.get(b"Content-Type")).split(";")[0].strip()
    return replace(
        failed_exchange(request, ticket, now),
        status=response.status,
        response_headers=header_pairs(response.headers),
        body=response.body,
        state=CaptureState.PARTIAL if flags else CaptureState.COMPLETE,
        media=content_type.lower() if content_type.isascii() and content_type else "unknown",
        remote=str(response.ip_address or ""),
        protocol=response.protocol or "",
        certificate=certificate_der(response.certificate),
        error="",
        flags=flags,
    )


def failed_exchange(request: Request, ticket: Ticket, now: datetime) -> Exchange:
    """An attempt that brought no response."""
    return Exchange(
        url=request.url,
        method=request.method,
        requested_at=ticket.requested_at or now,
        fetched_at=now,
        request_headers=header_pairs(request.headers),
        status=None,
        response_headers=(),
        body=b"",
        kind=ticket.kind,
        state=CaptureState.FAILED,
        error=ticket.error,
        request_body=request.body,
        of=ticket.of,
    )


def certificate_der(certificate: Any) -> bytes:
    """The certificate a server showed, as DER; empty when there was none or it has no such form."""
    dump = getattr(certificate, "dump", None)
    data = dump() if callable(dump) else b""
    return data if isinstance(data, bytes) else b""


def header_pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """All headers as text pairs; cookies we might have been set are part of what was received."""
    return tuple(
        (header_text(name), header_text(value))
        for name, values in headers.items()
        for value in values
    )


def header_text(value: bytes | None) -> str:
    """Header bytes as text: Latin-1, as HTTP/1.1 leaves them."""
    return (value or b"").decode("latin-1")

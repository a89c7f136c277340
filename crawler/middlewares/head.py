"""HeadHandler: Scrapy's downloader, with a bound on what may come before a response's body."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response

from evidence.errors import FetchError

HEAD_BYTES = 262_144
"""Of the status line and all headers, interim responses (1xx) included: as much as Chromium takes."""
HEAD_LINES = 1_000
"""Their number. Twisted bounds a single line and, at 64 KiB, the trailers of a chunked body."""


class HeadTooLarge(FetchError):
    """A response whose head is longer than HEAD_BYTES or HEAD_LINES; what came of it is let go."""


class Parser(_LenientHTTPClientParser):
    """Reads one response. A line alone may be as long as the whole head may be."""

    MAX_LENGTH = HEAD_BYTES
    head_bytes = 0
    head_lines = 0
    exceeded = False

    def lineReceived(self, line: bytes) -> None:
        """Count a line of the head, which is all that comes in lines; then read it."""
        self.head_bytes += len(line) + 1
        self.head_lines += 1
        if self.head_bytes > HEAD_BYTES or self.head_lines > HEAD_LINES:
            self._exceed()
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that does not end."""
        self._exceed()

    def _exceed(self) -> None:
        self.exceeded = True
        raise HeadTooLarge("response head", f"exceeds {HEAD_BYTES} bytes or {HEAD_LINES} lines")


class Protocol(_LenientHTTP11ClientProtocol):
    """One connection. It is cut, not closed, as soon as a head is too large."""

    def request(self, request: Any) -> Any:
        """Ask, and read the answer with our parser."""
        answered = super().request(request)
        # As in Scrapy's own: the class of the parser cannot be named to Twisted.
        self._parser.__class__ = Parser
        return answered

    def dataReceived(self, data: bytes) -> None:
        """Hand what came to the parser; it fails the request itself when that is too much."""
        parser = self._parser
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if isinstance(parser, Parser) and parser.exceeded:
            # To close a TLS connection politely would be to go on reading what the server sends.
            self.transport.abortConnection()  # type: ignore[union-attr]


class Factory(_LenientHTTP11ClientFactory):
    """Makes connections of ours."""

    def buildProtocol(self, addr: Any) -> Protocol:
        """One of them."""
        return Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class HeadHandler(HTTP11DownloadHandler):
    """As Scrapy's, and raises HeadTooLarge, which is not asked again, for a head without end.

    Through a proxy nothing is asked: its answer to CONNECT would be a head that nobody bounds.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = Factory
        self._pool.maxPersistentPerHost = connections_kept(crawler.settings)

    async def download_request(self, request: Request) -> Response:
        """The response of one request. Raises HeadTooLarge, and what Scrapy's own raises."""
        if request.meta.get("proxy"):
            raise FetchError("proxy", "nothing is asked through one")
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            reasons = getattr(error.__cause__, "reasons", ())
            found = next((r.value for r in reasons if r.check(HeadTooLarge)), None)
            raise found or error from error.__cause__


def connections_kept(settings: Any) -> int:
    """Connections that stay open to one host: as many as any slot of the downloader may use at once.

    Scrapy counts what a stranger's host may see alone; hosts of one's own may see more.
    """
    slots = settings.getdict("DOWNLOAD_SLOTS").values()
    at_once: int = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
    return max([at_once, *(int(slot["concurrency"]) for slot in slots)])

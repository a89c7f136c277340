"""What was received, as it was received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CaptureKind(StrEnum):
    """What the kept bytes are."""

    EXCHANGE = "exchange"
    """One HTTP request and its response, body as received (before decompression)."""
    SCREENSHOT = "screenshot"
    DOM = "dom"
    """The rendered document, serialised by the browser."""
    MEDIA = "media"
    """An exchange whose body is a picture, video or file of a post."""
    FILE = "file"
    """A whole file a person handed in; what is in it are captures `of` it."""


class CaptureState(StrEnum):
    """Whether the bytes are whole."""

    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"
    """Cut off, or a limit was hit; what came is kept."""
    FAILED = "FAILED"
    """No response at all; the attempt is the record."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response.

    response_headers: as the HTTP library gives them (names in its spelling); `body` is as on the
                      wire, so it is still compressed when `Content-Encoding` says so.
    error:  class of failure when there was no response (`TimeoutError`), else empty.
    flags:  what the downloader reported (`partial`, `dataloss`).
    remote: address and port the bytes came from, empty when unknown.
    protocol:    version of HTTP that was spoken (`HTTP/1.1`), empty when unknown.
    certificate: the server's own TLS certificate as DER, empty without TLS or when unknown.
    """

    url: str
    method: str
    requested_at: datetime
    fetched_at: datetime
    request_headers: tuple[tuple[str, str], ...]
    status: int | None
    response_headers: tuple[tuple[str, str], ...]
    body: bytes
    kind: CaptureKind = CaptureKind.EXCHANGE
    state: CaptureState = CaptureState.COMPLETE
    media: str = "application/octet-stream"
    remote: str = ""
    error: str = ""
    flags: tuple[str, ...] = ()
    request_body: bytes = b""
    of: str | None = None
    """Record id of the capture or snapshot this one was made for (a picture's post page)."""
    protocol: str = ""
    certificate: bytes = b""

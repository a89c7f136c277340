"""One bounded HTTP exchange with a service we name ourselves: a TSA, a calendar, a witness."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from evidence.errors import ConfigError, FetchError
from evidence.seal.address import Reach, reachable

MAX_ANSWER_BYTES = 1 << 20
MAX_HEAD_BYTES = 1 << 18
"""Of what comes besides the body: headers, interim responses, sizes of chunks, trailers."""
HEADS = (http.client.HTTPException, http.client.LineTooLong)
"""What http.client raises for more than 100 headers, and for a line of more than 64 KiB."""
TIMEOUT_S = 20.0


class Unanchored(FetchError):
    """An authority gave nothing that can be kept. code: a word of docs/formats/anchor.md."""

    def __init__(self, authority: str, code: str, detail: str = "") -> None:
        super().__init__(f"anchor at {authority}", f"{code} {detail}".strip())
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered; `media` is its Content-Type without parameters, lower case."""

    status: int
    media: str
    body: bytes


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked up and judged before; plain http only."""

    reach: Reach

    def connect(self) -> None:
        address = reachable(self.host, self.port, self.reach)
        if address is None:
            raise Unanchored(self.host, "EGRESS")
        self.sock = socket.create_connection((address, self.port), self.timeout)


class _Metered(io.RawIOBase):
    """What a connection gives, until a time and up to a size, whatever the bytes are part of."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, end: float) -> None:
        super().__init__()
        self._raw, self._sock, self._end = raw, sock, end
        self._room = MAX_ANSWER_BYTES + MAX_HEAD_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        size = self._raw.readinto(buffer)
        self._room -= size or 0
        if self._room < 0:
            raise http.client.LineTooLong("answer")
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response that is metered from its first byte: http.client bounds neither time nor 1xx."""

    def __init__(self, sock: socket.socket, *args: Any, end: float, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: io.BufferedReader = io.BufferedReader(_Metered(self.fp.detach(), sock, end))


def exchange(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout_s: float = TIMEOUT_S,
    reach: Reach | None = None,
) -> Answer:
    """Ask once: no redirects, at most 1 MiB of answer and 256 KiB around it, all within timeout_s.

    reach: which addresses may be asked; for an http address that we did not choose ourselves.

    Raises Unanchored with UNREACHABLE, TIMEOUT, TOO_LARGE or EGRESS; ConfigError when url is no
    http(s) address, or an https one with `reach`.
    """
    parts = urlsplit(url)
    if (
        parts.scheme not in (("http", "https") if reach is None else ("http",))
        or not parts.hostname
    ):
        raise ConfigError(url, "is not an http or https address")
    host = parts.hostname
    connection = _connection(url, timeout_s, reach)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    end = time.monotonic() + timeout_s
    connection.response_class = partial(_Response, end=end)  # type: ignore[assignment]
    try:
        connection.request(method, path, body, dict(headers or {}))
        with connection.getresponse() as response:
            data = _read(response, host)
    except TimeoutError as error:
        raise Unanchored(host, "TIMEOUT") from error
    except (OSError, http.client.HTTPException) as error:
        code = "TOO_LARGE" if type(error) in HEADS else "UNREACHABLE"
        raise Unanchored(host, code, type(error).__name__) from error
    finally:
        connection.close()
    media = (response.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    return Answer(response.status, media, data)


def _connection(url: str, timeout_s: float, reach: Reach | None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        port = parts.port
    except ValueError as error:
        raise Unanchored(host, "UNREACHABLE", "port") from error
    if reach is not None:
        pinned = _Pinned(host, port, timeout=timeout_s)
        pinned.reach = reach
        return pinned
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return made(host, port, timeout=timeout_s)


def _read(response: http.client.HTTPResponse, host: str) -> bytes:
    """The body, a part at a time."""
    data = b""
    while part := response.read1(65_536):
        data += part
        if len(data) > MAX_ANSWER_BYTES:
            raise Unanchored(host, "TOO_LARGE")
    return data

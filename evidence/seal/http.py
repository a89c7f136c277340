"""One bounded HTTP exchange with a service we name ourselves: a TSA, a calendar, a witness."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from evidence.errors import ConfigError, FetchError

MAX_ANSWER_BYTES = 1 << 20
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


def exchange(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Ask once: no redirects, at most 1 MiB of answer, all within timeout_s.

    Raises Unanchored with UNREACHABLE, TIMEOUT or TOO_LARGE; ConfigError when url is no http(s)
    address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(url, "is not an http or https address")
    host = parts.hostname
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(host, parts.port, timeout=timeout_s)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    end = time.monotonic() + timeout_s
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        data = _read(connection, response, end, host)
    except TimeoutError as error:
        raise Unanchored(host, "TIMEOUT") from error
    except (OSError, http.client.HTTPException) as error:
        raise Unanchored(host, "UNREACHABLE", type(error).__name__) from error
    finally:
        connection.close()
    media = (response.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    return Answer(response.status, media, data)


def _read(
    connection: http.client.HTTPConnection,
    response: http.client.HTTPResponse,
    end: float,
    host: str,
) -> bytes:
    """The body, a part at a time: a service that drips must not hold us longer than agreed."""
    data = b""
    while not response.closed:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = response.read1(65_536)
        if not part:
            break
        data += part
        if len(data) > MAX_ANSWER_BYTES:
            raise Unanchored(host, "TOO_LARGE")
    return data

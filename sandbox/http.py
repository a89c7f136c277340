"""HTTP/1.1 for one platform of the simulated network."""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.answer import Answer, Ask, as_json
from sandbox.native import iso

COMPRESSED = ("application/json", "text/html", "application/rss", "application/atom")
MAX_BODY = 10_000


@dataclass(frozen=True, slots=True)
class Served:
    """One request that was answered. at: simulated time; status: None for a cut connection."""

    at: str
    platform: str
    method: str
    path: str
    query: str
    user_agent: str
    status: int | None


class Network(Protocol):
    """What a platform's server needs of the network it belongs to."""

    requests: list[Served]
    errors: list[str]

    @property
    def now(self) -> datetime:
        """The simulated time."""

    def set_clock(self, now: datetime) -> None:
        """Make it another simulated time."""

    def answer(self, platform: str, ask: Ask) -> Answer | None:
        """The answer to one request; None when the connection is to be cut."""

    def note(self, served: Served) -> None:
        """Keep a request in the log."""


class PlatformServer(ThreadingHTTPServer):
    """One platform's service on a loopback port."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, network: Network, platform: str, port: int) -> None:
        self.network, self.platform = network, platform
        super().__init__(("127.0.0.1", port), _Handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what a handler could not do; a client that went away is no error."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            self.network.errors.append(f"{self.platform}: {error!r}")


class _Handler(BaseHTTPRequestHandler):
    server: PlatformServer
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer a page."""
        ask = self._ask()
        if ask is None:
            self._send(as_json({"error": "Bad Request"}, 400))
        elif ask.path.startswith("/_sandbox/"):
            self._send(self._control(ask.path, b""))
        else:
            self._page(ask)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Set the clock, or ask a platform that takes questions by POST."""
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdecimal() and len(length) < 9 else MAX_BODY + 1
        if size > MAX_BODY:
            self.close_connection = True
            self._send(as_json({"error": "Content Too Large"}, 413))
            return
        body, ask = self.rfile.read(size), self._ask()
        if ask is None or ask.path.startswith("/_sandbox/"):
            self._send(self._control(ask.path if ask else "", body))
        else:
            self._page(replace(ask, method="POST", body=body))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the log is at /_sandbox/log."""

    def _ask(self) -> Ask | None:
        try:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=100)
        except ValueError:
            return None
        return Ask(
            base=self.server.base,
            path=unquote(parts.path),
            query={name: tuple(values) for name, values in query.items()},
            headers={name.lower(): value for name, value in self.headers.items()},
        )

    def _page(self, ask: Ask) -> None:
        network, parts = self.server.network, self.path.partition("?")
        answer = network.answer(self.server.platform, ask)
        network.note(
            Served(
                at=iso(network.now),
                platform=self.server.platform,
                method=self.command,
                path=parts[0],
                query=parts[2],
                user_agent=self.headers.get("User-Agent", ""),
                status=answer.status if answer else None,
            )
        )
        if answer:
            self._send(answer)
        else:
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{")

    def _control(self, path: str, body: bytes) -> Answer:
        network = self.server.network
        if self.command == "POST" and path == "/_sandbox/clock":
            try:
                moment = datetime.fromisoformat(json.loads(body)["now"])
                network.set_clock(moment)
            except (ValueError, KeyError, TypeError) as error:
                return as_json({"error": f"now: {type(error).__name__}"}, 400)
            return as_json({"now": iso(network.now)})
        if self.command != "POST" and path == "/_sandbox/clock":
            return as_json({"now": iso(network.now)})
        if self.command != "POST" and path == "/_sandbox/log":
            return as_json([asdict(served) for served in list(network.requests)])
        return as_json({"error": "Not Found"}, 404)

    def _send(self, answer: Answer) -> None:
        headers, body = list(answer.headers), answer.body
        media = dict(headers).get("Content-Type", "")
        if media.startswith(COMPRESSED) and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        if answer.status != HTTPStatus.NOT_MODIFIED:
            headers.append(("Content-Length", str(len(body))))
        date = format_datetime(self.server.network.now.replace(microsecond=0), usegmt=True)
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            "Server: sandbox",
            f"Date: {date}",
            *(f"{name}: {value}" for name, value in headers),
            *(["Connection: close"] if self.close_connection else []),
        ]
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        self.wfile.write(head if self.command == "HEAD" else head + body)

"""A small reverse proxy, as real instances stand behind one: it answers robots.txt, and can refuse."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
EVERYBODY_WELCOME = b"User-agent: *\nAllow: /\n"


@dataclass(slots=True)
class Front:
    """What the proxy does. robots: its robots.txt, None lets the server's own through.

    refusals: answers to give instead of the server's, each once: (beginning of path, status, headers).
    seen: (method, path, User-Agent) of every request that came in.
    """

    url: str
    robots: bytes | None = EVERYBODY_WELCOME
    refusals: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    seen: list[tuple[str, str, str]] = field(default_factory=list)


@contextmanager
def front(port: int, behind: int) -> Iterator[Front]:
    """Pass requests on from one loopback port to another, in a thread, until left."""
    state = Front(f"http://localhost:{port}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_GET(self) -> None:
            state.seen.append((self.command, self.path, self.headers.get("User-Agent", "")))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/robots.txt" and state.robots is not None:
                self.answer(200, [("Content-Type", "text/plain")], state.robots)
            elif refusal := next((r for r in state.refusals if self.path.startswith(r[0])), None):
                state.refusals.remove(refusal)
                self.answer(refusal[1], list(refusal[2].items()), b"")
            else:
                self.answer(*_asked(behind, self.command, self.path, dict(self.headers), body))

        do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_GET

        def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _asked(
    port: int, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        kept = {k: v for k, v in headers.items() if k.lower() not in HOP_BY_HOP}
        connection.request(method, path, body or None, {**kept, "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    except OSError:
        return 502, [], b""
    finally:
        connection.close()

"""A small reverse proxy, as real instances stand behind one: it answers robots.txt, and can refuse."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.process import PATIENCE_S

Answer = tuple[int, list[tuple[str, str]], bytes]
# A request with this header may come again when its connection was lost: it is passed on once.
ONCE = "X-Rig-Request"
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
    given: dict[str, Future[Answer]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, name: str, ask: Callable[[], Answer]) -> Answer:
        """The answer to a request that may come again; `ask` is called the first time only."""
        with self.lock:
            first = name not in self.given
            answer = self.given.setdefault(name, Future())
        if first:
            answer.set_result(ask())
        return answer.result(PATIENCE_S)


class Queue(ThreadingHTTPServer):
    """A server that lets callers wait: with five places Linux resets the sixth's connection."""

    request_queue_size = 256
    daemon_threads = True


@contextmanager
def front(behind: int) -> Iterator[Front]:
    """Pass requests on to a loopback port, in a thread, until left. Every request is answered."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE_S

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            name = self.headers.get(ONCE)
            self.answer(*(state.once(name, lambda: self.found(body)) if name else self.found(body)))

        do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_GET

        def found(self, body: bytes) -> Answer:
            state.seen.append((self.command, self.path, self.headers.get("User-Agent", "")))
            if self.path == "/robots.txt" and state.robots is not None:
                return 200, [("Content-Type", "text/plain")], state.robots
            if refusal := next((r for r in state.refusals if self.path.startswith(r[0])), None):
                state.refusals.remove(refusal)
                return refusal[1], list(refusal[2].items()), b""
            return _asked(behind, self.command, self.path, dict(self.headers), body)

        def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = Queue(("127.0.0.1", 0), Handler)
    state = Front(f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _asked(port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """What the server behind says, or 502 with the reason why it says nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        kept = {k: v for k, v in headers.items() if k.lower() not in HOP_BY_HOP}
        connection.request(method, path, body or None, {**kept, "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 502, [("Content-Type", "text/plain")], repr(error).encode()
    finally:
        connection.close()

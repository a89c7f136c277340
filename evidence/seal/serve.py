"""The HTTP face of a witness: one path, bounded bodies, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from evidence.errors import ConfigError, StoreError
from evidence.seal.witnessing import MAX_BODY_BYTES, Reply, WitnessDesk

READ_S = 10
Say = Callable[[str, int], None]
"""(path, status): one line of the operational log."""


def witness_server(
    desk: WitnessDesk, host: str, port: int, now: Callable[[], datetime], say: Say
) -> ThreadingHTTPServer:
    """A server that answers `POST .../add-checkpoint`; the caller runs `serve_forever`.

    Raises ConfigError when the address cannot be listened at.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = READ_S
        server_version = "jejak-witness"
        sys_version = ""

        def do_POST(self) -> None:
            """Answer one request."""
            reply = self._reply()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            say("add-checkpoint" if self._known() else "other", reply.status)

        def _known(self) -> bool:
            return self.path.rstrip("/").endswith("/add-checkpoint")

        def _reply(self) -> Reply:
            length = self.headers.get("Content-Length", "")
            if not self._known():
                return Reply(404, b"only add-checkpoint is here\n")
            if not (length.isascii() and length.isdigit() and int(length) <= MAX_BODY_BYTES):
                return Reply(413, b"a body of at most 64 KiB is needed\n")
            body = self.rfile.read(int(length))
            try:
                return desk.add_checkpoint(body, int(now().timestamp()))
            except StoreError:
                return Reply(503, b"the head cannot be kept now\n")

        def log_message(self, format: str, *args: object) -> None:
            """The caller says what happened."""

    try:
        return ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise ConfigError(f"{host}:{port}", "cannot be listened at") from error

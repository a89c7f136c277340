"""The browser's key log: what opens the servers' handshakes, in memory alone and for a while."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

NAME = b"SERVER_HANDSHAKE_TRAFFIC_SECRET"
"""The one secret that is kept: it opens the certificate, and nothing sent after the handshake."""
MOST_SECRETS = 2_000
LONGEST_LINE = 1_000


class KeyLog:
    """The secrets of a browser's newest connections, read from a pipe, so that no disk has them.

    path: a named pipe that the browser writes its key log to (RFC 9850); made here.
    owner: user id of the browser.   secrets: by the client's random.
    """

    def __init__(self, path: Path, owner: int) -> None:
        self.secrets: OrderedDict[bytes, bytes] = OrderedDict()
        self._rest = b""
        os.mkfifo(path, 0o600)
        os.chown(path, owner, -1)
        # Also open for writing: a pipe whose last writer has gone would be readable for ever.
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._file, self._arrived)

    def close(self) -> None:
        """Read no more, and forget all secrets."""
        self._loop.remove_reader(self._file)
        os.close(self._file)
        self.secrets.clear()

    def _arrived(self) -> None:
        with suppress(BlockingIOError):
            *lines, self._rest = (self._rest + os.read(self._file, 65_536)).split(b"\n")
            self._rest = self._rest[-LONGEST_LINE:]
            for line in lines:
                self._note(line)

    def _note(self, line: bytes) -> None:
        words = line.split()
        if len(words) != 3 or words[0] != NAME:
            return
        with suppress(ValueError):
            client, secret = (bytes.fromhex(word.decode("ascii")) for word in words[1:])
            self.secrets[client] = secret
        while len(self.secrets) > MOST_SECRETS:
            self.secrets.popitem(last=False)

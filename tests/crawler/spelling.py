"""Spellings of addresses that may not be reached, and a server there that counts who reaches it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import Self

NAMES = (
    "rebind.uji", "dalam.uji", "campur.uji", "xn--dlam-5qa.uji", "127.0.0.1.nip.uji",
)  # fmt: skip
"""Names that a test's resolver leads to loopback."""

HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
    "017700000001", "0177.1", "127.0.0.1.", "127.000.000.001", "0", "0.0.0.0", "0x0", "00",
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "localhost6",
    "a.localhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]",
    "[::1%25lo]", "user@127.0.0.1", "1.1.1.1@127.0.0.1", "user:pass@127.0.0.1", "1.1.1.1%40@127.0.0.1",
    "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460", "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
    "127\u30020\u30020\u30021", "%31%32%37.0.0.1", "127.127.127.127", "0x7f.0x0.0x0.0x1",
    "0X7F000001", "00000177.0.0.1", "127.0.0.1%00.contoh.example", "169.254.169.254", "2852039166",
    "0xA9FEA9FE", "[::ffff:a9fe:a9fe]", "100.64.0.1", "10.0.0.1", "192.168.0.1", "172.16.0.1",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "[fd00::1]", "[ff02::1]", "[fe80::1]",
    "metadata.google.internal", *NAMES,
)  # fmt: skip


def addresses(port: int, scheme: str = "http") -> list[str]:
    """Addresses of every spelling without a path, and some whose trick is not in the host."""
    odd = [
        f"{scheme}:\\\\127.0.0.1:{port}", f"{scheme}:127.0.0.1:{port}",
        f"{scheme}:///127.0.0.1:{port}", f"{scheme}://127.0.0\t.1:{port}",
        f"{scheme}://127.0.0.1:{port}#@contoh.example",
        f"{scheme.upper()}://127.0.0.1:{port}", f"{scheme}://127.0.0.1:0{port}",
    ]  # fmt: skip
    return [f"{scheme}://{host}:{port}" for host in HOSTS] + odd


class Forbidden:
    """Listens on every address of this machine, TCP and UDP, and counts.

    reached: the first line of whatever came, `udp` for a datagram, empty for a bare connection.
    """

    def __init__(self) -> None:
        self.reached: list[str] = []
        self._selector = selectors.DefaultSelector()
        self._stop = False
        four = socket.create_server(("0.0.0.0", 0))
        self.port: int = four.getsockname()[1]
        listening = [four]
        with contextlib.suppress(OSError):  # no IPv6 on this machine: nothing can reach it there
            listening.append(
                socket.create_server(
                    ("::", self.port), family=socket.AF_INET6, dualstack_ipv6=False
                )
            )
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("0.0.0.0", self.port))
        for one in (*listening, datagrams):
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._stop = True
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _serve(self) -> None:
        while not self._stop:
            for key, _ in self._selector.select(0.1):
                with contextlib.suppress(OSError):
                    self._one(key.fileobj)  # type: ignore[arg-type]

    def _one(self, ready: socket.socket) -> None:
        if ready.type == socket.SOCK_DGRAM:
            ready.recv(2048)
            self.reached.append("udp")
            return
        connection, _ = ready.accept()
        with connection:
            connection.settimeout(0.5)
            said = b""
            with contextlib.suppress(OSError):
                said = connection.recv(4096)
            self.reached.append(said.split(b"\r\n")[0].decode("latin-1"))
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n"
                b"Connection: close\r\n\r\nok"
            )

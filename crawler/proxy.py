"""EgressProxy: the browser's only way out. Resolves once, checks, connects to that very address."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from crawler.egress import IpNetwork, is_allowed
from crawler.handshake import RECEIVED_BYTES, SENT_BYTES

HEAD_LIMIT = 65_536
CONNECT_TIMEOUT_S = 20
PORTS = frozenset({80, 443})
UNLIMITED = 2**53
NO_TUNNEL = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
"""Said to CONNECT alone: a browser shows it to no page and keeps it as nobody's answer."""


MOST_TUNNELS = 300
"""Connections of a page whose beginning is kept; a page of a hundred servers has fewer."""


@dataclass(slots=True)
class Tunnel:
    """A connection the proxy cannot look into. sent, received: its beginning, a handshake's size."""

    host: str
    port: int
    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)

    def went(self, data: bytes) -> bool:
        """Note what the browser sent; it always goes on."""
        self.sent += data[: SENT_BYTES - len(self.sent)]
        return True

    def came(self, data: bytes) -> None:
        """Note what the server sent."""
        self.received += data[: RECEIVED_BYTES - len(self.received)]


class EgressProxy:
    """An HTTP proxy on loopback: CONNECT for TLS and WebSockets, absolute-form GET for plain HTTP.

    One for each page that is loaded, so that all it says is about that page alone:
    refused:   hosts that were asked for and not let through, in order.
    troubles:  why a host could not be reached, as the code of a gap.
    addresses: the address each host was reached at.   tunnels: the connections made by CONNECT.
    received_bytes: all that came from outside; past `limit_bytes` every connection is cut.

    Ports other than 80 and 443 are for networks the configuration allows only. What could not be
    reached gets no answer of ours that could be taken for the server's: the connection just ends.
    """

    def __init__(self, allowed: Sequence[IpNetwork], limit_bytes: int = UNLIMITED) -> None:
        self._allowed = tuple(allowed)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.limit_bytes = limit_bytes
        self.received_bytes = 0
        self.refused: list[str] = []
        self.troubles: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        self.tunnels: list[Tunnel] = []

    @property
    def over(self) -> bool:
        """Whether more came than may come."""
        return self.received_bytes > self.limit_bytes

    async def start(self) -> int:
        """Listen on a free loopback port; returns it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening and cut open connections."""
        if self._server is not None:
            self._server.close()
        self._cut()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _cut(self) -> None:
        for task in self._open - {asyncio.current_task()}:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        try:
            await self._one(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            return
        except asyncio.CancelledError:
            return  # cut by `_cut`, the only one who does so; nobody waits for this task's result
        finally:
            if task is not None:
                self._open.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, version = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        host, port, path = _destination(method, target)
        opened = None if self.over else await self._reached(host, port)
        if opened is None:
            if method == "CONNECT":
                writer.write(NO_TUNNEL)
                await writer.drain()
            return
        out_reader, out_writer = opened
        tunnel = Tunnel(host, port)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self.tunnels += [tunnel][: MOST_TUNNELS - len(self.tunnels)]
            else:
                out_writer.write(_origin_form(method, path, version, head))
            upward = asyncio.create_task(_pipe(reader, out_writer, tunnel.went))
            try:
                await _pipe(out_reader, writer, partial(self._came, tunnel))
            finally:
                upward.cancel()
        finally:
            out_writer.close()

    def _came(self, tunnel: Tunnel, data: bytes) -> bool:
        """Whether what came may go on to the page."""
        tunnel.came(data)
        self.received_bytes += len(data)
        if self.over:
            self._cut()
        return not self.over

    async def _reached(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """A connection to the very address that was checked, or None and why not."""
        try:
            address = await self._address(host, port)
            if address is None:
                self.refused.append(host)
                self.troubles[host] = "REFUSED_ADDRESS"
                return None
            opened = await asyncio.wait_for(
                asyncio.open_connection(address, port), CONNECT_TIMEOUT_S
            )
        except socket.gaierror:
            self.troubles[host] = "DNS"
            return None
        except TimeoutError:
            self.troubles[host] = "TIMEOUT"
            return None
        except OSError:
            self.troubles[host] = "CONNECTION_REFUSED"
            return None
        self.addresses[host] = address
        return opened

    async def _address(self, host: str, port: int) -> str | None:
        """The first address of a host if all its addresses may be reached, else None.

        Raises OSError (gaierror) when the name has none.
        """
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
        except UnicodeError:
            return None
        addresses = [str(item[4][0]) for item in found]
        if not addresses or not all(is_allowed(a, self._allowed) for a in addresses):
            return None
        if port not in PORTS and not all(is_named(a, self._allowed) for a in addresses):
            return None
        return addresses[0]


def is_named(address: str, allowed: Sequence[IpNetwork]) -> bool:
    """Whether the configuration itself names a network of this address."""
    ip = ipaddress.ip_address(address.split("%")[0])
    return any(ip.version == network.version and ip in network for network in allowed)


def _destination(method: str, target: str) -> tuple[str, int, str]:
    if method == "CONNECT":
        host, _, port = target.rpartition(":")
        return host.strip("[]"), int(port), ""
    parts = urlsplit(target)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("not an absolute http address")
    path = parts.path or "/"
    return parts.hostname, parts.port or 80, f"{path}?{parts.query}" if parts.query else path


def _origin_form(method: str, path: str, version: str, head: bytes) -> bytes:
    """The head as the origin server expects it; one request a connection."""
    lines = head.split(b"\r\n")[1:]
    kept = [
        line
        for line in lines
        if line and not line.lower().startswith((b"proxy-", b"connection:", b"keep-alive:"))
    ]
    first = f"{method} {path} {version}".encode("latin-1")
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


async def _pipe(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    passing: Callable[[bytes], bool],
) -> None:
    """Hand on what comes, as long as it may pass."""
    try:
        while data := await reader.read(65_536):
            if not passing(data):
                return
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            if writer.can_write_eof():
                writer.write_eof()

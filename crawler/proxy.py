"""EgressProxy: the browser's only way out. Resolves once, checks, connects to that very address."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.egress import IpNetwork, is_allowed

HEAD_LIMIT = 65_536
CONNECT_TIMEOUT_S = 20
PORTS = frozenset({80, 443})


class EgressProxy:
    """An HTTP proxy on loopback: CONNECT for TLS and WebSockets, absolute-form GET for plain HTTP.

    refused: hosts that were asked for and not let through, in order.
    Ports other than 80 and 443 are for networks the configuration allows only.
    """

    def __init__(self, allowed: Sequence[IpNetwork]) -> None:
        self._allowed = tuple(allowed)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.refused: list[str] = []

    async def start(self) -> int:
        """Listen on a free loopback port; returns it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening and cut open connections."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        try:
            await self._one(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            with contextlib.suppress(OSError):
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        finally:
            if task is not None:
                self._open.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, version = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        host, port, path = _destination(method, target)
        address = await self._address(host, port)
        if address is None:
            self.refused.append(host)
            writer.write(
                b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            await writer.drain()
            return
        out_reader, out_writer = await asyncio.wait_for(
            asyncio.open_connection(address, port), CONNECT_TIMEOUT_S
        )
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                out_writer.write(_origin_form(method, path, version, head))
            upward = asyncio.create_task(_pipe(reader, out_writer))
            await _pipe(out_reader, writer)
            upward.cancel()
        finally:
            out_writer.close()

    async def _address(self, host: str, port: int) -> str | None:
        """The first address of a host if all its addresses may be reached, else None."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
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


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            if writer.can_write_eof():
                writer.write_eof()

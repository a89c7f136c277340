"""Which certificate a server showed the browser, read where the connection went by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.browser.look import Look
from crawler.handshake import client_random, server_certificate
from crawler.proxy import Tunnel
from evidence.model import Exchange


def certified(look: Look, tunnels: Iterable[Tunnel], secrets: Mapping[bytes, bytes]) -> Look:
    """A look whose exchanges name the certificate of their server.

    tunnels: the look's connections, from its egress proxy.   secrets: of the browser's key log.

    Renderings are no exchange and name none. Neither does an exchange when connections to its
    server showed several: which of them carried it is not known.
    """
    shown: dict[tuple[str, int], set[bytes]] = {}
    for tunnel in tunnels:
        secret = secrets.get(client_random(bytes(tunnel.sent)) or b"")
        leaf = server_certificate(bytes(tunnel.received), secret)
        if leaf:
            shown.setdefault((tunnel.host, tunnel.port), set()).add(leaf)

    def beside(exchange: Exchange) -> Exchange:
        parts = urlsplit(exchange.url)
        leaves = shown.get((parts.hostname or "", parts.port or 443), set())
        if parts.scheme != "https" or exchange.status is None or len(leaves) != 1:
            return exchange
        return replace(exchange, certificate=next(iter(leaves)))

    return replace(
        look,
        hops=tuple(beside(hop) for hop in look.hops),
        document=beside(look.document),
        answers=tuple(beside(answer) for answer in look.answers),
    )

"""Which network addresses may be asked when somebody else names the host."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

Reach = Callable[[str], bool]
"""Whether a resolved address (text) may be reached; an installation passes its own rule."""


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet: the rule where nobody gave another."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    return ip.is_global and not ip.is_multicast


def reachable(host: str, port: int, reach: Reach) -> str | None:
    """The first address of a host, when all of its addresses may be reached; else None.

    Whoever connects takes this address: asking for the name again could give another one.
    Raises OSError when the name is not known.
    """
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return found[0] if found and all(reach(one) for one in found) else None

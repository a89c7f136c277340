"""Which network addresses may be reached: the one rule for Scrapy and for the browser."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from evidence.errors import ConfigError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def networks(texts: Sequence[str]) -> tuple[IpNetwork, ...]:
    """Networks from CIDR texts. Raises ConfigError naming the one that is not a network."""
    found: list[IpNetwork] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise ConfigError(f"egress_allow {text!r}", str(error)) from error
    return tuple(found)


def is_allowed(address: str, allowed: Sequence[IpNetwork]) -> bool:
    """Whether a resolved address is public, or in a network the configuration allows.

    IPv4 inside IPv6 (mapped, 6to4, Teredo, NAT64) is judged by the inner address too.
    """
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    return all(_one_allowed(inner, allowed) for inner in _inner(ip))


def _one_allowed(ip: IpAddress, allowed: Sequence[IpNetwork]) -> bool:
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast


def _inner(ip: IpAddress) -> tuple[IpAddress, ...]:
    if isinstance(ip, ipaddress.IPv4Address):
        return (ip,)
    if ip.ipv4_mapped:
        return (ip.ipv4_mapped,)
    if ip.sixtofour:
        return (ip, ip.sixtofour)
    if ip.teredo:
        return (ip, *ip.teredo)
    if ip in NAT64:
        return (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF),)
    return (ip,)

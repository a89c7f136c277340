"""Which network addresses may be reached: the one rule for Scrapy and for the browser."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from evidence.errors import ConfigError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
UNICAST = ipaddress.IPv6Network("2000::/3")
"""The only part of IPv6 that is given out; everything else is special (RFC 4291, IANA)."""
ODD = (
    ipaddress.IPv4Network("192.88.99.0/24"),  # RFC 7526: relays of 6to4, withdrawn
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637: documentation, unknown to Python 3.11
)
ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""RFC 5214: the third quarter of an address whose last quarter is an IPv4 address."""


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

    IPv4 inside IPv6 (mapped, 6to4, Teredo, NAT64, ISATAP) is judged by the inner address too.
    """
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    return all(_one_allowed(inner, allowed) for inner in _inner(ip))


def _one_allowed(ip: IpAddress, allowed: Sequence[IpNetwork]) -> bool:
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    if any(ip.version == network.version and ip in network for network in ODD):
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip not in UNICAST:
        return False
    return ip.is_global and not ip.is_multicast


def _inner(ip: IpAddress) -> tuple[IpAddress, ...]:
    """The addresses that have to be allowed for this one to be."""
    if isinstance(ip, ipaddress.IPv4Address):
        return (ip,)
    last = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.ipv4_mapped:
        return (ip.ipv4_mapped,)
    if ip.sixtofour:
        return (ip, ip.sixtofour)
    if ip.teredo:
        return (ip, *ip.teredo)
    if ip in NAT64:
        return (last,)
    if (int(ip) >> 32) & 0xFFFFFFFF in ISATAP:
        return (ip, last)
    return (ip,)

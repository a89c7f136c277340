"""Addresses that pages name: whether one can be asked for at all, and how one that cannot is kept."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

UNREADABLE = "urn:jejak:address:"
LONGEST = 2_000


def is_address(url: str) -> bool:
    """Whether an address is of the web, with a host, and a port that can be; total."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False  # brackets that are no IPv6 address, a port that is no number
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def as_name(url: str) -> str:
    """An address that cannot be asked for, as a name that everyone can read; its text is in it."""
    return UNREADABLE + quote(url.encode("utf-8", "replace"), safe="")[:LONGEST]

"""PublicAddressResolver: Scrapy connects to the address it resolved, and only to public ones."""

from __future__ import annotations

from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler import config
from crawler.egress import is_allowed, networks

refused_hosts: set[str] = set()
"""Hosts this process refused to reach; Twisted tells only that a name did not resolve."""


class PublicAddressResolver(CachingThreadedResolver):
    """Resolves a host once and refuses what is neither public nor in `egress_allow`.

    The connection is made to the very address that was checked, so a name that changes its
    answer between look-ups cannot reach inside.
    """

    allowed: tuple[Any, ...] = ()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicAddressResolver:
        """As Scrapy builds it, once a process, before any spider's own settings are known."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = networks(config.load().egress_allow)
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        """The checked address of a host name; DNSLookupError when it may not be reached."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if not is_allowed(address, self.allowed):
            refused_hosts.add(name.lower())
            raise DNSLookupError("not a public address")
        return address

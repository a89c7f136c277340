"""PublicAddressResolver: Scrapy connects to the address it resolved, and only to public ones."""

from __future__ import annotations

from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

from crawler.egress import networks, refuse


class PublicAddressResolver(CachingThreadedResolver):  # type: ignore[misc]
    """Resolves a host once and refuses what is not public. Settings: EGRESS_ALLOW (CIDR list).

    The connection is made to the very address that was checked, so a name that changes its
    answer between look-ups cannot reach inside.
    """

    allowed: tuple[Any, ...] = ()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicAddressResolver:
        """As Scrapy builds it."""
        resolver: PublicAddressResolver = super().from_crawler(crawler, reactor)
        resolver.allowed = networks(crawler.settings.getlist("EGRESS_ALLOW"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        """The checked address of a host name, or a FetchError."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        refuse(address, name, self.allowed)
        return address

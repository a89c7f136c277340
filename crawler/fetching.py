"""One fetch by Scrapy as captures: every exchange is kept, then the last one is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.exceptions import IgnoreRequest

from crawler import registry
from crawler.address import as_name, is_address
from crawler.browsing import NOT_ASKED, is_own
from crawler.desk import Desk
from crawler.middlewares.keep import CUTS, TICKET, Ticket, failed_exchange
from crawler.official.key import Key
from crawler.pace import HELD, OWN, Pace, retry_after_s
from crawler.page import Page
from crawler.visit import Ask, Seen, Visit
from evidence.errors import StoreError
from evidence.model import CaptureKind, CaptureState, Exchange, Interaction, Reading

OFFICIAL = "OFFICIAL"
"""How a capture came that an official interface gave."""
NOT_READ = Reading(read_by="none")
IGNORED = {
    "Forbidden by robots.txt": "ROBOTS",
    "max redirections reached": "REDIRECT_LOOP",
    HELD: "RATE_LIMITED",
}
"""Why Scrapy itself gives a request up, in its words; else the decompressed body is too large."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """Scrapy's side of a spider: `fetch` is what a Visit asks with.

    crawler: Scrapy's.   pace: the browser's as well.   key: to the platform's official interface,
    None without one.
    """

    platform: str
    desk: Desk
    crawler: Any
    pace: Pace
    key: Key | None = None

    async def fetch(self, visit: Visit, ask: Ask) -> Seen:
        """Keep and read one exchange. Raises StoreError alone: what cannot be kept ends the visit."""
        ticket = Ticket(
            visit.id,
            visit.entry.watch,
            visit.slot,
            ask.kind,
            ask.of,
            self.desk.anchor,
            ask.minimise,
            via=self._via(ask.url),
        )
        if not is_address(ask.url):
            ask = replace(ask, url=as_name(ask.url))
            ticket.error, ticket.exchange = "REFUSED_ADDRESS", self._unasked(ask)
            return await self._nothing(visit, ask, None, ticket)
        request = self.request(ask, ticket)
        if self.pace.is_closed(ask.url):
            ticket.error = "RATE_LIMITED"
            return await self._nothing(visit, ask, request, ticket)
        try:
            response = await self.crawler.engine.download_async(request)
        except StoreError:
            raise
        except IgnoreRequest as error:
            ticket.error = IGNORED.get(str(error), "TOO_LARGE")
            return await self._nothing(visit, ask, request, ticket)
        except ValueError:
            # A redirect to what is no address: Scrapy cannot make a request of it.
            ticket.error = ticket.error or "REFUSED_ADDRESS"
            return await self._nothing(visit, ask, request, ticket)
        except Exception as error:  # noqa: BLE001 - whatever the network does is a gap, not a crash
            ticket.error = ticket.error or type(error).__name__
            return await self._nothing(visit, ask, request, ticket)
        return await self._read(visit, ask, response, ticket)

    def request(self, ask: Ask, ticket: Ticket) -> scrapy.Request:
        """The request of an Ask, as Scrapy sends it: nothing is added that the Ask does not say."""
        meta: dict[str, Any] = {TICKET: ticket}
        if ticket.via == OFFICIAL:
            # Its terms, not robots.txt, say what an institution with a key may ask.
            meta["dont_obey_robotstxt"] = True
        parts = urlsplit(ask.url)
        if {parts.netloc, parts.hostname} & set(self.desk.config.robots_exempt):
            meta["dont_obey_robotstxt"] = True
        if self.desk.config.egress_allow and is_own(ask.url):
            meta["download_slot"] = OWN
        return scrapy.Request(
            ask.url,
            method=ask.method,
            headers=dict(ask.headers),
            body=ask.body,
            meta=meta,
            dont_filter=True,
        )

    async def _read(self, visit: Visit, ask: Ask, response: Any, ticket: Ticket) -> Seen:
        page = Page(
            url=response.url,
            status=response.status,
            headers=_headers(response),
            body=response.body,
        )
        media = ask.kind is CaptureKind.MEDIA
        reading = NOT_READ if media else registry.read(self.platform, page)
        if ticket.exchange is not None:
            kept = any(self._is_watched(visit, edge) for edge in reading.interactions)
            await self.desk.keeper.keep(ticket.exchange, ticket, body_kept=kept)
        return Seen(
            visit=visit,
            url=ask.url,
            capture=ticket.captures[-1],
            page=page,
            reading=reading,
            fetched_at=self.desk.clock.now(),
            kind=ask.kind,
            of=ask.of,
            cut=next((CUTS[flag] for flag in response.flags if flag in CUTS), ""),
            retry_after_s=retry_after_s(page.headers.get("retry-after"), self.desk.clock.now()),
            via=ticket.via,
        )

    def _via(self, url: str) -> str:
        return OFFICIAL if self.key is not None and self.key.speaks_to(url) else "CRAWL"

    def _is_watched(self, visit: Visit, edge: Interaction) -> bool:
        found = self.desk.watched.watch_of(
            self.platform, edge.actor_id, edge.actor_handle, visit.base_url
        )
        return found is not None

    def _unasked(self, ask: Ask) -> Exchange:
        """The attempt of an Ask that no request can be made of."""
        now = self.desk.clock.now()
        return Exchange(
            ask.url, ask.method, now, now, (), None, (), b"", kind=ask.kind,
            state=CaptureState.FAILED, error="REFUSED_ADDRESS", of=ask.of,
        )  # fmt: skip

    async def _nothing(self, visit: Visit, ask: Ask, request: Any, ticket: Ticket) -> Seen:
        now = self.desk.clock.now()
        if not ticket.captures:
            exchange = ticket.exchange or failed_exchange(request, ticket, now)
            await self.desk.keeper.keep(exchange, ticket, body_kept=False)
        visit.refused = visit.refused or ticket.error in NOT_ASKED
        visit.gap(ticket.error, "no response", ticket.captures[-1])
        return Seen(
            visit, ask.url, ticket.captures[-1], None, NOT_READ, now, kind=ask.kind, of=ask.of
        )


def _headers(response: Any) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): ", ".join(v.decode("latin-1") for v in values)
        for name, values in response.headers.items()
    }

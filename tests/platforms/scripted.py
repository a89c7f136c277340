"""A visit over canned looks and answers: what is not there does not answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from crawler import registry
from crawler.load import Load
from crawler.page import Page
from crawler.spider import AccountSpider
from crawler.visit import Ask, Seen, Visit
from crawler.watched import Watched
from evidence.model import (
    AccountId,
    Attribution,
    CaptureKind,
    Confidence,
    KnownPost,
    Reading,
    SeenState,
    Side,
    WatchEntry,
)
from tests.platforms import broken

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


Part = tuple[CaptureKind, Page]
"""A part of a look in the browser; a page by itself is a data answer."""


@dataclass(slots=True)
class Web:
    """looks: parts of a look in the browser, by address; pages: answers, by address.

    A continuation that is asked for by POST has the address `POST <token>`.
    here:    pages come from the address that was asked for, wherever they were recorded.
    missing: gap noted where there is no answer.
    """

    platform: str
    pages: Mapping[str, Page]
    looks: Mapping[str, Sequence[Page | Part]] = field(default_factory=dict)
    here: bool = False
    missing: str = "TIMEOUT"
    asked: list[Ask] = field(default_factory=list)
    loaded: list[Load] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        """Addresses asked for by plain requests, in order."""
        return [address_of(ask) for ask in self.asked]

    @property
    def minimised(self) -> list[str]:
        """Those of them whose pages are kept only if somebody on the watchlist is on them."""
        return [address_of(ask) for ask in self.asked if ask.minimise]

    async def fetch(self, visit: Visit, ask: Ask) -> Seen:
        """One plain request."""
        self.asked.append(ask)
        capture = f"{len(self.asked):032x}"
        page = self.pages.get(address_of(ask))
        if page is None:
            visit.gap(self.missing, "no response", capture)
            return Seen(visit, ask.url, capture, None, Reading(read_by="none"), NOW)
        page = replace(page, url=ask.url) if self.here else page
        return Seen(visit, ask.url, capture, page, registry.read(self.platform, page), NOW)

    async def load(self, visit: Visit, load: Load) -> tuple[Seen, ...]:
        """One look in the browser."""
        self.loaded.append(load)
        parts = [as_part(one) for one in self.looks.get(load.url, ())]
        return tuple(
            Seen(
                visit, load.url, f"b{n}{len(self.loaded)}", page,
                registry.read(self.platform, page), NOW, kind,
            )
            for n, (kind, page) in enumerate(parts)
        )  # fmt: skip

    def visit(
        self,
        handle: str,
        posts: Sequence[KnownPost] = (),
        *,
        side: Side = Side.WATCHED,
        number: str | None = None,
    ) -> Visit:
        """A visit to one account of this web. number: as resolved by an earlier visit."""
        entry = WatchEntry(
            watch="w-0123456789ab", account=AccountId(self.platform, number, handle), side=side,
            tier="A", zone="Asia/Jakarta",
            attribution=Attribution("p-1", "basis", Confidence.HIGH, "petugas", NOW),
            assignment_order="ST-1", legal_basis="UU 7/2017", watched_from=NOW,
        )  # fmt: skip
        return Visit(
            id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id=number,
            handle=handle, state=None, watched=Watched({}, {}, {}), pages_limit=3,
            fetch=self.fetch, archive_known=lambda visit, limit: posts, load=self.load,
        )  # fmt: skip


def address_of(ask: Ask) -> str:
    """What a request is known by here."""
    return ask.url if ask.method == "GET" else f"POST {json.loads(ask.body)['continuation']}"


def as_part(one: Page | Part) -> Part:
    """A part of a look with its kind."""
    return (CaptureKind.EXCHANGE, one) if isinstance(one, Page) else one


def case(cases: Path, name: str, url: str | None = None, **swap: str) -> Page:
    """A case's page; url: another address of it; swap: words of its body replaced."""
    page = broken.page_of(cases / name)
    body = page.body.decode()
    for old, new in swap.items():
        body = body.replace(old, new)
    return replace(page, url=url or page.url, body=body.encode())


def known(
    platform: str, number: str, url: str | None, hour: int = 1, state: SeenState = SeenState.PRESENT
) -> KnownPost:
    """A post the archive knows, last seen at an hour of the day."""
    at = NOW.replace(hour=hour)
    return KnownPost(
        platform=platform, native_id=number, watch="w-0123456789ab", post="0" * 32,
        snapshot="0" * 32, snapshots=1, state=state, state_digest="", first_seen_at=at,
        last_seen_at=at, published_at=at, url=url,
    )  # fmt: skip


def converse(spider: type[AccountSpider], visit: Visit) -> list[Seen]:
    """Hold the whole conversation."""

    async def run() -> list[Seen]:
        return [seen async for seen in spider().converse(visit)]

    return asyncio.run(run())

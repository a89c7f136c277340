"""Edges of a page that are new: each is recorded once, however many pages meet it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

from scrapy import signals
from scrapy.exceptions import DropItem
from scrapy.signalmanager import SignalManager

from crawler.desk import Desk
from crawler.visit import Seen, Visit
from crawler.watched import Watched
from evidence.model import (
    AccountId,
    Act,
    Attribution,
    Confidence,
    Interaction,
    Reading,
    Side,
    WatchEntry,
)
from evidence.record import interaction_key
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Row
from pipelines.history import HistoryPipeline
from pipelines.page import Compared, Edge, Measured, Scoped
from pipelines.sight import FirstSights

NOW = datetime(2024, 11, 1, tzinfo=UTC)
LIKE = Interaction(Act.LIKE, "did:plc:asn", None, "at://did:plc:calon/app.bsky.feed.post/1")
KEY = interaction_key("bluesky", LIKE)


def visit() -> Visit:
    entry = WatchEntry(
        "w-asn", AccountId("bluesky", "did:plc:asn", "asn.example"), Side.WATCHED, "A",
        "Asia/Jakarta", Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip

    async def fetch(visit: Visit, ask: object) -> Seen:
        raise AssertionError("nothing is fetched here")

    return Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id="did:plc:asn",
        handle="asn.example", state=None, watched=Watched({}, {}, {}), pages_limit=1, fetch=fetch,
        archive_known=lambda visit, limit: (),
    )  # fmt: skip


def page(capture: str) -> Measured:
    """A page that shows the like."""
    seen = Seen(visit(), "https://satu.example/x", capture, None, Reading("x"), NOW)
    edge = Edge(LIKE, "w-asn", "w-calon")
    return Measured(Scoped(seen, seen.reading, (edge,), 0))


class Process:
    """A crawl process with one archive and one history step."""

    def __init__(self) -> None:
        self.archive = MemoryArchive()
        desk = Desk(*[None] * 8)  # type: ignore[arg-type]
        object.__setattr__(desk, "archive", self.archive)
        self.signals = SignalManager()
        crawler = SimpleNamespace(signals=self.signals, spider=SimpleNamespace(desk=desk))
        self.step = HistoryPipeline(crawler)

    def see(self, *captures: str) -> list[int]:
        """How many edges of each page are new, the pages being compared at the same time."""

        async def all_at_once() -> list[Compared]:
            return await asyncio.gather(*(self.step.process_item(page(c)) for c in captures))

        return [len(compared.new_edges) for compared in asyncio.run(all_at_once())]


def test_an_edge_two_visits_meet_at_the_same_time_is_new_to_one_of_them() -> None:
    assert sum(Process().see("c1", "c2", "c3", "c4")) == 1


def test_an_edge_whose_page_was_not_recorded_is_new_again() -> None:
    process = Process()
    process.see("c1")
    process.signals.send_catch_log(signals.item_error, item=page("c1").seen, failure=None)

    assert process.see("c2") == [1]


def test_an_edge_whose_page_was_dropped_is_new_again() -> None:
    process = Process()
    process.see("c1")
    process.signals.send_catch_log(
        signals.item_dropped, item=page("c1").seen, exception=DropItem("x")
    )

    assert process.see("c2") == [1]


def test_an_edge_the_archive_holds_is_not_new() -> None:
    process = Process()
    process.see("c1")
    process.archive.project([Row("interactions", KEY, {"act": "LIKE"})])
    process.signals.send_catch_log(signals.item_scraped, item=page("c1"))

    assert process.see("c2") == [0]


def test_another_page_that_is_settled_does_not_let_go_of_the_edge() -> None:
    process = Process()
    process.see("c1", "c2")
    process.signals.send_catch_log(signals.item_scraped, item=page("c3"))

    assert process.see("c4") == [0]


def test_a_held_key_is_free_only_after_its_own_capture_is_settled() -> None:
    sights = FirstSights()

    assert sights.take("c1", ["a", "b"]) == {"a", "b"}
    assert sights.take("c2", ["b", "c"]) == {"c"}
    sights.settle("c1")
    assert sights.take("c3", ["a", "b", "c"]) == {"a", "b"}

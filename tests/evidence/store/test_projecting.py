"""What is sent to MongoDB when rows are projected: few commands, and what vouches for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import MongoClient, monitoring

from evidence.store import Later, Row
from evidence.store.mongo.edge import Edge
from evidence.store.mongo.schema import evidence_database
from evidence.store.mongo.settled import NO_SET, Settled
from evidence.store.mongo.tables import MongoTables

pytestmark = pytest.mark.mongo

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
AWAITED = {"w": "majority", "j": True, "wtimeout": 20_000}
ROWS = [
    Row("captures", "c1", {"n": 1}, fresh=True),
    Row("posts", "p1", {"seen_at": AT}, fresh=True),
    Row("posts", "p2", {"seen_at": AT}),
    Row("watches", "w1", {"n": 1}),
]


class Writes(monitoring.CommandListener):
    """The writes that were sent: (command, collection, write concern)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Any]] = []
        self.before_update: Callable[[monitoring.CommandStartedEvent], None] = lambda event: None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in ("insert", "update"):
            of = str(event.command[event.command_name])
            self.sent.append((event.command_name, of, event.command["writeConcern"]))
        if event.command_name == "update":
            self.before_update(event)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


class Site:
    """Tables whose primary is named by the test."""

    def __init__(self, client: MongoClient[dict[str, Any]], name: str, heard: Writes) -> None:
        self.primary: str = "one"
        self.heard = heard
        self.database = evidence_database(client, name)
        settled = Settled(lambda: self.primary, lambda: None)
        self.tables = MongoTables(self.database, Edge("test", 1.0, settled=settled))
        self.bare = MongoTables(self.database, Edge("test", 1.0))

    def concerns(self) -> list[Any]:
        return [concern for _, _, concern in self.heard.sent]


@pytest.fixture
def site(mongo_url: str) -> Iterator[Site]:
    heard = Writes()
    with MongoClient[dict[str, Any]](mongo_url, event_listeners=[heard]) as client:
        yield Site(client, client.get_default_database().name, heard)


def test_the_last_command_vouches_for_all_before_it(site: Site) -> None:
    site.tables.put(ROWS, [Later("interactions", ("i1",), "seen_at", AT)])

    assert [(command, of) for command, of, _ in site.heard.sent] == [
        ("insert", "p_captures"),
        ("insert", "p_posts"),
        ("update", "p_posts"),
        ("update", "p_watches"),
        ("update", "p_interactions"),
    ]
    assert site.concerns() == [{"w": 1}] * 4 + [AWAITED]


def test_a_row_that_was_not_fresh_is_vouched_for_too(site: Site) -> None:
    site.tables.put(ROWS[:1])
    site.heard.sent.clear()

    site.tables.put(ROWS[:1])

    assert site.heard.sent == [("insert", "p_captures", AWAITED), ("update", "p_captures", AWAITED)]


def test_where_writes_have_no_one_log_every_command_is_waited_for(site: Site) -> None:
    site.primary = NO_SET
    site.tables.put(ROWS)
    site.bare.put(ROWS)

    assert all(concern == AWAITED for concern in site.concerns())


def test_all_is_written_anew_when_another_primary_came_meanwhile(site: Site) -> None:
    def another(event: monitoring.CommandStartedEvent) -> None:
        if event.command["update"] == "p_watches" and site.primary == "one":
            site.primary = "two"
            site.database["p_captures"].delete_many({})

    site.heard.before_update = another
    site.tables.put(ROWS)

    assert site.database["p_captures"].count_documents({}) == 1
    assert [of for _, of, _ in site.heard.sent].count("p_watches") == 2

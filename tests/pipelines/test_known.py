"""What is read of the posts a page names: two fields of most, all of those that changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.desk import Desk
from crawler.visit import Seen, Visit
from crawler.watched import Watched
from evidence.history import state_digest
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    Post,
    Reading,
    SeenState,
    Side,
    StateSeen,
    WatchEntry,
)
from evidence.record import post_key
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Row
from pipelines.history import compared
from pipelines.known import known_of
from pipelines.page import Measured, Scoped
from pipelines.sight import FirstSights

NOW = datetime(2024, 11, 1, tzinfo=UTC)


class Archive(MemoryArchive):
    """Says which posts were read whole."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: list[str] = []

    def rows_by_id(self, table: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        self.whole += ids if table == "posts" else []
        return super().rows_by_id(table, ids)


def post(id: str, text: str = "Rapat pukul 9.") -> Post:
    return Post(
        native_id=id, url=f"https://satu.example/{id}", author_id="1", author_handle="asn",
        text=text, published_at=NOW,
    )  # fmt: skip


def hold(archive: Archive, held: Post, state: str = "PRESENT") -> str:
    """A row of a post as the archive has it; its id."""
    key = post_key("bluesky", held.native_id)
    digest = state_digest(held)
    doc = {
        "platform": "bluesky", "native_id": held.native_id, "watch": "w", "post": "a" * 32,
        "snapshot": "a" * 32, "snapshots": 1, "state": state, "state_digest": digest,
        "digests": {"CRAWL": digest}, "first_seen_at": NOW, "last_seen_at": NOW,
        "first_absent_at": None, "absent_marker": None, "published_at": NOW,
        "received_at": None, "url": held.url, "has_media": False,
    }  # fmt: skip
    archive.project([Row("posts", key, doc)])
    return key


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture
def desk(archive: Archive) -> Desk:
    desk = Desk(*[None] * 8)  # type: ignore[arg-type]
    object.__setattr__(desk, "archive", archive)
    return desk


@pytest.fixture
def visit() -> Visit:
    entry = WatchEntry(
        "w", AccountId("bluesky", "1", "asn"), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
    )  # fmt: skip

    async def fetch(visit: Visit, ask: object) -> Seen:
        raise AssertionError("nothing is fetched here")

    return Visit(
        id="v", entry=entry, slot=None, due_at=None, started_at=NOW, native_id="1", handle="asn",
        state=SeenState.PRESENT, watched=Watched({}, {}, {}), pages_limit=1, fetch=fetch,
        archive_known=lambda visit, limit: (), known_handle="asn",
    )  # fmt: skip


def changes(reading: Reading, visit: Visit, desk: Desk) -> list[tuple[str, str]]:
    seen = Seen(visit, "https://satu.example/x", "c" * 32, None, reading, NOW, control="d" * 32)
    page = compared(Measured(Scoped(seen, reading, (), 0)), desk, FirstSights())
    return [(told.native_id, told.change.value) for told, _ in page.observations]


def test_a_post_as_it_was_is_not_read_whole(archive: Archive, desk: Desk, visit: Visit) -> None:
    hold(archive, post("1"))
    hold(archive, post("2"), state="EDITED")

    known = known_of(Reading("x", posts=(post("1"), post("2"))), visit, desk)

    assert (known.posts, known.unchanged) == ({}, {"1", "2"})
    assert archive.whole == []


def test_only_the_post_that_changed_is_read_whole(
    archive: Archive, desk: Desk, visit: Visit
) -> None:
    hold(archive, post("1"))
    edited = hold(archive, post("2"))
    reading = Reading("x", posts=(post("1"), post("2", "Rapat pukul 10."), post("3")))

    assert changes(reading, visit, desk) == [("2", "EDITED"), ("3", "NEW")]
    assert archive.whole == [edited]


def test_equal_content_of_a_post_that_was_not_there_is_a_return(
    archive: Archive, desk: Desk, visit: Visit
) -> None:
    hold(archive, post("1"), state="ABSENT")

    assert changes(Reading("x", posts=(post("1"),)), visit, desk) == [("1", "RETURNED")]


def test_a_post_shown_twice_is_judged_by_its_last_sight(
    archive: Archive, desk: Desk, visit: Visit
) -> None:
    hold(archive, post("1"))
    twice = Reading("x", posts=(post("1"), post("1", "Rapat pukul 10.")))

    assert changes(twice, visit, desk) == [("1", "EDITED")]


def test_a_marker_is_judged_by_the_whole_row_of_its_post(
    archive: Archive, desk: Desk, visit: Visit
) -> None:
    marked = hold(archive, post("1"))
    hold(archive, post("2"))
    gone = StateSeen("post:1", SeenState.ABSENT, "Record not found")
    reading = Reading("x", posts=(post("2"),), states=(gone,))

    assert changes(reading, visit, desk) == [("1", "STATE")]
    assert archive.whole == [marked]

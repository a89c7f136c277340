"""Group commit over the memory store, with a gate that holds it in the middle of a batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from evidence.canonical import new_record_id
from evidence.errors import ParseError, StoreError
from evidence.model import Draft, Entry, Plain, StatementType
from evidence.store import MemoryArchive
from evidence.store.commit import GroupCommit

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def draft(data: bytes = b"", **facts: object) -> Draft:
    objects = (Plain("body", "text/plain", data),) if data else ()
    return Draft(StatementType.CAPTURE, new_record_id(), AT, "system", facts, objects)


class GatedArchive(MemoryArchive):
    """A memory archive that waits at a gate, counts its batches and can be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.batches: list[int] = []
        self.failure: Exception | None = None

    def record(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        self.entered.set()
        self.gate.wait()
        self.batches.append(len(drafts))
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        return super().record(drafts)


@pytest.fixture
def archive() -> Iterator[GatedArchive]:
    gated = GatedArchive()
    yield gated
    gated.gate.set()


def held(commit: GroupCommit, archive: GatedArchive) -> Future[tuple[Entry, ...]]:
    """A first submission that is being recorded and waits at the gate."""
    first = commit.submit([draft()])
    assert archive.entered.wait(5)
    return first


def test_what_gathers_while_a_batch_is_written_is_written_at_once(archive: GatedArchive) -> None:
    commit = GroupCommit(archive)
    first = held(commit, archive)
    drafts = [[draft(n=n), draft(n=n)] for n in range(10)]
    futures = [commit.submit(pair) for pair in drafts]

    archive.gate.set()

    for pair, future in zip(drafts, futures, strict=True):
        assert [e.statement.rec for e in future.result(5)] == [d.rec for d in pair]
    assert len(first.result(5)) == 1
    assert archive.batches == [1, 20]
    commit.close()


def test_a_batch_is_bounded_by_drafts_and_by_bytes(archive: GatedArchive) -> None:
    commit = GroupCommit(archive, max_drafts=3, max_bytes=100)
    held(commit, archive)
    for size in (10, 10, 10, 60, 60, 500, 10):
        commit.submit([draft(b"x" * size)])

    archive.gate.set()
    commit.close()

    assert archive.batches == [1, 3, 1, 1, 1, 1]
    assert archive.size() == 8


def test_an_idle_commit_writes_a_single_draft_without_waiting_for_company() -> None:
    archive = MemoryArchive()
    commit = GroupCommit(archive)

    assert commit.submit([draft()]).result(1)[0].index == 0
    commit.close()


def test_an_error_reaches_the_futures_of_its_batch_only(archive: GatedArchive) -> None:
    commit = GroupCommit(archive)
    archive.failure = StoreError("test", "refused once")
    first = held(commit, archive)
    second = commit.submit([draft()])

    archive.gate.set()

    assert isinstance(first.exception(5), StoreError)
    assert second.result(5)[0].index == 0
    commit.close()


def test_a_malformed_draft_does_not_cost_its_neighbours(archive: GatedArchive) -> None:
    commit = GroupCommit(archive)
    held(commit, archive)
    sound, bad, after = (commit.submit([d]) for d in (draft(), draft(n=1.5), draft()))

    archive.gate.set()

    assert sound.result(5)[0].index == 1
    assert isinstance(bad.exception(5), ParseError)
    assert after.result(5)[0].index == 2
    commit.close()


def test_close_records_all_that_was_submitted_and_takes_no_more(archive: GatedArchive) -> None:
    commit = GroupCommit(archive)
    futures = [commit.submit([draft()]) for _ in range(20)]
    archive.gate.set()

    commit.close()

    assert all(future.done() and future.exception() is None for future in futures)
    assert archive.size() == 20
    with pytest.raises(StoreError, match="closed"):
        commit.submit([draft()])


@pytest.mark.parametrize("limit", [{"queue_drafts": 2}, {"queue_bytes": 20}])
def test_a_full_queue_blocks_until_there_is_room(
    archive: GatedArchive, limit: dict[str, int]
) -> None:
    commit = GroupCommit(archive, **limit)
    held(commit, archive)
    commit.submit([draft(b"x" * 10)])
    commit.submit([draft(b"x" * 10)])

    assert commit.has_room() is False
    assert commit.wait_for_room(0.01) is False
    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(commit.submit, [draft()])
        assert blocked.done() is False
        archive.gate.set()
        assert blocked.result(5).result(5)[0].index == 3
    assert commit.wait_for_room(1) is True
    commit.close()


def test_a_cancelled_submission_is_not_recorded(archive: GatedArchive) -> None:
    commit = GroupCommit(archive)
    held(commit, archive)
    dropped = commit.submit([draft()])
    assert dropped.cancel()

    archive.gate.set()
    commit.close()

    assert archive.size() == 1


def test_many_threads_submitting_leave_no_gap() -> None:
    archive = MemoryArchive()
    commit = GroupCommit(archive)
    with ThreadPoolExecutor(8) as pool:
        futures = list(pool.map(lambda _: commit.submit([draft()]), range(200)))

    commit.close()

    assert sorted(f.result()[0].index for f in futures) == list(range(200))

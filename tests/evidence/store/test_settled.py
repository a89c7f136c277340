"""After an election nothing is believed until the new primary is known to be up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo.errors import AutoReconnect

from evidence.errors import StoreError
from evidence.store import open_archive
from evidence.store.mongo.edge import Edge
from evidence.store.mongo.settled import Settled

ONE, TWO = ("a:1", 1), ("b:1", 2)


class Set:
    """A replica set whose primary changes when it is told; `asked` counts linearizable reads."""

    def __init__(self, primary: tuple[str, int] | None = ONE) -> None:
        self.now, self.asked = primary, 0
        self.elected: Iterator[tuple[str, int]] = iter(())

    def primary(self) -> tuple[str, int] | None:
        return self.now

    def probe(self) -> None:
        self.asked += 1
        self.now = next(self.elected, self.now)

    def settled(self) -> Settled:
        return Settled(self.primary, self.probe)


def test_one_linearizable_read_is_enough_for_as_long_as_the_primary_stays() -> None:
    nodes = Set()
    settled = nodes.settled()

    assert [settled.wait() for _ in range(3)] == [ONE] * 3
    assert nodes.asked == 1


def test_every_new_primary_is_asked_before_it_is_believed() -> None:
    nodes = Set()
    settled = nodes.settled()
    settled.wait()

    nodes.now = TWO

    assert (settled.wait(), nodes.asked) == (TWO, 2)


def test_the_same_node_elected_again_is_a_new_primary() -> None:
    nodes = Set()
    settled = nodes.settled()
    settled.wait()

    nodes.now = (ONE[0], 9)
    settled.wait()

    assert nodes.asked == 2


def test_a_primary_that_changes_while_it_is_asked_is_asked_again() -> None:
    nodes = Set()
    nodes.elected = iter([TWO])

    assert (nodes.settled().wait(), nodes.asked) == (TWO, 2)


def test_a_set_without_a_primary_gives_an_error_that_passes() -> None:
    with pytest.raises(AutoReconnect):
        Set(None).settled().wait()


def test_an_answer_of_a_primary_that_was_not_asked_is_not_taken() -> None:
    """The one that was elected between the question whether it is up to date and the read."""
    nodes = Set()
    calls: list[tuple[str, int] | None] = []

    def read() -> int:
        calls.append(nodes.now)
        if len(calls) == 1:
            nodes.now = TWO
            return 848  # what the new primary knows of, so shortly after its election
        return 945

    assert Edge("h:1", 5, settled=nodes.settled()).run("reading the log's size", read) == 945
    assert calls == [ONE, TWO]


def test_a_primary_that_always_changes_is_said_when_the_budget_is_spent() -> None:
    nodes = Set()
    elections = iter(range(10, 10_000))

    def read() -> None:
        nodes.now = ("a:1", next(elections))

    with pytest.raises(StoreError, match="does not answer"):
        Edge("h:1", 0.1, settled=nodes.settled()).run("reading", read)


def test_a_cursor_is_not_followed_before_the_primary_is_up_to_date() -> None:
    def away() -> None:
        raise AutoReconnect("away")

    edge = Edge("h:1", 0.05, settled=Settled(lambda: ONE, away))

    with pytest.raises(StoreError):
        list(edge.each("reading", [1]))


@pytest.mark.mongo
def test_a_real_primary_is_asked_once_for_all_reads(
    mongo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    wait = Settled.wait

    def counted(self: Settled) -> object:
        before = self._settled
        name = wait(self)
        if before != name:
            asked.append(name)
        return name

    monkeypatch.setattr(Settled, "wait", counted)
    archive = open_archive(mongo_url, tmp_path)

    assert [archive.size() for _ in range(5)] == [0] * 5
    assert len(asked) == 1
    archive.close()

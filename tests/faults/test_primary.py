"""The primary of three nodes is killed under writers: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, JejakError
from evidence.model import Draft, Plain, StatementType
from evidence.query.fsck import fsck
from evidence.seal import Signer
from evidence.seal.key import check_ed25519
from evidence.store import Archive, open_archive
from tests.faults.archive_roles import AT
from tests.faults.nodes import Nodes, three_nodes
from tests.packages.synthetic import NOW, ORIGIN

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(300)]
SOAK = [pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    try:
        with three_nodes(tmp_path) as nodes:
            yield nodes
    except ConfigError as error:
        pytest.skip(f"needs a mongod of the wheel, or JEJAK_MONGOD: {error}")


class Writers:
    """Two threads that record, one that signs; what each was told is done."""

    def __init__(self, archive: Archive, signer: Signer) -> None:
        self.acked: dict[str, int] = {}
        self.heads: list[tuple[int, bytes]] = []
        self.failures: list[JejakError] = []
        self._archive, self._signer = archive, signer
        self._stop = threading.Event()
        self._threads = [
            *(threading.Thread(target=self._until_stopped, args=(self._write,)) for _ in range(2)),
            threading.Thread(target=self._until_stopped, args=(self._seal,)),
        ]
        for thread in self._threads:
            thread.start()

    def await_more(self, how_many: int) -> None:
        """Wait until so many more are acknowledged, or one failed."""
        wanted = len(self.acked) + how_many
        deadline = time.monotonic() + 60
        while len(self.acked) < wanted and not self.failures and time.monotonic() < deadline:
            time.sleep(0.02)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)

    def _until_stopped(self, act: object) -> None:
        try:
            while not self._stop.is_set():
                act()  # type: ignore[operator]
        except JejakError as error:
            self.failures.append(error)

    def _write(self) -> None:
        body = Plain("body", "text/plain", os.urandom(2_000))
        draft = Draft(StatementType.CAPTURE, new_record_id(), AT, "system", {}, (body,))
        entry = self._archive.record([draft])[0]
        self.acked[entry.statement.rec] = entry.index
        time.sleep(0.01)

    def _seal(self) -> None:
        head = self._signer.seal(NOW)
        if head is not None:
            self.heads.append((head.size, head.root))
        time.sleep(0.05)


@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=SOAK)])
def test_kills_of_the_primary_lose_double_and_roll_back_nothing(
    nodes: Nodes, tmp_path: Path, kills: int
) -> None:
    archive = open_archive(nodes.url("uji"), tmp_path)
    signer = Signer(archive, tmp_path / "keys", ORIGIN)
    writers = Writers(archive, signer)
    primaries = []
    writers.await_more(20)
    for _ in range(kills):
        time.sleep(random.uniform(0, 0.2))
        primaries.append(nodes.primary())
        nodes.kill(primaries[-1])
        nodes.start(primaries[-1])
        writers.await_more(10)
        nodes.await_back(primaries[-1])
    writers.stop()
    print(f"{len(primaries)} kills, {len(writers.acked)} acknowledged, {len(writers.heads)} heads")

    signed = signer.seal(NOW) or signer.head()
    entries = list(archive.entries())
    index_of = {entry.statement.rec: entry.index for entry in entries}
    checked = fsck(
        archive, keys=[signer.vkey], check_signature=check_ed25519, signed=signed, objects=False
    )
    opened = [
        archive.open_object(rec, "body")
        for rec in random.sample(sorted(writers.acked), min(60, len(writers.acked)))
    ]
    archive.close()

    assert writers.failures == []
    assert len(primaries) == kills
    assert len(writers.acked) >= 10 * kills
    assert writers.acked.items() <= index_of.items()
    assert [entry.index for entry in entries] == list(range(len(index_of)))
    assert checked.faults == []
    assert None not in opened
    assert checked.checkpoints >= len(writers.heads) > kills

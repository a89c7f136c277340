"""Every system call of signer, exporter, recorder and small files fails, or is the last, in turn."""

from __future__ import annotations

import random
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evidence.seal.head import read_head
from evidence.store import open_archive
from evidence.store.attachment import ServerState, read_state, write_state
from evidence.verify import verify
from tests.faults.archive_roles import read_journal
from tests.faults.disk_roles import some_tree
from tests.faults.nursery import Nursery
from tests.faults.tracer import Fault, require_strace, struck, traced
from tests.packages.synthetic import ORIGIN

pytestmark = pytest.mark.timeout(300)
SOAK = [pytest.mark.soak, pytest.mark.timeout(7200)]
ALL = 10**6
FILES = ("openat", "write", "fsync", "fdatasync", "rename", "renameat", "renameat2", "mkdir",
         "mkdirat", "link", "linkat", "unlink", "unlinkat", "rmdir", "flock", "read", "close",
         "newfstatat", "fstat", "lseek", "getdents64", "sync", "syncfs")  # fmt: skip
SOCKETS = ("sendto", "recvfrom", "connect")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    require_strace()
    with Nursery("tests.faults.disk_roles", tmp_path_factory.mktemp("faults")) as nursery:
        yield nursery


@dataclass
class Trial:
    """One role under one fault after the other; what became of it is checked each time.

    fresh:  a new place for one run: the role's arguments.
    check:  whether that place is sound after the fault; given the lines of the journal.
    again:  whether the role must do its work there afterwards, without a fault.
    share:  of the faults, how many must meet their call: it may come less often than when it was
            counted, by buffers and clocks.
    """

    nursery: Nursery
    role: str
    fresh: Callable[[], tuple[str, ...]]
    check: Callable[[tuple[str, ...], list[list[str]]], None]
    again: bool = True
    share: float = 0.9
    strikes: int = 0
    ended: dict[str, int] = field(default_factory=dict)

    def run(self, calls: tuple[str, ...], kinds: tuple[str, ...], at_most: int) -> None:
        seed = secrets.randbits(32)
        counted = traced(self.nursery, calls, self.role, str(self._journal()), *self.fresh())
        faults = [
            Fault(call, n, kind)
            for call, count in sorted(counted.items())
            for n in range(1, count + 1)
            for kind in kinds
            # A close that fails has closed all the same; one that a tracer forbids has not.
            if kind == "KILL" or call != "close"
        ]
        print(f"{self.role}: {dict(counted)}, {len(faults)} faults, seed {seed}")
        if len(faults) > at_most:
            faults = random.Random(seed).sample(faults, at_most)
        assert faults
        for fault in faults:
            self._strike(fault)
        print(f"{self.strikes} of {len(faults)} struck; {self.ended}")
        assert self.strikes >= self.share * len(faults)

    def _strike(self, fault: Fault) -> None:
        place, journal = self.fresh(), self._journal()
        hit, code = struck(self.nursery, fault, self.role, str(journal), *place)
        lines = read_journal(journal)
        self.strikes += hit
        said = f"{fault}, exit code {code}: {self.nursery.stderr.read_text()[-1500:]}"
        assert code == (-9 if hit and fault.kind == "KILL" else 0), said
        word = "killed" if code else "failed and done" if len(lines) > 1 else "done"
        self.ended[word] = self.ended.get(word, 0) + 1
        if self.again:
            after = self._journal()
            assert self.nursery.run(f"{self.role} on", str(after), *place) == 0, said
            lines += read_journal(after)
        try:
            self.check(place, lines)
        except AssertionError as error:
            raise AssertionError(f"after {fault}: {lines}") from error

    def _journal(self) -> Path:
        return self.nursery.stderr.with_name(f"{self.role}-{secrets.token_hex(6)}.journal")


@pytest.mark.parametrize("at_most", [30, pytest.param(ALL, marks=SOAK)])
@pytest.mark.parametrize("new", [False, True])
def test_a_signer_that_meets_a_fault_signs_the_same_head_afterwards(
    nursery: Nursery, tmp_path: Path, new: bool, at_most: int
) -> None:
    """new: without a key yet; else with a key that has signed before."""
    site = nursery.stderr.with_name("site") / "keys"
    heads: set[tuple[str, ...]] = set()

    def fresh() -> tuple[str, ...]:
        keys = tmp_path / secrets.token_hex(6)
        if not new:
            shutil.copytree(site, keys)
        return (str(keys),)

    def check(place: tuple[str, ...], lines: list[list[str]]) -> None:
        done = [line for line in lines if line[0] != "failed"]
        # One key, and one head under it, whatever was said before and after the fault.
        assert len({tuple(line) for line in done}) == 1
        heads.add(tuple(done[0][1:]))
        head = read_head(Path(place[0]), ORIGIN)
        assert str(head.size) == done[0][-2]
        assert head.frontier.root().hex() == done[0][-1]

    trial = Trial(nursery, "sign", fresh, check)
    trial.run(FILES, ("EIO", "ENOSPC", "KILL"), at_most)
    assert len(heads) == 1


@pytest.mark.parametrize("at_most", [30, pytest.param(ALL, marks=SOAK)])
def test_an_exporter_that_meets_a_fault_leaves_only_sound_packages(
    nursery: Nursery, tmp_path: Path, at_most: int
) -> None:
    site = nursery.stderr.with_name("site") / "keys"
    trust = nursery.stderr.with_name("trust").read_text()

    def fresh() -> tuple[str, ...]:
        place = tmp_path / secrets.token_hex(6)
        shutil.copytree(site, place / "keys")
        return str(place / "keys"), str(place / "out")

    def check(place: tuple[str, ...], lines: list[list[str]]) -> None:
        out = Path(place[1])
        named = {p.name for p in out.glob("*") if p.suffix != ".partial"}
        assert {name for (name, *more) in lines if name != "failed"} <= named
        reports = {name: verify(out / name, trust) for name in named}
        assert [f.code for r in reports.values() if not r.ok for f in r.findings] == []
        shutil.rmtree(out.parent)

    # A killed exporter's log is gone with its process, but not the head it signed: no second one.
    Trial(nursery, "export", fresh, check, again=False).run(
        FILES, ("EIO", "ENOSPC", "KILL"), at_most
    )


@pytest.mark.parametrize("at_most", [20, pytest.param(ALL, marks=SOAK)])
def test_the_embedded_servers_small_files_are_whole_or_as_before(
    nursery: Nursery, tmp_path: Path, at_most: int
) -> None:
    def fresh() -> tuple[str, ...]:
        place = tmp_path / secrets.token_hex(6)
        place.mkdir()
        write_state(place / "mongod.json", ServerState(1))
        return (str(place / "mongod.json"),)

    def check(place: tuple[str, ...], lines: list[list[str]]) -> None:
        done = {tuple(line) for line in lines if line[0] != "failed"}
        # One login, whenever it was said; the state as written last.
        assert len(done) == 1
        assert [len(secret) for secret, _ in done] == [64]
        assert read_state(Path(place[0])).port == 2

    Trial(nursery, "state", fresh, check).run(FILES, ("EIO", "ENOSPC", "KILL"), at_most)


@pytest.mark.mongo
@pytest.mark.parametrize("at_most", [10, pytest.param(ALL, marks=SOAK)])
def test_a_recorder_whose_connection_fails_records_all_of_it_once(
    nursery: Nursery, mongo_url: str, tmp_path: Path, at_most: int
) -> None:
    archive = open_archive(mongo_url, tmp_path)
    names: list[str] = []

    def fresh() -> tuple[str, ...]:
        names.append(secrets.token_hex(6))
        return mongo_url, names[-1]

    def check(place: tuple[str, ...], lines: list[list[str]]) -> None:
        said = {rec: int(index) for index, rec in lines}
        entries = {e.statement.rec: e.index for e in archive.entries()}
        assert len(said) == 3
        assert said.items() <= entries.items()
        assert sorted(entries.values()) == list(range(3 * len(names)))
        for rec in said:
            assert archive.open_object(rec, "body") is not None

    # The driver asks its server by the clock how it is: a slow run has many more calls than a quick one.
    trial = Trial(nursery, "record", fresh, check, share=0.5)
    trial.run(SOCKETS, ("ECONNRESET", "EPIPE", "KILL"), at_most)
    archive.close()


@pytest.mark.parametrize("at_most", [20, pytest.param(ALL, marks=SOAK)])
def test_a_witness_that_meets_a_fault_has_kept_each_head_that_it_signed(
    nursery: Nursery, tmp_path: Path, at_most: int
) -> None:
    """What it said is 200 was durable before; it goes on from there under the same key."""

    def fresh() -> tuple[str, ...]:
        return (str(tmp_path / secrets.token_hex(6)),)

    def check(place: tuple[str, ...], lines: list[list[str]]) -> None:
        assert len({key for *_, key in lines}) == 1
        signed = [int(size) for size, status, _key in lines if status == "200"]
        assert signed == sorted(set(signed))
        with closing(sqlite3.connect(Path(place[0]) / "heads.sqlite")) as memory:
            ((size, root),) = memory.execute("SELECT size, root FROM heads").fetchall()
        assert (size, root) == (4, some_tree(4).root())

    calls = (*FILES, "pwrite64", "pread64", "ftruncate")
    trial = Trial(nursery, "cosign", fresh, check)
    trial.run(calls, ("EIO", "ENOSPC", "KILL"), at_most)

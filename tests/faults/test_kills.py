"""Crawler, writer, signer and exporter are killed at random, all at work on one archive."""

from __future__ import annotations

import json
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.child import Batch, batch_value
from crawler.config import load
from crawler.tick import reconcile
from evidence.canonical import encode, instant, to_value
from evidence.ledger import Tree
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    Plain,
    Side,
    Slot,
    StatementType,
    WatchEntry,
)
from evidence.projection import project_entries
from evidence.query.fsck import fsck
from evidence.record import Recorder
from evidence.seal.key import check_ed25519
from evidence.store import Archive, Claim, open_archive
from evidence.verify import verify
from sandbox.event import Publish
from sandbox.server import Sandbox
from sandbox.world import Account, Scenario
from tests.faults.archive_roles import export_one, read_journal
from tests.faults.nursery import Nursery
from tests.packages.synthetic import Site, make_site

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(300)]
SOAK = [pytest.mark.soak, pytest.mark.timeout(7200)]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANNELS = tuple(f"contoh{n}" for n in range(4))
LONGEST_START_S = 40.0
SHARES = {"write": 15, "seal": 15, "export": 15, "crawl": 6}
"""How many of 51 kills meet whom; the four still at work at the end are killed as well."""
DEAD = "somewhere-else 1 1 dead"
"""Who claims: a scheduler of another host; its claims end with their lease."""


@dataclass
class Field:
    """All that is at work, and what was said to be done."""

    url: str
    folder: Path
    site: Site
    nursery: Nursery
    bases: dict[str, str]
    rng: random.Random
    running: dict[str, tuple[int, Path]] = field(default_factory=dict)
    said: dict[str, list[list[str]]] = field(default_factory=lambda: {role: [] for role in SHARES})
    codes: Counter[tuple[str, int]] = field(default_factory=Counter)
    slots: list[str] = field(default_factory=list)

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def packages(self) -> Path:
        return self.folder / "packages"

    def start(self, role: str) -> None:
        """Start a role that is not at work, and wait until it is."""
        if role in self.running:
            return
        journal = self.folder / f"{role}-{secrets.token_hex(4)}.journal"
        more = {
            "write": (), "seal": (str(self.keys),), "export": (str(self.keys), str(self.packages)),
            "crawl": (str(self.folder / "jejak.toml"), str(self.batch())) if role == "crawl" else (),
        }[role]  # fmt: skip
        self.running[role] = (self.nursery.start(role, self.url, str(journal), *more), journal)
        deadline = time.monotonic() + LONGEST_START_S
        while not journal.exists() or not journal.stat().st_size:
            assert time.monotonic() < deadline, f"{role} does not start: {self.stderr()}"
            time.sleep(0.005)

    def kill(self, role: str) -> int:
        """Kill a role at work; gives the code it ended with: 0 when it had come to its end before."""
        pid, journal = self.running.pop(role)
        code = self.nursery.kill(pid)
        self.codes[role, code] += 1
        self.said[role] += read_journal(journal)
        return code

    def kill_at_work(self, role: str) -> None:
        """Kill a role while all are at work; again when it had come to its end before the kill."""
        for _ in range(20):
            for each in SHARES:
                self.start(each)
            time.sleep(self.rng.uniform(0, 0.2))
            if self.kill(role) != 0:
                return
        raise AssertionError(f"{role} always ends before it is killed")

    def batch(self) -> Path:
        """A batch of one new slot of each channel, claimed by a scheduler that is no more."""
        due = NOON + timedelta(minutes=len(self.slots))
        ids = [f"w-{channel}@{due:%Y-%m-%dT%H:%M:%SZ}" for channel in CHANNELS]
        for slot in ids:
            assert self.site.archive.claim(Claim(slot, DEAD, NOON, NOON), NOON)
        self.slots += ids
        batch = Batch("telegram", tuple(Slot(s, s.split("@")[0], due, "", "") for s in ids))
        path = self.folder / f"batch-{len(self.slots)}.json"
        path.write_text(json.dumps(batch_value(batch)))
        return path

    def stderr(self) -> str:
        return self.nursery.stderr.read_text("utf-8", "replace")[-4000:]


CLOCKS = {"TIME_ORDER"}
"""The roles at work go by clocks of different days here; that this shows is no fault of theirs."""


@pytest.fixture
def field_of_work(mongo_url: str, tmp_path: Path) -> Iterator[Field]:
    archive = open_archive(mongo_url, tmp_path)
    site = make_site(tmp_path, archive=archive)
    accounts = tuple(Account(c, "telegram", c, "Contoh", NOON) for c in CHANNELS)
    posts = tuple(Publish(NOON, c, f"{n}", f"Kabar {n}") for c in CHANNELS for n in range(1, 30))
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    with (
        Sandbox(Scenario("faults", accounts, posts), NOON) as sandbox,
        Nursery("tests.faults.archive_roles", tmp_path) as nursery,
    ):
        for channel in CHANNELS:
            watch_channel(archive, sandbox.bases["telegram"], channel)
        (tmp_path / "jejak.toml").write_text(
            f'data_dir = "{tmp_path}"\negress_allow = ["127.0.0.0/8"]\n'
        )
        yield Field(mongo_url, tmp_path, site, nursery, sandbox.bases, random.Random(seed))
    archive.close()


def watch_channel(archive: Archive, base_url: str, channel: str) -> None:
    entry = WatchEntry(
        f"w-{channel}", AccountId("telegram", None, channel), Side.WATCHED, "A", "Asia/Jakarta",
        Attribution("X", "SK", Confidence.HIGH, "P", NOON), "1/ST", "UU", NOON, base_url=base_url,
    )  # fmt: skip
    facts = {"watch": entry.watch, "change": "ADDED", "side": "WATCHED", "tier": "A",
             "platform": "telegram", "zone": entry.zone, "from": instant(NOON), "until": None,
             "render": False}  # fmt: skip
    plain = Plain("entry", "application/json", encode(to_value(entry)))
    draft = Recorder("system", "test").draft(StatementType.WATCH, NOON, facts, [plain])
    project_entries(archive, archive.record([draft]))


@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=SOAK)])
def test_kills_of_everything_at_work_lose_double_and_fake_nothing(
    field_of_work: Field, rounds: int
) -> None:
    work = field_of_work
    kills = [role for role, share in SHARES.items() for _ in range(share * rounds)]
    work.rng.shuffle(kills)
    for role in kills:
        work.kill_at_work(role)
    for role in list(work.running):
        work.kill(role)
    print(f"{sum(work.codes.values())} ended: {dict(work.codes)}")
    print({role: len(lines) for role, lines in work.said.items()})

    # Only a crawler may have come to its end before it was killed.
    assert {code for (role, code) in work.codes if role != "crawl"} == {-9}, work.stderr()
    assert {code for (_, code) in work.codes} <= {0, -9}, work.stderr()
    assert sum(n for (_, code), n in work.codes.items() if code == -9) >= len(kills)
    check_log(work)
    check_heads(work)
    check_packages(work)
    check_slots(work)


def check_log(work: Field) -> None:
    """0 acknowledged lost, 0 double, 0 gap, and the full check finds no fault."""
    entries = list(work.site.archive.entries())
    index_of = {entry.statement.rec: entry.index for entry in entries}
    acked = {rec: int(index) for index, rec in work.said["write"]}

    assert len(acked) > 20
    assert acked.items() <= index_of.items()
    assert len(index_of) == len(entries)
    assert [entry.index for entry in entries] == list(range(len(entries)))


def check_heads(work: Field) -> None:
    """0 heads that are no prefix of the final log: kept, said or signed last."""
    archive, signer = work.site.archive, work.site.signer
    signed = signer.seal(NOON) or signer.head()
    checked = fsck(
        archive, keys=[signer.vkey], check_signature=check_ed25519, signed=signed, objects=True
    )
    tree = Tree()
    tree.extend(stored for _, _, stored in archive.raw_leaves(0, archive.size()))
    heads = {(int(size), root) for size, root in work.said["seal"]}

    assert {fault.code for fault in checked.faults} <= CLOCKS
    assert checked.checkpoints > len(heads) > 5
    assert all(tree.root(size).hex() == root for size, root in heads)
    assert {size for size, _ in heads} <= {size for size, _ in archive.checkpoints()}


def check_packages(work: Field) -> None:
    """0 folders that look finished and are not, 0 finished ones lost; exports go on afterwards."""
    last = export_one(work.site.archive, work.site.signer, work.packages)
    finished = {p.name: p for p in work.packages.iterdir() if p.suffix != ".partial"}
    reports = {name: verify(path, work.site.trust) for name, path in finished.items()}

    assert {name for (name,) in work.said["export"]} | {last.name} <= set(finished)
    assert len(finished) > 1
    wrong = {f.code for r in reports.values() for f in r.findings if f.severity == "error"}
    assert wrong <= CLOCKS


def check_slots(work: Field) -> None:
    """Every slot that was claimed has exactly one outcome, once its scheduler's lease is over."""
    archive = work.site.archive
    config = load(work.folder / "jejak.toml", {})
    reconcile(config, archive, datetime(2026, 11, 22, tzinfo=UTC))
    outcomes = Counter(
        e.statement.facts["slot"]
        for e in archive.entries()
        if e.statement.type is StatementType.OUTCOME
    )
    visited = {
        e.statement.facts["slot"]
        for e in archive.entries()
        if e.statement.type is StatementType.CAPTURE and e.statement.facts.get("slot")
    }

    assert {slot: outcomes[slot] for slot in work.slots} == dict.fromkeys(work.slots, 1)
    assert visited & set(work.slots)
    assert archive.claims() == ()

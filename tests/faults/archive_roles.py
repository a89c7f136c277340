"""What is killed: a writer, a signer, an exporter and a crawler child, at work on one archive.

Each says in its journal what it was told is done, with one write a line: a line that is whole there
was acknowledged, whatever happened to the process afterwards.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

# Imported here so that no process has to.
import crawler.run
import crawler.spider
import evidence.store.mongo  # noqa: F401
import pipelines.record  # noqa: F401
from evidence.canonical import new_record_id
from evidence.model import Draft, Plain, StatementType
from evidence.package import select, write_package
from evidence.seal import Signer
from evidence.store import Archive, open_archive
from evidence.store.commit import GroupCommit
from tests.faults.nursery import Role
from tests.packages.synthetic import END, NOW, ORIGIN, START, WATCH

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class Journal:
    """Lines in a file that are there as soon as they are said."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.say("ready")

    def say(self, *words: object) -> None:
        # Appended whatever the offset says; a call that no fault is given to.
        os.pwrite(self._handle, (" ".join(map(str, words)) + "\n").encode(), 0)

    def tell(self, *words: object) -> None:
        """As `say`, for roles whose own writes are by pwrite and meet faults."""
        os.writev(self._handle, [(" ".join(map(str, words)) + "\n").encode()])


def read_journal(path: Path) -> list[list[str]]:
    """The whole lines of a journal, after its first."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return [line.split() for line in lines[1:] if line.endswith("\n")]


def write(url: str, journal: str) -> None:
    """Record small and large statements through two threads until killed; says index and record."""
    archive = open_archive(url, Path())
    commit = GroupCommit(archive, workers=2)
    said = Journal(journal)
    for n in range(10**9):
        waiting = [commit.submit([_draft(n, 200_000 if n % 5 == 4 else 300)]) for _ in range(4)]
        for done in waiting:
            for entry in done.result():
                said.say(entry.index, entry.statement.rec)


def seal(url: str, journal: str, keys: str) -> None:
    """Record a little and sign, until killed; says the size and root of each head."""
    archive = open_archive(url, Path())
    signer = Signer(archive, Path(keys), ORIGIN)
    said = Journal(journal)
    for n in range(10**9):
        entry = archive.record([_draft(n, 50)])[0]
        head = signer.seal(NOW)
        if head is not None:
            said.say(head.size, head.root.hex())
        assert (head or signer.head()).size > entry.index


def export(url: str, journal: str, keys: str, folder: str) -> None:
    """Write packages until killed; says the name of each."""
    archive = open_archive(url, Path())
    signer = Signer(archive, Path(keys), ORIGIN)
    said = Journal(journal)
    while True:
        said.say(export_one(archive, signer, Path(folder)).name)


def export_one(archive: Archive, signer: Signer, folder: Path) -> Path:
    """One package of one account's first hours."""
    return write_package(
        archive, select(archive, watches=(WATCH,), period=(START, END)), folder,
        signer=signer, now=NOW, purpose="uji putus", order="ST-1/2026",
        actor={"nama": "Petugas Uji"}, organisation="Bawaslu Uji", software="jejak 0.1.0",
    )  # fmt: skip


def crawl(url: str, journal: str, config: str, batch: str) -> None:
    """Visit the slots of a batch as the scheduler's child does."""
    os.environ.update({"JEJAK_CONFIG": config, "JEJAK_ARCHIVE_URL": url})
    said = Journal(journal)
    said.say("ended", crawler.run.crawl("telegram", batch=Path(batch)))


def roles(folder: Path) -> dict[str, Role]:
    return {"write": write, "seal": seal, "export": export, "crawl": crawl}


def _draft(n: int, size: int) -> Draft:
    rec = new_record_id()
    body = Plain("body", "text/plain", rec.encode() + b"x" * size)
    shared = Plain("media", "image/png", b"the same in all")
    return Draft(StatementType.CAPTURE, rec, AT, "system", {"n": n}, (body, shared))

"""What the recorder keeps of revocation with a stamp is what both verifiers ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.ledger import Tree
from evidence.package.anchored import anchor_files
from evidence.seal.anchor import timestamping
from evidence.seal.revocation import ask_revocation
from evidence.verify.verify import (
    Case,
    Head,
    Trust,
    check_stamp,
    read_published,
    tell_revocation,
)
from tests.evidence.seal.test_anchor import Office
from tests.evidence.seal.test_revocation import Publisher, near
from tests.evidence.seal.tsa import serving
from tests.packages.stamping import HAND


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    with Publisher(tmp_path_factory.mktemp("published"), "list", "ocsp") as published:
        yield published


def recorded(publisher: Publisher, folder: Path) -> tuple[str, list[str]]:
    """What the recorder's statement says of revocation, and what a verifier finds in the package."""
    office = Office(folder)
    with HAND.moved(datetime.now(UTC)), serving(publisher.tsa) as tsa:
        authority = timestamping(
            tsa.authority,
            revocation=lambda chain, roots: ask_revocation(chain, roots, office.now(), near),
        )
        (standing,) = office.anchors(authority).run(office.head())
    tree = Tree(stored for _, _, stored in office.archive.raw_leaves(0, office.archive.size()))
    head = office.head()
    files = dict(anchor_files(office.archive, list(office.archive.entries(0, 1)), head, tree))
    case = Case("/", Trust("log", (), tsas=(("TSA", publisher.tsa.roots.decode()),)))
    case.small.update(files)
    (path,) = (p for p in files if p.endswith(".tsr"))
    size = int(path.split("/")[-2])
    read_published(case, {size: ["0.pem", "0.tsr"]})
    note = files[path.replace("0.tsr", "checkpoint.txt")]
    check_stamp(case, path, Head("log", size, b"", note))
    tell_revocation(case)
    return str(standing.revocation), [stamped.revocation for stamped in case.stamps]


@pytest.mark.parametrize("kind", ["list", "answer"])
def test_what_the_recorder_keeps_is_shown(kind: str, publisher: Publisher, tmp_path: Path) -> None:
    publisher.publish()
    if kind == "answer":
        publisher.lists = b""

    assert recorded(publisher, tmp_path) == ("KEPT", ["SHOWN"])


def test_what_the_recorder_could_not_have_is_not_shown(tmp_path: Path) -> None:
    with Publisher(tmp_path / "published", "list") as silent:
        silent.lists = b""

        assert recorded(silent, tmp_path) == ("HTTP_404", ["NOT_KEPT"])

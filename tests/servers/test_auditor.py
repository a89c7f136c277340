"""The tiled log and a package's proofs, read by Go's checksum-database client, which we did not write."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.ledger import Tree, parse_checkpoint, tiles
from evidence.model import StatementType
from tests.packages.synthetic import NOW, Site, Visitor, make_package, make_site
from tests.servers.process import SERVERS

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
AUDITOR = SERVERS / "go" / "auditor"
MORE = 600
"""Leaves besides the site's: two full tiles, a partial one, and a second level."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path, Path]:
    """A site, its tiled log, and a package of it."""
    folder = tmp_path_factory.mktemp("audited")
    site = make_site(folder)
    recorder = Visitor(site.archive, "system").recorder
    facts = [{"code": "UJI", "detail": str(n)} for n in range(MORE)]
    site.archive.record([recorder.draft(StatementType.ALARM, NOW, said) for said in facts])
    package = make_package(site, folder / "out")
    head = parse_checkpoint(site.archive.checkpoints()[-1][1])
    leaves = list(site.archive.raw_leaves(0, head.size))
    tree = Tree(stored for _index, _data, stored in leaves)
    for name, data in tiles([data for _i, data, _h in leaves], tree, head.note, head.size).items():
        place = folder / "tiles" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return site, folder / "tiles", package


def audit(site: Site, *folders: Path) -> subprocess.CompletedProcess[str]:
    if not os.access(AUDITOR, os.X_OK):
        pytest.skip("the Go auditor is not built; run `tests/servers/install`")
    command = [str(AUDITOR), str(folders[0]), str(site.signer.vkey), *map(str, folders[1:])]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_an_independent_auditor_finds_every_entry_and_proof_sound(
    made: tuple[Site, Path, Path],
) -> None:
    site, tiled, package = made

    done = audit(site, tiled, package)

    assert done.returncode == 0, done.stdout + done.stderr
    size = parse_checkpoint((tiled / "checkpoint").read_bytes()).size
    proofs = len(list(package.glob("data/proofs/*.tlog-proof")))
    assert size > MORE
    assert done.stdout == f"{size} entries sound\n{proofs} proofs of the package sound\n"


def flip(path: Path, place: int = 40) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "harm",
    [
        lambda tiled, _package: flip(tiled / "tile/0/000"),
        lambda tiled, _package: flip(tiled / "tile/entries/001"),
        lambda tiled, _package: flip(next((tiled / "tile/1").rglob("*.p")).joinpath("2")),
        lambda tiled, _package: flip(tiled / "checkpoint", 25),
        lambda tiled, _package: (tiled / "tile/0/000").unlink(),
        lambda _tiled, package: flip(next(package.glob("data/statements/*.json"))),
        lambda _tiled, package: flip(next(package.glob("data/checkpoints/first-*"))),
    ],
    ids=["hash", "entry", "upper hash", "head", "no tile", "statement", "consistency"],
)
def test_the_auditor_finds_what_was_changed(
    harm: Callable[[Path, Path], None], made: tuple[Site, Path, Path], tmp_path: Path
) -> None:
    site, tiled, package = made
    twins = tmp_path / "tiles", tmp_path / "package"
    for source, twin in zip((tiled, package), twins, strict=True):
        shutil.copytree(source, twin)
    harm(*twins)

    done = audit(site, *twins)

    assert done.returncode != 0
    assert "UNSOUND" in done.stdout or "panic" in done.stderr

"""The second reader takes stamps and cosignatures as anchor.md says, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger import parse_checkpoint
from evidence.seal import Trust
from evidence.seal.cosign import cosignature_line, cosigned_message, witness_key
from evidence.verify import verify
from tests.evidence.seal.tsa import LocalTsa, serving
from tests.formats.second_anchors import Trusted, read_trust, witnessed_by
from tests.formats.second_reader import read_package
from tests.formats.second_words import UnsoundError
from tests.packages.adversary import Twin
from tests.packages.synthetic import ORIGIN, Site, make_site
from tests.packages.test_anchored import down, export, timestamping

NAME = "saksi.test/satu"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTsa]:
    with serving(LocalTsa(tmp_path_factory.mktemp("tsa") / "a", "TSA Satu")) as one:
        yield one


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tsa: LocalTsa) -> tuple[Site, Path]:
    folder = tmp_path_factory.mktemp("anchored")
    site = make_site(folder / "site")
    return site, export(site, folder / "keys", folder / "out", [timestamping(tsa.authority)])


def trusting(site: Site, *tsas: LocalTsa) -> str:
    named = tuple((t.name, t.roots.decode()) for t in tsas)
    return Trust(ORIGIN, (site.signer.vkey,), tsas=named).text("uji")


def test_a_stamped_package_leaves_nothing_unproven(made: tuple[Site, Path], tsa: LocalTsa) -> None:
    site, package = made
    verdict = read_package(package, trusting(site, tsa))

    assert (verdict.problems, verdict.unproven) == ([], [])


def test_without_its_roots_a_stamp_proves_nothing(made: tuple[Site, Path]) -> None:
    site, package = made
    verdict = read_package(package, trusting(site))

    assert verdict.problems == []
    assert verdict.unproven
    assert all(path.endswith(".tsr") for path in verdict.unproven)


def test_an_authority_that_was_down_is_named(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    package = export(site, tmp_path / "keys", tmp_path / "out", [down("TSA Mati")])

    assert read_package(package, trusting(site)).unproven == ["TSA Mati pending"]


@pytest.mark.parametrize("name", ["checkpoint.txt", "report.consistency", "0.tsr", "9.exe"])
def test_a_changed_anchor_is_unsound_here_as_for_the_verifier(
    name: str, made: tuple[Site, Path], tsa: LocalTsa, tmp_path: Path
) -> None:
    site, package = made
    twin = Twin(package, tmp_path / "twin")
    folder = min((twin.root / "data/proofs/anchors").iterdir())
    path = (folder / name).relative_to(twin.root).as_posix()
    before = twin.read(path) if (folder / name).exists() else b"x"
    twin.write(path, bytes([before[0] ^ 1]) + before[1:])
    twin.cover_up()

    assert read_package(twin.root, trusting(site, tsa)).problems
    assert not verify(twin.root, trusting(site, tsa)).ok


def test_a_cosignature_is_of_a_trusted_witness_or_of_nobody(made: tuple[Site, Path]) -> None:
    site, _package = made
    _size, note = site.archive.checkpoints()[-1]
    text = note.decode().rpartition("\n\n")[0] + "\n"
    private = Ed25519PrivateKey.generate()
    key = witness_key(NAME, private.public_key().public_bytes_raw())
    line = cosignature_line(key, 1_700_000_000, private.sign(cosigned_message(text, 1_700_000_000)))
    trusted = read_trust(f"{trusting(site)}witness {key}\nquorum 1\n")

    assert parse_checkpoint(note).size > 0
    assert witnessed_by(line, text, trusted) == NAME
    assert witnessed_by(line, text, Trusted()) is None


@pytest.mark.parametrize("more", ["quorum 1", "vkey x", "tsa satu", "note x"])
def test_a_trust_file_that_says_more_than_it_may_is_refused(
    more: str, made: tuple[Site, Path]
) -> None:
    with pytest.raises((UnsoundError, ValueError)):
        read_trust(f"{trusting(made[0])}{more}\n")

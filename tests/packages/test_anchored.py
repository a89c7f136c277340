"""Packages carry their time stamps; whoever has openssl and the roots can check them."""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from evidence.canonical import parse_instant
from evidence.ledger import Checkpoint, parse_checkpoint
from evidence.model import StatementType
from evidence.package import select, write_package
from evidence.seal.anchor import Anchors, Authority, Proof, timestamping
from evidence.seal.authorities import log_proofs
from evidence.seal.cosign import (
    WitnessKey,
    cosignature_line,
    cosigned_at,
    parse_cosignatures,
    witness_key,
)
from evidence.seal.http import Unanchored
from evidence.seal.ots import Calendar, calendar
from evidence.seal.otsfile import make_proof
from evidence.seal.trust import Trust
from evidence.seal.witness import witnessing
from evidence.seal.witnessing import WitnessDesk
from evidence.verify.verify import Malformed, Report, ots_blocks, verify
from tests.evidence.seal.test_ots import LocalCalendar, serving_calendar
from tests.evidence.seal.test_witness import listening
from tests.evidence.seal.tsa import LocalTsa, openssl, serving
from tests.formats.second_reader import read_package
from tests.packages.stamping import HAND
from tests.packages.synthetic import END, NOW, ORIGIN, START, WATCH, Site, make_site


@pytest.fixture(scope="module")
def tsas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalTsa, LocalTsa]]:
    folder = tmp_path_factory.mktemp("tsa")
    with (
        serving(LocalTsa(folder / "a", "TSA Satu")) as one,
        serving(LocalTsa(folder / "b", "TSA Dua")) as two,
    ):
        yield one, two


def now() -> datetime:
    return HAND.now()


def down(name: str) -> Authority:
    def ask(head: Checkpoint) -> Proof:
        raise Unanchored(name, "TIMEOUT")

    return Authority("rfc3161", name, ask)


def named_head(site: Site) -> Checkpoint:
    """The head that one of the site's captures names."""
    named = {
        e.statement.facts.get("anchor")
        for e in site.archive.entries()
        if e.statement.type is StatementType.CAPTURE
    }
    heads = (parse_checkpoint(note) for _size, note in site.archive.checkpoints())
    return next(head for head in heads if head.fingerprint() in named)


def export(site: Site, keys: Path, out: Path, authorities: Sequence[Authority]) -> Path:
    """Anchor the head that captures name and the newest one, then export."""
    site.signer.seal(NOW)
    anchors = Anchors(site.archive, keys, authorities, now)
    anchors.run(named_head(site), at_once=True)
    newest = site.signer.head()
    standings = anchors.run(newest, at_once=True)
    return write_package(
        site.archive, select(site.archive, watches=[WATCH], period=(START, END)), out,
        signer=site.signer, now=NOW, purpose="uji", order="ST-1", actor={"nama": "Petugas"},
        organisation="Bawaslu Uji", software="jejak 0.1.0",
        anchors=[s.facts() for s in standings],
    )  # fmt: skip


def trust(site: Site, *tsas: LocalTsa) -> str:
    named = tuple((t.name, t.roots.decode()) for t in tsas)
    return Trust(ORIGIN, (site.signer.vkey,), tsas=named).text("diserahkan terpisah")


def codes(report: Report) -> list[str]:
    return sorted({f.code for f in report.findings if f.severity != "notice"})


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, tsas: tuple[LocalTsa, LocalTsa]
) -> tuple[Site, Path]:
    folder = tmp_path_factory.mktemp("anchored")
    site = make_site(folder / "site")
    authorities = [timestamping(tsa.authority) for tsa in tsas]
    return site, export(site, folder / "keys", folder / "out", authorities)


def test_a_stamped_package_is_bounded_in_time(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa]
) -> None:
    site, package = made

    report = verify(package, trust(site, *tsas))

    assert report.ok, report.findings
    assert codes(report) == []
    assert report.time[0] == "BOUNDED"
    assert "0 of 6 captures name a stamp" in report.time[2]
    assert "1 more only after a head that was stamped (an order, not a time)" in report.time[2]
    assert next(c for c in report.checks if c.name == "anchors").checked == 4


def test_the_bound_is_the_authoritys_own_time(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa]
) -> None:
    site, package = made

    said = verify(package, trust(site, *tsas)).time[2]

    moment = parse_instant(said.split("existed at ")[1].split(" by ")[0].replace("Z", ".000Z"))
    assert abs((now() - moment).total_seconds()) < 600


def test_openssl_alone_confirms_each_token_of_a_package(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa]
) -> None:
    _site, package = made
    tokens = sorted((package / "data/proofs/anchors").rglob("*.tsr"))

    for token, tsa in zip(tokens, tsas * 2, strict=True):
        openssl("ts", "-verify", "-data", str(token.parent / "checkpoint.txt"), "-in", str(token),
                "-CAfile", str(tsa.folder / "root.pem"))  # fmt: skip


def test_a_second_reader_takes_the_anchored_package(made: tuple[Site, Path]) -> None:
    site, package = made

    assert read_package(package, trust(site)).problems == []


def test_one_authority_is_enough_and_the_other_is_said_to_be_unknown(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa]
) -> None:
    site, package = made

    report = verify(package, trust(site, tsas[1]))

    assert report.ok
    assert codes(report) == ["STAMP_UNKNOWN"]
    assert report.time[0] == "BOUNDED"
    assert "TSA Dua" in report.time[2]


def test_without_roots_no_stamp_counts(made: tuple[Site, Path]) -> None:
    site, package = made

    report = verify(package, trust(site))

    assert codes(report) == ["STAMP_UNKNOWN"]
    assert report.time[0] == "OWN_CLOCK"


def test_without_openssl_a_stamp_is_said_to_be_unchecked(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, package = made
    monkeypatch.setenv("PATH", os.devnull)

    report = verify(package, trust(site, *tsas))

    assert shutil.which("openssl") is None
    assert codes(report) == ["STAMP_UNCHECKED"]
    assert report.time[0] == "OWN_CLOCK"


@pytest.mark.parametrize("path", [".", "", "alat", f".{os.pathsep}{os.devnull}"])
def test_an_openssl_that_lies_in_the_current_folder_is_not_run(
    path: str,
    made: tuple[Site, Path],
    tsas: tuple[LocalTsa, LocalTsa],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reader stands in the package: a program in it would judge itself, and do what it wants."""
    site, package = made
    for folder in (tmp_path, tmp_path / "alat"):
        folder.mkdir(exist_ok=True)
        (folder / "openssl").write_text(f"#!/bin/sh\ntouch {tmp_path}/dijalankan\nexit 0\n")
        (folder / "openssl").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", path)

    report = verify(package, trust(site, *tsas))

    assert codes(report) == ["STAMP_UNCHECKED"]
    assert not (tmp_path / "dijalankan").exists()


def test_an_authority_that_was_down_is_named_in_the_package(
    tmp_path: Path, tsas: tuple[LocalTsa, LocalTsa]
) -> None:
    site = make_site(tmp_path / "site")
    authorities = [timestamping(tsas[0].authority), down("TSA Mati")]

    package = export(site, tmp_path / "keys", tmp_path / "out", authorities)

    report = verify(package, trust(site, tsas[0]))
    (pending,) = [f for f in report.findings if f.code == "ANCHOR_PENDING"]
    assert "TSA Mati" in pending.en
    assert "TIMEOUT" in pending.en
    assert report.time[0] == "BOUNDED"


def test_a_token_of_another_head_is_found(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa], tmp_path: Path
) -> None:
    site, package = made
    copy = shutil.copytree(package, tmp_path / "copy")
    small, large = sorted((copy / "data/proofs/anchors").iterdir(), key=lambda p: int(p.name))
    (large / "0.tsr").write_bytes((small / "0.tsr").read_bytes())

    found = codes(verify(copy, trust(site, *tsas)))

    assert {"STAMP_INVALID", "FILE_HASH", "MANIFEST_HASH"} <= set(found)


def test_a_changed_token_is_no_stamp_even_if_the_log_had_committed_to_it(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa], tmp_path: Path
) -> None:
    site, package = made
    copy = shutil.copytree(package, tmp_path / "copy")
    for token in (copy / "data/proofs/anchors").rglob("*.tsr"):
        data = bytearray(token.read_bytes())
        data[-20] ^= 1
        token.write_bytes(data)

    report = verify(copy, trust(site, *tsas))

    assert "STAMP_INVALID" in codes(report)
    assert report.time[0] == "OWN_CLOCK"


def test_an_anchored_head_of_another_history_is_found(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa], tmp_path: Path
) -> None:
    """The other head is signed by the log's own key: a fork, stamped or not."""
    site, package = made
    other = make_site(tmp_path / "other")
    copy = shutil.copytree(package, tmp_path / "copy")
    folder = max((copy / "data/proofs/anchors").iterdir(), key=lambda p: int(p.name))
    head = other.signer.seal(NOW) or other.signer.head()
    assert head is not None
    (folder / "checkpoint.txt").write_bytes(head.note)

    found = codes(verify(copy, trust(site, *tsas)))

    assert set(found) & {"ANCHOR_CONSISTENCY", "ANCHOR_FORMAT", "NOTE_SIGNATURE", "NOTE_KEY"}


@pytest.mark.parametrize("name", ["x.txt", "0.exe", "00.tsr", "checkpoint.txt.bak"])
def test_a_file_with_no_place_among_the_anchors_is_found(
    made: tuple[Site, Path], tmp_path: Path, name: str
) -> None:
    site, package = made
    copy = shutil.copytree(package, tmp_path / "copy")
    folder = max((copy / "data/proofs/anchors").iterdir(), key=lambda p: int(p.name))
    (folder / name).write_bytes(b"x")

    assert {"ANCHOR_FORMAT", "FILE_UNKNOWN"} <= set(codes(verify(copy, trust(site))))


def test_a_stamp_outlives_its_certificate(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty years on, openssl refuses the token unless it is asked as of the token's own time."""
    site, package = made
    verifier = importlib.import_module("evidence.verify.verify")
    real = verifier.run_openssl

    def later(arguments: Sequence[str], files: Mapping[str, bytes]) -> tuple[int | None, str]:
        if "-verify" in arguments and "-attime" not in arguments:
            years_on = str(int(now().timestamp()) + 20 * 365 * 86400)
            return real([*arguments, "-attime", years_on], files)
        return real(arguments, files)

    monkeypatch.setattr(verifier, "run_openssl", later)

    report = verify(package, trust(site, *tsas))

    assert report.ok
    assert report.time[0] == "BOUNDED"
    assert [f.code for f in report.findings].count("STAMP_EXPIRED") == 4


def test_a_key_that_is_retired_cannot_sign_larger_heads(made: tuple[Site, Path]) -> None:
    site, package = made
    key = site.signer.vkey
    sizes = [parse_checkpoint(p.read_bytes()).size for p in package.glob("data/checkpoints/*.txt")]

    before = Trust(ORIGIN, (key,), {key.id: max(sizes)}).text()
    after = Trust(ORIGIN, (key,), {key.id: max(sizes) - 1}).text()

    assert "NOTE_KEY_RETIRED" not in codes(verify(package, before))
    assert "NOTE_KEY_RETIRED" in codes(verify(package, after))


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path, WitnessKey]:
    """A package whose heads one witness has signed, without time stamps."""
    folder = tmp_path_factory.mktemp("witnessed")
    site = make_site(folder / "site")
    desk = WitnessDesk(folder / "saksi", "saksi.test/1", {ORIGIN: (site.signer.vkey,)})
    with listening(desk) as witness:
        asked = [witnessing(witness, log_proofs(site.archive))]
        return site, export(site, folder / "keys", folder / "out", asked), desk.key


def test_a_witnessed_package_meets_its_quorum(witnessed: tuple[Site, Path, WitnessKey]) -> None:
    site, package, key = witnessed

    report = verify(package, Trust(ORIGIN, (site.signer.vkey,), {}, (key,), 1).text())

    assert report.ok
    assert codes(report) == []
    assert next(c for c in report.checks if c.name == "anchors").checked == 2
    assert report.time[0] == "OWN_CLOCK"


def test_a_quorum_that_is_not_met_is_said(witnessed: tuple[Site, Path, WitnessKey]) -> None:
    site, package, key = witnessed
    other = witness_key("saksi.test/2", bytes(32))

    report = verify(package, Trust(ORIGIN, (site.signer.vkey,), {}, (key, other), 2).text())

    assert codes(report) == ["WITNESS_QUORUM"]


def test_an_unknown_witness_does_not_count(witnessed: tuple[Site, Path, WitnessKey]) -> None:
    site, package, _key = witnessed

    assert codes(verify(package, trust(site))) == ["COSIGNATURE_UNKNOWN"]


def test_a_changed_cosignature_is_found(
    witnessed: tuple[Site, Path, WitnessKey], tmp_path: Path
) -> None:
    site, package, key = witnessed
    copy = shutil.copytree(package, tmp_path / "copy")
    for path in (copy / "data/proofs/anchors").rglob("*.cosig"):
        (signature,) = parse_cosignatures(path.read_bytes())
        at_s, signed = cosigned_at(signature)
        path.write_bytes(cosignature_line(key, at_s + 1, signed))

    report = verify(copy, Trust(ORIGIN, (site.signer.vkey,), {}, (key,), 1).text())

    assert {"COSIGNATURE_INVALID", "WITNESS_QUORUM", "FILE_HASH"} <= set(codes(report))


def test_a_block_in_the_trust_file_bounds_a_package(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    site.signer.seal(NOW)
    with serving_calendar() as local:
        asked = [calendar(Calendar(local.url), site.archive)]
        anchors = Anchors(site.archive, tmp_path / "keys", asked, now)
        anchors.run(site.signer.head(), at_once=True)
        local.mined = True
        package = export(site, tmp_path / "keys", tmp_path / "out", asked)
        mined = local.header(local.commitments[0])
        header = mined[:68] + int(now().timestamp()).to_bytes(4, "little") + mined[72:]
    keys = (site.signer.vkey,)

    known = verify(package, Trust(ORIGIN, keys, blocks={840_000: header}).text())
    unknown = verify(package, Trust(ORIGIN, keys).text())
    other = verify(package, Trust(ORIGIN, keys, blocks={840_000: bytes(80)}).text())

    assert known.ok
    assert known.time[0] == "BOUNDED"
    assert "Bitcoin 840000" in known.time[2]
    assert "OTS_UNCHECKED" in codes(unknown)
    assert unknown.time[0] == "OWN_CLOCK"
    assert "OTS_INVALID" in codes(other)


def test_a_changed_ots_proof_is_found(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"x").digest()
    whole = make_proof(digest, LocalCalendar().way())
    (good,) = ots_blocks(whole, digest)

    for place in range(len(whole)):
        flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with suppress(Malformed):
            assert good not in ots_blocks(flipped, digest)


def test_no_flipped_byte_of_an_anchor_is_accepted(
    made: tuple[Site, Path], tsas: tuple[LocalTsa, LocalTsa], tmp_path: Path
) -> None:
    """The adversary writes the manifests anew; the log still commits to every anchor file."""
    site, package = made
    copy = shutil.copytree(package, tmp_path / "copy")
    trusted = trust(site, *tsas)
    accepted = []
    for path in sorted(p for p in (copy / "data/proofs/anchors").rglob("*") if p.is_file()):
        whole = path.read_bytes()
        place = len(whole) * 2 // 3
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        rewrite_manifests(copy)
        if verify(copy, trusted).ok:
            accepted.append(path.name)
        path.write_bytes(whole)

    rewrite_manifests(copy)
    assert accepted == []
    assert verify(copy, trusted).ok


def rewrite_manifests(package: Path) -> None:
    """Both manifests as they must be for the files there are."""
    for name, payload in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
        files = {
            p.relative_to(package).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in package.rglob("*")
            if p.is_file() and p.name != "tagmanifest-sha256.txt"
        }
        kept = sorted(path for path in files if path.startswith("data/") is payload)
        (package / name).write_text("".join(f"{files[path]}  {path}\n" for path in kept))

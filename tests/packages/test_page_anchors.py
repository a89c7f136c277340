"""verify.html over packages with time stamps and cosignatures, beside verify.py with openssl."""

from __future__ import annotations

import hashlib
import importlib
import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger import Checkpoint, parse_checkpoint, parse_note
from evidence.model import Plain
from evidence.package import select, write_package
from evidence.seal.anchor import Anchors, Authority, Proof
from evidence.seal.cosign import WitnessKey, cosignature_line, cosigned_message, witness_key
from evidence.seal.http import Unanchored
from evidence.seal.trust import Trust
from evidence.verify.verify import OTS, OTS_BLOCK, render_json, verify
from tests.packages.browser import Reader, open_page
from tests.packages.minting import mint, root, signer, tst_info
from tests.packages.synthetic import END, NOW, ORIGIN, START, WATCH, Site, make_site
from tests.packages.test_anchored import named_head
from tests.packages.test_mutants import damage

pytestmark = pytest.mark.browser
BROKEN = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
ROOT = root()
TSA = signer(ROOT)
AT_S = 1_795_381_560
HEIGHT = 0x40 | 0x44 << 7 | 0x35 << 14
SECRETS = {name: Ed25519PrivateKey.from_private_bytes(name.encode()[:32].ljust(32)) for name in
           ("saksi.test/satu", "saksi.test/dua")}  # fmt: skip


def key(name: str) -> WitnessKey:
    return witness_key(name, SECRETS[name].public_key().public_bytes_raw())


def stamp(head: Checkpoint) -> Proof:
    token = mint(TSA, tst_info(head.note))
    return Proof(
        (Plain("token", "application/timestamp-reply", token),
         Plain("chain", "application/x-pem-file", TSA.pem.encode())), NOW,
    )  # fmt: skip


def promise(head: Checkpoint) -> Proof:
    """A proof with two branches, one a calendar's promise, the other a Bitcoin block."""
    token = (
        OTS + hashlib.sha256(head.note).digest() + b"\xf1\x04awal\x08\xff"
        b"\x00\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e\x05\x04http"
        b"\xf0\x05akhir\x08\x00" + OTS_BLOCK + b"\x03\xc0\xc4\x35"
    )  # fmt: skip
    return Proof((Plain("token", "application/octet-stream", token),), NOW)


def block(head: Checkpoint) -> str:
    """The line of a trust file with the block that `promise` leads to."""
    first = hashlib.sha256(b"awal" + hashlib.sha256(head.note).digest()).digest()
    root = hashlib.sha256(first + b"akhir").digest()
    header = bytes(36) + root + AT_S.to_bytes(4, "little") + bytes(8)
    return f"block {HEIGHT} {header.hex()}\n"


def heads(package: Path) -> list[Checkpoint]:
    """The anchored heads of a package, smallest first."""
    notes = (package / "data/proofs/anchors").glob("*/checkpoint.txt")
    return sorted((parse_checkpoint(p.read_bytes()) for p in notes), key=lambda head: head.size)


def cosign(name: str) -> Callable[[Checkpoint], Proof]:
    def ask(head: Checkpoint) -> Proof:
        message = cosigned_message(parse_note(head.note).text, AT_S)
        line = cosignature_line(key(name), AT_S, SECRETS[name].sign(message))
        return Proof((Plain("token", "text/plain", line),), NOW)

    return ask


def down(head: Checkpoint) -> Proof:
    raise Unanchored("TSA Mati", "TIMEOUT")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    folder = tmp_path_factory.mktemp("anchored")
    site = make_site(folder / "site")
    authorities = [
        Authority("rfc3161", "TSA Satu", stamp),
        Authority("rfc3161", "TSA Mati", down),
        Authority("ots", "Kalender", promise),
        *(Authority("witness", name, cosign(name)) for name in SECRETS),
    ]
    site.signer.seal(NOW)
    anchors = Anchors(site.archive, folder / "keys", authorities, lambda: NOW)
    anchors.run(named_head(site), at_once=True)
    standings = anchors.run(site.signer.head(), at_once=True)
    package = write_package(
        site.archive, select(site.archive, watches=[WATCH], period=(START, END)), folder / "out",
        signer=site.signer, now=NOW, purpose="uji", order="ST-1", actor={"nama": "Petugas"},
        organisation="Bawaslu Uji", software="jejak 0.1.0",
        anchors=[s.facts() for s in standings],
    )  # fmt: skip
    return site, package


@pytest.fixture(scope="module")
def reader(made: tuple[Site, Path]) -> Iterator[Reader]:
    with open_page() as page:
        yield Reader(page, made[1])


def said(root: Path, trust: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(render_json(verify(root, trust)))
    return value


def trusts(site: Site) -> dict[str, str]:
    """Trust files by the code that each brings about."""
    vkey, first, second = site.signer.vkey, *(key(name) for name in SECRETS)
    stranger = witness_key("saksi.test/satu", bytes(range(32)))
    tsas = (("TSA Satu", ROOT.pem),)
    return {
        "ANCHOR_PENDING": Trust(ORIGIN, (vkey,), {}, (first, second), 2, tsas).text("uji"),
        "STAMP_INVALID": Trust(ORIGIN, (vkey,), {}, (first,), 1, (("TSA Satu", BROKEN),)).text(),
        "STAMP_UNKNOWN": Trust(ORIGIN, (vkey,), {}, (second,), 0).text(),
        "COSIGNATURE_UNKNOWN": Trust(ORIGIN, (vkey,)).text(),
        "WITNESS_QUORUM": Trust(ORIGIN, (vkey,), {}, (stranger, first), 2).text(),
        "NOTE_KEY_RETIRED": Trust(ORIGIN, (vkey,), {vkey.id: 6}).text(),
    }


def test_anchors_get_the_same_report_under_every_trust_file(
    reader: Reader, made: tuple[Site, Path]
) -> None:
    site, package = made
    for code, trust in trusts(site).items():
        expected = said(package, trust)

        assert code in {f["code"] for f in expected["findings"]}
        assert reader.verify(package, trust) == expected


def test_what_neither_can_check_is_said_and_does_not_count(
    reader: Reader, made: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, package = made
    verifier = importlib.import_module("evidence.verify.verify")
    monkeypatch.setattr(verifier, "run_openssl", lambda arguments, files: (None, ""))
    trust = trusts(site)["ANCHOR_PENDING"]

    expected = said(package, trust)

    assert [f["code"] for f in expected["findings"]].count("STAMP_UNCHECKED") == 2
    assert expected["time"]["verdict"] == "OWN_CLOCK"
    assert reader.verify(package, trust, plain=True) == expected


def test_stamps_and_cosignatures_hold_in_the_page(reader: Reader, made: tuple[Site, Path]) -> None:
    site, package = made

    report = reader.verify(package, trusts(site)["ANCHOR_PENDING"])

    assert report["ok"]
    assert next(c for c in report["checks"] if c["name"] == "anchors")["checked"] == 6
    assert report["time"]["verdict"] == "BOUNDED"
    assert "WITNESS_QUORUM" not in {f["code"] for f in report["findings"]}


def test_a_bitcoin_block_bounds_the_records_in_the_page_too(
    reader: Reader, made: tuple[Site, Path]
) -> None:
    site, package = made
    small, large = heads(package)
    verdicts = []
    for lines in (block(large), block(small)):
        trust = Trust(ORIGIN, (site.signer.vkey,)).text() + lines
        expected = said(package, trust)
        assert reader.verify(package, trust) == expected
        verdicts.append(expected["time"]["verdict"])

    assert verdicts == ["BOUNDED", "PARTLY_BOUNDED"]


def test_damaged_anchors_get_the_same_report(
    reader: Reader, made: tuple[Site, Path], tmp_path: Path
) -> None:
    site, package = made
    trust = trusts(site)["ANCHOR_PENDING"].replace("tsa ", block(heads(package)[1]) + "tsa ", 1)
    rng = random.Random(8)
    copy = shutil.copytree(package, tmp_path / "copy")
    files = sorted(p for p in (copy / "data/proofs/anchors").rglob("*") if p.is_file())
    codes: set[str] = set()
    for path in [*files, *rng.choices(files, k=14)]:
        kept = path.read_bytes()
        if rng.random() < 0.2:
            path.rename(path.with_name("lain.txt"))
        else:
            path.write_bytes(damage(kept, rng) + b"\n" * (rng.random() < 0.1))

        expected = said(copy, trust)
        assert reader.verify(copy, trust) == expected, path
        codes |= {f["code"] for f in expected["findings"]}
        path.with_name("lain.txt").unlink(missing_ok=True)
        path.write_bytes(kept)

    assert "ANCHOR_FORMAT" in codes


def test_other_anchors_get_the_same_report(
    reader: Reader, made: tuple[Site, Path], tmp_path: Path
) -> None:
    site, package = made
    trust = trusts(site)["ANCHOR_PENDING"]
    copy = shutil.copytree(package, tmp_path / "copy")
    small, large = sorted((copy / "data/proofs/anchors").iterdir(), key=lambda p: int(p.name))
    codes: set[str] = set()
    for name in ("checkpoint.txt", "report.consistency", "0.tsr", "1.ots", "2.cosig", "0.pem"):
        shutil.copy(small / name, large / name)
        expected = said(copy, trust)
        assert reader.verify(copy, trust) == expected, name
        codes |= {f["code"] for f in expected["findings"]}
        shutil.copy(package / "data/proofs/anchors" / large.name / name, large / name)
    assert codes >= {"ANCHOR_FORMAT", "STAMP_INVALID", "OTS_INVALID", "COSIGNATURE_INVALID"}
    shutil.move(large, large.with_name("3"))

    assert reader.verify(copy, trust) == said(copy, trust)

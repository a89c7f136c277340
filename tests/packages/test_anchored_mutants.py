"""No anchor of a package can be changed, swapped, doubled or left out unseen by either verifier."""

from __future__ import annotations

import importlib
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.ledger import Checkpoint
from evidence.model import Plain
from evidence.package import select, write_package
from evidence.seal.anchor import Anchors, Authority, Proof
from evidence.seal.trust import Trust
from evidence.verify.verify import render_json, verify
from tests.evidence.seal.tsa import der
from tests.packages.adversary import Twin
from tests.packages.browser import Reader, open_page
from tests.packages.minting import GRANTED, Form, Holder, mint, root, signer, tst_info
from tests.packages.synthetic import END, NOW, ORIGIN, START, WATCH, Site, make_site
from tests.packages.test_anchored import named_head
from tests.packages.test_mutants import (
    SOAK,
    Mutant,
    _signatures_asked_once,  # noqa: F401 (a fixture that every test here uses)
    damage,
)
from tests.packages.test_page_anchors import SECRETS, cosign, key, promise
from tests.packages.token_trials import ROOT, RSA_ROOT, RSA_SIGNER, SIGNER

ANCHORS = "data/proofs/anchors/"
WORDS = "ok\nTime stamp: Jan  1 00:00:00 2020 GMT"


@pytest.fixture(scope="module", autouse=True)
def _openssl_asked_once() -> Iterator[None]:
    """Each distinct question is asked once: the answer depends on token, note and roots alone."""
    module = importlib.import_module("evidence.verify.verify")
    asked: dict[tuple[bytes, bytes, str], str] = {}
    real = module.ask_openssl

    def remembered(case: Any, path: str, head: Any, roots: str, time: float) -> str:
        question = case.small.get(path, b""), head.note, roots
        if question not in asked:
            asked[question] = real(case, path, head, roots, time)
        return asked[question]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ask_openssl", remembered)
        yield


Ask = Callable[[Checkpoint], bytes]


def stamping(by: Holder, form: Form | None = None) -> Ask:
    return lambda head: mint(by, tst_info(head.note), form or Form())


def authority(name: str, ask: Ask) -> Authority:
    def proof(head: Checkpoint) -> Proof:
        token = Plain("token", "application/timestamp-reply", ask(head))
        chain = Plain("chain", "application/x-pem-file", SIGNER.pem.encode())
        return Proof((token, chain), NOW)

    return Authority("rfc3161", name, proof)


def anchored(folder: Path, *authorities: Authority) -> tuple[Site, Path]:
    """A package whose heads these have seen, exported by whoever chose them."""
    site = make_site(folder / "site")
    site.signer.seal(NOW)
    anchors = Anchors(site.archive, folder / "keys", authorities, lambda: NOW)
    anchors.run(named_head(site), at_once=True)
    standings = anchors.run(site.signer.head(), at_once=True)
    return site, write_package(
        site.archive, select(site.archive, watches=[WATCH], period=(START, END)), folder / "out",
        signer=site.signer, now=NOW + timedelta(minutes=2), purpose="uji", order="ST-1",
        actor={"nama": "Petugas"}, organisation="Bawaslu Uji", software="jejak 0.1.0",
        anchors=[s.facts() for s in standings],
    )  # fmt: skip


def trust(site: Site) -> str:
    keys = tuple(key(name) for name in SECRETS)
    tsas = (("TSA Satu", ROOT.pem), ("TSA Dua", RSA_ROOT.pem))
    return Trust(ORIGIN, (site.signer.vkey,), {}, keys, 2, tsas).text("uji")


def said(root: Path, trusted: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(render_json(verify(root, trusted)))
    return value


def codes(report: dict[str, Any]) -> set[str]:
    return {f["code"] for f in report["findings"] if f["severity"] != "notice"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The trust file, and a package that two authorities, two witnesses and a calendar anchor."""
    site, package = anchored(
        tmp_path_factory.mktemp("anchored"),
        authority("TSA Satu", stamping(SIGNER)),
        authority("TSA Dua", stamping(RSA_SIGNER)),
        Authority("ots", "Kalender", promise),
        *(Authority("witness", name, cosign(name)) for name in SECRETS),
    )
    return trust(site), package


@pytest.fixture(scope="module")
def package(made: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Mutant:
    return Mutant(made[1], tmp_path_factory.mktemp("mutant") / "package")


@pytest.fixture(scope="module")
def reader(made: tuple[str, Path]) -> Iterator[Reader]:
    with open_page() as page:
        yield Reader(page, made[1])


def anchor_files(package: Mutant) -> list[str]:
    return sorted(path for path in package.kept if path.startswith(ANCHORS))


@pytest.mark.parametrize("rounds", [3, pytest.param(600, marks=SOAK)])
def test_no_damaged_anchor_is_accepted(
    package: Mutant, made: tuple[str, Path], rounds: int
) -> None:
    seed = 20261123
    rng = random.Random(seed)
    paths = anchor_files(package)
    accepted = [
        (number, path)
        for number in range(rounds)
        for path in paths
        if package.try_out(path, damage(package.kept[path], rng), made[0])
    ]

    assert len(paths) == 2 * (2 + 2 * 2 + 2 + 1)
    assert verify(package.root, made[0]).ok
    assert accepted == [], f"seed {seed}"


def test_an_anchor_left_out_emptied_or_lengthened_is_not_accepted(
    package: Mutant, made: tuple[str, Path]
) -> None:
    accepted = [
        (path, mutant)
        for path in anchor_files(package)
        for mutant in (None, b"", package.kept[path] + b"\n")
        if package.try_out(path, mutant, made[0])
    ]

    assert accepted == []


def swap(twin: Twin, first: str, second: str) -> None:
    kept = twin.read(first)
    twin.write(first, twin.read(second))
    twin.write(second, kept)


def unsigned_words(answer: bytes) -> bytes:
    """The answer with free text beside its status, as openssl prints a time."""
    status = der(0x30, GRANTED + der(0x30, der(0x0C, WORDS.encode())))
    place = answer.index(der(0x30, GRANTED)) + 5
    return der(0x30, status + answer[place:])


def of_another_root(note: bytes) -> bytes:
    """A token of the right name, by an authority of the same name that nobody trusts."""
    return mint(signer(root()), tst_info(note))


Tamper = Callable[[Twin, str, str], None]
TAMPERED: dict[str, Tamper] = {
    "tokens of two heads swapped": lambda t, a, b: swap(t, f"{a}0.tsr", f"{b}0.tsr"),
    "tokens of one head swapped": lambda t, a, b: swap(t, f"{a}0.tsr", f"{a}1.tsr"),
    "a token twice": lambda t, a, b: t.write(f"{a}7.tsr", t.read(f"{a}0.tsr")),
    "a token in place of another": lambda t, a, b: t.write(f"{b}0.tsr", t.read(f"{a}0.tsr")),
    "a token left out": lambda t, a, b: t.remove(f"{b}0.tsr"),
    "all tokens left out": lambda t, a, b: [t.remove(f"{x}{n}.tsr") for x in (a, b) for n in "01"],  # type: ignore[return-value,func-returns-value]
    "a chain flipped": lambda t, a, b: t.edit(f"{b}0.pem", b"MII", b"MIJ"),
    "a chain left out": lambda t, a, b: t.remove(f"{b}1.pem"),
    "notes swapped": lambda t, a, b: swap(t, f"{a}checkpoint.txt", f"{b}checkpoint.txt"),
    "a note of the report": lambda t, a, b: t.write(
        f"{b}checkpoint.txt", t.read("data/checkpoints/report.txt")
    ),
    "a note with another size": lambda t, a, b: t.edit(f"{b}checkpoint.txt", b"\n", b"\n1"),
    "proofs of continuation swapped": lambda t, a, b: swap(
        t, f"{a}report.consistency", f"{b}report.consistency"
    ),
    "a head under another size": lambda t, a, b: [  # type: ignore[return-value]
        (t.write(f"{ANCHORS}3/{n}", t.read(b + n)), t.remove(b + n))  # type: ignore[func-returns-value]
        for n in ("checkpoint.txt", "report.consistency", "0.tsr", "0.pem")
    ],
    "words of a time beside the status": lambda t, a, b: t.write(
        f"{b}0.tsr", unsigned_words(t.read(f"{b}0.tsr"))
    ),
    "an authority of the same name": lambda t, a, b: t.write(
        f"{b}0.tsr", of_another_root(t.read(f"{b}checkpoint.txt"))
    ),
    "a good token of today": lambda t, a, b: t.write(
        f"{b}0.tsr", mint(SIGNER, tst_info(t.read(f"{b}checkpoint.txt"), time=b"20261122210700Z"))
    ),
    "cosignatures swapped": lambda t, a, b: swap(t, f"{a}3.cosig", f"{b}3.cosig"),
    "a cosignature twice": lambda t, a, b: t.write(f"{b}4.cosig", t.read(f"{b}3.cosig")),
    "proofs of blocks swapped": lambda t, a, b: swap(t, f"{a}2.ots", f"{b}2.ots"),
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_anchor_is_found_by_both(
    name: str, reader: Reader, made: tuple[str, Path], tmp_path: Path
) -> None:
    """The adversary rewrites the manifests; the log still commits to every anchor."""
    trusted, package = made
    twin = Twin(package, tmp_path / "twin")
    small, large = sorted(int(p.name) for p in (package / ANCHORS).iterdir())
    TAMPERED[name](twin, f"{ANCHORS}{small}/", f"{ANCHORS}{large}/")
    twin.cover_up()

    report = said(twin.root, trusted)

    assert not report["ok"]
    assert {"FILE_HASH", "FILE_MISSING", "FILE_UNKNOWN"} & codes(report)
    assert reader.verify(twin.root, trusted) == report


def first_again() -> Ask:
    """An authority that gives every head the token of the first."""
    given: list[bytes] = []

    def ask(head: Checkpoint) -> bytes:
        given.append(mint(SIGNER, tst_info(head.note)))
        return given[0]

    return ask


COMMITTED: dict[str, tuple[Callable[[], Ask], str, str]] = {
    "words of a time beside the status": (
        lambda: lambda head: unsigned_words(mint(SIGNER, tst_info(head.note))), "", "BOUNDED"),
    "a refusal around a good token": (
        lambda: stamping(SIGNER, Form(status=b"\x02\x01\x02")), "STAMP_INVALID", "OWN_CLOCK"),
    "an authority of the same name": (
        lambda: lambda head: of_another_root(head.note), "STAMP_UNKNOWN", "OWN_CLOCK"),
    "one token for every head": (first_again, "STAMP_INVALID", "PARTLY_BOUNDED"),
    "over the digest of nothing": (
        lambda: lambda _: mint(SIGNER, tst_info(b"")), "STAMP_INVALID", "OWN_CLOCK"),
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("name", COMMITTED)
def test_who_exports_cannot_make_a_stamp_by_committing_to_it(
    name: str, reader: Reader, tmp_path: Path
) -> None:
    """Here the package itself is sound: the log commits to what the exporter made up."""
    make, code, verdict = COMMITTED[name]
    site, package = anchored(tmp_path, authority("TSA Satu", make()))
    trusted = Trust(ORIGIN, (site.signer.vkey,), tsas=(("TSA Satu", ROOT.pem),)).text()

    report = said(package, trusted)

    assert codes(report) == ({code} if code else set())
    assert report["ok"] is (code != "STAMP_INVALID")
    assert report["time"]["verdict"] == verdict
    assert not re.search("2020", report["time"]["en"])
    assert reader.verify(package, trusted) == report


@pytest.mark.browser
@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_no_flipped_byte_of_an_anchor_is_accepted_by_either(
    package: Mutant, made: tuple[str, Path], reader: Reader
) -> None:
    """Every byte of every anchor file, each with one of its bits."""
    rng, tried, accepted = random.Random(9), 0, []
    for path in anchor_files(package):
        data = package.kept[path]
        for place, byte in enumerate(data):
            mutant = data[:place] + bytes([byte ^ 1 << rng.randrange(8)]) + data[place + 1 :]
            if package.try_out(path, mutant, made[0]):
                accepted.append(("verify.py", path, place))
            if reader.verify_files("mutant", {**package.kept, path: mutant}, made[0])["ok"]:
                accepted.append(("verify.html", path, place))
            tried += 1
    print(f"{tried} flipped bytes, {len(accepted)} accepted")

    assert tried > 8_000
    assert accepted == []

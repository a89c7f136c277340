"""Whole packages with lists of revocations: both verifiers report alike, and what is taken out is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from evidence.ledger import Checkpoint
from evidence.model import Plain
from evidence.package import select, write_package
from evidence.seal.anchor import Anchors, Authority, Proof
from evidence.seal.trust import Trust
from evidence.verify.verify import Report, render_json, verify
from tests.packages.adversary import Twin
from tests.packages.browser import Reader, open_page
from tests.packages.list_trials import MIDDLE, UNDER, by_root
from tests.packages.listing import MADE, lists, make_list, on_list
from tests.packages.minting import Form, mint, tst_info
from tests.packages.synthetic import END, NOW, ORIGIN, START, WATCH, Site, make_site
from tests.packages.test_anchored import named_head
from tests.packages.token_trials import ROOT

CHAIN = (UNDER.pem + MIDDLE.pem).encode()
GOOD = lists(make_list(MIDDLE), by_root())
GONE = lists(make_list(MIDDLE), by_root(on_list(MIDDLE)))
PEM = "data/proofs/anchors/*/0.pem"


def authority(beside: bytes) -> Authority:
    """A TSA below another, and what was kept of revocation with each of its stamps."""

    def ask(head: Checkpoint) -> Proof:
        token = mint(UNDER, tst_info(head.note), Form(certificates=[UNDER, MIDDLE]))
        objects = [
            Plain("token", "application/timestamp-reply", token),
            Plain("chain", "application/x-pem-file", CHAIN),
        ]
        if beside:
            objects.append(Plain("revocation", "application/x-pem-file", beside))
        return Proof(tuple(objects), NOW)

    return Authority("rfc3161", "TSA Uji", ask)


def packed(folder: Path, beside: bytes) -> tuple[Site, Path]:
    site = make_site(folder / "site")
    site.signer.seal(NOW)
    anchors = Anchors(site.archive, folder / "keys", [authority(beside)], lambda: NOW)
    anchors.run(named_head(site), at_once=True)
    anchors.run(site.signer.head(), at_once=True)
    package = write_package(
        site.archive, select(site.archive, watches=[WATCH], period=(START, END)), folder / "out",
        signer=site.signer, now=NOW, purpose="uji", order="ST-1", actor={"nama": "Petugas"},
        organisation="Bawaslu Uji", software="jejak 0.1.0",
    )  # fmt: skip
    return site, package


def trust(site: Site) -> str:
    return Trust(ORIGIN, (site.signer.vkey,), tsas=(("TSA Uji", ROOT.pem),)).text("uji")


def codes(report: Report, *severities: str) -> list[str]:
    return [f.code for f in report.findings if f.severity in (severities or ("error",))]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    return packed(tmp_path_factory.mktemp("lists"), GOOD)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Sequence[tuple[Site, Path]]:
    """A package without lists, and one whose list has the signer's authority."""
    folder = tmp_path_factory.mktemp("others")
    return packed(folder / "bare", b""), packed(folder / "gone", GONE)


def stamps(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render_json(report))["stamps"]
    return found


def test_the_verdict_says_for_how_many_stamps_it_is_shown(
    made: tuple[Site, Path], others: Sequence[tuple[Site, Path]]
) -> None:
    whole, bare = (verify(package, trust(site)) for site, package in (made, others[0]))

    assert whole.time[0] == bare.time[0] == "BOUNDED"
    assert "is shown for 2 of the 2 stamps that count" in whole.time[2]
    assert "ditunjukkan untuk 2 dari 2 cap waktu" in whole.time[1]
    assert "is shown for 0 of the 2 stamps that count" in bare.time[2]
    assert (codes(whole), codes(bare)) == ([], [])
    assert codes(whole, "notice").count("REVOCATION_SHOWN") == 1
    assert codes(bare, "notice").count("REVOCATION_NOT_SHOWN") == 1


def test_the_json_says_of_each_stamp_what_was_kept(
    made: tuple[Site, Path], others: Sequence[tuple[Site, Path]]
) -> None:
    whole, bare = (stamps(verify(package, trust(site))) for site, package in (made, others[0]))

    listed = f"{MADE:%Y-%m-%dT%H:%M:%SZ}"
    assert [(s["revocation"], s["list"]) for s in whole] == [("SHOWN", listed)] * 2
    assert [(s["revocation"], s["list"]) for s in bare] == [("NOT_KEPT", None)] * 2
    assert {s["authority"] for s in whole + bare} == {"TSA Uji"}
    assert all(s["path"].endswith("/0.tsr") for s in whole)


def test_a_stamp_below_a_revoked_authority_bounds_nothing(
    others: Sequence[tuple[Site, Path]],
) -> None:
    site, package = others[1]

    report = verify(package, trust(site))

    assert codes(report) == ["STAMP_REVOKED"] * 2
    assert report.time[0] == "OWN_CLOCK"
    assert stamps(report) == []


CHANGES = {
    "stripped": lambda data: data[: data.index(b"-----BEGIN X509 CRL")],
    "the signer's list taken out": lambda data: CHAIN + lists(by_root()),
    "another in its place": lambda data: CHAIN + lists(make_list(MIDDLE), by_root(made=START)),
    "one that takes the stamp away added": lambda data: data + lists(by_root(on_list(MIDDLE))),
    "junk added": lambda data: data + b"junk\n",
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_done_to_the_lists_afterwards_is_found(
    name: str, made: tuple[Site, Path], tmp_path: Path
) -> None:
    """The export has committed to the file; no manifest that is written anew helps."""
    site, package = made
    twin = Twin(package, tmp_path / "twin")
    for path in sorted(twin.root.glob(PEM)):
        path.write_bytes(CHANGES[name](path.read_bytes()))
    twin.cover_up()

    assert codes(verify(twin.root, trust(site))).count("FILE_HASH") == 2


@pytest.fixture(scope="module")
def reader(made: tuple[Site, Path]) -> Iterator[Reader]:
    with open_page() as page:
        yield Reader(page, made[1])


@pytest.mark.browser
def test_packages_with_and_without_lists_get_the_same_report(
    reader: Reader, made: tuple[Site, Path], others: Sequence[tuple[Site, Path]], tmp_path: Path
) -> None:
    site, package = made
    told = []
    for number, name in enumerate(CHANGES):
        copy = Path(shutil.copytree(package, tmp_path / str(number)))
        path = min(copy.glob(PEM))
        path.write_bytes(CHANGES[name](path.read_bytes()))
        told.append((site, copy))

    for whose, one in (made, *others, *told):
        expected = json.loads(render_json(verify(one, trust(whose))))
        assert reader.verify(one, trust(whose)) == expected

"""The report says which authority stood how, and on whose order what was erased."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.canonical import decode, new_record_id
from evidence.ledger import Checkpoint
from evidence.model import Draft, Plain, StatementType
from evidence.package import select, write_package
from evidence.package.brief import Brief
from evidence.package.case import read_case
from evidence.package.profile import find_profile
from evidence.projection import project_entries
from evidence.seal.anchor import Anchors, Authority, Proof
from evidence.seal.http import Unanchored
from evidence.verify.verify import verify
from tests.packages.synthetic import END, NOW, START, WATCH, Site, make_site

CASE = Path(__file__).with_name("full-case.toml")
DAY = timedelta(days=1)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path / "site")


def authority(name: str, days: int = 0, revocation: str = "KEPT") -> Authority:
    """One that stamps until so many days from now; 0: that gives nothing."""

    def ask(_head: Checkpoint) -> Proof:
        if not days:
            raise Unanchored(name, "TIMEOUT")
        token = Plain("token", "text/plain", b"token")
        return Proof((token,), NOW - timedelta(hours=1), NOW + days * DAY, revocation=revocation)

    return Authority("witness", name, ask)


def export(
    site: Site, folder: Path, authorities: Sequence[Authority] = (), brief: Brief | None = None
) -> Path:
    site.signer.seal(NOW)
    anchors = Anchors(site.archive, folder / "keys", authorities, lambda: NOW)
    standings = anchors.run(site.signer.head(), at_once=True)
    return write_package(
        site.archive, select(site.archive, watches=[WATCH], period=(START, END)), folder / "out",
        signer=site.signer, now=NOW, purpose="uji", order="ST-1", actor={"nama": "Petugas"},
        organisation="Bawaslu Uji", software="jejak 0.1.0",
        anchors=[s.facts() for s in standings], brief=brief,
    )  # fmt: skip


def page(package: Path) -> str:
    return (package / "data/report/laporan.html").read_text("utf-8")


def line(package: Path, name: str) -> str:
    """The row of an authority, without tags."""
    found = re.search(rf"<tr[^>]*><td><bdi>{name}</bdi>.*?</tr>", page(package), re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", " ", found[0])


def test_an_authority_that_saw_the_head_is_named_with_its_time_and_renewal(
    site: Site, tmp_path: Path
) -> None:
    said = line(export(site, tmp_path, [authority("saksi satu", days=90)]), "saksi satu")

    assert "23-11-2026 03:05:00 WIB" in said
    assert "paling lambat" in said
    assert "TIMEOUT" not in said


def test_an_authority_that_gave_nothing_is_named_as_pending(site: Site, tmp_path: Path) -> None:
    said = line(export(site, tmp_path, [authority("saksi dua")]), "saksi dua")

    assert "belum pernah" in said
    assert "TIMEOUT" in said


def test_a_stamp_that_has_to_be_renewed_now_says_so(site: Site, tmp_path: Path) -> None:
    said = line(export(site, tmp_path, [authority("saksi tiga", days=10)]), "saksi tiga")

    assert "perlu diperbarui sejak" in said


def test_what_was_not_kept_of_revocation_is_said(site: Site, tmp_path: Path) -> None:
    asked = [authority("saksi empat", days=90, revocation="UNREACHABLE")]

    assert "tidak tersimpan: UNREACHABLE" in " ".join(
        line(export(site, tmp_path, asked), "saksi empat").split()
    )


def test_a_package_that_nobody_outside_saw_says_so(site: Site, tmp_path: Path) -> None:
    assert "hanya menurut kunci pencatat" in page(export(site, tmp_path))


def test_orders_on_which_records_were_erased_are_told_with_their_number(
    site: Site, tmp_path: Path
) -> None:
    assert "P-7/2026" not in page(export(site, tmp_path / "before"))
    shot = site.recs[f"{WATCH} shot"]
    facts = {"subject": shot, "basis": "uji", "order": "P-7/2026"}
    draft = Draft(StatementType.ERASURE, new_record_id(), NOW - DAY, "system", facts)
    project_entries(site.archive, site.archive.record([draft]))
    site.archive.erase(shot)

    told = page(export(site, tmp_path / "after"))

    row = re.search(r"<tr><td>P-7/2026</td><td>([^<]+)</td><td>(\d+)</td></tr>", told)
    assert row
    assert row[2] == "1"


def test_a_clarification_says_which_screenshots_may_show_other_people(
    site: Site, tmp_path: Path
) -> None:
    brief = Brief(find_profile("KLARIFIKASI"), read_case(CASE))
    package = export(site, tmp_path / "open", brief=brief)

    shown = page(package)
    assert "1 terbuka (entri" in shown
    assert "RANCANGAN" not in shown


def test_screenshots_can_be_kept_closed(site: Site, tmp_path: Path) -> None:
    brief = Brief(find_profile("KLARIFIKASI"), read_case(CASE))
    package = export(site, tmp_path, brief=replace(brief, screens=False))

    entry = site.archive.entry(site.recs[f"{WATCH} shot"])
    assert entry is not None
    assert list(package.glob(f"data/objects/{entry.index}/body.*")) == []
    described = decode(next(package.glob("data/objects/*/package.json")).read_bytes())
    (record,) = (r for r in described["records"] if r["index"] == entry.index)
    assert "body" in record["withheld"]
    assert "terbuka (entri" not in page(package)
    assert [f for f in verify(package, site.trust).findings if f.severity == "error"] == []

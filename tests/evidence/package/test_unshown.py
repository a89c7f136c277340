"""The report counts what it cannot show, and says no more than was seen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.model import Entry, Outcome, Statement, StatementType, VisitEnd
from evidence.package import select, write_package
from evidence.package.brief import Brief
from evidence.package.case import Case, read_case
from evidence.package.profile import find_profile
from evidence.package.unshown import unshown
from evidence.record import Recorder
from tests.packages.synthetic import END, NOW, START, WATCH, Site, Visitor, make_site

CASE = Path(__file__).with_name("full-case.toml")
RECORDER = Recorder("system", "uji")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path / "site")


def report(
    site: Site, folder: Path, *, until=END, posts: tuple[str, ...] = (), period: bool = True,
    brief: Brief | None = None,
) -> str:  # fmt: skip
    """The words of the report, without tags, one blank between two."""
    site.signer.seal(NOW)
    chosen = select(
        site.archive, watches=[WATCH], posts=posts, period=(START, until) if period else None
    )
    made = write_package(
        site.archive, chosen, folder, signer=site.signer, now=NOW, purpose="uji", order="ST-1",
        actor={"nama": "Petugas"}, organisation="Bawaslu Uji", software="jejak 0.1.0",
        brief=brief or Brief(printed=False),
    )  # fmt: skip
    page = (made / "data/report/laporan.html").read_text("utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]).split())


def test_visits_that_no_schedule_asked_for_are_not_counted_as_due_ones(
    site: Site, tmp_path: Path
) -> None:
    before = report(site, tmp_path / "before")
    site.archive.record(
        [
            RECORDER.outcome(
                VisitEnd("a" * 32, WATCH, None, None, START, START, Outcome.UNCHANGED, "uji")
            )
        ]
    )

    after = report(site, tmp_path / "after")

    counts = [re.search(r"UNCHANGED [^0-9]+ (\d+)", said) for said in (before, after)]
    assert [found[1] for found in counts if found] == ["3", "3"]
    assert "Di luar jadwal ada" not in before
    assert "Di luar jadwal ada 1 kunjungan lagi" in after


def test_a_period_that_had_not_ended_is_said_to_run(site: Site, tmp_path: Path) -> None:
    ended = report(site, tmp_path / "ended")
    running = report(site, tmp_path / "running", until=NOW + timedelta(days=1))

    assert "Periode belum berakhir" not in ended
    assert "Periode belum berakhir saat paket dibuat" in running


def test_posts_and_acts_that_were_erased_are_counted_and_not_told_as_none(
    site: Site, tmp_path: Path
) -> None:
    for entry in site.archive.entries():
        if entry.statement.type in ("snapshot", "interaction"):
            site.archive.erase(entry.statement.rec)

    said = report(site, tmp_path)

    assert "Tidak ada unggahan yang terbuka dalam paket ini." in said
    assert "2 cuplikan unggahan tercatat dan tidak dapat ditunjukkan" in said
    assert "1 pengamatan interaksi tercatat dan tidak dapat ditunjukkan" in said


def test_gaps_are_not_told_as_none_where_no_visit_is_in_the_package(
    site: Site, tmp_path: Path
) -> None:
    without = report(site, tmp_path / "post", posts=site.posts, period=False)
    with_visits = report(site, tmp_path / "account")

    heading = "Yang tidak dapat dilihat, menurut kode"
    assert f"{heading} hasil kunjungan tidak disertakan dalam paket ini" in without
    assert f"{heading} tidak ada yang tercatat" in with_visits


def test_what_was_handed_in_is_not_said_to_be_got_without_login(site: Site, tmp_path: Path) -> None:
    before = report(site, tmp_path / "before")
    visitor = Visitor(site.archive, "system")
    draft = visitor.recorder.draft
    capture = next(e.statement for e in site.archive.entries() if e.statement.type == "capture")
    facts = {**capture.facts, "via": "HUMAN", "body_kept": False}
    site.archive.record([draft(capture.type, START, facts)])

    after = report(site, tmp_path / "after")

    assert "diserahkan petugas; bagaimana" not in before
    assert (
        "bagaimana petugas memperolehnya, dengan atau tanpa masuk (login), tidak dilihat" in after
    )
    assert "Dari 1 tangkapan yang tidak memuat akun terpantau hanya ukuran" in after


def full_case() -> Case:
    return read_case(CASE)


def test_the_terms_say_that_the_way_days_are_counted_was_checked_against_no_rule(
    site: Site, tmp_path: Path
) -> None:
    brief = Brief(find_profile("TEMUAN"), full_case(), draft=True, printed=False)

    said = report(site, tmp_path, brief=brief)

    assert "Tenggang waktu Tahap Sejak" in said
    assert "Cara menghitung harinya belum dicocokkan dengan peraturan mana pun" in said
    assert "Perbawaslu 7/2022 tidak dibaca untuknya" in said
    assert re.search(r"(belum|sudah) lewat, menurut hitungan ini", said)


def test_a_clarification_says_how_many_open_screens_come_from_visits_that_saw_others_act(
    site: Site, tmp_path: Path
) -> None:
    brief = Brief(find_profile("KLARIFIKASI"), full_case(), printed=False)

    shown = report(site, tmp_path / "open", brief=brief)
    closed = report(site, tmp_path / "closed", brief=replace(brief, screens=False))

    told = "1 dari kunjungan yang juga mencatat perbuatan akun lain"
    assert shown.count(told) == 2
    assert "Tangkapan layar dan halaman tersusun: 1 terbuka" in shown
    assert "Tangkapan layar dan halaman tersusun:" not in closed


def test_a_closed_page_is_not_said_to_be_among_the_files(site: Site, tmp_path: Path) -> None:
    brief = Brief(find_profile("KLARIFIKASI"), full_case(), printed=False)

    closed = report(site, tmp_path / "closed", brief=brief)
    opened = report(site, tmp_path / "open")

    assert "Isi halaman yang diterima tidak dibuka dalam paket ini" in closed
    assert "Isi halaman yang diterima tidak dibuka dalam paket ini" not in opened
    assert "Isi yang diterima ada pada berkas di bawah" in opened


def test_no_act_in_a_package_is_not_told_as_no_act(site: Site, tmp_path: Path) -> None:
    with_acts = report(site, tmp_path / "account")
    without = report(site, tmp_path / "post", posts=site.posts, period=False)

    assert "Itu tidak berarti tidak ada tindakan" in without
    assert "Itu tidak berarti tidak ada tindakan" not in with_acts
    assert "banyaknya baris bukan banyaknya tindakan" in with_acts


def test_a_package_is_said_to_be_made_not_handed_over(site: Site, tmp_path: Path) -> None:
    report(site, tmp_path / "first")

    second = report(site, tmp_path / "second")

    assert "EXPORT (dibuat menjadi paket)" in second
    assert "diserahkan sebagai paket" not in second
    assert "kepada siapa paket benar-benar diserahkan" in second


def test_what_was_erased_of_a_row_of_the_report_is_said_and_not_left_blank(
    site: Site, tmp_path: Path
) -> None:
    whole = report(site, tmp_path / "whole")
    for entry in site.archive.entries():
        if entry.statement.type in ("watch", "observation", "capture"):
            site.archive.erase(entry.statement.rec)

    said = report(site, tmp_path / "erased")

    assert "ditahan atau dihapus" not in whole
    assert "baris daftar pantau ditahan atau dihapus" in said
    assert "alamat yang ditahan atau dihapus, status 200" in said
    assert re.search(r"\d+ ditahan atau dihapus UNSEEN", said)


def test_only_what_is_closed_is_counted_as_not_shown() -> None:
    def entry(index: int, kind: StatementType, **facts: object) -> Entry:
        return Entry(index, b"", b"", Statement(1, kind, f"r{index}", NOW, "system", facts, ()))

    entries = (
        entry(0, StatementType.SNAPSHOT),
        entry(1, StatementType.SNAPSHOT),
        entry(2, StatementType.INTERACTION),
        entry(3, StatementType.INTERACTION),
        entry(4, StatementType.READING),
        entry(5, StatementType.CAPTURE, via="CRAWL", body_kept=True),
        entry(6, StatementType.CAPTURE, via="HUMAN", body_kept=False),
    )
    said = {0: {"post": {}}, 1: {"identity": {}}, 2: {"interaction": {}}}

    told = unshown(entries, said, (START, END), NOW)

    assert (told.posts, told.interactions, told.unkept) == (1, 1, 1)
    assert told.ways == {"HUMAN"}
    assert (told.visits, told.outcomes) == (0, False)

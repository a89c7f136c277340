"""The report on paper: what it holds, what it refuses, and how its size is bounded."""

from __future__ import annotations

import io
import re
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from evidence.errors import PackageError
from evidence.package import printing, select, write_package
from evidence.package.brief import Brief
from evidence.package.picture import MAX_VIEWS, count_views
from evidence.package.printer import PackageFiles, cut_view
from evidence.verify import verify
from tests.packages.synthetic import END, NOW, START, WATCH, Site, make_site

OPTIONS: dict[str, Any] = {
    "now": NOW, "purpose": "uji", "order": "ST-1", "actor": {"nama": "Petugas Uji"},
    "organisation": "Bawaslu Uji", "software": "jejak 0.1.0",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


def printed(site: Site, folder: Path) -> Path:
    chosen = select(site.archive, watches=[WATCH], period=(START, END))
    brief = Brief(printed=True)
    return write_package(site.archive, chosen, folder, signer=site.signer, brief=brief, **OPTIONS)


@pytest.fixture(scope="module")
def package(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return printed(site, tmp_path_factory.mktemp("printed"))


def streams(pdf: bytes) -> list[bytes]:
    """The streams of a PDF, unpacked."""
    found = []
    for data in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(data))
        except zlib.error:
            found.append(data)
    return found


def text_of(pdf: Path) -> str:
    try:
        done = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed; apt install poppler-utils")
    return done.stdout.decode("utf-8")


def test_the_pdf_is_committed_to_like_the_page(site: Site, package: Path) -> None:
    pdf = package / "data/report/laporan.pdf"
    assert [f for f in verify(package, site.trust).findings if f.severity == "error"] == []

    original = pdf.read_bytes()
    pdf.write_bytes(original.replace(b"%%EOF", b"%%EOG"))
    codes = {f.code for f in verify(package, site.trust).findings if f.severity == "error"}
    pdf.write_bytes(original)

    assert "FILE_HASH" in codes


def test_the_pdf_is_tagged_with_a_title_and_a_language(package: Path) -> None:
    pdf = (package / "data/report/laporan.pdf").read_bytes()
    parts = b"\n".join((pdf, *streams(pdf)))

    assert b"/StructTreeRoot" in parts
    assert b"pdfuaid:part" in parts
    assert re.search(rb"/Lang \(id\)", parts)
    assert b"/JavaScript" not in parts
    assert b"/URI" not in parts
    assert b"/EmbeddedFile" not in parts


def test_the_text_of_the_pdf_can_be_selected_and_searched(package: Path) -> None:
    said = text_of(package / "data/report/laporan.pdf")

    assert "<script>alert(1)</script>" in said
    assert "P-1" in said
    assert "Dapat diakses" in said
    assert "Halaman 1 dari" in said


def test_the_pdf_quotes_the_fingerprint_of_the_head(package: Path) -> None:
    page = (package / "data/report/laporan.html").read_text("utf-8")
    fingerprint = re.search(r'Sidik kepala log</dt><dd class="hash">([0-9a-f]{64})', page)

    assert fingerprint
    assert fingerprint[1] in re.sub(r"\s", "", text_of(package / "data/report/laporan.pdf"))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x.png",
        "https://contoh.test/x.png",
        "file:///etc/hostname",
        "file://contoh.test/etc/hostname",
        "data:image/png;base64,AAAA",
        "ftp://contoh.test/x",
    ],
)
def test_no_address_outside_the_package_is_fetched(address: str, package: Path) -> None:
    with pytest.raises(ValueError, match="outside the package"):
        PackageFiles(package / "data/objects").fetch(address)


def test_a_path_that_climbs_out_of_the_objects_is_refused(package: Path) -> None:
    files = PackageFiles(package / "data/objects")

    with pytest.raises(ValueError, match="outside the package"):
        files.fetch((package / "data/objects").as_uri() + "/..%2f..%2fbagit.txt")


def test_a_link_out_of_the_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "objects/a.png").symlink_to(tmp_path / "secret")

    with pytest.raises(ValueError, match="outside the package"):
        PackageFiles(tmp_path / "objects").fetch((tmp_path / "objects/a.png").absolute().as_uri())


def tall(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


def test_the_views_of_a_long_screenshot_together_hold_all_its_rows() -> None:
    picture = tall(100, 1000)

    heights = [
        Image.open(io.BytesIO(cut_view(picture, n))).height
        for n in range(1, count_views(100, 1000) + 1)
    ]

    assert sum(heights) == 1000
    assert max(heights) <= 130


def test_an_endless_screenshot_has_a_bounded_number_of_views() -> None:
    assert count_views(100, 10_000_000) == MAX_VIEWS
    assert count_views(0, 5) == 1


def test_the_printing_process_sees_no_variable_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JEJAK_ARCHIVE_URL", "mongodb://rahasia")
    seen: dict[str, str] = {}

    def run(*_args: Any, env: dict[str, str], **_values: Any) -> Any:
        seen.update(env)
        return subprocess.CompletedProcess([], 0, b"%PDF-1.7", b"")

    monkeypatch.setattr(printing.subprocess, "run", run)
    printing._laid_out(b"<p>x</p>", tmp_path, "data/report/laporan.pdf")

    assert seen
    assert not [k for k in seen if k.startswith("JEJAK")]


def test_a_page_that_cannot_be_printed_leaves_no_package(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = subprocess.CompletedProcess([], 1, b"", b"Traceback\nMemoryError: isi unggahan")
    monkeypatch.setattr(printing.subprocess, "run", lambda *_a, **_v: failed)

    with pytest.raises(PackageError, match=r"MemoryError") as caught:
        printed(site, tmp_path / "out")

    assert "isi unggahan" not in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_many_exhibits_are_printed_in_volumes_of_bounded_size(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, site: Site
) -> None:
    words: dict[str, Any] = {}
    monkeypatch.setattr(
        "evidence.package.write.print_report", lambda said, _root: words.update(said) or ()
    )
    printed(site, tmp_path / "out")
    pages: dict[str, bytes] = {}
    monkeypatch.setattr(
        printing, "_laid_out", lambda page, _root, path: pages.setdefault(path, page)
    )
    words["exhibits"] = [
        {**words["exhibits"][0], "name": f"P-{n}", "pictures": ()} for n in range(1, 100)
    ]
    words["files"] = [(f"data/objects/{n}/body.bin", "0" * 64) for n in range(5000)]

    names = [path for path, _ in printing.print_report(words, tmp_path)]

    assert names == [
        "data/report/laporan.pdf", "data/report/bukti-p-41.pdf", "data/report/bukti-p-81.pdf",
    ]  # fmt: skip
    shown = b"".join(pages.values()).decode()
    assert re.findall(r'<h3 id="(P-\d+)"', shown) == [f"P-{n}" for n in range(1, 100)]
    assert "bukti-p-41.pdf" in pages["data/report/laporan.pdf"].decode()
    assert "3500 berkas lagi" in shown

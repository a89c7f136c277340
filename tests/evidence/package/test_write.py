from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import bagit
import pytest

from evidence.canonical import decode
from evidence.errors import IntegrityError, PackageError, ScopeError
from evidence.ledger import leaf_hash
from evidence.model import (
    Act,
    CaptureKind,
    Change,
    Interaction,
    Media,
    Observation,
    Post,
    SeenState,
)
from evidence.package import Selection, select, write_package
from evidence.package.write import Export
from evidence.query.chain import chain
from evidence.query.custody import custody_draft, record_custody
from evidence.query.subject import Subject, SubjectKind
from evidence.record import Recorder
from evidence.store import open_archive
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Row
from evidence.verify import verify
from tests.packages.synthetic import (
    END,
    HOUR,
    NIP,
    NOW,
    OTHER,
    START,
    WATCH,
    Site,
    Visitor,
    make_package,
    make_site,
    png,
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


@pytest.fixture
def package(site: Site, tmp_path: Path) -> Path:
    return make_package(site, tmp_path / "out")


def types(site: Site, chosen: Selection) -> list[str]:
    return [
        e.statement.type.value for e in site.archive.entries() if e.index in set(chosen.indices)
    ]


def test_bagit_confirms_the_bag(package: Path) -> None:
    assert bagit.Bag(str(package)).validate()


def test_the_folder_has_its_name_only_when_it_is_whole(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evidence.package.write.publish", crash)
    with pytest.raises(KeyboardInterrupt):
        make_package(site, tmp_path / "out")

    assert list((tmp_path / "out").iterdir()) == []


def test_the_export_is_the_last_record_of_the_package_and_of_the_log(
    site: Site, package: Path
) -> None:
    newest = max(int(p.stem) for p in (package / "data/statements").iterdir())
    said = json.loads((package / f"data/statements/{newest}.json").read_bytes())

    assert newest == site.archive.size() - 1
    assert (said["type"], said["facts"]["action"]) == ("custody", "EXPORT")
    assert said["facts"]["purpose"] == "uji paket"


def test_statements_are_the_very_bytes_of_the_leaves(site: Site, package: Path) -> None:
    hashes = {i: h for i, _, h in site.archive.raw_leaves(0, site.archive.size())}
    for path in (package / "data/statements").iterdir():
        assert leaf_hash(path.read_bytes()) == hashes[int(path.stem)]


def test_an_identity_number_is_nowhere_in_the_package(package: Path) -> None:
    for path in package.rglob("*"):
        assert not path.is_file() or NIP.encode() not in path.read_bytes(), path


def test_the_salt_of_what_is_withheld_is_not_disclosed(package: Path) -> None:
    openings = decode((package / "data/openings.json").read_bytes())["openings"]

    assert openings
    assert not [o for o in openings if o["role"] == "identity"]


def test_other_accounts_are_not_in_the_package(package: Path) -> None:
    for path in package.rglob("*"):
        assert not path.is_file() or OTHER.encode() not in path.read_bytes(), path


def test_a_second_package_shows_that_the_first_was_made(
    site: Site, package: Path, tmp_path: Path
) -> None:
    again = make_package(site, tmp_path / "again", period=None)

    exports = [p for p in (again / "data/statements").iterdir() if b'"EXPORT"' in p.read_bytes()]
    assert verify(again, site.trust).ok
    assert len(exports) == 2


def test_an_earlier_export_of_many_records_and_its_check_are_in_a_later_package(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.package.write.MAX_SUBJECTS", 1)
    make_package(site, tmp_path / "out")
    export = site.archive.size() - 1
    rec = next(site.archive.entries(export)).statement.rec
    recorder = Recorder("system", "uji")
    for action, subject in (("VERIFY", rec), ("HOLD", WATCH), ("HOLD", OTHER), ("READ", "f" * 32)):
        words = {"actor": "budi", "purpose": "p", "order": "1"}
        record_custody(site.archive, custody_draft(recorder, action, [subject], NOW, **words))

    again = make_package(site, tmp_path / "again", period=None)

    report = (again / "data/report/laporan.html").read_text("utf-8")
    there = [
        export + n for n in range(5) if (again / f"data/statements/{export + n}.json").exists()
    ]
    assert there == [export, export + 1, export + 2]
    assert "EXPORT (dibuat menjadi paket)" in report
    assert not (again / f"data/objects/{export}/package.json").exists()
    assert verify(again, site.trust).ok


def test_an_export_about_another_account_is_not_in_a_package_of_this_one(
    site: Site, tmp_path: Path
) -> None:
    """Both hold the campaign and the genesis; the other's purpose is nobody's business here."""
    make_package(site, tmp_path / "other", watches=(OTHER,))
    export = site.archive.size() - 1
    of_this = select(site.archive, watches=[WATCH], period=None)

    again = make_package(site, tmp_path / "again", selection=of_this)

    assert not (again / f"data/statements/{export}.json").exists()


def test_the_chain_of_an_account_has_no_export_of_anothers_records(
    site: Site, tmp_path: Path
) -> None:
    make_package(site, tmp_path / "one")
    export = next(site.archive.entries(site.archive.size() - 1)).statement.rec
    recorder = Recorder("system", "uji")
    words = {"actor": "budi", "purpose": "p", "order": "1"}
    for action in ("EXPORT", "VERIFY"):
        record_custody(site.archive, custody_draft(recorder, action, [export], NOW, **words))

    links = chain(site.archive, Subject(SubjectKind.ACCOUNT, WATCH))

    done = [link.action for link in links if link.action != "COLLECTED"]
    assert done == ["EXPORT", "VERIFY"]


class Reader(HTMLParser):
    """Elements, addresses and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.images: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if tag == "img" and name == "src":
                self.images.append(value or "")
            elif name in ("src", "href", "action", "srcset", "data"):
                self.links.append(value or "")
            assert not name.startswith("on"), name


def test_the_report_runs_nothing_and_loads_only_pictures_of_the_package(package: Path) -> None:
    page = (package / "data/report/laporan.html").read_text("utf-8")
    reader = Reader()
    reader.feed(page)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not reader.tags & {"script", "iframe", "object", "embed", "link", "svg", "form"}
    assert reader.links == []
    assert reader.images
    for source in reader.images:
        assert (package / "data/report" / source).resolve().is_relative_to(package.resolve())
        assert (package / "data/report" / source).read_bytes().startswith(b"\x89PNG")
    assert "default-src 'none'" in page


def test_characters_that_reorder_text_are_shown_in_the_report(package: Path) -> None:
    page = (package / "data/report/laporan.html").read_text("utf-8")

    assert "[U+202E]txet" in page
    assert "\u202e" not in page


def test_the_report_numbers_exhibits_and_lists_the_hash_of_every_object(package: Path) -> None:
    page = (package / "data/report/laporan.html").read_text("utf-8")
    manifest = (package / "manifest-sha256.txt").read_text()

    assert re.findall(r'<h3 id="(P-\d)">', page) == ["P-1", "P-2"]
    for line in manifest.splitlines():
        digest, path = line.split("  ")
        if path.startswith("data/objects/") and not path.endswith(("actor.json", "package.json")):
            assert digest in page, path
    assert "23-11-2026 00:00:00 WIB (UTC+7)" in page


def test_the_report_says_seen_words_and_no_verdict(package: Path) -> None:
    page = (package / "data/report/laporan.html").read_text("utf-8").lower()

    assert "dicari dan tidak ditemukan" in page
    for word in ("pelanggaran", "bersalah karena", "terbukti melanggar", "deleted"):
        assert word not in page


def test_the_report_quotes_a_head_that_the_package_ships(package: Path) -> None:
    page = (package / "data/report/laporan.html").read_text("utf-8")
    note = (package / "data/checkpoints/report.txt").read_text()

    assert note.split("\n")[2] in page


def test_a_simulated_package_says_so_in_its_report(tmp_path: Path) -> None:
    site = make_site(tmp_path, clock="simulated")
    package = make_package(site, tmp_path / "out", clock="simulated")

    assert "SIMULASI" in (package / "data/report/laporan.html").read_text("utf-8")


def test_captured_html_gets_no_name_that_a_browser_opens(site: Site, tmp_path: Path) -> None:
    from evidence.package.layout import object_path

    assert object_path(3, "body", "text/html; charset=utf-8") == "data/objects/3/body.bin"
    assert object_path(3, "body", "image/svg+xml") == "data/objects/3/body.bin"
    assert object_path(3, "body", "IMAGE/PNG") == "data/objects/3/body.png"


@pytest.mark.parametrize("organisation", ["", "two\nlines", "null\0"])
def test_an_organisation_that_is_not_one_line_is_refused(organisation: str) -> None:
    with pytest.raises(PackageError, match="one line"):
        Export(NOW, "p", "o", {}, organisation, "jejak 0.1.0")


def test_a_package_of_nothing_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="nothing was selected"):
        make_package(site, tmp_path, selection=Selection((), (), None, ()))


def test_a_selected_record_that_is_not_in_the_log_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="log entry 9999"):
        make_package(site, tmp_path / "out", selection=Selection((), (), None, (0, 9999)))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_package_error(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(PackageError, match="file"):
        make_package(site, tmp_path / "file" / "out")


class Lying(MemoryArchive):
    """Gives another leaf than was signed."""

    def raw_leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        for index, data, stored in super().raw_leaves(start, stop):
            if index == 2 and self.lies:
                data = data.replace(b'"A"', b'"B"')
                stored = leaf_hash(data)
            yield index, data, stored

    lies = False


def test_a_log_that_is_not_the_signed_one_is_not_exported(site: Site, tmp_path: Path) -> None:
    site.signer.seal(NOW)
    lying = Lying()
    lying.__dict__.update(site.archive.__dict__)
    lying.lies = True
    chosen = select(site.archive, watches=[WATCH], period=(START, END))

    with pytest.raises(IntegrityError, match="not those that were signed"):
        write_package(
            lying, chosen, tmp_path / "out", signer=site.signer, now=NOW, purpose="p",
            order="o", actor={}, organisation="x", software="y",
        )  # fmt: skip


def test_selecting_an_account_takes_its_records_and_what_is_general(site: Site) -> None:
    found = types(site, select(site.archive, watches=[WATCH], period=(START, END)))

    assert sorted(set(found)) == [
        "campaign", "capture", "fingerprint", "genesis", "interaction", "observation", "outcome",
        "reading", "snapshot", "watch",
    ]  # fmt: skip
    assert found.count("outcome") == 4
    assert found.count("watch") == 1


def test_selecting_a_period_takes_its_slots_and_what_its_records_name(site: Site) -> None:
    chosen = select(site.archive, watches=[WATCH], period=(START + HOUR, START + 2 * HOUR))
    found = types(site, chosen)

    assert found.count("outcome") == 1
    assert found.count("snapshot") == 2
    # The second snapshot names the first, which is older than the period.
    assert "observation" not in found


def test_selecting_a_post_takes_its_history_and_pictures_but_no_visits(site: Site) -> None:
    assert site.recs
    chosen = select(site.archive, posts=[site.recs[f"{WATCH} second"]])
    found = types(site, chosen)

    assert chosen.posts == (site.recs[f"{WATCH} first"],)
    assert chosen.watches == (WATCH,)
    assert (found.count("snapshot"), found.count("observation")) == (2, 1)
    assert found.count("capture") == 6
    assert "outcome" not in found


def test_a_package_of_a_post_is_sound(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path / "out", watches=(), posts=site.posts, period=None)

    report = verify(package, site.trust)

    assert report.ok
    assert "REF_MISSING" not in {f.code for f in report.findings}


def test_a_package_of_everybody_is_sound(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path / "out", watches=(WATCH, OTHER))

    report = verify(package, site.trust)

    assert report.ok
    assert report.completeness[0] == "ACCOUNTED"


def test_an_act_seen_on_the_page_of_another_account_brings_that_page(
    site: Site, tmp_path: Path
) -> None:
    visitor = Visitor(site.archive, "system")
    page = visitor.capture(OTHER, None, "https://contoh.test/suka", b"{}", START)
    edge = Interaction(Act.LIKE, "111", "a@contoh.test", "555")
    visitor.put(
        visitor.recorder.interaction(
            edge, platform="mastodon", actor_watch=WATCH, target_watch=OTHER, capture=page, at=START
        )
    )

    package = make_package(site, tmp_path / "out")
    wanted = site.archive.entry(page)

    assert wanted is not None
    assert (package / f"data/statements/{wanted.index}.json").is_file()
    assert "REF_MISSING" not in {f.code for f in verify(package, site.trust).findings}


def test_a_picture_kept_for_another_post_comes_with_each_post_that_shows_it(
    site: Site, tmp_path: Path
) -> None:
    visitor = Visitor(site.archive, "system")
    url = "https://contoh.test/bersama.png"
    picture = visitor.capture(
        OTHER, None, url, png(90), START, "image/png", CaptureKind.MEDIA, None
    )
    row = Row("media", f"mastodon|{url}", {"capture": picture, "watch": OTHER})
    site.archive.project([row])
    page = visitor.capture(WATCH, None, "https://contoh.test/2", b"{}", START)
    post = Post("902", "111", "a", "gambar", START, media=(Media(url, "image"),))
    seen = Observation("902", Change.NEW, SeenState.PRESENT, None, START, post=post)
    rec = visitor.put(
        visitor.recorder.snapshot(
            seen, None, platform="mastodon", watch=WATCH, capture=page, digest="d" * 64
        )
    )

    package = make_package(site, tmp_path / "out", watches=(), posts=(rec,), period=None)
    kept = site.archive.entry(picture)

    assert kept is not None
    body = f"data/objects/{kept.index}/body.png"
    assert (package / body).read_bytes() == png(90)
    assert f'src="../../{body}"' in (package / "data/report/laporan.html").read_text("utf-8")


def test_selecting_nothing_or_the_unknown_is_refused(site: Site) -> None:
    with pytest.raises(ScopeError, match="neither"):
        select(site.archive)
    with pytest.raises(ScopeError, match="not in the archive"):
        select(site.archive, watches=["w-000000000000"])
    with pytest.raises(ScopeError, match="no snapshot"):
        select(site.archive, posts=["f" * 32])


@pytest.mark.mongo
def test_a_package_from_mongodb_is_sound(mongo_url: str, tmp_path: Path) -> None:
    archive = open_archive(mongo_url, tmp_path / "data")
    try:
        site = make_site(tmp_path, archive=archive)
        package = make_package(site, tmp_path / "out")
        site.signer.audit(NOW)
    finally:
        archive.close()

    report = verify(package, site.trust)

    assert report.ok
    assert report.completeness[0] == "ACCOUNTED"

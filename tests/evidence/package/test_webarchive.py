from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidence.canonical import decode
from evidence.errors import PackageError
from evidence.model import CaptureKind
from evidence.package import select, write_package
from evidence.package.bag import Bag
from evidence.package.webarchive import WebArchive
from evidence.verify import verify
from tests.evidence.package.captures import ABOUT, draft, entry, exchange, rendered, write
from tests.packages.adversary import Twin
from tests.packages.synthetic import (
    END,
    NIP,
    NOW,
    START,
    WATCH,
    Site,
    make_package,
    make_site,
    png,
)

WACZ = "data/wacz/captures.wacz"
ROOT = Path(__file__).resolve().parents[3]


def lines(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = gzip.decompress(archive.read("indexes/index.cdx.gz")).decode()
    return [json.loads(line.split(" ", 2)[2]) for line in text.splitlines()]


def test_each_line_of_the_index_leads_to_its_record_and_no_other(tmp_path: Path) -> None:
    write(tmp_path, *(exchange(f"https://contoh.test/{n}", body=b"%d" % n) for n in range(30)))
    with zipfile.ZipFile(tmp_path / WACZ) as archive:
        warc = archive.read("archive/captures-00000.warc.gz")
        found = lines(archive)

    assert len(found) == 30
    for line in found:
        member = warc[int(line["offset"]) :][: int(line["length"])]
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        assert record.rec_headers.get_header("WARC-Target-URI") == line["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == line["digest"]
        assert record.raw_stream.read() == line["url"].rpartition("/")[2].encode()
        assert line["recordDigest"] == f"sha256:{hashlib.sha256(member).hexdigest()}"


def test_a_wacz_lists_the_hash_of_each_file_in_it_and_compresses_none(tmp_path: Path) -> None:
    write(tmp_path, exchange())
    with zipfile.ZipFile(tmp_path / WACZ) as archive:
        said = json.loads(archive.read("datapackage.json"))
        noted = json.loads(archive.read("datapackage-digest.json"))
        listed = {r["path"]: (r["hash"], r["bytes"]) for r in said["resources"]}
        there = {
            i.filename: (f"sha256:{hashlib.sha256(archive.read(i)).hexdigest()}", i.file_size)
            for i in archive.infolist()
        }
        methods = {i.compress_type for i in archive.infolist()}

    assert noted == {"path": "datapackage.json", "hash": there.pop("datapackage.json")[0]}
    del there["datapackage-digest.json"]
    assert listed == there
    assert said["wacz_version"] == "1.1.1"
    assert methods == {zipfile.ZIP_STORED}


def test_pages_are_what_a_reader_can_open(tmp_path: Path) -> None:
    write(
        tmp_path,
        exchange("https://contoh.test/1"),
        exchange("https://contoh.test/2", status=404),
        exchange("https://contoh.test/p.png", media="image/png", kind=CaptureKind.MEDIA),
        rendered(CaptureKind.DOM, "text/html", b"<p>"),
    )
    with zipfile.ZipFile(tmp_path / WACZ) as archive:
        head, *pages = map(json.loads, archive.read("pages/pages.jsonl").splitlines())
        found = {line["url"] for line in lines(archive)}

    assert head["format"] == "json-pages-1.0"
    assert [(page["title"], page["url"]) for page in pages] == [
        ("0: exchange", "https://contoh.test/1"), ("3: dom", "urn:dom:https://contoh.test/1"),
    ]  # fmt: skip
    assert "urn:dom:https://contoh.test/1" in found
    assert "https://contoh.test/2" in found


def test_a_full_file_is_followed_by_another_with_its_own_certificates(tmp_path: Path) -> None:
    seen = [exchange(f"https://contoh.test/{n}", certificate=b"DER") for n in range(4)]
    write(tmp_path, *seen, largest=2_000)
    names = sorted(p.name for p in (tmp_path / "data/warc").iterdir())
    held = [gzip.decompress((tmp_path / "data/warc" / n).read_bytes()) for n in names]
    with zipfile.ZipFile(tmp_path / WACZ) as archive:
        assert {line["filename"] for line in lines(archive)} == set(names)

    assert len(names) > 1
    for data in held:
        assert data.startswith(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n")
        assert data.count(b"application/pkix-cert") == 1


def test_nothing_is_written_where_there_is_no_capture(tmp_path: Path) -> None:
    bag = Bag(tmp_path)
    WebArchive(tmp_path, ABOUT).finish(bag)

    assert bag.hashes == {}
    assert list(tmp_path.iterdir()) == []


def test_a_capture_without_an_address_stops_no_export(tmp_path: Path) -> None:
    found, objects = entry(draft(exchange(), "a" * 32), 0)
    bag, web = Bag(tmp_path), WebArchive(tmp_path, ABOUT)
    web.add(found, {**objects, "exchange": b"{}"}, {})
    web.finish(bag)

    assert bag.hashes == {}


def test_a_disk_that_takes_nothing_is_a_package_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")

    with pytest.raises(PackageError, match="data/warc"):
        write(tmp_path, exchange())


def test_a_file_is_taken_into_a_bag_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"isi")
    bag = Bag(tmp_path)

    assert bag.adopt("file") == hashlib.sha256(b"isi").hexdigest()
    assert bag.sizes == {"file": 3}
    with pytest.raises(PackageError, match="twice"):
        bag.adopt("file")
    with pytest.raises(PackageError, match="other"):
        bag.adopt("other")


# --- in a package ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def package(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_package(site, tmp_path_factory.mktemp("out"))


def web_files(package: Path) -> list[str]:
    found = [*(package / "data/warc").iterdir(), package / WACZ]
    return sorted(p.relative_to(package).as_posix() for p in found)


def test_the_export_commits_to_the_web_archive(site: Site, package: Path) -> None:
    newest = max(int(p.stem) for p in (package / "data/statements").iterdir())
    said = decode((package / f"data/objects/{newest}/package.json").read_bytes())

    assert verify(package, site.trust).ok
    assert web_files(package) == ["data/wacz/captures.wacz", "data/warc/captures-00000.warc.gz"]
    for path in web_files(package):
        assert said["files"][path] == hashlib.sha256((package / path).read_bytes()).hexdigest()


@pytest.mark.parametrize("path", ["data/wacz/captures.wacz", "data/warc/captures-00000.warc.gz"])
def test_a_web_archive_that_was_changed_or_taken_out_is_found(
    site: Site, package: Path, tmp_path: Path, path: str
) -> None:
    changed = Twin(package, tmp_path / "changed")
    changed.write(path, changed.read(path)[:-1] + b"\x01")
    changed.cover_up()
    gone = Twin(package, tmp_path / "gone")
    (gone.root / path).unlink()
    (gone.root / path).parent.rmdir()
    gone.cover_up()
    added = Twin(package, tmp_path / "added")
    added.write("data/warc/more.warc.gz", b"x")
    added.cover_up()

    assert [(f.code, f.path) for f in errors(changed, site)] == [("FILE_HASH", path)]
    assert [(f.code, f.path) for f in errors(gone, site)] == [("FILE_MISSING", path)]
    assert [f.code for f in errors(added, site)] == ["FILE_UNKNOWN"]


def errors(twin: Twin, site: Site) -> list[object]:
    return [f for f in verify(twin.root, site.trust).findings if f.severity == "error"]


def test_each_body_in_the_warc_is_the_object_it_was_made_from(package: Path) -> None:
    """The view agrees with the evidence, capture by capture, and leaves none out."""
    bodies = {}
    with (package / "data/warc/captures-00000.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            data = record.raw_stream.read()
            if record.rec_type in ("response", "resource"):
                body = data
            elif record.rec_type == "metadata":
                said = dict(line.split(": ", 1) for line in data.decode().splitlines())
                bodies[int(said["jejak-index"])] = body
    objects = {
        int(p.parent.name): p.read_bytes()
        for p in (package / "data/objects").rglob("body.*")
        if p.is_file()
    }

    assert bodies == objects
    assert len(bodies) == 6


def test_an_identity_number_is_not_in_the_web_archive(package: Path) -> None:
    with zipfile.ZipFile(package / WACZ) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            assert NIP.encode() not in (gzip.decompress(data) if name.endswith(".gz") else data)


def shut(site: Site, folder: Path, *roles: str) -> Path:
    """A package with these roles withheld, of everything."""
    return write_package(
        site.archive, select(site.archive, watches=(WATCH,), period=(START, END)), folder,
        signer=site.signer, now=NOW, purpose="uji", order="ST-1/2026", actor={"nama": "Uji"},
        organisation="Bawaslu Uji", software="jejak 0.1.0", withhold={"identity", *roles},
    )  # fmt: skip


def plain(package: Path) -> bytes:
    return b"".join(gzip.decompress(p.read_bytes()) for p in (package / "data/warc").iterdir())


def test_a_withheld_body_is_not_disclosed_by_the_web_archive(site: Site, tmp_path: Path) -> None:
    package = shut(site, tmp_path / "out", "body")
    warc = plain(package)

    assert verify(package, site.trust).ok
    assert b"<p>dukung" not in warc
    assert png(40) not in warc
    assert warc.count(b"jejak-body: withheld\r\n") == 6
    assert b"WARC-Type: response" not in warc


def test_a_withheld_exchange_is_not_disclosed_by_the_web_archive(
    site: Site, tmp_path: Path
) -> None:
    package = shut(site, tmp_path / "out", "exchange")

    assert verify(package, site.trust).ok
    assert not (package / "data/warc").exists()
    assert not (package / "data/wacz").exists()


def test_an_erased_capture_is_not_in_the_web_archive(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    assert site.recs
    site.archive.erase(site.recs[f"{WATCH} shot"])
    warc = plain(make_package(site, tmp_path / "out"))

    assert b"jejak-kind: screenshot" not in warc
    assert png(200) not in warc
    assert png(40) in warc


# --- memory ------------------------------------------------------------------------------------

WRITE_MANY = """
import random, resource, sys, tempfile
from pathlib import Path
from tests.evidence.package.captures import ABOUT, draft, entry, exchange
from evidence.package.bag import Bag
from evidence.package.webarchive import WebArchive
rng = random.Random(7)
megabytes = int(sys.argv[1])
with tempfile.TemporaryDirectory(dir=sys.argv[2]) as name:
    bag, web = Bag(Path(name)), WebArchive(Path(name), ABOUT)
    for index in range(megabytes):
        seen = exchange(f"https://contoh.test/{index}", body=rng.randbytes(1_000_000), media="image/png")
        web.add(*entry(draft(seen, f"{index:032x}"), index), {})
        if index == 4:
            first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    web.finish(bag)
    size = sum(bag.sizes.values())
print(size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first)
"""


def growth(megabytes: int, folder: Path) -> tuple[int, int]:
    """Bytes written for that many megabytes of bodies, and kB of memory the later ones added."""
    ran = subprocess.run(
        [sys.executable, "-c", WRITE_MANY, str(megabytes), str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    size, more = ran.stdout.split()
    return int(size), int(more)


def test_memory_does_not_grow_with_what_is_archived(tmp_path: Path) -> None:
    size, more_kb = growth(30, tmp_path)

    assert size > 60_000_000
    assert more_kb < 12_000


@pytest.mark.soak
def test_memory_does_not_grow_over_300_megabytes(tmp_path: Path) -> None:
    size, more_kb = growth(300, tmp_path)

    assert size > 600_000_000
    assert more_kb < 12_000


# --- as the how-to says ------------------------------------------------------------------------


def checked_by_hand(package: Path) -> list[str]:
    """What the script of the how-to prints in a package's folder."""
    text = (ROOT / "docs/how-to/web-archive.md").read_text("utf-8")
    script = text.split("```python\n")[1].split("```")[0]
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=package, capture_output=True, text=True, check=True
    )
    return ran.stdout.splitlines()


def test_the_script_of_the_how_to_finds_every_body_among_the_objects(package: Path) -> None:
    said = checked_by_hand(package)

    assert len(said) == 6
    assert {line.split()[0] for line in said} == {"same"}


def test_the_script_of_the_how_to_finds_a_body_that_is_no_object(
    package: Path, tmp_path: Path
) -> None:
    forged = Twin(package, tmp_path / "forged")
    warc = "data/warc/captures-00000.warc.gz"
    forged.write(warc, gzip.decompress(forged.read(warc)).replace(b"<p>dukung", b"<p>DUKUNG", 1))

    assert [line.split()[0] for line in checked_by_hand(forged.root)].count("DIFFERENT") == 1

"""Fifty canaries go through import, crawl, error, export and erasure; they show only where they may.

Ten fictitious persons with a name, a NIK, a phone number, an address word and a phrase each. The
NIK is in the watchlist alone; all else is public. Their feeds answer soundly, with rubbish, or with an error; all answers hold the canaries.
"""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest
from bson import encode as bson_encode

from evidence.package import select, write_package
from evidence.query import fsck
from evidence.seal import Signer
from evidence.store import Archive, open_archive
from evidence.store.objects import BlobKey, chunk_ids, open_chunks
from tests.evidence.erasure.office import NOW

pytestmark = pytest.mark.mongo
PERSONS = range(10)
HEADER = (
    "platform,account,side,person,status_class,region_code,tier,assignment_order,legal_basis,basis,"
    "confidence,attributed_by,nik,base_url\n"
)


def canaries(n: int) -> tuple[str, ...]:
    """Name, NIK, phone number, word of the address, phrase of one person."""
    return (f"Kenari{n:02d} Sariwangi", f"64710117059{n}4321", f"0812777{n:05d}", f"kenari-{n:02d}",
            f"rahasia burung {n:02d}")  # fmt: skip


ALL = tuple(word for n in PERSONS for word in canaries(n))


class Feeds(http.server.BaseHTTPRequestHandler):
    """Person 8 gets an error, person 9 broken JSON; everyone's answer holds their canaries."""

    def do_GET(self) -> None:
        n = next((n for n in PERSONS if canaries(n)[3] in self.path), None)
        public = [w for i, w in enumerate(canaries(n or 0)) if i != 1]
        said = " ".join(public) if n is not None else "User-agent: *"
        item = {"id": f"{said} 1", "url": f"http://x.example/{said}", "content_text": said}
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": said, "items": [item]}
        body = json.dumps(feed).encode()
        self.send_response(500 if n == 8 else 200)
        body = b'{"items": [' + body[:-20] if n == 9 else body
        self.send_header("Content-Type", "text/plain" if n is None else "application/feed+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


AS_LOGGED_IN = """\
import cli.person
class Said(str):
    def read_text(self, _encoding):
        return self
cli.person.LOGIN_UID, cli.person.UID_MAP = Said({login}), Said("0 0 4294967295")
cli.person.vouched = lambda _uid: True
from cli.main import main
main()
"""


class Office:
    """An installation in a folder of its own, driven by its command line."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        values = {"data_dir": str(folder / "data"), "egress_allow": ["127.0.0.0/8"]}
        text = "".join(f"{k} = {json.dumps(v)}\n" for k, v in values.items())
        (folder / "jejak.toml").write_text(text, "utf-8")

    def run(self, *arguments: str, login: int = 4000001) -> subprocess.CompletedProcess[str]:
        """`jejak ARGUMENTS`, as after a login under this user id."""
        environment = {**os.environ, "JEJAK_CONFIG": str(self.folder / "jejak.toml"),
                       "JEJAK_ARCHIVE_URL": self.url}  # fmt: skip
        return subprocess.run(
            [sys.executable, "-c", AS_LOGGED_IN.format(login=login), *arguments],
            env=environment, capture_output=True, text=True, timeout=100, check=False,
            cwd=Path(__file__).parents[3],
        )  # fmt: skip

    def sheet(self, name: str, address: str, persons: range) -> str:
        """A watchlist file of these persons and one account nobody looks for."""
        rows = [
            f"feed,{address}/tetap.json,WATCHED,Tetap,PNS,64.71,A,1/ST,UU,x,HIGH,B,,{address}\n"
        ]
        rows += [
            f"feed,{address}/{word}.json,WATCHED,{who},PNS,64.71,A,1/ST,UU,x,HIGH,B,{nik},{address}\n"
            for who, nik, _phone, word, _phrase in map(canaries, persons)
        ]
        file = self.folder / name
        file.write_text(HEADER + "".join(rows), "utf-8")
        return str(file)


@pytest.fixture
def office(tmp_path: Path, mongo_url: str) -> Office:
    return Office(tmp_path, mongo_url)


def hits(text: bytes | str) -> set[str]:
    data = text.encode() if isinstance(text, str) else text
    return {
        word for word in ALL if word.encode() in data or word.replace(" ", "%20").encode() in data
    }


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def dump(url: str) -> Iterator[bytes]:
    """Every document of every collection, and every blob that a key is left for."""
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        for name in database.list_collection_names():
            yield from (bson_encode(doc) for doc in database[name].find())
        for row in database["keys"].find({"dek": {"$exists": True}}):
            key = BlobKey(row["_id"], row["stored"], bytes(row["dek"]), int(row["size"]))
            chunks = [database["blobs"].find_one({"_id": id}) for id in chunk_ids(key)]
            yield open_chunks(key, [bytes(c["sealed"]) if c else None for c in chunks])


def leaves(archive: Archive) -> bytes:
    return b"\n".join(data for _i, data, _h in archive.raw_leaves(0, archive.size()))


def test_fifty_canaries_show_in_no_log_leaf_or_name_and_after_erasure_nowhere(
    office: Office, address: str
) -> None:
    spoken = [office.run("watchlist", "import", office.sheet("semua.csv", address, PERSONS))]
    assert spoken[0].returncode == 0, spoken[0].stderr
    crawl = office.run("crawl", "--platform", "feed")
    wrong = office.sheet("salah.csv", address, PERSONS)
    Path(wrong).write_text(Path(wrong).read_text().replace("64710117059", "64710199059"))
    refused = office.run("watchlist", "import", wrong)
    archive = open_archive(office.url, office.folder)
    rows = [row for row in archive.rows("watches") if hits(str(row["handle"]))]
    watches = [row["id"] for row in rows]
    made = office.run(
        "package", "create", str(office.folder / "keluar"), "--account", watches[0],
        "--purpose", "uji", "--order", "1/ST",
    )  # fmt: skip

    assert made.returncode == 0, made.stderr
    there = set().union(*(hits(data) for data in dump(office.url)))
    niks = {canaries(n)[1] for n in PERSONS}
    assert len(watches) == len(PERSONS)
    assert there == set(ALL), "the canaries are in the archive, else the rest shows nothing"
    assert refused.returncode == 3
    for done in (crawl, refused, made):
        assert not hits(done.stderr), done.args
    assert not niks & hits(spoken[0].stdout + refused.stdout + made.stdout)
    assert not hits(leaves(archive))
    assert not hits("\n".join(name for name, _data in files(office.folder)))
    logs = [
        d for name, d in files(office.folder) if not name.startswith(("keluar", "semua", "salah"))
    ]
    assert not set().union(*map(hits, logs))
    packed = set().union(*(hits(data) for _name, data in files(office.folder / "keluar")))
    assert packed, "a package does hold its account's words"
    assert not packed & niks, "the full NIK is withheld from packages"

    office.run("watchlist", "import", office.sheet("tetap.csv", address, range(0)), "--complete")
    asked = office.run(
        "erase", "request", *watches, "--basis", "UU 27/2022", "--order", "12/2026",
        "--officer", "Budi Santoso", "--json",
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout + asked.stderr
    request = json.loads(asked.stdout)["request"]
    erased = office.run(
        "erase", "confirm", request, "--officer", "Ani Lestari", "--minutes",
        str(office.folder / "berita"), login=4000002,
    )  # fmt: skip

    assert erased.returncode == 0, erased.stdout + erased.stderr
    assert set().union(*(hits(data) for data in dump(office.url))) == set()
    assert fsck(archive).faults == []
    signer = Signer(archive, office.folder / "data" / "keys", "jejak.local/log")
    later = write_package(
        archive, select(archive, watches=watches), office.folder / "nanti", signer=signer, now=NOW,
        purpose="uji", order="2/ST", actor={"actor": "budi"}, organisation="Uji", software="jejak",
    )  # fmt: skip
    assert not set().union(*(hits(data) for _name, data in files(later)))
    assert not set().union(*(hits(data) for _name, data in files(office.folder / "berita")))
    assert not hits(asked.stderr + asked.stdout + erased.stderr + erased.stdout)
    archive.close()

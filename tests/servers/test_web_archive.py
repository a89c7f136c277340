"""A package's WARC and WACZ in tools we did not write: py-wacz, cdxj-indexer, pywb."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler.browser import find_chromium
from evidence.errors import ConfigError
from evidence.model import CaptureKind
from tests.evidence.package.captures import exchange, rendered, write
from tests.packages.synthetic import make_package, make_site, png
from tests.servers.process import (
    PATIENCE_S,
    SERVERS,
    answers,
    free_ports,
    get,
    start,
    stop,
    wait_for,
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
TOOLS = SERVERS / "webarchive" / "bin"
WARC = "data/warc/captures-00000.warc.gz"
WACZ = "data/wacz/captures.wacz"
PAGE = '<!doctype html><title>Halo</title><p>isi \u00e9</p><img src="/p.png">'.encode()
ADDRESSES = [
    "https://contoh.test/",
    "https://www.contoh.test/Jalan/?b=2&a=1",
    "https://contoh.test/xrpc/a.b.getRecord?did=did%3Aplc%3Aabc&collection=app.bsky.feed.post",
    "https://contoh.test:8443/%7Eorang/%C3%A9?q=%20+x",
    "http://127.0.0.1:8080/a//b/../c/",
    "https://contoh.test/@orang/1?max_id=3&limit=",
]


@pytest.fixture(scope="module")
def tools() -> Path:
    """Where the tools are installed."""
    if not (TOOLS.parent / "installed").is_file():
        pytest.skip("py-wacz and pywb are not installed; run `tests/servers/install`")
    return TOOLS


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag of captures of every kind."""
    folder = tmp_path_factory.mktemp("archive")
    html = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
    write(
        folder,
        exchange("https://contoh.test/p", body=gzip.compress(PAGE, mtime=0), media="text/html",
                 response_headers=html, certificate=b"DER"),
        *(exchange(url, body=url.encode()) for url in ADDRESSES),
        rendered(CaptureKind.SCREENSHOT, "image/png", png(9)),
        rendered(CaptureKind.DOM, "text/html", PAGE),
        exchange("https://contoh.test/p.png", body=png(9), media="image/png",
                 kind=CaptureKind.MEDIA, response_headers=(("Content-Type", "image/png"),)),
        exchange("https://contoh.test/gone", status=404, body=b""),
        exchange("https://contoh.test/untyped", media="unknown", response_headers=()),
        exchange("https://contoh.test/moved", status=301, body=b"", media="unknown",
                 response_headers=(("Location", "/p"),)),
    )  # fmt: skip
    return folder


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], check=False, capture_output=True, text=True, timeout=PATIENCE_S
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Address of a folder on loopback."""
    handler = partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        # A service worker runs on `localhost` without TLS.
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Not on the screen."""


def our_index(folder: Path) -> list[str]:
    with zipfile.ZipFile(folder / WACZ) as opened:
        return gzip.decompress(opened.read("indexes/index.cdx.gz")).decode().splitlines()


def test_py_wacz_finds_a_package_s_wacz_valid(tools: Path, tmp_path: Path) -> None:
    package = make_package(make_site(tmp_path), tmp_path / "out")

    ran = run(tools / "wacz", "validate", "-f", package / WACZ)

    assert (ran.returncode, "is valid" in ran.stdout) == (0, True), ran.stdout


def test_py_wacz_finds_a_changed_wacz_invalid(tools: Path, archive: Path, tmp_path: Path) -> None:
    """The check above can fail."""
    changed = tmp_path / "changed.wacz"
    with zipfile.ZipFile(archive / WACZ) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'"url"', b'"URL"') if "pages" in name else data)

    assert run(tools / "wacz", "validate", "-f", changed).returncode == 1


def test_the_index_is_the_one_cdxj_indexer_makes(tools: Path, archive: Path) -> None:
    """All but the hash of the record as stored, which is not among its fields."""
    ran = run(tools / "cdxj-indexer", "-s", archive / WARC)
    theirs = [(line.split(" {")[0], json.loads(line.split(" ", 2)[2]))
              for line in ran.stdout.splitlines()]  # fmt: skip
    ours = [(line.split(" {")[0], json.loads(line.split(" ", 2)[2])) for line in our_index(archive)]
    for _, said in ours:
        del said["recordDigest"]

    assert len(ours) == len(ADDRESSES) + 8
    assert ours == theirs


@pytest.fixture(scope="module")
def replay(tools: Path, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a pywb that has our WARC and our index, and has indexed nothing itself."""
    folder = tmp_path_factory.mktemp("pywb")
    collection = folder / "collections" / "uji"
    (collection / "archive").mkdir(parents=True)
    (collection / "indexes").mkdir()
    (collection / "archive" / "captures-00000.warc.gz").write_bytes((archive / WARC).read_bytes())
    text = "".join(f"{line}\n" for line in our_index(archive))
    (collection / "indexes" / "index.cdxj").write_text(text)
    port = free_ports(1)[0]
    server = start(
        [tools / "wayback", "-b", "127.0.0.1", "-p", str(port)], folder / "log", cwd=folder
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(address), "pywb answers")
        yield f"{address}/uji/20261122170000id_"
    finally:
        stop(server)


def test_a_captured_page_is_replayed_by_pywb(replay: str) -> None:
    shown = get(f"{replay}/https://contoh.test/p")

    assert (shown.status_code, shown.content) == (200, PAGE)
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert shown.headers["memento-datetime"] == "Sun, 22 Nov 2026 17:00:00 GMT"


@pytest.mark.parametrize("url", ADDRESSES)
def test_every_address_is_found_by_pywb(replay: str, url: str) -> None:
    assert get(f"{replay}/{url}").content == url.encode()


def test_a_screenshot_is_shown_under_a_name_of_its_own(replay: str) -> None:
    shown = get(f"{replay}/urn:fullPage:https://contoh.test/1")

    assert shown.content == png(9)
    assert get(f"{replay}/https://contoh.test/1").status_code == 404


VIEWER = """<!doctype html><script src="/ui.js"></script>
<replay-web-page source="/captures.wacz" replayBase="/replay/" url="{url}"></replay-web-page>"""


@pytest.fixture(scope="module")
def viewer(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ReplayWeb.page and our WACZ."""
    code = SERVERS / "replaywebpage" / "package"
    if not (code / "sw.js").is_file():
        pytest.skip("ReplayWeb.page is not installed; run `tests/servers/install`")
    folder = tmp_path_factory.mktemp("viewer")
    (folder / "replay").mkdir()
    shutil.copy(code / "ui.js", folder)
    shutil.copy(code / "sw.js", folder / "replay")
    shutil.copy(archive / WACZ, folder)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for made-up pages on loopback: the sandbox that root cannot have is not needed."""
    from playwright.sync_api import sync_playwright

    try:
        path = find_chromium("")
    except ConfigError as error:
        pytest.skip(f"{error}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def shown(browser: Any, viewer: Path, url: str, element: str) -> tuple[str, int]:
    """Text of an element of a replayed page, and the width of its picture in pixels."""
    from playwright.sync_api import TimeoutError as NotShown

    (viewer / "index.html").write_text(VIEWER.format(url=url))
    page = browser.new_page()
    frame = page.frame_locator("replay-web-page iframe").frame_locator("iframe")
    with served(viewer) as address:
        # The viewer's own service worker is sometimes not in charge yet when it is first opened.
        for timeout_ms in (8_000, 20_000, 60_000, 60_000):
            page.goto(f"{address}/index.html")
            try:
                text = frame.locator(element).inner_text(timeout=timeout_ms)
                break
            except NotShown:
                continue
        else:
            pytest.fail("ReplayWeb.page shows nothing")
        width = frame.locator("img").evaluate("i => i.decode().then(() => i.naturalWidth)")
    page.close()
    return text, width


@pytest.mark.browser
def test_replayweb_page_shows_a_captured_page_with_its_picture(chromium: Any, viewer: Path) -> None:
    assert shown(chromium, viewer, "https://contoh.test/p", "p") == ("isi \u00e9", 2)


@pytest.mark.browser
def test_replayweb_page_shows_a_screenshot(chromium: Any, viewer: Path) -> None:
    assert shown(chromium, viewer, "urn:fullPage:https://contoh.test/1", "body") == ("", 2)

"""Recorded pages at their real host names, over TLS from pywb, in the browser as it really runs."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.browser import Asking, Browser, Look, find_chromium
from crawler.browsing import page_of
from crawler.config import Config
from crawler.proxy import EgressProxy
from crawler.registry import read
from evidence.errors import ConfigError
from evidence.model import CaptureState
from tests.servers.process import SERVERS, answers, free_ports, start, stop, wait_for

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.fixtures]
FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
TOOLS = SERVERS / "webarchive" / "bin"
SETTINGS = """
proxy:
  coll: uji
  ca_name: uji-ca
  ca_file_cache: ./ca.pem
  enable_banner: false
  enable_content_rewrite: false
  enable_wombat: false
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A page: its platform, its real address, its file."""

    platform: str
    url: str
    file: str


PAGES = {
    "x": Recorded("x", "https://x.com/realDonaldTrump/status/1", "x/tweet_text_rendered.html"),
    "youtube": Recorded(
        "youtube", "https://www.youtube.com/watch?v=hwMkbaS_M_c", "youtube/watch_page.html"
    ),
    "tiktok": Recorded(
        "tiktok", "https://www.tiktok.com/@illojuan", "tiktok/profile_illojuan.html"
    ),
}


def replay_folder(folder: Path) -> None:
    """A pywb collection that holds the recorded pages, and nothing else of the web."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for page in PAGES.values():
        head = StatusAndHeaders(
            "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
        )
        body = io.BytesIO((FIXTURES / page.file).read_bytes())
        writer.write_record(
            writer.create_warc_record(page.url, "response", payload=body, http_headers=head)
        )
    warc = folder / "pages.warc.gz"
    warc.write_bytes(out.getvalue())
    (folder / "config.yaml").write_text(SETTINGS)
    for words in (("init", "uji"), ("add", "uji", str(warc))):
        subprocess.run(
            [TOOLS / "wb-manager", *words], cwd=folder, check=True, capture_output=True, timeout=60
        )


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a pywb that is a proxy for the recorded pages, with certificates of its own."""
    if not (TOOLS.parent / "installed").is_file():
        pytest.skip("pywb is not installed; run `tests/servers/install`")
    if not FIXTURES.is_dir():
        pytest.skip("needs the recorded responses in ../shared/fixtures")
    folder = tmp_path_factory.mktemp("halaman")
    replay_folder(folder)
    port = free_ports(1)[0]
    server = start(
        [TOOLS / "wayback", "--proxy", "uji", "-b", "127.0.0.1", "-p", str(port)],
        folder / "log", cwd=folder,
    )  # fmt: skip
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "pywb answers", timeout_s=60)
        yield port
    finally:
        stop(server)


def key_digest(port: int, host: str) -> str:
    """What Chromium names the key by that pywb made for a host: one browser is to trust it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 30) as plain:
        plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        plain.recv(4096)
        with context.wrap_socket(plain, server_hostname=host) as secure:
            shown = secure.getpeercert(binary_form=True)
    assert shown is not None
    key = x509.load_der_x509_certificate(shown).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def outlet_to(port: int, asked: list[str]) -> type[EgressProxy]:
    """An outlet that leads every connection to pywb, whatever host is asked for; nothing leaves."""

    class ToReplay(EgressProxy):
        async def _reached(
            self, host: str, port_: int
        ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
            asked.append(host)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"CONNECT {host}:{port_} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            said = await reader.readuntil(b"\r\n\r\n")
            self.addresses[host] = "127.0.0.1"
            return (reader, writer) if b" 200 " in said.split(b"\r\n")[0] + b" " else None

    return ToReplay


@pytest.fixture(scope="module")
def looks(replay: int) -> dict[str, tuple[Look, list[str]]]:
    """All recorded pages as one browser shows them, and the hosts each asked for."""
    try:
        path = find_chromium(os.environ.get("JEJAK_CHROMIUM", ""))
    except ConfigError as error:
        pytest.skip(f"{error}")
    keys = [key_digest(replay, page.url.split("/")[2]) for page in PAGES.values()]
    asked: list[str] = []

    async def allowed(url: str) -> bool:
        return True

    async def run() -> dict[str, tuple[Look, list[str]]]:
        browser = Browser(
            Config(chromium=str(path), browser_timeout_s=120), "Jejak/uji",
            outlet=outlet_to(replay, asked),
            arguments=[f"--ignore-certificate-errors-spki-list={','.join(keys)}"],
        )  # fmt: skip
        found = {}
        try:
            for name, page in PAGES.items():
                before = len(asked)
                asking = Asking(page.url, (), 0, None, lambda: datetime.now(UTC), allowed)
                found[name] = (await browser.look(asking), asked[before:])
        finally:
            await browser.close()
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("name", PAGES)
def test_a_recorded_page_is_kept_at_its_real_address(
    looks: dict[str, tuple[Look, list[str]]], name: str
) -> None:
    look, asked = looks[name]

    assert (look.document.url, look.document.status) == (PAGES[name].url, 200)
    assert look.document.body == (FIXTURES / PAGES[name].file).read_bytes()
    assert asked[0] == PAGES[name].url.split("/")[2]
    assert look.dom is not None
    assert look.shot is not None
    # YouTube draws nothing without its scripts, which the recording does not have.
    assert ("blank" in look.shot.flags) == (name == "youtube")
    assert (look.shot.state is CaptureState.PARTIAL) or name != "youtube"


@pytest.mark.parametrize("name", PAGES)
def test_the_reader_sees_in_the_browser_what_it_sees_in_the_file(
    looks: dict[str, tuple[Look, list[str]]], name: str
) -> None:
    """Of the document: what the browser makes of it without the rest of its site is its own."""
    look, _ = looks[name]
    reading = read(PAGES[name].platform, page_of(look.document))

    assert reading.posts or reading.accounts
    assert not reading.empty


def test_another_browser_does_not_trust_the_replay(replay: int) -> None:
    path = find_chromium(os.environ.get("JEJAK_CHROMIUM", ""))

    async def allowed(url: str) -> bool:
        return True

    async def run() -> Look:
        browser = Browser(Config(chromium=str(path)), "Jejak/uji", outlet=outlet_to(replay, []))
        asking = Asking(PAGES["x"].url, (), 0, None, lambda: datetime.now(UTC), allowed)
        try:
            return await browser.look(asking)
        finally:
            await browser.close()

    assert asyncio.run(run()).document.status is None

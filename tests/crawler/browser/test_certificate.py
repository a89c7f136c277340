"""The certificate a server shows the browser is kept, as it is for a fetch: a real TLS server."""

from __future__ import annotations

import base64
import hashlib
import http.server
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from crawler.browser import Browser
from evidence.model import Exchange

pytestmark = pytest.mark.browser
AUTHORITY_KEY = ec.generate_private_key(ec.SECP256R1())
AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Otoritas uji")])


@dataclass(slots=True)
class Secure:
    """A TLS server with a certificate of the test's own authority."""

    folder: Path
    most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    pages: dict[str, Callable[[Any], None]] | None = None
    port: int = 0
    der: bytes = b""
    spki: str = ""

    def start(self) -> http.server.ThreadingHTTPServer:
        """Answer `/` with a page, `/pergi` with a redirect, anything else with JSON."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.secure = self  # type: ignore[attr-defined]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = self.most
        context.load_cert_chain(*self._certificate())
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def _certificate(self) -> tuple[Path, Path]:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        )
        made = (
            x509.CertificateBuilder(
                AUTHORITY, AUTHORITY, key.public_key(), x509.random_serial_number(),
                now - timedelta(days=1), now + timedelta(days=9),
            )
            .add_extension(names, False)
            .sign(AUTHORITY_KEY, SHA256())
        )  # fmt: skip
        self.der = made.public_bytes(Encoding.DER)
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.spki = base64.b64encode(hashlib.sha256(public).digest()).decode()
        chain, file = self.folder / f"{id(self)}.pem", self.folder / f"{id(self)}.key"
        chain.write_bytes(made.public_bytes(Encoding.PEM))
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return chain, file


class Handler(http.server.BaseHTTPRequestHandler):
    """`/?<port>` shows a page that asks the server of that port; `/pergi?<port>` sends there."""

    def do_GET(self) -> None:
        path, _, port = self.path.partition("?")
        there = f"https://localhost:{port}"
        if path == "/pergi":
            self.send_response(302)
            self.send_header("Location", f"{there}/")
            self.end_headers()
            return
        page = f"<p>halo<script>fetch('{there}/api/daftar')</script>" if port else "<p>halo"
        body = page.encode() if path == "/" else b'{"a": 1}'
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if path == "/" else "application/json")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Secure, Secure]]:
    """Two servers, each with a certificate of its own; the second speaks TLS 1.2 at most."""
    folder = tmp_path_factory.mktemp("tls")
    pair = Secure(folder), Secure(folder, ssl.TLSVersion.TLSv1_2)
    running = [one.start() for one in pair]
    yield pair
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def secured(rigged: Any, servers: tuple[Secure, Secure], usual: Any) -> Any:
    """A browser that takes the certificates of these two servers, and of nobody else's."""
    taken = ",".join(one.spki for one in servers)
    rig = rigged(usual)
    rig.browser = Browser(
        usual, "Jejak/uji", arguments=(f"--ignore-certificate-errors-spki-list={taken}",)
    )
    return rig


def shown(part: Exchange) -> tuple[str, bytes]:
    return part.url.partition("?")[0], part.certificate


def test_each_exchange_names_the_certificate_of_its_own_server(
    secured: Any, servers: tuple[Secure, Secure]
) -> None:
    one, two = servers
    first, second = f"https://127.0.0.1:{one.port}", f"https://localhost:{two.port}"

    read = secured.look(f"{first}/?{two.port}", "/api/*")
    sent = secured.look(f"{first}/pergi?{two.port}")

    assert shown(read.document) == (f"{first}/", one.der)
    assert [shown(answer) for answer in read.answers] == [(f"{second}/api/daftar", two.der)]
    assert [shown(hop) for hop in sent.hops] == [(f"{first}/pergi", one.der)]
    assert shown(sent.document) == (f"{second}/", two.der)
    assert {part.certificate for part in (read.dom, read.shot)} == {b""}


def test_a_page_without_tls_names_none(secured: Any, site: Any) -> None:
    assert secured.look(site.say("/terang", "<p>halo")).document.certificate == b""


def test_a_server_nobody_vouches_for_is_not_read(secured: Any, tmp_path: Path) -> None:
    stranger = Secure(tmp_path)
    server = stranger.start()

    look = secured.look(f"https://127.0.0.1:{stranger.port}/")

    server.shutdown()
    server.server_close()
    assert (look.document.status, look.document.certificate) == (None, b"")


def test_no_secret_of_a_connection_is_on_a_disk_or_outlives_the_browser(
    secured: Any, servers: tuple[Secure, Secure]
) -> None:
    secured.look(f"https://127.0.0.1:{servers[0].port}/")
    keys, folder = secured.browser._keys, secured.browser._launcher.parent
    assert keys.secrets
    assert (folder / "keys").is_fifo()

    secured.run(secured.browser.close())

    assert not keys.secrets
    assert not folder.exists()

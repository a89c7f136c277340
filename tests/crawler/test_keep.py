"""What is kept of an exchange, on responses as Scrapy really gives them."""

from __future__ import annotations

import base64
import http.server
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.middlewares.keep import certificate_der
from evidence.canonical import encode
from evidence.model import Exchange
from evidence.record import exchange_value

ROOT = Path(__file__).resolve().parents[2]
FETCH = """
import sys, json
from datetime import UTC, datetime
import scrapy
from scrapy.crawler import CrawlerProcess
from crawler.middlewares.keep import Ticket, exchange_of
from evidence.model import CaptureKind
from evidence.record import exchange_value

class One(scrapy.Spider):
    name = "one"
    custom_settings = {"TELNETCONSOLE_ENABLED": False, "LOG_ENABLED": False, "ROBOTSTXT_OBEY": False}

    async def start(self):
        for url in sys.argv[1:]:
            yield scrapy.Request(url)

    def parse(self, response):
        ticket = Ticket("v", "w", None, CaptureKind.EXCHANGE, None, None, False)
        now = datetime(2026, 11, 22, tzinfo=UTC)
        print(json.dumps(exchange_value(exchange_of(response.request, response, ticket, now))))

process = CrawlerProcess()
process.crawl(One)
process.start()
"""


class Hello(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Not on the screen."""


def self_signed(folder: Path) -> tuple[bytes, Path]:
    """A certificate for 127.0.0.1 as DER, and a PEM file with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "contoh.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return made.public_bytes(serialization.Encoding.DER), file


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Addresses of a plain and a TLS server on loopback, and the second one's certificate."""
    certificate, file = self_signed(tmp_path)
    plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    secure = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    for server in (plain, secure):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield (
        f"http://127.0.0.1:{plain.server_port}/a",
        f"https://127.0.0.1:{secure.server_port}/b",
        certificate,
    )
    for server in (plain, secure):
        server.shutdown()
        server.server_close()


def test_the_certificate_and_protocol_the_server_showed_are_kept(
    servers: tuple[str, str, bytes],
) -> None:
    plain, secure, certificate = servers
    ran = subprocess.run(
        [sys.executable, "-c", FETCH, plain, secure],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    said = {value["url"]: value for value in map(json.loads, ran.stdout.splitlines())}

    assert base64.b64decode(said[secure]["certificate"]) == certificate
    assert said[plain]["certificate"] == ""
    assert [said[url]["protocol"] for url in (plain, secure)] == ["HTTP/1.1", "HTTP/1.1"]
    assert [said[url]["remote"] for url in (plain, secure)] == ["127.0.0.1", "127.0.0.1"]


def test_no_certificate_is_no_bytes() -> None:
    class Strange:
        def dump(self) -> str:
            return "no bytes"

    assert certificate_der(None) == b""
    assert certificate_der(Strange()) == b""


def test_an_exchange_without_tls_says_so_in_the_canonical_profile() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    value = exchange_value(Exchange("http://a.test/", "GET", now, now, (), 200, (), b""))

    assert encode(value)
    assert (value["certificate"], value["protocol"]) == ("", "")

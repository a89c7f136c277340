"""Certificates read from handshakes that a real TLS library made, in memory."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from crawler.handshake import (
    COMPRESSED,
    ENCRYPTED,
    FINISHED,
    HANDSHAKE,
    RETRY,
    _expanded,
    client_random,
    server_certificate,
)

SUITES = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")


def issued(common: str, issuer: Any = None, key: Any = None) -> tuple[x509.Certificate, Any]:
    """A certificate and its key; by itself without an issuer."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        issuer or name, name, own.public_key(), x509.random_serial_number(),
        now - timedelta(days=1), now + timedelta(days=9),
    )  # fmt: skip
    return made.sign(key or own, SHA256()), own


AUTHORITY, AUTHORITY_KEY = issued("Otoritas uji")
LEAF, LEAF_KEY = issued("situs.example", AUTHORITY.subject, AUTHORITY_KEY)
DER = LEAF.public_bytes(Encoding.DER)


class Talk:
    """One handshake in memory: what each side sent, and the secrets as a key log has them."""

    def __init__(
        self, server: ssl.SSLContext, *, suite: str = SUITES[1], most: int = SSL.TLS1_3_VERSION
    ) -> None:
        self.sent = self.received = b""
        self.secrets: dict[bytes, bytes] = {}
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(most)
        context.set_tls13_ciphersuites(suite.encode())
        context.set_keylog_callback(self._noted)
        asking = SSL.Connection(context, None)
        asking.set_connect_state()
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        answering = server.wrap_bio(to_server, to_client, server_side=True)
        for _ in range(4):
            self._step(asking.do_handshake, SSL.WantReadError)
            self.sent += (said := _drained(asking))
            to_server.write(said)
            self._step(answering.do_handshake, ssl.SSLWantReadError)
            self.received += (answer := to_client.read())
            if answer:
                asking.bio_write(answer)

    @property
    def secret(self) -> bytes | None:
        """The server's secret of this connection, found as the crawler finds it."""
        return self.secrets.get(client_random(self.sent) or b"")

    def _noted(self, _: Any, line: bytes) -> None:
        name, client, secret = line.split()
        if name == b"SERVER_HANDSHAKE_TRAFFIC_SECRET":
            self.secrets[bytes.fromhex(client.decode())] = bytes.fromhex(secret.decode())

    @staticmethod
    def _step(doing: Callable[[], object], waits: type[Exception]) -> None:
        with suppress(waits):
            doing()


def _drained(asking: SSL.Connection) -> bytes:
    try:
        return asking.bio_read(65_536)
    except SSL.WantReadError:
        return b""


@pytest.fixture
def server(tmp_path: Path) -> ssl.SSLContext:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(LEAF.public_bytes(Encoding.PEM) + AUTHORITY.public_bytes(Encoding.PEM))
    key.write_bytes(LEAF_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


@pytest.mark.parametrize("suite", SUITES)
def test_the_servers_own_certificate_is_read_with_the_secret_and_not_without(
    server: ssl.SSLContext, suite: str
) -> None:
    talk = Talk(server, suite=suite)

    assert talk.secret is not None
    assert server_certificate(talk.received, talk.secret) == DER
    assert server_certificate(talk.received, None) == b""
    assert server_certificate(talk.received, bytes(len(talk.secret))) == b""


def test_of_tls_1_2_no_secret_is_needed(server: ssl.SSLContext) -> None:
    talk = Talk(server, most=SSL.TLS1_2_VERSION)

    assert talk.secret is None
    assert server_certificate(talk.received, None) == DER


def test_a_server_that_asks_for_another_hello_is_read_too(server: ssl.SSLContext) -> None:
    server.set_ecdh_curve("secp384r1")
    talk = Talk(server)

    assert RETRY in talk.received
    assert server_certificate(talk.received, talk.secret) == DER


def sealed(talk: Talk, *messages: bytes) -> bytes:
    """The talk's ServerHello, and then these messages in a record of the server's own."""
    hello = talk.received[: 5 + int.from_bytes(talk.received[3:5], "big")]
    assert talk.secret is not None
    key, iv = (_expanded(talk.secret, name, n, SHA256()) for name, n in ((b"key", 16), (b"iv", 12)))
    plain = b"".join(messages) + bytes([HANDSHAKE])
    head = bytes([ENCRYPTED, 3, 3]) + (len(plain) + 16).to_bytes(2, "big")
    return hello + head + AESGCM(key).encrypt(iv, plain, head)


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def counted(data: bytes) -> bytes:
    return len(data).to_bytes(3, "big") + data


SHOWN = b"\0" + counted(counted(DER) + b"\0\0")


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"\0\2" + counted(SHOWN)[:3] + counted(brotli.compress(SHOWN)), DER),
        (b"\0\1" + counted(SHOWN)[:3] + counted(brotli.compress(SHOWN)), b""),
        (b"\0\2\xff\xff\xff" + counted(brotli.compress(SHOWN)), b""),
        (b"\0\2\0\x80\0" + counted(brotli.compress(bytes(50_000_000))), b""),
        (b"\0\2\0\x80\0" + counted(b"bukan brotli"), b""),
    ],
    ids=["brotli", "another coding", "too large", "a bomb", "damaged"],
)
def test_a_packed_certificate_is_unpacked_within_its_bound(
    server: ssl.SSLContext, body: bytes, read: bytes
) -> None:
    talk = Talk(server, suite=SUITES[0])
    received = sealed(talk, message(8, b"\0\0"), message(COMPRESSED, body))

    assert server_certificate(received, talk.secret) == read


def test_a_connection_that_goes_on_from_an_earlier_one_shows_none(server: ssl.SSLContext) -> None:
    talk = Talk(server, suite=SUITES[0])

    assert server_certificate(sealed(talk, message(FINISHED, bytes(32))), talk.secret) == b""


def test_no_cut_or_changed_byte_raises_or_gives_another_certificate(server: ssl.SSLContext) -> None:
    dice = random.Random(20)
    for most in (SSL.TLS1_3_VERSION, SSL.TLS1_2_VERSION):
        talk = Talk(server, most=most)
        for cut in range(0, len(talk.received), 7):
            assert server_certificate(talk.received[:cut], talk.secret) in (b"", DER)
            client_random(talk.sent[:cut])
        for _ in range(300):
            spoilt = bytearray(talk.received)
            spoilt[dice.randrange(len(spoilt))] ^= dice.randrange(1, 256)
            found = server_certificate(bytes(spoilt), talk.secret)
            assert most == SSL.TLS1_2_VERSION or found in (b"", DER)
    assert server_certificate(dice.randbytes(4000), None) == b""
    assert client_random(b"GET / HTTP/1.1\r\n\r\n") is None

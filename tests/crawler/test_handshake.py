"""Certificates read from handshakes that a real TLS library made, in memory."""

from __future__ import annotations

import random
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

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

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
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


Peer = Callable[[bytes], bytes]
"""A server: what it answers to what it is sent."""


class Talk:
    """One handshake: what each side sent, and the secrets as a key log has them."""

    def __init__(self, peer: Peer, log: Path, most: ssl.TLSVersion = V13) -> None:
        self.sent = self.received = b""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = most
        log.unlink(missing_ok=True)
        context.keylog_filename = str(log)
        to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        asking = context.wrap_bio(to_client, to_server)
        for _ in range(4):
            with suppress(ssl.SSLWantReadError):
                asking.do_handshake()
                break
            self.sent += (said := to_server.read())
            self.received += (answer := peer(said))
            to_client.write(answer)
        named = [line.split() for line in log.read_text("ascii").splitlines()]
        self.secrets = {
            bytes.fromhex(words[1]): bytes.fromhex(words[2])
            for words in named
            if words[0] == "SERVER_HANDSHAKE_TRAFFIC_SECRET"
        }

    @property
    def secret(self) -> bytes | None:
        """The server's secret of this connection, found as the crawler finds it."""
        return self.secrets.get(client_random(self.sent) or b"")


def answers(context: ssl.SSLContext) -> Peer:
    """A server in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    answering = context.wrap_bio(to_server, to_client, server_side=True)

    def said(data: bytes) -> bytes:
        to_server.write(data)
        with suppress(ssl.SSLWantReadError):
            answering.do_handshake()
        return to_client.read()

    return said


@contextmanager
def openssl(site: Site, suite: str) -> Iterator[Peer]:
    """A server of another make that speaks one cipher suite alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        "openssl",
        "s_server",
        "-quiet",
        "-accept",
        f"127.0.0.1:{port}",
        "-cert_chain",
        str(site.chain),
    ]
    words += ["-cert", str(site.chain), "-key", str(site.key), "-ciphersuites", suite]
    running = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        with reached(port) as line:

            def said(data: bytes) -> bytes:
                line.sendall(data)
                return line.recv(65_536)

            yield said
    finally:
        running.kill()
        running.wait()


def reached(port: int) -> socket.socket:
    for _ in range(100):
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port), 10)
        time.sleep(0.05)
    raise AssertionError("openssl s_server does not listen")


@dataclass(frozen=True, slots=True)
class Site:
    """A server's files."""

    chain: Path
    key: Path
    log: Path

    def context(self) -> ssl.SSLContext:
        """As a server."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.chain, self.key)
        return made

    def talk(self, most: ssl.TLSVersion = V13) -> Talk:
        """A handshake in memory."""
        return Talk(answers(self.context()), self.log, most)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "keys.log")
    chain = (LEAF, AUTHORITY)
    made.chain.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    made.key.write_bytes(LEAF_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


@pytest.mark.parametrize("suite", SUITES)
def test_the_servers_own_certificate_is_read_with_the_secret_and_not_without(
    site: Site, suite: str
) -> None:
    with openssl(site, suite) as peer:
        talk = Talk(peer, site.log)

    assert talk.secret is not None
    assert server_certificate(talk.received, talk.secret) == DER
    assert server_certificate(talk.received, None) == b""
    assert server_certificate(talk.received, bytes(len(talk.secret))) == b""


def test_of_tls_1_2_no_secret_is_needed(site: Site) -> None:
    talk = site.talk(V12)

    assert talk.secret is None
    assert server_certificate(talk.received, None) == DER


def test_a_server_that_asks_for_another_hello_is_read_too(site: Site) -> None:
    context = site.context()
    context.set_ecdh_curve("secp384r1")
    talk = Talk(answers(context), site.log)

    assert RETRY in talk.received
    assert server_certificate(talk.received, talk.secret) == DER


def sealed(talk: Talk, *messages: bytes) -> bytes:
    """The talk's ServerHello, and then these messages in a record of the server's own."""
    hello = talk.received[: 5 + int.from_bytes(talk.received[3:5], "big")]
    assert talk.secret is not None
    key, iv = (_expanded(talk.secret, name, n, SHA384()) for name, n in ((b"key", 32), (b"iv", 12)))
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
    site: Site, body: bytes, read: bytes
) -> None:
    talk = site.talk()
    received = sealed(talk, message(8, b"\0\0"), message(COMPRESSED, body))

    assert server_certificate(received, talk.secret) == read


def test_a_connection_that_goes_on_from_an_earlier_one_shows_none(site: Site) -> None:
    talk = site.talk()

    assert server_certificate(sealed(talk, message(FINISHED, bytes(32))), talk.secret) == b""


def test_no_cut_or_changed_byte_raises_or_gives_another_certificate(site: Site) -> None:
    dice = random.Random(20)
    for most in (V13, V12):
        talk = site.talk(most)
        for cut in range(0, len(talk.received), 7):
            assert server_certificate(talk.received[:cut], talk.secret) in (b"", DER)
            client_random(talk.sent[:cut])
        for _ in range(300):
            spoilt = bytearray(talk.received)
            spoilt[dice.randrange(len(spoilt))] ^= dice.randrange(1, 256)
            found = server_certificate(bytes(spoilt), talk.secret)
            assert most == V12 or found in (b"", DER)
    assert server_certificate(dice.randbytes(4000), None) == b""
    assert client_random(b"GET / HTTP/1.1\r\n\r\n") is None

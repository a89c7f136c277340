"""The certificate a server showed in a handshake of TLS, read from the bytes that went by.

In TLS 1.2 (RFC 5246 §7.4.2) it goes in the clear. In TLS 1.3 (RFC 8446 §4.4.2) it is encrypted with
the server's handshake secret, which the side that made the connection can tell (RFC 9850, the key
log). Nothing here judges a certificate, and nothing that was sent after the handshake is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SENT_BYTES = 8_192
RECEIVED_BYTES = 65_536
"""How much of a connection's beginning is looked at: a handshake's part, each way."""
LARGEST_CERTIFICATES = 65_536

HANDSHAKE, ALERT, ENCRYPTED = 22, 21, 23
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, FINISHED, COMPRESSED = 1, 2, 11, 20, 25
TLS_1_3 = b"\x03\x04"
SUPPORTED_VERSIONS = 43
BROTLI = 2
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random of a ServerHello that asks for another ClientHello (RFC 8446 §4.1.3)."""


@dataclass(slots=True)
class _Bytes:
    """Bytes taken from the front. Raises ValueError when there are not enough."""

    left: bytes

    def take(self, size: int) -> bytes:
        if len(self.left) < size:
            raise ValueError("the handshake ends early")
        taken, self.left = self.left[:size], self.left[size:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def counted(self, size: int) -> bytes:
        """What a length of so many bytes announces."""
        return self.take(self.number(size))


class _Keys:
    """Decrypts the server's records of a TLS 1.3 handshake, in their order."""

    def __init__(self, suite: int, secret: bytes) -> None:
        digest: HashAlgorithm = SHA384() if suite == 0x1302 else SHA256()
        length = 16 if suite == 0x1301 else 32
        key = _expanded(secret, b"key", length, digest)
        self._iv = int.from_bytes(_expanded(secret, b"iv", 12, digest), "big")
        self._cipher = ChaCha20Poly1305(key) if suite == 0x1303 else AESGCM(key)
        self._count = 0

    def opened(self, head: bytes, body: bytes) -> bytes:
        """The handshake's bytes of a record. Raises ValueError for another kind of record."""
        nonce = (self._iv ^ self._count).to_bytes(12, "big")
        self._count += 1
        try:
            plain = self._cipher.decrypt(nonce, body, head).rstrip(b"\0")
        except InvalidTag as error:
            raise ValueError("not this secret's record") from error
        if plain[-1:] != bytes([HANDSHAKE]):
            raise ValueError("not of the handshake")
        return plain[:-1]


def client_random(sent: bytes) -> bytes | None:
    """What names a connection in a key log: the client's random, from what it sent first."""
    clear = b"".join(body for kind, _, body in _records(sent) if kind == HANDSHAKE)
    try:
        kind, body = next(_messages(clear))
        rest = _Bytes(body)
        rest.take(2)
        return rest.take(32) if kind == CLIENT_HELLO else None
    except (StopIteration, ValueError):
        return None


def server_certificate(received: bytes, secret: bytes | None) -> bytes:
    """The server's own certificate, DER, from what it sent first; empty when it cannot be told.

    secret: the server's handshake secret of a TLS 1.3 connection. A connection that goes on from
    an earlier one shows no certificate. Total: no bytes make it raise.
    """
    try:
        return _found(received, secret)
    except ValueError:
        return b""


def _found(received: bytes, secret: bytes | None) -> bytes:
    """Raises ValueError when what came is no handshake, or not the secret's."""
    clear = inner = b""
    keys: _Keys | None = None
    for kind, head, body in _records(received):
        if kind == ALERT:
            break
        if kind == HANDSHAKE and keys is None:
            clear += body
            leaf, suite = _in_clear(clear)
            if leaf or (suite and secret is None):
                return leaf
            keys = _Keys(suite, secret) if suite and secret else None
        elif kind == ENCRYPTED and keys is not None:
            inner += keys.opened(head, body)
            for name, message in _messages(inner):
                if name in (CERTIFICATE, COMPRESSED, FINISHED):
                    return _leaf(name, message)
    return b""


def _in_clear(data: bytes) -> tuple[bytes, int]:
    """(certificate of TLS 1.2, cipher suite of TLS 1.3), each empty where it is not."""
    for name, message in _messages(data):
        if name == CERTIFICATE:
            return _Bytes(_Bytes(message).counted(3)).counted(3), 0
        if name == SERVER_HELLO:
            suite = _suite(_Bytes(message))
            if suite:
                return b"", suite
    return b"", 0


def _suite(hello: _Bytes) -> int:
    """The cipher suite of a TLS 1.3 ServerHello that goes on; 0 for any other."""
    hello.take(2)
    retry = hello.take(32) == RETRY
    hello.counted(1)
    suite = hello.number(2)
    hello.take(1)
    rest = _Bytes(hello.counted(2)) if hello.left else _Bytes(b"")
    while rest.left:
        kind, said = rest.number(2), rest.counted(2)
        if kind == SUPPORTED_VERSIONS and said == TLS_1_3 and not retry:
            return suite
    return 0


def _leaf(name: int, message: bytes) -> bytes:
    """The first certificate of a TLS 1.3 message, which may be compressed (RFC 8879)."""
    if name == FINISHED:
        return b""
    if name == COMPRESSED:
        packed = _Bytes(message)
        coding, size = packed.number(2), packed.number(3)
        if coding != BROTLI or size > LARGEST_CERTIFICATES:
            return b""
        message = _unpacked(packed.counted(3), size)
    shown = _Bytes(message)
    shown.counted(1)
    return _Bytes(shown.counted(3)).counted(3)


def _unpacked(data: bytes, size: int) -> bytes:
    try:
        plain: bytes = brotli.Decompressor().process(data, output_buffer_limit=size)
    except brotli.error as error:
        raise ValueError("the certificate cannot be unpacked") from error
    return plain


def _records(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Whole records of TLS: kind, head, body."""
    at = 0
    while len(data) >= at + 5:
        head = data[at : at + 5]
        end = at + 5 + int.from_bytes(head[3:], "big")
        if len(data) < end:
            return
        yield head[0], head, data[at + 5 : end]
        at = end


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Whole messages of a handshake: kind and body."""
    at = 0
    while len(data) >= at + 4:
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if len(data) < end:
            return
        yield data[at], data[at + 4 : end]
        at = end


def _expanded(secret: bytes, label: bytes, length: int, digest: HashAlgorithm) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446 §7.1)."""
    name = b"tls13 " + label
    info = length.to_bytes(2, "big") + bytes([len(name)]) + name + b"\0"
    return HKDFExpand(algorithm=digest, length=length, info=info).derive(secret)

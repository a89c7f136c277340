"""Lists of revocations and answers about single certificates, put together by hand."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.evidence.seal.tsa import der
from tests.packages.minting import (
    DIGESTS,
    SAID,
    Holder,
    integer,
    oid,
    sequence,
    sign,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MADE, UNTIL = SAID - 6 * HOUR, SAID + 6 * DAY
REASON, INVALIDITY, NUMBER = "2.5.29.21", "2.5.29.24", "2.5.29.20"
DELTA, SCOPE, ISSUER_KEY = "2.5.29.27", "2.5.29.28", "2.5.29.35"
BASIC = "1.3.6.1.5.5.7.48.1.1"
ECDSA = {"sha256": "2", "sha384": "3", "sha512": "4"}
RSA = {"sha1": "5", "sha256": "11", "sha384": "12", "sha512": "13"}
TRUE = b"\x01\x01\xff"


def same(whole: bytes) -> bytes:
    return whole


def moment(at: datetime) -> bytes:
    """A UTCTime up to 2049."""
    return der(0x17, f"{at:%y%m%d%H%M%SZ}".encode())


def general(at: datetime) -> bytes:
    return der(0x18, f"{at:%Y%m%d%H%M%SZ}".encode())


def extension(kind: str, content: bytes, *, critical: bool = False) -> bytes:
    return sequence(oid(kind), TRUE if critical else b"", der(4, content))


def scheme(by: Holder, digest: str) -> bytes:
    """The AlgorithmIdentifier of a holder's signatures."""
    if isinstance(by.key, ec.EllipticCurvePrivateKey):
        return sequence(oid(f"1.2.840.10045.4.3.{ECDSA[digest]}"))
    return sequence(oid(f"1.2.840.113549.1.1.{RSA[digest]}"), b"\x05\x00")


def pss_scheme(digest: str, salt: int, below: str = "") -> bytes:
    """below: the hash of the mask, when it is another."""
    hashed = sequence(oid(DIGESTS[digest]), b"\x05\x00")
    masked = sequence(oid(DIGESTS[below or digest]), b"\x05\x00")
    mask = sequence(oid("1.2.840.113549.1.1.8"), masked)
    parts = der(0xA0, hashed), der(0xA1, mask), der(0xA2, integer(salt))
    return sequence(oid("1.2.840.113549.1.1.10"), sequence(*parts))


def entry(
    number: int,
    since: datetime = SAID - DAY,
    reason: int | None = None,
    invalid: datetime | None = None,
    more: bytes = b"",
) -> bytes:
    """A certificate on a list. invalid: since when it may have been misused."""
    said = b"" if reason is None else extension(REASON, der(10, bytes([reason])))
    said += extension(INVALIDITY, general(invalid)) if invalid else b""
    return sequence(integer(number), moment(since), sequence(said, more) if said or more else b"")


def on_list(one: Holder, *args: object, **changed: object) -> bytes:
    return entry(one.certificate.serial_number, *args, **changed)  # type: ignore[arg-type]


def make_list(
    by: Holder,
    *entries: bytes,
    made: datetime | bytes = MADE,
    until: datetime | None = UNTIL,
    issuer: x509.Name | None = None,
    extensions: Sequence[bytes] = (),
    version: bytes = b"\x02\x01\x01",
    digest: str = "sha256",
    algorithm: bytes | None = None,
    inner: bytes | None = None,
    signature: Callable[[bytes], bytes] = same,
    pss: bool = False,
) -> bytes:
    """A list of revocations in DER. made: also as DER.   algorithm, inner: how it says, outside and inside, it is signed."""
    said = algorithm or (pss_scheme(digest, 32) if pss else scheme(by, digest))
    body = sequence(
        version, inner or said, (issuer or by.certificate.subject).public_bytes(),
        made if isinstance(made, bytes) else moment(made),
        moment(until) if until else b"",
        sequence(*entries) if entries else b"",
        der(0xA0, sequence(*extensions)) if extensions else b"",
    )  # fmt: skip
    return sequence(body, said, der(3, b"\0" + signature(sign(by, body, digest, pss))))


def scope(*parts: bytes) -> bytes:
    """The extension that binds a list to some certificates."""
    return extension(SCOPE, sequence(*parts), critical=True)


def address(text: str) -> bytes:
    """Where a list is published, as a list of that part alone says it."""
    return der(0xA0, der(0xA0, der(0x86, text.encode())))


def named(by: Holder, one: Holder, digest: str = "sha1", number: int | None = None) -> bytes:
    """A certificate as an answer names it."""
    key = by.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits = x509.SubjectKeyIdentifier.from_public_key(by.certificate.public_key()).digest
    if digest != "sha1":
        bits = hashlib.new(digest, key[key.index(b"\x03\x42\x00") + 3 :]).digest()
    kind = {"sha1": "1.3.14.3.2.26"}.get(digest) or DIGESTS[digest]
    whose = hashlib.new(digest, by.certificate.subject.public_bytes()).digest()
    serial = one.certificate.serial_number if number is None else number
    return sequence(sequence(oid(kind), b"\x05\x00"), der(4, whose), der(4, bits), integer(serial))


GOOD, UNKNOWN = b"\x80\x00", b"\x82\x00"


def gone(since: datetime = SAID - DAY, reason: int | None = None) -> bytes:
    why = b"" if reason is None else der(0xA0, der(10, bytes([reason])))
    return der(0xA1, general(since) + why)


def single(
    who: bytes,
    status: bytes = GOOD,
    made: datetime = SAID,
    until: datetime | None = SAID + DAY,
    more: bytes = b"",
) -> bytes:
    said = der(0xA0, general(until)) if until else b""
    return sequence(who, status, general(made), said, der(0xA1, sequence(more)) if more else b"")


def answer(
    by: Holder,
    *singles: bytes,
    status: bytes = b"\x0a\x01\x00",
    responder: bytes | None = None,
    certificates: Sequence[Holder] = (),
    extensions: Sequence[bytes] = (),
    digest: str = "sha256",
    kind: str = BASIC,
    signature: Callable[[bytes], bytes] = same,
) -> bytes:
    """An answer in DER. responder: who it says has answered; None: its signer, by name."""
    body = sequence(
        responder or der(0xA1, by.certificate.subject.public_bytes()), general(SAID),
        sequence(*singles), der(0xA1, sequence(*extensions)) if extensions else b"",
    )  # fmt: skip
    basic = sequence(
        body, scheme(by, digest), der(3, b"\0" + signature(sign(by, body, digest))),
        der(0xA0, sequence(*(one.data for one in certificates))) if certificates else b"",
    )  # fmt: skip
    return sequence(status, der(0xA0, sequence(oid(kind), der(4, basic))))


def pem(label: str, data: bytes) -> bytes:
    text = b64encode(data)
    lines = b"".join(text[i : i + 64] + b"\n" for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n".encode() + lines + f"-----END {label}-----\n".encode()


def lists(*data: bytes) -> bytes:
    return b"".join(pem("X509 CRL", one) for one in data)


def answers(*data: bytes) -> bytes:
    return b"".join(pem("OCSP RESPONSE", one) for one in data)


def at(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)

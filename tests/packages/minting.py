"""Time stamp tokens put together by hand, so that each part of one can be wrong by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.evidence.seal.tsa import DIGITAL_SIGNATURE, der

BEGIN, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
SAID = datetime(2026, 11, 22, 21, 6, tzinfo=UTC)
TST_INFO, SIGNED_DATA = "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
CERTIFICATE_V1, CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
DIGESTS = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
GRANTED = b"\x02\x01\x00"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Attributes = dict[str, bytes]
"""Values by type, each the inside of its SET."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def data(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def new_key(kind: str = "P-256") -> Key:
    """A new key: P-256, P-384, P-521 or RSA with a number of bits."""
    if kind.isdigit():
        return rsa.generate_private_key(65537, int(kind))
    curves = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
    return ec.generate_private_key(curves[kind]())


def key_usage(**given: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
             "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{n: given.get(n, False) for n in names})


TIME_STAMPING = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
CA_USAGE = (key_usage(key_cert_sign=True, crl_sign=True), True)


def certify(
    subject: str,
    issuer: Holder | None = None,
    *,
    key: Key | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    begin: datetime = BEGIN,
    until: datetime = UNTIL,
    digest: hashes.HashAlgorithm | None = None,
    signature: padding.PSS | None = None,
    identified: bool = True,
) -> Holder:
    """A certificate; issuer: None for a root, which signs itself.

    identified: with key identifiers, as RFC 5280 wants them.
    """
    key = key or new_key()
    by = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer.certificate.subject if issuer else name(subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(until)
    )
    if identified:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(by, digest or hashes.SHA256(), rsa_padding=signature)
    return Holder(signed, key)


def root(subject: str = "Akar Uji", **changed: Any) -> Holder:
    extensions = changed.pop(
        "extensions", [(x509.BasicConstraints(ca=True, path_length=None), True), CA_USAGE]
    )
    return certify(subject, extensions=extensions, **changed)


def authority(
    subject: str, issuer: Holder, path_length: int | None = None, **changed: Any
) -> Holder:
    """An authority between a root and a signer."""
    constraints = (x509.BasicConstraints(ca=True, path_length=path_length), True)
    extensions = changed.pop("extensions", [constraints, CA_USAGE])
    return certify(subject, issuer, extensions=extensions, **changed)


def signer(issuer: Holder, subject: str = "Penanda Uji", **changed: Any) -> Holder:
    """Whose signature a token carries."""
    extensions = changed.pop("extensions", [TIME_STAMPING, (DIGITAL_SIGNATURE, True)])
    return certify(subject, issuer, extensions=extensions, **changed)


def oid(dotted: str) -> bytes:
    """An object identifier in DER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    said = b""
    for arc in (40 * first + second, *rest):
        groups = [arc >> shift & 0x7F for shift in range(63, -1, -7)]
        while len(groups) > 1 and not groups[0]:
            groups.pop(0)
        said += bytes(g | 0x80 for g in groups[:-1]) + bytes(groups[-1:])
    return der(6, said)


def sequence(*parts: bytes) -> bytes:
    return der(0x30, b"".join(parts))


def set_of(*parts: bytes, tag: int = 0x31) -> bytes:
    return der(tag, b"".join(sorted(parts)))


def integer(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def algorithm(digest: str) -> bytes:
    return sequence(oid(DIGESTS[digest]), b"\x05\x00")


def tst_info(
    note: bytes,
    *,
    digest: str = "sha256",
    imprint: bytes | None = None,
    time: bytes | None = None,
    serial: int = 7,
    version: int = 1,
    rest: bytes = b"",
) -> bytes:
    """What a token signs. rest: what follows the time, from accuracy on."""
    said = hashlib.new(digest, note).digest() if imprint is None else imprint
    when = f"{SAID:%Y%m%d%H%M%SZ}".encode() if time is None else time
    return sequence(
        integer(version), oid("1.2.3.4.1"), sequence(algorithm(digest), der(4, said)),
        integer(serial), der(0x18, when), rest,
    )  # fmt: skip


def certificate_v2(
    *certificates: Holder, digest: str = "sha256", issuer_serial: bytes | None = None
) -> bytes:
    """SigningCertificateV2 (RFC 5035) that names certificates by their digests."""
    named = b"".join(
        sequence(
            b"" if digest == "sha256" else sequence(oid(DIGESTS[digest])),
            der(4, hashlib.new(digest, one.data).digest()), issuer_serial or b"",
        )
        for one in certificates
    )  # fmt: skip
    return sequence(sequence(named))


def certificate_v1(*certificates: Holder) -> bytes:
    """SigningCertificate (RFC 2634), which names by SHA-1."""
    named = [sequence(der(4, hashlib.sha1(one.data).digest())) for one in certificates]
    return sequence(sequence(*named))


def issuer_serial(issuer: x509.Name, serial: int) -> bytes:
    return sequence(sequence(der(0xA4, issuer.public_bytes())), integer(serial))


def sign(by: Holder, data: bytes, digest: str = "sha256", pss: bool = False) -> bytes:
    """A signature as CMS carries it."""
    if isinstance(by.key, ec.EllipticCurvePrivateKey):
        return by.key.sign(data, ec.ECDSA(HASHES[digest]))
    if pss:
        salted = padding.PSS(padding.MGF1(HASHES[digest]), HASHES[digest].digest_size)
        return by.key.sign(data, salted, HASHES[digest])
    return by.key.sign(data, padding.PKCS1v15(), HASHES[digest])


@dataclass(frozen=True, slots=True)
class Form:
    """Everything in a token that is not its TSTInfo; each part may be wrong.

    attributes: changes the signed attributes before they are signed.
    signature:  changes the signature.
    sid:        who is said to have signed; None: the signer.
    certificates: what the token carries; None: the signer's.
    answer:     changes the whole TimeStampResp.
    """

    digest: str = "sha256"
    pss: bool = False
    attributes: Callable[[Attributes], Attributes] = lambda found: found
    order: Literal["der", "reversed"] = "der"
    signature: Callable[[bytes], bytes] = lambda whole: whole
    sid: bytes | None = None
    certificates: Sequence[Holder] | None = None
    signers: Callable[[bytes], bytes] = lambda one: one
    digests: bytes | None = None
    content_type: str = TST_INFO
    wrapped: Callable[[bytes], bytes] = lambda info: der(4, info)
    unsigned: bytes = b""
    status: bytes = GRANTED
    answer: Callable[[bytes], bytes] = lambda whole: whole


SOUND = Form()


def mint(by: Holder, info: bytes, form: Form = SOUND) -> bytes:
    """A TimeStampResp with a token over a TSTInfo, signed by somebody."""
    attributes = form.attributes({
        CONTENT_TYPE: oid(TST_INFO),
        MESSAGE_DIGEST: der(4, hashlib.new(form.digest, info).digest()),
        CERTIFICATE_V2: certificate_v2(by),
    })  # fmt: skip
    said = sorted(sequence(oid(kind), der(0x31, v)) for kind, v in attributes.items())
    if form.order == "reversed":
        said.reverse()
    signed = b"".join(said)
    signature = form.signature(sign(by, der(0x31, signed), form.digest, form.pss))
    certificate = by.certificate
    sid = form.sid or sequence(
        certificate.issuer.public_bytes(), integer(certificate.serial_number)
    )
    kind = (
        "1.2.840.10045.4.3.2"
        if isinstance(by.key, ec.EllipticCurvePrivateKey)
        else "1.2.840.113549.1.1.1"
    )
    signer_info = sequence(
        integer(1), sid, algorithm(form.digest), der(0xA0, signed) if signed else b"",
        sequence(oid(kind)), der(4, signature), form.unsigned,
    )  # fmt: skip
    carried = [by] if form.certificates is None else form.certificates
    data = sequence(
        integer(3), set_of(algorithm(form.digest)) if form.digests is None else form.digests,
        sequence(oid(form.content_type), der(0xA0, form.wrapped(info))),
        set_of(*(one.data for one in carried), tag=0xA0) if carried else b"",
        der(0x31, form.signers(signer_info)),
    )  # fmt: skip
    token = sequence(oid(SIGNED_DATA), der(0xA0, data))
    return form.answer(sequence(sequence(form.status), token))

"""What was published about a time stamp's certificates when the stamp came: kept for later checkers.

A list of revocations (CRL, RFC 5280) or an answer about one certificate (OCSP, RFC 6960) is gone
when its publisher is. Nothing here decides whether a stamp is sound but one word: a certificate that
is revoked signs nothing for us. What could not be had is named, and hides nothing.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from evidence.errors import ConfigError
from evidence.seal.address import Reach
from evidence.seal.http import Unanchored, exchange
from evidence.seal.openssl import lists_accepted, ocsp_word

TIMEOUT_S = 20.0
"""For all that one stamp needs."""
AHEAD = timedelta(minutes=5)
"""How much later than our clock a list may say it was made."""
KEPT = "KEPT"


@dataclass(frozen=True, slots=True)
class Revocation:
    """What was kept. word: KEPT when every certificate below a root is covered, else why not.

    pem: blocks `X509 CRL` and `OCSP RESPONSE`, the signer's first.
    """

    pem: bytes
    word: str


@dataclass(frozen=True, slots=True)
class Link:
    """A certificate of the chain and the one that issued it, None when that is not there."""

    certificate: x509.Certificate
    issuer: x509.Certificate | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What covers one certificate, as PEM; or the word why nothing does. listed: by a CRL."""

    pem: bytes = b""
    word: str = KEPT
    listed: bool = False


def ask_revocation(
    chain: bytes, roots: bytes, now: datetime, reach: Reach, *, timeout_s: float = TIMEOUT_S
) -> Revocation:
    """Lists and answers about the certificates of a stamp, from the addresses these name.

    chain: PEM, the signer's first.   roots: PEM, what is trusted without a list.
    reach: which network addresses may be asked: what a certificate names is not ours to trust.

    Raises Unanchored with REVOKED when one of the certificates is; nothing else.
    """
    trusted = x509.load_pem_x509_certificates(roots)
    inside = x509.load_pem_x509_certificates(chain)
    end = time.monotonic() + timeout_s
    links = tuple(_path(inside, trusted))
    kept = [_kept(link, now, lambda: end - time.monotonic(), reach) for link in links]
    word = next((one.word for one in kept if one.word != KEPT), KEPT)
    pem = b"".join(one.pem for one in kept)
    if kept and kept[0].listed:
        every = all(one.listed for one in kept)
        if not lists_accepted(chain, roots, pem, every=every, at=now):
            word = "DISAGREE"
    return Revocation(pem, word)


def _path(
    inside: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]
) -> Iterator[Link]:
    """From the signer's certificate up to the first that is trusted by itself."""
    here: x509.Certificate | None = inside[0]
    seen: set[bytes] = set()
    while here is not None and here not in trusted:
        if here.fingerprint(hashes.SHA256()) in seen:
            return
        seen.add(here.fingerprint(hashes.SHA256()))
        issuer = next((c for c in (*trusted, *inside) if _issued(here, c)), None)
        yield Link(here, issuer)
        here = issuer


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _kept(link: Link, now: datetime, left: Callable[[], float], reach: Reach) -> Kept:
    """What covers a certificate: the first of its lists or answers that can be used."""
    if link.issuer is None:
        return Kept(word="NO_ISSUER")
    kept = Kept(word="NO_ADDRESS")
    for listed, url in _addresses(link.certificate):
        try:
            if listed:
                return _list(link, link.issuer, url, now, left(), reach)
            return _answer(link, link.issuer, url, left(), reach)
        except Unanchored as refused:
            if refused.code == "REVOKED":
                raise
            kept = Kept(word=refused.code)
    return kept


def _addresses(certificate: x509.Certificate) -> Iterator[tuple[bool, str]]:
    """(is a list, address), lists first: one covers others' questions too. Plain http only:
    what is signed needs no TLS, and a TLS certificate would need a list of its own (RFC 5280 §8)."""
    for listed, url in (*_lists(certificate), *_responders(certificate)):
        if url.lower().startswith("http://"):
            yield listed, url


def _lists(certificate: x509.Certificate) -> Iterator[tuple[bool, str]]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier) and not point.reasons:
                yield True, name.value


def _responders(certificate: x509.Certificate) -> Iterator[tuple[bool, str]]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return
    for one in access.value:
        name = one.access_location
        if one.access_method == Access.OCSP and isinstance(name, x509.UniformResourceIdentifier):
            yield False, name.value


def _list(
    link: Link, issuer: x509.Certificate, url: str, now: datetime, left: float, reach: Reach
) -> Kept:
    data = _asked("GET", url, None, {}, left, reach)
    try:
        armoured = data.lstrip().startswith(b"-----BEGIN")
        found = (x509.load_pem_x509_crl if armoured else x509.load_der_x509_crl)(data)
        sound = found.issuer == issuer.subject and found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
        partial = _partial(found)
    except (ValueError, TypeError) as error:
        raise Unanchored(url, "NOT_A_LIST", type(error).__name__) from error
    if not sound:
        raise Unanchored(url, "OTHER_ISSUER")
    if partial:
        raise Unanchored(url, "PARTIAL")
    if found.last_update_utc > now + AHEAD or (found.next_update_utc or now) < now:
        raise Unanchored(url, "OUTDATED")
    if found.get_revoked_certificate_by_serial_number(link.certificate.serial_number) is not None:
        raise Unanchored(url, "REVOKED")
    return Kept(found.public_bytes(Encoding.PEM), listed=True)


def _partial(found: x509.CertificateRevocationList) -> bool:
    """Whether it is silent about some certificates or reasons: a delta, or bound to some."""
    for extension in found.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            return True
        if isinstance(value, x509.IssuingDistributionPoint):
            return bool(
                value.only_some_reasons or value.indirect_crl or value.only_contains_attribute_certs
            )
    return False


def _answer(link: Link, issuer: x509.Certificate, url: str, left: float, reach: Reach) -> Kept:
    """An OCSP answer that openssl takes, by the issuer or one it has named for that."""
    # SHA-1 only names the issuer; responders know no other name (RFC 5019 §2.1.1).
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        link.certificate,
        issuer,
        hashes.SHA1(),  # noqa: S303
    )
    request = builder.build().public_bytes(Encoding.DER)
    headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
    data = _asked("POST", url, request, headers, left, reach)
    certificate, above = (c.public_bytes(Encoding.PEM) for c in (link.certificate, issuer))
    word = ocsp_word(data, certificate, above)
    if word != "good":
        raise Unanchored(url, {"revoked": "REVOKED", "unknown": "UNKNOWN"}.get(word, "NOT_A_LIST"))
    return Kept(_armoured(data, b"OCSP RESPONSE"))


def _armoured(data: bytes, label: bytes) -> bytes:
    text = b64encode(data)
    lines = b"".join(text[i : i + 64] + b"\n" for i in range(0, len(text), 64))
    return b"-----BEGIN " + label + b"-----\n" + lines + b"-----END " + label + b"-----\n"


def _asked(
    method: str, url: str, body: bytes | None, headers: dict[str, str], left: float, reach: Reach
) -> bytes:
    if left <= 0:
        raise Unanchored(url, "TIMEOUT")
    try:
        answer = exchange(method, url, body, headers, timeout_s=left, reach=reach)
    except (ConfigError, ValueError) as error:  # the certificate names no address at all
        raise Unanchored(url, "NO_ADDRESS") from error
    if answer.status != 200:
        raise Unanchored(url, f"HTTP_{answer.status}")
    return answer.body

"""RFC 3161 time stamps over a signed checkpoint, accepted only when two checkers agree.

`openssl ts -verify` takes tokens whose certificate SET is not in DER order; rfc3161-client does
not ask for what a later openssl might. A token is kept when both accept it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from evidence.errors import ConfigError
from evidence.seal.http import TIMEOUT_S, Answer, Unanchored, exchange
from evidence.seal.openssl import run_openssl

REPLY = "application/timestamp-reply"
QUERY = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """A TSA. roots: PEM certificates that its tokens must lead to, got on another way."""

    name: str
    url: str
    roots: bytes

    def __post_init__(self) -> None:
        try:
            certificates = x509.load_pem_x509_certificates(self.roots)
        except ValueError as error:
            certificates = []
            cause: ValueError | None = error
        else:
            cause = None
        if not certificates:
            why = "its root file holds no PEM certificate"
            raise ConfigError(f"TSA {self.name}", why) from cause


@dataclass(frozen=True, slots=True)
class Stamp:
    """A checked token.

    response:   the whole TimeStampResp, DER.
    chain:      PEM of the certificates inside the token, signer first, then the others.
    time:       the TSA's genTime.
    until:      when the signer's certificate expires.
    """

    response: bytes
    chain: bytes
    time: datetime
    until: datetime


def request_stamp(
    authority: TimestampAuthority, note: bytes, *, timeout_s: float = TIMEOUT_S
) -> Stamp:
    """A time stamp over SHA-256(note), asked with a nonce and checked on receipt.

    Raises Unanchored with a word of docs/formats/anchor.md; ConfigError when openssl is not there.
    """
    request = (
        TimestampRequestBuilder()
        .data(note)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    headers = {"Content-Type": QUERY, "Accept": REPLY}
    answer = exchange("POST", authority.url, request.as_bytes(), headers, timeout_s=timeout_s)
    return check_stamp(authority, note, request, answer)


def check_stamp(
    authority: TimestampAuthority, note: bytes, request: TimeStampRequest, answer: Answer
) -> Stamp:
    """The stamp that an answer holds. Raises Unanchored naming the first thing that is wrong."""
    response = _response(authority, request, answer)
    info = response.tst_info
    if info.nonce != request.nonce:
        raise Unanchored(authority.name, "NONCE")
    if info.message_imprint.message != hashlib.sha256(note).digest():
        raise Unanchored(authority.name, "DIGEST")
    verdicts = {
        "openssl": openssl_accepts(authority, request, answer.body),
        "rfc3161-client": _client_accepts(authority, request, response, note),
    }
    if not any(verdicts.values()):
        raise Unanchored(authority.name, "SIGNER")
    if not all(verdicts.values()):
        refusing = next(name for name, accepted in verdicts.items() if not accepted)
        raise Unanchored(authority.name, "DISAGREE", refusing)
    certificates = _chain(response)
    return Stamp(
        response=answer.body,
        chain=b"".join(c.public_bytes(Encoding.PEM) for c in certificates),
        time=info.gen_time.astimezone(UTC),
        until=certificates[0].not_valid_after_utc,
    )


def openssl_accepts(authority: TimestampAuthority, request: TimeStampRequest, data: bytes) -> bool:
    """Whether `openssl ts -verify` takes the answer. Raises ConfigError when there is no openssl."""
    files = {
        "request.tsq": request.as_bytes(),
        "answer.tsr": data,
        "roots.pem": authority.roots,
    }
    names = ["-queryfile", "request.tsq", "-in", "answer.tsr", "-CAfile", "roots.pem"]
    code, _said = run_openssl(["ts", "-verify", *names], files)
    return code == 0


def _response(
    authority: TimestampAuthority, request: TimeStampRequest, answer: Answer
) -> TimeStampResponse:
    """The decoded answer of a TSA that granted. Raises Unanchored."""
    if answer.status != 200:
        raise Unanchored(authority.name, f"HTTP_{answer.status}")
    if answer.media != REPLY:
        raise Unanchored(authority.name, "NOT_A_TOKEN")
    try:
        response = decode_timestamp_response(answer.body)
        granted = PKIStatus(response.status) is PKIStatus.GRANTED
        if granted:
            response.tst_info.message_imprint  # noqa: B018 (parses what was granted)
    except ValueError as error:
        code = "DISAGREE" if openssl_accepts(authority, request, answer.body) else "NOT_A_TOKEN"
        raise Unanchored(authority.name, code, type(error).__name__) from error
    if not granted:
        raise Unanchored(authority.name, "REFUSED")
    return response


def _client_accepts(
    authority: TimestampAuthority,
    request: TimeStampRequest,
    response: TimeStampResponse,
    note: bytes,
) -> bool:
    builder = VerifierBuilder(
        roots=list(x509.load_pem_x509_certificates(authority.roots)), nonce=request.nonce
    )
    try:
        return builder.build().verify_message(response, note)
    except (VerificationError, ValueError):
        return False


def _chain(response: TimeStampResponse) -> Sequence[x509.Certificate]:
    """The token's certificates, the signer's first."""
    inside = [x509.load_der_x509_certificate(c) for c in sorted(response.signed_data.certificates)]
    (signer,) = response.signed_data.signer_infos
    return sorted(
        inside,
        key=lambda c: (c.issuer, c.serial_number) != (signer.issuer, signer.serial_number),
    )

"""Tokens over one note with one thing wrong in them, by name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.evidence.seal.tsa import DIGITAL_SIGNATURE, der
from tests.packages.minting import (
    CA_USAGE,
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    TIME_STAMPING,
    Form,
    algorithm,
    authority,
    certificate_v1,
    certificate_v2,
    certify,
    integer,
    issuer_serial,
    key_usage,
    name,
    oid,
    root,
    sequence,
    set_of,
    signer,
)
from tests.packages.token_trials import (
    ALONE,
    CA,
    CRL_ONLY,
    FUTURE,
    NO_CA,
    PAST,
    ROOT,
    RSA_ROOT,
    RSA_SIGNER,
    SIGNER,
    STRANGE,
    STRANGER,
    TWIN,
    UNNAMED,
    YEAR_2025,
    Trial,
    attributed,
    below,
    named,
    purposes,
    stamping,
    unknown,
    wrong,
)

TOKEN_ATTACKS: dict[str, Callable[[], Trial]] = {
    # The answer and its spelling.
    "a byte left over": lambda: wrong(form=Form(answer=lambda whole: whole + b"\0")),
    "a length not in its shortest form": lambda: wrong(
        form=Form(answer=lambda whole: whole[:1] + b"\x83\0" + whole[2:])
    ),
    "a length without end": lambda: wrong(
        form=Form(answer=lambda whole: b"\x30\x80" + whole[4:] + b"\0\0")
    ),
    "cut short": lambda: wrong(form=Form(answer=lambda whole: whole[:-1])),
    "nothing": lambda: wrong(form=Form(answer=lambda _: b"")),
    "nested without end": lambda: wrong(form=Form(answer=lambda _: b"\x30\x80" * 4000)),
    "nested very deep": lambda: wrong(
        form=Form(answer=lambda _: functools.reduce(lambda d, _: der(0x30, d), range(3000), b""))
    ),
    "refused": lambda: wrong(form=Form(status=b"\x02\x01\x02")),
    "waiting": lambda: wrong(form=Form(status=b"\x02\x01\x03")),
    "refused, with the words of another fault": lambda: wrong(
        form=Form(status=b"\x02\x01\x02\x30\x14\x0c\x12issuer certificate")
    ),
    # What was signed.
    "over another note": lambda: wrong(imprint=bytes(32)),
    "over a note cut short": lambda: wrong(imprint=bytes(31)),
    "another digest than SHA-256": lambda: wrong(digest="sha512"),
    "SHA-1 of the note": lambda: wrong(digest="sha1"),
    "another version": lambda: wrong(version=2),
    "no moment": lambda: wrong(time=b"20261322000000Z"),
    "a moment of another zone": lambda: wrong(time=b"20261122000000+0700"),
    "a part of a second not in its one spelling": lambda: wrong(time=b"20261122000000.50Z"),
    "names another authority": lambda: wrong(rest=named("Otoritas Lain")),
    "more behind what is signed": lambda: wrong(form=Form(wrapped=lambda i: der(4, i + b"\x05\0"))),
    "not in an octet string": lambda: wrong(form=Form(wrapped=lambda i: i)),
    "said to be other content": lambda: wrong(form=Form(content_type="1.2.840.113549.1.7.1")),
    # The signed attributes.
    "signed for another purpose": lambda: wrong(form=attributed(kind=lambda _: oid("1.2.3.4"))),
    "signed for two purposes": lambda: wrong(
        form=attributed(kind=lambda a: oid("1.2.3.4") + a[CONTENT_TYPE])
    ),
    "signed for no purpose": lambda: wrong(form=attributed(kind=lambda _: None)),
    "no digest of the content": lambda: wrong(form=attributed(digest=lambda _: None)),
    "the digest of other content": lambda: wrong(form=attributed(digest=lambda _: der(4, bytes(32)))),
    "two digests": lambda: wrong(form=attributed(digest=lambda a: der(4, bytes(32)) + a[MESSAGE_DIGEST])),
    "no attributes": lambda: wrong(form=Form(attributes=lambda _: {})),
    "attributes out of order": lambda: wrong(form=Form(order="reversed")),
    "does not name its certificate": lambda: wrong(form=attributed(v2=lambda _: None)),
    "names another certificate": lambda: wrong(form=attributed(v2=lambda _: certificate_v2(ALONE))),
    "names another by SHA-1": lambda: wrong(form=attributed(v1=lambda _: certificate_v1(ALONE))),
    "names no certificate": lambda: wrong(form=attributed(v2=lambda _: certificate_v2())),
    "names the root first": lambda: wrong(form=attributed(v2=lambda _: certificate_v2(ROOT, SIGNER))),
    "names itself twice": lambda: wrong(form=attributed(v2=lambda _: certificate_v2(SIGNER, SIGNER))),
    "names a stranger second": lambda: wrong(form=attributed(v2=lambda _: certificate_v2(SIGNER, STRANGER))),
    "names another serial number": lambda: wrong(form=attributed(v2=lambda _: certificate_v2(
        SIGNER, issuer_serial=issuer_serial(ROOT.certificate.subject, 9)
    ))),
    "names another issuer": lambda: wrong(form=attributed(v2=lambda _: certificate_v2(
        SIGNER, issuer_serial=issuer_serial(name("Lain"), SIGNER.certificate.serial_number)
    ))),
    # The signature.
    "a signature with a flipped bit": lambda: wrong(
        form=Form(signature=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
    ),
    "an RSA signature with a flipped bit": lambda: wrong(
        by=RSA_SIGNER, roots=RSA_ROOT.pem, form=Form(signature=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
    ),
    "a signature with a byte more": lambda: wrong(form=Form(signature=lambda s: s + b"\0")),
    "an RSA signature with a byte more": lambda: wrong(
        by=RSA_SIGNER, roots=RSA_ROOT.pem, form=Form(signature=lambda s: b"\0" + s)
    ),
    "a signature of nothing": lambda: wrong(form=Form(signature=lambda _: b"")),
    "a signature of zeros": lambda: wrong(
        form=Form(signature=lambda _: sequence(integer(0), integer(0)))
    ),
    "a signature below zero": lambda: wrong(
        form=Form(signature=lambda _: sequence(b"\x02\x01\xff", b"\x02\x01\x01"))
    ),
    "an RSA signature by the other scheme": lambda: wrong(
        by=RSA_SIGNER, roots=RSA_ROOT.pem, form=Form(pss=True)
    ),
    "another's signature": lambda: wrong(form=Form(signature=lambda _: b"\x30\x06\x02\x01\x07\x02\x01\x07")),
    "two signers": lambda: wrong(form=Form(signers=lambda one: one + one)),
    "no signer": lambda: wrong(form=Form(signers=lambda _: b"")),
    "a signer that is not there": lambda: wrong(
        form=Form(sid=sequence(ROOT.certificate.subject.public_bytes(), integer(5)))
    ),
    "a digest that is not announced": lambda: wrong(form=Form(digests=set_of(algorithm("sha512")))),
    "no digest announced": lambda: wrong(form=Form(digests=set_of())),
    # The signer's certificate.
    "no certificate": lambda: wrong(form=Form(certificates=[])),
    "another's certificate": lambda: wrong(form=Form(certificates=[ALONE])),
    "no purpose": lambda: wrong(by=signer(ROOT, extensions=[(DIGITAL_SIGNATURE, True)])),
    "the purpose is not critical": lambda: wrong(
        by=purposes(ExtendedKeyUsageOID.TIME_STAMPING, critical=False)
    ),
    "for web servers": lambda: wrong(by=purposes(ExtendedKeyUsageOID.SERVER_AUTH)),
    "for web servers too": lambda: wrong(
        by=purposes(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH)
    ),
    "for anything": lambda: wrong(by=purposes(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)),
    "a key for certificates": lambda: wrong(by=stamping((key_usage(key_cert_sign=True), True))),
    "a key for secrets too": lambda: wrong(
        by=stamping((key_usage(digital_signature=True, key_encipherment=True), True))
    ),
    "a critical extension that nobody knows": lambda: wrong(by=stamping((STRANGE, True))),
    "a signer that had expired": lambda: wrong(by=signer(ROOT, until=PAST)),
    "a time before its signer": lambda: wrong(time=b"20101122000000Z"),
    "a signer of the future": lambda: wrong(by=signer(ROOT, begin=FUTURE)),
    "a time before a signer that has expired": lambda: wrong(
        by=signer(ROOT, begin=datetime(2025, 6, 1, tzinfo=UTC), until=PAST), time=YEAR_2025
    ),
    # The way to the root.
    "another root": lambda: unknown(roots=STRANGER.pem),
    "another root of the same name": lambda: unknown(roots=root().pem),
    "another root of the same name, without identifiers": lambda: wrong(
        by=signer(UNNAMED, identified=False), roots=TWIN.pem
    ),
    "its certificate in place of a root": lambda: unknown(roots=SIGNER.pem),
    "its own root": lambda: unknown(by=ALONE),
    "a root that only looks like the trusted one": lambda: unknown(
        by=certify("Sendiri", extensions=[TIME_STAMPING]), roots=ALONE.pem
    ),
    "a missing authority": lambda: unknown(by=signer(authority("Antara", ROOT))),
    "an authority in place of a root": lambda: unknown(
        by=signer(middle := authority("Antara", ROOT)), roots=middle.pem
    ),
    "issued by another signer": lambda: below(SIGNER, code="STAMP_INVALID"),
    "an authority that is none": lambda: below(
        authority("Bukan", ROOT, extensions=[NO_CA, CA_USAGE]), code="STAMP_INVALID"
    ),
    "an authority that does not say so": lambda: below(
        authority("Diam", ROOT, extensions=[CA_USAGE]), code="STAMP_INVALID"
    ),
    "an authority that may not sign certificates": lambda: below(
        authority("Antara", ROOT, extensions=[CA, CRL_ONLY]), code="STAMP_INVALID"
    ),
    "one authority too many": lambda: below(
        middle := authority("Antara", ROOT, path_length=0), authority("Bawah", middle),
        code="STAMP_INVALID",
    ),
    "an authority that had expired": lambda: below(
        authority("Lampau", ROOT, until=PAST), code="STAMP_INVALID"
    ),
    "an authority signed by another key": lambda: below(
        authority("Antara", TWIN, identified=False), roots=UNNAMED.pem, code="STAMP_INVALID"
    ),
    "a root that is no authority": lambda: wrong(
        by=signer(no := root("Akar Bukan", extensions=[NO_CA, CA_USAGE])), roots=no.pem
    ),
    "a root that had expired": lambda: wrong(
        by=signer(old := root("Akar Lama", until=PAST)), roots=old.pem
    ),
    "a root that cannot be read": lambda: wrong(
        roots="-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
    ),
}  # fmt: skip

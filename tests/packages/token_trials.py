"""Tokens over one note that hold, by name, and what others are made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.evidence.seal.tsa import DIGITAL_SIGNATURE, der
from tests.packages.minting import (
    CERTIFICATE_V1,
    CERTIFICATE_V2,
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SOUND,
    TIME_STAMPING,
    Attributes,
    Form,
    Holder,
    authority,
    certificate_v1,
    certificate_v2,
    certify,
    integer,
    issuer_serial,
    key_usage,
    mint,
    name,
    new_key,
    root,
    sequence,
    signer,
    tst_info,
)

NOTE = b"bawaslu.test/jejak\n4\nAAAA\n\n"
YEAR_2025 = b"20250101000000Z"
PAST, FUTURE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
CA = (x509.BasicConstraints(ca=True, path_length=None), True)
NO_CA = (x509.BasicConstraints(ca=False, path_length=None), True)
CRL_ONLY = (key_usage(crl_sign=True), True)
STRANGE = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
ROOT = root()
SIGNER = signer(ROOT)
RSA_ROOT = root("Akar RSA", key=new_key("2048"))
RSA_SIGNER = signer(RSA_ROOT, key=new_key("2048"))
STRANGER = root("Akar Lain")
ALONE = certify("Sendiri", extensions=[TIME_STAMPING, (DIGITAL_SIGNATURE, True)])
UNNAMED = root("Akar Kembar", identified=False)
TWIN = root("Akar Kembar", identified=False)


class Trial(NamedTuple):
    """A token, the trusted roots, and what must be said of it (empty: that it holds)."""

    token: bytes
    roots: str
    code: str = ""


def sound(by: Holder = SIGNER, roots: str = ROOT.pem, form: Form = SOUND, **info: object) -> Trial:
    return Trial(mint(by, tst_info(NOTE, **info), form), roots)  # type: ignore[arg-type]


def wrong(
    code: str = "STAMP_INVALID",
    by: Holder = SIGNER,
    roots: str = ROOT.pem,
    form: Form = SOUND,
    **info: object,
) -> Trial:
    return sound(by, roots, form, **info)._replace(code=code)


def unknown(by: Holder = SIGNER, roots: str = ROOT.pem, form: Form = SOUND) -> Trial:
    return wrong("STAMP_UNKNOWN", by, roots, form)


def attributed(**changed: Callable[[Attributes], bytes | None]) -> Form:
    """Signed attributes with some put in, or taken out (None), by the name of their constant."""
    kinds = {
        "v1": CERTIFICATE_V1,
        "v2": CERTIFICATE_V2,
        "digest": MESSAGE_DIGEST,
        "kind": CONTENT_TYPE,
    }

    def change(found: Attributes) -> Attributes:
        said = {**found, **{kinds[k]: give(found) for k, give in changed.items()}}
        return {kind: value for kind, value in said.items() if value is not None}

    return Form(attributes=change)


def stamping(*more: tuple[x509.ExtensionType, bool]) -> Holder:
    """A signer with these extensions, and the right purpose."""
    return signer(ROOT, extensions=[TIME_STAMPING, *more])


def purposes(*names: x509.ObjectIdentifier, critical: bool = True) -> Holder:
    return signer(ROOT, extensions=[(x509.ExtendedKeyUsage(names), critical)])


def below(middle: Holder, *more: Holder, roots: str = ROOT.pem, code: str = "") -> Trial:
    """By a signer below an authority that the token carries."""
    last = more[-1] if more else middle
    by = signer(last)
    return wrong(code, by, roots, Form(certificates=[by, middle, *more]))


def unlike(digest: hashes.HashAlgorithm, salt: int) -> Holder:
    return signer(RSA_ROOT, signature=padding.PSS(padding.MGF1(digest), salt), digest=digest)


def by_curve(curve: str) -> Trial:
    above = root(f"Akar {curve}", key=new_key(curve))
    by = signer(above, key=new_key(curve), digest=hashes.SHA512())
    return sound(by, above.pem, Form(digest="sha512"))


def named(text: str) -> bytes:
    """The authority that a TSTInfo may name."""
    return der(0xA0, der(0xA4, name(text).public_bytes()))


SOUND_TOKENS: dict[str, Callable[[], Trial]] = {
    "ECDSA": sound,
    "RSA": lambda: sound(RSA_SIGNER, RSA_ROOT.pem),
    "RSA, SHA-512": lambda: sound(RSA_SIGNER, RSA_ROOT.pem, Form(digest="sha512")),
    "P-384": lambda: by_curve("P-384"),
    "P-521": lambda: by_curve("P-521"),
    "a certificate signed with PSS": lambda: sound(unlike(hashes.SHA256(), 32), RSA_ROOT.pem),
    "PSS with another salt": lambda: sound(unlike(hashes.SHA512(), 20), RSA_ROOT.pem),
    "below an authority": lambda: below(authority("Antara", ROOT)),
    "below two authorities": lambda: below(
        middle := authority("Antara", ROOT), authority("Bawah", middle)
    ),
    "its authority in the trust file": lambda: sound(
        signer(middle := authority("Antara", ROOT)), middle.pem + ROOT.pem
    ),
    "signed by its own root": lambda: sound(ALONE, ALONE.pem),
    "named by SHA-1 too": lambda: sound(form=attributed(v1=lambda _: certificate_v1(SIGNER))),
    "named with its issuer": lambda: sound(form=attributed(v2=lambda _: certificate_v2(
        SIGNER, issuer_serial=issuer_serial(ROOT.certificate.subject, SIGNER.certificate.serial_number)
    ))),
    "named by SHA-512": lambda: sound(
        form=attributed(v2=lambda _: certificate_v2(SIGNER, digest="sha512"))
    ),
    "with the root named": lambda: sound(
        form=attributed(v2=lambda _: certificate_v2(SIGNER, ROOT))
    ),
    "with accuracy, order and nonce": lambda: sound(
        rest=sequence(integer(1)) + b"\x01\x01\xff" + integer(99)
    ),
    "names its signer, in other letters": lambda: sound(rest=named("PENANDA  uji")),
    "with a part of a second": lambda: sound(time=b"20261122000000.25Z"),
    "granted with changes": lambda: sound(form=Form(status=b"\x02\x01\x01")),
}  # fmt: skip

"""Stamps with what is kept beside them of revocation, by name, and what must be said of each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidence.verify.verify import REASONS
from tests.packages.listing import (
    DAY,
    HOUR,
    NUMBER,
    address,
    answer,
    answers,
    at,
    entry,
    extension,
    gone,
    lists,
    make_list,
    named,
    on_list,
    scope,
    single,
)
from tests.packages.minting import (
    SAID,
    TIME_STAMPING,
    Form,
    Holder,
    authority,
    certify,
    key_usage,
    mint,
    new_key,
    root,
    signer,
    tst_info,
)
from tests.packages.token_trials import ALONE, CA, NOTE, ROOT, RSA_ROOT, RSA_SIGNER, SIGNER

MINUTE = timedelta(minutes=1)
SHOWN, LATER, GONE, COMPROMISED, NOT_SHOWN = (
    "REVOCATION_SHOWN", "REVOCATION_LATER", "STAMP_REVOKED", "STAMP_COMPROMISED",
    "REVOCATION_NOT_SHOWN",
)  # fmt: skip
ADDRESS = "http://daftar.test/1.crl"
MIDDLE = authority("Antara", ROOT)
UNDER = signer(MIDDLE)
ANSWERING = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)]
RESPONDER = certify("Penjawab", ROOT, extensions=ANSWERING)
TWIN = root("Akar Uji")
"""Another authority under the name of the right one."""
BIG = root("Akar Besar", key=new_key("P-384"))
BIG_SIGNER = signer(BIG, digest=hashes.SHA384())
POINT = x509.DistributionPoint([x509.UniformResourceIdentifier(ADDRESS)], None, None, None)
PLACED = signer(ROOT, extensions=[TIME_STAMPING, (x509.CRLDistributionPoints([POINT]), False)])
OLD = signer(ROOT, until=at(2021) + 5 * MINUTE)
"""Its certificate ended five minutes into 2021."""
NO_LISTS = root("Akar Bisu", extensions=[CA, (key_usage(key_cert_sign=True), True)])
NO_LISTS_SIGNER = signer(NO_LISTS)


class Kept(NamedTuple):
    """A token, its roots, the file beside it, the codes that are told, and why it is not shown."""

    token: bytes
    roots: str
    pem: bytes
    codes: tuple[str, ...]
    reason: str = ""


@functools.cache
def token(by: str) -> tuple[bytes, str]:
    """A token by a signer of this name, and its roots."""
    signed: dict[str, tuple[Holder, Holder, Form]] = {
        "signer": (SIGNER, ROOT, Form()),
        "rsa": (RSA_SIGNER, RSA_ROOT, Form()),
        "big": (BIG_SIGNER, BIG, Form(digest="sha512")),
        "placed": (PLACED, ROOT, Form()),
        "under": (UNDER, ROOT, Form(certificates=[UNDER, MIDDLE])),
        "mute": (NO_LISTS_SIGNER, NO_LISTS, Form()),
        "alone": (ALONE, ALONE, Form()),
        "old": (OLD, ROOT, Form()),
    }
    who, above, form = signed[by]
    info = tst_info(NOTE, time=b"20210101000000Z" if by == "old" else None)
    return mint(who, info, form), above.pem


def kept(*codes: str, beside: bytes = b"", by: str = "signer") -> Kept:
    """codes: a word of REASONS stands for the finding that says it."""
    signed, roots = token(by)
    told = tuple(NOT_SHOWN if code in REASONS else code for code in codes)
    reason = codes[-1] if codes[-1] in REASONS else ""
    return Kept(signed, roots, SIGNER.pem.encode() + beside, told, reason)


def listed(code: str, *data: bytes, by: str = "signer") -> Kept:
    return kept(code, beside=lists(*data), by=by)


def answered(code: str, *data: bytes) -> Kept:
    return kept(code, beside=answers(*data))


def by_root(*entries: bytes, **changed: object) -> bytes:
    return make_list(ROOT, *entries, **changed)  # type: ignore[arg-type]


def answer_of(*args: object, who: Holder = SIGNER, **changed: object) -> bytes:
    """The root's answer about the signer."""
    return answer(ROOT, single(named(ROOT, who), *args, **changed))  # type: ignore[arg-type]


def forged(signature: bytes) -> bytes:
    return signature[:-1] + bytes([signature[-1] ^ 1])


DELTA = extension("2.5.29.27", b"\x02\x01\x01", critical=True)
OTHERS = [entry(n, reason=n % 3) for n in range(1000, 1040)]

SHOWN_BY: dict[str, Callable[[], Kept]] = {
    "a list of the issuer": lambda: listed(SHOWN, by_root()),
    "a list of others": lambda: listed(SHOWN, by_root(*OTHERS)),
    "a list made after the stamp": lambda: listed(SHOWN, by_root(made=SAID + 5 * MINUTE)),
    "a list without end, made after the stamp": lambda: listed(
        SHOWN, by_root(made=SAID + MINUTE, until=None)
    ),
    "a list twice": lambda: listed(SHOWN, by_root(), by_root()),
    "a list of the first version": lambda: listed(SHOWN, by_root(*OTHERS[::3], version=b"")),
    "a list with a number": lambda: listed(
        SHOWN, by_root(extensions=[extension(NUMBER, b"\x02\x01\x05")])
    ),
    "a list with a note that binds nobody": lambda: listed(
        SHOWN, by_root(entry(1000, more=extension("1.2.3.4", b"\x05\x00")),
                       extensions=[extension("1.2.3.4", b"\x05\x00")])
    ),
    "a list by RSA": lambda: listed(SHOWN, make_list(RSA_ROOT), by="rsa"),
    "a list by RSA and SHA-512": lambda: listed(
        SHOWN, make_list(RSA_ROOT, digest="sha512"), by="rsa"
    ),
    "a list by PSS": lambda: listed(SHOWN, make_list(RSA_ROOT, pss=True), by="rsa"),
    "a list by P-384": lambda: listed(SHOWN, make_list(BIG, digest="sha384"), by="big"),
    "the list of its own address": lambda: listed(
        SHOWN, by_root(extensions=[scope(address(ADDRESS))]), by="placed"
    ),
    "a list of those that are no authorities": lambda: listed(
        SHOWN, by_root(extensions=[scope(b"\x81\x01\xff")])
    ),
    "lists of both issuers": lambda: listed(SHOWN, make_list(MIDDLE), by_root(), by="under"),
    "a list of authorities for one": lambda: listed(
        SHOWN, make_list(MIDDLE), by_root(extensions=[scope(b"\x82\x01\xff")]), by="under"
    ),
    "a sound list behind bad ones": lambda: listed(
        SHOWN, b"\x30\x00", by_root(signature=forged), make_list(TWIN, on_list(SIGNER)),
        by_root(until=SAID - HOUR), by_root(),
    ),
    "an answer of the issuer": lambda: answered(SHOWN, answer_of()),
    "an answer without end, made at once": lambda: answered(SHOWN, answer_of(until=None)),
    "an answer that names by SHA-256": lambda: answered(
        SHOWN, answer(ROOT, single(named(ROOT, SIGNER, "sha256")))
    ),
    "an answer about several": lambda: answered(
        SHOWN, answer(ROOT, single(named(ROOT, SIGNER, number=5), gone()), single(named(ROOT, SIGNER)))
    ),
    "an answer of one whom the issuer named": lambda: answered(
        SHOWN, answer(RESPONDER, single(named(ROOT, SIGNER)), certificates=[RESPONDER])
    ),
    "a list and an answer": lambda: kept(
        SHOWN, beside=lists(make_list(MIDDLE)) + answers(answer_of(who=MIDDLE)), by="under"
    ),
    "nothing, for what is trusted by itself": lambda: kept("REVOCATION_TRUSTED", by="alone"),
    "revoked later, as superseded": lambda: listed(
        LATER, by_root(on_list(SIGNER, SAID + DAY, 4), made=SAID + 2 * DAY)
    ),
    "the authority above it revoked later, as it ceased": lambda: listed(
        LATER, make_list(MIDDLE), by_root(on_list(MIDDLE, SAID + DAY, 5), made=SAID + 2 * DAY),
        by="under",
    ),
    "revoked later, and so announced": lambda: listed(
        LATER, by_root(on_list(SIGNER, SAID + DAY, 4))
    ),
    "revoked later, when it ceased": lambda: listed(
        LATER, by_root(on_list(SIGNER, SAID + DAY, 5), made=SAID + 2 * DAY), by_root()
    ),
    "answered as revoked later, as superseded": lambda: answered(
        LATER, answer_of(gone(SAID + DAY, 4), made=SAID + 2 * DAY)
    ),
}  # fmt: skip
"""What shows that no certificate was revoked when the stamp was made."""

GONE_BY: dict[str, Callable[[], Kept]] = {
    "its signer on the list": lambda: listed(GONE, by_root(on_list(SIGNER))),
    "in the stamp's own second": lambda: listed(GONE, by_root(on_list(SIGNER, SAID))),
    "superseded before": lambda: listed(GONE, by_root(on_list(SIGNER, SAID - DAY, 4))),
    "on hold": lambda: listed(GONE, by_root(on_list(SIGNER, SAID - DAY, 6))),
    "among others": lambda: listed(GONE, by_root(*OTHERS, on_list(SIGNER), *OTHERS)),
    "misused since before": lambda: listed(
        GONE, by_root(on_list(SIGNER, SAID + DAY, 4, SAID - DAY), made=SAID + 2 * DAY)
    ),
    "the authority above it on the list": lambda: listed(
        GONE, make_list(MIDDLE), by_root(on_list(MIDDLE)), by="under"
    ),
    "the authority above it, and nothing of the signer": lambda: listed(
        GONE, by_root(on_list(MIDDLE)), by="under"
    ),
    "on a list that has run out": lambda: listed(GONE, by_root(on_list(SIGNER), until=SAID - HOUR)),
    "on a list of some reasons": lambda: listed(
        GONE, by_root(on_list(SIGNER), extensions=[scope(b"\x83\x02\x07\x80")])
    ),
    "on a list of changes": lambda: listed(GONE, by_root(on_list(SIGNER), extensions=[DELTA])),
    "on one of two lists": lambda: listed(
        GONE, by_root(), by_root(on_list(SIGNER), made=SAID - 7 * HOUR)
    ),
    "twice on the list, once harmless": lambda: listed(
        GONE, by_root(on_list(SIGNER, SAID + DAY, 4), on_list(SIGNER))
    ),
    "by an answer": lambda: answered(GONE, answer_of(gone())),
    "by one of two answers": lambda: answered(GONE, answer_of(), answer_of(gone())),
    "by an answer, and not on the list": lambda: kept(
        GONE, beside=lists(by_root()) + answers(answer_of(gone()))
    ),
    "both ways in one answer": lambda: answered(
        GONE, answer(ROOT, single(named(ROOT, SIGNER)), single(named(ROOT, SIGNER), gone()))
    ),
    "by an answer of one whom the issuer named": lambda: answered(
        GONE, answer(RESPONDER, single(named(ROOT, SIGNER), gone()), certificates=[RESPONDER])
    ),
    "later, for no reason": lambda: listed(
        COMPROMISED, by_root(on_list(SIGNER, SAID + DAY), made=SAID + 2 * DAY)
    ),
    "later, its key known to others": lambda: listed(
        COMPROMISED, by_root(on_list(SIGNER, SAID + DAY, 1), made=SAID + 2 * DAY), by_root()
    ),
    "later, the authority's key known to others": lambda: listed(
        COMPROMISED, make_list(MIDDLE), by_root(on_list(MIDDLE, SAID + DAY, 2)), by="under"
    ),
    "later, the authority's key known to others, and nothing of the signer": lambda: listed(
        COMPROMISED, by_root(on_list(MIDDLE, SAID + DAY, 2)), by="under"
    ),
    "later, on hold": lambda: listed(COMPROMISED, by_root(on_list(SIGNER, SAID + DAY, 6))),
    "by an answer, later, for no reason": lambda: answered(
        COMPROMISED, answer_of(gone(SAID + DAY), made=SAID + 2 * DAY)
    ),
}
"""What takes a stamp away."""

"""What is kept beside a stamp and shows nothing about its certificates, by name."""

from __future__ import annotations

from collections.abc import Callable

from tests.evidence.seal.tsa import der
from tests.packages.list_trials import (
    ANSWERING,
    DELTA,
    MIDDLE,
    MINUTE,
    NO_LISTS,
    NOT_SHOWN,
    OTHERS,
    RESPONDER,
    TWIN,
    Kept,
    answer_of,
    answered,
    by_root,
    forged,
    kept,
    listed,
)
from tests.packages.listing import (
    DAY,
    HOUR,
    NUMBER,
    SAID,
    UNKNOWN,
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
    pem,
    pss_scheme,
    scheme,
    scope,
    single,
)
from tests.packages.minting import certify, oid, sequence
from tests.packages.token_trials import ROOT, RSA_ROOT, RSA_SIGNER, SIGNER, STRANGER

NOT_KEPT, UNREADABLE, OTHER, OUTDATED, PARTIAL, UNCHECKED = (
    "NOT_KEPT", "UNREADABLE", "OTHER_ISSUER", "OUTDATED", "PARTIAL", "UNCHECKED",
)  # fmt: skip
STRANGE = extension("1.2.3.4", b"\x05\x00", critical=True)
INDIRECT = scope(b"\x84\x01\xff")
OF_OTHERS = extension(
    "2.5.29.29", sequence(der(0xA4, STRANGER.certificate.subject.public_bytes())), critical=True
)
JUNK = b"\x30\x82\x01\x00" + bytes(40)


def unread(beside: bytes) -> Kept:
    """The file beside the stamp has not the form of one."""
    return kept("ANCHOR_FORMAT", UNREADABLE, beside=beside)


def responder(**changed: object) -> bytes:
    """An answer by somebody the root may or may not have named for it."""
    issuer = changed.pop("issuer", ROOT)
    one = certify("Penjawab", issuer, **changed)  # type: ignore[arg-type]
    return answer(one, single(named(ROOT, SIGNER)), certificates=[one])


LIST_ATTACKS: dict[str, Callable[[], Kept]] = {
    # Nothing, or of somebody else.
    "nothing but the chain": lambda: kept(NOT_KEPT),
    "a list of the signer's issuer alone": lambda: listed(NOT_KEPT, make_list(MIDDLE), by="under"),
    "a list of the upper issuer alone": lambda: listed(NOT_KEPT, by_root(), by="under"),
    "a list of another issuer": lambda: listed(OTHER, make_list(STRANGER)),
    "another issuer's list with its number": lambda: listed(
        OTHER, make_list(STRANGER, on_list(SIGNER))
    ),
    "a list by another of the same name": lambda: listed(OTHER, make_list(TWIN)),
    "a list by another of the same name with its number": lambda: listed(
        OTHER, make_list(TWIN, on_list(SIGNER))
    ),
    "a list in the issuer's name": lambda: listed(
        OTHER, make_list(STRANGER, issuer=ROOT.certificate.subject)
    ),
    "a list by the signer itself": lambda: listed(
        OTHER, make_list(SIGNER, issuer=ROOT.certificate.subject)
    ),
    "a forged signature": lambda: listed(OTHER, by_root(signature=forged)),
    "a forged signature over its number": lambda: listed(
        OTHER, by_root(on_list(SIGNER), signature=forged)
    ),
    "a signature that is none": lambda: listed(OTHER, by_root(signature=lambda _: b"\x05\x00")),
    "an RSA signature with more behind it": lambda: listed(
        OTHER, make_list(RSA_ROOT, signature=lambda s: s + b"\0"), by="rsa"
    ),
    "an RSA signature over its number with more behind it": lambda: listed(
        OTHER, make_list(RSA_ROOT, on_list(RSA_SIGNER), signature=lambda s: s + b"lagi"), by="rsa"
    ),
    "an RSA signature without its first zero": lambda: listed(
        OTHER, make_list(RSA_ROOT, signature=lambda s: s[1:]), by="rsa"
    ),
    "an issuer that may sign no lists": lambda: listed(OTHER, make_list(NO_LISTS), by="mute"),
    "a list by SHA-1": lambda: listed(UNCHECKED, make_list(RSA_ROOT, digest="sha1"), by="rsa"),
    "a list by PSS with another hash in its mask": lambda: listed(
        UNCHECKED,
        make_list(RSA_ROOT, pss=True, algorithm=pss_scheme("sha256", 32, below="sha384")), by="rsa",
    ),
    "another kind of signature than the key's": lambda: listed(
        OTHER, by_root(algorithm=scheme(RSA_ROOT, "sha256"))
    ),
    # A part.
    "a list of changes": lambda: listed(PARTIAL, by_root(extensions=[DELTA])),
    "a list of changes that takes it off": lambda: listed(
        PARTIAL, by_root(on_list(SIGNER, SAID - DAY, 8), extensions=[DELTA])
    ),
    "a list of some reasons": lambda: listed(
        PARTIAL, by_root(extensions=[scope(b"\x83\x02\x07\x80")])
    ),
    "a list for several issuers": lambda: listed(PARTIAL, by_root(extensions=[INDIRECT])),
    "a list for several issuers with its number": lambda: listed(
        PARTIAL, by_root(on_list(SIGNER), extensions=[INDIRECT])
    ),
    "a list of attributes": lambda: listed(PARTIAL, by_root(extensions=[scope(b"\x85\x01\xff")])),
    "a list of authorities": lambda: listed(PARTIAL, by_root(extensions=[scope(b"\x82\x01\xff")])),
    "a list of those that are no authorities, for one": lambda: listed(
        PARTIAL, make_list(MIDDLE), by_root(extensions=[scope(b"\x81\x01\xff")]), by="under"
    ),
    "the list of another address": lambda: listed(
        PARTIAL, by_root(extensions=[scope(address("http://daftar.test/2.crl"))]), by="placed"
    ),
    "the list of an address, for one without": lambda: listed(
        PARTIAL, by_root(extensions=[scope(address("http://daftar.test/1.crl"))])
    ),
    "revoked later, by a list of some reasons": lambda: listed(
        PARTIAL,
        by_root(
            on_list(SIGNER, SAID + DAY, 4), made=SAID + 2 * DAY,
            extensions=[scope(b"\x83\x02\x07\x80")],
        ),
    ),
    # Another time.
    "revoked later, as a list announced that has run out": lambda: listed(
        OUTDATED, by_root(on_list(SIGNER, SAID + DAY, 4), made=SAID - 3 * DAY, until=SAID - DAY)
    ),
    "revoked later, as an answer announced that has run out": lambda: answered(
        OUTDATED, answer_of(gone(SAID + DAY, 4), made=SAID - 3 * DAY, until=SAID - DAY)
    ),
    "a list that has run out": lambda: listed(OUTDATED, by_root(until=SAID - HOUR)),
    "a list that ends with the stamp": lambda: listed(OUTDATED, by_root(until=SAID)),
    "a list of the next day": lambda: listed(OUTDATED, by_root(made=SAID + DAY, until=at(2027))),
    "a list of eleven minutes later": lambda: listed(OUTDATED, by_root(made=SAID + 11 * MINUTE)),
    "an old list without end": lambda: listed(OUTDATED, by_root(until=None)),
    "a list made when the certificate had ended": lambda: listed(
        OUTDATED, by_root(made=at(2021) + 6 * MINUTE), by="old"
    )._replace(codes=("STAMP_EXPIRED", NOT_SHOWN)),
    "a list that ends before it begins": lambda: listed(
        OUTDATED, by_root(made=SAID + 5 * MINUTE, until=SAID + MINUTE)
    ),
    # Conditions that are not understood, and no list at all.
    "a condition nobody knows": lambda: listed(UNREADABLE, by_root(extensions=[STRANGE])),
    "a number that binds": lambda: listed(
        UNREADABLE, by_root(extensions=[extension(NUMBER, b"\x02\x01\x05", critical=True)])
    ),
    "a condition of another's entry": lambda: listed(
        UNREADABLE, by_root(entry(1000, more=STRANGE), on_list(SIGNER))
    ),
    "a condition of its own entry": lambda: listed(
        UNREADABLE, by_root(entry(SIGNER.certificate.serial_number, more=STRANGE))
    ),
    "an entry of another issuer": lambda: listed(
        UNREADABLE, by_root(entry(1000, more=OF_OTHERS), extensions=[INDIRECT])
    ),
    "a condition twice": lambda: listed(
        UNREADABLE, by_root(extensions=[scope(b"\x81\x01\xff"), scope(b"\x81\x01\xff")])
    ),
    "another condition inside than a condition": lambda: listed(
        UNREADABLE, by_root(extensions=[scope(b"\x04\x01\xff")])
    ),
    "a list of a later version": lambda: listed(UNREADABLE, by_root(version=b"\x02\x01\x02")),
    "conditions in a list of the first version": lambda: listed(
        UNREADABLE, by_root(version=b"", extensions=[extension(NUMBER, b"\x02\x01\x05")])
    ),
    "another algorithm inside than outside": lambda: listed(
        UNREADABLE, by_root(inner=scheme(ROOT, "sha384"))
    ),
    "a byte left over": lambda: listed(UNREADABLE, by_root() + b"\0"),
    "half a list": lambda: listed(UNREADABLE, by_root(*OTHERS)[:300]),
    "a part of a second": lambda: listed(
        UNREADABLE, by_root(made=der(0x18, b"20261122150600.5Z"))
    ),
    "a time before there were any": lambda: listed(
        UNREADABLE, by_root(made=der(0x18, b"19491122150600Z"))
    ),
    "no time at all": lambda: listed(UNREADABLE, by_root(made=der(0x18, b"20261322150600Z"))),
    "an entry that is none": lambda: listed(UNREADABLE, by_root(b"\x04\x02ab", *OTHERS)),
    "an entry without a date": lambda: listed(
        UNREADABLE,
        by_root(sequence(der(2, SIGNER.certificate.serial_number.to_bytes(20, "big").lstrip(b"\0")))),
    ),
    "junk as a list": lambda: listed(UNREADABLE, JUNK),
    "junk beside a list of another issuer": lambda: listed(
        UNREADABLE, JUNK, make_list(STRANGER)
    ),
    "an empty value as a list": lambda: listed(UNREADABLE, b"\x30\x00"),
    "a list with conditions by the ten thousand": lambda: listed(
        UNREADABLE, by_root(extensions=[extension(f"1.2.{n}", b"\x05\x00") for n in range(9000)])
    ),
    # The file.
    "text before the blocks": lambda: unread(b"hello\n" + lists(by_root())),
    "a block without end": lambda: unread(lists(by_root())[:-30]),
    "a letter more": lambda: unread(lists(by_root())[:-1] + b"x"),
    "a block that ends as another": lambda: unread(
        lists(by_root()).replace(b"END X509 CRL", b"END CERTIFICATE")
    ),
    "a block of another kind": lambda: unread(pem("PRIVATE KEY", b"\x30\x00")),
    "lines that end otherwise": lambda: unread(lists(by_root()).replace(b"\n", b"\r\n")),
    "base64 of another spelling": lambda: unread(
        b"-----BEGIN X509 CRL-----\nMAB=\n-----END X509 CRL-----\n"
    ),
    "an empty block": lambda: unread(b"-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n"),
    "too many blocks": lambda: unread(lists(*[by_root()] * 64)),
    # Answers.
    "an answer that does not know it": lambda: answered("UNKNOWN", answer_of(UNKNOWN)),
    "an answer about another number": lambda: answered(
        OTHER, answer(ROOT, single(named(ROOT, SIGNER, number=5)))
    ),
    "an answer about another issuer's": lambda: answered(
        OTHER, answer(ROOT, single(named(TWIN, SIGNER)))
    ),
    "an answer about nobody": lambda: answered(OTHER, answer(ROOT)),
    "an answer by a stranger": lambda: answered(OTHER, answer(STRANGER, single(named(ROOT, SIGNER)))),
    "an answer by a stranger in the issuer's name": lambda: answered(
        OTHER,
        answer(
            STRANGER, single(named(ROOT, SIGNER)),
            responder=der(0xA1, ROOT.certificate.subject.public_bytes()),
        ),
    ),
    "an answer by one with no such purpose": lambda: answered(OTHER, responder()),
    "an answer by one whom another issuer named": lambda: answered(
        OTHER, responder(issuer=STRANGER, extensions=ANSWERING)
    ),
    "an answer by one whose time is over": lambda: answered(
        OTHER, responder(extensions=ANSWERING, until=at(2026))
    ),
    "an answer by one who says to be another": lambda: answered(
        OTHER,
        answer(
            RESPONDER, single(named(ROOT, SIGNER)), certificates=[RESPONDER],
            responder=der(0xA2, der(4, bytes(20))),
        ),
    ),
    "an answer by one who is not shown": lambda: answered(
        OTHER, answer(RESPONDER, single(named(ROOT, SIGNER)))
    ),
    "a forged answer": lambda: answered(
        OTHER, answer(ROOT, single(named(ROOT, SIGNER)), signature=forged)
    ),
    "a forged answer that revokes": lambda: answered(
        OTHER, answer(ROOT, single(named(ROOT, SIGNER), gone()), signature=forged)
    ),
    "an answer that has run out": lambda: answered(
        OUTDATED, answer_of(made=SAID - DAY, until=SAID - HOUR)
    ),
    "an old answer without end": lambda: answered(OUTDATED, answer_of(made=SAID - DAY, until=None)),
    "an answer of the next day": lambda: answered(
        OUTDATED, answer_of(made=SAID + DAY, until=SAID + 2 * DAY)
    ),
    "an answer with a condition": lambda: answered(UNREADABLE, answer_of(more=STRANGE)),
    "an answer that says more than good": lambda: answered(
        UNREADABLE, answer_of(b"\x80\x01\x00")
    ),
    "answers with a condition": lambda: answered(
        UNREADABLE, answer(ROOT, single(named(ROOT, SIGNER)), extensions=[STRANGE])
    ),
    "no answer, try later": lambda: answered(
        UNREADABLE, answer(ROOT, single(named(ROOT, SIGNER)), status=b"\x0a\x01\x03")
    ),
    "an answer of another kind": lambda: answered(
        UNREADABLE, answer(ROOT, single(named(ROOT, SIGNER)), kind="1.2.3.4")
    ),
    "a list where an answer belongs": lambda: answered(UNREADABLE, by_root()),
    "an answer where a list belongs": lambda: kept(UNREADABLE, beside=lists(answer_of())),
    "an answer with a stranger's certificate that is none": lambda: answered(
        UNREADABLE,
        answer(ROOT, single(named(ROOT, SIGNER))).replace(oid("1.3.6.1.5.5.7.48.1.1"), b"\5\0", 1),
    ),
    "an answer and a list, neither of which is current": lambda: kept(
        OUTDATED, beside=lists(by_root(until=SAID - HOUR)) + answers(answer_of(UNKNOWN))
    ),
}  # fmt: skip

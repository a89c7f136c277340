"""Tokens with one thing wrong in them are no time stamps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evidence.verify.verify import Case, Head, Trust, check_stamp
from tests.packages.minting import SOUND, Form, Holder, mint, root, signer, tst_info

NOTE = b"bawaslu.test/jejak\n4\nAAAA\n\n"
ROOT = root()
SIGNER = signer(ROOT)


def judged(token: bytes, roots: str = ROOT.pem) -> str:
    """What verify.py says of a token over the note: `good` or a finding's code."""
    case = Case("/", Trust("log", (), tsas=(("TSA Uji", roots),)))
    case.small["token"] = token
    check_stamp(case, "token", Head("log", 4, b"", NOTE))
    return ", ".join(sorted(f.code for f in case.findings)) or "good"


def good(by: Holder = SIGNER, form: Form = SOUND, **info: object) -> bytes:
    return mint(by, tst_info(NOTE, **info), form)  # type: ignore[arg-type]


ATTACKS: dict[str, Callable[[], bytes]] = {
    "a byte left over": lambda: good(form=Form(answer=lambda whole: whole + b"\0")),
    "a length not in its shortest form": lambda: good(
        form=Form(answer=lambda whole: whole[:1] + b"\x83\0" + whole[2:])
    ),
    "refused, with the words of another fault": lambda: good(
        form=Form(status=b"\x02\x01\x02\x30\x14\x0c\x12issuer certificate")
    ),
    "another digest than SHA-256": lambda: good(digest="sha512"),
    "a time before the signer's certificate": lambda: good(time=b"20101122000000Z"),
    "signed for another purpose": lambda: good(
        form=Form(attributes=lambda found: {**found, "1.2.840.113549.1.9.3": b"\x06\x01\x2a"})
    ),
}


def test_a_token_with_nothing_wrong_is_good() -> None:
    assert judged(good()) == "good"


@pytest.mark.parametrize("name", ATTACKS)
def test_a_token_with_one_thing_wrong_is_invalid(name: str) -> None:
    assert judged(ATTACKS[name]()) == "STAMP_INVALID"

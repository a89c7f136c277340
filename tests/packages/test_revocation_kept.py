"""What is kept beside a stamp says whether its certificates were revoked, to both verifiers alike."""

from __future__ import annotations

import base64
import functools
import importlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.verify.verify import (
    REASONS,
    Case,
    Head,
    Stamp,
    Token,
    Trust,
    check_stamp,
    read_published,
    revocation_of,
    revocation_words,
    tell_revocation,
)
from tests.evidence.seal.tsa import der
from tests.packages.browser import open_page
from tests.packages.list_attacks import LIST_ATTACKS
from tests.packages.list_trials import GONE_BY, NOT_SHOWN, SHOWN_BY, Kept, by_root, listed
from tests.packages.listing import DAY, HOUR, entry, lists, on_list
from tests.packages.minting import SAID, Form, certify, mint, tst_info
from tests.packages.token_trials import NOTE, ROOT, SIGNER

TRIALS = {**SHOWN_BY, **GONE_BY, **LIST_ATTACKS}
TAKEN = ("STAMP_REVOKED", "STAMP_COMPROMISED")
PLACE = "data/proofs/anchors/4/0"
JUDGE = """async (trials) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const found = [];
  for (const [place, note, token, beside, pem, now] of trials) {
    const pems = pem.split(/-----[A-Z ]+-----/).map((p) => p.replace(/\\n/g, "")).filter(Boolean);
    const judged = new jejak.Case([], { tsas: [{ name: "TSA Uji", pems }] }, crypto.subtle, () => {}, now);
    judged.kept.set(`${place}.tsr`, bytes(token));
    judged.kept.set(`${place}.pem`, bytes(beside));
    jejak.readPublished(judged, new Map([[4, ["0.pem", "0.tsr"]]]));
    await jejak.checkStamp(judged, `${place}.tsr`, { size: 4, note: bytes(note) });
    jejak.tellRevocation(judged);
    found.push([judged.findings.map((f) => [f.code, f.severity, f.path, f.id, f.en]),
      judged.stamps.map((s) => [s.revocation, s.listed])]);
  }
  return found;
}"""
Judged = tuple[list[list[str]], list[list[Any]]]


@pytest.fixture(scope="module", autouse=True)
def _stamps_asked_once() -> Iterator[None]:
    """Whether a token holds depends on it and its roots alone, and is not the question here."""
    module = importlib.import_module("evidence.verify.verify")
    asked: dict[tuple[bytes, str], str] = {}
    real = module.ask_openssl

    def remembered(case: Any, path: str, head: Any, roots: str, moment: float) -> str:
        question = case.small[path], roots
        if question not in asked:
            asked[question] = real(case, path, head, roots, moment)
        return asked[question]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ask_openssl", remembered)
        yield


def judged(trial: Kept) -> Judged:
    """What verify.py says of a stamp and what lies beside it."""
    case = Case("/", Trust("log", (), tsas=(("TSA Uji", trial.roots),)))
    case.small.update({f"{PLACE}.tsr": trial.token, f"{PLACE}.pem": trial.pem})
    read_published(case, {4: ["0.pem", "0.tsr"]})
    check_stamp(case, f"{PLACE}.tsr", Head("log", 4, b"", NOTE))
    tell_revocation(case)
    return [list(f) for f in case.findings], [[s.revocation, s.listed] for s in case.stamps]


@functools.cache
def trial(name: str) -> Kept:
    return TRIALS[name]()


@functools.cache
def by_openssl(name: str) -> Judged:
    return judged(trial(name))


@pytest.mark.parametrize("name", TRIALS)
def test_what_is_kept_of_revocation_says_what_it_shows_and_no_more(name: str) -> None:
    findings, stamps = by_openssl(name)

    codes = tuple(finding[0] for finding in findings)
    assert codes == trial(name).codes
    if trial(name).reason:
        assert stamps[0][0] == trial(name).reason
        assert told_reason(findings[-1]) == REASONS[trial(name).reason]
    assert len(stamps) == (codes[-1] not in TAKEN)


def told_reason(finding: list[str]) -> tuple[str, ...]:
    """The end of both sentences."""
    return tuple(text.rsplit(": ", 1)[1] for text in finding[3:])


def as_page(one: Kept) -> list[Any]:
    texts = [base64.b64encode(part).decode() for part in (NOTE, one.token, one.pem)]
    return [PLACE, *texts, one.roots, time.time()]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with open_page() as opened:
        yield opened


@pytest.mark.browser
def test_the_page_says_the_same_of_everything_that_is_kept(page: Any) -> None:
    said = page.evaluate(JUDGE, [as_page(trial(name)) for name in TRIALS])
    expected = [by_openssl(name) for name in TRIALS]

    unlike = {
        name: (mine, theirs)
        for name, mine, theirs in zip(TRIALS, expected, said, strict=True)
        if [mine[0], mine[1]] != theirs
    }
    assert unlike == {}
    assert len(GONE_BY) + len(LIST_ATTACKS) >= 90


def several(*stamps: Kept) -> Judged:
    """What verify.py says of several stamps over one head, each with its own file beside it."""
    case = Case("/", Trust("log", (), tsas=(("TSA Uji", stamps[0].roots),)))
    names = []
    for number, one in enumerate(stamps):
        names += [f"{number}.pem", f"{number}.tsr"]
        case.small.update(
            {f"{PLACE[:-1]}{number}.tsr": one.token, f"{PLACE[:-1]}{number}.pem": one.pem}
        )
    read_published(case, {4: sorted(names)})
    for number in range(len(stamps)):
        check_stamp(case, f"{PLACE[:-1]}{number}.tsr", Head("log", 4, b"", NOTE))
    tell_revocation(case)
    return [list(f) for f in case.findings], [[s.revocation, s.listed] for s in case.stamps]


def test_a_list_beside_one_stamp_takes_away_another() -> None:
    """The one kept later says what was not known when the first was made."""
    first, later = trial("a list of the issuer"), trial("later, its key known to others")

    findings, stamps = several(first, later)

    assert [(f[0], f[2][-5:]) for f in findings] == [
        ("STAMP_COMPROMISED", "0.tsr"),
        ("STAMP_COMPROMISED", "1.tsr"),
    ]
    assert stamps == []


def test_stamps_of_which_the_same_is_shown_are_one_finding() -> None:
    shown, bare = trial("a list of the issuer"), trial("nothing but the chain")
    alone = trial("nothing, for what is trusted by itself")

    findings, stamps = several(shown, bare, shown)

    # The list beside the first speaks of all three: they are of one signer and one time.
    assert [(f[0], f[4][:8]) for f in findings] == [("REVOCATION_SHOWN", "3 stamps")]
    assert len(stamps) == 3
    assert "REVOCATION_TRUSTED" in [f[0] for f in judged(alone)[0]]


def test_what_takes_a_stamp_away_is_told_with_number_and_date() -> None:
    """Of several entries the earliest."""
    twice = by_root(on_list(SIGNER, SAID - DAY), on_list(SIGNER, SAID - 2 * DAY, 4))

    ((_code, _severity, _path, indonesian, english),) = judged(listed("", twice))[0]

    number = SIGNER.certificate.serial_number
    content = number.to_bytes(number.bit_length() // 8 + 1, "big").hex()
    for text in (indonesian, english):
        assert content in text
        assert f"{SAID - 2 * DAY:%Y-%m-%dT%H:%M:%SZ}" in text


def test_of_several_lists_that_show_it_the_newest_is_told() -> None:
    dates = [SAID - 3 * HOUR, SAID - HOUR, SAID - 2 * HOUR]

    findings, stamps = judged(listed("", *[by_root(made=made) for made in dates]))

    assert [f[0] for f in findings] == ["REVOCATION_SHOWN"]
    assert stamps == [["SHOWN", (SAID - HOUR).timestamp()]]


def test_a_signer_that_is_not_there_is_not_trusted_by_itself() -> None:
    case = Case("/", Trust("log", ()))

    said = revocation_of(case, f"{PLACE}.tsr", Token(0.0, (b"", b""), ()), ROOT.pem)

    assert said.word == "NOT_KEPT"


def test_a_stamp_that_is_trusted_by_itself_needs_no_list_in_the_verdict() -> None:
    case = Case("/", Trust("log", ()))
    case.stamps = [Stamp(4, 0.0, "TSA", revocation="TRUSTED")]

    assert revocation_words(case) == ("", "")


FAKE = """#!/bin/sh
case "$1" in {refused}) echo "{said}"; exit 1;; esac
exec {real} "$@"
"""


def another_openssl(folder: Path, patch: pytest.MonkeyPatch, refused: str, said: str) -> None:
    """A program of this name that knows less."""
    real = shutil.which("openssl")
    (folder / "openssl").write_text(FAKE.format(refused=refused, said=said, real=real))
    (folder / "openssl").chmod(0o755)
    patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("refused", "said", "reason"),
    [
        ("verify", "verify: Option unknown option -partial_chain", "UNCHECKED"),
        ("verify", "usage: verify [-CAfile file]", "UNCHECKED"),
        ("verify", "error 44 at 0 depth lookup: Different CRL scope", "DISAGREE"),
        ("dgst", "dgst: Unrecognized flag verify", "NO_ISSUER"),
        ("verify|dgst", "", "NO_ISSUER"),
    ],
)
def test_an_openssl_that_knows_less_is_said_and_shows_nothing(
    refused: str, said: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_openssl(tmp_path, monkeypatch, refused, said)

    findings, stamps = judged(trial("a list of the issuer"))

    assert [f[0] for f in findings] == [NOT_SHOWN]
    assert [s[0] for s in stamps] == [reason]


def test_an_openssl_without_answers_is_said_and_shows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_openssl(tmp_path, monkeypatch, "ocsp", "Invalid command 'ocsp'; type help")

    findings, stamps = judged(trial("an answer of the issuer"))

    assert [f[0] for f in findings] == [NOT_SHOWN]
    assert [s[0] for s in stamps] == ["UNCHECKED"]


OTHERS = b"".join(entry(n, reason=4) for n in range(1 << 30, (1 << 30) + 1000))
SPREAD = """async ([trial, parts, others]) => {
  const chunks = parts.flatMap((part, i) => (i ? [...Array(200).fill(others), part] : [part])).map(atob);
  const lines = btoa(chunks.join("")).replace(/.{1,64}/g, "$&\\n");
  trial[3] = btoa(`-----BEGIN X509 CRL-----\\n${lines}-----END X509 CRL-----\\n`);
  const begun = performance.now(), [found] = await (JUDGE)([trial]);
  return [found[0].map(([code]) => code), performance.now() - begun];
}""".replace("JUDGE", JUDGE)


@functools.cache
def huge() -> tuple[bytes, bytes]:
    """Lists of 200,000 others, and of one more: the stamp's signer."""
    return by_root(*[OTHERS] * 200), by_root(*[OTHERS] * 200, on_list(SIGNER))


def test_a_list_of_two_hundred_thousand_is_read_in_seconds() -> None:
    begun = time.process_time()

    bare = trial("nothing but the chain")
    said = [[f[0] for f in judged(bare._replace(pem=lists(data)))[0]] for data in huge()]

    assert said == [["REVOCATION_SHOWN"], ["STAMP_REVOKED"]]
    # Both together take 1.2 s on a quiet machine, without what openssl takes.
    assert time.process_time() - begun < 10


@pytest.mark.browser
def test_a_list_of_two_hundred_thousand_is_read_in_the_page_too(page: Any) -> None:
    """The list is put together in the page: it takes longer to be carried there than to be read."""
    said = []
    for data in huge():
        ends = [base64.b64encode(part).decode() for part in data.split(OTHERS * 200)]
        others = base64.b64encode(OTHERS).decode()
        said.append(page.evaluate(SPREAD, [as_page(trial("nothing but the chain")), ends, others]))

    assert [codes for codes, _ms in said] == [["REVOCATION_SHOWN"], ["STAMP_REVOKED"]]
    assert max(ms for _codes, ms in said) < 15_000


def test_a_token_of_a_million_tiny_values_is_refused_at_once() -> None:
    signed = trial("a list of the issuer")
    tiny = der(0x30, b"\x05\x00" * 500_000)
    begun = time.process_time()

    found = judged(signed._replace(token=signed.token[:-1] + tiny))
    alone = judged(signed._replace(token=tiny))

    assert [f[0] for f in found[0] + alone[0]] == ["STAMP_INVALID"] * 2
    assert time.process_time() - begun < 1


def test_a_token_with_certificates_by_the_dozen_is_refused() -> None:
    crowd = [certify(f"Orang {n}", ROOT, key=SIGNER.key) for n in range(16)]
    token = mint(SIGNER, tst_info(NOTE), Form(certificates=[SIGNER, *crowd]))
    few = mint(SIGNER, tst_info(NOTE), Form(certificates=[SIGNER, *crowd[1:]]))
    signed = trial("a list of the issuer")

    assert [f[0] for f in judged(signed._replace(token=token))[0]] == ["STAMP_INVALID"]
    assert [f[0] for f in judged(signed._replace(token=few))[0]] == ["REVOCATION_SHOWN"]

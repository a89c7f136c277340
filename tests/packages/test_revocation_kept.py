"""What is kept beside a stamp says whether its certificates were revoked, to both verifiers alike."""

from __future__ import annotations

import base64
import functools
import importlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from evidence.verify.verify import (
    Case,
    Head,
    Trust,
    check_stamp,
    read_published,
    tell_revocation,
)
from tests.packages.browser import open_page
from tests.packages.list_attacks import LIST_ATTACKS
from tests.packages.list_trials import GONE_BY, SHOWN_BY, Kept
from tests.packages.token_trials import NOTE

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
    assert len(stamps) == (codes[-1] not in TAKEN)


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

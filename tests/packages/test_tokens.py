"""Tokens with one thing wrong in them are no time stamps, for either verifier."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from evidence.verify.verify import Case, Head, Trust, check_stamp, read_der
from tests.evidence.seal.tsa import der
from tests.packages.browser import open_page
from tests.packages.minting import SAID, Form, certificate_v1, mint, signer, tst_info
from tests.packages.token_attacks import TOKEN_ATTACKS
from tests.packages.token_trials import (
    NOTE,
    ROOT,
    RSA_ROOT,
    RSA_SIGNER,
    SIGNER,
    SOUND_TOKENS,
    Trial,
    sound,
)

Judge = Callable[[Trial], tuple[list[str], list[float]]]
JUDGE = """async ([token, note, pem, now]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const pems = pem.split(/-----[A-Z ]+-----/).map((p) => p.replace(/\\n/g, "")).filter(Boolean);
  const judged = new jejak.Case([], { tsas: [{ name: "TSA Uji", pems }] }, crypto.subtle, () => {}, now);
  judged.kept.set("token", bytes(token));
  try { await jejak.checkStamp(judged, "token", { size: 4, note: bytes(note) }); }
  catch (error) { return [[`raised ${error}`], []]; }
  return [judged.findings.map((f) => f.code), judged.stamps.map((s) => s.time)];
}"""


def by_openssl(trial: Trial) -> tuple[list[str], list[float]]:
    """What verify.py says of a token: codes, and the time if it counts."""
    case = Case("/", Trust("log", (), tsas=(("TSA Uji", trial.roots),)))
    case.small["token"] = trial.token
    check_stamp(case, "token", Head("log", 4, b"", NOTE))
    return [f.code for f in case.findings], [s.time for s in case.stamps]


@pytest.fixture(scope="module")
def by_page() -> Iterator[Judge]:
    """What verify.html says of a token."""
    with open_page() as page:

        def judge(trial: Trial, now: float | None = None) -> tuple[list[str], list[float]]:
            parts = [base64.b64encode(part).decode() for part in (trial.token, NOTE)]
            moment = now or datetime.now(UTC).timestamp()
            codes, times = page.evaluate(JUDGE, [*parts, trial.roots, moment])
            return codes, times

        yield judge


@pytest.mark.parametrize("name", SOUND_TOKENS)
def test_a_sound_token_holds(name: str) -> None:
    codes, times = by_openssl(SOUND_TOKENS[name]())

    assert codes == []
    assert len(times) == 1


@pytest.mark.parametrize("name", TOKEN_ATTACKS)
def test_a_token_with_one_thing_wrong_does_not_count(name: str) -> None:
    trial = TOKEN_ATTACKS[name]()

    assert by_openssl(trial) == ([trial.code], [])


@pytest.mark.browser
def test_the_page_takes_and_refuses_the_same_tokens(by_page: Judge) -> None:
    found = {}
    for name, make in {**SOUND_TOKENS, **TOKEN_ATTACKS}.items():
        trial = make()
        codes, times = by_page(trial)
        if codes != ([trial.code] if trial.code else []) or bool(times) is bool(trial.code):
            found[name] = codes

    assert len(TOKEN_ATTACKS) >= 60
    assert found == {}


@pytest.mark.browser
def test_a_stamp_outlives_its_certificate_in_the_page(by_page: Any) -> None:
    years_on = SAID.timestamp() + 20 * 365 * 86400

    assert by_page(sound(), now=years_on) == (["STAMP_EXPIRED"], [SAID.timestamp()])


@pytest.mark.browser
def test_what_webcrypto_cannot_compute_is_said_and_does_not_count(by_page: Judge) -> None:
    old = sound(form=Form(digest="sha1"))

    assert by_openssl(old) == ([], [SAID.timestamp()])
    assert by_page(old) == (["STAMP_UNCHECKED"], [])


def twisted(value: Any, rng: random.Random) -> bytes:
    """A DER value, still DER, with one part of it changed, dropped, doubled or moved."""
    parts = [part.whole for part in value.parts]
    if not parts:
        content = bytearray(value.content or b"\0")
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        return der(
            value.tag if rng.random() < 0.9 else rng.choice([2, 3, 4, 5, 6, 12, 23]), content
        )
    place = rng.randrange(len(parts))
    match rng.randrange(8):
        case 0:
            del parts[place]
        case 1:
            parts.append(parts[place])
        case _:
            parts[place] = twisted(value.parts[place], rng)
    if value.tag in (0x31, 0xA0, 0xA1):
        parts.sort()
    return der(value.tag, b"".join(parts))


def compare_mutants(judge: Judge, mutants: int, seed: int) -> int:
    """The number of mutants that both take; neither takes one that the other refuses."""
    rng = random.Random(seed)
    named = Form(
        attributes=lambda found: {**found, "1.2.840.113549.1.9.16.2.12": certificate_v1(by)}
    )
    by = signer(RSA_ROOT, key=RSA_SIGNER.key)
    bases = [
        (mint(SIGNER, tst_info(NOTE)), ROOT.pem),
        (mint(by, tst_info(NOTE), named), RSA_ROOT.pem),
    ]
    taken = 0
    for number in range(mutants):
        whole, roots = bases[number % 2]
        place = rng.randrange(len(whole))
        flipped = whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :]
        mutant = Trial(flipped if number % 4 < 2 else twisted(read_der(whole)[0], rng), roots)
        times = by_openssl(mutant)[1]

        assert judge(mutant)[1] == times, (seed, number)
        assert times in ([], [SAID.timestamp()])
        taken += bool(times)
    return taken


@pytest.mark.browser
def test_mutants_are_taken_by_both_or_by_none(by_page: Judge) -> None:
    """What nobody signed may change, so some are taken; a package's description answers for that."""
    assert compare_mutants(by_page, 60, 11) < 20


@pytest.mark.browser
@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_thousands_of_mutants_are_taken_by_both_or_by_none(by_page: Judge) -> None:
    taken = compare_mutants(by_page, 20_000, 12)
    print(f"20000 tokens, {taken} taken by both")

"""Lists and answers that nobody, or their issuer himself, has changed: both verifiers judge alike."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from typing import Any

import pytest

from evidence.verify.verify import read_der
from tests.evidence.seal.tsa import der
from tests.packages.browser import open_page
from tests.packages.list_trials import ADDRESS, OTHERS, Kept, by_root
from tests.packages.listing import (
    BASIC,
    DAY,
    HOUR,
    NUMBER,
    address,
    answer,
    answers,
    extension,
    gone,
    lists,
    named,
    on_list,
    pem,
    scope,
    single,
)
from tests.packages.minting import SAID, oid, sequence, sign
from tests.packages.test_revocation_kept import (
    JUDGE,
    _stamps_asked_once,  # noqa: F401 (a fixture that every test here uses)
    as_page,
    judged,
    trial,
)
from tests.packages.test_tokens import twisted
from tests.packages.token_trials import ROOT, SIGNER


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with open_page() as opened:
        yield opened


MUTATED = {
    name: f"-----BEGIN {label}-----\n".encode()
    for name, label in (
        ("a list of others", "X509 CRL"),
        ("an answer of one whom the issuer named", "OCSP RESPONSE"),
        ("its signer on the list", "X509 CRL"),
    )
}


def mutants(count: int, seed: int) -> Iterator[tuple[str, Kept]]:
    """What is kept, with one bit of its DER turned."""
    rng = random.Random(seed)
    for number in range(count):
        name = list(MUTATED)[number % len(MUTATED)]
        one = trial(name)
        chain, begin, text = one.pem.partition(MUTATED[name])
        label = begin.decode().strip("-\n")[len("BEGIN ") :]
        data = bytearray(base64.b64decode(b"".join(text.splitlines()[:-1])))
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield name, one._replace(pem=chain + pem(label, bytes(data)))


def compare_mutants(page: Any, count: int, seed: int) -> None:
    made = list(mutants(count, seed))
    said = page.evaluate(JUDGE, [as_page(one) for _, one in made])
    for (name, one), theirs in zip(made, said, strict=True):
        mine = judged(one)

        assert [mine[0], mine[1]] == theirs, (seed, name)
        # What is not signed by the issuer as it stands neither clears a stamp nor takes it away.
        assert len(mine[1]) == 1
        assert mine[1][0][0] in ("OTHER_ISSUER", "UNREADABLE", "UNCHECKED"), (seed, name)


@pytest.mark.browser
def test_with_one_bit_turned_nothing_is_shown_by_either(page: Any) -> None:
    compare_mutants(page, 90, 5)


@pytest.mark.browser
@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_with_thousands_of_bits_turned_nothing_is_shown_by_either(page: Any) -> None:
    compare_mutants(page, 6000, 6)


def twisted_list(whole: bytes, rng: random.Random) -> bytes:
    """A list with one part changed, dropped, doubled or moved, signed by its issuer as it is then."""
    body, algorithm, _ = read_der(whole)[0].parts
    said = twisted(body, rng)
    return lists(sequence(said, algorithm.whole, der(3, b"\0" + sign(ROOT, said))))


def twisted_answer(whole: bytes, rng: random.Random) -> bytes:
    inner = read_der(whole)[0].parts[1].parts[0].parts[1].content
    body, algorithm, _ = read_der(inner)[0].parts
    said = twisted(body, rng)
    basic = sequence(said, algorithm.whole, der(3, b"\0" + sign(ROOT, said)))
    return answers(sequence(b"\x0a\x01\x00", der(0xA0, sequence(oid(BASIC), der(4, basic)))))


def compare_twisted(page: Any, count: int, seed: int) -> None:
    """verify.py shows nothing that openssl's own commands refuse; the page nothing that it does not."""
    rng = random.Random(seed)
    number, later = extension(NUMBER, b"\x02\x01\x05"), gone(SAID + DAY, 4)
    rich = by_root(
        *OTHERS[:3], on_list(SIGNER, SAID + DAY, 4, SAID + 2 * DAY), made=SAID - HOUR,
        extensions=[scope(address(ADDRESS), b"\x81\x01\xff"), number],
    )  # fmt: skip
    plain = by_root(*OTHERS[:3], extensions=[number, scope(b"\x81\x01\xff")])
    two = answer(ROOT, single(named(ROOT, SIGNER)), single(named(ROOT, SIGNER, number=5), later))
    one = answer(ROOT, single(named(ROOT, SIGNER), later))
    bare, made = trial("nothing but the chain"), []
    for _ in range(count // 4):
        made += [bare._replace(pem=twisted_list(whole, rng)) for whole in (rich, plain)]
        made += [bare._replace(pem=twisted_answer(whole, rng)) for whole in (two, one)]

    said = page.evaluate(JUDGE, [as_page(kept) for kept in made])

    shown = 0
    for place, (kept, theirs) in enumerate(zip(made, said, strict=True)):
        mine = judged(kept)
        assert [mine[0], mine[1]] == theirs, (seed, place)
        assert "DISAGREE" not in [word for word, _ in mine[1]], (seed, place)
        shown += mine[0][0][0] == "REVOCATION_SHOWN"
    assert 0 < shown < count // 4


@pytest.mark.browser
def test_what_its_issuer_writes_otherwise_is_read_alike(page: Any) -> None:
    compare_twisted(page, 120, 7)


@pytest.mark.browser
@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_thousands_that_their_issuer_writes_otherwise_are_read_alike(page: Any) -> None:
    compare_twisted(page, 8000, 8)

"""One strictness for trust files: the office's own reader, verify.py and verify.html agree."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from evidence.errors import ParseError
from evidence.ledger import verifier_key
from evidence.seal import parse_trust as office_parse
from evidence.seal.cosign import witness_key
from evidence.seal.trust import Trust
from evidence.verify import TrustError, parse_trust
from tests.packages.browser import open_page
from tests.packages.synthetic import ORIGIN
from tests.packages.token_trials import ROOT, RSA_ROOT

KEY, OTHER = (str(verifier_key(ORIGIN, bytes([n]) * 32)) for n in (1, 2))
WITNESS, SECOND = (str(witness_key(f"saksi.test/{n}", bytes([n]) * 32)) for n in (3, 4))
PLAIN = f"jejak-trust v1\norigin {ORIGIN}\nvkey {KEY}\n"
TSA = f"tsa TSA Satu\n{ROOT.pem}"
BLOCK = f"block 877120 {'0a' * 80}\n"
WHOLE = (
    f"# diserahkan langsung\n{PLAIN}retired 7 {OTHER}\nwitness {WITNESS}\nwitness {SECOND}\n"
    f"quorum 2\n{BLOCK}block 9 {'0b' * 80}\n{TSA}tsa Otoritas Dua\n{RSA_ROOT.pem}{ROOT.pem}"
)


def key_of(name: str) -> str:
    """A key whose id is its own, under any name."""
    raw = b"\x01" + bytes(range(32))
    identity = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
    return f"{name}+{identity}+{base64.b64encode(raw).decode()}"


GOOD = {
    "a key alone": PLAIN,
    "everything": WHOLE,
    "line ends of Windows": WHOLE.replace("\n", "\r\n"),
    "empty lines and remarks": f"\n# satu\n{PLAIN}\n   \n# dua — «kutip»\n",
    "no last line end": PLAIN[:-1],
    "a retired key alone": PLAIN.replace("vkey ", "retired 7 "),
    "no quorum": PLAIN + f"witness {WITNESS}\n",
    "a quorum of nobody": PLAIN + "quorum 0\n",
    "two authorities of one name": PLAIN + TSA + TSA,
    "letters beyond ASCII in a name": PLAIN + TSA.replace("Satu", "Kémenterian"),
}
BAD = {
    "nothing": "",
    "another version": PLAIN.replace("v1", "v2"),
    "a mark before it": "\ufeff" + PLAIN,
    "capitals": PLAIN.upper(),
    "no key": f"jejak-trust v1\norigin {ORIGIN}\n",
    "no name of the log": PLAIN.replace("origin ", "asal "),
    "a key of another log": PLAIN.replace("origin bawaslu", "origin lain"),
    "a key cut short": PLAIN[:-5],
    "a key with another id": PLAIN.replace(KEY.split("+")[1], "00000000"),
    "a key id in capitals": PLAIN.replace(KEY.split("+")[1], KEY.split("+")[1].upper()),
    "a key of another type": PLAIN.replace("+AQ", "+Ag"),
    "a witness's key as the log's": PLAIN + f"vkey {WITNESS}\n",
    "the log's key as a witness": PLAIN + f"witness {KEY}\n",
    "base64 with a blank": PLAIN.replace("AQEB", "AQ EB", 1),
    "base64 with too much": PLAIN[:-1] + "=\n",
    "two blanks": PLAIN.replace("vkey ", "vkey  "),
    "a blank at the end": PLAIN.replace("\n", " \n"),
    "a name with a blank": f"jejak-trust v1\norigin log uji\nvkey {key_of('log uji')}\n",
    "a name with a blank of another kind": (
        f"jejak-trust v1\norigin log\xa0uji\nvkey {key_of(chr(0xA0).join(('log', 'uji')))}\n"
    ),
    "no name": f"jejak-trust v1\norigin \nvkey {key_of('')}\n",
    "a key twice": PLAIN + f"vkey {KEY}\n",
    "a key in force and retired": PLAIN + f"retired 9 {KEY}\n",
    "a key retired at no number": PLAIN.replace("vkey ", "retired x "),
    "a key retired at 07": PLAIN.replace("vkey ", "retired 07 "),
    "a key retired at -1": PLAIN.replace("vkey ", "retired -1 "),
    "a key retired at ٧": PLAIN.replace("vkey ", "retired ٧ "),
    "a key retired at 17 digits": PLAIN.replace("vkey ", f"retired {10**16} "),
    "retired without a key": PLAIN + "retired 7\n",
    "a witness twice": PLAIN + f"witness {WITNESS}\nwitness {WITNESS}\n",
    "a quorum of too many": PLAIN + f"witness {WITNESS}\nquorum 2\n",
    "a quorum that is no number": PLAIN + "quorum satu\n",
    "two quorums": PLAIN + "quorum 0\nquorum 0\n",
    "a block that is too short": PLAIN + f"block 7 {'0' * 158}\n",
    "a block in capitals": PLAIN + f"block 7 {'AB' * 80}\n",
    "a block at 07": PLAIN + f"block 07 {'0' * 160}\n",
    "a block behind two blanks": PLAIN + f"block 7  {'0' * 160}\n",
    "a block twice": PLAIN + BLOCK + BLOCK,
    "two blocks of one height": PLAIN + BLOCK + BLOCK.replace("0a", "0b"),
    "another order": PLAIN + TSA + BLOCK,
    "a witness behind its quorum": PLAIN + f"quorum 0\nwitness {WITNESS}\n",
    "an authority without a certificate": PLAIN + "tsa TSA Satu\n",
    "an authority with half a certificate": PLAIN + TSA[:-40],
    "a certificate of nobody": PLAIN + ROOT.pem,
    "a blank in a certificate": PLAIN + TSA.replace("MII", "MI I"),
    "words in a certificate": PLAIN + TSA.replace("CERTIFICATE-----\n", "CERTIFICATE-----\nProc-Type: 4\n"),
    "another kind of block": PLAIN + TSA.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
    "a line of another kind": PLAIN + "trust all\n",
    "a hidden line end": PLAIN + f"# catatan\u2028vkey {OTHER}\n",
    "a line end of a printer": PLAIN.replace("\n", "\x0c"),
    "a line end of a mainframe": PLAIN + "# catatan\x85",
    "text from right to left": PLAIN + "# catatan \u202e\n",
    "a letter without width": PLAIN.replace("bawaslu", "bawa\u200bslu"),
    "a soft hyphen": PLAIN.replace("bawaslu", "bawa\xadslu"),
    "a mark within": PLAIN + "# \ufeff\n",
    "a tag": PLAIN + "# \U000e0041\n",
    "a zero byte": PLAIN + "# \0\n",
    "a tab": PLAIN + "#\tcatatan\n",
}  # fmt: skip
SAID = """texts => texts.map((text) => {
  try {
    const t = jejak.parseTrust(text), hex = jejak.hex;
    return [t.origin, t.keys.map((k) => hex(k.public)), [...t.retired], t.witnesses.map((k) => [k.name, hex(k.public)]),
      t.quorum, [...t.blocks].map(([height, header]) => [Number(height), hex(header)]),
      t.tsas.map(({ name, pems }) => [name, pems])];
  } catch (error) { if (!(error instanceof jejak.TrustError)) throw error; return error.message; }
})"""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with open_page() as opened:
        yield opened


def said(trust: Any) -> list[Any]:
    """What a parsed trust file says, in one form for all three readers."""
    return [
        trust.origin, [k.public.hex() for k in trust.keys],
        [[identity.hex(), size] for identity, size in trust.retired.items()],
        [[k.name, k.public.hex()] for k in trust.witnesses], trust.quorum,
        [[height, header.hex()] for height, header in trust.blocks.items()],
        [[name, [_body(pem) for pem in pems.split("-----END CERTIFICATE-----\n")[:-1]]]
         for name, pems in trust.tsas],
    ]  # fmt: skip


def _body(pem: str) -> str:
    return "".join(pem.split("\n")[1:])


@pytest.mark.parametrize("name", GOOD)
def test_a_good_trust_file_says_the_same_to_office_and_verifier(name: str) -> None:
    assert said(office_parse(GOOD[name])) == said(parse_trust(GOOD[name]))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_trust_file_is_refused_by_office_and_verifier(name: str) -> None:
    with pytest.raises(ParseError):
        office_parse(BAD[name])
    with pytest.raises(TrustError):
        parse_trust(BAD[name])


@pytest.mark.browser
def test_the_page_takes_and_refuses_the_same_trust_files_in_the_same_words(page: Any) -> None:
    expected: list[Any] = [said(parse_trust(text)) for text in GOOD.values()]
    for text in BAD.values():
        with pytest.raises(TrustError) as caught:
            parse_trust(text)
        expected.append(str(caught.value))

    found = page.evaluate(SAID, [*GOOD.values(), *BAD.values()])

    names = [*GOOD, *BAD]
    assert dict(zip(names, found, strict=True)) == dict(zip(names, expected, strict=True))


def test_what_no_verifier_would_take_is_not_written() -> None:
    key = verifier_key(ORIGIN, bytes([1]) * 32)

    with pytest.raises(ParseError):
        Trust(ORIGIN, (key, key)).text()
    with pytest.raises(ParseError):
        Trust(ORIGIN, (key,)).text("catatan \u202e")
    with pytest.raises(ParseError):
        Trust("log.lain/jejak", (key,)).text()

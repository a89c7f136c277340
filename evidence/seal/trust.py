"""The trust file: what a verifier must be given on another way than the package."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evidence.errors import ParseError
from evidence.ledger import VerifierKey, parse_vkey
from evidence.seal.cosign import WitnessKey, parse_witness_key

HEADER = "jejak-trust v1"
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
PEM_LINE = re.compile(r"[A-Za-z0-9+/]{1,64}={0,2}")
HEADER_HEX = re.compile(r"[0-9a-f]{160}")
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
UNSEEN = re.compile(
    r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Line breaks of other kinds, and what hides text from who reads a trust file."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A log's name, the keys its heads may be signed with, and who else is believed.

    retired:   key id -> largest size of a head that this key may have signed.
    quorum:    how many witnesses must have signed a head over all records; 0: none need to.
    tsas:      (name, PEM of its roots) of time stamp authorities.
    blocks:    Bitcoin block height -> its 80-byte header, got from any node or explorer.
    """

    origin: str
    keys: tuple[VerifierKey, ...]
    retired: Mapping[bytes, int] = field(default_factory=dict)
    witnesses: tuple[WitnessKey, ...] = ()
    quorum: int = 0
    tsas: tuple[tuple[str, str], ...] = ()
    blocks: Mapping[int, bytes] = field(default_factory=dict)

    def text(self, comment: str = "") -> str:
        """The trust file; docs/formats/checkpoint.md says its form. comment: lines put first.

        Raises ParseError when no verifier would take it: two names of one key, a hidden character.
        """
        lines = [f"# {line}" for line in comment.splitlines()]
        lines += [HEADER, f"origin {self.origin}"]
        for key in self.keys:
            until = self.retired.get(key.id)
            lines.append(f"vkey {key}" if until is None else f"retired {until} {key}")
        lines += [f"witness {key}" for key in self.witnesses]
        if self.witnesses:
            lines.append(f"quorum {self.quorum}")
        lines += [f"block {height} {head.hex()}" for height, head in sorted(self.blocks.items())]
        for name, pem in self.tsas:
            lines += [f"tsa {name}", *_certificates(pem)]
        text = "".join(f"{line}\n" for line in lines)
        parse_trust(text)
        return text


def trust_text(origin: str, keys: Sequence[VerifierKey], comment: str = "") -> str:
    """Text of a trust file that names keys of the log alone."""
    return Trust(origin, tuple(keys)).text(comment)


def parse_trust(text: str) -> Trust:
    """What a trust file says. Raises ParseError for anything else in it."""
    if UNSEEN.search(text):
        raise ParseError("trust file", "has a character that cannot be seen")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines or lines[0] != HEADER:
        raise ParseError("trust file", f"does not start with {HEADER!r}")
    if len(lines) < 3 or not lines[1].startswith("origin "):
        raise ParseError("trust file", "has no origin line followed by a vkey line")
    origin = lines[1].removeprefix("origin ")
    rest = lines[2:]
    retired: dict[bytes, int] = {}
    keys: list[VerifierKey] = []
    while rest and rest[0].startswith(("vkey ", "retired ")):
        word, _, said = rest.pop(0).partition(" ")
        size, _, named = said.partition(" ") if word == "retired" else ("", "", said)
        key = parse_vkey(named)
        if word == "retired":
            retired[key.id] = _number(size)
        keys.append(key)
    if not keys or any(key.name != origin for key in keys):
        raise ParseError("trust file", "has no key, or one that is not named as the origin")
    witnesses: list[WitnessKey] = []
    while rest and rest[0].startswith("witness "):
        witnesses.append(parse_witness_key(rest.pop(0).removeprefix("witness ")))
    for group in (keys, witnesses):
        if len({key.public for key in group}) < len(group):
            raise ParseError("trust file", "names a key twice")
    quorum = 0
    if rest and rest[0].startswith("quorum "):
        quorum = _number(rest.pop(0).removeprefix("quorum "))
    if quorum > len(witnesses):
        raise ParseError("trust file", "wants more witnesses than it names")
    blocks = _blocks(rest)
    return Trust(origin, tuple(keys), retired, tuple(witnesses), quorum, _tsas(rest), blocks)


def _blocks(rest: list[str]) -> dict[int, bytes]:
    """The block lines at the front, taken off."""
    blocks: dict[int, bytes] = {}
    while rest and rest[0].startswith("block "):
        said, _, header = rest.pop(0).removeprefix("block ").partition(" ")
        height = _number(said)
        if not HEADER_HEX.fullmatch(header):
            raise ParseError("trust file", "has a block without its 80-byte header in hex")
        if height in blocks:
            raise ParseError("trust file", "names a block twice")
        blocks[height] = bytes.fromhex(header)
    return blocks


def _tsas(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`tsa NAME` before one or more PEM blocks, each."""
    found: list[tuple[str, list[str]]] = []
    inside = False
    for line in lines:
        if not inside and line.startswith("tsa ") and (not found or found[-1][1]):
            found.append((line.removeprefix("tsa "), []))
        elif found and not inside and line == BEGIN:
            inside = True
            found[-1][1].append(line)
        elif inside and (line == END or PEM_LINE.fullmatch(line)):
            inside = line != END
            found[-1][1].append(line)
        else:
            raise ParseError("trust file", "has a line that has no place there")
    if inside or (found and not found[-1][1]):
        raise ParseError("trust file", "has a TSA without a whole certificate")
    return tuple((name, "".join(f"{line}\n" for line in pem)) for name, pem in found)


def _certificates(pem: str) -> list[str]:
    """The lines of the PEM blocks alone: root files often hold words between them."""
    kept: list[str] = []
    inside = False
    for line in pem.splitlines():
        inside = inside or line.strip() == BEGIN
        if inside:
            kept.append(line.strip())
        inside = inside and line.strip() != END
    return kept


def _number(text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise ParseError("trust file", "has a number that is not plain decimal")
    return int(text)

"""Check an evidence package: offline, with Python's standard library alone (3.8 or newer).

    python3 -I -S verify.py [PACKAGE] --trust FILE [--json] [--lang id|en]

PACKAGE is the folder of the package; by default the one this file lies in. FILE says which log is
trusted and with which key; take it from the office that handed the package over, never from the
package. Exit code: 0 no error found, 1 errors found, 2 the call or the trust file is wrong.

Formats: docs/formats/{package,statement,ledger,checkpoint,schedule}.md. They are implemented here
a second time, on purpose, and in one file, so that this file can be read and run by itself.
Nothing is lax: every file is read, every text must have its one spelling, every fault is reported.

Reading order, each part on those above it: what is said; texts with one spelling; Ed25519 (RFC
8032); the trust file; log heads and proofs (C2SP signed-note, RFC 9162); the package, file by file;
what was exported, and what of it is open; anchors: others who saw a head, and when; anchors:
OpenTimestamps; DER (X.690); anchors: time stamps (RFC 3161); certificates and signatures (RFC
5280); revocation: what was published (RFC 5280, RFC 6960); revocation: what it shows of a stamp;
what the records say of each other; when it was recorded; versions of the schedule; completeness;
verdicts; the report, and the command; words.
`verify`, under "verdicts", calls all of it in turn.
"""

# os and open take half the time of pathlib over thousands of small files.
# ruff: noqa: PTH100, PTH113, PTH117, PTH118, PTH119, PTH120, PTH123, PTH208

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import sys
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


# --- what is said ----------------------------------------------------------------------------------

ERROR, INCOMPLETE, NOTICE = "error", "incomplete", "notice"
CLOCK_S, BLOCK_S, ORDER_S = 60, 7200, 600
"""How far a record's time may lie beyond a stamp's, a Bitcoin block's (its own clock may be two
hours off), and before that of a record that entered the log earlier (a page waits to be read)."""


class Finding(NamedTuple):
    """One thing a reader must know. severity: `error`, `incomplete` or `notice`."""

    code: str
    severity: str
    path: str
    id: str
    en: str


class Check(NamedTuple):
    """One kind of check: how many things were checked, and how many errors it found."""

    name: str
    checked: int
    errors: int


class Stamp(NamedTuple):
    """A time stamp that holds: the head's size, epoch seconds, the authority's name.

    slack:      by how many seconds a record's clock may disagree with it.
    path:       its file.
    revocation: of a time stamp authority's, SHOWN, LATER, TRUSTED or one of REASONS, else empty.
    listed:     epoch seconds of the oldest list that shows it, or of a later revocation.
    """

    size: int
    time: float
    authority: str
    slack: int = CLOCK_S
    path: str = ""
    revocation: str = ""
    listed: float | None = None


class Bound(NamedTuple):
    """Between which stamps a capture was recorded, as far as trusted authorities say.

    not_before: of the stamps that it names the latest.
    not_after:  of the stamps over heads that hold it the earliest.
    """

    entry: int
    rec: str
    not_before: Stamp | None
    not_after: Stamp | None


class Report(NamedTuple):
    """All findings, all checks, and three plain verdicts as (word, Indonesian, English).

    times:  of each capture, in log order.
    stamps: those that count, in order of their files.
    """

    package: str
    origin: str
    simulated: bool
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    integrity: tuple[str, str, str]
    time: tuple[str, str, str]
    completeness: tuple[str, str, str]
    times: tuple[Bound, ...] = ()
    stamps: tuple[Stamp, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no error was found; what is incomplete or withheld is no error."""
        return not any(f.severity == ERROR for f in self.findings)


class TrustError(ValueError):
    """The trust file cannot be used."""


class Malformed(ValueError):
    """A text is not in its one spelling; the message says where, in neutral words."""


# --- texts with one spelling -----------------------------------------------------------------------

MAX_DEPTH = 64
REC = re.compile(r"[0-9a-f]{32}\Z")
HEX64 = re.compile(r"[0-9a-f]{64}\Z")
NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,15})\Z")
LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\Z")
INSTANT = re.compile(LOCAL.pattern[:-2] + r"\.[0-9]{3}Z\Z")
"""Hours up to 23: Python from 3.14 on takes 24:00 as the next day's midnight."""
ZULU = timezone(timedelta(0))


def encode(value: Any) -> bytes:
    """Canonical JSON (RFC 8785 without floats) of a value of the profile. Raises Malformed."""
    try:
        return ENCODE(value).encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("lone surrogate") from None


def check_shape(value: Any, depth: int) -> None:
    """Raise Malformed for keys that are not ASCII and for nesting deeper than 64 levels."""
    if depth > MAX_DEPTH:
        raise Malformed("nested deeper than 64")
    if isinstance(value, dict):
        for key, item in value.items():
            if not key.isascii():
                raise Malformed("key that is not ASCII")
            check_shape(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_shape(item, depth + 1)


def depth_of(data: bytes) -> int:
    """How many brackets are open at most at once, those in texts not counted."""
    brackets = STRING.sub(b"", data).translate(None, NO_BRACKETS)
    return max(accumulate(1 if byte in b"[{" else -1 for byte in brackets), default=0)


def decode(data: bytes) -> Any:
    """The value of canonical JSON bytes. Raises Malformed for any other spelling."""
    # How deep a reader can follow differs by Python: what is too deep is not given to it.
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and depth_of(data) > MAX_DEPTH + 1:
        raise Malformed("nested deeper than 64")
    try:
        value = DECODE(data.decode("utf-8"))
    except ValueError:
        raise Malformed("JSON") from None
    # ASCII bytes have ASCII keys, and cannot nest deeper than they have brackets.
    if not data.isascii() or data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        check_shape(value, 0)
    if encode(value) != data:
        raise Malformed("canonical form")
    return value


def _integer(text: str) -> int:
    # Long numbers cost quadratic time before Python 3.11; none has more than 16 digits here.
    if len(text) > 17 or abs(int(text)) >= 1 << 53:
        raise Malformed("integer of 2**53 or more")
    return int(text)


def _refuse(text: str) -> None:
    raise Malformed("number that is no integer")


ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
STRING = re.compile(rb'(?s)"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)')
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
DECODE = json.JSONDecoder(parse_int=_integer, parse_float=_refuse, parse_constant=_refuse).decode


def fields(value: Any, spec: Mapping[str, type], what: str) -> dict[str, Any]:
    """The mapping, if it has exactly these fields with exactly these types. Raises Malformed."""
    if not isinstance(value, dict) or set(value) != set(spec):
        raise Malformed(what)
    for name, kind in spec.items():
        if type(value[name]) is not kind:
            raise Malformed(f"{what}.{name}")
    return value


def unbase64(text: str) -> bytes:
    """Bytes of canonical base64. Raises Malformed."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("base64") from None
    # Of padding, each Python takes another part; what they give back is the same or nothing.
    if base64.b64encode(raw).decode() != text:
        raise Malformed("base64")
    return raw


def number(text: str) -> int:
    """A plain decimal number. Raises Malformed."""
    if not NUMBER.match(text):
        raise Malformed("number")
    return int(text)


def seconds(text: str) -> float:
    """Epoch seconds of an instant `2026-11-22T02:00:00.000Z`. Raises Malformed."""
    if not INSTANT.match(text):
        raise Malformed("time")
    try:
        # Python 3.8 to 3.10 cannot read the Z.
        return datetime.fromisoformat(text[:-1] + "+00:00").timestamp()
    except ValueError:
        raise Malformed("time") from None


def stamp(moment: int) -> str:
    """`2026-11-22T02:00:00Z`."""
    # strftime writes the year 1 as `1` or `0001`, by Python and system.
    return datetime.fromtimestamp(moment, ZULU).isoformat()[:19] + "Z"


def shown(path: str) -> str:
    """A path that is safe to print."""
    return "".join(c if c.isprintable() else "?" for c in path)


def worded(words: Sequence[str], *details: object) -> tuple[str, str]:
    """A sentence in Indonesian and in English; a detail that is a pair has its words in each."""
    pairs = [detail if isinstance(detail, tuple) else (detail, detail) for detail in details]
    said = [[shown(str(pair[place])) for pair in pairs] for place in (0, 1)]
    return words[0].format(*said[0]), words[1].format(*said[1])


def record_id(*name: str) -> str:
    """The record id of an event that may be recorded once only."""
    return hashlib.sha256("\0".join(("evidence-record-v1", *name)).encode()).hexdigest()[:32]


def is_ascending(named: Any, form: re.Pattern[str]) -> bool:
    """Whether a value is a list of texts of this form, each once, in order."""
    return (
        isinstance(named, list)
        and all(isinstance(n, str) and form.match(n) for n in named)
        and named == sorted(set(named))
    )


# --- Ed25519 (RFC 8032) ----------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _point_add(a: Sequence[int], b: Sequence[int]) -> tuple[int, int, int, int]:
    q, r = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    s, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = r - q, t - s, t + s, r + q
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point_times(scalar: int, point: Sequence[int]) -> tuple[int, int, int, int]:
    result = (0, 1, 1, 0)
    power = (point[0], point[1], point[2], point[3])
    while scalar:
        if scalar & 1:
            result = _point_add(result, power)
        power = _point_add(power, power)
        scalar >>= 1
    return result


def _point(data: bytes) -> tuple[int, int, int, int] | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = _point(BASE_Y.to_bytes(32, "little"))


def ed25519_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature holds (RFC 8032 section 5.1.7, cofactorless, S below the order)."""
    if len(public) != 32 or len(signature) != 64 or BASE is None:
        return False
    key = _point(public)
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    minus = (P - key[0], key[1], key[2], P - key[3])
    x, y, z, _ = _point_add(_point_times(s, BASE), _point_times(k, minus))
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- the trust file --------------------------------------------------------------------------------

BLOCK = re.compile(r"[0-9a-f]{160}\Z")
UNSEEN = re.compile(
    r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Line breaks of other kinds, and what hides text from who reads a trust file."""
PEM_LINE = re.compile(r"[A-Za-z0-9+/]{1,64}={0,2}\Z")


class Key(NamedTuple):
    """A trusted log key."""

    name: str
    id: bytes
    public: bytes


class Trust(NamedTuple):
    """Which log is trusted, with which keys; which witnesses and time stamp authorities.

    retired: key id to the largest size of a head that it may have signed.
    tsas:    (name, PEM of its roots).
    blocks:  Bitcoin block height to its 80-byte header.
    """

    origin: str
    keys: tuple[Key, ...]
    retired: Mapping[bytes, int] = {}
    witnesses: tuple[Key, ...] = ()
    quorum: int = 0
    tsas: tuple[tuple[str, str], ...] = ()
    blocks: Mapping[int, bytes] = {}


def parse_trust(text: str) -> Trust:
    """What a trust file says. Raises TrustError for anything else in it."""
    if UNSEEN.search(text):
        raise TrustError("the trust file has a character that cannot be seen")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) < 3 or lines[0] != "jejak-trust v1" or not lines[1].startswith("origin "):
        raise TrustError("not a trust file: expected `jejak-trust v1`, `origin ...`, `vkey ...`")
    origin = lines[1][len("origin ") :]
    rest, keys, retired = lines[2:], [], {}
    for word, said in _taken(rest, "vkey", "retired"):
        size, _, vkey = said.partition(" ") if word == "retired" else ("", "", said)
        keys.append(_parse_vkey(vkey, 1))
        if word == "retired":
            retired[keys[-1].id] = _trust_number(size)
    if not keys or any(key.name != origin for key in keys):
        raise TrustError("the trust file has no key, or one that is not named as its origin")
    witnesses = [_parse_vkey(said, 4) for _, said in _taken(rest, "witness")]
    if any(len({k.public for k in group}) < len(group) for group in (keys, witnesses)):
        raise TrustError("the trust file names a key twice")
    quorum = _trust_number(next(_taken(rest, "quorum"), ("", "0"))[1])
    if quorum > len(witnesses):
        raise TrustError("the trust file wants more witnesses than it names")
    blocks: dict[int, bytes] = {}
    for _, said in _taken(rest, "block"):
        text, _, header = said.partition(" ")
        height = _trust_number(text)
        if not BLOCK.match(header):
            raise TrustError("the trust file has a block without its 80-byte header in hex")
        if height in blocks:
            raise TrustError("the trust file names a block twice")
        blocks[height] = bytes.fromhex(header)
    tsas = _parse_tsas(rest)
    return Trust(origin, tuple(keys), retired, tuple(witnesses), quorum, tsas, blocks)


def _taken(lines: list[str], *words: str) -> Iterator[tuple[str, str]]:
    """Take off the first lines, as long as they begin with one of these words and a blank."""
    while lines:
        word, blank, said = lines[0].partition(" ")
        if not blank or word not in words:
            return
        del lines[0]
        yield word, said


def _parse_tsas(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Names and root certificates, `tsa NAME` before one or more PEM blocks."""
    found: list[tuple[str, list[str]]] = []
    inside = False
    for line in lines:
        if not inside and line.startswith("tsa ") and (not found or found[-1][1]):
            found.append((line[len("tsa ") :], []))
        elif found and not inside and line == "-----BEGIN CERTIFICATE-----":
            inside = True
            found[-1][1].append(line)
        elif inside and (line == "-----END CERTIFICATE-----" or PEM_LINE.match(line)):
            inside = line != "-----END CERTIFICATE-----"
            found[-1][1].append(line)
        else:
            raise TrustError("the trust file has a line that has no place there")
    if inside or (found and not found[-1][1]):
        raise TrustError("the trust file has a time stamp authority without a whole certificate")
    return tuple((name, "\n".join(pem) + "\n") for name, pem in found)


def _trust_number(text: str) -> int:
    try:
        return number(text)
    except Malformed:
        raise TrustError("the trust file has a number that is not plain decimal") from None


def _parse_vkey(text: str, kind: int) -> Key:
    parts = text.split("+", 2)
    try:
        raw = unbase64(parts[2]) if len(parts) == 3 else b""
    except Malformed:
        raw = b""
    if len(raw) != 33 or raw[0] != kind:
        raise TrustError(f"the trust file has a key that is not an Ed25519 key of type {kind}")
    if not parts[0] or any(c.isspace() for c in parts[0]):
        raise TrustError("the trust file has a key whose name is empty or has a space")
    identity = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if parts[1] != identity.hex():
        raise TrustError("the trust file has a key whose id is not its own")
    return Key(parts[0], identity, raw[1:])


# --- log heads and proofs (C2SP signed-note, RFC 9162) ---------------------------------------------


class Head(NamedTuple):
    """A parsed checkpoint."""

    origin: str
    size: int
    root: bytes
    note: bytes


def parse_note(data: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Signed text and (name, key id, signature) of a note. Raises Malformed."""
    try:
        said = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("UTF-8") from None
    if any(c < " " and c != "\n" for c in said):
        raise Malformed("control character")
    text, blank, rest = said.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise Malformed("signature block")
    signatures = []
    for line in rest[:-1].split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or "+" in parts[1]:
            raise Malformed("signature line")
        raw = unbase64(parts[2])
        if len(raw) < 5:
            raise Malformed("signature")
        signatures.append((parts[1], raw[:4], raw[4:]))
    return text + "\n", signatures


def parse_head(data: bytes) -> Head:
    """The head a checkpoint says; nothing is verified. Raises Malformed."""
    lines = parse_note(data)[0].split("\n")
    if len(lines) != 4 or not lines[0] or lines[3]:
        raise Malformed("three lines")
    root = unbase64(lines[2])
    if len(root) != 32:
        raise Malformed("root")
    return Head(lines[0], number(lines[1]), root, data)


def parse_hashes(lines: Iterable[str]) -> tuple[bytes, ...]:
    """Proof hashes, one base64 line each. Raises Malformed."""
    hashes = tuple(unbase64(line) for line in lines)
    if any(len(h) != 32 for h in hashes):
        raise Malformed("hash length")
    return hashes


def ascii_lines(data: bytes) -> list[str]:
    """The lines of an ASCII text. Raises Malformed."""
    try:
        return data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("ASCII") from None


def parse_proof(data: bytes) -> tuple[int, tuple[bytes, ...], bytes]:
    """Index, hashes and checkpoint of a `.tlog-proof` file. Raises Malformed."""
    head, blank, note = data.partition(b"\n\n")
    lines = ascii_lines(head)
    if not blank or len(lines) < 2 or lines[0] != "c2sp.org/tlog-proof@v1":
        raise Malformed("header")
    if not lines[1].startswith("index "):
        raise Malformed("index")
    return number(lines[1][len("index ") :]), parse_hashes(lines[2:]), note


def parse_consistency(data: bytes) -> tuple[int, int, tuple[bytes, ...]]:
    """Old size, new size and hashes of a `.consistency` file. Raises Malformed."""
    lines = ascii_lines(data)
    if len(lines) < 4 or lines[0] != "jejak-consistency v1" or lines[-1]:
        raise Malformed("header")
    if not lines[1].startswith("old ") or not lines[2].startswith("new "):
        raise Malformed("sizes")
    return number(lines[1][4:]), number(lines[2][4:]), parse_hashes(lines[3:-1])


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def climb(
    place: int, last: int, older: bytes, newer: bytes, proof: Iterable[bytes]
) -> tuple[bytes, bytes] | None:
    """The roots that a proof leads to from a node, in the tree as it was and as it is.

    place, last: index of the node and of the last one beside it.   None: of another length.
    Source: RFC 9162 sections 2.1.3.2 and 2.1.4.2, whose walks are one.
    """
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            older, newer = _node(sibling, older), _node(sibling, newer)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            newer = _node(newer, sibling)
        place, last = place >> 1, last >> 1
    return (older, newer) if last == 0 else None


def included(data: bytes, index: int, head: Head, proof: Sequence[bytes]) -> bool:
    """Whether the leaf stands at this index under this head."""
    leaf = hashlib.sha256(b"\0" + data).digest()
    roots = climb(index, head.size - 1, leaf, leaf, proof) if 0 <= index < head.size else None
    return roots is not None and roots[1] == head.root


def consistent(old: Head, new: Head, proof: Sequence[bytes]) -> bool:
    """Whether the new head continues the old one."""
    if not 0 < old.size <= new.size:
        return False
    if old.size == new.size:
        return not proof and old.root == new.root
    place, last, path = old.size - 1, new.size - 1, list(proof)
    if old.size & place == 0:
        path.insert(0, old.root)
    if not path:
        return False
    while place & 1:
        place, last = place >> 1, last >> 1
    return climb(place, last, path[0], path[0], path[1:]) == (old.root, new.root)


# --- the package, file by file ---------------------------------------------------------------------

CHUNK = 1 << 20
MAX_TEXT_BYTES = 256 << 20
MAX_KEPT_FILES, MAX_KEPT_BYTES = 50_000, 16 << 10
"""Small JSON objects are remembered, so that they need not be opened a second time."""
MAX_STATEMENT_BYTES = 65_535
HASHED_ONLY = ("data/objects/", "data/report/", "data/wacz/", "data/warc/")
"""Files that may be large and are not parsed, small JSON objects excepted."""
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\x7f]+)\Z")
STATEMENT_PATH = re.compile(r"data/statements/(0|[1-9][0-9]{0,15})\.json\Z")
ROLE = re.compile(r"[a-z][a-z0-9_-]{0,40}\Z")
TYPES = frozenset((
    "genesis", "campaign", "watch", "capture", "reading", "snapshot", "observation", "account",
    "interaction", "fingerprint", "outcome", "custody", "anchor", "alarm", "erasure", "key",
))  # fmt: skip
HEADS = ("first", "report", "last")


class Record(NamedTuple):
    """A statement of the package."""

    entry: int
    path: str
    data: bytes
    value: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """The statement's facts."""
        facts = self.value["facts"]
        return facts if isinstance(facts, dict) else {}

    @property
    def type(self) -> str:
        """The statement's type."""
        return str(self.value["type"])

    @property
    def rec(self) -> str:
        """The statement's record id."""
        return str(self.value["rec"])


T = TypeVar("T")


class Case:
    """What is known of one package while it is checked."""

    def __init__(self, root: str, trust: Trust) -> None:
        self.root = root
        self.trust = trust
        self.findings: list[Finding] = []
        self.checks: list[Check] = []
        self.gathered: dict[tuple[str, tuple[object, ...]], list[Record]] = {}
        self.sizes: dict[str, int] = {}
        self.hashes: dict[str, str] = {}
        self.small: dict[str, bytes] = {}
        self.records: dict[int, Record] = {}
        self.by_rec: dict[str, Record] = {}
        self.heads: dict[str, Head] = {}
        self.export: Record | None = None
        self.description: dict[str, Any] = {}
        self.salts: dict[tuple[int, str], bytes] = {}
        self.slots: tuple[int, int] | None = None
        self.window = ""
        self.anchored: dict[str, int] = {}
        self.stamps: list[Stamp] = []
        self.stamped: set[str] = set()
        self.tokens: dict[str, Stamp | None] = {}
        self.bounds: list[Bound] = []
        self.proven: set[int] = set()
        self.witnessed: dict[int, set[str]] = {}
        self.published: list[Published] = []
        self.unreadable: set[str] = set()
        self.held: dict[bytes, bool | None] = {}
        self.entries: dict[tuple[int, bytes], list[tuple[float, int | None]] | None] = {}

    def find(self, code: str, path: str, *details: object) -> None:
        """Note a finding."""
        words = worded(TEXTS[code][1:], *details)
        self.findings.append(Finding(code, TEXTS[code][0], shown(path), *words))

    def gather(self, code: str, record: Record, *details: object) -> None:
        """Note a fault that many records may have, to be told at the first of them."""
        self.gathered.setdefault((code, details), []).append(record)

    def tell(self) -> None:
        """Make one finding of each fault that was gathered."""
        for (code, details), records in self.gathered.items():
            self.find(code, records[0].path, len(records), *details)
        self.gathered.clear()

    def parsed(self, path: str, parse: Callable[[bytes], T], code: str) -> T | None:
        """What a file says; None when it is not there, and when it is malformed, a finding."""
        data = self.small.get(path, b"" if path in self.sizes else None)
        try:
            return None if data is None else parse(data)
        except Malformed as error:
            self.find(code, path, error)
            return None

    def run(self, name: str, check: Iterator[int]) -> None:
        """Run one check to its end, counting what it checked and the errors it found."""
        before = self.errors()
        count = sum(check)
        self.checks.append(Check(name, count, self.errors() - before))

    def in_order(self) -> list[Record]:
        """The records in the order of the log."""
        return [record for _, record in sorted(self.records.items())]

    def errors(self) -> int:
        """How many errors were found so far."""
        return sum(f.severity == ERROR for f in self.findings)

    def bytes_of(self, path: str) -> bytes | None:
        """The content of a file, None when it is not there or too big to be read at once."""
        if path in self.small:
            return self.small[path]
        if path not in self.sizes or self.sizes[path] > MAX_TEXT_BYTES:
            return None
        try:
            with open(os.path.join(self.root, path), "rb") as file:
                data = file.read()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != self.hashes[path]:
            self.find("FILE_UNREADABLE", path, "changed while being read")
            return None
        return data


def check_files(case: Case) -> Iterator[int]:
    """Read and hash every file there is."""
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(os.path.join(case.root, folder)) as listing:
                names = sorted(listing, key=lambda e: e.name)
        except OSError as error:
            case.find("FILE_UNREADABLE", folder, error.strerror)
            continue
        if folder and not names:
            case.find("FILE_UNKNOWN", folder)
        for item in names:
            path = f"{folder}/{item.name}" if folder else item.name
            if item.is_symlink() or not (item.is_dir() or item.is_file()):
                case.find("FILE_NOT_REGULAR", path)
            elif item.is_dir():
                pending.append(path)
            else:
                read_file(case, path)
                yield 1


def read_file(case: Case, path: str) -> None:
    """Hash one file; keep the bytes of those that are parsed."""
    digest, size, parts = hashlib.sha256(), 0, []
    limit = MAX_TEXT_BYTES
    if path.startswith(HASHED_ONLY):
        few = path.endswith(".json") and len(case.small) < MAX_KEPT_FILES
        limit = MAX_KEPT_BYTES if few else -1
    try:
        with open(os.path.join(case.root, path), "rb", buffering=0) as file:
            while True:
                part = file.read(CHUNK)
                if not part:
                    break
                digest.update(part)
                size += len(part)
                if size <= limit:
                    parts.append(part)
    except OSError as error:
        case.find("FILE_UNREADABLE", path, error.strerror)
        return
    case.sizes[path], case.hashes[path] = size, digest.hexdigest()
    if size <= limit:
        case.small[path] = b"".join(parts)


def check_manifests(case: Case) -> Iterator[int]:
    """Compare both manifests with the files, name by name, and then byte by byte."""
    tags = {p for p in case.hashes if not p.startswith("data/") and p != TAG_MANIFEST}
    payload = {p for p in case.hashes if p.startswith("data/")}
    for name, paths in ((MANIFEST, payload), (TAG_MANIFEST, tags)):
        data = case.small.get(name)
        if data is None:
            continue
        before = case.errors()
        listed = manifest_entries(case, name, data)
        for path in sorted(paths | set(listed)):
            if path not in listed:
                case.find("MANIFEST_ABSENT", path)
            elif path not in paths:
                case.find("MANIFEST_EXTRA", path)
            elif listed[path] != case.hashes[path]:
                case.find("MANIFEST_HASH", path)
            else:
                yield 1
        proper = "".join(f"{case.hashes[p]}  {p}\n" for p in sorted(paths))
        if case.errors() == before and data != proper.encode("utf-8", "surrogateescape"):
            case.find("MANIFEST_FORMAT", name)
    if case.small.get("bagit.txt", BAGIT) != BAGIT:
        case.find("BAGIT_TXT", "bagit.txt")


def manifest_entries(case: Case, name: str, data: bytes) -> dict[str, str]:
    """{path: sha256} of a manifest; lines of another form are findings."""
    entries: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n")[:-1]:
        match = MANIFEST_LINE.match(line)
        if not match or match.group(2) in entries:
            case.find("MANIFEST_FORMAT", name)
        else:
            entries[match.group(2)] = match.group(1)
    return entries


def check_statements(case: Case) -> Iterator[int]:
    """Parse every statement; the file name says its index."""
    for path in sorted(case.sizes):
        match = STATEMENT_PATH.match(path)
        value = case.parsed(path, parse_statement, "STATEMENT_FORMAT") if match else None
        if match is None or value is None:
            continue
        record = Record(int(match.group(1)), path, case.small[path], value)
        case.records[record.entry] = record
        if record.rec in case.by_rec:
            case.find("REC_DOUBLE", path, record.rec)
        case.by_rec.setdefault(record.rec, record)
        yield 1


def parse_statement(data: bytes) -> dict[str, Any]:
    """The statement that leaf bytes say. Raises Malformed."""
    if len(data) > MAX_STATEMENT_BYTES:
        raise Malformed("size")
    kinds = {"at": str, "clock": str, "facts": dict, "objects": list, "rec": str, "type": str}
    value = fields(decode(data), {**kinds, "v": int}, "statement")
    if value["v"] != 1 or value["type"] not in TYPES:
        raise Malformed("version or type")
    if not REC.match(value["rec"]) or value["clock"] not in ("system", "simulated"):
        raise Malformed("rec or clock")
    seconds(value["at"])
    roles = set()
    for item in value["objects"]:
        fields(item, {"commit": str, "media": str, "role": str, "size": int}, "object")
        if not HEX64.match(item["commit"]) or not ROLE.match(item["role"]) or item["size"] < 0:
            raise Malformed("object")
        roles.add(item["role"])
    if len(roles) != len(value["objects"]):
        raise Malformed("roles")
    return value


def check_checkpoints(case: Case) -> Iterator[int]:
    """Check the three heads' form, log and signatures."""
    for name in HEADS:
        path = f"data/checkpoints/{name}.txt"
        head = case.parsed(path, parse_head, "NOTE_FORMAT")
        if head is None:
            continue
        case.heads[name] = head
        if head.origin != case.trust.origin:
            case.find("NOTE_ORIGIN", path, head.origin)
        check_signatures(case, path, head)
        yield 1


def check_signatures(case: Case, path: str, head: Head) -> None:
    """Every signature must be of a key trusted at this size, and hold; there must be one."""
    text, signatures = parse_note(head.note)
    known = {(key.name, key.id): key for key in case.trust.keys}
    good = set()
    for name, identity, signature in signatures:
        key = known.get((name, identity))
        if key is None or (name, identity) in good:
            case.find("NOTE_UNKNOWN_SIGNATURE", path, name)
        elif head.size > case.trust.retired.get(identity, head.size):
            case.find("NOTE_KEY_RETIRED", path)
        elif ed25519_verify(key.public, signature, text.encode("utf-8")):
            good.add((name, identity))
        else:
            case.find("NOTE_SIGNATURE", path)
    if not good:
        case.find("NOTE_KEY", path)


def check_proofs(case: Case) -> Iterator[int]:
    """Check that each statement is in the log under the last head."""
    head = case.heads.get("last")
    for index, record in sorted(case.records.items()):
        path = f"data/proofs/{index}.tlog-proof"
        proof = case.parsed(path, parse_proof, "PROOF_FORMAT")
        if proof is None:
            continue
        named, hashes, note = proof
        if named != index:
            case.find("PROOF_INDEX", path, named)
        if head is None or note != head.note:
            case.find("PROOF_CHECKPOINT", path)
        elif not included(record.data, index, head, hashes):
            case.find("PROOF_INCLUSION", record.path)
        else:
            case.proven.add(index)
            yield 1


def check_consistency(case: Case) -> Iterator[int]:
    """Check that each head continues the one before."""
    for old_name, new_name in (HEADS[:2], HEADS[1:]):
        path = f"data/checkpoints/{old_name}-{new_name}.consistency"
        old, new = case.heads.get(old_name), case.heads.get(new_name)
        if old is None or new is None:
            continue
        proof = case.parsed(path, parse_consistency, "CONSISTENCY_FORMAT")
        if proof is None:
            continue
        if proof[:2] != (old.size, new.size):
            case.find("CONSISTENCY_FORMAT", path, f"{proof[0]}-{proof[1]}")
        elif not consistent(old, new, proof[2]):
            case.find("CONSISTENCY", path)
        else:
            yield 1


# --- what was exported, and what of it is open -----------------------------------------------------

OPENINGS = "data/openings.json"
COMMIT_TAG = b"evidence-commit-v1\0"
EXPORT_ROLE = "package"
EXTENSIONS = {
    "application/json": ".json", "image/gif": ".gif", "image/jpeg": ".jpg", "image/png": ".png",
    "image/webp": ".webp", "text/plain": ".txt", "video/mp4": ".mp4",
}  # fmt: skip
OUR_JSON = frozenset((
    "account", "actor", "campaign", "entry", "exchange", "fingerprint", "gaps", "interaction",
    "observation", "officer", "package", "post", "reading",
))  # fmt: skip
"""Roles whose bytes this software wrote as canonical JSON; others are as received."""
FIXED = (
    "bag-info.txt", "bagit.txt", "data/checkpoints/first-report.consistency",
    "data/checkpoints/first.txt", "data/checkpoints/last.txt",
    "data/checkpoints/report-last.consistency", "data/checkpoints/report.txt", OPENINGS,
    "data/report/laporan.html", MANIFEST, TAG_MANIFEST, "verify/README-id.txt",
    "verify/verify.py",
)  # fmt: skip
BOUND = ("data/report/laporan.html", "verify/README-id.txt", "verify/verify.py")
"""Files without a commitment of their own; their hashes stand in the committed description."""
ALSO_BOUND = re.compile(
    r"(?:data/(?:proofs/anchors|report|wacz|warc)|verify)(?:/[a-z0-9][a-z0-9._-]{0,99}){1,4}\Z"
)
"""Where further files may lie whose hashes stand in the committed description."""
DESCRIPTION = {
    "anchors": list, "checkpoints": dict, "clock": str, "created_at": str, "files": dict,
    "format": str, "organisation": str, "origin": str, "posts": list, "records": list,
    "software": str, "v": int, "watches": list,
}  # fmt: skip
"""Fields of a package's description; `period` beside them is an object or null."""


def object_path(index: int, role: str, media: str) -> str:
    """Where a disclosed object lies in the package."""
    # A browser and Python hold different characters for blank.
    extension = EXTENSIONS.get(media.split(";")[0].strip(" \t").lower(), ".bin")
    return f"data/objects/{index}/{role}{extension}"


def read_openings(case: Case) -> None:
    """Read the salts of what is disclosed."""
    data = case.small.get(OPENINGS)
    if data is None:
        return
    try:
        value = fields(decode(data), {"openings": list, "v": int}, "openings")
        if value["v"] != 1:
            raise Malformed("version")
        for item in value["openings"]:
            fields(item, {"index": int, "role": str, "salt": str}, "opening")
            if not HEX64.match(item["salt"]) or not ROLE.match(item["role"]):
                raise Malformed("opening")
            case.salts[item["index"], item["role"]] = bytes.fromhex(item["salt"])
        if [(i["index"], i["role"]) for i in value["openings"]] != sorted(case.salts):
            raise Malformed("order")
    except Malformed as error:
        case.find("OPENINGS_FORMAT", OPENINGS, error)


def check_openings(case: Case) -> Iterator[int]:
    """Compare each disclosed object with its commitment; unknown openings are findings."""
    wanted = {
        (record.entry, item["role"]): item
        for record in case.records.values()
        for item in record.value["objects"]
    }
    for key in sorted(case.salts):
        if key not in wanted:
            case.find("OPENING_UNKNOWN", f"{OPENINGS}#{key[0]}/{key[1]}")
            continue
        path = object_path(key[0], key[1], wanted[key]["media"])
        if path in case.hashes and check_object(case, path, wanted[key], case.salts[key]):
            yield 1


def check_object(case: Case, path: str, item: Mapping[str, Any], salt: bytes) -> bool:
    """Whether one object's file is what its statement committed to."""
    inner = bytes.fromhex(case.hashes[path])
    sound = True
    if case.sizes[path] != item["size"]:
        case.find("OBJECT_SIZE", path, case.sizes[path], item["size"])
        sound = False
    if hashlib.sha256(COMMIT_TAG + salt + inner).hexdigest() != item["commit"]:
        case.find("OBJECT_COMMITMENT", path)
        sound = False
    if sound and item["role"] in OUR_JSON:
        try:
            decode(case.bytes_of(path) or b"")
        except Malformed as error:
            case.find("OBJECT_FORMAT", path, error)
            sound = False
    return sound


def check_description(case: Case) -> Iterator[int]:
    """Compare the package with the description that its export statement commits to."""
    top = case.records[max(case.records)] if case.records else None
    if top is None or top.type != "custody" or top.facts.get("action") != "EXPORT":
        case.find("EXPORT_MISSING", top.path if top else "data/statements")
        return
    case.export = top
    path = object_path(top.entry, EXPORT_ROLE, "application/json")
    data = case.bytes_of(path)
    try:
        case.description = parse_description(data or b"")
    except Malformed as error:
        case.find("DESCRIPTION_FORMAT", path, error)
        return
    yield from check_listed(case, top)
    for name, noted in sorted(case.description["files"].items()):
        if name in case.hashes and noted != case.hashes[name]:
            case.find("FILE_HASH", name)
    check_heads(case, top)
    if case.small.get("bag-info.txt", b"") != bag_info(case, top):
        case.find("BAG_INFO", "bag-info.txt")


def parse_description(data: bytes) -> dict[str, Any]:
    """The description of a package. Raises Malformed."""
    value = decode(data)
    if not isinstance(value, dict) or "period" not in value:
        raise Malformed("period")
    period = value["period"]
    fields(value, {**DESCRIPTION, "period": dict if period is not None else type(None)}, "all")
    if value["v"] != 1 or value["format"] != "jejak-package":
        raise Malformed("version")
    seconds(value["created_at"])
    if period is not None:
        fields(period, {"from": str, "until": str}, "period")
        if seconds(period["from"]) >= seconds(period["until"]):
            raise Malformed("period")
    check_bound(value["files"])
    for item in value["anchors"]:
        kinds = {"authority": str, "kind": str, "size": int, "status": str}
        reason = item.get("reason") if isinstance(item, dict) else None
        fields(item, {**kinds, "reason": type(None) if reason is None else str}, "anchor")
        if item["status"] != ("anchored" if reason is None else "pending"):
            raise Malformed("anchor")
    fields(value["checkpoints"], {"first": str, "report": str}, "checkpoints")
    texts = value["watches"] + value["posts"]
    for item in value["records"]:
        fields(item, {"erased": list, "index": int, "rec": str, "withheld": list}, "record")
        texts += item["erased"] + item["withheld"]
    if not all(isinstance(text, str) for text in texts):
        raise Malformed("selection")
    for listed in (value["watches"], value["posts"], [r["index"] for r in value["records"]]):
        if len(set(listed)) != len(listed):
            raise Malformed("double")
    return value


def check_bound(files: Mapping[str, Any]) -> None:
    """The files a description answers for: all that must be, others in their folders only."""
    if not set(BOUND) <= set(files):
        raise Malformed("files")
    for name, noted in files.items():
        if name not in BOUND and (name in FIXED or not ALSO_BOUND.match(name)):
            raise Malformed("files")
        if not isinstance(noted, str) or not HEX64.match(noted):
            raise Malformed("files")


def check_listed(case: Case, export: Record) -> Iterator[int]:
    """Each listed record is there, each record is listed, each object is accounted for."""
    listed = {item["index"]: item for item in case.description["records"]}
    for index, item in sorted(listed.items()):
        record = case.records.get(index)
        if record is None or record.rec != item["rec"]:
            case.find("RECORD_MISSING", f"data/statements/{index}.json", index)
        else:
            yield 1
    for index, record in sorted(case.records.items()):
        if index not in listed and record is not export:
            case.find("RECORD_UNLISTED", record.path)
        item = listed.get(index, {"withheld": [], "erased": []})
        account_objects(case, record, item)


def account_objects(case: Case, record: Record, item: Mapping[str, Any]) -> None:
    """Say of each object of a record whether it is open, withheld or erased, and by what right."""
    shut, roles = item["withheld"] + item["erased"], {o["role"] for o in record.value["objects"]}
    if len(set(shut)) < len(shut) or not roles.issuperset(shut):
        case.find("DESCRIPTION_FORMAT", record.path, "withheld or erased")
    for entry in record.value["objects"]:
        role = entry["role"]
        place = f"{record.path}#{role}"
        opened = (record.entry, role) in case.salts
        closed = role in item["withheld"] or role in item["erased"]
        if opened and closed:
            case.find("OBJECT_LISTED", place)
        elif not opened and not closed:
            case.find("OBJECT_UNACCOUNTED", place)
        elif role in item["erased"]:
            orders = erasure_orders(case, record.rec)
            case.find("OBJECT_ERASED", place, ", ".join(orders) or "?")
            if not orders:
                case.find("ERASURE_UNEXPLAINED", place)
        elif not opened:
            case.find("OBJECT_WITHHELD", place)


def erasure_orders(case: Case, rec: str) -> list[str]:
    """The orders that the package's erasure statements about a record give, in log order."""
    said = (
        record.facts.get("order")
        for record in case.in_order()
        if record.type == "erasure" and record.facts.get("subject") == rec
    )
    return [order if isinstance(order, str) and order else "?" for order in said]


def check_heads(case: Case, export: Record) -> None:
    """The heads are those noted when the package was made, and cover what they must."""
    for name in ("first", "report"):
        head = case.heads.get(name)
        noted = case.description["checkpoints"][name]
        if head and hashlib.sha256(head.note).hexdigest() != noted:
            case.find("CHECKPOINT_OTHER", f"data/checkpoints/{name}.txt")
    report, last = case.heads.get("report"), case.heads.get("last")
    others = [index for index in case.records if index != export.entry]
    if report and (report.size > export.entry or any(i >= report.size for i in others)):
        case.find("CHECKPOINT_ORDER", "data/checkpoints/report.txt", report.size)
    first = case.heads.get("first")
    if first and first.size <= min(case.records):
        case.find("CHECKPOINT_ORDER", "data/checkpoints/first.txt", first.size)
    if last and last.size <= export.entry:
        case.find("CHECKPOINT_ORDER", "data/checkpoints/last.txt", last.size)
    if case.description["origin"] != case.trust.origin:
        case.find("NOTE_ORIGIN", export.path, case.description["origin"])
    if case.description["clock"] != export.value["clock"]:
        case.find("DESCRIPTION_FORMAT", export.path, "clock")


def bag_info(case: Case, export: Record) -> bytes:
    """What bag-info.txt must say."""
    payload = [size for path, size in case.sizes.items() if path.startswith("data/")]
    said = case.description
    return (
        f"Bag-Software-Agent: {said['software']}\n"
        f"Bagging-Date: {said['created_at'][:10]}\n"
        f"External-Identifier: {export.rec}\n"
        f"Payload-Oxum: {sum(payload)}.{len(payload)}\n"
        f"Source-Organization: {said['organisation']}\n"
    ).encode()


def check_layout(case: Case) -> None:
    """Every expected file is there and no other."""
    expected = set(FIXED) | set(case.description.get("files", ()))
    for record in case.records.values():
        expected |= {record.path, f"data/proofs/{record.entry}.tlog-proof"}
        for item in record.value["objects"]:
            if (record.entry, item["role"]) in case.salts:
                expected.add(object_path(record.entry, item["role"], item["media"]))
    broken = {f.path for f in case.findings if f.code == "STATEMENT_FORMAT"}
    for path in sorted(expected - set(case.sizes)):
        case.find("FILE_MISSING", path)
    for path in sorted(set(case.sizes) - expected - broken):
        case.find("FILE_UNKNOWN", path)


def exported(case: Case) -> list[int]:
    """Indices of all records but the export's own."""
    return [i for i in sorted(case.records) if case.records[i] is not case.export]


# --- anchors: others who saw a head, and when ------------------------------------------------------

ANCHORS = "data/proofs/anchors/"
ANCHOR_PATH = re.compile(
    r"data/proofs/anchors/(0|[1-9][0-9]{0,15})/"
    r"(checkpoint\.txt|report\.consistency|(?:0|[1-9][0-9]{0,3})\.(?:tsr|pem|cosig|ots))\Z"
)


def check_anchors(case: Case) -> Iterator[int]:
    """Check anchored heads, their time stamps and their cosignatures; note what they bound."""
    sizes: dict[int, list[str]] = {}
    for path in sorted(p for p in case.hashes if p.startswith(ANCHORS)):
        match = ANCHOR_PATH.match(path)
        if match:
            sizes.setdefault(int(match.group(1)), []).append(match.group(2))
        else:
            case.find("ANCHOR_FORMAT", path, "name")
    read_published(case, sizes)
    for size, names in sorted(sizes.items()):
        head = anchored_head(case, size)
        if head is None:
            continue
        for name in names:
            path = f"{ANCHORS}{size}/{name}"
            if name.endswith(".tsr"):
                good = check_stamp(case, path, head)
                # Shipped, and whose it is when it holds: captures name a token by its hash.
                case.tokens.setdefault(case.hashes[path], None)
                if good:
                    case.tokens[case.hashes[path]] = case.stamps[-1]
                yield good
            elif name.endswith(".ots"):
                yield check_ots(case, path, head)
            elif name.endswith(".cosig"):
                yield check_cosignature(case, path, head)
    tell_revocation(case)
    check_quorum(case)
    for item in case.description.get("anchors", ()):
        if item["status"] == "pending":
            case.find("ANCHOR_PENDING", ANCHORS, item["authority"], item["reason"])


def anchored_head(case: Case, size: int) -> Head | None:
    """The anchored head of this size, when it is one of this log that the report continues."""
    path, proof = f"{ANCHORS}{size}/checkpoint.txt", f"{ANCHORS}{size}/report.consistency"
    report = case.heads.get("report")
    for name in (path, proof):
        if name not in case.small:
            case.find("ANCHOR_FORMAT", name, "missing")
            return None
    before = case.errors()
    head = case.parsed(path, parse_head, "ANCHOR_FORMAT")
    said = case.parsed(proof, parse_consistency, "ANCHOR_FORMAT")
    if head is None or said is None:
        return None
    if head.size != size or head.origin != case.trust.origin:
        case.find("ANCHOR_FORMAT", path, "size or origin")
        return None
    check_signatures(case, path, head)
    old, new, hashes = said
    if report is None or (old, new) != (size, report.size) or not consistent(head, report, hashes):
        case.find("ANCHOR_CONSISTENCY", proof)
    if case.errors() > before:
        return None
    case.anchored[hashlib.sha256(head.note).hexdigest()] = size
    return head


def check_cosignature(case: Case, path: str, head: Head) -> int:
    """1 when a trusted witness signed the head, else 0. Source: c2sp.org/tlog-cosignature."""
    said = case.parsed(path, parse_cosignature, "ANCHOR_FORMAT")
    if said is None:
        return 0
    name, identity, raw = said
    keys = [k for k in case.trust.witnesses if (k.name, k.id) == (name, identity)]
    if not keys:
        case.find("COSIGNATURE_UNKNOWN", path, name)
        return 0
    text = parse_note(head.note)[0]
    message = f"cosignature/v1\ntime {int.from_bytes(raw[:8], 'big')}\n{text}".encode()
    if not ed25519_verify(keys[0].public, raw[8:], message):
        case.find("COSIGNATURE_INVALID", path, name)
        return 0
    case.witnessed.setdefault(head.size, set()).add(name)
    return 1


def parse_cosignature(data: bytes) -> tuple[str, bytes, bytes]:
    """Name, key id, and time with signature of a `.cosig` file. Raises Malformed."""
    signatures = parse_note(b"x\n\n" + data)[1]
    if len(signatures) != 1 or len(signatures[0][2]) != 72:
        raise Malformed("cosignature")
    return signatures[0]


def check_quorum(case: Case) -> None:
    """As many witnesses as the trust file wants signed one head that covers all records."""
    top = max(exported(case), default=-1)
    most = max((len(w) for size, w in case.witnessed.items() if size > top), default=0)
    if most < case.trust.quorum:
        case.find("WITNESS_QUORUM", ANCHORS, most, case.trust.quorum)


# --- anchors: OpenTimestamps -----------------------------------------------------------------------

OTS = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
OTS_BLOCK = b"\x05\x88\x96\x0d\x73\xd7\x19\x01"


def check_ots(case: Case, path: str, head: Head) -> int:
    """1 when an OpenTimestamps proof leads from a head to a trusted block, else 0."""
    digest = hashlib.sha256(head.note).digest()
    ends = case.parsed(path, lambda data: ots_blocks(data, digest), "OTS_INVALID")
    good = 0
    for height, root in ends or ():
        header = case.trust.blocks.get(height)
        if header is None:
            case.find("OTS_UNCHECKED", path, height)
        elif header[36:68] != root:
            case.find("OTS_INVALID", path, f"block {height}")
        else:
            time = int.from_bytes(header[68:72], "little")
            case.stamps.append(Stamp(head.size, time, f"Bitcoin {height}", BLOCK_S, path))
            case.stamped.add(digest.hex())
            good = 1
    return good


def ots_blocks(data: bytes, digest: bytes) -> list[tuple[int, bytes]]:
    """(height, Merkle root) of the blocks an OpenTimestamps proof ends in. Raises Malformed."""
    if not data.startswith(OTS + digest):
        raise Malformed("digest")
    rest, message, found = data[len(OTS) + 32 :], digest, []
    waiting = [message]
    for _step in range(1024):
        if not waiting or not rest:
            break
        code, rest = rest[0], rest[1:]
        if code == 0xFF:
            waiting.append(message)
        elif code == 0x08:
            message = hashlib.sha256(message).digest()
        elif code in (0xF0, 0xF1):
            more, rest = ots_bytes(rest)
            message = message + more if code == 0xF0 else more + message
        elif code == 0x00:
            tag = rest[:8]
            payload, rest = ots_bytes(rest[8:])
            if tag == OTS_BLOCK:
                height, end = ots_number(payload)
                if end:
                    raise Malformed("height")
                found.append((height, message))
            message = waiting.pop()
        else:
            raise Malformed(f"operation {code}")
    if waiting or rest or not found:
        raise Malformed("end")
    return found


def ots_number(data: bytes) -> tuple[int, bytes]:
    """A LEB128 number of at most 9 bytes, and what follows. Raises Malformed."""
    value = 0
    for place, byte in enumerate(data[:9]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            if place and not byte:
                break
            return value, data[place + 1 :]
    raise Malformed("number")


def ots_bytes(data: bytes) -> tuple[bytes, bytes]:
    """Bytes behind their length, and what follows. Raises Malformed."""
    size, rest = ots_number(data)
    if size > 4096 or len(rest) < size:
        raise Malformed("length")
    return rest[:size], rest[size:]


# --- DER (X.690) -----------------------------------------------------------------------------------

MAX_DER_DEPTH, MAX_DER_VALUES = 32, 20_000
"""A token with its whole chain has some hundred values, and seldom more than five certificates."""
DER_FORMS = {
    1: re.compile(rb"[\x00\xff]\Z"),
    2: re.compile(rb"(?s)(?:.|\x00[\x80-\xff].*|\xff[\x00-\x7f].*|[\x01-\xfe].+)\Z"),
    3: re.compile(rb"(?s)(?:\x00|[\x00-\x07].+)\Z"),
    5: re.compile(rb"\Z"),
    6: re.compile(rb"(?:(?:[\x81-\xff][\x80-\xff]*)?[\x00-\x7f])+\Z"),
    10: re.compile(rb"(?s)(?:.|\x00[\x80-\xff].*|\xff[\x00-\x7f].*|[\x01-\xfe].+)\Z"),
    23: re.compile(rb"[0-9]{12}Z\Z"),
    24: re.compile(rb"([0-9]{14})(?:\.[0-9]*[1-9])?Z\Z"),
}
"""By universal tag: the one way to write a value of this type (X.690 sections 8, 10 and 11)."""


class Der(NamedTuple):
    """A DER value: identifier byte, the whole, its content, the values in it if constructed."""

    tag: int
    whole: bytes
    content: bytes
    parts: Sequence[Der]


def read_der(
    data: bytes, depth: int = 0, left: list[int] | None = None, *, whole: bool = True
) -> list[Der]:
    """The DER values that follow each other, with all that is in them. Raises Malformed.

    left: how many values there may still be, all depths together.   whole: also those in them.
    """
    found, at = [], 0
    left = [MAX_DER_VALUES] if left is None else left
    if depth > MAX_DER_DEPTH:
        raise Malformed("DER")
    while at < len(data):
        left[0] -= 1
        if left[0] < 0:
            raise Malformed("DER")
        tag, begin, end = data[at], *der_place(data, at + 1)
        content, kind, constructed = data[begin:end], tag & 0x1F, bool(tag & 0x20)
        form = DER_FORMS.get(tag)
        if kind == 0x1F or (form and not form.match(content)):
            raise Malformed("DER")
        if tag < 0x40 and (not kind or constructed is not (kind in (16, 17))):
            raise Malformed("DER")
        if tag == 3 and content[-1] & (1 << content[0]) - 1:
            raise Malformed("DER")
        parts = read_der(content, depth + 1, left) if constructed and whole else ()
        value = Der(tag, data[at:end], content, parts)
        if tag == 0x31 and not in_order(value):
            raise Malformed("DER")
        found.append(value)
        at = end
    return found


def der_place(data: bytes, at: int) -> tuple[int, int]:
    """Begin and end of the content whose length stands at a place. Raises Malformed."""
    size, begin = data[at] if at < len(data) else 0x80, at + 1
    if size > 0x80:
        begin += size & 0x7F
        said = data[at + 1 : begin]
        size = int.from_bytes(said, "big")
        if len(said) > 4 or size < 0x80 or not said[0]:
            raise Malformed("DER")
    elif size == 0x80:
        raise Malformed("DER")
    if begin + size > len(data):
        raise Malformed("DER")
    return begin, begin + size


def in_order(value: Der) -> bool:
    """Whether the members of a SET, plain or with a context's tag, stand in DER's order."""
    members = [part.whole for part in value.parts]
    return value.tag not in (0x31, 0xA0, 0xA1) or members == sorted(members)


def tags_of(value: Der) -> str:
    """The tags of the parts of a value, in hex."""
    return " ".join(f"{part.tag:02x}" for part in value.parts)


def shaped(value: Der, pattern: str, tag: int = 0x30) -> Sequence[Der]:
    """The parts of a value of this tag, whose tags, in hex, are these. Raises Malformed."""
    if value.tag != tag or not re.fullmatch(pattern, tags_of(value)):
        raise Malformed("DER")
    return value.parts


def with_parts(value: Der) -> Der:
    """A value with the values in it, but not with those in these. Raises Malformed."""
    return value._replace(parts=read_der(value.content, whole=False))


def token_seconds(text: bytes) -> float:
    """Epoch seconds of a GeneralizedTime, fractions cut off. Raises Malformed."""
    try:
        return datetime.strptime(text[:14].decode() + " +0000", "%Y%m%d%H%M%S %z").timestamp()
    except (ValueError, OverflowError):
        raise Malformed("time") from None


def der_seconds(value: Der) -> float:
    """Epoch seconds of a UTCTime or GeneralizedTime without fractions, from 1950 on.

    Raises Malformed.
    """
    text = value.content
    if value.tag == 0x17:
        text = (b"19" if text >= b"5" else b"20") + text
    if value.tag not in (0x17, 0x18) or len(text) != 15 or text < b"195":
        raise Malformed("time")
    return token_seconds(text)


# --- anchors: time stamps (RFC 3161) ---------------------------------------------------------------

MAX_TOKEN_BYTES, MAX_CARRIED = 1 << 20, 16
TOKEN_TAGS = (0x02, 0x04, 0x30, 0x31, 0xA0, 0xA1)
SHA256_OID = bytes.fromhex("608648016503040201")
TST_INFO_OID = bytes.fromhex("2a864886f70d0109100104")
CONTENT_TYPE_OID = bytes.fromhex("2a864886f70d010903")
OPENSSL_S = 20


class Token(NamedTuple):
    """What a time stamp says of itself. time: epoch seconds.   signer: issuer's name and number."""

    time: float
    signer: tuple[bytes, bytes]
    carried: Sequence[Der]


def check_stamp(case: Case, path: str, head: Head) -> int:
    """1 when a time stamp over a head holds with a trusted authority, else 0."""
    token = case.parsed(path, lambda data: read_token(data, head.note), "STAMP_INVALID")
    if token is None:
        return 0
    words = set()
    for name, roots in case.trust.tsas:
        word = ask_openssl(case, path, head, roots, token)
        words.add(word)
        if word in ("good", "expired"):
            said = revocation_of(case, path, token, roots)
            if said.word in TAKEN:
                case.find(f"STAMP_{said.word}", path, said.number, stamp(int(said.at or 0)))
                return 0
            if word == "expired":
                case.find("STAMP_EXPIRED", path)
            case.stamps.append(
                Stamp(head.size, token.time, name, CLOCK_S, path, said.word, said.at)
            )
            case.stamped.add(hashlib.sha256(head.note).hexdigest())
            return 1
    if "absent" in words:
        case.find("STAMP_UNCHECKED", path)
    else:
        case.find("STAMP_INVALID" if "bad" in words else "STAMP_UNKNOWN", path)
    return 0


def read_token(answer: bytes, note: bytes) -> Token:
    """What a TimeStampResp says of a note. Raises Malformed.

    Refuses what openssl lets pass: another spelling than DER, bytes left over, a digest other than
    SHA-256, a signature that was not made for a time stamp. Whether the signature holds is not seen.
    """
    if len(answer) > MAX_TOKEN_BYTES:
        raise Malformed("size")
    try:
        (response,) = read_der(answer)
        status, token = response.parts
        (signed,) = token.parts[1].parts
        encapsulated = signed.parts[2]
        (signer,) = signed.parts[-1].parts
        attributes = {a.parts[0].content: a.parts[1].parts for a in signer.parts[3].parts}
        ((info,),) = (read_der(part.content) for part in encapsulated.parts[1].parts)
        imprint, moment = info.parts[2], info.parts[4]
        algorithm, digest = imprint.parts
        issuer, number = signer.parts[1].parts
        carried = [part for part in signed.parts[3].parts if signed.parts[3].tag == 0xA0]
        facts = (
            status.parts[0].whole in (b"\2\1\0", b"\2\1\1"),
            [v.content for v in attributes.get(CONTENT_TYPE_OID, ())] == [TST_INFO_OID],
            encapsulated.parts[0].content == TST_INFO_OID,
            len(attributes) == len(signer.parts[3].parts),
            all(in_order(v) and v.tag in TOKEN_TAGS for v in (*signed.parts, *signer.parts)),
            algorithm.parts[0].content == SHA256_OID,
            digest.content == hashlib.sha256(note).digest(),
            moment.tag == 0x18,
            (issuer.tag, number.tag) == (0x30, 2),
            len(carried) <= MAX_CARRIED,
        )
    except (ValueError, IndexError):
        raise Malformed("token") from None
    if not all(facts):
        raise Malformed("token")
    return Token(token_seconds(moment.content), (issuer.whole, number.content), carried)


def ask_openssl(case: Case, path: str, head: Head, roots: str, token: Token) -> str:
    """What `openssl ts` says of a token: good, expired, unknown, bad or absent."""
    files = {"token": case.small.get(path, b""), "note": head.note, "roots.pem": roots.encode()}
    files["carried.pem"] = b"".join(pem_of("CERTIFICATE", one.whole) for one in token.carried)
    asked = ["ts", "-verify", "-data", "note", "-in", "token", "-CAfile", "roots.pem"]
    # Before 3.0 openssl does not look for authorities among the certificates of the token.
    asked += ["-untrusted", "carried.pem"] if token.carried else []
    code, said = run_openssl(asked, files)
    if code is None:
        return "absent"
    expired = code != 0 and "certificate has expired" in said
    if code == 0 or expired:
        code, then = run_openssl([*asked, "-attime", str(int(token.time))], files)
        # Some programs of this name have no -attime: what held now is not refused for that.
        dated = expired or "not yet valid" in then or "has expired" in then
        if code == 0 or not dated:
            return "expired" if expired else "good"
        said = then
    # 3.5 goes on without roots that cannot be read, and 1.1.1 writes `self signed`.
    unknown = read_roots(roots) and re.search("issuer certificate|self.signed certificate", said)
    return "unknown" if unknown else "bad"


def openssl_program() -> str | None:
    """Where openssl is: in a folder that PATH names in full, never in the current one by itself.

    That one may be the package, and Windows would look there first.
    """
    name = "openssl.exe" if os.name == "nt" else "openssl"
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    return None


def run_openssl(arguments: Sequence[str], files: Mapping[str, bytes]) -> tuple[int | None, str]:
    """Exit code and words of openssl, run where these files lie; None when there is no openssl."""
    import subprocess
    import tempfile

    program = openssl_program()
    if program is None:
        return None, ""
    with tempfile.TemporaryDirectory(prefix="jejak-verify-") as folder:
        for name, content in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        try:
            done = subprocess.run(  # noqa: S603 (fixed program; the data lies in files)
                [program, *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=OPENSSL_S, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return 1, ""
    return done.returncode, done.stdout.decode("utf-8", "replace")


# --- certificates and signatures (RFC 5280) --------------------------------------------------------

CERTIFICATE_TAGS = r"(?:a0 )?02 30 30 30 30 30(?: 81)?(?: 82)?(?: a3)?"
KEY_USAGE, CONSTRAINTS, POINTS, PURPOSES, REASON, INVALIDITY, DELTA, SCOPE = (
    bytes.fromhex("551d" + end) for end in ("0f", "13", "1f", "25", "15", "18", "1b", "1c")
)
OF_A_CERTIFICATE = frozenset((KEY_USAGE, CONSTRAINTS, POINTS, PURPOSES))
RSA_OID, PSS_OID = (bytes.fromhex("2a864886f70d0101" + end) for end in ("01", "0a"))
MGF1_OID, EC_OID = bytes.fromhex("2a864886f70d010108"), bytes.fromhex("2a8648ce3d0201")
HASHES = {
    bytes.fromhex("6086480165030402" + end): name
    for end, name in (("01", "sha256"), ("02", "sha384"), ("03", "sha512"))
}
SCHEMES = {
    bytes.fromhex(oid): (RSA_OID if oid.startswith("2a864886") else EC_OID, name)
    for oid, name in (
        ("2a864886f70d01010b", "sha256"), ("2a864886f70d01010c", "sha384"),
        ("2a864886f70d01010d", "sha512"), ("2a8648ce3d040302", "sha256"),
        ("2a8648ce3d040303", "sha384"), ("2a8648ce3d040304", "sha512"),
    )
}  # fmt: skip
"""Signature algorithm to the kind of key and the hash it wants."""


class Certificate(NamedTuple):
    """Of a certificate what says whose it is and who may revoke it. since, until: epoch seconds."""

    whole: bytes
    body: bytes
    algorithm: Der
    signature: bytes
    number: bytes
    issuer: bytes
    subject: bytes
    since: float
    until: float
    key: Der
    extensions: Mapping[bytes, Der]


def certificate_of(value: Der) -> Certificate | None:
    """A certificate (RFC 5280 section 4.1), None when it cannot be read."""
    try:
        body, algorithm, signature = shaped(value, "30 30 03")
        parts = shaped(body, CERTIFICATE_TAGS)
        number, _, issuer, validity, subject, key = parts[parts[0].tag == 0xA0 :][:6]
        since, until = (der_seconds(part) for part in shaped(validity, "1[78] 1[78]"))
        shaped(key, "30 03")
        more = shaped(parts[-1], "30", 0xA3)[0] if parts[-1].tag == 0xA3 else None
        extensions = read_extensions(more, OF_A_CERTIFICATE, bound=False) if more else {}
    except (ValueError, IndexError):
        return None
    return Certificate(
        value.whole, body.whole, algorithm, signature.content[1:], number.content, issuer.whole,
        subject.whole, since, until, key, extensions,
    )  # fmt: skip


def read_extensions(value: Der, known: frozenset[bytes], *, bound: bool = True) -> dict[bytes, Der]:
    """The known extensions by name. Raises Malformed, also when bound by another, critical one."""
    found: dict[bytes, Der] = {}
    names = set()
    for one in shaped(value, r"30(?: 30)*"):
        kind, *critical, inside = shaped(one, r"06(?: 01)? 04")
        if kind.content in names or (
            bound and kind.content not in known and any(c.content != b"\0" for c in critical)
        ):
            raise Malformed("extension")
        names.add(kind.content)
        if kind.content in known:
            (found[kind.content],) = read_der(inside.content)
    return found


def algorithm_of(value: Der) -> bytes:
    """The algorithm that an AlgorithmIdentifier names. Raises Malformed."""
    return shaped(value, r"06(?: [0-9a-f]{2})?")[0].content


def key_bits(certificate: Certificate) -> bytes:
    """The public key itself, as key identifiers are made of it."""
    return certificate.key.parts[1].content[1:]


def read_roots(text: str) -> list[Certificate]:
    """The certificates of a trust file's authority that can be read."""
    found = []
    for block in text.split("-----BEGIN CERTIFICATE-----\n")[1:]:
        try:
            (value,) = read_der(unbase64("".join(block.split("\n")[:-2])))
        except ValueError:
            continue
        found.append(certificate_of(value))
    return [c for c in found if c]


def issued(case: Case, issuer: Certificate, certificate: Certificate) -> bool:
    """Whether a certificate bears the name and the signature of another."""
    return issuer.subject == certificate.issuer and bool(is_signed(case, issuer, certificate))


def is_signed(case: Case, by: Certificate, signed: Certificate | Published) -> bool | None:
    """Whether a signature is by a certificate's key; None when that cannot be computed."""
    parts = (by.key.whole, signed.algorithm.whole, signed.signature, signed.body)
    question = b"".join(hashlib.sha256(part).digest() for part in parts)
    if question not in case.held:
        try:
            case.held[question] = ask_signature(by.key, signed)
        except (ValueError, IndexError):
            case.held[question] = False
    return case.held[question]


def ask_signature(key: Der, signed: Certificate | Published) -> bool | None:
    """The same by `openssl dgst -verify`. Raises Malformed when it is no such signature."""
    kind, own = algorithm_of(signed.algorithm), algorithm_of(key.parts[0])
    wanted, digest = SCHEMES.get(kind, (own, None))
    options: list[str] = []
    if kind == PSS_OID:
        wanted = own if own == PSS_OID else RSA_OID
        digest, salt = pss_scheme(signed.algorithm, key.parts[0])
        options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", f"rsa_pss_saltlen:{salt}"]
    if digest is None:
        return None
    if own != wanted:
        return False
    if wanted == EC_OID:
        shaped(read_der(signed.signature)[0], "02 02")
    elif len(signed.signature) != modulus_bytes(key):
        return False  # dgst leaves unread what is longer (RFC 8017 section 8.2.2)
    files = {"key": pem_of("PUBLIC KEY", key.whole), "signature": signed.signature}
    said = run_openssl(
        ["dgst", f"-{digest}", "-verify", "key", "-signature", "signature", *options, "data"],
        {**files, "data": signed.body},
    )[1]
    if "Verified OK" in said:
        return True
    # `Verification Failure`, `Verification failure`, `Error Verifying Data`, `Error verifying data`.
    return False if re.search("(?i)verification fail|error verifying", said) else None


def modulus_bytes(key: Der) -> int:
    """Length of an RSA key's modulus. Raises Malformed."""
    (public,) = read_der(key.parts[1].content[1:])
    return len(public.parts[0].content.lstrip(b"\0"))


def pss_scheme(algorithm: Der, key: Der) -> tuple[str | None, int]:
    """Hash and length of the salt of RSASSA-PSS; no hash when they are of a kind not computed.

    key: its AlgorithmIdentifier; one that itself names a scheme is not computed here.
    """
    if len(algorithm.parts) < 2 or (algorithm_of(key) == PSS_OID and len(key.parts) > 1):
        return None, 0
    said = {part.tag: part.parts[0] for part in algorithm.parts[1].parts}
    digest = HASHES.get(algorithm_of(said[0xA0])) if 0xA0 in said else None
    mask = said[0xA1].parts if 0xA1 in said else ()
    below = HASHES.get(mask[1].parts[0].content) if len(mask) > 1 else None
    if digest is None or mask[0].content != MGF1_OID or below != digest or 0xA3 in said:
        return None, 0
    return digest, int.from_bytes(said[0xA2].content, "big") if 0xA2 in said else 20


def pem_of(label: str, data: bytes) -> bytes:
    """DER as PEM."""
    text = base64.encodebytes(data).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n".encode()


# --- revocation: what was published (RFC 5280, RFC 6960) -------------------------------------------

PEM_LABELS = {
    f"-----BEGIN {label}-----": (f"-----END {label}-----", label)
    for label in ("CERTIFICATE", "X509 CRL", "OCSP RESPONSE")
}
MAX_PEM_BYTES, MAX_PEM_BLOCKS = 16 << 20, 64
LIST_TAGS = r"(?:02 )?30 30 1[78](?: 1[78])?(?: 30)?(?: a0)?"
OF_A_LIST = frozenset((DELTA, SCOPE, bytes.fromhex("551d23")))
"""Extensions of a list that may bind who reads it: these two and its issuer's key, as openssl has it."""
OF_AN_ENTRY = frozenset((REASON, INVALIDITY))
PLAIN_ENTRY = re.compile(
    rb"(?s)(?:\x17\x0d[0-9]{12}Z|\x18\x0f[0-9]{14}Z)(?:0\x0c0\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01.)?\Z"
)
"""What follows the number in all but few entries of a list: a date, and at most a reason."""
OCSP_BASIC = bytes.fromhex("2b0601050507300101")


class Status(NamedTuple):
    """What a list or an answer says of one certificate, before anything is concluded from it.

    since: since when it is revoked, None when it is not.   known: whether its issuer knows it.
    made, until: when this was published, and until when it is meant to be used, epoch seconds.
    whole: whether every revocation of the certificate would be told here.
    """

    made: float
    until: float | None
    since: float | None = None
    reason: int | None = None
    known: bool = True
    whole: bool = True


class Published(NamedTuple):
    """A list of revocations (CRL), or an answer about single certificates (OCSP).

    author:   a list's issuer, or who has answered, as the answer says.
    statuses: an answer's, with how each names its certificate; None of a list, which has instead
    entries:  in DER, one after the other, and the dates of all of them.
    """

    path: str
    data: bytes
    body: bytes
    algorithm: Der
    signature: bytes
    author: Der
    statuses: Sequence[tuple[Sequence[Der], Status]] | None = None
    certificates: Sequence[Certificate] = ()
    entries: bytes = b""
    dates: tuple[float, float | None] = (0, None)
    extensions: Mapping[bytes, Der] = {}


def read_published(case: Case, sizes: Mapping[int, Sequence[str]]) -> None:
    """Read the lists and answers of all `.pem` files: a later stamp's may speak of an earlier one."""
    readers = {"X509 CRL": read_list, "OCSP RESPONSE": read_answer}
    for size, names in sorted(sizes.items()):
        for path in [f"{ANCHORS}{size}/{name}" for name in names if name.endswith(".pem")]:
            try:
                blocks = read_pem(case.small.get(path, b""))
            except Malformed:
                case.find("ANCHOR_FORMAT", path, "PEM")
                case.unreadable.add(path)
                continue
            for label, data in blocks:
                try:
                    if label in readers:
                        case.published.append(readers[label](path, data))
                except (ValueError, IndexError):
                    case.unreadable.add(path)


def read_pem(data: bytes) -> list[tuple[str, bytes]]:
    """(label, content) of whole PEM blocks and nothing else. Raises Malformed."""
    if not data.isascii() or not data.endswith(b"\n") or len(data) > MAX_PEM_BYTES:
        raise Malformed("PEM")
    found: list[tuple[str, bytes]] = []
    inside: list[str] = []
    label = end = ""
    for line in data.decode()[:-1].split("\n"):
        if line in PEM_LABELS and not label:
            (end, label), inside = PEM_LABELS[line], []
        elif label and line == end and inside:
            found.append((label, unbase64("".join(inside))))
            label = ""
        elif label and PEM_LINE.match(line):
            inside.append(line)
        else:
            raise Malformed("PEM")
    if label or len(found) > MAX_PEM_BLOCKS:
        raise Malformed("PEM")
    return found


def read_list(path: str, data: bytes) -> Published:
    """A list of revocations in DER (RFC 5280 section 5), its entries unread.

    Raises ValueError or IndexError when it is none.
    """
    (outer,) = read_der(data, whole=False)
    body, algorithm, signature = shaped(with_parts(outer), "30 30 03")
    parts = list(shaped(with_parts(body), LIST_TAGS))
    second = parts[0].tag == 2
    if second and parts.pop(0).content != b"\1":
        raise Malformed("version")
    inner, issuer, made, *rest = parts
    until = rest.pop(0) if rest and rest[0].tag in (0x17, 0x18) else None
    entries = rest.pop(0).content if rest and rest[0].tag == 0x30 else b""
    if inner.whole != algorithm.whole or signature.content[0] or (rest and not second):
        raise Malformed("list")
    more = shaped(read_der(rest[0].whole)[0], "30", 0xA0)[0] if rest else None
    extensions = read_extensions(more, OF_A_LIST) if more else {}
    if SCOPE in extensions:
        shaped(extensions[SCOPE], r"(?:a0)?(?: ?8[1-5])*")
    return Published(
        path, data, body.whole, read_der(algorithm.whole)[0], signature.content[1:], issuer,
        entries=entries, dates=(der_seconds(made), der_seconds(until) if until else None),
        extensions=extensions,
    )  # fmt: skip


def entries_about(data: bytes, number: bytes) -> list[tuple[float, int | None]] | None:
    """(since, reason) of each entry of a list with a certificate's number; None when it cannot be
    read, or has a critical extension that is not understood, in whichever entry."""
    at, about = 0, []
    try:
        while at < len(data):
            begin, end = der_place(data, at + 1)
            if data[at] != 0x30:
                return None
            after = begin + 2 + data[begin + 1]
            plain = data[begin] == 2 and PLAIN_ENTRY.match(data, after, end)
            if not plain or data[begin + 2 : after] == number:
                entry = read_entry(read_der(data[at:end])[0])
                about += [entry[1:]] if entry[0] == number else []
            at = end
    except (ValueError, IndexError):
        return None
    return about


def read_entry(entry: Der) -> tuple[bytes, float, int | None]:
    """Number, since when and reason of an entry of a list. Raises Malformed."""
    number, date, *rest = shaped(entry, r"02 1[78](?: 30)?")
    extensions = read_extensions(rest[0], OF_AN_ENTRY) if rest else {}
    reason, invalid = extensions.get(REASON), extensions.get(INVALIDITY)
    since = der_seconds(date)
    if reason is not None and (reason.tag != 10 or len(reason.content) != 1):
        raise Malformed("reason")
    if invalid is not None:
        since = min(since, der_seconds(invalid))
    return number.content, since, None if reason is None else reason.content[0]


def read_answer(path: str, data: bytes) -> Published:
    """An answer in DER (RFC 6960 section 4.2) that succeeded.

    Raises ValueError or IndexError when it is none.
    """
    (outer,) = read_der(data)
    status, wrapped = shaped(outer, "0a a0")
    kind, inner = shaped(shaped(wrapped, "30", 0xA0)[0], "06 04")
    (basic,) = read_der(inner.content)
    body, algorithm, signature, *rest = shaped(basic, "30 30 03(?: a0)?")
    responder, _, singles, *more = shaped(body, "a[12] 18 30(?: a1)?")
    if more:
        read_extensions(shaped(more[0], "30", 0xA1)[0], frozenset())
    certificates = [certificate_of(one) for one in (rest[0].parts[0].parts if rest else ())]
    known = [c for c in certificates if c]
    facts = (status.content == b"\0", kind.content == OCSP_BASIC, None not in certificates)
    if not all(facts) or signature.content[0] or len(known) > MAX_CARRIED:
        raise Malformed("answer")
    return Published(
        path, data, body.whole, algorithm, signature.content[1:], responder,
        [read_single(one) for one in singles.parts], known,
    )  # fmt: skip


def read_single(value: Der) -> tuple[Sequence[Der], Status]:
    """How an answer names one certificate, and what it says of it. Raises Malformed."""
    named, status, made, *rest = shaped(value, "30 (?:80|a1|82) 18(?: a0)?(?: a1)?")
    since, reason, until = None, None, None
    if status.tag == 0xA1:
        date, *why = shaped(status, "18(?: a0)?", 0xA1)
        since = der_seconds(date)
        reason = shaped(why[0], "0a", 0xA0)[0].content[0] if why else None
    elif status.content:
        raise Malformed("status")
    if rest and rest[0].tag == 0xA0:
        until = der_seconds(shaped(rest.pop(0), "18", 0xA0)[0])
    if rest:
        read_extensions(shaped(rest[0], "30", 0xA1)[0], frozenset())
    parts = shaped(named, "30 04 04 02")
    algorithm_of(parts[0])
    return parts, Status(der_seconds(made), until, since, reason, known=status.tag != 0x82)


# --- revocation: what it shows of a stamp ----------------------------------------------------------

LIST_AHEAD_S = 600
"""How much later than a stamp the list may be that is kept with it: the recorder asks for it at once."""
LASTING = frozenset((0, 3, 4, 5))
"""Reasons (unspecified, affiliationChanged, superseded, cessationOfOperation) for which what was
stamped before a certificate was revoked stays valid: RFC 3161 section 4, when the reason is given."""
REMOVED = 8
CRL_SIGN, KEY_IS_CA = 0x02, b"\xff"
OCSP_SIGNING = bytes.fromhex("2b06010505070309")
DIGESTS_OF_NAMES = {bytes.fromhex("2b0e03021a"): "sha1", **HASHES}
"""Hashes by which an answer may name an issuer; SHA-1 names, it proves nothing here."""
TAKEN = ("REVOKED", "COMPROMISED")
GRAVITY = (
    *TAKEN, "LATER", "DISAGREE", "UNCHECKED", "OUTDATED", "PARTIAL", "UNKNOWN", "OTHER_ISSUER",
    "UNREADABLE", "SHOWN",
)  # fmt: skip
"""What is said of a certificate, what weighs most first; of what shows nothing, what lacks least."""


class Link(NamedTuple):
    """A certificate that is not trusted by itself, and the one that issued it if that is there."""

    certificate: Certificate
    issuer: Certificate | None


class Said(NamedTuple):
    """What was published of a certificate, or of all that are behind a stamp.

    word: SHOWN, LATER, TRUSTED, REVOKED, COMPROMISED, or one of REASONS.
    at:   epoch seconds: when the list was made, or since when the certificate is revoked.
    """

    word: str
    at: float | None = None
    number: str = ""


def revocation_of(case: Case, path: str, token: Token, roots: str) -> Said:
    """What was published, up to its time and since, of the certificates behind a sound stamp.

    roots: PEM of the certificates that are trusted without a list.
    """
    own, trusted = f"{path[:-4]}.pem", read_roots(roots)
    carried = [c for c in map(certificate_of, token.carried) if c]
    signers = [c for c in carried if (c.issuer, c.number) == token.signer]
    if signers and {c.whole for c in signers} <= {c.whole for c in trusted}:
        return Said("TRUSTED")
    if not case.published:
        return Said("UNREADABLE" if own in case.unreadable else "NOT_KEPT")
    links = links_of(case, signers, carried, trusted)
    found = [(link, best_of(case, link, token.time)) for link in links]
    gone = [said for _, said in found if said and said.word in TAKEN]
    if gone:
        return min(gone, key=gravity)
    for link, said in found:
        if said is None or said.word in REASONS:
            return said or Said("NO_ISSUER" if link.issuer is None else missing(case, own, links))
    return min((said for _, said in found if said), key=gravity, default=Said("NO_ISSUER"))


def links_of(
    case: Case, pending: list[Certificate], carried: list[Certificate], trusted: list[Certificate]
) -> list[Link]:
    """The signer's certificate and those of the token above it, below the trusted ones."""
    links, known = [], {c.whole for c in trusted}
    while pending:
        certificate = pending.pop(0)
        if certificate.whole in known:
            continue
        known.add(certificate.whole)
        above = [c for c in trusted if issued(case, c, certificate)]
        between = [] if above else [c for c in carried if issued(case, c, certificate)]
        links.append(Link(certificate, next(iter(above or between), None)))
        pending += between
    return links


def missing(case: Case, own: str, links: Sequence[Link]) -> str:
    """Why nothing speaks of a certificate: of what lies beside its stamp, something is about others."""
    if own in case.unreadable:
        return "UNREADABLE"
    beside = [p for p in case.published if p.path == own]
    about = [p for p in beside if any(issuer and is_about(p, c, issuer) for c, issuer in links)]
    return "OTHER_ISSUER" if len(about) < len(beside) else "NOT_KEPT"


def best_of(case: Case, link: Link, time: float) -> Said | None:
    """Of all that is said of one certificate what weighs most; None when nothing is."""
    all_said = [(said_by(case, published, link, time), published) for published in case.published]
    found = sorted(((s, p) for s, p in all_said if s), key=lambda pair: gravity(pair[0]))
    if found and found[0][0].word in (*TAKEN, "LATER"):
        return found[0][0]._replace(number=link.certificate.number.hex())
    reasons = [said for said, _ in found if said.word != "SHOWN"]
    # The newest of those that show it stand last.
    for said, published in reversed(found[len(reasons) :]):
        word = second_opinion(published, link, max(time, said.at or 0))
        if word == "SHOWN":
            return said
        reasons.append(Said(word))
    return min(reasons, key=gravity) if reasons else None


def gravity(said: Said) -> tuple[int, float]:
    """Rank of what is said of a certificate: what weighs most is least, then the earliest."""
    return GRAVITY.index(said.word), said.at or 0


def said_by(case: Case, published: Published, link: Link, time: float) -> Said | None:
    """What a list or an answer says of a certificate at a time; None when it is not about it."""
    certificate, issuer = link
    if issuer is None or not is_about(published, certificate, issuer):
        return None
    try:
        held = [is_signed(case, one, published) for one in authors_of(case, published, issuer)]
        if True not in held:
            return Said("UNCHECKED" if None in held else "OTHER_ISSUER")
        statuses = statuses_of(case, published, certificate, issuer)
    except (ValueError, IndexError):
        return Said("UNREADABLE")
    return min((judged(status, certificate, time) for status in statuses), key=gravity)


def is_about(published: Published, certificate: Certificate, issuer: Certificate) -> bool:
    """Whether a list is by a certificate's issuer, or an answer about a certificate."""
    if published.statuses is None:
        return published.author.whole == issuer.subject
    return any(is_named(named, certificate, issuer) for named, _ in published.statuses)


def is_named(named: Sequence[Der], certificate: Certificate, issuer: Certificate) -> bool:
    """Whether an answer names a certificate: by its issuer's name and key, and its number."""
    algorithm, name, key, number = named
    digest = DIGESTS_OF_NAMES.get(algorithm_of(algorithm))
    if digest is None or number.content != certificate.number:
        return False
    own = (issuer.subject, key_bits(issuer))
    return [hashlib.new(digest, part).digest() for part in own] == [name.content, key.content]


def authors_of(case: Case, published: Published, issuer: Certificate) -> list[Certificate]:
    """Who may have signed: of a list its issuer, if that may sign lists; of an answer its issuer or
    one whom the issuer named for it, whichever the answer says.

    Whether the one who was named was revoked is not asked (RFC 6960 section 4.2.2.2.1).
    """
    if published.statuses is None:
        usage = issuer.extensions.get(KEY_USAGE)
        return [issuer] if usage is None or (usage.content + b"\0\0")[1] & CRL_SIGN else []
    made = min(status.made for _, status in published.statuses)
    found = [issuer]
    for c in published.certificates:
        purposes = c.extensions[PURPOSES].parts if PURPOSES in c.extensions else ()
        answers = any(purpose.content == OCSP_SIGNING for purpose in purposes)
        if answers and c.since <= made <= c.until and issued(case, issuer, c):
            found.append(c)
    return [c for c in found if is_responder(published.author, c)]


def is_responder(responder: Der, certificate: Certificate) -> bool:
    """Whether a certificate is of who an answer says has answered: by name or its key's SHA-1."""
    (named,) = responder.parts
    if responder.tag == 0xA1:
        return named.whole == certificate.subject
    return named.content == hashlib.sha1(key_bits(certificate)).digest()  # noqa: S324 (a name)


def statuses_of(
    case: Case, published: Published, certificate: Certificate, issuer: Certificate
) -> list[Status]:
    """What a list (RFC 5280 section 6.3.3) or an answer (RFC 6960 section 3.2) says of a certificate.

    Raises Malformed when the entries of a list cannot be read.
    """
    if published.statuses is not None:
        return [one for named, one in published.statuses if is_named(named, certificate, issuer)]
    question = id(published), certificate.number
    if question not in case.entries:
        case.entries[question] = entries_about(published.entries, certificate.number)
    entries = case.entries[question]
    if entries is None:
        raise Malformed("entries")
    scope, delta = published.extensions.get(SCOPE), DELTA in published.extensions
    tags = [part.tag for part in scope.parts] if scope else []
    whole = not delta and not {0x83, 0x84, 0x85} & set(tags)
    whole = whole and (scope is None or in_scope(scope, certificate))
    if delta:
        entries = [entry for entry in entries if entry[1] != REMOVED]
    none = Status(*published.dates, whole=whole)
    told = [none._replace(since=since, reason=reason) for since, reason in entries]
    # The numbers of an indirect list (0x84) may be of another issuer's certificates.
    return told if told and 0x84 not in tags else [none]


def in_scope(scope: Der, certificate: Certificate) -> bool:
    """Whether a list that is bound to some kind of certificate, or address, is about this one."""
    constraints = certificate.extensions.get(CONSTRAINTS)
    is_authority = constraints is not None and any(
        part.tag == 1 and part.content == KEY_IS_CA for part in constraints.parts
    )
    tags = [part.tag for part in scope.parts]
    if (0x81 in tags and is_authority) or (0x82 in tags and not is_authority):
        return False
    points = certificate.extensions.get(POINTS)
    places = [p.parts[0] for p in (points.parts if points else ()) if tags_of(p) == "a0"]
    own = {name for place in places for name in names_of(place)}
    named = {name for part in scope.parts if part.tag == 0xA0 for name in names_of(part)}
    return 0xA0 not in tags or bool(named & own)


def names_of(point: Der) -> list[bytes]:
    """The full names of a distribution point, in DER."""
    return [name.whole for kind in point.parts if kind.tag == 0xA0 for name in kind.parts]


def judged(status: Status, certificate: Certificate, time: float) -> Said:
    """What a status means for a stamp of a time.

    What was published after a certificate's end may leave it out (RFC 5280 section 3.3). That it
    was revoked later shows that it was not before only where every revocation would be told, and
    what was published is newer than the revocation or was current at the stamp's time.
    """
    made, until, since = status.made, status.until, status.since
    early = made > time + LIST_AHEAD_S or made >= certificate.until
    late = made < time - LIST_AHEAD_S if until is None else until <= max(time, made)
    current = "PARTIAL" if not status.whole else "OUTDATED" if early or late else "SHOWN"
    if since is None:
        word = current if status.known else "UNKNOWN"
        return Said(word, made if word == "SHOWN" else None)
    if since <= time:
        return Said("REVOKED", since)
    if status.reason not in LASTING:
        return Said("COMPROMISED", since)
    if current == "SHOWN" or (current == "OUTDATED" and made >= since):
        return Said("LATER", since)
    return Said(current)


def second_opinion(published: Published, link: Link, time: float) -> str:
    """What openssl itself says of a certificate that is not revoked by what is said above.

    SHOWN, DISAGREE, or UNCHECKED when it knows no such options.   time: at which all is valid.
    """
    certificate, issuer = link
    if issuer is None:
        return "UNCHECKED"
    files = {
        "own": pem_of("CERTIFICATE", certificate.whole),
        "issuer": pem_of("CERTIFICATE", issuer.whole),
        "list": published.data,
    }
    trusting = ["-CAfile", "issuer", "-partial_chain", "-attime", str(int(time))]
    if published.statuses is None:
        files["list"] = pem_of("X509 CRL", published.data)
        asked = ["verify", "-crl_check", "-CRLfile", "list", *trusting, "own"]
        proper = "own: OK"
    else:
        named = next(n for n, _ in published.statuses if is_named(n, certificate, issuer))
        # Whether it is current was asked above, of the stamp's time; openssl knows only today.
        asked = [
            "ocsp", f"-{DIGESTS_OF_NAMES[algorithm_of(named[0])]}", "-respin", "list", "-issuer",
            "issuer", "-cert", "own", "-no_nonce", "-validity_period", "3153600000", *trusting,
        ]  # fmt: skip
        proper = "own: good"
    code, said = run_openssl(asked, files)
    if code == 0 and proper in said and "WARNING" not in said:
        return "SHOWN"
    unknown = r"(?i)unknown option|unrecognized|invalid command|usage:|use -help"
    return "UNCHECKED" if code is None or re.search(unknown, said) else "DISAGREE"


def tell_revocation(case: Case) -> None:
    """Say of the stamps that count what is shown of their certificates, one finding for each word."""
    for word in sorted({s.revocation for s in case.stamps if s.revocation}):
        stamps = [s for s in case.stamps if s.revocation == word]
        dates = [stamp(int(s.listed)) for s in stamps if s.listed is not None]
        span = (min(dates), max(dates)) if dates else ()
        if word in REASONS:
            case.find("REVOCATION_NOT_SHOWN", stamps[0].path, len(stamps), REASONS[word])
        else:
            case.find(f"REVOCATION_{word}", stamps[0].path, len(stamps), *span)


# --- what the records say of each other ------------------------------------------------------------

OF_CAPTURE, OF_POST = ("capture", ("capture",)), ("post", ("snapshot",))
REFERENCES = {
    "reading": (OF_CAPTURE,),
    "snapshot": (OF_CAPTURE, OF_POST, ("previous", ("snapshot",))),
    "observation": (OF_CAPTURE, ("control", ("capture",)), OF_POST),
    "account": (OF_CAPTURE,),
    "interaction": (OF_CAPTURE,),
    "fingerprint": (OF_CAPTURE,),
    "capture": (("of", ("capture", "snapshot")),),
    "erasure": (("subject", tuple(sorted(TYPES))),),
}
"""Per type of statement: the facts that name other records, and what those must be."""
SAME_WATCH = frozenset(("reading", "snapshot", "observation", "account"))
MAY_BE_NULL = ("capture of", "observation control", "snapshot post", "snapshot previous")


def check_references(case: Case) -> Iterator[int]:
    """Records that name others name ones of the right kind, account and order."""
    anchors = {hashlib.sha256(h.note).hexdigest(): h.size for h in case.heads.values()}
    anchors.update(case.anchored)
    for record in case.in_order():
        for name, kinds in REFERENCES.get(record.type, ()):
            named = record.facts.get(name)
            if named is not None or f"{record.type} {name}" not in MAY_BE_NULL:
                yield check_reference(case, record, name, named, kinds)
        if record.type == "snapshot":
            check_snapshot(case, record)
        if record.type == "capture":
            check_capture(case, record)
            anchor = record.facts.get("anchor")
            if isinstance(anchor, str) and anchors.get(anchor, 0) > record.entry:
                case.find("ANCHOR_ORDER", record.path)


def check_reference(case: Case, record: Record, name: str, named: Any, kinds: Sequence[str]) -> int:
    """1 when the named record is there and sound, else 0."""
    if not isinstance(named, str) or not REC.match(named):
        case.find("REF_FORMAT", record.path, name)
    elif named not in case.by_rec:
        case.find("REF_MISSING", record.path, name)
    else:
        watches = [record.facts.get("watch")] if record.type in SAME_WATCH else None
        return check_named(case, record, name, case.by_rec[named], kinds, watches)
    return 0


def check_named(
    case: Case, record: Record, name: str, other: Record, kinds: Sequence[str], watches: Any
) -> int:
    """1 when a record names one of the right kind, order and account (None: any), else 0."""
    if other.type not in kinds:
        case.find("REF_TYPE", record.path, name, other.type)
    elif other.entry >= record.entry:
        case.find("REF_ORDER", record.path, name)
    elif watches is not None and other.facts.get("watch") not in watches:
        case.find("REF_WATCH", record.path)
    elif name == "post" and other.facts.get("post") is not None:
        case.find("SNAPSHOT_CHAIN", record.path)
    else:
        return 1
    return 0


def check_snapshot(case: Case, record: Record) -> None:
    """A snapshot's number and predecessor fit; only the first has none."""
    count, first = record.facts.get("number"), record.facts.get("post")
    previous = record.facts.get("previous")
    if type(count) is not int or count < 1 or {first is None, previous is None} != {count == 1}:
        case.find("SNAPSHOT_CHAIN", record.path)
        return
    before = case.by_rec.get(previous) if isinstance(previous, str) else None
    if before and (
        before.facts.get("number") != count - 1 or (before.facts.get("post") or before.rec) != first
    ):
        case.find("SNAPSHOT_CHAIN", record.path)


def check_capture(case: Case, record: Record) -> None:
    """The body shipped is the one that the exchange beside it describes."""
    items = {item["role"]: item for item in record.value["objects"]}
    paths = {
        role: object_path(record.entry, role, item["media"])
        for role, item in items.items()
        if (record.entry, role) in case.salts
    }
    if "exchange" not in paths or paths.get("body") not in case.hashes:
        return
    try:
        said = decode(case.bytes_of(paths["exchange"]) or b"")
    except Malformed:
        return
    if not isinstance(said, dict):
        case.find("OBJECT_FORMAT", paths["exchange"], "exchange")
    elif said.get("body_sha256") != case.hashes[paths["body"]]:
        case.find("EXCHANGE_BODY", paths["body"])


# --- when it was recorded --------------------------------------------------------------------------

MAX_NAMED = 8


def check_times(case: Case) -> Iterator[int]:
    """No record's time contradicts a stamp, the log's order, or another authority."""
    closing = sorted(case.stamps, key=lambda s: -s.time)
    newest = float("-inf")
    for record in case.in_order():
        at = seconds(record.value["at"])
        if at < newest - ORDER_S:
            case.gather("TIME_ORDER", record, ORDER_S)
        newest = max(newest, at)
        # The last is the earliest; what does not hold this record holds no later one.
        while closing and closing[-1].size <= record.entry:
            closing.pop()
        # A statement that is not proven to be in the log is dated by no head over it.
        after = closing[-1] if closing and record.entry in case.proven else None
        if record.type == "capture":
            fetched = fetched_at(case, record)
            check_bound_of(case, record, min(at, fetched), after)
            at = max(at, fetched)
        if after and at > after.time + after.slack:
            case.gather("TIME_AFTER_STAMP", record, whose(after))
        yield 1
    case.tell()


def check_bound_of(case: Case, record: Record, at: float, after: Stamp | None) -> None:
    """A capture's time is not before the stamp it names, nor that stamp after the one over it."""
    before = named_stamp(case, record)
    case.bounds.append(Bound(record.entry, record.rec, before, after))
    if before and at < before.time - before.slack:
        case.gather("TIME_BEFORE_STAMP", record, whose(before))
    if before and after and before.time > after.time + after.slack:
        case.gather("TIME_AUTHORITIES", record, whose(before), whose(after))


def fetched_at(case: Case, record: Record) -> float:
    """When a capture says that it was received; the time of its statement when it does not."""
    said = record.facts.get("fetched_at")
    try:
        return seconds(said if isinstance(said, str) else "")
    except Malformed:
        case.find("STATEMENT_FORMAT", record.path, "fetched_at")
        return seconds(record.value["at"])


def named_stamp(case: Case, record: Record) -> Stamp | None:
    """The latest of the trusted stamps that a capture names by the hash of their bytes."""
    named = record.facts.get("tokens", [])
    if not is_ascending(named, HEX64) or len(named) > MAX_NAMED:
        case.find("REF_FORMAT", record.path, "tokens")
        return None
    for digest in named:
        if digest not in case.tokens:
            case.gather("TOKEN_MISSING", record, digest)
    good = [s for s in (case.tokens.get(digest) for digest in named) if s]
    return max(good, key=lambda s: s.time) if good else None


def whose(stamped: Stamp) -> str:
    """A stamp's time and authority."""
    return f"{stamp(int(stamped.time))}, {stamped.authority}"


# --- versions of the schedule ----------------------------------------------------------------------


def check_versions(case: Case) -> Iterator[int]:
    """Each version of an account's row and of a campaign names the one before it."""
    chains: dict[tuple[str, str], list[Record]] = {}
    for record in case.in_order():
        if record.type in ("campaign", "watch"):
            name = str(record.facts.get(record.type))
            chains.setdefault((record.type, name), []).append(record)
    for (_kind, name), versions in sorted(chains.items()):
        before: Record | None = None
        for version in versions:
            yield check_version(case, name, before, version)
            before = version
    check_known_versions(case)


def check_known_versions(case: Case) -> None:
    """The versions that an outcome, or the export, names as the newest then are in the package."""
    kinds = ("campaign", "watch")
    asked = case.description.get("watches", []) if case.export else []
    for record in case.in_order():
        naming = record.type == "outcome" or record is case.export
        named = record.facts.get("versions", []) if naming else []
        whose = asked if record is case.export else [record.facts.get("watch")]
        if not is_ascending(named, REC):
            case.find("REF_FORMAT", record.path, "versions")
            continue
        for rec in named:
            if rec in case.by_rec:
                check_named(case, record, "versions", case.by_rec[rec], kinds, [None, *whose])
            else:
                case.gather("VERSION_LEFT_OUT", record, rec)
    case.tell()
    if case.export and case.description.get("period"):
        check_all_named(case, case.export, asked)


def check_all_named(case: Case, export: Record, watches: Sequence[str]) -> None:
    """The export names a version of every account that the package answers for."""
    named = export.facts.get("versions", [])
    there = [case.by_rec.get(rec) for rec in named] if is_ascending(named, REC) else []
    known = [record.facts.get("watch") for record in there if record]
    for watch in watches:
        if watch not in known and all(there):
            case.find("VERSION_UNNAMED", export.path, watch)


def check_version(case: Case, name: str, before: Record | None, version: Record) -> int:
    """1 when a version follows the one that the package has before it, else 0."""
    facts = version.facts
    if "previous" not in facts:
        case.find("VERSION_UNCHAINED", version.path, name)
        return 0
    previous = facts["previous"]
    if previous is not None and (not isinstance(previous, str) or not REC.match(previous)):
        case.find("REF_FORMAT", version.path, "previous")
        return 0
    if previous is not None and previous not in case.by_rec:
        case.find("VERSION_MISSING", version.path, name)
        return 0
    follows = previous == (before.rec if before else None)
    back = before is not None and seconds(version.value["at"]) < seconds(before.value["at"])
    if not follows or back or (previous is None) != (facts.get("change") == "ADDED"):
        case.find("VERSION_CHAIN", version.path, name)
        return 0
    return 1


# --- completeness ----------------------------------------------------------------------------------

MAX_SLOTS = 1_000_000
"""Due visits of one account in one phase; an hourly visit makes 8,760 a year."""
OUTCOMES = frozenset((
    "COMPLETE", "PARTIAL", "UNCHANGED", "EMPTY", "BLOCKED", "FAILED", "MISSED", "SUSPECT",
))  # fmt: skip
SEEN_FULLY = frozenset(("COMPLETE", "UNCHANGED", "EMPTY"))
UNCERTAIN = frozenset((
    "SCHEDULE_ABSENT", "SCHEDULE_FORMAT", "VERSION_CHAIN", "VERSION_LEFT_OUT", "VERSION_MISSING",
    "VERSION_UNCHAINED", "VERSION_UNNAMED",
))  # fmt: skip
"""Findings that leave open which visits were due."""
ZONES_H = {
    "Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9, "UTC": 0,
}  # fmt: skip
"""Hours ahead of UTC. Indonesia has no summer time; no other zone is known without tables."""


def check_schedule(case: Case) -> Iterator[int]:
    """Recompute which visits were due in the period and look for the outcome of each."""
    outcomes = outcome_slots(case)
    period = case.description.get("period")
    if not period or not case.description["watches"] or case.export is None:
        return
    start = seconds(period["from"])
    end = min(seconds(period["until"]), seconds(case.export.value["at"]))
    due_total = seen_total = 0
    for watch in case.description["watches"]:
        try:
            due = due_times(case, watch, start, end)
        except Malformed as error:
            case.find("SCHEDULE_FORMAT", "data/statements", error)
            continue
        ended = {t: w for t, w in outcomes.get(watch, {}).items() if start <= t < end}
        report_watch(case, watch, due, ended)
        due_total += len(due)
        seen_total += len([t for t in due if ended.get(t) in SEEN_FULLY])
        yield len([t for t in due if t in ended])
    case.slots = (due_total, seen_total)
    case.window = f"{stamp(int(start))} - {stamp(int(max(start, end)))}"


def report_watch(case: Case, watch: str, due: Sequence[int], ended: Mapping[int, str]) -> None:
    """Findings of one account: runs of holes, visits that saw less than all, unplanned ones."""
    place = f"data/statements#{watch}"
    run: list[int] = []
    for moment in [*due, None]:
        if moment is not None and moment not in ended:
            run.append(moment)
        elif run:
            case.find("SLOT_HOLE", place, watch, len(run), stamp(run[0]), stamp(run[-1]))
            run = []
    for word in sorted(OUTCOMES - SEEN_FULLY):
        count = sum(w == word for w in ended.values())
        if count:
            case.find("SLOT_NOT_SEEN", place, watch, count, word)
    unplanned = len(set(ended) - set(due))
    if unplanned:
        case.find("SLOT_UNPLANNED", place, watch, unplanned)


def outcome_slots(case: Case) -> dict[str, dict[int, str]]:
    """{watch: {due time: outcome}} of the shipped outcome statements that name a slot."""
    found: dict[str, dict[int, str]] = {}
    for record in case.in_order():
        if record.type != "outcome" or record.facts.get("slot") is None:
            continue
        try:
            watch, due, word = outcome_of(record)
        except Malformed as error:
            case.find("SLOT_FORMAT", record.path, error)
            continue
        if due in found.setdefault(watch, {}):
            case.find("SLOT_DOUBLE", record.path, record.facts["slot"])
        if seconds(record.value["at"]) < due - CLOCK_S:
            case.find("SLOT_EARLY", record.path, stamp(due))
            continue
        found[watch][due] = word
    return found


def outcome_of(record: Record) -> tuple[str, int, str]:
    """Account, due time and outcome word of a slot's outcome. Raises Malformed."""
    facts = record.facts
    watch, slot, due_at, word = (facts.get(n) for n in ("watch", "slot", "due_at", "outcome"))
    if not all(isinstance(v, str) for v in (watch, slot, due_at, word)):
        raise Malformed("facts")
    due = int(seconds(str(due_at)))
    if slot != f"{watch}@{stamp(due)}":
        raise Malformed("slot")
    if record.rec != record_id("outcome", str(slot)):
        raise Malformed("rec")
    if word not in OUTCOMES:
        raise Malformed("outcome")
    return str(watch), due, str(word)


def due_times(case: Case, watch: str, start: float, end: float) -> list[int]:
    """Due times of one account in [start, end), as the statements in force at each time say."""
    versions = [r for r in case.in_order() if r.type == "watch"]
    versions = [r for r in versions if r.facts.get("watch") == watch]
    campaigns = [r for r in case.in_order() if r.type == "campaign"]
    if not versions or not campaigns:
        case.find("SCHEDULE_ABSENT", "data/statements", watch)
        return []
    firsts = in_force(versions, float("-inf")) + in_force(campaigns, float("-inf"))
    if any(r.facts.get("change") != "ADDED" for r in firsts):
        raise Malformed("a version without the one it changes")
    turns = sorted({seconds(r.value["at"]) for r in versions + campaigns})
    edges = [start] + [t for t in turns if start < t < end] + [end]
    due: set[int] = set()
    for place in range(len(edges) - 1):
        low, high = edges[place], edges[place + 1]
        current = [r for r in in_force(campaigns, low) if not r.facts.get("superseded_by")]
        due |= due_between(in_force(versions, low), current, low, high)
    return sorted(due)


def in_force(records: Sequence[Record], moment: float) -> list[Record]:
    """Of each account's row or campaign the version in force; before the first, the first."""
    newest: dict[str, Record] = {}
    for record in records:
        name = str(record.facts.get(record.type))
        if name not in newest or seconds(record.value["at"]) <= moment:
            newest[name] = record
    return [newest[name] for name in sorted(newest)]


def due_between(
    versions: Sequence[Record], campaigns: Sequence[Record], low: float, high: float
) -> set[int]:
    """Due times low <= t < high under one version of an account's row. Raises Malformed."""
    due: set[int] = set()
    for version in versions:
        facts = version.facts
        if facts.get("change") == "REMOVED" and seconds(version.value["at"]) <= low:
            continue
        begin = max(low, seconds(str(facts.get("from"))))
        until = facts.get("until")
        stop = high if until is None else min(high, seconds(str(until)))
        for campaign in campaigns:
            for window in windows(campaign, str(facts.get("zone")), str(facts.get("tier"))):
                moments = steps(window, begin, stop)
                if len(moments) > MAX_SLOTS:
                    raise Malformed(f"more than {MAX_SLOTS} visits")
                due.update(moments)
    return due


def windows(campaign: Record, zone: str, tier: str) -> Iterator[range]:
    """The due times of a tier in each phase of a campaign, in one zone. Raises Malformed."""
    if zone not in ZONES_H:
        raise Malformed(f"zone {zone}")
    schedule = campaign.facts.get("schedule")
    phases = schedule.get("phases") if isinstance(schedule, dict) else None
    if not isinstance(phases, list):
        raise Malformed("phases")
    for phase in phases:
        kinds = {"cadence_s": dict, "ends": str, "name": str, "starts": str}
        step = fields(phase, kinds, "phase")["cadence_s"].get(tier)
        if step is None:
            continue
        if type(step) is not int or step < 1:
            raise Malformed("cadence")
        shift = 3600 * ZONES_H[zone]
        yield range(wall_clock(phase["starts"]) - shift, wall_clock(phase["ends"]) - shift, step)


def wall_clock(text: str) -> int:
    """Epoch seconds of a local time, as if it were UTC. Raises Malformed."""
    if not LOCAL.match(text):
        raise Malformed("phase time")
    return int(seconds(text + ".000Z"))


def steps(window: range, low: float, high: float) -> range:
    """Those of a window's due times with low <= t < high."""
    behind = max(0, -int(-low // 1) - window.start)
    first = window.start + -(-behind // window.step) * window.step
    return range(first, min(window.stop, -int(-high // 1)), window.step)


# --- verdicts --------------------------------------------------------------------------------------


def verify(path: str | os.PathLike[str], trust_text: str) -> Report:
    """Everything there is to say about a package.

    path:       the package's folder.
    trust_text: text of a trust file from outside the package.

    Never raises for what the package holds. Raises TrustError when the trust file is wrong, and
    OSError when path is no folder that can be read.
    """
    trust = parse_trust(trust_text)
    os.listdir(path)
    case = Case(os.fspath(path), trust)
    case.run("files", check_files(case))
    case.run("manifests", check_manifests(case))
    case.run("statements", check_statements(case))
    case.run("checkpoints", check_checkpoints(case))
    case.run("proofs", check_proofs(case))
    case.run("consistency", check_consistency(case))
    read_openings(case)
    case.run("openings", check_openings(case))
    case.run("description", check_description(case))
    case.run("anchors", check_anchors(case))
    case.run("references", check_references(case))
    case.run("times", check_times(case))
    case.run("versions", check_versions(case))
    case.run("schedule", check_schedule(case))
    check_layout(case)
    simulated = any(r.value["clock"] != "system" for r in case.records.values())
    if simulated:
        case.find("SIMULATED", "")
    return conclude(case, simulated)


def conclude(case: Case, simulated: bool) -> Report:
    """The report of a finished case."""
    return Report(
        package=shown(os.path.basename(os.path.abspath(case.root))),
        origin=case.trust.origin,
        simulated=simulated,
        checks=tuple(case.checks),
        findings=tuple(case.findings),
        integrity=integrity_verdict(case),
        time=qualified(case, time_verdict(case)),
        completeness=qualified(case, completeness_verdict(case)),
        times=tuple(case.bounds),
        stamps=tuple(case.stamps),
    )


def qualified(case: Case, verdict: tuple[str, str, str]) -> tuple[str, str, str]:
    """A verdict that leans on records, some of which may not be what they should."""
    if not case.errors():
        return verdict
    return verdict[0], *worded(VERDICTS["QUALIFIED"], verdict[1:])


def integrity_verdict(case: Case) -> tuple[str, str, str]:
    """Whether the package is what the log committed to."""
    word = "NOT_INTACT" if case.errors() else "INTACT"
    return word, *worded(VERDICTS[word], case.errors())


def time_verdict(case: Case) -> tuple[str, str, str]:
    """What is known of when things were recorded, by clocks that are not the recorder's."""
    times = sorted(r.value["at"] for r in case.records.values())
    span = f"{times[0]} - {times[-1]}" if times else "-"
    indices = exported(case)
    over_all = [s for s in case.stamps if s.size > max(indices, default=-1)]
    covered = [i for i in indices if any(s.size > i for s in case.stamps)]
    lower, kept = lower_words(case), revocation_words(case)
    if over_all:
        first = min(over_all, key=lambda s: s.time)
        said = (stamp(int(first.time)), first.authority, lower, span, kept)
        return "BOUNDED", *worded(VERDICTS["BOUNDED"], *said)
    if covered:
        counts = (len(covered), len(indices))
        return "PARTLY_BOUNDED", *worded(VERDICTS["PARTLY_BOUNDED"], *counts, span, lower, kept)
    return "OWN_CLOCK", *worded(VERDICTS["OWN_CLOCK"], span)


def revocation_words(case: Case) -> tuple[str, str]:
    """For how many of the counted stamps it is shown that no certificate was revoked."""
    asked = [s.revocation for s in case.stamps if s.revocation not in ("", "TRUSTED")]
    count = sum(word in ("SHOWN", "LATER") for word in asked)
    return worded(VERDICTS["NOT_REVOKED"], count, len(asked)) if asked else ("", "")


def lower_words(case: Case) -> tuple[str, str]:
    """From when captures are, as far as they name what did not exist before."""
    first = [b.not_before for b in case.bounds if b.not_before]
    rest = [case.records[b.entry] for b in case.bounds if not b.not_before]
    notes = [r.facts.get("anchor") for r in rest]
    order = sum(note in case.stamped for note in notes if isinstance(note, str))
    since = whose(min(first, key=lambda s: s.time)) if first else "-"
    return worded(VERDICTS["LOWER"], len(first), len(case.bounds), since, order)


def completeness_verdict(case: Case) -> tuple[str, str, str]:
    """Whether each due visit of the period has an outcome, and how many saw all."""
    codes = {f.code for f in case.findings}
    due, seen = case.slots or (0, 0)
    if case.slots is None:
        return "NOT_STATED", *worded(VERDICTS["NOT_STATED"])
    if codes & UNCERTAIN:
        return "INCOMPLETE", *worded(VERDICTS["UNCERTAIN"])
    if not due:
        return "NOT_STATED", *worded(VERDICTS["NOTHING_DUE"], case.window)
    if "SLOT_HOLE" in codes:
        return "INCOMPLETE", *worded(VERDICTS["HOLES"], due, seen)
    return "ACCOUNTED", *worded(VERDICTS["ACCOUNTED"], due, seen, case.window)


# --- the report, and the command -------------------------------------------------------------------


def render_text(report: Report, lang: str = "id") -> str:
    """The report as lines for a reader. lang: `id` or `en`."""
    words, place = WORDS[lang], 1 if lang == "id" else 2
    lines = []
    if report.simulated:
        lines += ["=" * 72, TEXTS["SIMULATED"][place], "=" * 72]
    lines.append(f"{report.package}  ({words['log']} {report.origin})")
    for check in report.checks:
        mark = words["ok"] if not check.errors else words[ERROR]
        lines.append(f"{mark:10} {check.checked:8}  {CHECKS[check.name][place - 1]}")
    for finding in report.findings:
        said = finding.id if lang == "id" else finding.en
        lines.append(f"{words[finding.severity]:10} {finding.code}  {finding.path}: {said}")
    for name in ("integrity", "time", "completeness"):
        lines.append(f"{words[name]}: {getattr(report, name)[place]}")
    return "\n".join(lines) + "\n"


def render_json(report: Report) -> str:
    """The report as one JSON object."""
    verdicts = {n: getattr(report, n) for n in ("integrity", "time", "completeness")}
    value = {
        "ok": report.ok,
        "package": report.package,
        "origin": report.origin,
        "simulated": report.simulated,
        "checks": [check._asdict() for check in report.checks],
        "findings": [finding._asdict() for finding in report.findings],
        **{n: {"verdict": v[0], "id": v[1], "en": v[2]} for n, v in verdicts.items()},
        "times": [
            {**b._asdict(), "not_before": dated(b.not_before), "not_after": dated(b.not_after)}
            for b in report.times
        ],
        "stamps": [
            {"path": s.path, "size": s.size, **(dated(s) or {}), "revocation": s.revocation or None,
             "list": None if s.listed is None else stamp(int(s.listed))}
            for s in report.stamps
        ],
    }  # fmt: skip
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def dated(bound: Stamp | None) -> dict[str, str] | None:
    """A bound as JSON has it."""
    return bound and {"time": stamp(int(bound.time)), "authority": shown(bound.authority)}


def main(arguments: Sequence[str]) -> int:
    """Run the verifier on the command line; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("package", nargs="?", help="folder of the package")
    parser.add_argument("--trust", required=True, help="trust file, from outside the package")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--lang", choices=("id", "en"), default="id", help="language of the text")
    options = parser.parse_args(arguments)
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        with open(options.trust, encoding="utf-8") as file:
            report = verify(options.package or own, file.read())
    except (TrustError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"verify: {error}\n")
        return 2
    said = render_json(report) if options.json else render_text(report, options.lang)
    sys.stdout.buffer.write(said.encode("utf-8", "replace"))
    return 0 if report.ok else 1


# --- words -----------------------------------------------------------------------------------------

CHECKS = {
    "files": ("berkas dibaca dan dikenal", "files read and known"),
    "manifests": ("berkas cocok dengan manifes BagIt", "files agree with the BagIt manifests"),
    "statements": ("pernyataan dalam bentuk baku", "statements in canonical form"),
    "proofs": ("pernyataan terbukti ada dalam log", "statements proven to be in the log"),
    "checkpoints": ("kepala log ditandatangani kunci tepercaya",
        "log heads signed by a trusted key"),
    "consistency": ("kesinambungan log terbukti", "continuations of the log proven"),
    "description": ("rekaman persis seperti yang diekspor", "records exactly as exported"),
    "openings": ("objek cocok dengan komitmennya", "objects agree with their commitments"),
    "anchors": ("cap waktu dan tanda tangan saksi sah", "time stamps and cosignatures sound"),
    "references": ("rujukan antarrekaman benar", "references between records sound"),
    "times": ("jam rekaman tidak saling bertentangan", "times without a contradiction"),
    "versions": ("versi jadwal bersambung", "schedule versions that follow each other"),
    "schedule": ("kunjungan terjadwal punya hasil", "due visits have an outcome"),
}  # fmt: skip
"""Per check: what was done, in Indonesian and English."""
TEXTS = {
    "FILE_UNREADABLE": (ERROR, "berkas tidak dapat dibaca ({0})", "the file cannot be read ({0})"),
    "FILE_NOT_REGULAR": (ERROR, "bukan berkas biasa (tautan simbolik atau berkas khusus)",
        "is not a regular file (a link or special file)"),
    "FILE_UNKNOWN": (ERROR, "berkas ini tidak termasuk dalam paket",
        "this file does not belong to the package"),
    "FILE_MISSING": (ERROR, "berkas ini tidak ada", "this file is missing"),
    "FILE_HASH": (ERROR,
        "isi berkas tidak sama dengan sidik yang dicatat pada log saat paket dibuat",
        "the content is not what was committed to in the log when the package was made"),
    "BAGIT_TXT": (ERROR, "bagit.txt bukan BagIt 1.0 UTF-8", "bagit.txt is not BagIt 1.0 UTF-8"),
    "BAG_INFO": (ERROR, "isi bag-info.txt tidak sesuai dengan paket",
        "bag-info.txt does not say what the package is"),
    "MANIFEST_FORMAT": (ERROR, "manifes tidak dalam bentuk bakunya",
        "the manifest is not in its one form"),
    "MANIFEST_HASH": (ERROR, "sidik SHA-256 berkas tidak sama dengan manifes",
        "the file's SHA-256 is not the manifest's"),
    "MANIFEST_ABSENT": (ERROR, "berkas ini tidak tercantum dalam manifes",
        "the manifest does not list this file"),
    "MANIFEST_EXTRA": (ERROR, "manifes mencantumkan berkas yang tidak ada",
        "the manifest lists a file that is not there"),
    "STATEMENT_FORMAT": (ERROR, "pernyataan tidak baku: {0}", "the statement is malformed: {0}"),
    "REC_DOUBLE": (ERROR, "nomor rekaman {0} muncul lebih dari sekali",
        "record id {0} occurs more than once"),
    "PROOF_FORMAT": (ERROR, "berkas bukti tidak baku: {0}", "the proof is malformed: {0}"),
    "PROOF_INDEX": (ERROR, "bukti ini untuk entri {0}, bukan entri ini",
        "the proof is for entry {0}, not for this one"),
    "PROOF_CHECKPOINT": (ERROR, "bukti tidak menuju kepala log last.txt",
        "the proof does not lead to the head in last.txt"),
    "PROOF_INCLUSION": (ERROR, "pernyataan tidak terbukti ada dalam log",
        "the statement is not proven to be in the log"),
    "NOTE_FORMAT": (ERROR, "kepala log tidak baku: {0}", "the log head is malformed: {0}"),
    "NOTE_ORIGIN": (ERROR, "kepala log milik log lain: {0}", "the head is of another log: {0}"),
    "NOTE_SIGNATURE": (ERROR, "tanda tangan kepala log tidak sah",
        "the head's signature does not verify"),
    "NOTE_KEY": (ERROR, "tidak ditandatangani oleh kunci tepercaya",
        "no trusted key signed this head"),
    "NOTE_UNKNOWN_SIGNATURE": (ERROR, "memuat tanda tangan dari kunci yang tidak dikenal: {0}",
        "carries a signature of an unknown key: {0}"),
    "CONSISTENCY_FORMAT": (ERROR, "bukti kesinambungan tidak baku: {0}",
        "the consistency proof is malformed: {0}"),
    "CONSISTENCY": (ERROR, "kepala log yang kemudian bukan kelanjutan dari yang terdahulu",
        "the later head does not continue the earlier one"),
    "CHECKPOINT_OTHER": (ERROR, "bukan kepala log yang dicatat saat paket dibuat",
        "is not the head noted when the package was made"),
    "CHECKPOINT_ORDER": (ERROR, "ukuran log tidak sesuai: {0}", "the log's sizes do not fit: {0}"),
    "EXPORT_MISSING": (ERROR, "tidak ada pernyataan ekspor sebagai entri terakhir paket",
        "the package's last entry is no export statement"),
    "DESCRIPTION_FORMAT": (ERROR, "uraian paket tidak baku: {0}",
        "the package description is malformed: {0}"),
    "RECORD_MISSING": (ERROR, "rekaman yang diekspor tidak ada dalam paket: entri {0}",
        "an exported record is missing from the package: entry {0}"),
    "RECORD_UNLISTED": (ERROR, "rekaman ini bukan bagian dari ekspor",
        "this record was not part of the export"),
    "OPENINGS_FORMAT": (ERROR, "openings.json tidak baku: {0}", "openings.json is malformed: {0}"),
    "OPENING_UNKNOWN": (ERROR, "pembuka untuk objek yang tidak ada dalam pernyataan",
        "an opening for an object that no statement names"),
    "OBJECT_COMMITMENT": (ERROR, "isi objek tidak sama dengan komitmen pada pernyataan",
        "the object is not what the statement committed to"),
    "OBJECT_SIZE": (ERROR, "ukuran objek {0} bita, pernyataan menyebut {1}",
        "the object has {0} bytes, the statement says {1}"),
    "OBJECT_FORMAT": (ERROR, "objek bukan JSON baku: {0}", "the object is not canonical JSON: {0}"),
    "OBJECT_UNACCOUNTED": (ERROR, "objek tidak dibuka, padahal tidak tercatat ditahan atau dihapus",
        "the object is not opened, though not listed as withheld or erased"),
    "OBJECT_LISTED": (ERROR, "objek dibuka, padahal tercatat ditahan atau dihapus",
        "the object is opened, though listed as withheld or erased"),
    "EXCHANGE_BODY": (ERROR, "isi yang diterima tidak sama dengan catatan pertukarannya",
        "the received body is not the one its exchange describes"),
    "REF_TYPE": (ERROR, "'{0}' menunjuk rekaman jenis {1}", "'{0}' names a record of type {1}"),
    "REF_FORMAT": (ERROR, "'{0}' bukan nomor rekaman", "'{0}' is not a record id"),
    "REF_WATCH": (ERROR, "rekaman yang dirujuk milik akun lain",
        "the record it names is of another account"),
    "REF_ORDER": (ERROR, "'{0}' menunjuk rekaman yang dicatat kemudian",
        "'{0}' names a record that was recorded later"),
    "REF_MISSING": (INCOMPLETE, "rekaman yang dirujuk '{0}' tidak disertakan",
        "the record that '{0}' names is not included"),
    "SNAPSHOT_CHAIN": (ERROR, "urutan cuplikan tidak sesuai",
        "the order of snapshots does not fit"),
    "ANCHOR_ORDER": (ERROR, "tangkapan menyebut kepala log yang dibuat sesudahnya",
        "the capture names a log head that was made after it"),
    "TOKEN_MISSING": (INCOMPLETE,
        "cap waktu yang disebut {0} tangkapan, mulai dari ini, tidak disertakan",
        "the time stamp that {0} captures name, from this one on, is not included"),
    "TIME_BEFORE_STAMP": (ERROR,
        "{0} tangkapan, mulai dari ini, berjam sebelum cap waktu yang disebutnya ({1})",
        "{0} captures, from this one on, give a time before the stamp that they name ({1})"),
    "TIME_AFTER_STAMP": (ERROR,
        "{0} rekaman, mulai dari ini, berjam sesudah cap waktu atas log yang sudah memuatnya ({1})",
        "{0} records, from this one on, give a time after a stamp over a log that holds them ({1})"),
    "TIME_AUTHORITIES": (ERROR,
        ("{0} tangkapan, mulai dari ini, menyebut cap waktu yang lebih kemudian ({1}) daripada cap"
         " waktu atas log yang sudah memuatnya ({2}): salah satu otoritas keliru"),
        ("{0} captures, from this one on, name a stamp ({1}) later than a stamp over a log that"
         " holds them ({2}): one of the authorities is wrong")),
    "TIME_ORDER": (ERROR,
        ("{0} rekaman, mulai dari ini, berjam lebih dari {1} detik sebelum rekaman yang lebih dulu"
         " masuk log"),
        ("{0} records, from this one on, give a time more than {1} s before that of a record that"
         " entered the log earlier")),
    "VERSION_CHAIN": (ERROR, "versi jadwal tidak menyambung pada versi sebelumnya: {0}",
        "the schedule's version does not follow the one before: {0}"),
    "VERSION_MISSING": (INCOMPLETE, "versi jadwal sebelum yang ini tidak disertakan: {0}",
        "the schedule's version before this one is not included: {0}"),
    "VERSION_LEFT_OUT": (INCOMPLETE,
        ("{0} hasil kunjungan atau ekspor, mulai dari ini, menyebut versi jadwal yang sudah ada"
         " tetapi tidak disertakan: {1}"),
        ("{0} outcomes or exports, from this one on, name a version of the schedule that was there"
         " and is not included: {1}")),
    "VERSION_UNNAMED": (INCOMPLETE,
        ("ekspor tidak menyebut versi terbaru baris akun ini, sehingga tidak terlihat bila versi itu"
         " ditinggalkan: {0}"),
        ("the export does not name the newest version of this account's row, so it cannot be seen"
         " whether that one was left out: {0}")),
    "VERSION_UNCHAINED": (INCOMPLETE,
        ("versi jadwal tidak menyebut versi sebelumnya, sehingga yang ditinggalkan tidak terlihat:"
         " {0}"),
        "the schedule's version does not name the one before, so one left out cannot be seen: {0}"),
    "ANCHOR_FORMAT": (ERROR, "berkas jangkar tidak baku: {0}", "the anchor is malformed: {0}"),
    "ANCHOR_CONSISTENCY": (ERROR,
        "kepala log laporan bukan kelanjutan dari kepala yang dijangkarkan",
        "the report's head does not continue the anchored one"),
    "ANCHOR_PENDING": (INCOMPLETE, "jangkar pada {0} masih tertunda saat paket dibuat: {1}",
        "the anchor at {0} was pending when the package was made: {1}"),
    "STAMP_INVALID": (ERROR, "cap waktu tidak sah untuk kepala log ini",
        "the time stamp does not hold for this head"),
    "STAMP_UNKNOWN": (INCOMPLETE,
        "cap waktu dari otoritas yang tidak tercantum dalam berkas kepercayaan; tidak dihitung",
        "the stamp's authority is not in the trust file; it does not count"),
    "STAMP_UNCHECKED": (INCOMPLETE,
        "cap waktu tidak dapat diperiksa dengan sarana yang ada di sini; tidak dihitung",
        "the stamp cannot be checked with the means there are here; it does not count"),
    "STAMP_EXPIRED": (NOTICE,
        "cap waktu sah pada waktunya; sertifikat penandanya kini telah kedaluwarsa",
        "the stamp is good at its own time; its signer's certificate has expired since"),
    "STAMP_REVOKED": (ERROR,
        ("sertifikat nomor {0} di balik cap waktu ini sudah dicabut penerbitnya pada {1}, tidak"
         " sesudah cap waktu; tidak dihitung"),
        ("certificate number {0} behind this stamp was revoked by its issuer at {1}, not after the"
         " stamp's time; it does not count")),
    "STAMP_COMPROMISED": (INCOMPLETE,
        ("sertifikat nomor {0} di balik cap waktu ini dicabut penerbitnya kemudian ({1}), tanpa"
         " alasan atau dengan alasan yang menggugurkan juga yang ditandatangani sebelumnya (RFC 3161"
         " bagian 4); tidak dihitung"),
        ("certificate number {0} behind this stamp was revoked by its issuer later ({1}), for no"
         " stated reason or one that takes away what was signed before as well (RFC 3161 section 4);"
         " it does not count")),
    "REVOCATION_SHOWN": (NOTICE,
        ("{0} cap waktu, mulai dari ini: menurut daftar pencabutan penerbitnya, bertanggal {1}"
         " sampai {2}, sertifikatnya tidak dicabut"),
        ("{0} stamps, from this one on: by their issuers' lists of revocations, of {1} to {2}, their"
         " certificates were not revoked")),
    "REVOCATION_LATER": (NOTICE,
        ("{0} cap waktu, mulai dari ini: sertifikatnya dicabut kemudian ({1} sampai {2}), dengan"
         " alasan yang tidak menggugurkan yang ditandatangani sebelumnya"),
        ("{0} stamps, from this one on: a certificate was revoked later ({1} to {2}), for a reason"
         " that leaves what was signed before as it was")),
    "REVOCATION_TRUSTED": (NOTICE,
        ("{0} cap waktu, mulai dari ini: ditandatangani sertifikat dalam berkas kepercayaan sendiri;"
         " tidak ada daftar pencabutan untuknya"),
        ("{0} stamps, from this one on: signed by a certificate of the trust file itself; there is"
         " no list of revocations for it")),
    "REVOCATION_NOT_SHOWN": (NOTICE,
        "{0} cap waktu, mulai dari ini: tidak tampak apakah sertifikatnya dicabut: {1}",
        "{0} stamps, from this one on: whether a certificate was revoked is not shown: {1}"),
    "OTS_INVALID": (ERROR, "bukti OpenTimestamps tidak sah untuk kepala log ini: {0}",
        "the OpenTimestamps proof does not hold for this head: {0}"),
    "OTS_UNCHECKED": (INCOMPLETE,
        ("bukti menuju blok Bitcoin {0} yang tidak tercantum dalam berkas kepercayaan; tidak"
         " dihitung"),
        "the proof leads to Bitcoin block {0}, which is not in the trust file; it does not count"),
    "COSIGNATURE_INVALID": (ERROR, "tanda tangan saksi {0} tidak sah",
        "the signature of witness {0} does not verify"),
    "COSIGNATURE_UNKNOWN": (INCOMPLETE,
        "saksi {0} tidak tercantum dalam berkas kepercayaan; tidak dihitung",
        "witness {0} is not in the trust file; it does not count"),
    "WITNESS_QUORUM": (INCOMPLETE,
        "hanya {0} saksi menandatangani kepala log yang mencakup semua rekaman, diminta {1}",
        "{0} witnesses signed a head over all records, {1} are wanted"),
    "NOTE_KEY_RETIRED": (ERROR,
        "ditandatangani kunci yang sudah tidak dipercaya untuk log sebesar ini",
        "signed by a key that is no longer trusted for a log of this size"),
    "SLOT_FORMAT": (ERROR, "hasil kunjungan tidak baku: {0}", "the outcome is malformed: {0}"),
    "SLOT_DOUBLE": (ERROR, "jadwal {0} memiliki lebih dari satu hasil",
        "slot {0} has more than one outcome"),
    "SLOT_EARLY": (ERROR, "hasil dicatat sebelum kunjungannya jatuh waktu ({0})",
        "the outcome was recorded before its visit was due ({0})"),
    "SLOT_HOLE": (INCOMPLETE, "akun {0}: {1} kunjungan terjadwal tanpa hasil, {2} sampai {3}",
        "account {0}: {1} due visits without outcome, {2} to {3}"),
    "SLOT_UNPLANNED": (NOTICE, "akun {0}: {1} kunjungan di luar jadwal yang dapat dihitung ulang",
        "account {0}: {1} visits outside the schedule that can be recomputed"),
    "SLOT_NOT_SEEN": (NOTICE, "akun {0}: {1} kunjungan berakhir {2}",
        "account {0}: {1} visits ended {2}"),
    "SCHEDULE_FORMAT": (INCOMPLETE, "jadwal tidak dapat dihitung ulang: {0}",
        "the schedule cannot be recomputed: {0}"),
    "SCHEDULE_ABSENT": (INCOMPLETE, "akun {0}: tidak ada pernyataan jadwal dalam paket",
        "account {0}: the package has no statement of its schedule"),
    "ERASURE_UNEXPLAINED": (INCOMPLETE, "objek dihapus tanpa pernyataan penghapusan dalam paket",
        "an object was erased and the package has no statement of it"),
    "OBJECT_WITHHELD": (NOTICE, "objek ini ditahan", "this object is withheld"),
    "OBJECT_ERASED": (NOTICE, "objek ini pernah ada dan telah dihapus atas perintah {0}",
        "this object existed and was erased on order {0}"),
    "SIMULATED": (NOTICE, "SIMULASI: dicatat dengan jam simulasi; paket ini bukan alat bukti",
        "SIMULATION: recorded by a simulated clock; this package is not evidence"),
}  # fmt: skip
"""Per finding: severity, Indonesian, English. Findings get their words here and nowhere else."""
REASONS = {
    "NOT_KEPT": ("daftar pencabutan yang diperlukan tidak disertakan",
        "a list of revocations that it takes is not included"),
    "UNREADABLE": (
        "daftar pencabutan yang disertakan tidak terbaca, atau memuat syarat yang tidak dikenal",
        "the list of revocations cannot be read, or has a condition that is not known here"),
    "NO_ISSUER": (
        ("penerbit salah satunya tidak disertakan, atau jenis tanda tangannya tidak diperiksa di"
         " sini"),
        "the issuer of one is not included, or its signature is of a kind that is not checked here"),
    "OTHER_ISSUER": (
        "daftar pencabutan yang disertakan bukan dari penerbitnya atau bukan tentangnya",
        "the list of revocations is not by its issuer or not about it"),
    "OUTDATED": ("daftar pencabutan yang disertakan tidak berlaku pada waktu cap itu",
        "the list of revocations was not current at the stamp's time"),
    "PARTIAL": ("daftar pencabutan yang disertakan hanya sebagian",
        "the list of revocations is but a part"),
    "UNKNOWN": ("penerbitnya menjawab tidak mengenalnya",
        "its issuer answered that it does not know it"),
    "UNCHECKED": ("daftar pencabutan tidak dapat diperiksa dengan sarana yang ada di sini",
        "the list of revocations cannot be checked with the means there are here"),
    "DISAGREE": ("openssl tidak menerima daftar pencabutan yang disertakan",
        "openssl does not take the list of revocations"),
}  # fmt: skip
"""Why nothing shows that a certificate was not revoked."""
VERDICTS = {
    "INTACT": (
        ("UTUH: setiap berkas sama dengan yang dicatat dalam log yang ditandatangani. Kata-kata"
         " laporan dan arsip web tidak dibandingkan dengan rekaman."),
        ("INTACT: every file is what the signed log committed to. What report and web archive say"
         " was not compared with the records.")),
    "NOT_INTACT": ("TIDAK UTUH: ditemukan {0} kesalahan; jangan digunakan sebelum dijelaskan.",
        "NOT INTACT: {0} errors were found; do not use it until they are explained."),
    "QUALIFIED": ("HANYA berlaku bila kesalahan yang ditemukan terjelaskan. {0}",
        "Holds ONLY if the errors found are explained. {0}"),
    "BOUNDED": (
        ("Semua rekaman, kecuali ekspor ini, sudah ada pada {0} menurut {1}. {2} Jam pencatat:"
         " {3}.{4}"),
        "All records but the export existed at {0} by {1}. {2} Recorder's clock: {3}.{4}"),
    "PARTLY_BOUNDED": (
        ("{0} dari {1} rekaman sudah ada pada suatu cap waktu; lainnya hanya jam pencatat sendiri"
         " ({2}). {3}{4}"),
        ("{0} of {1} records existed at a stamp's time; the others are dated by the recorder's own"
         " clock only ({2}). {3}{4}")),
    "OWN_CLOCK": (
        "Hanya jam pencatat sendiri ({0}), tanpa cap waktu pihak ketiga; urutan log terbukti.",
        "The recorder's own clock only ({0}), no third party's stamp; log order is proven."),
    "LOWER": (
        ("{0} dari {1} tangkapan menyebut cap waktu dan dicatat sesudahnya (yang paling awal: {2});"
         " {3} lagi hanya sesudah kepala log yang bercap waktu (urutan, bukan waktu). Bahwa isinya"
         " baru diambil saat dicatat adalah kata pencatat."),
        ("{0} of {1} captures name a stamp and were recorded after it (the earliest: {2}); {3} more"
         " only after a head that was stamped (an order, not a time). That their content was fetched"
         " no earlier than recorded is the recorder's word.")),
    "NOT_REVOKED": (
        (" Bahwa sertifikatnya saat itu tidak dicabut ditunjukkan untuk {0} dari {1} cap waktu yang"
         " dihitung."),
        (" That their certificates were not revoked then is shown for {0} of the {1} stamps that"
         " count.")),
    "NOT_STATED": ("Tidak dinyatakan: paket ini tidak dibuat untuk akun dalam suatu periode.",
        "Not stated: the package was not made for accounts in a period."),
    "NOTHING_DUE": ("Tidak dinyatakan: menurut jadwal dalam paket tidak ada kunjungan pada {0}.",
        "Not stated: by the schedule in the package no visit was due in {0}."),
    "UNCERTAIN": ("TIDAK LENGKAP: jadwal tidak dapat dihitung ulang dengan pasti dari paket ini.",
        "INCOMPLETE: the schedule cannot be recomputed for certain from this package."),
    "HOLES": (
        ("TIDAK LENGKAP: dari {0} kunjungan terjadwal ada yang tanpa hasil; {1} melihat semuanya"
         " menurut pencatat."),
        ("INCOMPLETE: of {0} due visits some have no outcome; {1} saw everything, as the recorder"
         " says.")),
    "ACCOUNTED": (
        ("Setiap kunjungan terjadwal ({0}) punya hasil; {1} melihat semuanya menurut pencatat ({2},"
         " menurut jadwal dalam paket)."),
        ("Each of the {0} due visits has an outcome; {1} saw everything, as the recorder says ({2},"
         " by the schedule in the package).")),
}  # fmt: skip
"""The sentences of the three verdicts, and the parts that they have in common."""
WORDS = {
    "id": {ERROR: "SALAH", INCOMPLETE: "KURANG", NOTICE: "CATATAN", "integrity": "Keutuhan",
           "time": "Waktu", "completeness": "Kelengkapan", "ok": "OK", "log": "Log"},
    "en": {ERROR: "ERROR", INCOMPLETE: "INCOMPLETE", NOTICE: "NOTICE", "integrity": "Integrity",
           "time": "Time", "completeness": "Completeness", "ok": "OK", "log": "Log"},
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

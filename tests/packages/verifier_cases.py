"""Packages, tokens and trust files to ask a verifier about, sound and attacked, for any Python to read."""

from __future__ import annotations

import json
import os
import random
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from tests.evidence.seal.tsa import LocalTsa, serving
from tests.packages.adversary import Twin
from tests.packages.list_attacks import LIST_ATTACKS
from tests.packages.list_trials import GONE_BY, SHOWN_BY
from tests.packages.stamping import local_hour
from tests.packages.synthetic import END, Site, make_package, make_site
from tests.packages.test_mutants import damage
from tests.packages.test_revoked_packages import GONE, packed, trust
from tests.packages.test_revoked_packages import GOOD as LISTED
from tests.packages.test_tampered import TWINS
from tests.packages.test_trust_files import BAD, GOOD
from tests.packages.token_attacks import TOKEN_ATTACKS
from tests.packages.token_trials import NOTE, SOUND_TOKENS
from tests.packages.untrue import UNTRUE, honest

SEED, MUTANTS = 20261122, 60
LISTS = {**SHOWN_BY, **GONE_BY, **LIST_ATTACKS}
TOKENS = {**SOUND_TOKENS, **TOKEN_ATTACKS}
PROOF = "data/proofs/1.tlog-proof"


@dataclass(frozen=True, slots=True)
class Cases:
    """What is asked, by kind and name: `[folder, trust]`, `[token, note, list, roots]`, `text`."""

    packages: dict[str, list[str]]
    tokens: dict[str, list[str]]
    trusts: dict[str, str]

    def names(self) -> list[str]:
        """Every name, in the order of the answers."""
        return [*self.packages, *self.tokens, *self.trusts]

    def text(self) -> str:
        """As the probe reads it."""
        return json.dumps({
            "packages": list(self.packages.values()),
            "tokens": list(self.tokens.values()),
            "trusts": list(self.trusts.values()),
        })  # fmt: skip


Change = Callable[[Twin], object]


def _statement(text: str) -> Change:
    """A record's statement with this text in place of its facts."""
    path = "data/statements/1.json"
    return lambda twin: twin.write(path, _with_facts(twin.json(path), text))


def _with_facts(value: dict[str, Any], text: str) -> bytes:
    spelled = json.dumps({**value, "facts": "here"}, separators=(",", ":"), sort_keys=True)
    return spelled.replace('"here"', text).encode("utf-8", "surrogatepass")


def _dated(text: str) -> Change:
    """A record that says to be of this time."""
    path = "data/statements/1.json"
    return lambda twin: twin.write_json(path, {**twin.json(path), "at": text})


def _tail(end: bytes) -> Change:
    """A proof whose first hash ends otherwise: its 44 characters have one `=`."""
    return lambda twin: twin.edit(PROOF, b"=\n", end + b"\n")


def _file(name: bytes) -> Change:
    """A file of this name, which has no place in a package."""
    return lambda twin: Path(os.fsdecode(os.fsencode(twin.root) + b"/" + name)).write_bytes(b"x")


def _many(value: str, times: int) -> str:
    before, after = value.split("|")
    return before * times + "1" + after * times


SPELLINGS: dict[str, Change] = {
    "an empty hash": lambda twin: twin.edit(PROOF, twin.read(PROOF).split(b"\n")[2], b""),
    "a hash that is padding alone": lambda t: t.edit(PROOF, t.read(PROOF).split(b"\n")[2], b"="),
    "a hash with padding twice": _tail(b"=="),
    "a hash with much padding": _tail(b"====="),
    "a hash without padding": _tail(b""),
    "a hash with a blank": _tail(b" ="),
    "a whole hash with padding": _tail(b"A="),
    "a hash beyond ASCII": _tail("é".encode()),
    "an hour 24": _dated("2026-11-22T24:00:00.000Z"),
    "a minute 60": _dated("2026-11-22T23:60:00.000Z"),
    "a leap second": _dated("2026-11-22T23:59:60.000Z"),
    "a day that is none": _dated("2026-02-30T00:00:00.000Z"),
    "the year 0": _dated("0000-11-22T00:00:00.000Z"),
    "the year 1": _dated("0001-01-01T00:00:00.000Z"),
    "the last second": _dated("9999-12-31T23:59:59.999Z"),
    "digits of another script in a time": _dated("٢٠٢٦-11-22T00:00:00.000Z"),
    "digits of another script": _statement('{"a":1٧}'),
    "a digit of another script": _statement('{"a":٧}'),
    "a number of 5,000 digits": _statement('{"a":' + "9" * 5000 + "}"),
    "a number of 17 digits": _statement('{"a":99999999999999999}'),
    "a fraction": _statement('{"a":1.5}'),
    "an exponent": _statement('{"a":1e5}'),
    "minus zero": _statement('{"a":-0}'),
    "no number": _statement('{"a":NaN}'),
    "infinity": _statement('{"a":-Infinity}'),
    "an underscore in a number": _statement('{"a":1_0}'),
    "half a character": _statement('{"a":"\\ud800"}'),
    "half a character in bytes": _statement('{"a":"\ud800"}'),
    "a character in hex with a blank": _statement('{"a":"\\u 123"}'),
    "a character in hex with a sign": _statement('{"a":"\\u+123"}'),
    "a character in hex with a mark": _statement('{"a":"\\u0x12"}'),
    "a control character": _statement('{"a":"\x01"}'),
    "a key beyond ASCII": _statement('{"é":1}'),
    "a key twice": _statement('{"a":1,"a":1}'),
    "a comma too many": _statement('{"a":1,}'),
    "nothing": _statement(""),
    "a mark before it": lambda t: t.edit("data/statements/1.json", b"{", b"\xef\xbb\xbf{"),
    **{
        f"{kind} {depth:,} deep": _statement(_many(value, depth))
        for kind, value in (("lists", "[|]"), ("mappings", '{"a":|}'))
        for depth in (60, 70, 500, 900, 980, 1_500, 5_000)
    },
    "lists 50,000 deep that do not end": _statement("[" * 50_000),
    "a file named in letters of 2022": _file("\U0001fae8".encode()),
    "a file named in letters of 2024": _file("\U0001fae9".encode()),
    "a file named in no letters": _file(b"\xff\xfe"),
    "a file named from right to left": _file("a\u202etxt".encode()),
    "a file named on two lines": _file(b"a\nb\x1b[31m"),
    "a file named in old letters": _file("catatan-é-文".encode()),
}
"""What readers of JSON, base64, times and names in different Pythons may take differently."""


Made = Iterator[tuple[str, Path, str]]
"""Name, folder and trust file's text, one package after the other."""


def spelled(site: Site, sound: Path, folder: Path) -> Made:
    """Packages with one thing spelled otherwise each, and an old one."""
    period = datetime(1, 1, 1, tzinfo=UTC), END
    yield "a period since the year 1", make_package(site, folder / "old", period=period), site.trust
    for number, (name, change) in enumerate(SPELLINGS.items()):
        twin = Twin(sound, folder / str(number))
        change(twin)
        _cover_up(twin)
        yield name, twin.root, site.trust


def _cover_up(twin: Twin) -> None:
    """The manifests anew, when the names of all files can be written there."""
    with suppress(UnicodeEncodeError):
        twin.cover_up()


def tampered(site: Site, sound: Path, folder: Path) -> Made:
    """Every tampered twin."""
    for name, (_code, tamper, covered) in sorted(TWINS.items()):
        twin = Twin(sound, folder / name)
        tamper(twin, site)
        if covered:
            twin.cover_up()
        yield name, twin.root, site.trust


def mutants(site: Site, sound: Path, folder: Path) -> Made:
    """Packages with one file damaged at random."""
    rng = random.Random(SEED)
    paths = sorted(p.relative_to(sound).as_posix() for p in sound.rglob("*") if p.is_file())
    for number in range(MUTANTS):
        twin = Twin(sound, folder / str(number))
        path = rng.choice(paths)
        twin.write(path, damage(twin.read(path), rng))
        _cover_up(twin)
        yield f"{number} of seed {SEED}, {path}", twin.root, site.trust


def stamped(folder: Path) -> Made:
    """Packages with time stamps: an honest one, those that cannot be true, those with lists."""
    with (
        local_hour(),
        serving(LocalTsa(folder / "a", "TSA Satu")) as one,
        serving(LocalTsa(folder / "b", "TSA Dua")) as two,
    ):
        for name, (_code, make) in {"honest": ("", honest), **UNTRUE}.items():
            yield name, *make(folder / name, (one, two))
    for name, beside in (("no list", b""), ("lists", LISTED), ("a list that revokes", GONE)):
        site, package = packed(folder / name, beside)
        yield name, package, trust(site)


def tokens(every: int = 1) -> dict[str, list[str]]:
    """Tokens and lists, sound and attacked. every: one of so many."""
    found: dict[str, list[str]] = {}
    for name in list(TOKENS)[::every]:
        trial = TOKENS[name]()
        found[f"token: {name}"] = [*_base64(trial.token, NOTE, b""), trial.roots]
    for name in list(LISTS)[::every]:
        kept = LISTS[name]()
        found[f"list: {name}"] = [*_base64(kept.token, NOTE, kept.pem), kept.roots]
    return found


def _base64(*parts: bytes) -> list[str]:
    return [b64encode(part).decode() for part in parts]


def cases_of(
    packages: Iterable[tuple[str, Path, str]],
    tokens: Mapping[str, list[str]],
    trusts: Mapping[str, str],
) -> Cases:
    """Cases, from packages as they are made."""
    found = {name: [str(folder), trust] for name, folder, trust in packages}
    return Cases(found, dict(tokens), {f"trust: {name}": text for name, text in trusts.items()})


def every_case(folder: Path) -> Cases:
    """All there are; half a minute to make. The first is sound, the last damaged."""
    site = make_site(folder / "site")
    sound = make_package(site, folder / "sound")
    made = {
        "stamped": stamped(_made(folder, "stamped")),
        "tampered": tampered(site, sound, _made(folder, "tampered")),
        "spelled": spelled(site, sound, _made(folder, "spelled")),
        "mutant": mutants(site, sound, _made(folder, "mutant")),
    }
    others = (
        (f"{kind}: {name}", package, text)
        for kind, found in made.items()
        for name, package, text in found
    )
    return cases_of(chain([("sound", sound, site.trust)], others), tokens(), {**GOOD, **BAD})


def _made(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name

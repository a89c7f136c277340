"""Random damage by an adversary who regenerates the manifests: none may be accepted.

In CI 2,000 and more mutants; the soak form also flips every bit of every byte of what proves.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.verify import verify
from tests.packages.adversary import MANIFESTS, Twin
from tests.packages.synthetic import Site

BAG_INFO = "bag-info.txt"
PROVING = ("data/checkpoints/", "data/proofs/", "data/openings.json", "bagit.txt", BAG_INFO)
SOAK = [pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.fixture(scope="module", autouse=True)
def _signatures_asked_once() -> Iterator[None]:
    """Most of a check is three signatures in pure Python; each distinct question is asked once.

    The answer depends on key, signature and message alone, so a remembered one is the same.
    """
    module = importlib.import_module("evidence.verify.verify")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ed25519_verify", functools.cache(module.ed25519_verify))
        yield


class Mutant(Twin):
    """A twin that is damaged one file at a time, covered up, and put right again.

    It remembers the hashes of its files, so that covering up costs the changed file alone.
    """

    def __init__(self, sound: Path, root: Path) -> None:
        super().__init__(sound, root)
        self.verified = 0
        files = (p for p in root.rglob("*") if p.is_file())
        self.kept = {p.relative_to(root).as_posix(): p.read_bytes() for p in files}
        self._known = {path: self._facts(data) for path, data in self.kept.items()}

    @staticmethod
    def _facts(data: bytes) -> tuple[str, int]:
        return hashlib.sha256(data).hexdigest(), len(data)

    def try_out(self, path: str, data: bytes | None, trust: str) -> bool:
        """Whether the package is accepted with other bytes in a file, or without it (None).

        A change that covering up undoes, or that covers up nothing, is no mutant: asks nothing.
        """
        self._put(path, data)
        if path != MANIFESTS[1]:
            self._cover_up(path)
        changed = not (self.root / path).exists() or self.read(path) != self.kept[path]
        self.verified += changed
        accepted = changed and verify(self.root, trust).ok
        for name in (path, BAG_INFO, *MANIFESTS):
            self._put(name, self.kept[name])
        return accepted

    def _put(self, path: str, data: bytes | None) -> None:
        if data is None:
            (self.root / path).unlink()
            del self._known[path]
        else:
            self.write(path, data)
            self._known[path] = self._facts(data)

    def _cover_up(self, path: str) -> None:
        payload = {p: f for p, f in self._known.items() if p.startswith("data/")}
        total = sum(size for _, size in payload.values())
        oxum = f"Payload-Oxum: {total}.{len(payload)}\n".encode()
        if BAG_INFO in self._known:
            info = re.sub(rb"Payload-Oxum: [0-9.]+\n", oxum, self.read(BAG_INFO))
            self._put(BAG_INFO, info)
        # A damaged manifest stays as it is; the one above it is made to fit.
        if path != MANIFESTS[0]:
            self._put(MANIFESTS[0], self._manifest(payload))
        tags = {p: f for p, f in self._known.items() if p not in payload and p != MANIFESTS[1]}
        self._put(MANIFESTS[1], self._manifest(tags))

    @staticmethod
    def _manifest(files: dict[str, tuple[str, int]]) -> bytes:
        return "".join(f"{files[path][0]}  {path}\n" for path in sorted(files)).encode()


@pytest.fixture(scope="module")
def package(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Mutant:
    return Mutant(sound, tmp_path_factory.mktemp("mutant") / "package")


def damage(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one bit flipped, or a byte dropped, doubled or replaced, or cut short."""
    place = rng.randrange(len(data))
    byte = data[place : place + 1]
    before, after = data[:place], data[place + 1 :]
    match rng.randrange(5):
        case 0 | 1:
            return before + bytes([byte[0] ^ 1 << rng.randrange(8)]) + after
        case 2:
            return before + after
        case 3:
            return before + byte + byte + after
        case _:
            return before


@pytest.mark.parametrize("mutants", [1400, pytest.param(50_000, marks=SOAK)])
def test_no_mutant_is_accepted(package: Mutant, site: Site, mutants: int) -> None:
    seed = 20261122
    rng = random.Random(seed)
    paths = sorted(package.kept)
    # Every file many times: most bytes are in a few large files, most meaning in the small ones.
    accepted, before = [], package.verified
    for number in range(mutants):
        path = paths[number % len(paths)]
        mutant = damage(package.kept[path], rng)
        if mutant == package.kept[path]:
            mutant += b"\0"
        if package.try_out(path, mutant, site.trust):
            accepted.append((number, path))

    assert verify(package.root, site.trust).ok
    # A flipped digit of bag-info's totals is put right again by who covers up.
    assert package.verified - before > mutants - mutants // 100
    assert accepted == [], f"seed {seed}"


def test_every_shipped_file_is_read(package: Mutant, site: Site) -> None:
    """Without a file, with none of its bytes, or with one more, nothing is accepted."""
    accepted = [
        (path, name)
        for path, data in sorted(package.kept.items())
        for name, mutant in {"gone": None, "empty": b"", "longer": data + b"\n"}.items()
        if package.try_out(path, mutant, site.trust)
    ]

    assert len(package.kept) > 60
    assert verify(package.root, site.trust).ok
    assert accepted == []


def scramble(value: Any, rng: random.Random) -> Any:
    """A JSON value with one part of it replaced, dropped or doubled."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(sorted(value))
        if rng.random() < 0.15:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: scramble(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        if rng.random() < 0.3:
            return [*value, value[place]]
        return [*value[:place], scramble(value[place], rng), *value[place + 1 :]]
    strange = [None, True, 0, -1, 2**53 - 1, "", "x", "9999-12-31T23:59:59.999Z", [], {}, [[]],
               {"a": {}}, "w-0123456789ab", "EXPORT", "../../etc/passwd"]  # fmt: skip
    return rng.choice([s for s in strange if s != value])


def canonical(value: Any) -> bytes:
    """The bytes of a JSON value in the one spelling that packages have."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


@pytest.mark.parametrize("mutants", [400, pytest.param(20_000, marks=SOAK)])
def test_no_well_formed_mutant_is_accepted_and_none_stops_the_verifier(
    package: Mutant, site: Site, mutants: int
) -> None:
    """JSON files stay canonical; values change type, vanish or repeat."""
    seed = 7
    rng = random.Random(seed)
    paths = sorted(path for path in package.kept if path.endswith(".json"))
    accepted = []
    for path in rng.choices(paths, k=mutants):
        mutant = canonical(scramble(json.loads(package.kept[path]), rng))
        if package.try_out(path, mutant, site.trust):
            accepted.append(path)

    assert verify(package.root, site.trust).ok
    assert accepted == [], f"seed {seed}"


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_no_flipped_bit_of_a_byte_that_proves_is_accepted(package: Mutant, site: Site) -> None:
    """Every byte of every statement's proof, head, opening and tag file; every one of its bits."""
    accepted, tried = [], 0
    for path in sorted(p for p in package.kept if p.startswith(PROVING)):
        data = package.kept[path]
        for place, byte in enumerate(data):
            for bit in range(8):
                mutant = data[:place] + bytes([byte ^ 1 << bit]) + data[place + 1 :]
                tried += 1
                if package.try_out(path, mutant, site.trust):
                    accepted.append((path, place, bit))
    print(f"{tried} flipped bits, {len(accepted)} accepted")

    assert tried > 10_000
    assert accepted == []

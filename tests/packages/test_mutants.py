"""Random damage by an adversary who regenerates the manifests: none may be accepted."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from evidence.verify import verify
from tests.packages.adversary import MANIFESTS, Twin
from tests.packages.synthetic import Site

MUTANTS = 360


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


def test_no_mutant_is_accepted(sound: Path, site: Site, tmp_path: Path) -> None:
    seed = 20261122
    rng = random.Random(seed)
    package = Twin(sound, tmp_path / "mutant")
    kept = {
        p.relative_to(sound).as_posix(): p.read_bytes() for p in sound.rglob("*") if p.is_file()
    }
    # Every file at least once, then at random.
    paths = sorted(kept) + rng.choices(sorted(kept), k=MUTANTS - len(kept))
    accepted = []
    for number, path in enumerate(paths):
        mutant = damage(kept[path], rng)
        if mutant == kept[path]:
            mutant += b"\0"
        package.write(path, mutant)
        if path != MANIFESTS[1]:
            manifest = package.read(MANIFESTS[0])
            package.cover_up()
            if path == MANIFESTS[0]:
                package.write(path, manifest)
        # A flipped digit of bag-info's totals is put right again by who covers up.
        if package.read(path) != kept[path] and verify(package.root, site.trust).ok:
            accepted.append((number, path))
        for name in (path, "bag-info.txt", *MANIFESTS):
            package.write(name, kept[name])

    assert len(paths) >= 300
    assert accepted == [], f"seed {seed}"


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


def test_no_well_formed_mutant_is_accepted_and_none_stops_the_verifier(
    sound: Path, site: Site, tmp_path: Path
) -> None:
    """JSON files stay canonical; values change type, vanish or repeat."""
    seed = 7
    rng = random.Random(seed)
    package = Twin(sound, tmp_path / "mutant")
    paths = [p.relative_to(sound).as_posix() for p in sorted(sound.rglob("*.json"))]
    accepted = []
    for path in rng.choices(paths, k=200):
        before = package.read(path)
        package.write_json(path, scramble(package.json(path), rng))
        kept = {name: package.read(name) for name in ("bag-info.txt", *MANIFESTS)}
        package.cover_up()
        if package.read(path) != before and verify(package.root, site.trust).ok:
            accepted.append(path)
        for name, data in {path: before, **kept}.items():
            package.write(name, data)

    assert accepted == [], f"seed {seed}"

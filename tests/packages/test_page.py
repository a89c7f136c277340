"""verify.html says what verify.py says: same codes, places, words, counts and verdicts."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.verify import verify
from evidence.verify.verify import render_json
from tests.packages.adversary import MANIFESTS, Twin
from tests.packages.browser import Reader, open_page
from tests.packages.synthetic import Site
from tests.packages.test_mutants import damage, scramble
from tests.packages.test_tampered import TWINS

pytestmark = pytest.mark.browser
MUTANTS = 220


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with open_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def reader(page: Any, sound: Path) -> Reader:
    return Reader(page, sound)


def said(root: Path, trust: str) -> dict[str, Any]:
    """What verify.py says of a package."""
    value: dict[str, Any] = json.loads(render_json(verify(root, trust)))
    return value


def test_the_sound_package_is_sound_in_the_page(reader: Reader, sound: Path, site: Site) -> None:
    expected = said(sound, site.trust)

    assert expected["ok"]
    assert reader.verify(sound, site.trust) == expected
    assert reader.verify(sound, site.trust, plain=True) == expected


@pytest.mark.parametrize("name", sorted(set(TWINS) - {"file_replaced_by_a_link"}))
def test_a_tampered_twin_gets_the_same_report(
    name: str, reader: Reader, sound: Path, site: Site, tmp_path: Path
) -> None:
    _, tamper, covered = TWINS[name]
    package = Twin(sound, tmp_path / name)
    tamper(package, site)
    if covered:
        package.cover_up()

    assert reader.verify(package.root, site.trust) == said(package.root, site.trust)


@pytest.mark.parametrize("kind", ["bytes", "values"])
def test_mutants_get_the_same_report(
    kind: str, reader: Reader, sound: Path, site: Site, tmp_path: Path
) -> None:
    seed = 31
    rng = random.Random(seed)
    package = Twin(sound, tmp_path / "mutant")
    kept = {
        p.relative_to(sound).as_posix(): p.read_bytes() for p in sound.rglob("*") if p.is_file()
    }
    paths = [p for p in sorted(kept) if kind == "bytes" or p.endswith(".json")]
    for path in rng.choices(paths, k=MUTANTS // 2):
        if kind == "bytes":
            package.write(path, damage(kept[path], rng))
        else:
            package.write_json(path, scramble(json.loads(kept[path]), rng))
        if path not in MANIFESTS:
            package.cover_up()

        expected = said(package.root, site.trust)
        assert reader.verify(package.root, site.trust) == expected, f"seed {seed}, {path}"
        for name in (path, "bag-info.txt", *MANIFESTS):
            package.write(name, kept[name])

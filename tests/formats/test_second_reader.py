"""docs/formats is enough to write a verifier from: the second reader agrees with verify.py."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evidence.model import StatementType
from evidence.verify import verify
from tests.formats.second_reader import Verdict, read_package
from tests.packages.adversary import MANIFESTS, Twin
from tests.packages.synthetic import (
    NOW,
    WATCH,
    Site,
    Visitor,
    make_package,
    make_site,
)
from tests.packages.test_mutants import damage, scramble
from tests.packages.test_tampered import TWINS

MUTANTS = 150


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def sound(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_package(site, tmp_path_factory.mktemp("sound"))


def test_the_sound_package_is_accepted(sound: Path, site: Site) -> None:
    assert read_package(sound, site.trust) == Verdict(problems=[], holes=[], stated=True)


@pytest.mark.parametrize("name", sorted(TWINS))
def test_a_tampered_twin_is_unsound_here_exactly_if_it_is_for_the_verifier(
    name: str, sound: Path, site: Site, tmp_path: Path
) -> None:
    _, tamper, covered = TWINS[name]
    package = Twin(sound, tmp_path / "twin")
    tamper(package, site)
    if covered:
        package.cover_up()

    assert (not read_package(package.root, site.trust).problems) == verify(
        package.root, site.trust
    ).ok


@pytest.mark.parametrize("kind", ["bytes", "values"])
def test_no_mutant_is_accepted(kind: str, sound: Path, site: Site, tmp_path: Path) -> None:
    seed = 20261122
    rng = random.Random(seed)
    package = Twin(sound, tmp_path / "mutant")
    paths = sorted(p.relative_to(sound).as_posix() for p in sound.rglob("*") if p.is_file())
    if kind == "values":
        paths = [path for path in paths if path.endswith(".json")]
    accepted = []
    for path in rng.choices(paths, k=MUTANTS):
        before = {name: package.read(name) for name in {path, "bag-info.txt", *MANIFESTS}}
        if kind == "values":
            package.write_json(path, scramble(package.json(path), rng))
        else:
            package.write(path, damage(before[path], rng))
        changed = package.read(path) != before[path]
        if path not in MANIFESTS:
            package.cover_up()
        if changed and not read_package(package.root, site.trust).problems:
            accepted.append(path)
        for name, data in before.items():
            package.write(name, data)

    assert accepted == [], f"seed {seed}"


def test_holes_are_the_due_visits_without_outcome(tmp_path: Path) -> None:
    site = make_site(tmp_path, holes=2)
    package = make_package(site, tmp_path / "out")

    verdict = read_package(package, site.trust)

    assert verdict.problems == []
    assert verdict.holes == [f"{WATCH}@2026-11-22T19:00:00Z", f"{WATCH}@2026-11-22T20:00:00Z"]


def test_a_package_of_a_post_alone_states_no_completeness(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path, watches=(), posts=site.posts, period=None)

    assert read_package(package, site.trust) == Verdict(problems=[], holes=[], stated=False)


def test_an_erased_object_is_accepted_with_its_erasure_and_missed_without(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    visitor = Visitor(site.archive, "system")
    facts = {"subject": site.posts[0], "basis": "uji", "order": "P-1/2026"}
    visitor.put(visitor.recorder.draft(StatementType.ERASURE, NOW, facts))
    site.archive.erase(site.posts[0])

    told = read_package(make_package(site, tmp_path / "told"), site.trust)
    assert told == Verdict(problems=[], holes=[], stated=True)

    # A second erasure without a statement: something the log does not explain.
    site.archive.erase(str((site.recs or {})[f"{WATCH} second"]))
    untold = read_package(make_package(site, tmp_path / "untold"), site.trust)
    assert (untold.problems, untold.holes) == ([], [(site.recs or {})[f"{WATCH} second"]])

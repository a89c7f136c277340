"""verify.html says of untrue times and missing versions what verify.py says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from evidence.verify.verify import render_json, verify
from tests.evidence.seal.tsa import LocalTsa, serving
from tests.packages.browser import Reader, open_page
from tests.packages.untrue import UNTRUE, honest

pytestmark = pytest.mark.browser
ONE_EACH = {code: name for name, (code, _make) in UNTRUE.items()}
"""A case for every code; each costs a package."""
ALSO = ["export_naming_a_version_of_another_account"]
"""Cases that the page decides in another place than the one of the same code."""


@pytest.fixture(scope="module")
def tsas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[LocalTsa]]:
    folder = tmp_path_factory.mktemp("tsa")
    with (
        serving(LocalTsa(folder / "a", "TSA Satu")) as one,
        serving(LocalTsa(folder / "b", "TSA Dua")) as two,
    ):
        yield one, two


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    return honest(tmp_path_factory.mktemp("honest"), tsas)


@pytest.fixture(scope="module")
def reader(sound: tuple[Path, str]) -> Iterator[Reader]:
    with open_page() as page:
        yield Reader(page, sound[0])


def test_a_sound_package_gets_the_same_report(reader: Reader, sound: tuple[Path, str]) -> None:
    package, trust = sound

    assert reader.verify(package, trust) == json.loads(render_json(verify(package, trust)))


@pytest.mark.parametrize("name", sorted([*ONE_EACH.values(), *ALSO]))
def test_what_cannot_be_true_gets_the_same_report(
    name: str, reader: Reader, tmp_path: Path, tsas: Sequence[LocalTsa]
) -> None:
    package, trust = UNTRUE[name][1](tmp_path, tsas)

    assert reader.verify(package, trust) == json.loads(render_json(verify(package, trust)))

"""The second reader finds untrue times and missing versions exactly where the verifier does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from evidence.verify import verify
from evidence.verify.verify import TEXTS
from tests.evidence.seal.tsa import LocalTsa, serving
from tests.formats.second_reader import read_package
from tests.packages.untrue import UNTRUE, honest


@pytest.fixture(scope="module")
def tsas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[LocalTsa]]:
    folder = tmp_path_factory.mktemp("tsa")
    with (
        serving(LocalTsa(folder / "a", "TSA Satu")) as one,
        serving(LocalTsa(folder / "b", "TSA Dua")) as two,
    ):
        yield one, two


def test_an_honest_package_has_neither(tmp_path: Path, tsas: Sequence[LocalTsa]) -> None:
    verdict = read_package(*honest(tmp_path, tsas))

    assert (verdict.problems, verdict.holes) == ([], [])


@pytest.mark.parametrize("name", sorted(UNTRUE))
def test_what_cannot_be_true_is_found_here_as_by_the_verifier(
    name: str, tmp_path: Path, tsas: Sequence[LocalTsa]
) -> None:
    code, make = UNTRUE[name]
    package, trust = make(tmp_path, tsas)

    verdict = read_package(package, trust)

    assert bool(verdict.problems) != verify(package, trust).ok
    if TEXTS[code][0] == "incomplete":
        assert verdict.holes

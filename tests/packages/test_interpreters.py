"""verify.py says the same in every Python from 3.8 on, and uses nothing that is newer."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
import vermin

from tests.packages.adversary import Twin
from tests.packages.interpreters import (
    VERIFIER,
    Runtime,
    called,
    chosen,
    compare,
    differing,
    interpreters,
    said_by,
)
from tests.packages.synthetic import Site
from tests.packages.test_tampered import TWINS
from tests.packages.test_trust_files import BAD, GOOD
from tests.packages.verifier_cases import Cases, cases_of, every_case, tokens

METHODS = frozenset(("removeprefix", "removesuffix", "bit_count"))
"""Of built-in values, since 3.9. vermin cannot tell of which type a variable is."""
THIS = Runtime("this", sys.executable)
FEW = ("statement_reworded", "received_page_replaced", "head_with_another_size", "report_reworded",
       "manifest_line_added", "file_replaced_by_a_link")  # fmt: skip


@pytest.fixture(scope="module")
def others() -> list[Runtime]:
    """Every other Python that is here, the oldest first."""
    found = [r for r in interpreters() if r.version() != THIS.version()]
    if not found:
        pytest.skip("no other Python from 3.8 on is here; remedy: pyenv, or apt install pypy3")
    return found


@pytest.fixture(scope="module")
def cases(sound: Path, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Cases:
    folder = tmp_path_factory.mktemp("few")
    made = [("sound", sound, site.trust)]
    for name in FEW:
        twin = Twin(sound, folder / name)
        TWINS[name][1](twin, site)
        made.append((name, twin.root, site.trust))
    return cases_of(made, tokens(60), {**GOOD, **BAD})


def minimum(source: str) -> tuple[int, int]:
    """The oldest Python 3 that has all a source uses, 3.9 when a method is newer than 3.8."""
    if METHODS & {n.attr for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Attribute)}:
        return 3, 9
    config = vermin.Config()
    found: tuple[int, int] = vermin.visit(source, config).minimum_versions()[1]
    return found


def test_the_verifier_uses_nothing_newer_than_python_3_8() -> None:
    assert minimum(VERIFIER.read_text("utf-8")) <= (3, 8)


@pytest.mark.parametrize(
    "newer",
    ["path.removeprefix('b')", "match 1:\n  case 1: pass", "from datetime import UTC",
     "(1).bit_count()", "zip((), (), strict=True)"],
)  # fmt: skip
def test_the_check_would_refuse_what_is_newer(newer: str) -> None:
    assert minimum(newer) > (3, 8)


def test_the_oldest_and_the_newest_python_here_say_the_same_to_the_byte(
    others: list[Runtime], cases: Cases, tmp_path: Path
) -> None:
    expected, answers = said_by(THIS, cases, tmp_path), called(THIS, cases, tmp_path)

    for other in {runtime.name: runtime for runtime in (others[0], others[-1])}.values():
        assert differing(expected, said_by(other, cases, tmp_path)) == ([], []), other.name
        assert called(other, cases, tmp_path) == answers, other.name
    assert [code for code, _, _ in answers] == [0, 1, 1, 2]
    assert not any(isinstance(said, list) and said[0] == "" for said in expected)


def test_another_answer_is_told_apart_from_other_words(cases: Cases, tmp_path: Path) -> None:
    """The same table, when a verifier is asked that finds something else, or says it otherwise."""
    said = {}
    for name, old, new in (
        ("same", "origin", "origin"),
        ("other", '"PROOF_INCLUSION"', '"PROOF_OTHER"'),
        ("wordy", "the statement is not proven", "nothing proves that the statement is"),
    ):
        verifier = tmp_path / f"{name}.py"
        verifier.write_text(VERIFIER.read_text("utf-8").replace(old, new), "utf-8")
        said[name] = said_by(THIS, few(cases), tmp_path, verifier)

    assert differing(said["same"], said["other"]) == ([1], [])
    assert differing(said["same"], said["wordy"]) == ([], [1])


def few(cases: Cases) -> Cases:
    """The sound package, and the first attacked one."""
    return Cases(dict(list(cases.packages.items())[:2]), {}, {})


def test_a_program_that_is_no_python_is_refused(tmp_path: Path) -> None:
    no_python = tmp_path / "python3.8"
    no_python.write_text("#!/bin/sh\nexit 127\n")
    no_python.chmod(0o755)

    for program in (no_python, tmp_path / "absent"):
        with pytest.raises(SystemExit):
            chosen([str(program)])


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_every_python_here_gives_every_case_the_same_meaning(
    others: list[Runtime], tmp_path: Path
) -> None:
    assert compare(others, every_case(tmp_path), tmp_path) == 0

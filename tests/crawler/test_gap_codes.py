"""Gap codes: those the code uses are those the glossary and the commands explain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from cli.gap import GAPS
from crawler.browser.judging import NET_ERRORS
from crawler.fetching import IGNORED
from crawler.middlewares.keep import CUTS, ERRORS
from crawler.noting import REFUSALS

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[A-Z][A-Z_]+\Z")
NOTING = {"gap", "_trouble", "_attempt"}
"""Calls that note a gap, or keep an attempt under its code."""
COMPUTED = {"code", "seen.cut", "ticket.error", "self._error"}
"""Where a code is not written at the call: a state in REFUSALS, CUTS, ERRORS, or set before."""


def trees() -> Iterator[ast.AST]:
    for folder in ("crawler", "pipelines"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(file.read_text("utf-8"))


def firsts() -> Iterator[ast.expr]:
    """The first argument of every call that notes a gap."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in NOTING:
                yield node.args[0]


def assigned() -> Iterator[ast.expr]:
    """What is assigned to a code that is computed."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in COMPUTED:
                yield node.value


def constants(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value)
    }


def used() -> set[str]:
    written = {code for tree in (*firsts(), *assigned()) for code in constants(tree)}
    mapped = {*CUTS.values(), *ERRORS.values(), *NET_ERRORS.values(), *IGNORED.values()}
    return written | mapped | {s.value for s in REFUSALS}


def in_glossary() -> set[str]:
    section = (ROOT / "docs/glossary.md").read_text("utf-8").partition("## Gap codes")[2]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE))


def test_every_code_used_is_explained_by_the_commands_and_no_other() -> None:
    assert used() == set(GAPS)


def test_every_code_used_is_in_the_glossary_and_no_other() -> None:
    assert used() == in_glossary()


def test_a_code_that_is_not_written_at_its_call_comes_from_a_known_place() -> None:
    computed = {ast.unparse(first) for first in firsts() if not isinstance(first, ast.Constant)}

    assert computed == COMPUTED

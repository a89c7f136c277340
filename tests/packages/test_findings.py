"""docs/formats says of every finding what verify.py says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence.verify.verify import ERROR, INCOMPLETE, NOTICE, TEXTS

FORMATS = Path(__file__).resolve().parents[2] / "docs" / "formats"
ROW = re.compile(r"^\| (`[A-Z_` ]+`) \| (error|incomplete|notice) \|", re.MULTILINE)


def said(page: str) -> list[tuple[str, str]]:
    """(code, severity) of each row of the page's tables of findings."""
    rows = ROW.findall((FORMATS / page).read_text("utf-8"))
    return [(code, severity) for codes, severity in rows for code in re.findall("[A-Z_]+", codes)]


def test_the_page_of_findings_has_each_code_once_with_its_severity() -> None:
    assert sorted(said("findings.md")) == sorted((code, TEXTS[code][0]) for code in TEXTS)
    assert {TEXTS[code][0] for code in TEXTS} == {ERROR, INCOMPLETE, NOTICE}


@pytest.mark.parametrize("page", ["package.md", "anchor.md"])
def test_a_code_has_the_same_severity_where_it_is_explained(page: str) -> None:
    found = said(page)

    assert len(found) >= 6
    assert found == [(code, TEXTS[code][0]) for code, _severity in found]

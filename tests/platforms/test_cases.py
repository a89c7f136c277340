"""Every case of every platform: a page as received, and the lines `jejak read` prints for it.

A case is a folder `<platform>/cases/<what_it_shows>/` of page.json {url, status, headers}, body and
expected.json. After a change that is meant, review and accept the new output with

    python tests/platforms/test_cases.py accept [<platform>[/<case>]]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from crawler.lines import reading_lines
from crawler.page import Page
from crawler.registry import PLATFORMS, read

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/cases/*/page.json"))


def page_of(case: Path) -> Page:
    """The page a case holds."""
    said = json.loads((case / "page.json").read_text("utf-8"))
    return Page(said["url"], said["status"], said["headers"], (case / "body").read_bytes())


def lines_of(case: Path) -> list[dict[str, object]]:
    """What the case's platform reads in it, as JSON lines."""
    page = page_of(case)
    return list(reading_lines(read(case.parents[1].name, page), page.url))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parents[1].name}/{case.name}")
def test_case_reads_as_expected(case: Path) -> None:
    expected = case / "expected.json"
    assert expected.is_file(), f"{case.name} has no expected.json; accept one and review it"

    assert lines_of(case) == json.loads(expected.read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parents[1].name}/{case.name}")
def test_no_case_is_read_as_nothing_at_all(case: Path) -> None:
    assert lines_of(case) != []


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_platform_has_cases(platform: str) -> None:
    assert list((HERE / platform / "cases").glob("*/page.json")), f"{platform} has no cases"


def accept(wanted: str) -> None:
    """Write what is read now as what is expected, for cases whose name begins with `wanted`."""
    for case in CASES:
        if f"{case.parents[1].name}/{case.name}".startswith(wanted):
            said = json.dumps(lines_of(case), ensure_ascii=False, indent=1)
            (case / "expected.json").write_text(said + "\n", "utf-8")
            print(f"accepted {case.parents[1].name}/{case.name}: review it")


if __name__ == "__main__" and sys.argv[1:2] == ["accept"]:
    accept(sys.argv[2] if len(sys.argv) > 2 else "")

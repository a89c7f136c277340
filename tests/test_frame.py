"""The frame round the code: documents that lead somewhere, commands that exist, no stray addresses."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^    (.+)$", re.MULTILINE)
HEADING = re.compile(r"^#+ ", re.MULTILINE)
ELSEWHERE = re.compile(
    r"registry\.npmjs|files\.pythonhosted|pypi\.org|deb\.debian\.org|archive\.ubuntu\.com"
    r"|(?<![\w.~-])/(?:root|home|Users)/[\w.-]"
)
"""Package hosts and somebody's own folders: an office with a mirror configures its tools, not us."""


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout; clone the repository to run this test")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def _documents() -> list[Path]:
    return [file for file in _tracked() if file.suffix == ".md" and "tests" not in file.parts]


def test_every_relative_link_in_a_document_leads_to_a_file() -> None:
    broken = [
        f"{document.relative_to(ROOT)} -> {target}"
        for document in _documents()
        for target in LINK.findall(document.read_text("utf-8"))
        if not re.match(r"[a-z]+:|#", target)
        and not (document.parent / target.partition("#")[0]).exists()
    ]

    assert broken == []


def test_index_leads_to_every_document() -> None:
    index = ROOT / "docs/index.md"
    listed = {
        (index.parent / target).resolve() for target in LINK.findall(index.read_text("utf-8"))
    }

    missing = [
        str(file.relative_to(ROOT))
        for file in _documents()
        if file.is_relative_to(ROOT / "docs") and file != index and file not in listed
    ]
    assert missing == []


def test_both_readmes_have_the_same_parts_and_the_same_commands() -> None:
    english, indonesian = (
        (ROOT / name).read_text("utf-8") for name in ("README.md", "README.id.md")
    )

    assert CODE.findall(english) == CODE.findall(indonesian)
    assert len(HEADING.findall(english)) == len(HEADING.findall(indonesian))


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    tests = readme.split("## Tests", 1)[1]

    assert CODE.findall(tests)[0] == "make test"
    assert "exec make test" in (ROOT / ".ci/run").read_text("utf-8")


def test_every_make_target_named_in_a_document_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        name
        for document in _documents()
        for name in re.findall(
            r"(?:^    |`)make ([a-z]+)", document.read_text("utf-8"), re.MULTILINE
        )
    }

    assert named - targets == set()


def test_no_file_names_a_package_host_or_somebodys_folder() -> None:
    found = []
    for file in _tracked():
        if file == Path(__file__).resolve():
            continue
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {hit}" for hit in ELSEWHERE.findall(text)]

    assert found == []


def test_shell_scripts_are_well_formed_and_may_be_run() -> None:
    for name in ("scripts/bootstrap", "scripts/bench", "tests/servers/install", ".ci/run"):
        file = ROOT / name
        shell = file.read_text("utf-8").splitlines()[0].rsplit(" ", 1)[-1].rsplit("/", 1)[-1]
        checked = subprocess.run([shell, "-n", str(file)], capture_output=True, check=False)

        assert checked.returncode == 0, checked.stderr.decode()
        assert file.stat().st_mode & 0o111, f"{name} may not be run"

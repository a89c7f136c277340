"""`scripts/bootstrap`: what it says in both languages, and where it leaves the project."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/bootstrap"


def part(begin: str, end: str) -> str:
    """A piece of the script, both ends included."""
    text = SCRIPT.read_text("utf-8")
    start = text.index(begin)
    return text[start : text.index(end, start) + len(end)]


def test_every_word_of_it_is_there_in_english_and_in_indonesian():
    text = SCRIPT.read_text("utf-8").replace("\\\n", " ")
    said = re.findall(r'\b(?:say|fail)((?: +"(?:[^"$]|\$\(".*?\)|\$\w+|\$\(\S+\))*")+)', text)

    assert len(said) == len(re.findall(r'\b(?:say|fail) +"[^$@]', text)) > 10
    assert [words for words in said if len(re.findall(r'" +"', words)) != 1] == []


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"LANG": "id_ID.UTF-8"}, "dua"),
        ({"LANG": "id"}, "dua"),
        ({"LANG": "id_ID.UTF-8", "LC_ALL": "C"}, "one"),
        ({"LANG": "en_US.UTF-8", "JEJAK_LANGUAGE": "id"}, "dua"),
        ({"LANG": "idle"}, "one"),
        ({}, "one"),
    ],
)
def test_it_speaks_the_language_of_the_environment(environment, word):
    script = part("case ", "fail() {").removesuffix("fail() {") + 'say "one" "dua"'

    told = subprocess.run(
        ["/bin/sh", "-euc", script], env=environment, capture_output=True, text=True, check=True
    )

    assert told.stdout == f"bootstrap: {word}\n"


@pytest.mark.parametrize(("before", "after"), [("000", "0022"), ("077", "0077"), ("002", "0022")])
def test_what_it_installs_nobody_else_may_write(before, after):
    line = next(line for line in SCRIPT.read_text("utf-8").splitlines() if line.startswith("umask"))

    told = subprocess.run(
        ["/bin/sh", "-euc", f"umask {before}; {line}\numask"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert told.stdout == f"{after}\n"


def test_the_project_is_found_below_a_name_that_is_no_ascii_under_any_locale(tmp_path):
    """Up to Python 3.12 a .pth file is read in the locale's encoding, also in UTF-8 mode."""
    root = tmp_path / "Kantor Kabupat\u00e9n"
    site = root / ".venv/lib/python3.11/site-packages"
    site.mkdir(parents=True)
    (site / "_editable_impl_jejak.pth").write_text(str(root), "utf-8")
    script = part("name_project_relatively() {", "\n}\n") + "name_project_relatively"
    subprocess.run(["/bin/sh", "-euc", script], cwd=root, check=True)

    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c",
         "import os, site, sys; site.addsitedir(sys.argv[1]); print(os.fsencode(sys.path[-1]))",
         site],
        env={"LC_ALL": "POSIX"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (found.stdout, found.stderr) == (f"{str(root).encode()!r}\n", "")

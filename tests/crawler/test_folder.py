"""The current folder is somebody's: no program of ours takes code from it."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from crawler.child import COMMAND
from crawler.run import command, leave_closed_folder

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("line", [command("telegram"), COMMAND[:-1]], ids=["crawl", "batch"])
def test_a_visiting_process_takes_no_module_from_the_current_folder(tmp_path, line):
    for module in ("crawler/__init__.py", "json.py", "argparse.py"):
        file = tmp_path / module
        file.parent.mkdir(exist_ok=True)
        file.write_text("raise SystemExit('code of the current folder ran')\n")

    done = subprocess.run(
        [*line, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "--platform" in done.stdout


def test_every_python_process_is_started_without_the_current_folder():
    """-P leaves it out of the places modules come from; -I does so as well."""
    started = {
        f"{file.relative_to(ROOT)}:{line.lineno}": [
            item.value for item in line.elts if isinstance(item, ast.Constant)
        ]
        for folder in ("cli", "crawler", "evidence", "pipelines", "sandbox")
        for file in (ROOT / folder).rglob("*.py")
        for line in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(line, ast.List | ast.Tuple)
        and line.elts
        and ast.unparse(line.elts[0]) == "sys.executable"
    }

    assert len(started) >= 6
    assert [place for place, said in started.items() if said[0] not in ("-P", "-I")] == []


@pytest.mark.parametrize(("may_enter", "left"), [(True, []), (False, ["/"])])
def test_a_visiting_process_leaves_a_folder_that_is_closed_to_it(monkeypatch, may_enter, left):
    gone: list[str] = []
    monkeypatch.setattr("os.access", lambda _folder, _how: may_enter)
    monkeypatch.setattr("os.chdir", gone.append)

    leave_closed_folder()

    assert gone == left

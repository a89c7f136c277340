"""What launchers leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.browser.installed import PREFIX, find_chromium, sweep
from evidence.errors import ConfigError


def test_only_folders_whose_browser_has_ended_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(30)
    for name, pid in (("mati", str(ended.pid)), ("hidup", str(os.getpid())), ("rusak", "x")):
        (tmp_path / f"{PREFIX}{name}").mkdir()
        (tmp_path / f"{PREFIX}{name}" / "pid").write_text(f"{pid}\n")
    (tmp_path / f"{PREFIX}baru").mkdir()
    (tmp_path / "lain").mkdir()
    (tmp_path / f"{PREFIX}tautan").symlink_to(tmp_path / "lain")

    sweep()

    left = {path.name.removeprefix(PREFIX) for path in tmp_path.iterdir()}
    assert left == {"hidup", "rusak", "baru", "lain", "tautan"}


def test_a_browser_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="no such file"):
        find_chromium("/tidak/ada/chromium")

"""Which settings an outcome answers for by its digest."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from cli.technical import SETTINGS
from crawler.config import BEARING, Config, load
from evidence.errors import ConfigError

OTHER: dict[type, Any] = {str: "lain", int: 7, bool: True, tuple: ("lain",), Path: Path("lain")}
WITHOUT = {
    "data_dir", "archive_url", "signer_url", "eraser_url", "watcher_url",  # where it is kept
    "language", "contact", "chromium", "browser_user",  # in each capture's own headers, or nowhere
    "children", "browser_at_once", "browser_looks", "disk_reserve_bytes",  # how fast, not what
    "store_watch", "scrub_days", "clock_start", "origin_of",  # each record names its clock itself
}  # fmt: skip
"""Settings that change nothing of what one visit sees and keeps."""


@pytest.mark.parametrize("name", sorted(BEARING))
def test_a_setting_that_bears_on_evidence_changes_the_digest(name: str) -> None:
    usual = Config()
    other = replace(usual, **{name: OTHER[type(getattr(usual, name))]})

    assert other.digest() != usual.digest()


def test_every_setting_is_in_the_digest_or_known_not_to_bear_on_evidence() -> None:
    assert {one.name for one in fields(Config)} - set(BEARING) == WITHOUT


def test_a_report_lists_every_setting_that_bears_on_evidence() -> None:
    assert set(BEARING) - set(SETTINGS) == set()


def test_a_file_that_cannot_be_read_is_named_with_the_systems_reason(tmp_path, monkeypatch):
    file = tmp_path / "jejak.toml"
    file.write_text('language = "id"\n')

    def refused(*_args: object) -> str:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "read_text", refused)

    with pytest.raises(ConfigError, match=r"jejak\.toml: cannot be read \(Permission denied\)"):
        load(file, {})


def test_settings_that_another_user_wrote_start_no_program_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may run `jejak` as another user must not run any program as that user."""
    file = tmp_path / "jejak.toml"
    file.write_text('chromium = "any-program"\n')
    if os.getuid() == 0:
        os.chown(file, 4_000_002, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_001)

    with pytest.raises(ConfigError, match="belongs to another user"):
        load(file, {})


def test_settings_of_root_or_of_oneself_are_taken_and_those_everybody_may_write_are_not(
    tmp_path: Path,
) -> None:
    file = tmp_path / "jejak.toml"
    file.write_text('organisation = "Contoh"\n')
    file.chmod(0o640)
    taken = load(file, {})
    file.chmod(0o666)

    with pytest.raises(ConfigError, match="everybody may write it"):
        load(file, {})
    assert taken.organisation == "Contoh"


def test_a_current_folder_that_is_closed_to_us_holds_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer's home, when `jejak` runs as another user there."""

    def closed(file: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "is_file", closed)

    assert load(None, {}).origin_of["data_dir"] == "default"
    with pytest.raises(ConfigError, match=r"cannot be read \(Permission denied\)"):
        load(tmp_path / "jejak.toml", {})

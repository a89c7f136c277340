"""Where a command finds its archive, and where it must not begin one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import exits
from cli.main import jejak
from cli.shell import Shell, require_installation
from crawler.config import Config, load
from evidence.errors import ConfigError, StoreError
from evidence.store import MemoryArchive


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("JEJAK_CONFIG", "JEJAK_DATA", "JEJAK_ARCHIVE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("words", [("status",), ("run", "--once"), ("crawl",), ("ledger", "seal")])
def test_a_command_in_a_folder_without_an_installation_is_refused_and_makes_nothing(folder, words):
    result = CliRunner(env={"LANG": "C"}).invoke(jejak, words, obj=Shell())

    assert result.exit_code == exits.CONFIG
    assert "holds no installation" in result.stderr
    assert list(folder.iterdir()) == []


def test_the_first_init_takes_its_own_settings_and_not_those_in_force_before(folder):
    opened: list[Config] = []

    def opener(config: Config) -> MemoryArchive:
        require_installation(config)
        opened.append(config)
        return MemoryArchive()

    words = ("init", "--origin", "contoh.go.id/log", "--data", "bukti")
    result = CliRunner(env={"LANG": "C"}).invoke(jejak, words, obj=Shell(opener=opener))

    assert result.exit_code == exits.OK, result.output
    assert [c.data_dir for c in opened] == [folder / "bukti"]
    assert "public key of the log: contoh.go.id/log+" in result.output
    assert (folder / "bukti/keys/log.key").is_file()
    assert not (folder / "data").exists()


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (StoreError("data folder /bukti", "its disk has 0 MB left"), exits.STORE, "0 MB left"),
        (ValueError("text of a post"), exits.FAULT, "a fault of this program (ValueError"),
    ],
)
def test_what_cannot_be_closed_is_said_and_not_traced(folder, fault, code, told):
    class Unclosed(MemoryArchive):
        def close(self) -> None:
            raise fault

    result = CliRunner(env={"LANG": "C"}).invoke(
        jejak, ("init",), obj=Shell(opener=lambda _config: Unclosed())
    )

    assert result.exit_code == code
    assert told in result.stderr
    assert "text of a post" not in result.output


def test_a_file_the_system_refuses_is_named_with_its_reason_and_is_no_fault_of_ours(folder):
    def opener(_config: Config) -> MemoryArchive:
        raise PermissionError(13, "Permission denied", "/bukti/paket")

    result = CliRunner(env={"LANG": "id"}).invoke(jejak, ("init",), obj=Shell(opener=opener))

    assert result.exit_code == exits.CONFIG
    assert result.stderr == "Galat: /bukti/paket: tidak dapat dipakai (izin ditolak)\n"


def test_settings_are_their_owners_alone_and_nothing_is_everybodys_to_write(folder):
    before = os.umask(0)
    try:
        CliRunner().invoke(jejak, ("init",), obj=Shell(opener=lambda _config: MemoryArchive()))
        left = os.umask(0)
    finally:
        os.umask(before)

    assert (folder / "jejak.toml").stat().st_mode & 0o777 == 0o600
    assert left == 0o022


def test_settings_an_address_or_data_are_an_installation(folder):
    empty = load(None, {})
    with pytest.raises(ConfigError):
        require_installation(empty)

    require_installation(load(None, {"JEJAK_ARCHIVE_URL": "mongodb://localhost"}))
    require_installation(load(None, {"JEJAK_DATA": str(folder / "elsewhere")}))
    (folder / "jejak.toml").write_text('contact = "a@contoh.go.id"\n')
    require_installation(load(None, {}))
    (folder / "jejak.toml").unlink()
    (folder / "data/keys").mkdir(parents=True)
    require_installation(load(None, {}))


def test_a_data_folder_that_holds_a_demonstration_alone_is_no_installation(folder):
    (folder / "data/demo/keys").mkdir(parents=True)

    with pytest.raises(ConfigError, match="no installation"):
        require_installation(load(None, {}))

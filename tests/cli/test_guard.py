"""Guarding the store by command: users and their file, the watch, the weekly check."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest
from click.testing import CliRunner, Result

from cli.main import jejak
from crawler import config as configuration
from evidence.canonical import new_record_id
from evidence.store import open_archive


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder: configuration by environment, data beside it."""
    monkeypatch.setenv("JEJAK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(jejak, [*arguments])


@pytest.fixture
def admin_url(mongo_server: str) -> Iterator[str]:
    base, _, options = mongo_server.partition("?")
    url = f"{base.rstrip('/')}/guard_{new_record_id()[:8]}?{options}"
    yield url
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        for command in ("dropAllUsersFromDatabase", "dropAllRolesFromDatabase"):
            database.command(command)
        client.drop_database(database.name)


@pytest.mark.mongo
def test_a_secured_installation_works_with_the_lines_it_was_given(
    folder: Path, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secure, found the log, seal, watch, have an administrator act, watch, check, scrub."""
    monkeypatch.setenv("JEJAK_ADMIN_URL", admin_url)
    secured = run("store", "secure", "--json")
    file = folder / "data" / "credentials.toml"
    given = tomllib.loads(file.read_text("utf-8"))
    refused = run("store", "secure")
    assert secured.exit_code == 1, secured.output
    assert json.loads(secured.output)["made"] == [
        "archive", "signer", "eraser", "watcher", "reader"
    ]  # fmt: skip
    assert "ONE_NODE" in json.loads(secured.output)["exposures"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(given) == {"archive_url", "signer_url", "eraser_url", "watcher_url"}
    assert all(url.split("@")[0] not in secured.output for url in given.values())
    assert refused.exit_code == 3

    (folder / "jejak.toml").write_text(file.read_text("utf-8"), "utf-8")
    begun = run("store", "watch", "--once", "--json")
    sealed = run("ledger", "seal")
    with pymongo.MongoClient[dict[str, Any]](admin_url) as client:
        client.get_default_database()["keys"].create_index("made", name="ttl")
    seen = run("store", "watch", "--once", "--json")
    checked = run("ledger", "fsck", "--json")
    scrubbed = run("ledger", "scrub", "--json")

    assert (begun.exit_code, json.loads(begun.output)["alarms"]) == (0, 0), begun.output
    assert sealed.exit_code == 0, sealed.output
    assert seen.exit_code == 1, seen.output
    assert "STORE_INDEX" in seen.stderr
    assert checked.exit_code == 5
    faults = [(f["code"], f["place"]) for f in json.loads(checked.output)["faults"]]
    assert faults == [("INDEX_UNKNOWN", "collection keys, index ttl")]
    assert scrubbed.exit_code == 5
    assert all(url not in checked.output + seen.output for url in given.values())
    config = configuration.load(folder / "jejak.toml")
    archive = open_archive(config.archive_url, config.data_dir)
    codes = [e.statement.facts.get("code") for e in archive.entries()]
    archive.close()
    assert codes == ["HEARTBEAT", "STORE_INDEX", "HEARTBEAT", None, "SCRUB_FAULTS"]


@pytest.mark.mongo
def test_users_that_exist_are_kept_and_no_file_is_made_for_them(
    folder: Path, admin_url: str
) -> None:
    run("store", "secure", "--admin-url", admin_url, "--out", str(folder / "a.toml"))

    again = run("store", "secure", "--admin-url", admin_url, "--out", str(folder / "b.toml"))

    assert "users kept with their passwords: archive, signer" in again.output
    assert not (folder / "b.toml").exists()


def test_without_a_terminal_the_administrator_s_url_must_be_given(folder: Path) -> None:
    said = run("store", "secure")

    assert said.exit_code == 2
    assert "JEJAK_ADMIN_URL" in said.stderr


def test_a_scrub_is_recorded_and_the_next_one_waits_for_its_days(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.shell import Shell
    from evidence.store import MemoryArchive

    class Kept(MemoryArchive):
        def close(self) -> None:
            """Stay open."""

    archive = Kept()

    def scrub(*arguments: str) -> dict[str, Any]:
        shell = Shell(opener=lambda _config: archive)
        done = CliRunner().invoke(jejak, ["ledger", "scrub", "--json", *arguments], obj=shell)
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.output))

    first, waited, again = scrub(), scrub("--days", "7"), scrub()

    assert first["checked"]
    assert not waited["checked"]
    assert again["checked"]
    facts = [e.statement.facts for e in archive.entries()]
    assert [(f["action"], f["purpose"]) for f in facts] == [("VERIFY", "scrub")] * 2


def test_passwords_of_every_url_are_hidden_when_settings_are_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ARCHIVE", "SIGNER", "ERASER", "WATCHER"):
        monkeypatch.setenv(f"JEJAK_{name}_URL", f"mongodb://{name.lower()}:geheim@db/x")

    shown = run("config", "show", "--json").output

    assert "geheim" not in shown
    assert json.loads(shown)["eraser_url"]["value"] == "mongodb://***@db/x"


def test_a_child_gets_the_archive_s_url_alone(folder: Path) -> None:
    from datetime import UTC, datetime

    from crawler.child import environment, settings_text

    urls = {
        f"{name}_url": f"mongodb://{name}:geheim@db/x"
        for name in ("archive", "signer", "eraser", "watcher")
    }
    ours = {f"JEJAK_{name.upper()}": url for name, url in urls.items()}
    config = configuration.load(None, ours | {"JEJAK_DATA": str(folder)})

    given = environment(config, Path("f.toml"), datetime(2026, 11, 22, tzinfo=UTC), ours)

    assert [value for value in given.values() if "geheim" in value] == [urls["archive_url"]]
    assert "geheim" not in settings_text(config)

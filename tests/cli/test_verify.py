"""`jejak verify --save-verifier`: the two verifiers, apart from any package."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import evidence.verify
from cli import exits
from cli.main import jejak

HOME = Path(evidence.verify.__file__).parent


@pytest.fixture
def call(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "en")
    return lambda *arguments: CliRunner().invoke(jejak, list(arguments))


def test_both_verifiers_are_saved_with_their_fingerprints(call):
    result = call("verify", "--save-verifier", "saved")

    assert result.exit_code == exits.OK, result.output
    for name in ("verify.py", "verify.html"):
        data = Path("saved", name).read_bytes()
        assert data == (HOME / name).read_bytes()
        assert f"{hashlib.sha256(data).hexdigest()}  saved/{name}" in result.stdout.splitlines()


def test_the_fingerprints_are_there_as_json(call):
    saved = json.loads(call("verify", "--save-verifier", "saved", "--json").stdout)["files"]

    assert {Path(item["path"]).name: item["sha256"] for item in saved} == {
        name: hashlib.sha256((HOME / name).read_bytes()).hexdigest()
        for name in ("verify.py", "verify.html")
    }


def test_a_verifier_that_is_there_is_never_overwritten(call):
    Path("verify.html").write_text("mine")

    result = call("verify", "--save-verifier", ".")

    assert result.exit_code == exits.USAGE
    assert "verify.html cannot be written" in result.stderr
    assert Path("verify.html").read_text() == "mine"


def test_a_check_needs_a_package_and_a_trust_file(call):
    for arguments in (["verify"], ["verify", "."], ["verify", "--trust", "x"]):
        result = call(*arguments)

        assert result.exit_code == exits.USAGE
        assert "--trust" in result.stderr

"""subject export on the command line: recorded first, written privately."""

from __future__ import annotations

import json
from pathlib import Path

from cli import exits
from tests.cli.conftest import INVESTIGATOR


def test_a_copy_is_recorded_before_it_is_written(call, archive):
    said = json.loads(
        call("subject", "export", "siti_contoh", "keluar", "--order", "3/PDP", "--json").stdout
    )
    folder = Path(said["copy"])
    chain = json.loads(call("custody", "siti_contoh", "--json").stdout)["chain"]

    assert archive.entry(said["rec"]).statement.facts["action"] == "SUBJECT_EXPORT"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert json.loads((folder / "data.json").read_text("utf-8"))["records"]
    note = (folder / "BACA.txt").read_text("utf-8")
    assert "UU 27/2022 Pasal 32" in note
    assert "dapat memperlihatkan orang lain" in note
    assert "Tidak dicari: unggahan akun lain" in note
    copies = [link for link in chain if link["action"] == "SUBJECT_EXPORT"]
    assert [(c["actor"], c["order"]) for c in copies] == [(INVESTIGATOR, "3/PDP")]


def test_only_an_account_has_a_copy(call):
    result = call("subject", "export", "telegram|42", "keluar", "--order", "3/PDP")

    assert result.exit_code == exits.SCOPE
    assert not Path("keluar").exists()

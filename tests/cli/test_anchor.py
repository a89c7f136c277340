"""Anchors and the tile export on the command line."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from evidence.ledger import parse_checkpoint
from tests.evidence.seal.tsa import LocalTsa, serving

Run = Callable[..., Result]
ANCHORS = '[[tsa]]\nname = "{name}"\nurl = "{url}"\nroot = "root.pem"\n'


def configure(folder: Path, tsa: LocalTsa, url: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "anchors.toml").write_text(ANCHORS.format(name="Satu", url=url or tsa.url))
    (folder / "root.pem").write_bytes(tsa.roots)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> LocalTsa:
    return LocalTsa(tmp_path_factory.mktemp("tsa") / "one", "Satu")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Where `call` keeps its data."""
    return tmp_path / "data"


def test_a_head_is_stamped_and_the_trust_file_names_the_root(
    call: Run, tsa: LocalTsa, data_dir: Path
) -> None:
    with serving(tsa):
        configure(data_dir, tsa)
        done = call("ledger", "anchor", "--json")
    said = call("ledger", "trust").output

    assert done.exit_code == 0, done.output
    assert [s["status"] for s in json.loads(done.output)] == ["anchored"]
    assert "tsa Satu\n-----BEGIN CERTIFICATE-----" in said
    assert json.loads(call("status", "--json").output)["anchors"][0]["reason"] is None


def test_a_stamp_without_what_is_known_of_revocation_says_so_and_is_no_finding(
    call: Run, tsa: LocalTsa, data_dir: Path
) -> None:
    with serving(tsa):
        configure(data_dir, tsa)
        done = call("ledger", "anchor")

    assert done.exit_code == 0
    assert "NO_ADDRESS" in done.output


def test_an_authority_that_is_down_is_said_and_is_a_finding(
    call: Run, tsa: LocalTsa, data_dir: Path
) -> None:
    configure(data_dir, tsa, "http://127.0.0.1:9/tsr")

    done = call("ledger", "anchor")

    assert done.exit_code == 1
    assert "UNREACHABLE" in done.output
    assert "UNREACHABLE" in call("status").output


def test_a_setting_that_is_none_is_refused(call: Run, data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "anchors.toml").write_text("tsas = 1\n")

    assert call("ledger", "anchor").exit_code == 3


def test_the_exported_tiles_are_the_signed_log(call: Run, tmp_path: Path) -> None:
    call("ledger", "seal")

    done = call("ledger", "export", str(tmp_path / "tiles"), "--json")

    head = parse_checkpoint((tmp_path / "tiles/checkpoint").read_bytes())
    (bundle,) = (tmp_path / "tiles/tile/entries").rglob(str(head.size))
    (level,) = (tmp_path / "tiles/tile/0").rglob(str(head.size))
    assert json.loads(done.output)["size"] == head.size
    assert leaf_hashes(bundle.read_bytes()) == level.read_bytes()


def test_tiles_that_cannot_be_written_are_no_fault_of_the_program(
    call: Run, tmp_path: Path
) -> None:
    call("ledger", "seal")
    (tmp_path / "tiles").write_text("a file, no folder")

    done = call("ledger", "export", str(tmp_path / "tiles/here"))

    assert done.exit_code == 9
    assert "Name another folder" in done.output


def leaf_hashes(bundle: bytes) -> bytes:
    """What an auditor computes from a bundle of entries: C2SP tlog-tiles, RFC 6962 leaves."""
    hashes = b""
    while bundle:
        size = int.from_bytes(bundle[:2], "big")
        hashes += hashlib.sha256(b"\0" + bundle[2 : 2 + size]).digest()
        bundle = bundle[2 + size :]
    return hashes


def test_a_new_key_signs_and_the_trust_file_retires_the_old_one(call: Run) -> None:
    call("ledger", "seal")
    old = call("ledger", "trust").output.splitlines()[-1].removeprefix("vkey ")

    done = json.loads(call("ledger", "rotate-key", "--json").output)
    lines = call("ledger", "trust").output.splitlines()

    assert lines[-1] == f"vkey {done['vkey']}"
    assert lines[-2].startswith("retired ")
    assert lines[-2].endswith(old)
    assert call("ledger", "fsck").exit_code == 0


def test_the_sheet_quotes_the_head_and_its_fingerprint(call: Run, tmp_path: Path) -> None:
    call("ledger", "seal")

    done = call("ledger", "sheet", str(tmp_path / "lembar.html"), "--json")

    page = (tmp_path / "lembar.html").read_text("utf-8")
    head = json.loads(call("ledger", "head", "--json").output)
    assert done.exit_code == 0, done.output
    assert head["fingerprint"] in page
    assert f"\n{head['entries']}\n" in page
    assert "<svg" in page
    assert "<title>Kode QR" in page
    assert "<title>Kode QR" in page
    assert "http-equiv" not in page
    assert call("ledger", "sheet", str(tmp_path / "lembar.txt")).exit_code == 2


def test_the_sheet_says_that_it_is_compared_with_its_own_head_only(
    call: Run, tmp_path: Path
) -> None:
    call("ledger", "seal")

    call("ledger", "sheet", str(tmp_path / "lembar.html"))

    said = " ".join((tmp_path / "lembar.html").read_text("utf-8").split())
    assert "Paket dengan kepala log lain tidak dapat dibandingkan dengan lembar ini saja" in said


def test_the_sheet_as_pdf_has_text_that_can_be_selected(call: Run, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", reason="needs WeasyPrint; remedy: pip install weasyprint")
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed; remedy: apt-get install poppler-utils")
    call("ledger", "seal")

    assert call("ledger", "sheet", str(tmp_path / "lembar.pdf")).exit_code == 0

    said = subprocess.run(
        [program, str(tmp_path / "lembar.pdf"), "-"], capture_output=True, check=True
    ).stdout.decode()
    fingerprint = json.loads(call("ledger", "head", "--json").output)["fingerprint"]
    assert fingerprint in said.replace("\n", "")


def test_the_doctor_warns_while_one_authority_would_be_enough_to_break_time(
    call: Run, tsa: LocalTsa, data_dir: Path
) -> None:
    configure(data_dir, tsa, "http://127.0.0.1:9/tsr")

    found = {f["subject"]: f for f in json.loads(call("doctor", "--json").stdout)}

    assert found["anchors"]["level"] == "WARN"
    assert found["anchors"]["said"] == "1 time stamp authorities, 0 witnesses"


def test_a_lost_head_stops_the_seal_and_is_restored_from_a_kept_note(
    call: Run, data_dir: Path, tmp_path: Path
) -> None:
    call("ledger", "seal")
    call("ledger", "export", str(tmp_path / "tiles"))
    (data_dir / "keys/head.json").unlink()

    stopped = call("ledger", "seal")
    restored = call("ledger", "restore-head", str(tmp_path / "tiles/checkpoint"), "--json")
    sealed = call("ledger", "seal")
    again = call("ledger", "restore-head", str(tmp_path / "tiles/checkpoint"))

    head = parse_checkpoint((tmp_path / "tiles/checkpoint").read_bytes())
    assert stopped.exit_code == again.exit_code == 5
    assert json.loads(restored.output) == {"fingerprint": head.fingerprint(), "size": head.size}
    assert sealed.exit_code == 0

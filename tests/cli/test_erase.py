"""hold, erase, custody on the command line: two persons, one chain, minutes on disk."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from cli import exits
from evidence.model import CaptureKind, Exchange
from tests.cli.conftest import INVESTIGATOR, RECORDER, T0

ANI_UID = 4000002
ASK = ("--basis", "UU 27/2022 Pasal 43", "--order", "12/2026", "--officer", "Budi Santoso")


@pytest.fixture
def asked(call) -> str:
    """A request for the erasure of post 42."""
    result = call("erase", "request", "telegram|42", *ASK, "--json")
    assert result.exit_code == exits.OK, result.stdout
    return json.loads(result.stdout)["request"]


def test_a_dry_run_says_what_would_go_and_records_nothing(call, archive):
    size = archive.size()

    result = call("erase", "request", "telegram|42", *ASK, "--dry-run")

    assert result.exit_code == exits.OK
    assert "records to be erased, 0 were erased before" in result.stdout
    assert archive.size() == size


def test_one_officer_asks_another_confirms_and_the_minutes_are_there(login, call, asked, archive):
    login(ANI_UID)
    result = call("erase", "confirm", asked, "--officer", "Ani Lestari", "--minutes", "ba")

    assert result.exit_code == exits.OK, result.stderr
    text = Path(f"ba/berita-acara-pemusnahan-{asked[:8]}.txt").read_text("utf-8")
    assert "Budi Santoso" in text
    assert "Ani Lestari" in text
    assert archive.row("posts", "telegram|42") is None
    assert call("posts").stdout.count("telegram|42") == 0
    assert call("history", "telegram|42").exit_code == exits.SCOPE
    assert call("ledger", "fsck").exit_code == exits.OK


def test_the_person_who_asked_cannot_confirm(call, asked, archive):
    result = call("erase", "confirm", asked, "--officer", "Ani Lestari")

    assert result.exit_code == exits.SCOPE
    assert archive.row("posts", "telegram|42") is not None


def test_no_variable_makes_one_person_two(call, asked, archive):
    """Names of accounts come from the kernel; LOGNAME, USER and our own variables are only words."""
    others = {
        name: "ani" for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "JEJAK_ACTOR", "SUDO_USER")
    }

    result = call("erase", "confirm", asked, "--officer", "Ani Lestari", env=others)

    assert result.exit_code == exits.SCOPE
    assert archive.row("posts", "telegram|42") is not None


def test_nobody_confirms_where_an_account_can_be_made_up(login, call, asked, archive, monkeypatch):
    login(ANI_UID)
    Path("uid_map").write_text("         0       1000          1\n")
    monkeypatch.setattr("cli.person.UID_MAP", Path("uid_map"))

    result = call("erase", "confirm", asked, "--officer", "Ani Lestari")

    assert result.exit_code == exits.SCOPE
    assert "user namespace" in result.stderr
    assert archive.row("posts", "telegram|42") is not None


def test_nothing_is_erased_where_the_minutes_could_not_be_written(login, call, asked, archive):
    login(ANI_UID)
    Path("ba").write_text("a file, no folder")
    size = archive.size()

    result = call("erase", "confirm", asked, "--officer", "Ani Lestari", "--minutes", "ba/here")

    assert result.exit_code == exits.PACKAGE
    assert "Nothing was erased; name a folder for the minutes with --minutes" in result.stderr
    assert archive.size() == size


def test_minutes_can_be_written_again(login, call, asked):
    login(ANI_UID)
    call("erase", "confirm", asked, "--officer", "Ani Lestari")

    again = call("erase", "minutes", asked, "lagi", "--json")

    written = json.loads(again.stdout)["minutes"]
    assert [Path(name).read_bytes() for name in written if name.endswith(".txt")] == [
        Path(f"berita-acara-pemusnahan-{asked[:8]}.txt").read_bytes()
    ]


def test_a_hold_is_listed_blocks_and_is_lifted(login, call, asked):
    held = ("telegram|42", "--case", "03/TM", "--order", "9/ST")
    call("hold", "add", *held)

    listed = json.loads(call("hold", "list", "--json").stdout)
    login(ANI_UID)
    refused = call("erase", "confirm", asked, "--officer", "Ani Lestari")
    call("hold", "lift", *held)

    assert [h["case"] for h in listed] == ["03/TM"]
    assert refused.exit_code == exits.SCOPE
    assert "03/TM" in refused.stderr
    login(ANI_UID)
    assert call("erase", "confirm", asked, "--officer", "Ani Lestari").exit_code == 0
    assert json.loads(call("hold", "list", "--json").stdout) == []


def test_a_hold_that_comes_too_late_says_how_much_was_erased_before(login, call, asked, archive):
    first = archive.row("posts", "telegram|42")["post"]
    held = (first, "--case", "03/TM", "--order", "9/ST")
    early = call("hold", "add", *held)
    call("hold", "lift", *held)
    login(ANI_UID)
    call("erase", "confirm", asked, "--officer", "Ani Lestari")

    late = call("hold", "add", *held)

    assert "erased before" not in early.stdout
    assert "1 records of it were erased before this hold" in late.stdout


def test_requests_are_listed_with_officer_and_whether_they_were_carried_out(login, call, asked):
    before = json.loads(call("erase", "list", "--json").stdout)
    login(ANI_UID)
    call("erase", "confirm", asked, "--officer", "Ani Lestari")
    after = json.loads(call("erase", "list", "--json").stdout)

    assert [(r["rec"], r["officer"], r["began"]) for r in before] == [(asked, "Budi Santoso", None)]
    assert after[0]["began"] > 0


def test_keys_that_came_back_are_erased_again(login, call, asked, archive):
    kept = dict(archive._uses), dict(archive._keys)
    login(ANI_UID)
    call("erase", "confirm", asked, "--officer", "Ani Lestari")
    archive._uses.update(kept[0])
    archive._keys.update(kept[1])
    found = call("ledger", "fsck")

    again = call("erase", "repeat")

    assert found.exit_code == exits.INTEGRITY
    assert "ERASED_KEY_PRESENT" in found.stderr
    assert "erased again: " in again.stdout
    assert call("ledger", "fsck").exit_code == exits.OK


def test_custody_shows_who_read_the_post_why_and_by_which_order(call):
    call("history", "42", "--purpose", "klarifikasi", "--order", "7/ST")

    said = json.loads(call("custody", "telegram|42", "--json").stdout)

    (read,) = [link for link in said["chain"] if link["action"] == "READ"]
    assert (read["actor"], read["purpose"], read["order"]) == (INVESTIGATOR, "klarifikasi", "7/ST")
    assert said["chain"][0]["action"] == "COLLECTED"
    assert said["kind"] == "POST"


def test_custody_of_a_package_names_its_export_and_what_befell_its_records(call, archive):
    made = call(
        "package", "create", "out", "--post", "telegram|42", "--purpose", "pleno", "--order", "8/ST"
    )
    assert made.exit_code == exits.OK, made.stderr
    (folder,) = (p.name for p in Path("out").iterdir() if p.name.startswith("jejak-"))

    said = json.loads(call("custody", folder, "--json").stdout)

    assert said["kind"] == "PACKAGE"
    exports = [link for link in said["chain"] if link["action"] == "EXPORT"]
    assert [(e["purpose"], e["order"]) for e in exports] == [("pleno", "8/ST")]
    assert exports[0]["number"] > 3


def test_an_unknown_subject_is_out_of_scope(call):
    assert call("custody", "f" * 32).exit_code == exits.SCOPE
    assert call("custody", "nobody").exit_code == exits.SCOPE


def test_a_check_of_a_package_is_recorded_when_asked_and_shows_in_its_chain(call, archive):
    call("package", "create", "out", "--post", "telegram|42", "--purpose", "p", "--order", "8/ST")
    (folder,) = (p for p in Path("out").iterdir() if p.name.startswith("jejak-"))
    Path("trust.txt").write_text(call("ledger", "trust").stdout)
    size = archive.size()
    checked = ("verify", str(folder), "--trust", "trust.txt")

    aimless = call(*checked, "--record", env={"JEJAK_PURPOSE": None})
    silent = call(*checked, "--no-record")
    unchanged = archive.size()
    told = call(*checked, "--record", "--purpose", "sidang", "--order", "9/ST")

    assert aimless.exit_code == exits.USAGE
    assert (silent.exit_code, told.exit_code) == (exits.OK, exits.OK), told.stdout
    assert (unchanged, archive.size()) == (size, size + 1)
    chain = json.loads(call("custody", folder.name, "--json").stdout)["chain"]
    assert [(c["purpose"], c["order"]) for c in chain if c["action"] == "VERIFY"] == [
        ("sidang", "9/ST")
    ]


def test_the_chain_says_what_each_check_of_a_package_found_and_of_which_bytes(call):
    call("package", "create", "out", "--post", "telegram|42", "--no-pdf")
    (folder,) = (p for p in Path("out").iterdir() if p.name.startswith("jejak-"))
    Path("trust.txt").write_text(call("ledger", "trust").stdout)
    checked = ("verify", str(folder), "--trust", "trust.txt", "--record")
    tags = hashlib.sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    sound = call(*checked)
    (folder / "data" / "report" / "laporan.html").write_text("diubah")

    altered = call(*checked)

    chain = json.loads(call("custody", folder.name, "--json").stdout)["chain"]
    one, two = (c["found"] for c in chain if c["action"] == "VERIFY")
    assert (sound.exit_code, altered.exit_code) == (exits.OK, exits.FINDINGS)
    assert (one["verdict"]["integrity"], two["verdict"]["integrity"]) == ("INTACT", "NOT_INTACT")
    assert set(one["verdict"]) == {"integrity", "time", "completeness"}
    assert one["findings"]["error"] == 0 < two["findings"]["error"]
    assert one["tagmanifest"] == two["tagmanifest"] == tags
    of_the_post = json.loads(call("custody", "telegram|42", "--json").stdout)["chain"]
    assert [c["found"] for c in of_the_post if c["action"] == "VERIFY"] == [one, two]
    assert " found: NOT_INTACT, " in call("custody", folder.name).stdout


def test_a_check_in_the_archives_own_folder_is_recorded_unasked_or_said_not_to_be(call, archive):
    call("init")
    call("package", "create", "out", "--post", "telegram|42", "--no-pdf")
    (folder,) = (p for p in Path("out").iterdir() if p.name.startswith("jejak-"))
    Path("trust.txt").write_text(call("ledger", "trust").stdout)
    size = archive.size()
    checked = ("verify", str(folder), "--trust", "trust.txt")

    told = call(*checked)
    after = archive.size()
    no_order = call(*checked, env={"JEJAK_ORDER": None})
    Path("jejak.toml").write_text('origin = "lain.example/jejak"\n')
    elsewhere = call(*checked)

    assert after == size + 1
    assert archive.size() == after
    assert "not recorded" not in told.stderr + elsewhere.stderr
    assert "was not recorded in the log: name --purpose and --order" in no_order.stderr


@pytest.mark.parametrize("language", ["en_US.UTF-8", "id_ID.UTF-8"])
def test_a_package_made_afterwards_says_what_existed_and_on_what_order_it_was_erased(
    login, call, asked, archive, language
):
    first = archive.row("posts", "telegram|42")["post"]
    login(ANI_UID)
    call("erase", "confirm", asked, "--officer", "Ani Lestari")

    made = call(
        "package", "create", "out", "--post", f"post:{first}", "--purpose", "p", "--order", "8/ST",
        env={"LANG": language},
    )  # fmt: skip
    (folder,) = Path("out").iterdir()
    Path("trust.txt").write_text(call("ledger", "trust").stdout)
    checked = call("verify", str(folder), "--trust", "trust.txt", env={"LANG": language})

    assert made.exit_code == exits.OK, made.stderr
    assert "12/2026" in made.stdout
    assert checked.exit_code == exits.OK, checked.stdout
    assert {"en": "existed and was erased on order 12/2026",
            "id": "pernah ada dan telah dihapus atas perintah 12/2026"}[language[:2]] in checked.stdout  # fmt: skip


def test_a_package_for_one_person_says_how_many_screens_are_open(call, archive):
    post = archive.row("posts", "telegram|42")
    for kind, of in ((CaptureKind.SCREENSHOT, post["snapshot"]), (CaptureKind.DOM, post["post"])):
        shown = Exchange("https://t.me/siti_contoh/42", "GET", T0, T0, (), 200, (), b"<p>",
                         kind=kind, of=of)  # fmt: skip
        archive.record([RECORDER.capture(shown, visit="v1", watch=post["watch"], slot=None)])
    made = ("package", "create", "out", "--account", post["watch"], "--profile", "KLARIFIKASI",
            "--draft", "--no-pdf")  # fmt: skip

    told = call(*made)
    counted = json.loads(call(*made, "--json").stdout)["open_screens"]
    closed = call(*made, "--withhold-screens")

    # The page of the first snapshot shows an act, so what was made of it is closed already.
    assert counted == 1
    assert "1 screenshots or rendered pages are open" in told.stdout
    assert "are open" not in closed.stdout

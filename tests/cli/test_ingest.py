"""`jejak ingest`: what it says, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from cli import exits

PAGE = """<!DOCTYPE html><html><!--
 Page saved with SingleFile
 url: https://t.me/s/siti_contoh
 saved date: Fri Nov 20 2026 08:00:00 GMT+0700 (WIB)
--><body></body></html>"""
GIVEN = ("--account", "siti_contoh", "--by", "Budi", "--order", "001/ST")


def test_a_saved_page_is_taken_in_and_shown(call, archive):
    Path("p.html").write_text(PAGE)

    result = call("ingest", "p.html", *GIVEN, "--json")

    said = json.loads(result.stdout)
    assert result.exit_code == exits.OK
    assert (said["format"], said["claimed_at"]) == ("HTML", "2026-11-20T01:00:00.000Z")
    assert [c["kind"] for c in said["captures"]] == ["dom"]
    assert archive.entry(said["file"]).statement.facts["kind"] == "file"


def test_the_same_file_again_is_said(call):
    Path("p.html").write_text(PAGE)
    call("ingest", "p.html", *GIVEN)

    assert "This file was taken in before, as" in call("ingest", "p.html", *GIVEN).output


def test_a_dry_run_changes_nothing(call, archive):
    Path("p.html").write_text(PAGE)
    size = archive.size()

    result = call("ingest", "p.html", *GIVEN, "--dry-run")

    assert "Nothing was kept: --dry-run" in result.output
    assert archive.size() == size


def test_a_damaged_file_is_named_and_nothing_is_kept(call, archive):
    Path("b.warc").write_bytes(b"WARC/1.0\r\nContent-Length: 9\r\n\r\nx")
    size = archive.size()

    result = call("ingest", "b.warc", *GIVEN)

    assert result.exit_code != exits.OK
    assert "b.warc, record 1 at offset 0: is cut off" in result.stderr
    assert "Nothing of it was kept" in result.stderr
    assert archive.size() == size


def test_a_picture_that_cannot_be_decoded_is_refused(call, archive):
    Path("p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    size = archive.size()

    result = call("ingest", "p.png", *GIVEN, "--at", "2026-11-20T08:00+07:00")

    assert result.exit_code != exits.OK
    assert archive.size() == size


def test_an_account_nobody_watches_is_refused(call):
    Path("p.html").write_text(PAGE)

    result = call("ingest", "p.html", "--account", "orang", "--by", "Budi", "--order", "1")

    assert "is not on the watchlist" in result.stderr


def test_person_and_order_must_be_given(call):
    Path("p.html").write_text(PAGE)

    assert call("ingest", "p.html", "--account", "siti_contoh").exit_code == exits.USAGE


def test_a_package_with_a_handed_in_file_verifies_and_says_human(call, archive):
    """A HAR with a login in it: the digest of the file is shown, its bytes are withheld."""
    Path("p.html").write_text(PAGE)
    Path("p.har").write_text(json.dumps({"log": {"entries": [{
        "startedDateTime": "2026-11-20T01:00:00Z",
        "request": {"method": "GET", "url": "https://t.me/s/siti_contoh",
                    "headers": [{"name": "Cookie", "value": "sesi=kenari-rahasia"}]},
        "response": {"status": 200, "content": {"mimeType": "text/html", "text": "<html></html>"}},
    }]}}))  # fmt: skip
    for name in ("p.html", "p.har"):
        assert call("ingest", name, *GIVEN).exit_code == exits.OK

    made = call("package", "create", "out", "--account", "siti_contoh", "--purpose", "uji",
                "--order", "001/ST", "--no-pdf", "--json")  # fmt: skip

    path = Path(json.loads(made.stdout)["package"])
    held = b"".join(f.read_bytes() for f in sorted(path.rglob("*")) if f.is_file())
    statements = [json.loads(f.read_bytes()) for f in (path / "data/statements").iterdir()]
    Path("trust.txt").write_text(call("ledger", "trust").stdout)
    assert call("verify", str(path), "--trust", "trust.txt").exit_code == exits.OK
    assert sorted(s["facts"]["kind"] for s in statements if s["facts"].get("via") == "HUMAN"
                  and s["type"] == "capture") == ["dom", "exchange", "file", "file"]  # fmt: skip
    assert b"kenari-rahasia" not in held
    assert PAGE.encode() in held
    assert [s for s in statements if s["facts"].get("action") == "INGEST"]


def test_the_report_and_the_history_say_that_a_person_handed_it_in(call, archive):
    """A page of a channel with one message; the report tells the claim apart from our clock."""
    note = PAGE.partition("--><body>")[0] + "-->"
    message = (
        '<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" '
        'data-post="siti_contoh/77"><div class="tgme_widget_message_text">Rapat di balai</div>'
        '<a class="tgme_widget_message_date" href="https://t.me/siti_contoh/77">'
        '<time datetime="2026-11-19T01:00:00+00:00"></time></a></div></div>'
    )
    Path("p.html").write_text(
        f'{note}<main class="tgme_main"><section class="tgme_channel_history">{message}</section></main>'
    )
    call("ingest", "p.html", *GIVEN)

    told = call("history", "siti_contoh/77")
    made = call("package", "create", "out", "--post", "siti_contoh/77", "--purpose", "uji",
                "--order", "001/ST", "--no-pdf", "--json")  # fmt: skip

    assert "From a file a person handed in" in told.output, told.output
    report = Path(json.loads(made.stdout)["package"], "data/report/laporan.html").read_text("utf-8")
    assert "dalam berkas yang diserahkan <bdi>Budi</bdi>" in report
    assert "Dibuat (klaim berkas)" in report

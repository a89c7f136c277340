"""What reaches a terminal is safe, and times say their zone."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import exits
from cli.screen import json_text, local, one_line, visible, write_table

MOMENT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def test_each_indonesian_zone_is_shown_with_its_letters_and_offset():
    shown = [local(MOMENT, z) for z in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC")]

    assert shown == [
        "2026-11-22 09:00:00 WIB (+07:00)",
        "2026-11-22 10:00:00 WITA (+08:00)",
        "2026-11-22 11:00:00 WIT (+09:00)",
        "2026-11-22 02:00:00 UTC (+00:00)",
    ]


@given(st.text(st.characters(), max_size=200))
def test_visible_text_holds_no_control_or_bidirectional_character(text):
    shown = visible(text)

    assert not any(c in shown for c in "\x1b\x00\x7f\x9b\u202e\u2066\u200b\ufeff\r")


@given(st.text(st.characters(), max_size=200))
def test_json_is_one_safe_line_that_says_the_same(text):
    line = json_text({"text": text})

    assert len(line.splitlines()) == 1
    assert json.loads(line) == {"text": text}
    assert not any(c in line for c in "\x1b\x9b\u202e\u2028")


def test_a_long_text_is_cut_to_one_line():
    assert one_line("a\nb\t c" + "x" * 99, 10) == "a b cxxxx…"


HEADERS = ("Platform", "Account", "State", "Last visit", "Outcome")
ROWS = [
    ("mastodon", "pegawai_dengan_nama_panjang@contoh.example", "PRESENT", local(MOMENT, "UTC"),
     "UNCHANGED"),
    ("telegram", "kanal", "GATED", local(MOMENT, "Asia/Jayapura"), "PARTIAL"),
]  # fmt: skip


class Screen(io.StringIO):
    """A terminal that takes whatever it is given."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
def test_a_table_leaves_nothing_out_however_narrow_the_terminal(monkeypatch, columns):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")

    write_table(HEADERS, ROWS)

    shown = screen.getvalue()
    said = "".join(shown.split())
    assert [c for row in ROWS for c in row[2:] if c not in shown] == []
    assert "pegawai_dengan_nama" in said
    assert all(header in shown for header in HEADERS)


def test_a_table_of_many_narrow_columns_folds_its_headers_before_its_rows(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "60")

    write_table([f"minta login {n}" for n in range(6)], [[f"{n} %" for n in range(6)]])

    lines = screen.getvalue().splitlines()
    assert any(all(f"{n} %" in line for n in range(6)) for line in lines)
    assert sum("minta" in line for line in lines) == 1


def test_a_table_in_a_file_is_as_wide_as_its_short_columns(monkeypatch):
    into = io.StringIO()
    monkeypatch.setattr(sys, "stdout", into)
    cells = [f"{n:036d}" for n in range(9)]

    write_table([f"c{n}" for n in range(9)], [cells])

    assert any(all(cell in line for cell in cells) for line in into.getvalue().splitlines())


def shown_by(folder, words: str, redirection: str) -> subprocess.CompletedProcess[str]:
    """What a command leaves whose output the shell sends somewhere else."""
    line = f"{shlex.quote(sys.executable)} -c 'from cli.main import main; main()' {words}"
    return subprocess.run(
        ["/bin/sh", "-c", f"{line} {redirection}"], cwd=folder, capture_output=True, text=True,
        env={"LANG": "id_ID.UTF-8", "PATH": "/usr/bin:/bin"}, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("words", ["config show", "--help"])
def test_output_that_cannot_be_written_is_said_in_one_sentence(tmp_path, words):
    result = shown_by(tmp_path, words, ">/dev/full")

    assert result.returncode == exits.OUTPUT
    assert result.stderr.startswith("Galat: keluaran standar: tidak dapat ditulis (")
    assert "Traceback" not in result.stderr


def test_a_reader_that_has_gone_is_no_failure(tmp_path):
    result = shown_by(tmp_path, "config show", "| true; echo done")

    assert (result.stdout, result.stderr) == ("done\n", "")


def test_closed_streams_hinder_no_command(tmp_path):
    result = shown_by(tmp_path, "config show", "<&- >&- 2>&-")

    assert (result.returncode, result.stdout, result.stderr) == (exits.OK, "", "")


def test_an_error_that_nobody_can_be_told_keeps_its_exit_code(tmp_path):
    result = shown_by(tmp_path, "nonsense", "2>/dev/full")

    assert (result.returncode, result.stderr) == (exits.USAGE, "")

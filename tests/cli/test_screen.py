"""What reaches a terminal is safe, and times say their zone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cli.screen import json_text, local, one_line, visible

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

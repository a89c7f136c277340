"""Which charset bytes are in, whatever is claimed of them."""

from __future__ import annotations

import pytest

from crawler.charset import as_utf_8, wider

SAID = "Kata warga: “jalan rusak — tolong…” 😀"


WRITTEN = [
    ("cp1252", "Café à la française, déjà vu"),
    ("iso-8859-2", "Łódź i Żaneta"),
    ("gb18030", "村民在村公所開會"),
    ("big5", "村民在村公所開會"),
    ("cp949", "마을 회관에서 회의"),
    ("cp932", "村の道路は悪い"),
]


@pytest.mark.parametrize(("charset", "text"), WRITTEN)
def test_text_in_another_charset_is_not_taken_for_utf_8(charset: str, text: str) -> None:
    assert as_utf_8(text.encode(charset) * 20) is None


def test_one_broken_letter_leaves_the_others_as_they_are() -> None:
    assert as_utf_8(SAID.encode() + b"\xe2\x82 lima") == f"{SAID}\ufffd lima"


def test_a_name_stands_for_the_wider_charset_browsers_take() -> None:
    assert [wider(n) for n in ("ISO-8859-1", "gb2312", "utf-8")] == ["cp1252", "gb18030", "utf-8"]

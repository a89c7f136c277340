"""Which charset bytes are in, whatever a server, a page or a feed claims."""

from __future__ import annotations

WIDER = {
    **dict.fromkeys(
        ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii"), "cp1252"
    ),
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "x-gbk", "chinese"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean", "windows-949"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("tis-620", "iso-8859-11", "windows-874"), "cp874"),
    "big5": "big5hkscs",
}
"""Charsets that stand for a wider one on the web (WHATWG Encoding Standard, section 4.2)."""
FEW = 4
"""A text with as many sound letters beyond ASCII to one that is broken is UTF-8, and damaged."""


def wider(name: str) -> str:
    """The charset a name stands for on the web."""
    return WIDER.get(name.strip().lower(), name)


def as_utf_8(body: bytes) -> str | None:
    """The bytes as UTF-8, None when they are not; a few that are broken become U+FFFD.

    Text of another charset has next to nothing in it that is UTF-8 by chance; one letter cut in
    the middle must not turn all others into signs nobody wrote.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(not letter.isascii() for letter in text) - broken
    return text if sound >= FEW * broken else None

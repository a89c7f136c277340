"""Bytes of a page to text, whatever the server and the document claim."""

from __future__ import annotations

import re

from crawler.page import Page
from evidence.errors import ParseError
from evidence.model import Drift

CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE
)
WIDE = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How a document of two bytes a letter begins, with its mark or without."""
SERVED = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
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
HEAD = 100_000
"""Bytes at the beginning among which the document may name its charset."""
FEW = 4
"""A text with as many sound letters beyond ASCII to one that is none is UTF-8, and damaged."""
MOST_MARKS = 300_000
"""Most `<` of a document; long real pages have some ten thousand."""


def decoded(page: Page) -> str:
    """The body as text: UTF-8 if it is that, else the charset of the header, or of the document.

    Other text is not UTF-8 by chance, while servers and old heads often name another charset. Pages
    that name none and are no UTF-8 are old ones in windows-1252.
    """
    wide_form = next((name for mark, name in WIDE if page.body.startswith(mark)), None)
    if wide_form is not None:
        wide = page.body.decode(wide_form, "replace")
        if wide.lstrip("\ufeff \t\r\n").startswith("<"):
            return wide
        raise ParseError("body", "is no HTML document")
    start = page.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise ParseError("body", "is empty")
    odd = not start.startswith(b"<") or start.startswith((b"<?xml", b"<rss", b"<feed"))
    if odd and b"<html" not in page.body[:4096].lower():
        raise ParseError("body", "is no HTML document")
    if page.body.count(b"<") > MOST_MARKS:
        raise ParseError("body", "has more marks than any page that is made to be read")
    if (plainly := _as_utf_8(page.body)) is not None:
        return plainly
    named = _named(page)
    try:
        return page.body.decode(WIDER.get(named, named), "replace")
    except (LookupError, UnicodeError):
        return page.text()


def _named(page: Page) -> str:
    """The charset the header names, else the document."""
    told = SERVED.search(page.headers.get("content-type", ""))
    found = CHARSET.search(page.body[:HEAD])
    said = told[1] if told else found[1].decode("ascii") if found else "windows-1252"
    return said.lower()


def damage(text: str) -> list[Drift]:
    """What tells that a document was cut off: it lacks its end."""
    end = text[-200_000:].lower()
    if "</html" in end or "</body" in end:
        return []
    return [Drift("document is cut off: neither its body nor itself is closed")]


def _as_utf_8(body: bytes) -> str | None:
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

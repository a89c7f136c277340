"""Bytes of a page to text, whatever the server and the document claim."""

from __future__ import annotations

import re

from crawler.charset import as_utf_8, wider
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
HEAD = 100_000
"""Bytes at the beginning among which the document may name its charset."""
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
    if (plainly := as_utf_8(page.body)) is not None:
        return plainly
    named = _named(page)
    try:
        return page.body.decode(wider(named), "replace")
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

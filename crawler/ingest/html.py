"""Saved HTML: a page as SingleFile or a browser wrote it, which says where it is from at its top."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from crawler.ingest.found import Found, Handed, moment, unaddressed
from evidence.model import CaptureKind

HEAD = 20_000
"""The note stands at the top of the file; it is looked for no further."""
SINGLE_FILE = re.compile(rb"<!--\s*Page saved with SingleFile\s*(.{0,10000}?)-->", re.DOTALL)
URL = re.compile(r"^\s*url:\s*(\S+)\s*$", re.MULTILINE)
SAVED = re.compile(r"^\s*saved date:\s*(.{1,200}?)\s*$", re.MULTILINE)
SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{1,6}\)(\S{1,8000}?)\s*-->")
SCRIPT_DATE = "%a %b %d %Y %H:%M:%S GMT%z"
"""`Sun Nov 22 2026 14:03:11 GMT+0700 (...)`, as JavaScript's Date writes itself."""


def read_html(data: bytes, name: str, url: str | None) -> Handed:
    """The page, with the address and time its note says. url: what the person says it shows.

    Raises ParseError when neither says which address it shows.
    """
    said, claimed = _note(data[:HEAD])
    address = said or url
    if not address:
        raise unaddressed(name)
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    page = Found(
        f"{name}, the page", address, CaptureKind.DOM, "text/html", data, claimed,
        response_headers=headers, root=True,
    )  # fmt: skip
    return Handed("HTML", "text/html", (page,), claimed)


def _note(head: bytes) -> tuple[str, datetime | None]:
    note = SINGLE_FILE.search(head)
    if note is not None:
        text = note[1].decode("utf-8", "replace")
        url, saved = URL.search(text), SAVED.search(text)
        return (url[1] if url else ""), (_date(saved[1]) if saved else None)
    from_url = SAVED_FROM.search(head)
    return (from_url[1].decode("utf-8", "replace") if from_url else ""), None


def _date(text: str) -> datetime | None:
    plain = text.partition(" (")[0].strip()
    try:
        return datetime.strptime(plain, SCRIPT_DATE).astimezone(UTC)
    except (ValueError, OverflowError):
        return moment(plain)

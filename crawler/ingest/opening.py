"""Which format a handed-in file has, told by its bytes, and the reader of that format."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from crawler.address import is_address
from crawler.ingest.found import Found, Handed, Limits, broken, unaddressed
from crawler.ingest.har import read_har
from crawler.ingest.html import read_html
from crawler.ingest.mhtml import read_mhtml
from crawler.ingest.wacz import read_wacz
from crawler.ingest.warc import read_warc, unpacked
from crawler.recorded import unwrap
from crawler.unpack import Oversize
from evidence.model import CaptureKind

USUAL = Limits()
FORMATS = ("WACZ", "WARC", "HAR", "MHTML", "HTML", "PICTURE", "PDF", "RECORDED", "EXPORT")
PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"RIFF", "image/webp"),
)
MHTML_HEADERS = (
    b"from:",
    b"mime-version:",
    b"content-type: multipart/related",
    b"snapshot-content",
)
MCL = re.compile(rb"(?:^|[,\"])(?:mcl_url|post_owner\.)")
"""A column of an export of the Meta Content Library."""
WEB = re.compile(r"\s*https?:", re.IGNORECASE)
HAR = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\"log\"\s*:")
MOST_ITEMS = 2_000_000
EXPORT_KEYS = ("data", "items", "videos", "kind", "users", "search_id")
"""Field names at the top of the answers and exports of official interfaces."""


def open_file(data: bytes, name: str, *, url: str | None = None, limits: Limits = USUAL) -> Handed:
    """What a file holds, whatever its format.

    name: of the file, for messages.   url: the address the person says it shows, for formats that
    do not say it themselves.

    A part whose address nobody can read is left out and counted.
    Raises ParseError naming the record, entry, part or member that is damaged or refused.
    """
    handed = _opened(data, name, url, limits)
    sound = tuple(each for each in handed.found if _is_readable(each.url))
    left = len(handed.found) - len(sound)
    if not left:
        return handed
    if not sound:
        raise broken(name, "shows an address that cannot be read")
    told = (*handed.left_out, ("with an address that cannot be read", left))
    return replace(handed, found=sound, left_out=tuple(sorted(told)))


def _is_readable(url: str) -> bool:
    """Whether an address can be kept as one; a screenshot may have none, a WARC's own be a URN."""
    return not url or is_address(url) or (":" in url and not WEB.match(url))


def _opened(data: bytes, name: str, url: str | None, limits: Limits) -> Handed:
    if not data:
        raise broken(name, "is empty")
    if len(data) > limits.file_bytes:
        raise broken(name, f"is larger than {limits.file_bytes} bytes")
    for magic, media in PICTURES:
        if data.startswith(magic) and (media != "image/webp" or data[8:12] == b"WEBP"):
            return Handed("PICTURE", media, (_picture(data, media, name, url),))
    if data.startswith(b"%PDF-"):
        return Handed("PDF", "application/pdf", ())
    if data.startswith(b"PK\x03\x04"):
        return read_wacz(data, name, limits)
    if data.startswith(b"WARC/"):
        return read_warc(data, name, limits)
    if data.startswith(b"\x1f\x8b"):
        plain = unpacked(data, name, limits)
        if plain.startswith(b"WARC/"):
            return read_warc(data, name, limits)
        return _text(plain, name, url, limits)
    return _text(data, name, url, limits)


def _picture(data: bytes, media: str, name: str, url: str | None) -> Found:
    return Found(f"{name}, the picture", url or "", CaptureKind.SCREENSHOT, media, data, None)


def _text(data: bytes, name: str, url: str | None, limits: Limits) -> Handed:
    if len(data) > limits.text_bytes:
        raise broken(name, f"is a text of more than {limits.text_bytes} bytes")
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"{", b"[")):
        return _json(data, name, url, limits)
    if start.startswith(b"<"):
        return read_html(data, name, url)
    if MCL.search(data[:4096].partition(b"\n")[0]):
        return Handed("EXPORT", "text/csv", ())
    if start.startswith(MHTML_HEADERS):
        return read_mhtml(data, name, limits)
    if start.startswith(b"http/"):
        return _recorded(data, name, url)
    raise broken(name, "is of no known format: WACZ, WARC, HAR, MHTML, HTML, PNG, JPEG, WebP, PDF")


def _json(data: bytes, name: str, url: str | None, limits: Limits) -> Handed:
    """A HAR, one recorded response, or an export of an official interface."""
    if HAR.match(data):
        return read_har(data, name, limits)
    if data.count(b",") > MOST_ITEMS:
        raise broken(name, f"is JSON of more than {MOST_ITEMS} parts")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise broken(name, f"is not sound JSON ({type(error).__name__})") from error
    if isinstance(value, list) or any(key in value for key in EXPORT_KEYS):
        return Handed("EXPORT", "application/json", ())
    return _recorded(data, name, url)


def _recorded(data: bytes, name: str, url: str | None) -> Handed:
    try:
        page = unwrap(data)
    except Oversize as error:
        raise broken(name, str(error)) from error
    if page is None:
        raise broken(name, "is JSON, but neither a HAR nor a recorded response nor an export")
    address = page.url or url
    if not address:
        raise unaddressed(name)
    headers = tuple(page.headers.items())
    media = page.headers.get("content-type", "unknown").split(";")[0].strip().lower()
    one = Found(
        f"{name}, the response", address, CaptureKind.EXCHANGE, media or "unknown", page.body,
        None, page.status, response_headers=headers, root=True,
    )  # fmt: skip
    return Handed("RECORDED", "application/json", (one,))

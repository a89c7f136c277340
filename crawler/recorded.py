"""Recorder envelopes: one response as test recorders and browsers write it down, made a Page again.

Known are the files of tools that keep one exchange as JSON (a `response` beside its `request`, as
browsers' HAR entries and the mock downloaders of extractors write it, or status, headers and body
side by side), cassettes in YAML, a raw HTTP message, and any of these under gzip. Which it is, is
told by the names of the fields alone; a platform's own JSON is never taken for an envelope.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.cassette import NAMES, exchanges
from crawler.page import UTF8_MARK, Page
from crawler.unpack import unpack

STATUS = ("statusCode", "status_code", "responseCode", "status", "code")
HEADERS = ("headers", "responseHeaders", "response_headers")
BODY = ("body", "responseBody", "content", "text", "data")
ADDRESS = ("latestUrl", "finalUrl", "effectiveUrl", "url", "uri", "request_url")
FLAT = frozenset(
    {*STATUS, *HEADERS, *BODY, *ADDRESS}
    | {"reasonPhrase", "reason", "statusText", "responseMessage", "method", "protocol", "ok"}
    | {"httpVersion", "cookies", "redirectURL", "headersSize", "bodySize", "redirected", "type"}
)
"""All a response written side by side may say; anything else makes it a platform's own JSON."""
STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})[^\r\n]*\r?\n")
STATUS_TEXT = re.compile(r"[1-9]\d\d(?: [\x20-\x7e]{0,80})?")
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)[\"']?", re.IGNORECASE)
SEVERAL = re.compile(rb"\"(?:log|(?:http_)?interactions)\"\s*:")
READABLE = ("html", "json", "xml", "text/plain", "text/javascript", "application/x-javascript")
"""Ends of the media types that pages and answers have; Meta and Google call some JSON a script."""
GZIP = b"\x1f\x8b"


def unwrap(data: bytes) -> Page | None:
    """The one response a recorder's file holds; None when the bytes are a plain body.

    The page's url is empty and its status 200 where the envelope does not say. A body that was
    written as text is in the charset its own Content-Type names, else UTF-8.
    Never raises for what the bytes are, except crawler.unpack.Oversize for a gzip bomb.
    """
    packed = data.startswith(GZIP)
    plain = unpack(data, "gzip") if packed else data
    page = _message(plain) or _envelope(plain)
    if page is not None:
        return page
    return Page("", 200, {}, plain) if packed else None


def unwrap_all(data: bytes) -> tuple[Page, ...]:
    """The responses of a recorder's file, in order: of a cassette all, of a HAR those that are
    documents or data, else the one of `unwrap`.

    Empty when the bytes are a plain body, or when an exchange of a cassette cannot be told.
    """
    plain = unpack(data, "gzip") if data.startswith(GZIP) else data
    several = exchanges(plain) or (_listed(_object(plain)) if SEVERAL.search(plain[:4096]) else [])
    told = [each for each in several if not _is_aside(each)]
    pages = [page for each in told if (page := _exchange(each)) is not None]
    if len(several) > 1 and pages and len(pages) == len(told):
        return tuple(pages)
    one = unwrap(data)
    return () if one is None else (one,)


def _message(data: bytes) -> Page | None:
    """A raw HTTP response: status line, headers, empty line, body."""
    line = STATUS_LINE.match(data)
    if line is None:
        return None
    head, gap, body = data[line.end() :].partition(b"\r\n\r\n")
    if not gap:
        head, gap, body = data[line.end() :].partition(b"\n\n")
    if not gap:
        return None
    pairs = [row.partition(":") for row in head.decode("latin-1").splitlines()]
    return _page("", int(line[1]), _joined((n, v) for n, colon, v in pairs if colon), body)


def _envelope(data: bytes) -> Page | None:
    value = _object(data)
    if value is None:
        several = exchanges(data)
        return _exchange(several[0]) if len(several) == 1 else None
    return _exchange(_single(value))


def _object(data: bytes) -> dict[str, Any] | None:
    """The JSON object bytes are; None when they are none."""
    if data.lstrip().removeprefix(UTF8_MARK).lstrip()[:1] != b"{":
        return None
    try:
        value = json.loads(data.lstrip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _exchange(exchange: Any) -> Page | None:
    if not isinstance(exchange, dict):
        return None
    response = exchange.get("response")
    if isinstance(response, dict) and set(exchange) & {"request", "url"}:
        return _response(response, exchange)
    return _response(exchange, {}) if set(exchange) <= FLAT else None


def _single(value: dict[str, Any]) -> dict[str, Any]:
    """The one exchange inside a HAR or a cassette; the value itself when it is neither."""
    held = _listed(value)
    return held[0] if len(held) == 1 and isinstance(held[0], dict) else value


def _listed(value: dict[str, Any] | None) -> list[Any]:
    """The exchanges of a HAR or a cassette; empty for anything else."""
    log = (value or {}).get("log")
    held = log.get("entries") if isinstance(log, dict) else None
    for name in NAMES:
        held = (value or {}).get(name, held)
    return held if isinstance(held, list) else []


def _is_aside(exchange: Any) -> bool:
    """Whether an entry of a HAR is a picture, a style, a program, or nothing that was kept."""
    response = exchange.get("response") if isinstance(exchange, dict) else None
    content = response.get("content") if isinstance(response, dict) else None
    if not isinstance(content, dict) or "mimeType" not in content:
        return False
    media = str(content["mimeType"]).partition(";")[0].strip().lower()
    return "text" not in content or not media.endswith(READABLE)


def _response(response: Mapping[str, Any], exchange: Mapping[str, Any]) -> Page | None:
    status = _status(_first(response, STATUS))
    headers = _headers(_first(response, HEADERS))
    if status is None or headers is None:
        return None
    body = _body(_first(response, BODY), headers)
    if body is None:
        return None
    asked = exchange.get("request")
    places = (response, asked if isinstance(asked, dict) else {}, exchange)
    found = (_first(place, ADDRESS) for place in places)
    url = next((address for address in found if isinstance(address, str) and address), "")
    return _page(url, status, headers, body)


def _page(url: str, status: int, headers: dict[str, str], body: bytes) -> Page:
    """Bodies are kept both as received and decoded; only what is still packed is unpacked."""
    return Page(url, status, headers, unpack(body, headers.pop("content-encoding", "")))


def _first(value: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _status(said: Any) -> int | None:
    number = _first(said, ("code", "status_code")) if isinstance(said, dict) else said
    if isinstance(number, str) and STATUS_TEXT.fullmatch(number):
        number = int(number[:3])
    if isinstance(number, bool) or not isinstance(number, int) or not 100 <= number <= 999:
        return None
    return number


def _headers(said: Any) -> dict[str, str] | None:
    """By lower-case name, from a mapping or from HAR's list of name and value."""
    if isinstance(said, dict):
        return _joined(said.items())
    if not isinstance(said, list) or not all(isinstance(row, dict) for row in said):
        return None
    return _joined((row.get("name"), row.get("value")) for row in said)


def _joined(pairs: Any) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in pairs:
        key = str(name).strip().lower()
        said = ", ".join(_words(value))
        named[key] = f"{named[key]}, {said}" if key in named else said
    return named


def _words(value: Any) -> Iterator[str]:
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str | int):
            yield str(part).strip()


def _body(said: Any, headers: dict[str, str]) -> bytes | None:
    """A text, an object that says how the text was written, or JSON that was parsed already."""
    if isinstance(said, bytes):
        return said
    if isinstance(said, str):
        return _encoded(said, headers)
    if not isinstance(said, dict | list):
        return None
    if isinstance(said, dict):
        for name in ("base64_string", "base64", "raw_gzip"):
            if isinstance(said.get(name), str):
                plain = _decoded64(said[name])
                return unpack(plain, "gzip") if plain and name == "raw_gzip" else plain
        text = _first(said, ("text", "string"))
        if isinstance(text, bytes):
            return text
        if isinstance(text, str):
            return _decoded64(text) if said.get("encoding") == "base64" else _encoded(text, headers)
    return json.dumps(said).encode()


def _encoded(text: str, headers: dict[str, str]) -> bytes:
    """The text as bytes that `Page.text` reads back as the same text."""
    said = headers.get("content-type", "")
    named = CHARSET.search(said)
    try:
        return text.encode(named[1] if named else "utf-8")
    except (LookupError, UnicodeEncodeError):
        headers["content-type"] = CHARSET.sub("charset=utf-8", said)
        return text.encode("utf-8", "replace")


def _decoded64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return None

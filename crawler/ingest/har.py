"""HAR files: what a browser's network panel saved.

Source: HAR 1.2 (W3C web performance group's historical draft).
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter

import msgspec

from crawler.ingest.found import (
    SECRET_REQUEST,
    SECRET_RESPONSE,
    Found,
    Handed,
    Headers,
    Limits,
    as_decoded,
    broken,
    media_of,
    moment,
    without_secrets,
)
from evidence.model import CaptureKind


class Pair(msgspec.Struct):
    """A header."""

    name: str
    value: str = ""


class Content(msgspec.Struct, rename="camel"):
    """A response's body, as text or in base 64; without text the browser had let go of it."""

    mime_type: str = ""
    text: str | None = None
    encoding: str = ""


class Sent(msgspec.Struct, rename="camel"):
    """A request's body."""

    text: str | None = ""


class Request(msgspec.Struct, rename="camel"):
    """What was asked."""

    method: str
    url: str
    headers: list[Pair] = []
    post_data: Sent | None = None


class Response(msgspec.Struct):
    """What came."""

    status: int
    content: Content
    headers: list[Pair] = []


class Row(msgspec.Struct, rename="camel"):
    """One exchange."""

    started_date_time: str
    request: Request
    response: Response


class Log(msgspec.Struct):
    """The network panel."""

    entries: list[Row]


class Har(msgspec.Struct):
    """The file."""

    log: Log


def read_har(data: bytes, name: str, limits: Limits) -> Handed:
    """All exchanges of a HAR that have a body. Raises ParseError naming the entry."""
    try:
        log = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=Har).log
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else "is not a sound HAR"
        raise broken(name, why) from error
    if len(log.entries) > limits.records:
        raise broken(name, f"holds more than {limits.records} entries")
    left: Counter[str] = Counter()
    found: list[Found] = []
    for number, row in enumerate(log.entries, start=1):
        if row.response.content.text is None or not 100 <= row.response.status <= 999:
            left["without a body or a status in the HAR"] += 1
            continue
        one = _found(row, f"{name}, entry {number}", first=not any(f.root for f in found))
        if len(one.body) > limits.body_bytes:
            left["larger than one response may be"] += 1
        else:
            found.append(one)
    times = [one.claimed_at for one in found if one.claimed_at]
    made = min(times, default=None)
    return Handed("HAR", "application/json", tuple(found), made, tuple(sorted(left.items())))


def _found(row: Row, place: str, *, first: bool) -> Found:
    answer = _headers(row.response.headers, row.response.content.mime_type)
    kept, cookies = without_secrets(answer, SECRET_RESPONSE)
    asked, login = without_secrets(
        tuple((pair.name, pair.value) for pair in row.request.headers), SECRET_REQUEST
    )
    sent = row.request.post_data
    media = media_of(answer) or "unknown"
    return Found(
        place=place, url=row.request.url, kind=CaptureKind.EXCHANGE, media=media,
        body=_body(row.response.content, place), claimed_at=moment(row.started_date_time),
        status=row.response.status, method=row.request.method, request_headers=asked,
        response_headers=as_decoded(kept),
        request_body=(sent.text or "").encode("utf-8", "replace") if sent else b"",
        root=first and media == "text/html" and row.response.status == 200,
        secrets=cookies or login,
    )  # fmt: skip


def _headers(pairs: list[Pair], mime: str) -> Headers:
    """As listed; the content type the browser settled on when the list has none."""
    said = tuple((pair.name, pair.value) for pair in pairs)
    return said if media_of(said) or not mime else (*said, ("Content-Type", mime))


def _body(content: Content, place: str) -> bytes:
    """The bytes; text that was decoded by the browser is UTF-8 from here on."""
    text = content.text or ""
    if content.encoding == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise broken(place, "its body is not base 64") from error
    if content.encoding:
        raise broken(place, "its body is in an encoding that is not known")
    return text.encode("utf-8", "replace")

"""HTTP messages as archives keep them: a head, and a body that may still be in chunks."""

from __future__ import annotations

import re
from collections.abc import Callable

from crawler.ingest.found import Headers

RESPONSE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?\Z")
REQUEST = re.compile(rb"([A-Z]{1,20}) (\S{1,8192})(?: HTTP/\d(?:\.\d)?)?\Z")
Fail = Callable[[str], Exception]


def split_head(block: bytes, fail: Fail) -> tuple[bytes, Headers, bytes]:
    """First line, headers and body of a message. Raises what `fail` makes of the reason."""
    head, gap, body = block.partition(b"\r\n\r\n")
    if not gap:
        head, gap, body = block.partition(b"\n\n")
    if not gap:
        raise fail("its HTTP head has no end")
    first, *lines = head.replace(b"\r\n", b"\n").split(b"\n")
    return first, headers_of(lines, fail), body


def headers_of(lines: list[bytes], fail: Fail) -> Headers:
    """Name and value pairs; a folded line continues the one before."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        text = line.decode("latin-1")
        if text[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {text.strip()}")
            continue
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            raise fail("a header line has no name")
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)


def value_of(headers: Headers, name: str) -> str:
    """The first value of a header; empty when it is not there."""
    return next((value for key, value in headers if key.lower() == name), "")


CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]{0,1000})?\r\n")
MOST_CHUNKS = 200_000
"""Of one body; of the largest that is taken each would have a hundred bytes."""


def without_chunks(headers: Headers, body: bytes, fail: Fail) -> bytes:
    """The body without chunked coding, when its headers say it has one.

    Many archives keep the header and drop the coding; a body that does not begin with a chunk is
    left as it is. Raises what `fail` makes of the reason when chunks begin and break off.
    """
    if value_of(headers, "transfer-encoding").strip().lower() != "chunked":
        return body
    parts: list[bytes] = []
    at = 0
    while True:
        if len(parts) > MOST_CHUNKS:
            raise fail(f"its body is in more than {MOST_CHUNKS} chunks")
        size = CHUNK_SIZE.match(body, at)
        if size is None:
            if parts:
                raise fail("its chunked body breaks off")
            return body
        length, start = int(size[1], 16), size.end()
        if length == 0:
            return b"".join(parts)
        if body[start + length : start + length + 2] != b"\r\n":
            if not parts:
                return body
            raise fail("its chunked body breaks off")
        parts.append(body[start : start + length])
        at = start + length + 2

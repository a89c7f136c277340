"""What Chromium says of a response that it holds back for us, as an exchange."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from evidence.model import Exchange

UNCODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that do not fit a body after decompression; kept with the prefix `X-Orig-`."""


def exchange_of(
    event: dict[str, Any], asked_at: datetime, now: datetime, remote: str, of: str | None
) -> Exchange:
    """The exchange of a `Fetch.requestPaused` at its response, still without its body.

    asked_at, now: when the request left and its response began.   remote, of: as in Exchange.
    """
    request, headers = event["request"], event.get("responseHeaders", [])
    named = {h["name"].lower(): h["value"] for h in headers}
    media = named.get("content-type", "").split(";")[0].strip().lower()
    decoded = "content-encoding" in named
    return Exchange(
        url=request["url"],
        method=request["method"],
        requested_at=asked_at,
        fetched_at=now,
        request_headers=tuple(request["headers"].items()),
        status=event["responseStatusCode"],
        response_headers=tuple(_header(h["name"], h["value"], decoded) for h in headers),
        body=b"",
        media=media if media.isascii() and media else "unknown",
        remote=remote,
        request_body=_sent(request),
        flags=("browser", "decoded") if decoded else ("browser",),
        of=of,
    )


def _header(name: str, value: str, decoded: bool) -> tuple[str, str]:
    return (f"X-Orig-{name}" if decoded and name.lower() in UNCODED else name), value


def _sent(request: dict[str, Any]) -> bytes:
    """The request's body, from its entries as bytes, else from its text."""
    entries = request.get("postDataEntries") or []
    if entries and all("bytes" in entry for entry in entries):
        return b"".join(base64.b64decode(entry["bytes"]) for entry in entries)
    return str(request.get("postData") or "").encode("utf-8", "surrogatepass")

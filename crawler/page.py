"""What a reader is given: one received page, decoded, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evidence.errors import ParseError

BLANKS = b" \t\r\n\f\v"
UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Page:
    """One response as a reader sees it.

    url:     the address it came from (after redirects).   status: HTTP status.
    headers: names in lower case; repeated headers are joined by `, `.
    body:    decompressed bytes.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def bare(self) -> bytes:
        """The body without a byte order mark and blanks around it."""
        return self.body.strip(BLANKS).removeprefix(UTF8_MARK).strip(BLANKS)

    def text(self) -> str:
        """Body as text: the charset of Content-Type, else UTF-8; bad bytes become U+FFFD."""
        charset = "utf-8"
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.strip().partition("=")
            if name.lower() == "charset" and value:
                charset = value.strip("\"' ")
        try:
            return self.body.decode(charset, "replace")
        except (LookupError, UnicodeError):  # no such charset, or one that replaces nothing
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Body as JSON. Raises ParseError when it is not, or is nested too deep to read."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise ParseError(self.url, f"body is not JSON ({type(error).__name__})") from error


def whole_number(value: Any) -> int | None:
    """An exact count, or None when it is not an integer of 0 <= n < 2**53."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < 2**53 else None


def utc(text: Any) -> datetime | None:
    """Aware UTC time from ISO 8601 with an offset; None when it is not one."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None

"""One request as a shape sees it, and the answer it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Ask:
    """A GET, HEAD or POST request. base: scheme, host and port the client used; path: unquoted."""

    base: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""

    def one(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, (default,))[0]

    def number(self, name: str, default: int, most: int) -> int:
        """A query parameter as 1 <= n <= most; `default` when it is no number."""
        value = self.one(name)
        if not value.isascii() or not value.isdecimal() or len(value) > 9:
            return default
        return max(1, min(int(value), most))

    def address(self, *drop: str, **change: str) -> str:
        """This address with some query parameters dropped and others set."""
        query = {name: values for name, values in self.query.items() if name not in drop}
        query |= {name: (value,) for name, value in change.items()}
        return f"{self.base}{self.path}?{urlencode(query, doseq=True)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers beside Content-Length, and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def as_json(value: Any, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """A JSON answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, (("Content-Type", "application/json; charset=utf-8"), *headers), body)


def as_html(text: str, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """An HTML answer."""
    return Answer(status, (("Content-Type", "text/html; charset=utf-8"), *headers), text.encode())


def as_bytes(body: bytes, media: str, *headers: tuple[str, str]) -> Answer:
    """An answer of any other media type."""
    return Answer(200, (("Content-Type", media), *headers), body)


def redirect(to: str) -> Answer:
    """A 302 to another address."""
    return Answer(302, (("Location", to), ("Content-Type", "text/html; charset=utf-8")), b"")

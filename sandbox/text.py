"""Links, hashtags and mentions in a post's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

MARKED = re.compile(r"https?://[^\s<>\"]+|#\w+|@[\w.-]*\w")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text. kind: `plain`, `link`, `tag` or `mention`; start, end: UTF-8 bytes."""

    kind: str
    text: str
    start: int
    end: int


def parts(text: str) -> Iterator[Part]:
    """The stretches of a text in order; together they are the whole text."""
    at = 0
    for found in MARKED.finditer(text):
        if found.start() > at:
            yield _part("plain", text, at, found.start())
        kind = {"#": "tag", "@": "mention"}.get(found[0][0], "link")
        yield _part(kind, text, found.start(), found.end())
        at = found.end()
    if at < len(text):
        yield _part("plain", text, at, len(text))


def paragraphs(text: str) -> str:
    """A text as plain HTML: escaped, a line break as `<br/>`."""
    return escape(text, quote=False).replace("\n", "<br/>")


def _part(kind: str, text: str, start: int, end: int) -> Part:
    before = len(text[:start].encode())
    return Part(kind, text[start:end], before, before + len(text[start:end].encode()))

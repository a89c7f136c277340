"""The text of a post with X's short links written out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

SHORT = re.compile(r"https?://t\.co/[A-Za-z0-9]{1,40}")
Entities = Mapping[str, Any]


def urls_of(entities: Entities) -> Iterator[tuple[str, str]]:
    """(short, whole) addresses an entity list gives; one without its expansion is left out."""
    listed = entities.get("urls")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("url"), str):
            whole = entry.get("expanded_url")
            if isinstance(whole, str) and whole:
                yield entry["url"], whole


def written_out(text: str, whole: Mapping[str, str], media: frozenset[str]) -> str:
    """The text with each known short link replaced by its address, and those of media left out.

    media: short links that stand for the post's own pictures; X shows the pictures instead.
    """

    def replaced(found: re.Match[str]) -> str:
        return "" if found[0] in media else whole.get(found[0], found[0])

    said = SHORT.sub(replaced, text)
    return said.rstrip() if media else said


def plain(text: str) -> str:
    """`full_text` as a reader sees it: X escapes `&`, `<` and `>` in it (not in long posts)."""
    return html.unescape(text) if "&" in text else text

"""Templates of this folder, filled so that nothing captured can act or hide in a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).resolve().parent
HIDING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
"""Control, direction and zero-width characters; joiners inside words and emoji stay."""


def fill(name: str, words: Mapping[str, Any]) -> bytes:
    """A template of this folder filled with words, as UTF-8."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=visible,
    )  # fmt: skip
    return environment.get_template(name).render(words).encode("utf-8")


def visible(value: Any) -> Any:
    """The value with characters that hide or reorder others shown as `[U+202E]`.

    Without this a post could look different in the report from what its bytes say.
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return HIDING.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)
    return value

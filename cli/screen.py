"""What is written to the terminal: safe text, times with their zone, JSON lines, tables."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from evidence.config.region import LABELS

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Controls (ESC among them), zero-width and bidirectional characters, line separators."""
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


SHORT = 36
WIDE = 200


def visible(text: str) -> str:
    """The text with every character that could act on a terminal shown as `<U+202E>`."""
    return _UNSAFE.sub(lambda m: f"<U+{ord(m[0]):04X}>", text)


def one_line(text: str, limit: int = 80) -> str:
    """The text on one line, cut to `limit` characters."""
    flat = " ".join(visible(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def local(moment: datetime | None, zone: str) -> str:
    """`2026-11-22 09:00:00 WIB (+07:00)` for an IANA zone; `-` for no time."""
    if moment is None:
        return "-"
    there = moment.astimezone(ZoneInfo(zone))
    offset = there.strftime("%z")
    label = LABELS.get(zone, zone)
    return f"{there:%Y-%m-%d %H:%M:%S} {label} ({offset[:3]}:{offset[3:]})"


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON that is safe on a terminal and in `splitlines()`; times as ISO 8601 UTC with `Z`."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _UNSAFE_IN_JSON.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def write_line(text: str) -> None:
    """One line of UTF-8 to standard output, whatever its encoding is set to."""
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(text + "\n")
        return
    sys.stdout.flush()
    stream.write(text.encode("utf-8", "backslashreplace") + b"\n")
    stream.flush()


def write_json(value: Any) -> None:
    """One JSON value, indented, as a command's whole answer."""
    write_line(json_text(value, indent=2))


def write_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows below their headers; cells are made safe, long ones fold.

    Short columns (ids, words) are never broken; into a file or pipe lines are WIDE characters.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[visible(str(cell)) for cell in row] for row in rows]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, header in enumerate(headers):
        short = all(len(row[number]) <= SHORT for row in cells)
        table.add_column(Text(header), overflow="fold", no_wrap=short)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDE).print(table)


def write_error(text: str) -> None:
    """One message to standard error."""
    sys.stdout.flush()
    sys.stderr.write(visible(text).rstrip("\n") + "\n")
    sys.stderr.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        from evidence.canonical import instant

        return instant(value)
    raise TypeError(f"{type(value).__name__} is not JSON")

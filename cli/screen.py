"""What is written to the terminal: safe text, times with their zone, JSON lines, tables."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from contextlib import suppress
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
FOLDED = 20
"""Least width of a column whose cells are longer than SHORT."""
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

    Short columns (ids, words) are never broken, and none is left out or cut: where a terminal is too
    narrow for them, each row is written as lines of its own. A file or pipe is as wide as it has to be.
    """
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    columns = list(zip(headers, *cells, strict=True))
    if not sys.stdout.isatty():
        write_line(_drawn(columns, max(WIDE, _needed_width(columns)), at_terminal=False))
        return
    width = shutil.get_terminal_size().columns
    for shape in (columns, [_with_folded_header(column) for column in columns]):
        if _needed_width(shape) <= width:
            write_line(_drawn(shape, width, at_terminal=True))
            return
    for row in cells:
        shown = (f"{name}: {cell}" for name, cell in zip(headers, row, strict=True))
        write_line("\n".join(shown) + "\n")


def _with_folded_header(column: Sequence[str]) -> Sequence[str]:
    """A column whose header takes several lines rather than more width than its cells."""
    header, *cells = column
    width = max(len(text) for text in (*header.split(), *cells))
    return ("\n".join(textwrap.wrap(header, width)), *cells)


def _needed_width(columns: Sequence[Sequence[str]]) -> int:
    """Characters a table takes whose short columns are whole and whose long ones fold."""
    from rich.cells import cell_len

    widths = [
        max(cell_len(line) for text in column for line in text.split("\n")) for column in columns
    ]
    return sum(width if width <= SHORT else FOLDED for width in widths) + 3 * len(columns)


def _drawn(columns: Sequence[Sequence[str]], width: int, *, at_terminal: bool) -> str:
    """A table as text.   columns: of each its header, then its cells."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for header, *column in columns:
        short = all(len(cell) <= SHORT for cell in column)
        table.add_column(Text(header), overflow="fold", no_wrap=short)
    for row in zip(*(column[1:] for column in columns), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    into = io.StringIO()
    Console(file=into, highlight=False, width=width, force_terminal=at_terminal).print(table)
    return into.getvalue().rstrip("\n")


def output_is_lost() -> bool:
    """Whether what was written to standard output cannot get to where it leads."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    return False


def let_go_of_output() -> None:
    """Let what is still to be written go nowhere, so that nothing fails over it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_error(text: str) -> None:
    """One message to standard error; where that cannot be written nobody is left to be told."""
    with suppress(OSError):  # the root command says that one, once
        sys.stdout.flush()
    try:
        sys.stderr.write(visible(text).rstrip("\n") + "\n")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        from evidence.canonical import instant

        return instant(value)
    raise TypeError(f"{type(value).__name__} is not JSON")

"""A CSV or XLSX file as rows of text, with every cell that cannot be taken named."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from evidence.config.column import column_of
from evidence.config.hidden import Hidden, hidden_parts
from evidence.config.problem import ImportRefused, Problem, problem

MAX_BYTES = 20_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 64
MAX_CELL = 2_000
MAX_UNPACKED_BYTES = 400_000_000
MOMENTS = ("attributed_at", "from", "until")
"""Columns whose cells may be dates of the spreadsheet; elsewhere it made one of what was typed."""
SEPARATORS = ",;\t"
_NAMED_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
"""A first line that spreadsheets write and read, and do not show as a row."""
_MANGLED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+[0-9]{1,3}")


@dataclass(slots=True)
class Table:
    """Header and rows as read. rows: (row number as the spreadsheet counts, cells)."""

    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_table(data: bytes, name: str) -> Table:
    """The rows of a CSV (UTF-8; `,`, `;` or tab) or XLSX (first sheet) file; blank rows left out.

    name: file name; its ending says which of the two it is.
    Raises ImportRefused when the file as a whole cannot be read.
    """
    if len(data) > MAX_BYTES:
        raise _refused(name, "TOO_LARGE", size=len(data), limit=MAX_BYTES)
    ending = name.lower().rpartition(".")[2]
    if ending == "csv":
        table = _collect(_csv_rows(data, name), name)
    elif ending == "xlsx":
        hidden = Hidden()
        table = _collect(_xlsx_rows(data, name, hidden), name)
        _note_hidden(table, hidden)
    else:
        raise _refused(name, "FORMAT")
    if not table.header:
        raise _refused(name, "EMPTY_FILE")
    return table


def hidden_character(text: str) -> tuple[int, str] | None:
    """(position from 1, `U+200B ZERO WIDTH SPACE`) of the first character nobody can see.

    Controls, format characters (zero-width, bidirectional), separators of lines and paragraphs,
    private and unassigned code points. None when there is none.
    """
    if text.isascii() and text.isprintable():
        return None
    for position, character in enumerate(text, 1):
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            return position, code_point(character)
    return None


def code_point(character: str) -> str:
    """`U+0430 CYRILLIC SMALL LETTER A`."""
    label = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {label}".rstrip()


def _refused(name: str, code: str, row: int | None = None, **values: object) -> ImportRefused:
    return ImportRefused(name, [problem(row, "", code, **values)])


def _collect(cells: Iterator[tuple[int, list[Any]]], name: str) -> Table:
    table = Table()
    for row, values in cells:
        if row > MAX_ROWS + 1:
            raise _refused(name, "TOO_MANY_ROWS", limit=MAX_ROWS)
        if len(values) > MAX_COLUMNS:
            raise _refused(name, "TOO_MANY_COLUMNS", limit=MAX_COLUMNS, row=row)
        columns = table.header or ["" for _ in values]
        texts = [
            _cell(value, row, columns[i] if i < len(columns) else "", table.problems)
            for i, value in enumerate(values)
        ]
        if not any(texts):
            continue
        if not table.header:
            while texts and not texts[-1]:
                texts.pop()
            table.header = texts
        else:
            table.rows.append((row, texts))
    return table


def _note_hidden(table: Table, hidden: Hidden) -> None:
    """Nobody is watched by a row, or by a cell, that whoever looked at the list did not see."""
    for position, header in enumerate(table.header):
        if header and position in hidden.columns:
            table.problems.append(problem(1, column_of(header) or "", "HIDDEN_COLUMN"))
    for row, _cells in table.rows:
        if row in hidden.rows:
            table.problems.append(problem(row, "", "HIDDEN_ROW"))


def _cell(value: Any, row: int, column: str, problems: list[Problem]) -> str:
    """Text of one cell; what cannot be taken is noted and stands as UNREADABLE."""
    if value is None:
        return ""
    values: dict[str, object] = {}
    if isinstance(value, _Formula):
        code = "FORMULA"
    elif isinstance(value, bool):
        if column_of(column) in (None, "render"):
            return str(value).upper()
        code = "CELL_TYPE"
    elif isinstance(value, date) and column_of(column) not in (None, *MOMENTS):
        code = "MADE_A_DATE"
    elif not isinstance(value, str | int | float | date):
        code = "CELL_TYPE"
    elif isinstance(value, int | float) and abs(value) >= 10**15:
        # A spreadsheet keeps 15 digits of a number; the rest is already lost.
        code, values = "MANGLED_NUMBER", {"shown": _rounded(f"{value:E}")}
    else:
        text = _text(value)
        hidden = hidden_character(text)
        if hidden:
            code, values = "HIDDEN_CHARACTER", {"position": hidden[0], "code_point": hidden[1]}
        elif len(text) > MAX_CELL:
            code, values = "TOO_LONG", {"length": len(text), "limit": MAX_CELL}
        elif _MANGLED.fullmatch(text):
            code, values = "MANGLED_NUMBER", {"shown": _rounded(text)}
        else:
            return text
    problems.append(problem(row, column, code, **values))
    return UNREADABLE


UNREADABLE = "\0unreadable"
"""Stands where a cell was refused, so that the row's other columns can still be checked."""


def _rounded(text: str) -> str:
    """`1.98...E+17`: enough to recognise the fault, too little to recognise the person."""
    return re.sub(r"^([0-9])[.,]?[0-9]*", r"\1...", text.replace("e", "E"))


def _text(value: str | float | date) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _csv_rows(data: bytes, name: str) -> Iterator[tuple[int, list[Any]]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _refused(name, "UTF16")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        line = data.count(b"\n", 0, at) + 1
        raise _refused(name, "ENCODING", offset=at, line=line) from error
    named = _NAMED_SEPARATOR.match(text)
    text = text[named.end() :] if named else text
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = named[1] if named else max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            yield row, list(cells)
    except csv.Error as error:
        raise _refused(name, "NOT_CSV", row=row + 1, reason=error) from error


FOREIGN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What openpyxl lets through when a part of a workbook is not what it should be."""


class _Formula:
    """Stands for a formula cell, whose value depends on who opens the file."""


def _xlsx_rows(data: bytes, name: str, hidden: Hidden) -> Iterator[tuple[int, list[Any]]]:
    """The first sheet's rows; what of it is not shown is noted in `hidden`."""
    import openpyxl

    _check_container(data, name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        if sheet.sheet_state != "visible":
            raise _refused(name, "HIDDEN_SHEET")
        part = sheet._worksheet_path  # openpyxl tells it nowhere else
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(part) as stream:
            seen = hidden_parts(stream)
        hidden.rows, hidden.columns = seen.rows, seen.columns
        sheet.reset_dimensions()
        for row, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 2), 1):
            values: list[Any] = [_Formula() if c.data_type == "f" else c.value for c in cells]
            while values and values[-1] in (None, ""):
                values.pop()
            yield row, values
    except ImportRefused:
        raise
    except FOREIGN as error:
        raise _refused(name, "NOT_XLSX", reason=type(error).__name__) from error


def _check_container(data: bytes, name: str) -> None:
    """Refuse what is not a zip, unpacks to too much, or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise _refused(name, "NOT_XLSX", reason="unpacks to too many bytes")
            for part in archive.infolist():
                with archive.open(part) as stream:
                    start = stream.read(4096)
                if b"<!DOCTYPE" in start or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise _refused(name, "NOT_XLSX", reason="a part declares entities")
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise _refused(name, "NOT_XLSX", reason=type(error).__name__) from error

"""What a workbook holds but does not show: rows and columns that a filter or a hand has hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

_TRUE = {"1", "true"}
_MOST_COLUMNS = 16_384
"""Columns of a sheet; one `col` element often names all that are left of it."""


@dataclass(slots=True)
class Hidden:
    """Rows (from 1) and columns (from 0) of one sheet that are not shown."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def hidden_parts(sheet: IO[bytes]) -> Hidden:
    """The rows and columns of a worksheet part that whoever opens it does not see.

    sheet: the part's XML, as it lies in the workbook; DOCTYPE must have been refused before.
    Raises ValueError when it is not XML or its numbers are none.
    Source: ECMA-376 Part 1, 18.3.1.13 (col) and 18.3.1.73 (row).
    """
    found = Hidden()
    row = 0

    def begun(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal row
        kind = name.rpartition(":")[2]
        if kind == "row":
            row = int(attributes.get("r", row + 1))
        if attributes.get("hidden", "").lower() not in _TRUE:
            return
        if kind == "row":
            found.rows.add(row)
        elif kind == "col":
            last = min(int(attributes["max"]), _MOST_COLUMNS)
            found.columns |= set(range(int(attributes["min"]) - 1, last))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begun
    try:
        parser.ParseFile(sheet)
    except (expat.ExpatError, KeyError) as error:
        raise ValueError("sheet") from error
    return found

"""What a projection row and a question about rows may be, the same in every store. Pure.

Every store passes rows and questions through here, so that a row which one accepts, all accept, and
a value that comes from a page can never be read as a query operator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from evidence.canonical import is_unicode
from evidence.errors import StoreError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
MAX_INT = 2**63 - 1
MAX_DEPTH = 90
"""MongoDB nests at most 100 levels."""
_AS_IS = (bool, float)
_LISTS = (list, tuple)


def checked_name(name: str, what: str) -> str:
    """A table or field name, if it is plain letters, digits and `_`. Raises StoreError if not."""
    if not isinstance(name, str) or not NAME.match(name):
        raise StoreError(what, "is not a plain name of letters, digits and underscores")
    return name


def stored_doc(table: str, id: str, doc: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a row as every store keeps it: lists, and times in whole milliseconds UTC.

    Raises StoreError naming table and row for a value no store keeps (naive time, integer of 64
    bits or more, lone surrogate, key with `.` or `$`, unknown type).
    """
    what = f"row {id!r} of {table}"
    if not isinstance(id, str) or not id:
        raise StoreError(f"row of {table}", "its id is not a filled string")
    stored = {
        # What most values are costs no call.
        name: value
        if value is None or (type(value) is str and value.isascii())
        else _stored(value, what, 0)
        for name, value in zip(_names(doc, what), doc.values(), strict=True)
    }
    if stored.pop("id", id) != id or "_id" in stored:
        raise StoreError(what, "its document names another id")
    return stored


def checked_where(where: Mapping[str, Any] | None) -> dict[str, str | int | bool | None]:
    """A question's equalities, values literal. Raises StoreError for any value but a scalar."""
    for field, value in (where or {}).items():
        checked_name(field, "a field asked for")
        if value is not None and not isinstance(value, str | int):
            raise StoreError(f"question about {field}", f"a {type(value).__name__} is no scalar")
    return dict(where or {})


def checked_bound(bound: tuple[str, datetime] | None) -> tuple[str, datetime] | None:
    """A question's time bound in whole milliseconds UTC. Raises StoreError for a naive time or an odd field name."""
    if bound is None:
        return None
    field = checked_name(bound[0], "a field asked for")
    return field, _time(bound[1], f"question about {field}")


def _names(doc: Mapping[str, Any], what: str) -> tuple[str, ...]:
    """The keys of a row, if every store keeps them. Raises StoreError."""
    names = tuple(doc)
    if not _are_sound(names):
        raise StoreError(what, "has a key that is not a string free of `.`, `$` and NUL")
    return names


@lru_cache(maxsize=1_000)
def _are_sound(names: tuple[Any, ...]) -> bool:
    """Remembered, because the rows of a table have the same keys again and again."""
    return all(
        isinstance(name, str) and not (name.startswith("$") or "." in name or "\0" in name)
        for name in names
    )


def _stored(value: Any, what: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise StoreError(what, f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        return _text(value, what)
    if isinstance(value, datetime):
        return _time(value, what)
    if value is None or isinstance(value, _AS_IS):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise StoreError(what, "has an integer of more than 63 bits")
        return value
    if isinstance(value, _LISTS):
        return [_stored(item, what, depth + 1) for item in value]
    if isinstance(value, Mapping):
        inner = (_stored(item, what, depth + 1) for item in value.values())
        return dict(zip(_names(value, what), inner, strict=True))
    raise StoreError(what, f"has a {type(value).__name__}")


def _text(value: str, what: str) -> str:
    if not is_unicode(value):
        raise StoreError(what, "has a lone surrogate")
    return str(value)


def _time(value: datetime, what: str) -> datetime:
    if value.tzinfo is None:
        raise StoreError(what, "has a time without zone")
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment

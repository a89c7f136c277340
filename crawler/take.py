"""Taking fields of received JSON so that what is missing or of another type is never silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard, TypeVar

from crawler.page import utc, whole_number
from evidence.errors import ParseError
from evidence.model import Drift

T = TypeVar("T")
MISSING = object()


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object, where it stood, and the list that faults of the page are noted in.

    path: JSON path made of our own field names and indexes, never of received keys.
    """

    value: dict[str, Any]
    path: str
    faults: list[Drift]

    def must(self, name: str, kind: type[T]) -> T:
        """The field, without which the object cannot be read. An empty string is missing too.

        Raises ParseError when it is missing or of another type.
        """
        found: Any = self.value.get(name, MISSING)
        if _is(found, kind) and found != "":
            return found
        raise ParseError(f"{self.path}.{name}", _expected(kind.__name__, found))

    def exact(self, name: str, kind: type[T]) -> T | None:
        """The field, which may be null; without it, half a thing would be taken for the whole.

        Raises ParseError when it is missing or of another type.
        """
        if name in self.value and self.value[name] is None:
            return None
        found: Any = self.value.get(name, MISSING)
        if _is(found, kind):
            return found
        raise ParseError(f"{self.path}.{name}", _expected(kind.__name__, found))

    def want(self, name: str, kind: type[T]) -> T | None:
        """The field, or None and a fault when it is missing, null or of another type."""
        found: Any = self.value.get(name, MISSING)
        return found if _is(found, kind) else self._fault(name, kind.__name__, found)

    def known(self, name: str, kind: type[T]) -> T | None:
        """The field, which may be null but has to be there; else None and a fault."""
        found: Any = self.value.get(name, MISSING)
        if found is None:
            return None
        return found if _is(found, kind) else self._fault(name, kind.__name__, found)

    def may(self, name: str, kind: type[T]) -> T | None:
        """The field, which may be missing or null; another type is a fault."""
        return self.known(name, kind) if name in self.value else None

    def count(self, name: str) -> int | None:
        """An exact count; None and a fault for anything else."""
        found: Any = self.value.get(name, MISSING)
        number = whole_number(found)
        return number if number is not None else self._fault(name, "count", found)

    def moment(self, name: str) -> datetime | None:
        """A time with an offset, as UTC; None and a fault for anything else."""
        found: Any = self.value.get(name, MISSING)
        moment = utc(found)
        return moment if moment is not None else self._fault(name, "time with offset", found)

    def may_moment(self, name: str) -> datetime | None:
        """As `moment`, but missing and null are no fault."""
        return None if self.value.get(name) is None else self.moment(name)

    def inner(self, name: str) -> Node:
        """The object in a field. Raises ParseError when it is missing or no object."""
        return Node(self.must(name, dict), f"{self.path}.{name}", self.faults)

    def fault(self, name: str, why: str) -> None:
        """Note that a field is not understood. why: without content."""
        self.faults.append(Drift(f"{self.path}.{name}: {why}"))

    def _fault(self, name: str, expected: str, found: Any) -> Any:
        self.fault(name, _expected(expected, found))
        return None


def node(value: Any, path: str, faults: list[Drift]) -> Node:
    """A received value as an object. Raises ParseError when it is none."""
    if not isinstance(value, dict):
        raise ParseError(path, _expected("dict", value))
    return Node(value, path, faults)


def each(
    values: Sequence[Any], path: str, faults: list[Drift], reader: Callable[[Node], T]
) -> tuple[T, ...]:
    """What the reader makes of each object of a list; one that cannot be read is noted instead."""
    read: list[T] = []
    for index, value in enumerate(values):
        try:
            read.append(reader(node(value, f"{path}[{index}]", faults)))
        except ParseError as error:
            faults.append(Drift(f"{error.what}: {error.why}"))
    return tuple(read)


def _is(found: Any, kind: type[T]) -> TypeGuard[T]:
    return isinstance(found, kind) and not (isinstance(found, bool) and kind is not bool)


def _expected(kind: str, found: Any) -> str:
    stood = "nothing" if found is MISSING else type(found).__name__
    return f"expected {kind}, found {stood}"

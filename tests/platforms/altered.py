"""Answers in JSON with one field altered, and what a reader must not make of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from evidence.model import Reading

Path = tuple[Any, ...]
"""Keys and places that lead to a field."""


def every_path(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all fields of all objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from every_path(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from every_path(inner, (*path, index))


def paths(value: Any) -> list[Path]:
    """Every structural key once: of equal chains of three keys the first one met."""
    chains: dict[tuple[str, ...], Path] = {}
    for path in every_path(value):
        chains.setdefault(tuple(step for step in path if isinstance(step, str))[-3:], path)
    return list(chains.values())


def changed(value: Any, change: str, path: Path) -> Any:
    """A copy with the field `removed`, `renamed`, or a `number`, a `list` or `null`."""
    value = copy.deepcopy(value)
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    found = holder.pop(path[-1])
    if change == "renamed":
        holder[f"{path[-1]}V2"] = found
    elif change != "removed":
        holder[path[-1]] = {"number": 2**63, "list": [[]], "null": None}[change]
    return value


def complaint(before: Reading, after: Reading, content: Callable[[Reading], Any]) -> str:
    """What is wrong with the reading of a changed layout; empty when nothing is.

    content: what of a reading must not change in silence.
    """
    if any("Error in" in fault.detail for fault in after.drift):
        return f"the reader crashed: {after.drift}"
    if after.empty and not before.empty:
        return "no posts were claimed"
    told = bool(after.drift or after.states)
    return "" if told or content(after) == content(before) else "content changed in silence"

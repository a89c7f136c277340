"""Cassettes in YAML, as recorders of VCR's kind write them: the exchanges one file holds.

YAML is read event by event, so that neither its depth nor its aliases (which a few bytes may
multiply without end) can hurt; the tree is made here, of mappings, lists, texts and whole numbers.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any

import yaml

NAMES = ("interactions", "http_interactions")
"""Of the list of exchanges: of vcrpy, and of VCR for Ruby and R."""
BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s*(?:#[^\n]*|---[^\n]*)\n)*\s*(?:http_)?(?:interactions|recorded_with|version)\s*:"
)
MOST_BYTES = 20_000_000
MOST_DEPTH = 100
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
BINARY = "tag:yaml.org,2002:binary"
NULLS = ("", "~", "null")


class _Odd(Exception):
    """YAML that no recorder writes: an alias, a depth without end, a key that is no text."""


def exchanges(data: bytes) -> list[Any]:
    """The exchanges of a cassette in YAML, in order; empty for anything else."""
    if len(data) > MOST_BYTES or not BEGINS.match(data):
        return []
    try:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        value = _tree(yaml.parse(data, Loader=loader))
    except (yaml.YAMLError, _Odd, ValueError):
        return []
    found = [value.get(name) for name in NAMES] if isinstance(value, dict) else []
    return next((listed for listed in found if isinstance(listed, list)), [])


def _tree(events: Iterable[Any]) -> Any:
    """The value of the first document. `open` holds lists and mappings not yet ended, outer first."""
    root: list[Any] = []
    under: list[tuple[Any, list[Any]]] = [(root, [])]
    for event in events:
        kind = type(event).__name__
        if kind == "DocumentEndEvent":
            break
        if kind == "AliasEvent" or len(under) > MOST_DEPTH:
            raise _Odd
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            made: Any = {} if kind.startswith("M") else []
            _put(under[-1], made)
            under.append((made, []))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            under.pop()
        elif kind == "ScalarEvent":
            _put(under[-1], _scalar(event))
    return root[0] if root else None


def _put(place: tuple[Any, list[Any]], value: Any) -> None:
    """Adds a value to a list, or to a mapping as a key or as what belongs to the key before it."""
    holder, key = place
    if isinstance(holder, list):
        holder.append(value)
    elif not key:
        if not isinstance(value, str | int):
            raise _Odd
        key.append(str(value))
    else:
        holder[key.pop()] = value


def _scalar(event: Any) -> Any:
    """Text, or what a word without quotes stands for: a whole number, nothing; bytes of `!!binary`."""
    text = str(event.value)
    if event.tag in (BINARY, "!binary"):
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except binascii.Error as error:
            raise _Odd from error
    if event.style or not event.implicit[0]:
        return text
    if text.lower() in NULLS:
        return None
    return int(text) if NUMBER.fullmatch(text) else text

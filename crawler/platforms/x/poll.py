"""Choices of a poll: they stand in the card of a post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.take import Node
from evidence.errors import ParseError

POLL = re.compile(r"(?:\A|:)poll\d{0,2}choice")
"""Beginning of the names of cards that are polls (`poll3choice_text_only`, `poll2choice_image`)."""
CHOICE = re.compile(r"choice(\d{1,2})_label")


def choices(item: Node, legacy: Node) -> tuple[str, ...]:
    """The texts of a poll's choices, in order; nothing for a post without a poll.

    Votes are left out: they are no figure of the post, and a text with them in it would be edited
    by every vote. Raises ParseError for a poll whose choices are not there.
    Source: cards of the v1.1 interface, as gallery-dl and nitter read them; none is recorded here.
    """
    for holder in (item, legacy):
        card = holder.may("card", dict)
        for shape in (card, card.get("legacy")) if card else ():
            if isinstance(shape, dict) and POLL.search(str(shape.get("name") or "")):
                found = dict(_labels(shape.get("binding_values")))
                if len(found) < 2 or sorted(found) != list(range(1, len(found) + 1)):
                    raise ParseError(f"{holder.path}.card", "expected a poll's choices in order")
                return tuple(found[number] for number in sorted(found))
    return ()


def _labels(values: Any) -> Iterator[tuple[int, str]]:
    """(number, text) of each choice; the values are an object, or a list of key and value."""
    pairs = list(values.items()) if isinstance(values, dict) else []
    for one in values if isinstance(values, list) else []:
        if isinstance(one, dict):
            pairs.append((one.get("key"), one.get("value")))
    for key, value in pairs:
        number = CHOICE.fullmatch(key) if isinstance(key, str) else None
        said = value.get("string_value") if isinstance(value, dict) else None
        if number and isinstance(said, str) and said.strip():
            yield int(number[1]), said.strip()

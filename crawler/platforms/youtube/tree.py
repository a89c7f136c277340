"""Finding YouTube's typed nodes wherever they stand, and the data inside its pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence.errors import ParseError
from evidence.model import Drift

ASIDE = frozenset(
    ("responseContext", "topbar", "secondaryResults", "autoplay", "playerOverlays", "endscreen",
     "cards", "sidebar", "infocards", "menu", "adPlacements", "playerAds", "playerConfig",
     "streamingData", "storyboards", "attestation", "captions", "trackingParams", "playbackTracking",
     "availableCountries", "availableCountryCodes", "emojiPicker", "pageVisualEffects",
     "frameworkUpdates", "accessibility", "loggingDirectives", "thumbnailOverlays", "richThumbnail",
     "createRenderer", "styleRuns", "attachmentRuns", "backstageAttachment")
)  # fmt: skip
"""What is about other videos, the visitor or the player, or hangs beside the tree (`mutations`
reads that): not walked into."""
DATA = ("ytInitialData", "ytInitialPlayerResponse")
ASSIGNED = re.compile(r"(?:\"\]|'\])?\s{0,9}=\s{0,9}(?=[{'\"J])")
STRING = re.compile(r"'((?:[^'\\]++|\\.)*+)'|\"((?:[^\"\\]++|\\.)*+)\"", re.DOTALL)
IN_STRING = re.compile(r"\\x([0-9a-fA-F]{2})|\\(.)|\"", re.DOTALL)


@dataclass(slots=True)
class Roots:
    """The data of one page: what the page shows (`data`) and what the player was told."""

    data: list[dict[str, Any]] = field(default_factory=list)
    player: list[dict[str, Any]] = field(default_factory=list)


def roots(value: Any) -> Roots:
    """The data in a JSON answer, be it bare, wrapped by a call, or in a list of answers."""
    found = Roots()
    for one in objects(value if isinstance(value, list) else [value]):
        if isinstance(one.get("playerResponse"), dict):
            found.player.append(one["playerResponse"])
        if "playabilityStatus" in one or "videoDetails" in one:
            found.player.append(one)
        elif isinstance(one.get("response"), dict):
            found.data.append(one["response"])
        elif isinstance(one.get("watchNextResponse"), dict):
            found.data.append(one["watchNextResponse"])
        elif set(one) - {"playerResponse", "page"}:
            found.data.append(one)
    return found


def embedded(text: str, faults: list[Drift]) -> Roots:
    """The data in a page's scripts; data that is there and cannot be read is a fault."""
    found = Roots()
    for name, into in zip(DATA, (found.data, found.player), strict=True):
        for start in _assigned(text, name):
            try:
                value = _literal(text, start)
            except (ValueError, RecursionError):
                faults.append(Drift(f"{name}: no whole JSON"))
                break
            if isinstance(value, dict) and value:
                into.append(value)
                break
    return found


def _assigned(text: str, name: str) -> Iterator[int]:
    """Places where a value is assigned to a name."""
    at = text.find(name)
    while at >= 0:
        assigned = ASSIGNED.match(text, at + len(name))
        if assigned is not None:
            yield assigned.end()
        at = text.find(name, at + len(name))


def _literal(text: str, at: int) -> Any:
    """The JSON object at a place of a script, bare or as a string (`'\\x7b...'`, JSON.parse)."""
    start = at + len("JSON.parse(") if text.startswith("JSON.parse(", at) else at
    if text[start : start + 1] not in ("'", '"'):
        return json.JSONDecoder().raw_decode(text, at)[0]
    string = STRING.match(text, start)
    if string is None:
        raise ValueError("a string without end")
    inner = string[1] if string[1] is not None else string[2]
    return json.loads(json.loads(f'"{IN_STRING.sub(_as_json, inner)}"'))


def _as_json(escape: re.Match[str]) -> str:
    """One escape of a JavaScript string as JSON writes it."""
    if escape[1]:
        return f"\\u00{escape[1]}"
    if escape[2]:
        return "'" if escape[2] == "'" else escape[0]
    return '\\"'


def nodes(value: Any, *names: str) -> list[tuple[str, dict[str, Any]]]:
    """Every object under one of these names, with its name, in the order of the document."""
    return list(_walk(value, frozenset(names)))


def first(value: Any, *names: str) -> dict[str, Any] | None:
    """The first object under one of these names, by the order of the document."""
    return next((node for _, node in _walk(value, frozenset(names))), None)


def _walk(value: Any, wanted: frozenset[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Named objects, depth first; does not recurse, so depth does not matter."""
    stack: list[Any] = [value]
    while stack:
        at = stack.pop()
        if isinstance(at, tuple):
            yield at
            at = at[1]
        if isinstance(at, list):
            stack.extend(v for v in reversed(at) if isinstance(v, dict | list))
        elif isinstance(at, dict):
            stack.extend(
                (name, each) if name in wanted and isinstance(each, dict) else each
                for name, each in reversed(at.items())
                if isinstance(each, dict | list) and name not in ASIDE
            )


def inside(value: Any, path: str) -> Any:
    """What stands under `a.b.c`, None where the way breaks off."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(values: Any) -> Sequence[dict[str, Any]]:
    """The objects of a list; of anything else, none."""
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def mutations(data: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(entity key, name of its kind, entity) of the data that hangs beside the page's tree."""
    for mutation in objects(inside(data, "frameworkUpdates.entityBatchUpdate.mutations")):
        payload = mutation.get("payload")
        for name, entity in payload.items() if isinstance(payload, dict) else ():
            if isinstance(entity, dict):
                yield str(mutation.get("entityKey") or entity.get("key") or ""), name, entity


def text_at(value: Any, path: str) -> str | None:
    """A string that is not empty under `a.b.c`, else None."""
    found = inside(value, path)
    return found if isinstance(found, str) and found else None


def needed(value: Any, path: str, where: str) -> str:
    """A string that is not empty under `a.b.c`. Raises ParseError naming `where.a.b.c`."""
    found = inside(value, path)
    if isinstance(found, str) and found:
        return found
    raise ParseError(f"{where}.{path}", f"expected text, found {type(found).__name__}")

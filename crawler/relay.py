"""The envelope Meta's pages and answers share: JSON inside `<script>`, and GraphQL in lines.

Instagram, Threads and Facebook put what a page shows into `<script type="application/json"
data-sjs>` blocks (`require … ScheduledServerJS … __bbox … result.data`), older pages into arguments
of inline scripts, and answer queries with one JSON object a line (Relay's `@defer` and `@stream`).
Here these become plain documents; what they mean is for each platform's reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from crawler.document import spelled
from crawler.headings import Headings, headings
from crawler.page import Page
from evidence.model import Drift

PREFIXES = ("for (;;);", ")]}'")
"""What Meta's servers put before JSON so that no other site can run it as a script."""
BLANKS = "\ufeff \t\r\n"
ARGUMENT = re.compile(r"[(,=]\s*(?=\{\s*\")")
NESTED = ("response", "contextJSON")
"""Fields that hold JSON as a string: answers in pages of 2023, embedded posts."""
CARRIERS = (
    '"__bbox"',
    '"contextJSON"',
    "_sharedData",
    "__additionalDataLoaded",
    '"ScheduledServerJS',
)
"""Words of inline scripts that hold data; other scripts are program text."""
SJS = re.compile(r"\bdata-sjs\b", re.IGNORECASE)
JSON_TYPE = re.compile(r"\btype\s*=\s*[\"']?application/(?:ld\+)?json", re.IGNORECASE)
MOST_MISSES = 200
"""Brackets of one page that begin no JSON; more of them is no page of Meta's."""

NOISE = frozenset(
    ("define", "clpData", "bxData", "gkxData", "qexData", "ixData", "qplData", "rsrcMap", "hsrp",
     "consistency", "compMap", "justknobxData", "sprites", "gatesData")
)  # fmt: skip
"""Fields of the envelope that hold the program's own configuration, most of a page's bytes."""
OF_POSTS = frozenset(
    ("edges", "items", "nodes", "message", "caption", "text", "code", "shortcode", "taken_at", "post_id",
     "creation_time", "actors", "thread_items", "comments", "posts", "taken_at_timestamp", "owner",
     "attachments", "comet_sections", "post", "username")
)  # fmt: skip

_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Sheets:
    """What a page or answer holds, decoded.

    documents: every JSON value, in the order of the page.   headings: title, meta tags and forms
    of an HTML page, None for an answer.   faults: what could not be decoded.
    """

    documents: tuple[Any, ...]
    headings: Headings | None
    faults: tuple[Drift, ...]


def sheets(page: Page) -> Sheets:
    """The JSON a page or answer holds; total: what is none of it is a fault.

    An HTML page gives the contents of its JSON scripts and the objects passed to inline scripts;
    any other body is read as JSON, else as one JSON value a line, after a known prefix.
    """
    text = page.text()
    body = text.lstrip(BLANKS)
    return _of_html(text) if body.startswith("<") else _of_answer(body)


def walk(value: Any, *, skip: frozenset[str] = NOISE) -> Iterator[dict[str, Any]]:
    """Every object in a value, outer before inner, in document order, without recursion.

    skip: names of fields that are not entered.
    """
    waiting = [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            yield at
        waiting += inside(at, skip)


def outermost(
    value: Any, wanted: Callable[[dict[str, Any]], bool], *, skip: frozenset[str] = NOISE
) -> Iterator[dict[str, Any]]:
    """As `walk`, but only objects that are wanted, and not what lies inside of one."""
    waiting = [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict) and wanted(at):
            yield at
        else:
            waiting += inside(at, skip)


def held(
    value: Any, names: frozenset[str], *, skip: frozenset[str] = NOISE
) -> dict[str, list[Any]]:
    """What stands in every field of these names, by name, in document order; one pass."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    for at in walk(value, skip=skip):
        for name in names & at.keys():
            found[name].append(at[name])
    return found


def inside(value: Any, skip: frozenset[str] = NOISE) -> list[Any]:
    """Objects and lists right inside of a value, last first, as a stack takes them."""
    if isinstance(value, dict):
        return [
            v
            for k, v in reversed(value.items())
            if v and isinstance(v, dict | list) and k not in skip
        ]
    if isinstance(value, list):
        return [v for v in reversed(value) if v and isinstance(v, dict | list)]
    return []


def is_beside(document: Any) -> bool:
    """Whether an answer is sound and of another query than those that carry posts.

    Pages of Meta ask for much beside posts at one address. Such an answer has data and extensions,
    and nothing in it that a post, a comment or a list of them would have.
    """
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        return False
    if "extensions" not in document or document.get("errors"):
        return False
    return not any(at[name] for at in walk(document["data"]) for name in OF_POSTS.intersection(at))


def is_hollow(value: dict[str, Any]) -> bool:
    """Whether an object is an answer in a page's envelope (`__bbox`) that holds no data."""
    if "sequence_number" not in value or "complete" not in value:
        return False
    result = value.get("result")
    if isinstance(result, dict) and isinstance(result.get("response"), str):
        return False
    return not isinstance(drilled(result, "data"), dict)


def unfolded(value: dict[str, Any]) -> list[Any]:
    """JSON that an object holds as a string, decoded; what is none is left out."""
    texts = [value[name] for name in NESTED if isinstance(value.get(name), str)]
    return [each for text in texts if text[:1] in ("{", "[") for each in _loaded(text)]


def drilled(value: Any, *path: str) -> Any:
    """What stands at a path of field names; None as soon as one of them is not there."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _of_html(text: str) -> Sheets:
    scripts, markup, whole = _split(text)
    documents: list[Any] = []
    faults = [] if whole else [Drift("the page ends inside of a script")]
    misses = MOST_MISSES
    for attributes, body in scripts:
        attributes = unescape(attributes) if "&" in attributes else attributes
        if JSON_TYPE.search(attributes):
            found = _loaded(spelled(body))
            documents += [found[0]] if found else []
            if not found and (SJS.search(attributes) or '"require"' in body[:200]):
                faults.append(Drift("script[data-sjs]: is not JSON"))
        elif any(word in (plain := _plain(body)) for word in CARRIERS):
            values, missed = _arguments(plain, misses)
            documents += values
            misses -= missed
    if misses <= 0:
        faults.append(Drift("inline scripts: their arguments are not JSON"))
    if "</html" not in text[-2000:].lower():
        faults.append(Drift("the page does not end: no </html>"))
    return Sheets(tuple(documents), headings(markup), tuple(dict.fromkeys(faults)))


def _split(text: str) -> tuple[list[tuple[str, str]], str, bool]:
    """(scripts as attributes and body, the markup between them, whether the last one ended)."""
    lower = text.lower() if "<SCRIPT" in text or "</SCRIPT" in text else text
    if len(lower) != len(text):  # a letter whose lower case is longer: offsets would not agree
        lower = text
    scripts: list[tuple[str, str]] = []
    markup: list[str] = []
    at = 0
    while (start := lower.find("<script", at)) >= 0:
        markup.append(text[at:start])
        opened = lower.find(">", start)
        end = lower.find("</script", opened) if opened >= 0 else -1
        if end < 0:
            return scripts, "".join(markup), False
        scripts.append((text[start:opened], text[opened + 1 : end]))
        at = lower.find(">", end) + 1
        if at == 0:
            return scripts, "".join(markup), False
    markup.append(text[at:])
    return scripts, "".join(markup), True


def _plain(script: str) -> str:
    """An inline script as a browser would run it, also one whose data was escaped as text."""
    return unescape(script) if "{&quot;" in script else script


def _arguments(script: str, misses: int) -> tuple[list[Any], int]:
    """The JSON objects passed to functions or assigned in a script; and how many were none."""
    found: list[Any] = []
    missed = at = 0
    while missed < misses and (begins := ARGUMENT.search(script, at)):
        try:
            value, at = _decoder.raw_decode(script, begins.end())
            found.append(value)
        except json.JSONDecodeError as error:
            missed, at = missed + 1, max(error.pos, begins.end() + 1)
        except (ValueError, RecursionError):
            missed, at = missed + 1, begins.end() + 1
    return found, missed


def _of_answer(text: str) -> Sheets:
    body = text
    for prefix in PREFIXES:
        body = body.removeprefix(prefix)
    if not body.strip():
        return Sheets((), None, (Drift("the body is empty"),))
    whole = _loaded(body)
    if whole:
        return Sheets(whole, None, ())
    return _of_lines(body.splitlines())


def _of_lines(lines: Iterable[str]) -> Sheets:
    """One JSON value a line; a line that is none is noted, and what came before is kept."""
    documents: list[Any] = []
    for line in lines:
        if not line.strip():
            continue
        found = _loaded(line.strip().removeprefix(PREFIXES[0]))
        if not found:
            said = "a line of the answer is not JSON" if documents else "the body is not JSON"
            return Sheets(tuple(documents), None, (Drift(said),))
        documents += found
    return Sheets(tuple(documents), None, ())


def _loaded(text: str) -> tuple[Any, ...]:
    """The JSON value as a tuple of one; empty when it is none or nested too deep."""
    try:
        return (json.loads(text),)
    except (ValueError, RecursionError):
        return ()

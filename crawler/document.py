"""HTML documents for readers: the root element, embedded JSON, text as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from lxml import etree, html

from evidence.errors import ParseError

ESCAPED = re.compile(r"\s{0,20}[\[{][\[{\s]{0,20}&(?:quot|#34|#x22);", re.IGNORECASE)
MOST_ATTRIBUTES = 1_000
"""Of one element. Recorded pages have at most 14."""


class _Attributes:
    """Told of every element while a text is taken apart; no tree is made. most: of one element."""

    def __init__(self) -> None:
        self.most = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self.most = max(self.most, len(attributes))

    def close(self) -> None:
        """The text ends."""


def root_of(text: str) -> Any:
    """The root element of an HTML text; it loads nothing.

    Raises ParseError for no document at all, for one nested so deep that the parser stopped (what
    came after would be lost without a word), and for an element of more attributes than any page
    has: libxml2 (2.14) hangs each one behind all others, so that 350 KB of them took a minute.
    """
    data = text.encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        if _most_attributes(data) > MOST_ATTRIBUTES:
            raise ParseError("body", f"an element has more than {MOST_ATTRIBUTES} attributes")
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise ParseError("body", "no HTML document") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise ParseError("body", "HTML nested too deep to be read whole")
    return root


def _most_attributes(data: bytes) -> int:
    """Attributes of the element that has most: told by the same parser, in linear time."""
    counted: Any = _Attributes()
    parser: Any = etree.HTMLParser(target=counted, encoding="utf-8", huge_tree=True)
    parser.feed(data)
    parser.close()
    most: int = counted.most
    return most


def script(root: Any, name: str) -> Any | None:
    """The JSON of the `<script id=name>` element, None when there is no such element.

    Raises ParseError when the element is there and holds no JSON, or one nested too deep.
    """
    for element in root.iter("script"):
        if element.get("id") == name:
            return embedded(element.text or "", f"script#{name}")
    return None


def spelled(text: str) -> str:
    """JSON as a script has it, its signs in place of entities where it was written with those.

    No JSON begins with an entity, so text that does was escaped as a whole, as some programs and
    archives do that take a script for text.
    """
    return unescape(text) if ESCAPED.match(text) else text


def embedded(text: str, where: str) -> Any:
    """JSON found inside a document. Raises ParseError naming `where` when it is none."""
    try:
        return json.loads(spelled(text))
    except (ValueError, RecursionError) as error:
        raise ParseError(where, f"holds no JSON ({type(error).__name__})") from error


def linked_data(root: Any) -> Iterator[dict[str, Any]]:
    """Every object of the page's `application/ld+json` scripts; what is no JSON is passed over."""
    for element in root.iter("script"):
        if not (element.get("type") or "").strip().lower().startswith("application/ld+json"):
            continue
        try:
            value = json.loads(spelled(element.text or ""))
        except (ValueError, RecursionError):
            continue
        values = value if isinstance(value, list) else [value]
        yield from (item for item in values if isinstance(item, dict))


def meta(root: Any) -> dict[str, str]:
    """`content` of the document's meta elements by lower-case `property` or `name`; the first counts."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name")
        if name and element.get("content") is not None:
            found.setdefault(name.strip().lower(), element.get("content"))
    return found


def canonical(root: Any) -> str | None:
    """Address in `<link rel=canonical>`."""
    for element in root.iter("link"):
        if (element.get("rel") or "").lower() == "canonical" and element.get("href"):
            return str(element.get("href"))
    return None

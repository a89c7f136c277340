"""The same page written in other ways: what a format leaves open, and nothing that it says.

JSON in another order, in ASCII, with unknown fields; HTML with other quotes, capitals, order of
attributes, entities; a byte order mark; other line ends.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.platforms import broken

ASIDE = re.compile(
    r"<script\b[^>]*>.*?</script>|<style\b[^>]*>.*?</style>|<!--.*?-->", re.DOTALL | re.IGNORECASE
)
TAG = re.compile(
    r"<([a-zA-Z][^\s/<>]*)((?:\s+[^\s=<>\"'/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)*)\s*>"
)
ATTRIBUTE = re.compile(r"([^\s=<>\"'/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'))?")
WORD = re.compile(r"\"[A-Za-z0-9_.:-]+\"")
Attribute = tuple[str, str]


def ways(text: str) -> Iterator[tuple[str, str]]:
    """(how it is written, the page) for a page in JSON or HTML; none for XML."""
    if text.lstrip("\ufeff \n").startswith(("<?xml", "<feed", "<rss")):
        return
    yield "a byte order mark before", "\ufeff" + text
    page = _split(text)
    if page.in_html:
        yield from _as_html(text)
    else:
        yield "blanks around", f" \r\n\t{text}\n "
    if page.values and (page.in_html or len(page.values) == 1):
        for name, write in VALUES.items():
            said = [write(value) for value in page.values]
            if page.in_html and name != "data in entities":
                said = [each.replace("<", "\\u003C") for each in said]
            if page.in_html or name != "data in entities":
                yield name, page.filled(said)


def _split(text: str) -> broken.Split:
    try:
        return broken.split(text)
    except ValueError:  # scripts with arguments that are no JSON
        return broken.Split(in_html=True)


def _as_html(text: str) -> Iterator[tuple[str, str]]:
    for name, change in TAGS.items():
        yield name, _tags(text, change)
    yield "closing tags in capitals", re.sub(r"</[a-z]+>", lambda m: m[0].upper(), text)
    yield "blanks in closing tags", re.sub(r"</([a-z]+)>", r"</\1 >", text)
    yield "other line ends", text.replace("\r\n", "\n").replace("\n", "\r\n")
    other = r'\1<script type="application/json">{"a":[null]}</script><script>var b="</i>";</script>'
    yield "other scripts beside", re.sub(r"(<body[^>]*>)", other, text, count=1)


def _tags(text: str, change: Callable[[str, list[Attribute]], str]) -> str:
    """The page with its tags written in another way; scripts, styles and comments stay."""
    parts, at = [], 0

    def tag(found: re.Match[str]) -> str:
        return change(found[1], ATTRIBUTE.findall(found[2]))

    for aside in ASIDE.finditer(text):
        opened = re.match(r"<script\b[^>]*>", aside[0], re.IGNORECASE)
        kept = aside[0][opened.end() :] if opened else aside[0]
        parts += [TAG.sub(tag, text[at : aside.start()]), TAG.sub(tag, opened[0]) if opened else ""]
        parts.append(kept)
        at = aside.end()
    return "".join([*parts, TAG.sub(tag, text[at:])])


def _tag(name: str, attributes: list[Attribute]) -> str:
    said = (f" {key}={value}" if value else f" {key}" for key, value in attributes)
    return f"<{name}{''.join(said)}>"


def _escaped(value: str) -> str:
    plain = html.escape(html.unescape(value[1:-1]))
    return f'"{plain}"'.replace("/", "&#x2F;") if value else ""


TAGS: dict[str, Callable[[str, list[Attribute]], str]] = {
    "attributes in another order": lambda name, said: _tag(name, said[::-1]),
    "other quotes": lambda name, said: _tag(
        name, [(k, f"'{v[1:-1]}'" if "'" not in v else v) for k, v in said]
    ),
    "no quotes": lambda name, said: _tag(
        name, [(k, v[1:-1] if WORD.fullmatch(v) else v) for k, v in said]
    ),
    "entities in attributes": lambda name, said: _tag(name, [(k, _escaped(v)) for k, v in said]),
    "attributes in capitals": lambda name, said: _tag(name, [(k.upper(), v) for k, v in said]),
    "tags in capitals": lambda name, said: _tag(name.upper(), said),
    "other attributes beside": lambda name, said: _tag(
        name, [("data-asing", '"1"'), *said, ("nonce", '"q9"')]
    ),
    "a line for each attribute": lambda name, said: _tag(name, [(f"\n  {k}", v) for k, v in said]),
}


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(each) for each in value] if isinstance(value, list) else value


VALUES: dict[str, Callable[[Any], str]] = {
    **broken.WRITINGS,
    "fields by name": lambda value: json.dumps(_sorted(value), ensure_ascii=False),
    "data in entities": lambda value: html.escape(json.dumps(value, ensure_ascii=False)),
}

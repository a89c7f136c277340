"""Layouts that changed: from a sound page, the same with one thing renamed, gone or of another kind.

For pages whose data is JSON, by itself, in lines or in scripts of a page, also where it is a string
inside of JSON; and for what an HTML page says in its head.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.page import Page

SCRIPT = re.compile(r"(<script[^>]*>)(.*?)(</script>)", re.DOTALL)
ARGUMENT = re.compile(r"[(,=]\s*(?=\{\s*\")")
HEAD = re.compile(r'<(meta|link) (property|name|rel)="([^"]+)" (content|href)="([^"]*)">')
Change = Callable[[str, Any], dict[str, Any]]
CUTS = 50
"""Places at which a page is cut off."""


@dataclass(slots=True)
class Split:
    """A page as what stands between its JSON values, and those values. texts: one more than values."""

    texts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    in_html: bool = False

    def joined(self, change: Callable[[Any], Any] = lambda value: value) -> str:
        """The page with every value changed."""
        return self.filled([dumped(change(value)) for value in self.values])

    def filled(self, said: list[str]) -> str:
        """The page with other texts in place of its values."""
        return "".join(a + b for a, b in zip(self.texts, [*said, ""], strict=True))


def page_of(case: Path, body: bytes | None = None) -> Page:
    """The page of a case, with another body if one is given."""
    said = json.loads((case / "page.json").read_text("utf-8"))
    given = (case / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given)


def sound(cases: Path) -> list[Path]:
    """Cases that show posts or accounts without drift."""
    found = []
    for case in sorted(cases.iterdir()):
        said = json.loads((case / "expected.json").read_text("utf-8"))
        kinds = {line["kind"] for line in said}
        if "drift" not in kinds and kinds & {"post", "account", "interaction"}:
            found.append(case)
    return found


def layouts(text: str) -> Iterator[tuple[str, str]]:
    """(what changed, the page with it changed) for every key, and for the page as a whole."""
    page = split(text)
    yield from fields(page, CHANGES)
    yield from heads(text)
    for part in range(CUTS):
        yield f"cut at {2 * part + 1} %", text[: len(text) * (2 * part + 1) // (2 * CUTS)]
    yield from wrapped(text, page)


def fields(page: Split, changes: Mapping[str, Change]) -> Iterator[tuple[str, str]]:
    """The page with each of its fields changed in each of some ways, wherever it stands."""
    named = [keys(value) for value in page.values]
    as_is = [dumped(value) for value in page.values]
    for key in sorted(set().union(*named)):
        for how, change in changes.items():
            said = [
                dumped(changed(value, key, change)) if key in own else same
                for value, own, same in zip(page.values, named, as_is, strict=True)
            ]
            yield f"{key} {how}", page.filled(said)


def wrapped(text: str, page: Split) -> Iterator[tuple[str, str]]:
    """The page's data one level deeper, and the page itself as a string of something else."""
    for name, change in ENVELOPES.items():
        yield f"wrapped in {name}", page.joined(change)
    if page.values:
        yield "without its data", page.joined(lambda value: {})
        yield "its data as text", page.joined(lambda value: html.escape(dumped(value)))
        yield (
            "its data in base64",
            page.joined(lambda v: base64.b64encode(dumped(v).encode()).decode()),
        )
    yield "as text of another page", f"<!DOCTYPE html><html><pre>{html.escape(text)}</pre></html>"
    yield "as text of an answer", json.dumps({"code": 0, "text": text})


def same(text: str) -> Iterator[tuple[str, str]]:
    """(how it is written, the page) for ways of writing that change nothing of what is said."""
    page = split(text)
    if not page.values or (len(page.values) > 1 and not page.in_html):
        return
    for name, write in WRITINGS.items():
        said = [write(value) for value in page.values]
        if page.in_html:
            said = [each.replace("<", "\\u003C") for each in said]
        yield name, page.filled(said)
    if page.in_html:
        yield "tags in capitals", re.sub("(</?)script", r"\1SCRIPT", text)
        yield "after a byte order mark", "\ufeff \n" + text
        yield "with a comment before", text.replace("<head>", '<head><!-- {"a": 1} -->', 1)
        mixed = [dumped(value) for value in reversed(page.values)]
        if not inline(text):
            yield "parts in another order", page.filled(mixed)
    else:
        yield "after a prefix", f"for (;;);{text}"


def inline(text: str) -> bool:
    """Whether a page's data are arguments of its scripts, which have their own names."""
    return '"application/json"' not in text


def heads(text: str) -> Iterator[tuple[str, str]]:
    """Each thing an HTML page says in its head renamed, gone, and without a value."""
    for found in HEAD.finditer(text):
        tag, attribute, name, holds, said = found.groups()
        before, after = text[: found.start()], text[found.end() :]
        yield f"<{name}> gone", before + after
        yield (
            f"<{name}> renamed",
            f'{before}<{tag} {attribute}="v2:{name}" {holds}="{said}">{after}',
        )
        yield f"<{name}> empty", f'{before}<{tag} {attribute}="{name}" {holds}="">{after}'


def split(text: str) -> Split:
    """A page in its JSON values and what stands between them."""
    page = Split(in_html=text.lstrip("\ufeff ").startswith("<"))
    if page.in_html:
        at = 0
        for script in SCRIPT.finditer(text):
            at = _of_script(text, script, at, page)
        page.texts.append(text[at:])
        return page
    lines = [text] if _load(text) is not None else text.splitlines()
    if all(_load(line) is not None for line in lines):
        page.values = [_load(line) for line in lines]
        page.texts = ["", *["\n"] * (len(lines) - 1), ""]
    else:
        page.texts = [text]
    return page


def _of_script(text: str, script: re.Match[str], at: int, page: Split) -> int:
    whole = _load(script[2])
    if whole is not None:
        page.texts.append(text[at : script.start(2)])
        page.values.append(whole)
        return script.end(2)
    for begins in ARGUMENT.finditer(text, script.start(2), script.end(2)):
        if begins.end() >= at:
            value, end = json.JSONDecoder().raw_decode(text, begins.end())
            page.texts.append(text[at : begins.end()])
            page.values.append(value)
            at = end
    return at


def keys(value: Any) -> set[str]:
    """Names of all fields in a value, also of JSON that stands in it as a string."""
    if isinstance(value, dict):
        return set(value).union(*(keys(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(keys(v) for v in value))
    inner = _inner(value)
    return keys(inner) if inner is not None else set()


def changed(value: Any, key: str, change: Change) -> Any:
    """A value with a field changed wherever it stands."""
    if isinstance(value, dict):
        made: dict[str, Any] = {}
        for name, each in value.items():
            made |= change(name, each) if name == key else {name: changed(each, key, change)}
        return made
    if isinstance(value, list):
        return [changed(each, key, change) for each in value]
    inner = _inner(value)
    return value if inner is None else dumped(changed(inner, key, change))


CHANGES: dict[str, Change] = {
    "renamed": lambda name, value: {f"{name}_v2": value},
    "gone": lambda name, value: {},
    "of another kind": lambda name, value: {name: "seven" if isinstance(value, list) else [7]},
}
MORE_CHANGES: dict[str, Change] = {
    "in an object": lambda name, value: {name: {"value": value}},
    "a number": lambda name, value: {name: -7.5},
}


def dumped(value: Any, **how: Any) -> str:
    """JSON as it may stand in a script."""
    return json.dumps(value, ensure_ascii=False, **how).replace("<", "\\u003C")


def _load(text: str) -> Any:
    """The object or list a text is; None when it is none."""
    try:
        value = json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
    except ValueError:
        return None
    return value


def _inner(value: Any) -> Any:
    return _load(value) if isinstance(value, str) and value[:1] in ("{", "[") else None


def _deep(value: Any, levels: int) -> Any:
    for _ in range(levels):
        value = {"v": value}
    return value


ENVELOPES: dict[str, Callable[[Any], Any]] = {
    "an object of a list": lambda value: {"payload": {"v": [value]}},
    "a list": lambda value: [[value]],
    "ten objects": lambda value: _deep(value, 10),
    "a string": dumped,
    "a string of an object": lambda value: {"payload": dumped(value)},
    "an error's place": lambda value: {"error": value},
}
WRITINGS: dict[str, Callable[[Any], str]] = {
    "in ASCII": json.dumps,
    "with blanks and lines": lambda value: json.dumps(value, ensure_ascii=False, indent=2),
    "without blanks": lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
    "with escaped slashes": lambda value: json.dumps(value).replace("/", "\\/"),
    "fields in another order": lambda value: json.dumps(_reversed(value)),
}


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(each) for name, each in reversed(value.items())}
    return [_reversed(each) for each in value] if isinstance(value, list) else value

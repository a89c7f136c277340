"""Reading t.me's HTML: elements by class, text as a reader sees it, figures as it writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

_BLOCKS = {"p", "div", "blockquote", "pre", "li"}
_FIGURE = re.compile(r"(\d[\d \u00a0\u202f,]*(?:\.\d+)?)\s*([KMB])?")
_SCALE = {"K": 10**3, "M": 10**6, "B": 10**9}
_STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")


def classes(element: Any) -> set[str]:
    """The class names of an element."""
    return set((element.get("class") or "").split())


def every(element: Any, name: str) -> list[Any]:
    """All elements below this one that carry the class, in document order."""
    return list(
        element.xpath(
            ".//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} "
        )
    )


def first(element: Any, name: str) -> Any | None:
    """The first element below this one that carries the class."""
    return next(iter(every(element, name)), None)


def attributes(root: Any, path: str, **names: str) -> list[str]:
    """Values of the attributes an XPath gives, as plain strings."""
    return [str(value) for value in root.xpath(path, **names)]


def inside(element: Any, name: str) -> bool:
    """Whether an ancestor of the element carries the class."""
    return any(name in classes(above) for above in element.iterancestors())


def words(element: Any | None) -> str | None:
    """Text of an element in one line, None when there is no element."""
    return None if element is None else " ".join(shown(element).split())


def shown(element: Any) -> str:
    """Text as a reader sees it: `<br>` and the end of a block begin a new line."""
    text = "".join(_pieces(element))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def figure(text: str | None) -> tuple[int | None, int | None]:
    """(exact, rounded) value of a figure such as `419`, `11 286 994` or `8.67M`; one is None.

    Both are None when the text does not begin with a figure, or it is 2**53 or more.
    """
    found = _FIGURE.match((text or "").strip())
    if found is None:
        return None, None
    digits = re.sub(r"[ \u00a0\u202f,]", "", found[1])
    scale = _SCALE.get(found[2] or "", 1)
    whole, _, part = digits.partition(".")
    value = int(whole[:17]) * scale + int((part or "0")[:9]) * scale // 10 ** len((part or "0")[:9])
    if len(whole) > 16 or value >= 2**53:
        return None, None
    return (None, value) if scale > 1 or part else (value, None)


def style_url(element: Any) -> str | None:
    """The address of an element's background picture."""
    found = _STYLE_URL.search(element.get("style") or "")
    return found[1] if found else None


def _pieces(element: Any) -> Iterator[str]:
    """Text in document order. A line's end in the markup is a blank, but for what is preformatted;
    a block begins on a line of its own."""
    kept, begun = 0, False
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            kept += node.tag == "pre"
            text = "\n" if node.tag == "br" else _lines(node.text, kept)
            if begun and node.tag in _BLOCKS:
                text = f"\n{text}"
        else:
            kept -= event == "end" and node.tag == "pre"
            ends = event == "end" and node.tag in _BLOCKS and node is not element
            text = "\n" if ends else ""
            text += _lines(node.tail, kept) if node is not element else ""
        begun = not text.endswith("\n") if text.strip(" ") else begun
        yield text


def _lines(text: str | None, kept: int) -> str:
    return (text or "") if kept else (text or "").replace("\n", " ")

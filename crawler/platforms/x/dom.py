"""X's rendered pages: elements by `data-testid`, text as shown, figures as labelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from crawler import figure as figures
from crawler.figure import is_open
from evidence.errors import ParseError

PRETTY = re.compile(r"\n[ \t]{8,}")
_NUMBER = re.compile(r"\s*(\d{1,15}|\d{1,3}(?:[.,\u00a0\u202f]\d{3}){1,4})(?![\d.,]|\s?[KMBkmb]\b)")
_ROUNDED = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,2})?)\s?([KMBkmb])\b")
INDONESIAN = re.compile(r"\s?(?:rb|ribu|jt|juta|miliar)\b", re.IGNORECASE)
"""Indonesian for thousands and more; `crawler.figure` reads them."""
_OWN_HOSTS = ("", "x.com", "twitter.com", "www.x.com", "mobile.x.com", "mobile.twitter.com")
ELLIPSIS = "…"


def marked(element: Any, name: str) -> list[Any]:
    """All elements below this one with the data-testid, in document order."""
    return list(element.xpath(".//*[@data-testid=$name]", name=name))


def quotes(article: Any) -> list[Any]:
    """The blocks that hold a quoted post: linked boxes with an author of their own."""
    return list(article.xpath(".//div[@role='link'][.//*[@data-testid='User-Name']]"))


def outside(elements: list[Any], boxes: list[Any]) -> list[Any]:
    """The elements that are in none of the boxes."""
    if not boxes:
        return elements
    return [e for e in elements if not any(above in boxes for above in e.iterancestors())]


def shown(element: Any) -> tuple[str, tuple[str, ...]]:
    """(text, links) of a tweetText element: emoji by their alt text, short links as X shows them.

    X writes a link's whole address into the page and hides its end, so the text holds it; the
    sign of omission beside it is not part of it.
    """
    text = PRETTY.sub("\n", "".join(_pieces(element))).strip()
    links = [target for anchor in element.iter("a") if (target := _target(anchor))]
    return text, tuple(dict.fromkeys(links))


def count(article: Any, name: str) -> tuple[int | None, int | None]:
    """(exact, rounded) figure in the label of a button (`18151 Replies. Reply`); one is None.

    Raises ParseError when there is no such button.
    """
    for button in marked(article, name):
        label = button.get("aria-label")
        exact = figure(label)
        return exact, rounded(label) if exact is None else None
    raise ParseError("article", f"has no button {name}")


def rounded(label: str | None) -> int | None:
    """The figure a label begins with in the form `18K`, `1.2M` or `12 rb`, None for any other."""
    found = _ROUNDED.match(label or "")
    if found is None or is_open((label or "")[found.end() :]):
        return figures.figure(label)[1]
    whole, _, part = found[1].replace(",", ".").partition(".")
    scale = {"k": 10**3, "m": 10**6, "b": 10**9}[found[2].lower()]
    parts: int = 10 ** len(part)
    return int(whole) * scale + int(part or 0) * scale // parts


def views(article: Any) -> int | None:
    """Views, from the link to the post's analytics or the group's label (`…, 3692 views`)."""
    for anchor in article.xpath(".//a[contains(@href, '/analytics')]"):
        if (found := figure(anchor.get("aria-label"))) is not None:
            return found
    for group in article.xpath(".//div[@role='group'][@aria-label]"):
        for part in group.get("aria-label").split(", "):
            if part.endswith((" views", " view", " tayangan")):
                return figure(part)
    return None


def figure(label: str | None) -> int | None:
    """The figure a label begins with; None when it begins with none, or with a rounded one."""
    found = _NUMBER.match(label or "")
    behind = (label or "")[found.end() :] if found else ""
    if found is None or is_open(behind) or INDONESIAN.match(behind):
        return None
    return int(re.sub(r"\D", "", found[1]))


def name(article: Any, boxes: list[Any]) -> str | None:
    """The author's display name: the text of the first link in the element for it."""
    for holder in outside(marked(article, "User-Name"), boxes):
        for anchor in holder.iter("a"):
            return words(anchor) or None
    return None


def own_path(href: str | None) -> str | None:
    """The path of a link within X, None for any other link."""
    try:
        parts = urlsplit(href or "")
    except ValueError:
        return None
    return parts.path if (parts.hostname or "").lower() in _OWN_HOSTS else None


def words(element: Any | None) -> str:
    """Text of an element in one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _pieces(element: Any) -> Iterator[str]:
    """Text in document order. Blanks with a newline between elements are a printer's, not X's."""
    stack: list[tuple[Any, bool]] = [(element, False)]
    while stack:
        node, done = stack.pop()
        if done:
            tail = node.tail or ""
            yield "" if "\n" in tail and not tail.strip() else tail
            continue
        if node is not element:
            stack.append((node, True))
        if not isinstance(node.tag, str):
            continue
        if node.tag == "img":
            yield node.get("alt") or ""
        elif node.tag == "br":
            yield "\n"
        elif node.tag == "a" and _target(node):
            yield _address(node)
        else:
            text = node.text or ""
            inside = len(node) > 0 and "\n" in text and not text.strip()
            yield "" if inside else text
            stack.extend((child, False) for child in reversed(list(node)))


def _target(anchor: Any) -> str | None:
    """What a link out of X leads to, as the page writes it out; None for mentions and tags."""
    href = anchor.get("href") or ""
    if own_path(href) is not None or not href.startswith(("http://", "https://")):
        return None
    return _address(anchor)


def _address(anchor: Any) -> str:
    """The whole address; the short one when the page does not write it out."""
    written = words(anchor).replace(" ", "").removesuffix(ELLIPSIS)
    whole = written if written.startswith(("http://", "https://")) else ""
    return whole or (anchor.get("href") or "")

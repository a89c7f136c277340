"""Pages that test whether a visitor is a program, in place of what was asked for.

One mechanism for every platform and for the browser; what is known of the products is data, in
challenges.toml. Nothing is ever answered or gone around: a challenge is recorded as one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

from crawler.document import root_of
from crawler.page import Page
from evidence.errors import ParseError

LETTERS = 1_500
"""A page of more text than this has content of its own; the longest challenge known has half."""
LINKS = 10
"""So has one with as many links."""
FEW_LETTERS = 200
"""So has one of more text than this that says of itself what it is, as pages to be shared do."""
MOST_BYTES = 2_000_000
"""No page of a challenge is larger."""
UNSHOWN = frozenset(("script", "style", "noscript", "template", "head", "option"))
"""Elements whose text nobody sees; a template that is a shadow root is seen."""
OWN = frozenset(("article", "time"))
OWN_META = ("og:title", "og:type", "article:published_time")
GENERIC = ("form", "img", "input", "iframe", "div")
"""Elements that a captcha without a maker's mark is told by: one of their names is `captcha`."""
NAMED = re.compile(r"captcha", re.IGNORECASE)
FIELDS = frozenset(("", "text", "tel", "number", "search"))
WRITTEN = frozenset(("email", "password", "url", "file", "date"))
"""Kinds of fields that a form of the page's own has, and a captcha never."""


@dataclass(frozen=True, slots=True)
class Product:
    """The marks of one product, as challenges.toml explains them."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    loads: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def _loaded() -> tuple[Product, ...]:
    said = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(msgspec.convert(said["product"], list[Product]))


PRODUCTS = _loaded()
"""All products that are known; read once, before there are threads: pages are read in several."""


def met(page: Page) -> str | None:
    """The mark of the challenge that came in place of a page; None when none did.

    A header of a challenge says it whatever the body; a mark in the body only where the page has
    no content of its own, so a captcha beside an article, or in its form for comments, is none.
    """
    told = of_header(page.headers)
    if told is not None:
        return told
    if page.bare[:1] != b"<" or len(page.body) > MOST_BYTES or not _has_mark(page.body):
        return None
    try:
        return in_place(root_of(page.text()))
    except ParseError:
        return None


def of_header(headers: Mapping[str, str]) -> str | None:
    """The header by which a front says that it challenges us. headers: names in lower case."""
    for product in PRODUCTS:
        for name, value in product.headers.items():
            said = headers.get(name)
            if said is not None and value in ("", said.strip().lower()):
                return f"{name}: {said.strip()[:40]}"
    return None


def in_place(root: Any) -> str | None:
    """The mark of a challenge that is all a document shows; None when it has content of its own."""
    return None if _has_content(root) or _has_form(root) else next(_met(root), None)


def _has_mark(body: bytes) -> bool:
    """Whether any mark stands anywhere: without one a document need not be taken apart."""
    lower = body.lower()
    return any(mark in lower for mark in _marks())


@cache
def _marks() -> frozenset[bytes]:
    found = {m for p in PRODUCTS for m in (*p.loads, *p.says, *p.names)}
    return frozenset(mark.lower().encode() for mark in (*found, NAMED.pattern))


def _met(root: Any) -> Iterator[str]:
    """Marks of a document, in its order. A badge that asks nothing of anybody is none."""
    for element in root.iter(etree.Element):
        if element.get("data-size") == "invisible" or "size=invisible" in element.get("src", ""):
            continue
        for product in PRODUCTS:
            yield from _of_product(element, product)
        if element.tag not in GENERIC or not any(map(NAMED.search, _names(element))):
            continue
        if element.tag != "img" or root.find(".//input") is not None:  # there is no answering else
            yield "captcha"


def _of_product(element: Any, product: Product) -> Iterator[str]:
    address = f"{element.get('src', '')} {element.get('action', '')}".lower()
    yield from (mark for mark in product.loads if mark.lower() in address)
    if element.tag == "script":
        text = (element.text or "")[:20_000]
        yield from (mark for mark in product.says if mark in text)
    names = {element.get("id", ""), *element.get("class", "").split()}
    yield from (mark for mark in product.names if mark in names)


def _names(element: Any) -> Iterator[str]:
    for name in ("id", "name", "src", "action"):
        yield element.get(name, "")[:2_000]


def _has_content(root: Any) -> bool:
    """Whether a document shows text, links or a heading to be shared by, beside a challenge."""
    letters = links = 0
    own = any(_is_own(element) for element in root.iter(etree.Element))
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        letters += len(" ".join((element.tail or "").split()))
        if element.tag in UNSHOWN and not element.get("shadowrootmode"):
            walk.skip_subtree()
            continue
        letters += len(" ".join((element.text or "").split()))
        links += element.tag == "a" and not element.get("href", "#").startswith(("#", "javascript"))
        if letters >= LETTERS or links >= LINKS or (own and letters >= FEW_LETTERS):
            return True
    return False


def _is_own(element: Any) -> bool:
    """Whether an element is of a page that has something to show."""
    if element.tag == "meta":
        return (element.get("property") or element.get("name") or "").lower() in OWN_META
    if element.tag == "script":
        return "ld+json" in str(element.get("type", "")).lower()
    if element.tag == "link":
        return str(element.get("rel", "")).lower() == "canonical"
    return element.tag in OWN


def _has_form(root: Any) -> bool:
    """Whether a document asks for more than the answer to a captcha: then its form is the page."""
    texts = 0
    for element in root.iter("input", "textarea"):
        name, kind = element.get("name", ""), element.get("type", "").lower()
        if element.tag == "textarea" and not NAMED.search(name + element.get("id", "")):
            return True
        if element.tag == "input" and kind in WRITTEN:
            return True
        texts += element.tag == "input" and kind in FIELDS
    return texts > 1

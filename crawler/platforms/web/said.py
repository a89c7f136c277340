"""What a page says of itself to machines: linked data, meta elements, times, names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from crawler.almanac import mailed
from crawler.document import canonical, spelled
from crawler.page import utc
from crawler.platforms.web import urls
from evidence.model import Drift

ARTICLES = frozenset(
    ("article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "blogposting",
     "opinionnewsarticle", "backgroundnewsarticle", "reviewnewsarticle", "liveblogposting",
     "askpublicnewsarticle", "socialmediaposting", "report", "techarticle", "scholarlyarticle",
     "advertisercontentarticle", "satiricalarticle", "posting", "discussionforumposting", "review")
)  # fmt: skip
REFERRING = ("author", "creator", "publisher", "image")
"""Fields of an article that may name another object of the page's data."""
AMPERSAND = re.compile(r"&(?:amp|#0{0,3}38);")
"""As many sites write it in the addresses of their data, where it stands for itself."""
MOST = 2000
"""Most objects of linked data that are looked at."""
WRAPPED = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)?|"
                     r"(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)?[\s;]*$")  # fmt: skip
BY = re.compile(r"^(?:by|oleh|penulis|reporter)[ :]+(?=\S)", re.IGNORECASE)
TRAILING = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class Said:
    """article: the linked data of the page's article, empty when there is none.   meta: content
    of meta elements by lower-case `property`, `name` or `itemprop`, the first one counts."""

    article: dict[str, Any]
    meta: dict[str, str]
    publisher: str | None

    def first(self, *names: str) -> str | None:
        """The first of some meta elements that says something."""
        return next((self.meta[n].strip() for n in names if self.meta.get(n, "").strip()), None)


def said(root: Any, url: str, faults: list[Drift]) -> Said:
    """All of it. Linked data that speaks of an article and cannot be read is a fault.

    url: where the page came from; tells its own article from others it lists.
    """
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        for one in (name or "").lower().split() if element.get("content") is not None else ():
            meta.setdefault(one, element.get("content"))
    objects = list(_objects(root, faults))
    articles = [one for one in objects if _types(one) & ARTICLES]
    named = canonical(root) or meta.get("og:url") or url
    article = _joined(_own(articles, urls.absolute(url, named) or named), objects)
    publisher = name_of(article.get("publisher"))
    return Said(article, meta, publisher or meta.get("og:site_name", "").strip() or None)


def name_of(value: Any) -> str | None:
    """Names of persons or bodies in linked data, joined by `, `."""
    names = []
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        name = name[0] if isinstance(name, list) and name else name
        if isinstance(name, str) and name.strip() and not name.startswith(("http:", "https:")):
            names.append(BY.sub("", plain(name)))
    return ", ".join(dict.fromkeys(names)) or None


def text_of(value: Any) -> str | None:
    """A text in linked data: a string, a list of strings, or an object with `@value`."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, list):
        parts = [part for part in map(text_of, value) if part]
        return "\n\n".join(parts) or None
    return value.strip() or None if isinstance(value, str) else None


def address_of(value: Any, names: tuple[str, ...] = ("contentUrl", "url", "@id")) -> list[str]:
    """Addresses of pictures or pages in linked data, in order. names: of the fields that have them."""
    found: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        inner = one
        for name in names:
            if isinstance(one, dict) and isinstance(one.get(name), str):
                inner = one[name]
                break
        if isinstance(inner, str) and inner.strip():
            found.append(AMPERSAND.sub("&", inner.strip()))
    return found


def time_of(*texts: Any) -> datetime | None:
    """The first of some times that says its offset, as UTC; one without is nobody's hour."""
    for text in texts:
        if isinstance(text, str):
            found = utc(_iso(text.strip())) or mailed(text)
            if found is not None:
                return found
    return None


def plain(text: str) -> str:
    """A short text in one line, named characters resolved."""
    return " ".join(unescape(text).split())


def is_closed(article: dict[str, Any]) -> bool:
    """Whether linked data says that the article is not free to read."""
    free = article.get("isAccessibleForFree")
    return free is False or (isinstance(free, str) and free.strip().lower() in ("false", "no"))


def _iso(text: str) -> str:
    """`2024-11-22 16:55:35 +0800` and `...+0800` as ISO 8601 in full."""
    whole = re.sub(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d)", r"\1T\2", text)
    return re.sub(r"\s*([+-]\d\d):?(\d\d)$", r"\1:\2", whole)


def _own(articles: list[dict[str, Any]], page: str) -> dict[str, Any]:
    """The article a page is, among all its linked data names; empty for a page that lists some.

    A site's first page is no article, whatever it says of those it shows.
    """
    if urls.origin(page) and urls.is_front(page):
        return {}
    if len({text_of(one.get("headline")) for one in articles}) > 1:
        articles = [one for one in articles if urls.clean(page) in _addresses(one)]
    return max(articles, key=_told, default={})


def _joined(article: dict[str, Any], objects: list[dict[str, Any]]) -> dict[str, Any]:
    """The article with what it only refers to by `@id` in its place, as graphs of data write it."""
    known: dict[str, dict[str, Any]] = {}
    for one in objects:
        if isinstance(one.get("@id"), str) and set(one) - {"@id", "@type"}:
            known.setdefault(one["@id"], one)

    def whole(value: Any) -> Any:
        if isinstance(value, list):
            return [whole(one) for one in value[:MOST]]
        refers = isinstance(value, dict) and not set(value) - {"@id", "@type"}
        return known.get(str(value.get("@id")), value) if refers else value

    return article | {name: whole(article[name]) for name in REFERRING if name in article}


def _addresses(one: dict[str, Any]) -> set[str]:
    named = [*address_of(one.get("url")), *address_of(one.get("mainEntityOfPage"))]
    named += address_of(one.get("@id"))
    return {urls.clean(address.partition("#")[0]) for address in named}


def _types(one: dict[str, Any]) -> set[str]:
    kinds = one.get("@type")
    every = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rpartition("/")[2].lower() for kind in every if isinstance(kind, str)}


def _told(one: dict[str, Any]) -> int:
    """How much an object says of an article: whole ones before mentions of others."""
    names = ("headline", "articleBody", "datePublished", "author", "mainEntityOfPage", "image")
    return sum(name in one for name in names)


def _objects(root: Any, faults: list[Drift]) -> Iterator[dict[str, Any]]:
    left = MOST
    for element in root.iter("script"):
        if "ld+json" not in (element.get("type") or "").lower():
            continue
        text = element.text or ""
        try:
            value = _loaded(text)
        except (ValueError, RecursionError):
            if "Article" in text or "Posting" in text:
                faults.append(Drift("script ld+json: speaks of an article, and is no JSON"))
            continue
        waiting = [value]
        while waiting and left:
            one = waiting.pop(0)
            if isinstance(one, list):
                waiting = [*one[:MOST], *waiting]
            elif isinstance(one, dict):
                left -= 1
                yield one
                waiting = [
                    *(one[n] for n in ("@graph", "mainEntity", "hasPart") if n in one), *waiting
                ]  # fmt: skip


def _loaded(text: str) -> Any:
    bare = spelled(WRAPPED.sub("", text[:3_000_000].strip()))
    try:
        return json.loads(bare, strict=False)
    except ValueError:
        return json.loads(TRAILING.sub(r"\1", bare), strict=False)

"""Times and names a page shows to people: microdata, time elements, `Senin, 22 Nov 2026 10.15 WIB`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from crawler.almanac import indonesian
from crawler.platforms.web.said import time_of

RENEWED = re.compile(
    r"diperbarui|diperbaharui|di-?update|updated?|terakhir|modified", re.IGNORECASE
)
NAMED = re.compile(r"date|time|tanggal|waktu|publish|tayang|jam", re.IGNORECASE)
ASIDE = ("nav", "aside", "footer", "li", "form")
MOST = 1000
"""Most properties of microdata that are looked at."""
NEAR = 200
"""Elements behind the headline among which the page's own times stand."""
SMALL = 20
"""Most elements in a byline."""
LONGEST = 120
"""Most letters of a line that says a time; a longer one is a paragraph."""


@dataclass(slots=True)
class Stamps:
    """What was found first of each."""

    published: datetime | None = None
    modified: datetime | None = None
    author: str | None = None


def stamps(root: Any) -> Stamps:
    """The times and the byline of an article, by microdata, else as they stand by its headline.

    A time without a zone is nobody's hour; WIB, WITA and WIT are zones.
    """
    found = Stamps()
    given = root.xpath("//*[@itemprop]")[:MOST]
    own = [one for one in given if not _is_of_another(one)]
    dates = {one.get("datetime") or one.get("content") for one in _of(own, "datePublished")}
    for element in own if len(dates) < 2 else ():
        _property(element, found)
    for element in _by_headline(root):
        _take(element, found)
    return found


def _of(elements: list[Any], name: str) -> Iterator[Any]:
    return (one for one in elements if name in one.get("itemprop").split())


def _is_of_another(element: Any) -> bool:
    """Whether a property belongs to a comment below the article."""
    scopes = (one for one in element.iterancestors() if one.get("itemscope") is not None)
    kinds = ((one.get("itemtype") or "") for one in scopes)
    return any(kind.endswith(("Comment", "Review", "UserComments")) for kind in kinds)


def _property(element: Any, found: Stamps) -> None:
    names = set(element.get("itemprop").split())
    at = time_of(element.get("datetime"), element.get("content"))
    if "datePublished" in names:
        found.published = found.published or at
    elif "dateModified" in names:
        found.modified = found.modified or at
    elif "author" in names and found.author is None and element.tag != "meta":
        inner = element.xpath(".//*[@itemprop='name']")
        words = _line((inner or [element])[0])
        found.author = words if 0 < len(words) <= LONGEST else None


def _by_headline(root: Any) -> Iterator[Any]:
    """The elements that follow the first headline, as far as a byline may stand."""
    heads = root.iter("h1")
    head = next(heads, None)
    left = NEAR if head is not None else 0
    begun = False
    for element in root.iter():
        if element is head:
            begun = True
        elif begun and left and isinstance(element.tag, str):
            left -= 1
            if not any(above.tag in ASIDE for above in element.iterancestors()):
                yield element


def _take(element: Any, found: Stamps) -> None:
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
    if element.tag != "time" and not NAMED.search(named):
        return
    words = _line(element)
    if len(words) > LONGEST:
        return
    at = time_of(element.get("datetime")) or indonesian(words)
    if RENEWED.search(f"{named} {words}"):
        found.modified = found.modified or at
    else:
        found.published = found.published or at


def _line(element: Any) -> str:
    """Text of a small element in one line; a line too long to be one for a large element."""
    if sum(1 for _ in islice(element.iter(), SMALL + 1)) > SMALL:
        return "x" * (LONGEST + 1)
    return " ".join("".join(element.itertext()).split())

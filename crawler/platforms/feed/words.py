"""Text, times, addresses and kinds of media, as all three feed formats have them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from crawler.almanac import mailed
from crawler.markup import fragment
from crawler.page import utc

MARKUP = re.compile(r"</|/>|<br|<p>|<img|&#?\w+;", re.IGNORECASE)
TRAILING = re.compile(r"[\s.…\[\]()]+\Z")
FAMILIES = {"image": "image", "video": "video", "audio": "audio"}
AUDIBLE = {"document": "document", "executable": "document"}


def plain(value: str) -> str:
    """Text of a field that may or may not be HTML.

    It is HTML when it holds the end of a tag or a character reference, so that `a < b` and
    `List<T>` stay what they are.
    """
    if MARKUP.search(value):
        return fragment(value, collapse=True).text
    return " ".join(value.split())


def whole(title: str, summary: str, content: str) -> str:
    """Title, summary and content as one text, parts separated by an empty line.

    The summary is left out when the content begins with it, as it does where a publisher shortens.
    """
    start = TRAILING.sub("", " ".join(summary.split()))
    repeated = bool(content) and " ".join(content.split()).startswith(start)
    parts = (title, "" if repeated else summary, content)
    return "\n\n".join(part for part in parts if part)


def anchors(markups: Iterable[str], base: str) -> tuple[str, ...]:
    """Absolute addresses the given HTML links to, each once, in order."""
    found = (
        absolute(base, anchor.href)
        for markup in markups
        for anchor in (fragment(markup).anchors if MARKUP.search(markup) else ())
    )
    return tuple(dict.fromkeys(address for address in found if address))


def absolute(base: str, address: str) -> str | None:
    """An http(s) address, absolute; None for anything else."""
    try:
        joined = urljoin(base, address.strip())
        return joined if urlsplit(joined).scheme in ("http", "https") else None
    except ValueError:
        return None


def moment(value: str) -> datetime | None:
    """UTC time from RFC 3339 or RFC 822; None when it is neither or names no zone."""
    value = value.strip()
    return utc(value) or mailed(value)


def kind_of_media(mime: str, medium: str = "") -> str:
    """`image`, `video`, `audio`, `document` by MIME type, else by Media RSS medium, else `unknown`."""
    family = mime.partition("/")[0].strip().lower()
    named = FAMILIES.get(family) or FAMILIES.get(medium) or AUDIBLE.get(medium)
    return named or ("document" if family in ("application", "text") else "unknown")


def figure(value: str | None) -> int | None:
    """A count written in digits; None for anything else."""
    digits = (value or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None

"""Bytes of a feed to text, whatever the server and the declaration claim."""

from __future__ import annotations

import codecs
import re
from html.entities import html5

from crawler.charset import as_utf_8, wider
from crawler.page import Page
from evidence.model import Drift

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
DECLARATION = re.compile(r"<\?xml[^>]*?\?>")
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)")
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LITERAL = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z_][\w.-]{0,60};)",
    re.DOTALL,
)
"""Parts in which `&` stands for itself, and an `&` that ought to and does not."""
NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")


def text(page: Page, faults: list[Drift]) -> str:
    """The body as text, without byte order mark, leading blanks and XML declaration.

    UTF-8 that decodes is UTF-8: real feeds are served as ISO-8859-1 by server default far more
    often than other text is valid UTF-8 by chance. Then the charset of Content-Type and that of the
    declaration are tried; what none of them decodes is read as windows-1252, and noted.
    """
    decoded = _decode(page, faults).lstrip("\ufeff \t\r\n")
    return NO_XML.sub("\ufffd", DECLARATION.sub("", decoded, count=1).lstrip())


def named_characters(markup: str) -> str:
    """HTML's named characters (`&nbsp;`) as themselves; XML does not know them, feeds use them.

    The five names XML knows, and others that stand for markup, are left as they are.
    """

    def character(match: re.Match[str]) -> str:
        found = html5.get(match.group(1), "")
        return found if found and not set(found) & set("<>&\"'") else match.group(0)

    return NAMED.sub(character, markup)


def whole_ampersands(markup: str) -> str:
    """Each `&` that begins no reference as XML writes it: feeds put addresses in as they are.

    A parser that goes on behind one drops it and the name after it: `?x=1&y=2` became `?x=1=2`.
    What stands in CDATA and comments is left as it is.
    """
    return LITERAL.sub(lambda found: found[0] if len(found[0]) > 1 else "&amp;", markup)


def _decode(page: Page, faults: list[Drift]) -> str:
    for charset in _charsets(page):
        try:
            return page.body.decode(wider(charset))
        except (LookupError, UnicodeDecodeError):
            continue
    broken = as_utf_8(page.body)
    if broken is not None:
        faults.append(Drift("body is UTF-8 with bytes that are none"))
        return broken
    faults.append(Drift("body is in none of the charsets it claims; read as windows-1252"))
    return page.body.decode("windows-1252", "replace")


def _charsets(page: Page) -> tuple[str, ...]:
    head = page.body[:4]
    marked = tuple(charset for mark, charset in BOMS if head.startswith(mark))
    if marked or b"\0" in head[:2]:
        return marked or (("utf-16-be",) if head[:1] == b"\0" else ("utf-16-le",))
    served = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", page.headers.get("content-type", ""))
    declared = DECLARED.search(page.body[:1024])
    return (
        "utf-8",
        *((served.group(1),) if served else ()),
        *((declared.group(1).decode("ascii"),) if declared else ()),
    )

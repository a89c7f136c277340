"""XML of a feed as a tree: no entity is expanded, nothing is loaded, damage is noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from crawler.platforms.feed.encoding import named_characters, whole_ampersands
from crawler.platforms.feed.words import plain
from evidence.errors import ParseError
from evidence.model import Drift

NAMES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/net/rss1.1#": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://backend.userland.com/RSS2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://cyber.law.harvard.edu/rss/rss.html": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.itunes.com/DTDs/Podcast-1.0.dtd": "itunes",
    "http://www.itunes.com/DTDs/PodCast-1.0.dtd": "itunes",
}
"""Namespaces that are read, and what their names are prefixed with here; feeds of the time used all
of those for RSS. Source: the list in feedparser's documentation, "Namespace handling"."""
BASE = "{http://www.w3.org/XML/1998/namespace}base"
CUT_OFF = "the document is cut off"
ENDS = frozenset(
    (
        "ERR_TAG_NOT_FINISHED",
        "ERR_DOCUMENT_END",
        "ERR_CDATA_NOT_FINISHED",
        "ERR_COMMENT_NOT_FINISHED",
        "ERR_GT_REQUIRED",
        "ERR_LTSLASH_REQUIRED",
    )
)
ENTITIES = re.compile(r"<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Element:
    """One element; `name` is its local name, prefixed as in NAMES, `?:` for other namespaces."""

    raw: etree._Element
    name: str

    def children(self) -> Iterator[Element]:
        """Child elements in order; comments, instructions and entity references are none."""
        return (Element(child, _name(child)) for child in self.raw if isinstance(child.tag, str))

    def all(self, *names: str) -> Iterator[Element]:
        """Children of these names, in the order of the document."""
        return (child for child in self.children() if child.name in names)

    def first(self, *names: str) -> Element | None:
        """The first child that has text or attributes, by the order of the names."""
        for name in names:
            for child in self.all(name):
                if child.markup().strip() or child.raw.attrib:
                    return child
        return None

    def text(self, *names: str) -> str:
        """Stripped markup of the first such child, empty when there is none."""
        found = self.first(*names)
        return found.markup().strip() if found is not None else ""

    def attribute(self, name: str) -> str:
        """An attribute without namespace, empty when it is missing."""
        return str(self.raw.get(name, ""))

    def markup(self) -> str:
        """Content of the element: the text of a simple one, serialised markup of an XHTML one."""
        if not any(isinstance(child.tag, str) for child in self.raw):
            return _own_text(self.raw)
        inner = (etree.tostring(child, encoding="unicode", method="html") for child in self.raw)
        return (self.raw.text or "") + "".join(inner)

    def words(self) -> str:
        """Plain text of the element; Atom says by `type` whether it is HTML, RSS leaves it open."""
        markup = self.markup()
        return " ".join(markup.split()) if self.attribute("type") == "text" else plain(markup)

    @property
    def line(self) -> str:
        """Line of the element in the document, counted without the XML declaration."""
        return str(self.raw.sourceline)


def parse(text: str, faults: list[Drift]) -> Element:
    """Root of the document; what is damaged is left out and noted, never silently.

    Entities a feed declares stay references (`&name;`): no expansion, no file, no network.
    Raises ParseError when there is no element at all.
    """
    if ENTITIES.search(text):
        faults.append(Drift("document declares entities; they are not expanded"))
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(whole_ampersands(named_characters(text)).encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError("feed", f"is not XML ({error.lineno})") from error
    if root is None:
        raise ParseError("feed", "holds no element")
    faults += _damage(parser)
    return Element(root, _name(root))


def _damage(parser: etree.XMLParser) -> list[Drift]:
    """The first thing that makes the document not well-formed; undeclared prefixes lose nothing."""
    for entry in parser.error_log:
        if entry.domain_name != "NAMESPACE" and entry.level_name in ("ERROR", "FATAL"):
            return [Drift(f"document is damaged at line {entry.line}: {_damaged(parser)}")]
    return []


def _damaged(parser: etree.XMLParser) -> str:
    names = [str(entry.type_name) for entry in parser.error_log]
    return CUT_OFF if ENDS & set(names) else names[0]


def _name(element: etree._Element) -> str:
    """Prefixed name; a prefix the feed forgot to declare is taken at its word."""
    tag = str(element.tag)
    if not tag.startswith("{"):
        return tag
    namespace, _, local = tag[1:].partition("}")
    prefix = NAMES.get(namespace, "?")
    return f"{prefix}:{local}" if prefix else local


def _own_text(element: etree._Element) -> str:
    """Text of an element without child elements; references to entities stay `&name;`."""
    parts = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            parts.append(str(child.text))
        parts.append(child.tail or "")
    return "".join(parts)

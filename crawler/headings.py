"""What an HTML page says of itself in its head: title, meta tags, links, and its forms' ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from crawler.markup import SURROGATE


@dataclass(frozen=True, slots=True)
class Headings:
    """Said once each, the first saying counts.

    title:  text of the first `<title>`, blanks collapsed; empty when there is none.
    meta:   content by lower-case `property` or `name`.   links: href by `rel`.
    forms:  ids of forms.   lang: the document's language as written.
    """

    title: str
    meta: dict[str, str]
    links: dict[str, str]
    forms: frozenset[str]
    lang: str


def headings(markup: str) -> Headings:
    """Title, meta tags, links and form ids of an HTML text; total, linear, and it loads nothing.

    Words in the page's visible text are not looked at.
    """
    sink = _Sink()
    parser = etree.HTMLParser(target=sink, huge_tree=True)
    parser.feed(SURROGATE.sub("\ufffd", markup) or "<html></html>")
    parser.close()
    title = " ".join("".join(sink.title).split())
    return Headings(title, sink.meta, sink.links, frozenset(sink.forms), sink.lang)


@dataclass(slots=True)
class _Sink:
    """Receives parser events."""

    meta: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    forms: set[str] = field(default_factory=set)
    title: list[str] = field(default_factory=list)
    lang: str = ""
    titles: int = 0
    drawn: int = 0
    in_title: bool = False

    def start(self, tag: Any, attributes: Any) -> None:
        if tag == "meta":
            name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
            if name:
                self.meta.setdefault(name, attributes.get("content", ""))
        elif tag == "link" and attributes.get("href"):
            self.links.setdefault(attributes.get("rel", ""), attributes["href"])
        elif tag == "form":
            self.forms.add(attributes.get("id", ""))
        elif tag == "title" and not self.drawn:
            self.in_title, self.titles = self.titles == 0, self.titles + 1
        elif tag == "svg":
            self.drawn += 1
        elif tag == "html":
            self.lang = self.lang or attributes.get("lang", "")

    def end(self, tag: Any) -> None:
        if tag == "title":
            self.in_title = False
        elif tag == "svg":
            self.drawn = max(0, self.drawn - 1)

    def data(self, data: Any) -> None:
        if self.in_title:
            self.title.append(str(data))

    def comment(self, text: Any) -> None:
        """Comments are not read."""

    def close(self) -> None:
        """The parser's last call; everything is noted already."""

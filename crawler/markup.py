"""HTML fragments of posts as plain text, with the links they hold."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

PARAGRAPHS = frozenset(
    ("p", "blockquote", "ul", "ol", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6")
)
LINES = frozenset(("div", "li", "tr", "section", "article", "header", "footer", "figure", "hr"))
UNSEEN = frozenset(("script", "style", "template", "title", "noscript"))
SPACES = re.compile(r"[ \t\r\n\f]+")
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Anchor:
    """One link: its address, and the words of its class and rel attributes."""

    href: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fragment:
    """The text a person would read, and the links, both in document order."""

    text: str
    anchors: tuple[Anchor, ...]


def fragment(html: str, *, collapse: bool = False) -> Fragment:
    """Plain text and links of an HTML fragment; total, linear, and it loads nothing.

    html:     any string; lone surrogates become U+FFFD.
    collapse: runs of blanks become one, as browsers show ordinary HTML. Mastodon shows its posts
              with blanks preserved, so there it is False.

    `<br>` is a newline, a paragraph's end an empty line (as in Mastodon's own plain-text form);
    scripts and styles are left out. Depth of nesting does not matter.
    """
    sink, parser = _parser()
    sink.begin(collapse)
    parser.feed(SURROGATE.sub("\ufffd", html))
    parser.close()
    return Fragment("".join(sink.out).strip(), tuple(sink.anchors))


_own = threading.local()


def _parser() -> tuple[_Sink, Any]:
    """This thread's parser: lxml inspects a target's methods anew for every parser it makes."""
    made: tuple[_Sink, Any] | None = getattr(_own, "made", None)
    if made is None:
        sink = _Sink()
        made = _own.made = (sink, etree.HTMLParser(target=sink, huge_tree=True))
    return made


@dataclass(slots=True)
class _Sink:
    """Receives parser events; `owed` newlines are written before the next text."""

    collapse: bool = False
    out: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    owed: int = 0
    hidden: int = 0

    def begin(self, collapse: bool) -> None:
        """Forget the last fragment, however it ended."""
        self.collapse = collapse
        self.out, self.anchors = [], []
        self.owed = self.hidden = 0

    def start(self, tag: Any, attributes: Any) -> None:
        self.hidden += tag in UNSEEN
        if tag == "br":
            self.out.append("\n")
        elif tag in PARAGRAPHS or tag in LINES:
            self._owe(tag)
        elif tag == "a" and attributes.get("href"):
            words = f"{attributes.get('class', '')} {attributes.get('rel', '')}".split()
            self.anchors.append(Anchor(attributes["href"].strip(), frozenset(words)))

    def end(self, tag: Any) -> None:
        self.hidden -= tag in UNSEEN
        if tag in PARAGRAPHS or tag in LINES:
            self._owe(tag)

    def data(self, data: Any) -> None:
        text = str(data)
        if self.hidden or (not text.strip(" \t\r\n\f") and (self.owed or not self.out)):
            return
        if self.collapse:
            at_start = bool(self.owed) or not self.out or self.out[-1][-1] in " \n"
            text = SPACES.sub(" ", text)
            text = text.lstrip(" ") if at_start else text
        if text:
            self.out.extend(("\n" * self.owed if self.out else "", text))
            self.owed = 0

    def comment(self, text: Any) -> None:
        """Comments are not read."""

    def close(self) -> None:
        """The parser's last call; everything is in `out` already."""

    def _owe(self, tag: str) -> None:
        if self.out:
            self.owed = max(self.owed, 2 if tag in PARAGRAPHS else 1)

"""The main text of a page: the part of it in which its paragraphs stand.

Deterministic and without learned weights: the same bytes give the same text in every year, which a
comparison of two visits rests on. The way: paragraphs are blocks of running text; from the root
one goes down into the part that holds most of them, until no part does; there every block is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

BLOCKS = frozenset(
    ("p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd",
     "dt", "figure", "figcaption", "section", "article", "main", "ul", "ol", "dl", "table", "tr",
     "tbody", "thead", "header", "footer", "aside", "nav", "form", "body", "html", "center",
     "address", "details", "summary", "fieldset", "hgroup", "amp-img")
)  # fmt: skip
DROPPED = frozenset(
    ("script", "style", "noscript", "template", "svg", "iframe", "button", "select", "textarea",
     "nav", "footer", "aside", "form", "head", "object", "embed", "canvas", "video", "audio",
     "figcaption", "dialog", "menu", "input", "label", "math", "map")
)  # fmt: skip
AROUND = frozenset(("form", "aside", "label", "menu", "dialog"))
"""Those of them that may hold the page itself."""
STRUCTURE = AROUND | {"nav", "footer"}  # these too, where a page forgot to close one
ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog",
     "menu", "menubar", "tablist")
)  # fmt: skip
BESIDE = frozenset(
    ("comment", "comments", "komentar", "share", "sharing", "bagikan", "social", "sosial",
     "related", "terkait", "recommend", "recommended", "rekomendasi", "newsletter", "subscribe",
     "promo", "promotion", "advert", "advertisement", "ads", "ad", "iklan", "sponsor", "cookie",
     "consent", "breadcrumb", "breadcrumbs", "sidebar", "footer", "nav", "navbar", "navigation",
     "menu", "popup", "modal", "tags", "pagination",
     "trending", "populer", "popular", "terpopuler", "bacajuga", "disqus", "outbrain", "taboola", "readmore", "lihatjuga",
     "relatedpost", "relatedposts", "relatednews", "beritaterkait", "artikelterkait",
     "commentlinks", "commentlist", "commentsection", "commentbox", "commentarea", "commentform")
)  # fmt: skip
PARAGRAPHS = frozenset(("p", "li", "blockquote", "pre", "dd", "td"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
OF_LAYOUT = re.compile(r"(?:no|has|have|with|without|hide|hidden)[-_]", re.IGNORECASE)  # `no-share`
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
LONE = ("//*[contains(@itemprop, 'articleBody')]", "//article[not(ancestor::article)]", "//main")
PLAIN, MOST_MAINS = 200, 100
"""Parts that say they are the article; least running text in one, and most that are looked at."""
LONG = 40
"""Least letters of a block that counts as a paragraph of running text."""
SHARE = 0.72
"""One goes down into a part that holds at least this share of the paragraphs."""
SHADE = 0.4
"""A part whose class says `beside` is left out if it holds less than this share of the page."""
KEPT = 0.55
"""A block with a larger share of letters in links is a list of links."""


@dataclass(slots=True)
class Block:
    """One block of text: its element, whole text, letters in links, and the links."""

    element: Any
    tag: str
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    hrefs: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in lines, blanks collapsed."""
        lines = (" ".join(line.split()) for line in "".join(self.parts).split("\n"))
        return "\n".join(line for line in lines if line)

    def is_links(self, length: int) -> bool:
        """Whether most of it is links."""
        return length == 0 or self.linked / length > KEPT


@dataclass(frozen=True, slots=True)
class Body:
    """text: paragraphs with an empty line between.   links: where its links lead, as written.
    pictures: `img` elements among them.   running: letters of running text."""

    text: str
    links: tuple[str, ...]
    pictures: tuple[Any, ...]
    running: int


def body(root: Any, *, whole: bool = False, spare: bool = False) -> Body:
    """The main text of a document.

    whole: all that stands on the page outside of menus and footers, lists of links as well; for a
    page that has no running text.   spare: with what stands there for readers without scripts.
    """
    blocks = list(_blocks(root, DROPPED - {"noscript"} if spare else DROPPED))
    top = root if whole else _top(root, blocks)
    kept = [b for b in blocks if _stands_in(b.element, top)]
    texts = [(b, t) for b in kept if (t := b.text) and (whole or not b.is_links(len(t)))]
    while texts and texts[-1][0].tag in HEADINGS:
        texts.pop()
    links = (href for b, _ in texts for href in b.hrefs)
    running = sum(len(t) for b, t in texts if len(t) >= LONG and not b.is_links(len(t)))
    return Body(
        "\n\n".join(text for b, text in texts if b.tag != "h1"),
        tuple(dict.fromkeys(links)),
        tuple(_pictures(top)) if not whole else (),
        running,
    )


def _pictures(top: Any) -> Iterator[Any]:
    """Pictures that stand shortly before the text, in figures around it, and in it."""
    above = [one for one in top.iterancestors() if one.tag not in ("body", "html")]
    around = next((one for one in above if one.tag in ("article", "main")), None)
    found: dict[Any, None] = {}
    for near in above[2:3] or above[-1:]:
        for element in near.iter():
            if element is top:
                break
            if element.tag in ("img", "amp-img"):
                found.setdefault(element)
    for figure in around.iter("figure") if around is not None else ():
        found.update(dict.fromkeys(figure.iter("img", "amp-img")))
    yield from (*found, *(one for one in top.iter("img", "amp-img") if one not in found))


def _stands_in(element: Any, top: Any) -> bool:
    if element is top:
        return True
    return any(above is top for above in element.iterancestors())


def _top(root: Any, blocks: list[Block]) -> Any:
    """The deepest part that holds most of the running text, and is no paragraph of it; that of the
    one article a page has, where a part beside it is longer."""
    score: dict[Any, int] = {}
    for block in blocks:
        length = len(block.text)
        if length < LONG or block.is_links(length) or block.tag in HEADINGS:
            continue
        score[block.element] = score.get(block.element, 0) + length
        for above in block.element.iterancestors():
            score[above] = score.get(above, 0) + length
    at = _deepest(root, score)
    lone = _lone(root, score)
    if lone is None or _stands_in(at, lone) or _stands_in(lone, at):
        return at
    return _deepest(lone, score)  # what outweighs it are other people's remarks on it


def _lone(root: Any, score: dict[Any, int]) -> Any | None:
    """The one part that calls itself the article, where its page has one and it holds a text."""
    for path in LONE:
        found = [one for one in root.xpath(path)[: MOST_MAINS + 1] if score.get(one, 0) >= PLAIN]
        if len(found) == 1:
            return found[0]
    return None


def _deepest(at: Any, score: dict[Any, int]) -> Any:
    while True:
        best = max((c for c in at if c in score), key=lambda c: score[c], default=None)
        if best is None or score[best] < SHARE * score.get(at, 0):
            return at
        if _is_paragraph(best, at, score) or _has_paragraphs_beside(best, at, score):
            return at
        at = best


def _has_paragraphs_beside(part: Any, above: Any, score: dict[Any, int]) -> bool:
    """Whether paragraphs stand beside a part: then it is a stretch of the text (behind a paywall,
    after an advertisement), and not the whole of it."""
    return any(child is not part and child.tag == "p" and child in score for child in above)


def _is_paragraph(part: Any, above: Any, score: dict[Any, int]) -> bool:
    """Whether a part is one paragraph among others, however long: the others must not be lost."""
    if part.tag in PARAGRAPHS:
        return True
    alone = not any(child is not part and child in score for child in above)
    return not alone and not any(child in score for child in part)


def _blocks(root: Any, dropped: frozenset[str]) -> Iterator[Block]:
    """Blocks of text in the order of the document, without what is dropped or beside."""
    sizes, cores = _sizes(root), _cores(root)
    whole = max(sizes.get(root, 0), 1)
    open_: list[Block] = [Block(root, str(root.tag))]
    hidden: Any = None
    anchors: list[Any] = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and hidden is None:
            share = 1.0 if element in cores else sizes.get(element, 0) / whole
            kept = element in cores or (tag in AROUND and share >= SHADE)
            if (tag in dropped and not kept) or _is_beside(element, tag, share):
                hidden = element
            elif tag in BLOCKS:
                yield from _closed(open_, element, tag)
                _say(open_[-1], element.text, anchors)
            else:
                _open_inline(open_[-1], element, tag, anchors)
                _say(open_[-1], element.text, anchors)
        elif event == "end" and hidden is None and tag in BLOCKS:
            yield from _ended(open_)
        elif event == "end" and hidden is None and tag == "a" and anchors:
            anchors.pop()
        if event != "start" and element is not root:
            if hidden is element:
                hidden = None
            if hidden is None:
                _say(open_[-1], element.tail, anchors)
    yield from open_


def _closed(open_: list[Block], element: Any, tag: str) -> Iterator[Block]:
    """A block begins: what its parent said so far is a block of its own."""
    above = open_[-1]
    if any(part.strip() for part in above.parts):
        yield above
    open_[-1] = Block(above.element, above.tag)
    open_.append(Block(element, tag))


def _ended(open_: list[Block]) -> Iterator[Block]:
    block = open_.pop()
    if any(part.strip() for part in block.parts):
        yield block
    if not open_:
        open_.append(Block(block.element, block.tag))


def _open_inline(block: Block, element: Any, tag: str, anchors: list[Any]) -> None:
    if tag == "br":
        block.parts.append("\n")
    elif tag == "a":
        anchors.append(element)
        if element.get("href"):
            block.hrefs.append(element.get("href"))


def _say(block: Block, text: str | None, anchors: list[Any]) -> None:
    if text:
        block.parts.append(text.replace("\n", " "))
        if anchors:
            block.linked += len(" ".join(text.split()))


def _cores(root: Any) -> frozenset[Any]:
    """Elements around the page's own main part, whatever they call themselves: a column is named
    for the sidebar beside it, a menu was never closed."""
    mains = root.xpath("//main | //*[@role='main'] | //*[contains(@itemprop, 'articleBody')]")
    found: set[Any] = set()
    for main in mains[:MOST_MAINS]:
        for above in main.iterancestors():
            if above in found:
                break
            found.add(above)
    return frozenset(one for one in found if one.tag in STRUCTURE or one.tag not in DROPPED)


def _is_beside(element: Any, tag: str, share: float) -> bool:
    """Parts that are not shown, or whose role or class says they stand beside the text.

    A part that holds most of the page's letters is the page: some programs wrap all in one form,
    others send the text hidden and show it by script.
    """
    if share >= SHADE:
        return False
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if (element.get("role") or "").lower() in ROLES:
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:600]
    if not named.strip() or tag in ("body", "html", "article", "main"):
        return False
    words = (WORD.findall(one) for one in named.split() if not OF_LAYOUT.match(one))
    return any(word.lower() in BESIDE for found in words for word in found)


def _sizes(root: Any) -> dict[Any, int]:
    """Letters of text below each element, scripts left out."""
    sizes: dict[Any, int] = {}
    for event, element in etree.iterwalk(root, events=("end",)):
        del event
        if element.tag in ("script", "style", "noscript", "template"):
            continue
        own = len((element.text or "").strip())
        own += sum(sizes.get(c, 0) + len((c.tail or "").strip()) for c in element)
        sizes[element] = own
    return sizes

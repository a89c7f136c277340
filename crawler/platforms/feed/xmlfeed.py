"""RSS 0.9 to 2.0 and Atom. Sources: rssboard.org/rss-specification, RFC 4287, RFC 4685, RFC 5005.

Read on purpose not: categories, generator, rights, images of the channel, thumbnails, podcast
details, foreign extensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crawler.platforms.feed.tree import BASE, CUT_OFF, Element
from crawler.platforms.feed.words import (
    absolute,
    anchors,
    figure,
    kind_of_media,
    moment,
    plain,
    whole,
)
from evidence.errors import ParseError
from evidence.model import AccountSeen, Counts, Drift, Media, Post, Reading, SeenState

ITEMS = ("item", "atom:entry")
TITLES = ("title", "atom:title", "dc:title", "media:title")
SUMMARIES = ("description", "atom:summary", "itunes:summary", "dc:description")
CONTENTS = ("content:encoded", "atom:content", "xhtml:body")
LINKS = ("link", "atom:link")
PUBLISHED = ("pubDate", "atom:published", "atom:issued", "dc:date", "atom:created",
             "dcterms:issued", "dcterms:created")  # fmt: skip
UPDATED = ("atom:updated", "atom:modified", "dcterms:modified")
AUTHORS = ("dc:creator", "atom:author", "author", "itunes:author")
PARTS_OF_ITEM = frozenset(
    (*TITLES, *SUMMARIES, *CONTENTS, *LINKS, *PUBLISHED, *UPDATED, *AUTHORS, "guid", "atom:id")
)
OF_CHANNEL = frozenset(
    ("title", "link", "description", "language", "copyright", "managingEditor", "webMaster",
     "pubDate", "lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating",
     "textInput", "textinput", "skipHours", "skipDays", "items", "item", "channel",
     "atom:author", "atom:category", "atom:contributor", "atom:generator", "atom:icon", "atom:id",
     "atom:link", "atom:logo", "atom:rights", "atom:subtitle", "atom:title", "atom:updated",
     "atom:entry", "atom:tagline", "atom:copyright", "atom:modified", "atom:info")
)  # fmt: skip


def is_feed(root: Element) -> bool:
    """True for the root of an RSS, RDF or Atom document."""
    return root.name in ("rss", "rdf:RDF", "atom:feed")


def read(root: Element, url: str, read_by: str, faults: list[Drift]) -> Reading:
    """The feed and its entries.

    url:    the feed's address, which is the id of its account.
    faults: what was noted of the document so far; more is added.
    A feed that came from nowhere has the address it gives itself.
    Raises ParseError when an RSS document has no channel.
    """
    channel = root if root.name == "atom:feed" else next(root.all("channel"), None)
    if channel is None:
        raise ParseError("feed", "has no channel")
    url = url or _self(channel)
    holders = (channel,) if channel is root else (channel, root)
    items = [item for holder in holders for item in holder.all(*ITEMS)]
    strange = [child for holder in holders for child in holder.children() if _is_strange(child)]
    faults += [_stray(child) for child in strange if _is_like_item(child) or not items]
    if any(fault.detail.endswith(CUT_OFF) for fault in faults) and items:
        faults.append(Drift(f"item at line {items.pop().line}: cut off, not read"))
    feed = _Feed(url, _base(channel, url), _author(channel))
    posts = tuple(_posts(items, feed, faults))
    title = channel.first("title", "atom:title")
    if title is None:
        faults.append(Drift("feed: expected a title, found nothing"))
    named = title.words() if title is not None else None
    return Reading(
        read_by,
        posts=posts,
        accounts=(AccountSeen(url, None, named, SeenState.PRESENT),),
        next=tuple(_onward(channel, url)),
        drift=tuple(faults),
        empty=not items and not faults,
    )


@dataclass(frozen=True, slots=True)
class _Feed:
    """What entries take from their feed: its address, its xml:base, its author."""

    url: str
    base: str
    author: str | None


def _posts(items: list[Element], feed: _Feed, faults: list[Drift]) -> Iterator[Post]:
    for item in items:
        try:
            yield _post(item, feed, faults)
        except ParseError as error:
            faults.append(Drift(f"{error.what}: {error.why}"))


def _post(item: Element, feed: _Feed, faults: list[Drift]) -> Post:
    link = _link(item, _base(item, feed.base))
    bodies = tuple(found for names in (SUMMARIES, CONTENTS) if (found := item.first(*names)))
    title = item.first(*TITLES)
    media_words = [group.text("media:description") for group in item.all("media:group")]
    media = tuple(_media(item, link or feed.base))
    if title is None and not bodies and not media:
        raise ParseError(f"item at line {item.line}", "expected a title or text, found nothing")
    summary, content = item.first(*SUMMARIES), item.first(*CONTENTS)
    shown = summary.words() if summary else "\n\n".join(plain(part) for part in media_words)
    return Post(
        native_id=_id(item, link),
        author_id=feed.url,
        author_handle=_author(item) or feed.author,
        text=whole(title.words() if title else "", shown, content.words() if content else ""),
        published_at=_time(item, PUBLISHED, faults),
        edited_at=_edited(item, faults),
        url=link,
        media=media,
        links=anchors((body.markup() for body in bodies), link or feed.base),
        reply_to=_reply(item),
        counts=_counts(item),
    )


def _id(item: Element, link: str | None) -> str:
    found = item.text("guid", "atom:id") or item.raw.get(
        "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
    )
    if not (found or link):
        raise ParseError(f"item at line {item.line}", "expected a guid, an id or a link")
    return str(found or link)


def _link(item: Element, base: str) -> str | None:
    for link in item.all(*LINKS):
        if link.attribute("rel") in ("", "alternate"):
            address = link.attribute("href") or link.markup()
            if address.strip():
                return absolute(base, address)
    guid = item.first("guid")
    if guid is not None and guid.attribute("isPermaLink").lower() != "false":
        named = guid.markup().strip()
        return absolute(base, named) if named.startswith(("http:", "https:")) else None
    return None


def _base(element: Element, outer: str) -> str:
    return absolute(outer, str(element.raw.get(BASE, ""))) or outer


def _author(item: Element) -> str | None:
    found = item.first(*AUTHORS)
    if found is None:
        return None
    return (
        found.text("atom:name") if found.name == "atom:author" else found.markup().strip()
    ) or None


def _time(item: Element, names: tuple[str, ...], faults: list[Drift]) -> datetime | None:
    said = item.text(*names)
    found = moment(said) if said else None
    if said and found is None:
        faults.append(Drift(f"item at line {item.line}: expected a time with a zone"))
    return found


def _edited(item: Element, faults: list[Drift]) -> datetime | None:
    """Atom's `updated`, where it is another time than `published`."""
    updated = _time(item, UPDATED, faults)
    return updated if updated is None or updated != _time(item, PUBLISHED, []) else None


def _media(item: Element, base: str) -> Iterator[Media]:
    """Enclosures and Media RSS contents, each address once."""
    seen: set[str] = set()
    groups = (item, *item.all("media:group"))
    enclosed = [*item.all("enclosure"), *item.all("atom:link")]
    for element in (*enclosed, *(part for group in groups for part in group.all("media:content"))):
        if element.name == "atom:link" and element.attribute("rel") != "enclosure":
            continue
        address = absolute(base, element.attribute("url") or element.attribute("href") or "")
        if address and address != base and address not in seen:
            seen.add(address)
            kind = kind_of_media(element.attribute("type"), element.attribute("medium"))
            alt = element.text("media:description", "media:title") or element.attribute("title")
            yield Media(address, kind, alt or None)


def _reply(item: Element) -> str | None:
    parent = item.first("thr:in-reply-to")
    return (parent.attribute("ref") or parent.attribute("href") or None) if parent else None


def _counts(item: Element) -> Counts:
    replies = [
        link.raw.get("{http://purl.org/syndication/thread/1.0}count")
        for link in item.all("atom:link")
        if link.attribute("rel") == "replies"
    ]
    said = item.text("slash:comments") or item.text("thr:total") or next(iter(replies), None)
    shown = [part for group in item.all("media:group") for part in group.all("media:community")]
    views = [part.attribute("views") for group in shown for part in group.all("media:statistics")]
    likes = [part.attribute("count") for group in shown for part in group.all("media:starRating")]
    return Counts(
        like=figure(next(iter(likes), None)),
        comment=figure(said),
        view=figure(next(iter(views), None)),
    )


def _self(channel: Element) -> str:
    """The feed's own address, else that of its site; empty when it names neither."""
    links = list(channel.all("atom:link"))
    own = [link.attribute("href") for link in links if link.attribute("rel") == "self"]
    site = [link.markup().strip() for link in channel.all("link")]
    site += [x.attribute("href") for x in links if x.attribute("rel") in ("", "alternate")]
    named = (absolute("", address) for address in (*own, *site))
    return next((address for address in named if address), "")


def _onward(channel: Element, url: str) -> Iterator[str]:
    for link in channel.all("atom:link"):
        address = absolute(url, link.attribute("href"))
        if link.attribute("rel") == "next" and address and address != url:
            yield address


def _is_strange(child: Element) -> bool:
    """A child no feed of its kind has; elements of foreign namespaces are allowed anywhere."""
    return child.name not in OF_CHANNEL and (
        ":" not in child.name or child.name.startswith("atom:")
    )


def _is_like_item(child: Element) -> bool:
    return len({part.name for part in child.children()} & PARTS_OF_ITEM) >= 2


def _stray(child: Element) -> Drift:
    return Drift(f"feed: an element at line {child.line} that is not known stands where items do")

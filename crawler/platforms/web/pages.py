"""Reads one page of the web as one post: its text, its times, its pictures, its address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from crawler.document import canonical, root_of
from crawler.page import Page
from crawler.platforms.web import urls, walls
from crawler.platforms.web.body import Body, body
from crawler.platforms.web.letters import damage, decoded
from crawler.platforms.web.naming import placed
from crawler.platforms.web.picture import pictures
from crawler.platforms.web.said import (
    Said,
    address_of,
    is_closed,
    name_of,
    plain,
    said,
    text_of,
    time_of,
)
from crawler.platforms.web.stamp import Stamps, stamps
from evidence.errors import ParseError
from evidence.model import AccountSeen, Drift, Post, Reading, SeenState, StateSeen

READ_BY = "web.pages@4"
__all__ = ["READ_BY", "placed", "read"]

GOES_ON = "link rel=next: a part of its pages"
"""Marker of an article that goes on on a page of its own."""
NO_TEXT = "no running text: all that stands on the page"
"""Marker of a page of which menus and labels may be all that is read; its text may need scripts."""
UNNAMED = "body:"
"""Before the digest that names a page without an address."""
MOST_LINKS = 60
"""Most addresses of articles a front page gives to go on to."""
SHORT = 10
"""Letters of a heading that is too short to tell a title by."""
PART = 0.7
"""A page that shows a smaller share of the text in its linked data shows its beginning alone."""
ENOUGH = 200
"""Least letters of running text that make a page more than a form."""


def read(page: Page) -> Reading:
    """The page as one post whose id is its canonical address, and the site it is of.

    What the site itself says to machines (linked data, meta elements) comes first, then the text
    where it stands. A page behind a payment is a post of what it shows, beside a GATED state.
    Raises ParseError for what is no HTML document.
    """
    told = walls.refused(page)
    if isinstance(told, Drift):
        return Reading(READ_BY, drift=(told,))
    if told is not None:
        return Reading(READ_BY, states=(_answered(page, told),))
    written = decoded(page)
    faults = damage(written)
    root = root_of(written)
    stood_in = walls.between(page.body, root, page.url)
    if stood_in is not None:
        return Reading(READ_BY, states=(stood_in,))
    spoken = said(root, page.url, faults)
    shown = _shown(root, spoken)
    wall = None if spoken.article else walls.walled(root, page.url, form=shown.running < ENOUGH)
    if wall is not None:
        return Reading(READ_BY, states=(wall,))
    return _page(page, root, spoken, shown, faults)


def _answered(page: Page, told: StateSeen) -> StateSeen:
    """What a status tells, unless its body shows that somebody else than the site answered."""
    if told.state is not SeenState.ABSENT:
        return told
    try:
        root = root_of(decoded(page))
    except ParseError:
        return told
    return walls.between(page.body, root, page.url) or told


def _shown(root: Any, spoken: Said) -> Body:
    """The main text; else that for readers without scripts; else, of no article, all its text."""
    shown = body(root)
    if len(shown.text) < ENOUGH:
        spare = body(root, spare=True)
        if spare.running >= ENOUGH:
            return spare
    return shown if shown.running or spoken.article else body(root, whole=True)


def _page(page: Page, root: Any, spoken: Said, shown: Body, faults: list[Drift]) -> Reading:
    address = _address(page.url, root, spoken)
    if address is None:
        faults.append(Drift("page: names no address of its own, and none was given"))
    title = _title(root, spoken)
    text = _whole(title, _best(spoken, shown))
    if not shown.text and text_of(spoken.article.get("articleBody")) is None:
        faults.append(Drift("page: no text without its scripts"))
        return Reading(READ_BY, drift=tuple(dict.fromkeys(faults)))
    name = address or f"{UNNAMED}{hashlib.sha256(page.body).hexdigest()[:16]}"
    post = _post(name, text, root, spoken, shown)
    account = AccountSeen(urls.origin(name), None, spoken.publisher, SeenState.PRESENT)
    is_article = _is_article(name, spoken)
    onward = _onward(root, page.url or name) if is_article else ()
    return Reading(
        READ_BY,
        posts=(post,),
        accounts=(account,) if address or spoken.publisher else (),
        states=tuple(_marks(name, spoken, shown, bool(onward))),
        next=onward if is_article else tuple(_articles(root, page.url or name)),
        drift=tuple(dict.fromkeys(faults)),
    )


def _marks(name: str, spoken: Said, shown: Body, goes_on: bool) -> Iterator[StateSeen]:
    """What a shown page says of itself: that it is shown in part, or has no text that runs on."""
    if not shown.running and not spoken.article and not urls.is_front(name):
        yield StateSeen(f"post:{name}", SeenState.PRESENT, NO_TEXT)
    if is_closed(spoken.article):
        yield StateSeen(f"post:{name}", SeenState.GATED, "isAccessibleForFree false")
    if goes_on:
        yield StateSeen(f"post:{name}", SeenState.PRESENT, GOES_ON)


def _onward(root: Any, base: str) -> tuple[str, ...]:
    """The next page of an article that is shown in pages, as its head names it."""
    for link in root.iter("link"):
        address = urls.absolute(base, link.get("href"))
        if (link.get("rel") or "").lower() == "next" and address and urls.is_part(address, base):
            return (address,)
    return ()


def _post(address: str, text: str, root: Any, spoken: Said, shown: Body) -> Post:
    article = spoken.article
    beside = Stamps() if urls.is_front(address) else stamps(root)
    published = time_of(
        article.get("datePublished"), article.get("dateCreated"),
        spoken.first("article:published_time"), spoken.first("datepublished"),
        spoken.first("date", "dc.date", "pubdate"),
    )  # fmt: skip
    published = published or beside.published
    modified = time_of(
        article.get("dateModified"), spoken.first("article:modified_time"),
        spoken.first("datemodified"), spoken.first("og:updated_time"),
    )  # fmt: skip
    modified = modified or beside.modified
    links = [urls.absolute(address, href) for href in shown.links]
    return Post(
        native_id=address,
        author_id=urls.origin(address),
        author_handle=_author(spoken) or name_of(beside.author),
        text=text,
        published_at=published,
        edited_at=modified if modified and (published is None or modified > published) else None,
        url=address if urls.origin(address) else None,
        media=pictures(spoken, shown.pictures, address),
        links=tuple(dict.fromkeys(link for link in links if link)),
    )


def _address(url: str, root: Any, spoken: Said) -> str | None:
    """The page's name: what it calls itself if that is on its own site, else where it came from.

    None for a page that came from nowhere and does not say.
    """
    linked = address_of(spoken.article.get("url"))
    linked += address_of(spoken.article.get("mainEntityOfPage"))
    offered = [canonical(root), spoken.first("og:url")]
    offered += [one for one in linked if one.startswith(("http:", "https:", "/"))]  # not `True`
    for href in offered:
        named = urls.absolute(url, href) if url else href
        if not named or urls.origin(named) is None:
            continue
        same = not url or urls.site(named) == urls.site(url)
        if same and not (url and urls.is_front(named) and not urls.is_front(url)):
            return urls.clean(named)
    return urls.clean(url) if urls.origin(url) else None


def _title(root: Any, spoken: Said) -> str:
    """The title: as linked data has it, else as the page is shared, else its heading."""
    titles = (plain(" ".join(one.itertext())) for one in root.iter("title"))
    title = next((one for one in titles if one), "")
    shared = plain(spoken.first("og:title", "twitter:title") or "")
    heads = [one for h1 in root.iter("h1") if (one := plain(" ".join(h1.itertext())))]
    named = _named(spoken.article, heads, (title, shared))
    if named:
        return named
    head = _heading(heads, f"{title} {shared}")
    if head and (not shared or (len(head) > SHORT and shared.startswith(head))):
        return head  # what is shared has the site's name behind it
    return shared or title


def _named(article: dict[str, Any], heads: list[str], titles: tuple[str, str]) -> str:
    """The title in linked data. `name` where the page is headed by it and shows the headline
    nowhere: that is a remark on it then."""
    headline, name = (plain(text_of(article.get(one)) or "") for one in ("headline", "name"))
    if headline and any(headline in one for one in (*heads, *titles)):
        return headline
    if name and (name in heads or any(one.startswith(name) for one in titles)):
        return name
    return headline or name


def _heading(heads: list[str], title: str) -> str:
    """Of several headings the longest one the page's own title holds, if it says more than the
    first does: that may be the site's, or of its section."""
    known = max((one for one in heads if one in title), key=len, default="")
    return max((heads or [""])[0], known, key=len) if known else (heads or [""])[0]


def _whole(title: str, text: str) -> str:
    """Title, empty line, text; a title that begins the text is not said twice."""
    if not title or text.startswith(title):
        return text
    return f"{title}\n\n{text}".strip()


def _best(spoken: Said, shown: Body) -> str:
    """The text as the page shows it, unless it shows no more than a part of what its data has.

    Linked data often has the whole article in one line, sometimes its beginning, sometimes without
    its signs.
    """
    given = text_of(spoken.article.get("articleBody"))
    if given is None:
        return shown.text
    if "<" in given and re.search(r"</(?:p|div|br|h\d|li)>|<br", given):
        given = body(root_of(f"<html><body>{given}</body></html>"), whole=True).text
    bare = " ".join(unescape(given).split())
    if shown.running >= PART * len(bare):
        return shown.text
    return "\n".join(line.strip() for line in given.splitlines()).strip()


def _author(spoken: Said) -> str | None:
    named = name_of(spoken.article.get("author")) or name_of(spoken.article.get("creator"))
    if named:
        return named
    meta = spoken.first("author", "article:author", "dc.creator", "byl", "parsely-author")
    return name_of(meta) if meta and "://" not in meta else None


def _is_article(address: str, spoken: Said) -> bool:
    kind = (spoken.first("og:type") or "").lower()
    return bool(spoken.article) or (
        not urls.is_front(address) and (kind == "article" or urls.is_article(address))
    )


def _articles(root: Any, base: str) -> list[str]:
    """Addresses of articles a page of the same site links, in order, each once."""
    found: dict[str, None] = {}
    for anchor in root.iter("a"):
        address = urls.absolute(base, anchor.get("href"))
        if address and urls.site(address) == urls.site(base) and urls.is_article(address):
            found.setdefault(urls.clean(address))
            if len(found) >= MOST_LINKS:
                break
    return list(found)

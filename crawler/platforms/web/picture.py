"""Pictures of an article: those the page names as its own, and those in its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.web import urls
from crawler.platforms.web.said import Said, address_of
from evidence.model import Media

LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "src")
SMALL = 100
"""Pictures that say they are smaller, in pixels, are signs and counters."""
MOST = 40


def pictures(said: Said, found: tuple[Any, ...], base: str) -> tuple[Media, ...]:
    """Each picture once: the one the page is shared with first, then those of the text in order.

    The address is the identity: a site that gives a picture another address has changed the page.
    """
    shared = [said.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image",
                         "twitter:image:src")]  # fmt: skip
    shared += address_of(said.article.get("image"), ("contentUrl", "url"))
    alt = said.first("og:image:alt", "twitter:image:alt")
    media = [_media(base, address, alt) for address in shared if address]
    media += [_media(base, address, words) for address, words in _in_text(found)]
    by_address = {one.url: one for one in reversed(media) if one is not None}
    ordered = dict.fromkeys(one.url for one in media if one is not None)
    return tuple(by_address[url] for url in list(ordered)[:MOST])


def _media(base: str, address: str, alt: str | None) -> Media | None:
    url = urls.absolute(base, address)
    if url is None or urls.split(url).path.lower().endswith(".svg"):
        return None
    key = url if urls.split(url).path in ("", "/") else None
    return Media(url, "image", alt or None, key)


def _in_text(found: tuple[Any, ...]) -> Iterator[tuple[str, str | None]]:
    for image in found:
        sides = [str(image.get(name) or "").strip() for name in ("width", "height")]
        if any(side.isdecimal() and int(side[:6]) < SMALL for side in sides):
            continue
        address = _largest(image.get("data-srcset") or image.get("srcset") or "")
        plain = (image.get(name) for name in LAZY)
        usable = (a for a in (address, *plain) if a and not a.strip().startswith("data:"))
        chosen = next(usable, None)
        if chosen:
            yield chosen, (image.get("alt") or "").strip() or None


def _largest(srcset: str) -> str | None:
    """The address of a srcset with the largest width or density."""
    best: tuple[float, str] | None = None
    for part in srcset[:8000].split(", "):
        words = part.strip().rstrip(",").split()
        if not words:
            continue
        size = words[1][:-1] if len(words) > 1 else "1"
        value = float(size) if size.replace(".", "", 1).isdecimal() else 1.0
        if best is None or value > best[0]:
            best = (value, words[0])
    return best[1] if best else None

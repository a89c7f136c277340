"""Addresses of pages: which are the same page, which lie on the same site, which are articles."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

TRACKERS = re.compile(r"(?:utm_\w+|fbclid|gclid|igshid|mc_[ce]id|ref_src|ref_url|_ga|_gl)")
LETTERS = re.compile(r"(?:www\d?|m|mobile|amp)\.", re.IGNORECASE)
DATED = re.compile(r"/(?:19|20)\d\d/\d{1,2}/|/\d{5,}(?:/|$|[.-])|[/-]\d{6,}(?:$|[./-])")
FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|jpe?g|png|gif|webp|svg|mp[34]|m4a|css|js|xml|json|rss|atom|apk)$",
    re.IGNORECASE,
)
LISTS = frozenset(
    ("tag", "tags", "tagar", "topic", "topics", "topik", "category", "kategori", "categories",
     "author", "authors", "penulis", "page", "search", "cari", "indeks", "index", "login", "masuk",
     "register", "daftar", "contact", "kontak", "about", "tentang", "privacy", "terms", "feed",
     "rss", "wp-login.php", "wp-admin", "account", "akun", "cart", "keranjang")
)  # fmt: skip
"""First parts of paths that lead to lists and services, in English and Indonesian."""


def clean(url: str) -> str:
    """An address as the name of its page: no fragment, no trackers, host in lower case."""
    parts = split(url)
    if parts.scheme not in ("http", "https"):
        return url
    pairs = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
             if not TRACKERS.fullmatch(n)]  # fmt: skip
    tracked = len(pairs) != len(parts.query.split("&")) and parts.query
    query = urlencode(pairs) if tracked else parts.query
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))


def absolute(base: str, href: str | None) -> str | None:
    """`href` as a full web address, None when it is none."""
    if not href or len(href) > 4000:
        return None
    try:
        url = urljoin(base, href.strip())
    except ValueError:
        return None
    return url if split(url).scheme in ("http", "https") and split(url).netloc else None


def site(url: str) -> str:
    """Host of an address without `www.`, `m.`, `amp.`; empty for no web address."""
    host = split(url).netloc.lower().rpartition("@")[2]
    return LETTERS.sub("", host, count=1)


def origin(url: str) -> str | None:
    """Scheme and host with a closing slash, None for no web address."""
    parts = split(url)
    ok = parts.scheme in ("http", "https") and parts.netloc
    return f"{parts.scheme}://{parts.netloc.lower()}/" if ok else None


def is_front(url: str) -> bool:
    """Whether an address is that of a site's first page."""
    return split(url).path in ("", "/") and not split(url).query


def is_article(url: str) -> bool:
    """Whether an address looks like one page of text, by its path alone.

    A date or a long number in it, or a last part of several words; never a file or a list.
    """
    path = split(url).path
    parts = [part for part in path.split("/") if part]
    if not parts or FILES.search(path) or parts[0].lower() in LISTS:
        return False
    words = parts[-1].rsplit(".", 1)[0]
    return bool(DATED.search(path)) or len(re.findall(r"[-_]", words)) >= 3


def is_part(url: str, base: str) -> bool:
    """Whether an address is another page of the article at `base`: `?page=2`, `/2`, `/page/2`."""
    here, there = split(base), split(url)
    if here.netloc != there.netloc:
        return False
    path = here.path.rstrip("/")
    rest = there.path.rstrip("/").removeprefix(path)
    numbered = re.fullmatch(r"(?:/page)?/\d{1,3}", rest) is not None
    return there.path.startswith(path) and (numbered or (not rest and there.query != here.query))


def split(url: str) -> SplitResult:
    """The parts of an address; all empty for one that cannot be split."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return urlsplit("")
    return parts

"""The platforms this crawler knows, one line each, and the one door to their readers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType

import msgspec

from crawler import challenges
from crawler.official import READERS as OFFICIAL
from crawler.page import Page
from crawler.platforms.bluesky import pages as bluesky
from crawler.platforms.facebook import pages as facebook
from crawler.platforms.feed import pages as feed
from crawler.platforms.instagram import pages as instagram
from crawler.platforms.mastodon import pages as mastodon
from crawler.platforms.telegram import pages as telegram
from crawler.platforms.threads import pages as threads
from crawler.platforms.tiktok import pages as tiktok
from crawler.platforms.web import pages as web
from crawler.platforms.x import pages as x
from crawler.platforms.youtube import pages as youtube
from evidence.errors import ConfigError, JejakError
from evidence.model import Act, Drift, Reading, SeenState, StateSeen

Reader = Callable[[Page], Reading]


class Observable(StrEnum):
    """From which side an act can be seen without logging in."""

    ACCOUNT_SIDE = "account side"
    """The acting account's own public pages show it."""
    CAMPAIGN_SIDE = "campaign side"
    """Only the page of the post or account acted upon shows who did it."""
    NOT_OBSERVABLE = "NOT_OBSERVABLE"
    """No public page shows who did it; counts at best."""


@dataclass(frozen=True, slots=True)
class Surface:
    """One kind of address that is asked. url: a pattern, `{}` marks what is filled in."""

    url: str
    gives: str


@dataclass(frozen=True, slots=True)
class InBrowser:
    """What is kept of a page in the browser besides the page itself.

    answers: patterns of URL paths, `*` for any characters; the page's own fetches that match one
             are kept and read (`/i/api/graphql/*/UserTweets`). Keep them narrow: an answer that
             the reader cannot read is drift.
    """

    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Official:
    """An interface the platform offers to institutions that hold a key.

    title:  its name.   gives: what it shows that the public pages do not, and what it does not.
    terms:  who may hold a key, and what its terms ask.
    env:    environment variable that holds the key; empty: it is used through exports alone.
    hosts:  the only hosts the key is sent to.
    header, prefix: how it is sent (`Authorization`, `Bearer `).
    export: whether files exported from it can be handed in with `jejak ingest`.
    """

    title: str
    gives: str
    terms: str
    env: str = ""
    hosts: tuple[str, ...] = ()
    header: str = ""
    prefix: str = ""
    export: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `platform.toml` says of a platform.

    hosts:        the platform's own hosts; empty when every watchlist row names its base_url.
    pace_s:       least seconds between two requests to one host.
    concurrency:  most requests to one host at a time.
    observable:   every act, and from which side it shows.
    robots:       our stance on robots.txt there.   terms: note on its terms of use.
    expectations: figures a sound answer keeps to, e.g. `page_size`, `rate_limit`, `rate_window_s`.
    browser:      which of a page's data answers are kept; may be left out.
    official:     the interface for institutions with a key; left out where there is none.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    pace_s: float
    concurrency: int
    surfaces: tuple[Surface, ...]
    observable: Mapping[Act, Observable]
    robots: str
    terms: str
    expectations: Mapping[str, int]
    browser: InBrowser = InBrowser()
    official: Official | None = None

    @property
    def unseen(self) -> tuple[str, ...]:
        """Acts that no public page of the platform shows, in order."""
        found = (a for a, side in self.observable.items() if side is Observable.NOT_OBSERVABLE)
        return tuple(sorted(act.value for act in found))


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform: its name in watchlists, its pure reader, and its manifest."""

    name: str
    read: Reader
    manifest: Manifest


def manifest(path: Path) -> Manifest:
    """The manifest a `platform.toml` holds.

    Raises ConfigError when the file is not there, a field is missing, unknown or of another type,
    or when it does not say of every act whether it can be seen.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        unknown = set(values) - set(Manifest.__dataclass_fields__)
        said = msgspec.convert(values, Manifest)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(str(path), f"is not a platform manifest ({error})") from error
    if unknown:
        raise ConfigError(str(path), f"has unknown keys: {', '.join(sorted(unknown))}")
    silent = [act.value for act in Act if act not in said.observable]
    if silent:
        raise ConfigError(str(path), f"does not say whether it shows {', '.join(silent)}")
    return said


def _platform(name: str, reader: Reader) -> Platform:
    return Platform(name, reader, manifest(_FOLDER / name / "platform.toml"))


MOST_TAGS = 300_000
MOST_ITEMS = 1_500_000
"""Of markup and of JSON in one page: ten times the widest pages that were met."""
ENDED = re.compile(rb"</html\s*>")
_FOLDER = Path(__file__).parent / "platforms"

_LISTED: tuple[Platform, ...] = (
    _platform("feed", feed.read),
    _platform("mastodon", mastodon.read),
    _platform("bluesky", bluesky.read),
    _platform("telegram", telegram.read),
    _platform("threads", threads.read),
    _platform("instagram", instagram.read),
    _platform("facebook", facebook.read),
    _platform("youtube", youtube.read),
    _platform("web", web.read),
    _platform("x", x.read),
    _platform("tiktok", tiktok.read),
)

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in _LISTED}


def read(platform: str, page: Page) -> Reading:
    """What the platform's reader sees in a page; never raises for what the page holds.

    Whatever the reader raises becomes a Drift that names the exception's class and the function
    it came from, never content. Only MemoryError passes: it says nothing about the page. An HTML
    document without its end proves no empty list.
    Raises ConfigError for a platform that is not in PLATFORMS.
    """
    if platform not in PLATFORMS:
        known = ", ".join(sorted(PLATFORMS))
        raise ConfigError(f"platform {platform!r}", "is not known", f"Known are: {known}")
    reader = PLATFORMS[platform].read
    if _too_wide(page.body):
        return Reading(read_by=_named(reader), drift=(Drift("more parts than a page can have"),))
    reading = _challenged(page, _read(platform, reader, page))
    if reading.empty and _is_cut(page.body):
        fault = Drift("the document has no end: nothing is proved empty by it")
        return replace(reading, empty=False, drift=(*reading.drift, fault))
    return reading


def _read(platform: str, reader: Reader, page: Page) -> Reading:
    official = OFFICIAL.get(platform)
    try:
        told = official(page) if official else None
        return told if told is not None else reader(page)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - total by contract: a crash is drift, not a loss
        return Reading(read_by=_named(reader), drift=(Drift(_crash(error)),))


def _challenged(page: Page, reading: Reading) -> Reading:
    """A reading of nothing, as of a challenge where one came in place of the page.

    What the platform itself says in its own form (absent, private, a log-in) stands, unless a
    header of the answer says that the platform was never asked. A status alone is no such word.
    """
    shown = reading.posts or reading.accounts or reading.interactions or reading.empty
    if shown or any(state.state is SeenState.BLOCKED for state in reading.states):
        return reading
    spoken = any(not state.marker.startswith("HTTP 40") for state in reading.states)
    spoken = spoken or any(state.state is not SeenState.GATED for state in reading.states)
    mark = challenges.of_header(page.headers) if spoken else challenges.met(page)
    if mark is None:
        return reading
    blocked = StateSeen(f"page:{page.url}", SeenState.BLOCKED, mark)
    return Reading(reading.read_by, states=(blocked,))


def place(platform: str, reading: Reading, native_id: str | None, handle: str) -> Reading:
    """A reading of a page by itself, as of an account that is known from other pages.

    A reader module may define `placed(reading, native_id, handle)`, where pages name an account by
    what a visit would have resolved before.
    """
    adjust = PLATFORMS[platform].read.__globals__.get("placed")
    placed: Reading = adjust(reading, native_id, handle) if adjust else reading
    return placed


def reader_of(platform: str) -> str:
    """Name and version of the platform's present reader."""
    return _named(PLATFORMS[platform].read)


def _too_wide(body: bytes) -> bool:
    """Whether reading would cost far more memory than the bytes do: each part becomes an object."""
    if len(body) <= MOST_TAGS:
        return False
    items = sum(body.count(mark) for mark in (b",", b"[", b"{"))
    return body.count(b"<") > MOST_TAGS or items > MOST_ITEMS


def _is_cut(body: bytes) -> bool:
    """Whether an HTML document lacks its end: what would have been shown below is not known."""
    begins, ends = body[:1_000].lower(), body[-1_000:].lower()
    return (b"<html" in begins or b"<!doctype html" in begins) and not ENDED.search(ends)


def _named(reader: Reader) -> str:
    return str(reader.__globals__.get("READ_BY", reader.__module__))


def _crash(error: Exception) -> str:
    why = f": {error.why}" if isinstance(error, JejakError) and error.why else ""
    return f"{type(error).__name__} in {_where(error.__traceback__)}{why}"


def _where(trace: TracebackType | None) -> str:
    """The innermost function of a platform's own code on the way to the failure."""
    place = "reader"
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("crawler.platforms."):
            place = f"{module.removeprefix('crawler.platforms.')}.{trace.tb_frame.f_code.co_name}"
        trace = trace.tb_next
    return place

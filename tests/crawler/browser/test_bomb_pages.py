"""Hostile pages in the browser: bounded time and memory, the next look is sound, each has its code."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from crawler.browser.memory import family, own_bytes
from crawler.browsing import cut_of
from evidence.model import CaptureState
from tests.crawler.bomb import bombs
from tests.crawler.browser.conftest import Rig, usable

pytestmark = pytest.mark.browser
MEMORY = 160_000_000
"""What a look may add to the browser: room for a plain page, and none for a bomb."""
MOST_BYTES = 300_000_000
MOST_S = 10
HEAD = "<!doctype html><p>isi</p><script>"
SCRIPTS = {
    "loop": "for (;;);",
    "memory": "const a = []; setInterval(() => { const b = new Uint8Array(1e7); b.fill(1); "
    "a.push(b) }, 5)",
    "strings": "const a = []; setInterval(() => { for (let n = 0; n < 2e5; n++) "
    "a.push({n, s: [n, n, n]}) }, 1)",
    "dom": "setInterval(() => { for (let n = 0; n < 2e4; n++) "
    "document.body.append(document.createElement('p')) }, 1)",
    "dialogs": "setInterval(() => alert(1), 1)",
    "popups": "setInterval(() => open(location.href), 1)",
    "onward": "location = '?' + Math.random()",
    "console": "setInterval(() => console.log('x'.repeat(1e4)), 0)",
    "frames": "setInterval(() => document.body.append(Object.assign("
    "document.createElement('iframe'), {src: location.href})), 20)",
    "tall": "document.body.style.height = '30000000px'",
}
CODES = {
    "loop": {"TIMEOUT"}, "memory": {"TOO_LARGE"}, "strings": {"TOO_LARGE", "BROWSER_CRASHED"},
}  # fmt: skip
"""Where a code is due: one of these."""
LARGE = {"TOO_LARGE", "TIMEOUT", "DATA_LOSS"}
SERVED: dict[str, set[str]] = {
    "brotli": LARGE, "endless": LARGE, "gzip": LARGE, "zstd": LARGE, "deflate": LARGE,
    "gzip-in-gzip": LARGE, "dripping": {"DATA_LOSS", "TIMEOUT"}, "silent": {"TIMEOUT"},
    "long-header": {"CONNECTION_LOST", "TIMEOUT"}, "many-headers": {"CONNECTION_LOST", "TIMEOUT"},
    "folded-header": {"CONNECTION_LOST", "TIMEOUT"}, "interim": {"TOO_LARGE", "TIMEOUT"},
    "trailers": {"DATA_LOSS", "TOO_LARGE", "TIMEOUT"}, "loop": {"REDIRECT_LOOP", "TIMEOUT"},
    "flood.png": {"TOO_LARGE"}, "large.png": {"TOO_LARGE"}, "large.gif": {"TOO_LARGE"},
    "frames.gif": {"TOO_LARGE", "TIMEOUT"}, "flood.webp": {"TOO_LARGE"},
    "nested.svg": {"TOO_LARGE", "TIMEOUT"}, "entities.svg": set(), "entities.xml": {"TIMEOUT"},
}  # fmt: skip
"""What the server of bombs gives, and one of which codes it gets; a slow machine is out of time.

Chromium refuses to unfold entities itself: what it shows of the drawing is whole.
"""
PARTS = {
    "picture": "<img src='{}/large.png'>",
    "background": "<div style='background: url({}/large.gif); height: 9em'></div>",
    "style": "<link rel=stylesheet href='{}/style'>",
    "script": "<script src='{}/script'></script>",
    "frame": "<iframe src='{}/gzip'></iframe>",
    "answer": "<script>fetch('{}/style', {{mode: 'no-cors'}})</script>",
}
"""Ways a page can have a bomb as a part of it."""


def some(names: Iterable[str], usual: set[str]) -> list[Any]:
    """All names; those that are not usual belong to the bigger form."""
    return [name if name in usual else pytest.param(name, marks=pytest.mark.soak) for name in names]


@pytest.fixture(scope="module")
def bounded(rigged: Callable[..., Rig], site: Any) -> Rig:
    """A browser with little time and memory, which runs already."""
    rig = rigged(
        replace(
            usable(), browser_timeout_s=4, browser_memory_bytes=MEMORY, max_body_bytes=5_000_000,
            browser_bytes=30_000_000,
        )
    )  # fmt: skip
    rig.browser.limits = replace(rig.browser.limits, settle_s=1.5)
    rig.look(site.say("/sebelum", "<p>sebelum</p>"))
    return rig


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bombs() as base:
        yield base


@pytest.fixture(scope="module")
def usual(rigged: Callable[..., Rig], site: Any) -> Rig:
    """A browser with little time, and the memory that real pages need; it runs already."""
    rig = rigged(replace(usable(), browser_timeout_s=6, max_body_bytes=5_000_000))
    rig.browser.limits = replace(rig.browser.limits, settle_s=1.5)
    rig.look(site.say("/sebelum", "<p>sebelum</p>"))
    return rig


@contextmanager
def measured() -> Iterator[list[tuple[int, int]]]:
    """What this process holds, and all below it together, sample by sample, without mapped files."""
    samples: list[tuple[int, int]] = []
    over = threading.Event()

    def sample() -> None:
        own, *below = family(os.getpid())
        samples.append((own_bytes(own), sum(map(own_bytes, below))))

    def watch() -> None:
        while not over.wait(0.02):
            sample()

    sample()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def sound(rig: Rig, url: str) -> bool:
    """Whether a look with all the time it wants is a whole one."""
    limits = rig.browser.limits
    rig.browser.limits = replace(limits, time_s=30, load_s=15)
    look = rig.look(url)
    rig.browser.limits = limits
    return look.troubles == () and look.shot is not None


def seen(rig: Rig, site: Any, url: str) -> set[str]:
    """Codes of a look that was bounded, after which the browser is sound."""
    with measured() as held:
        began_s = time.monotonic()
        look = rig.look(url)
        took_s = time.monotonic() - began_s

    assert took_s < MOST_S
    for holds in zip(*held, strict=True):
        assert max(holds) - holds[0] < MOST_BYTES
    assert sound(rig, site.say("/sesudah", "<p>sesudah</p>"))
    codes = {code for code, _ in look.troubles} | ({look.document.error} - {""})
    codes |= {cut_of(part) for part in (look.document, *look.answers)} - {""}
    if look.shot is not None and codes:
        assert look.shot.state is CaptureState.PARTIAL
    return codes


@pytest.mark.parametrize("name", some(SCRIPTS, {"loop", "memory", "popups"}))
def test_a_hostile_page_is_bounded(bounded: Rig, site: Any, name: str) -> None:
    url = site.say(f"/bom/{name}", f"{HEAD}{SCRIPTS[name]}</script>")

    codes = seen(bounded, site, url)

    assert name not in CODES or CODES[name] & codes


@pytest.mark.parametrize("name", some(SERVED, {"brotli", "endless", "dripping", "nested.svg"}))
def test_a_hostile_answer_is_bounded(bounded: Rig, site: Any, server: str, name: str) -> None:
    codes = seen(bounded, site, f"{server}/{name}")

    assert not SERVED[name] or SERVED[name] & codes


def test_hostile_pictures_in_a_page_are_bounded(bounded: Rig, site: Any, server: str) -> None:
    names = [name for name in SERVED if name.endswith((".png", ".gif", ".webp", ".svg"))]
    pictures = "".join(f"<img src='{server}/{name}' width=100 height=100>" for name in names)

    codes = seen(bounded, site, site.say("/bom/gambar", f"<p>isi</p>{pictures}"))

    assert "TOO_LARGE" in codes


@pytest.mark.parametrize("name", some(PARTS, {"picture", "script"}))
def test_a_bomb_in_a_page_is_refused_whatever_memory_there_is(
    usual: Rig, site: Any, server: str, name: str
) -> None:
    """A picture by its pixels, the others by their bytes; a slow machine is out of time for these."""
    part = PARTS[name].format(server)

    codes = seen(usual, site, site.say(f"/bom/bagian/{name}", f"<p>isi</p>{part}"))

    assert codes & {"TOO_LARGE", "DATA_LOSS"}
    assert "BROWSER_CRASHED" not in codes
    assert usual.browser.memory.ended == 0


def stall(handler: Any) -> None:
    """The begin of a body, and no end of it."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "90000")
    handler.end_headers()
    handler.wfile.write(b"<p>awal</p>" + b" " * 40_000)
    handler.wfile.flush()
    time.sleep(5)


def test_what_came_of_a_body_that_stalls_is_kept(bounded: Rig, site: Any) -> None:
    look = bounded.look(site.do("/bom/macet", stall))

    assert look.document.body.startswith(b"<p>awal</p>")
    assert (look.document.state, "partial" in look.document.flags) == (CaptureState.PARTIAL, True)


@pytest.mark.parametrize("asked", [("/bom/jawaban",), ()])
def test_a_picture_taken_before_a_part_failed_is_partial(
    bounded: Rig, site: Any, asked: tuple[str, ...]
) -> None:
    """A data answer is kept as far as it came; a picture of the page is not, but it was missing."""
    site.do("/bom/jawaban", stall)
    asks = "fetch('/bom/jawaban')" if asked else "new Image().src = '/bom/jawaban'"
    url = site.say("/bom/lambat", f"<!doctype html><p>isi</p><script>{asks}</script>")

    look = bounded.look(url, *asked)

    assert look.dom is not None
    assert look.shot is not None
    assert look.dom.state is look.shot.state is CaptureState.PARTIAL
    assert [part.state for part in look.answers] == [CaptureState.PARTIAL] * len(asked)

"""Hostile pages in the browser: bounded time and memory, the next look is sound, each has its code."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from crawler.browsing import cut_of
from evidence.model import CaptureState
from tests.crawler.bomb import bombs
from tests.crawler.browser.conftest import Rig, usable

pytestmark = pytest.mark.browser
MEMORY = 400_000_000
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
    "gzip-in-gzip": set(), "dripping": {"DATA_LOSS", "TIMEOUT"}, "silent": {"TIMEOUT"},
    "long-header": {"CONNECTION_LOST", "TIMEOUT"}, "many-headers": {"CONNECTION_LOST", "TIMEOUT"},
    "loop": {"REDIRECT_LOOP", "TIMEOUT"}, "flood.png": set(), "frames.gif": set(),
    "flood.webp": set(), "entities.svg": set(), "entities.xml": set(),
}  # fmt: skip
"""What the server of bombs gives, and one of which codes it gets; a slow machine is out of time."""


def some(names: Iterable[str], usual: set[str]) -> list[Any]:
    """All names; those that are not usual belong to the bigger form."""
    return [name if name in usual else pytest.param(name, marks=pytest.mark.soak) for name in names]


@pytest.fixture(scope="module")
def bounded(rigged: Callable[..., Rig]) -> Rig:
    """A browser with little time and memory."""
    rig = rigged(
        replace(
            usable(), browser_timeout_s=4, browser_memory_bytes=MEMORY, max_body_bytes=5_000_000,
            browser_bytes=30_000_000,
        )
    )  # fmt: skip
    rig.browser.limits = replace(rig.browser.limits, settle_s=1.5)
    return rig


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bombs() as base:
        yield base


def seen(rig: Rig, site: Any, url: str) -> set[str]:
    """Codes of a look that was bounded, after which the browser is sound."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rig.browser.memory.peak_bytes = 0
    began_s = time.monotonic()
    look = rig.look(url)
    took_s = time.monotonic() - began_s
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own
    peak = rig.browser.memory.peak_bytes
    after = rig.look(site.say("/sesudah", "<p>sesudah</p>"))

    assert took_s < 25, "four seconds for the look, the rest for ending a browser that is stuck"
    assert grown_kb < 300_000
    assert peak < MEMORY + 300_000_000, "what grows within a tenth of a second"
    assert after.troubles == ()
    assert after.shot is not None
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


@pytest.mark.parametrize("name", some(SERVED, {"brotli", "endless", "dripping"}))
def test_a_hostile_answer_is_bounded(bounded: Rig, site: Any, server: str, name: str) -> None:
    codes = seen(bounded, site, f"{server}/{name}")

    assert not SERVED[name] or SERVED[name] & codes


def test_hostile_pictures_in_a_page_are_bounded(bounded: Rig, site: Any, server: str) -> None:
    names = ("flood.png", "frames.gif", "flood.webp", "entities.svg")
    pictures = "".join(f"<img src='{server}/{name}' width=100 height=100>" for name in names)

    seen(bounded, site, site.say("/bom/gambar", f"<p>isi</p>{pictures}"))


def test_what_came_of_a_body_that_stalls_is_kept(bounded: Rig, site: Any) -> None:
    def stall(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "90000")
        handler.end_headers()
        handler.wfile.write(b"<p>awal</p>" + b" " * 40_000)
        handler.wfile.flush()
        time.sleep(5)

    look = bounded.look(site.do("/bom/macet", stall))

    assert look.document.body.startswith(b"<p>awal</p>")
    assert (look.document.state, "partial" in look.document.flags) == (CaptureState.PARTIAL, True)

"""Pages in the browser by our pool against raw Playwright, in the same run.

Run: python benchmarks/browser.py [--pages N] [--rounds N]

A server on loopback gives pages of 20 posts with pictures, drawn by a script from a data answer. Two
ways take turns, each in a fresh process, two pages at once, a fresh context for each:

  raw    Playwright: load, wait until the network is idle, document, full-page screenshot
  pool   the crawler's pool: an egress proxy for each page, document and data answer taken before the
         page gets them, scrolled, facts, document, full-page screenshot, checked for content

Figures of two runs do not compare; ratios do. Memory is the sum over all processes of the way, what
they share counted in each. Budget: at least 0.5 of raw Playwright's pages a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import http.server
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 0.5
POSTS = 20
AT_ONCE = 2
AGENT = "Jejak/bench"
PAGE = """<!doctype html><meta charset=utf-8><title>Akun</title><style>body{margin:0;font:17px sans-serif}
article{max-width:640px;margin:16px auto;padding:16px;box-shadow:0 1px 4px #0003}img{width:100%}</style>
<body><h1>Akun contoh</h1><script>fetch('/api/posts').then(r => r.json()).then(posts => {
for (const p of posts) { const a = document.createElement('article'); a.textContent = p.text;
const i = document.createElement('img'); i.loading = 'lazy'; i.src = p.image; a.append(i);
document.body.append(a) } })</script>"""


def picture(seed: int) -> bytes:
    """A JPEG of 640 by 480 that is no flat colour."""
    noise = Image.effect_noise((640, 480), 60 + seed)
    out = io.BytesIO()
    noise.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def serve() -> tuple[http.server.ThreadingHTTPServer, str]:
    """The site, in this process."""
    pictures = {f"/p{n}.jpg": picture(n) for n in range(POSTS)}
    posts = [{"text": f"Kabar ke-{n}: rapat pukul 9. " * 8, "image": name}
             for n, name in enumerate(pictures)]  # fmt: skip

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            kind, body = "text/html; charset=utf-8", PAGE.encode()
            if path == "/api/posts":
                kind, body = "application/json", json.dumps(posts).encode()
            elif path in pictures:
                kind, body = "image/jpeg", pictures[path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


class Memory:
    """The most that this process and all below it held at one time, in MB."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._stop = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        from crawler.browser.memory import family, resident_bytes

        while not self._stop:
            held = sum(resident_bytes(pid) for pid in family(os.getpid()))
            self.peak = max(self.peak, held / 1e6)
            time.sleep(0.2)

    def stop(self) -> float:
        """The peak."""
        self._stop = True
        self._thread.join()
        return self.peak


async def raw(urls: list[str]) -> int:
    """Playwright alone; gives the bytes of all that was taken."""
    from playwright.async_api import async_playwright

    from crawler.browser import find_chromium
    from crawler.browser.installed import launcher

    places, taken = asyncio.Semaphore(AT_ONCE), 0
    program = launcher(find_chromium(os.environ.get("JEJAK_CHROMIUM", "")), "nobody")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(program), chromium_sandbox=True, args=["--disable-gpu"]
        )

        async def one(url: str) -> None:
            nonlocal taken
            async with places:
                context = await browser.new_context(
                    user_agent=AGENT, viewport={"width": 1280, "height": 900}
                )
                page = await context.new_page()
                await page.goto(url, wait_until="networkidle")
                dom = await page.content()
                taken += len(dom) + len(await page.screenshot(full_page=True))
                await context.close()

        await asyncio.gather(*(one(url) for url in urls))
        await browser.close()
    return taken


async def pool(urls: list[str]) -> int:
    """The crawler's own; gives the bytes of all that was taken."""
    from crawler.browser import Asking, Browser
    from crawler.config import Config

    config = Config(
        chromium=os.environ.get("JEJAK_CHROMIUM", ""), egress_allow=("127.0.0.0/8",),
        browser_at_once=AT_ONCE,
    )  # fmt: skip
    browser, taken = Browser(config, AGENT), 0

    async def allowed(url: str) -> bool:
        return True

    async def one(url: str) -> None:
        nonlocal taken
        asking = Asking(url, ("/api/*",), 0, None, lambda: datetime.now(UTC), allowed)
        look = await browser.look(asking)
        assert look.dom is not None, look.troubles
        assert look.shot is not None, look.troubles
        assert look.answers
        taken += len(look.dom.body) + len(look.shot.body)

    await asyncio.gather(*(one(url) for url in urls))
    await browser.close()
    return taken


def measure(way: str, base: str, pages: int) -> None:
    """One way in this process; prints seconds a page and peak memory as JSON."""
    take = {"raw": raw, "pool": pool}[way]
    memory = Memory()
    asyncio.run(take([f"{base}/?0"]))  # the first start, which reads everything from disk
    began = time.monotonic()
    taken = asyncio.run(take([f"{base}/?{n}" for n in range(pages)]))
    seconds = time.monotonic() - began
    print(json.dumps({"seconds": seconds, "mb": memory.stop(), "taken": taken}))


def main() -> int:
    """Both ways in turns; 0 when the budget is held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--way", choices=["raw", "pool"], help=argparse.SUPPRESS)
    parser.add_argument("--base", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        sys.path.insert(0, str(ROOT))
        measure(asked.way, asked.base, asked.pages)
        return 0
    server, base = serve()
    rates: dict[str, list[float]] = {"raw": [], "pool": []}
    peaks: dict[str, list[float]] = {"raw": [], "pool": []}
    for _ in range(asked.rounds):
        for way, found in rates.items():
            line = [sys.executable, __file__, "--way", way, "--base", base]
            done = subprocess.run(
                [*line, "--pages", str(asked.pages)], cwd=ROOT, capture_output=True, text=True,
                timeout=600, check=False,
            )  # fmt: skip
            if done.returncode:
                raise SystemExit(f"{way}: {done.stderr[-2000:]}")
            said = json.loads(done.stdout.splitlines()[-1])
            found.append(asked.pages / said["seconds"] * 60)
            peaks[way].append(said["mb"])
    server.shutdown()
    return report(rates, peaks, asked.pages)


def report(rates: dict[str, list[float]], peaks: dict[str, list[float]], pages: int) -> int:
    """Print figures, machine and versions; 0 when the budget is held."""
    print(f"{pages} pages of {POSTS} posts a round, {len(rates['raw'])} rounds, {AT_ONCE} at once")
    raw_rate, raw_peak = statistics.median(rates["raw"]), max(peaks["raw"])
    for way, found in rates.items():
        rate, peak = statistics.median(found), max(peaks[way])
        print(
            f"{way:>5} {rate:7.1f} pages/min ({min(found):.1f} to {max(found):.1f})  "
            f"ratio {rate / raw_rate:.2f}  peak {peak:.0f} MB, ratio {peak / raw_peak:.2f}"
        )
    held = statistics.median(rates["pool"]) / raw_rate >= BUDGET
    print(f"budget: at least {BUDGET} of raw Playwright: {'held' if held else 'MISSED'}")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"playwright {version('playwright')}"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())

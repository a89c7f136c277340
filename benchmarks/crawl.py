"""The whole evidence path against the same Scrapy spider without it: JSON timeline pages, loopback.

Run: python benchmarks/crawl.py [--accounts N] [--pages N] [--rounds N]

A server in a process of its own answers with Mastodon timelines of 40 posts. Four crawls of the same
pages take turns, each in a fresh process:

  bare       Scrapy alone: download, read, ask for the next page; nothing is kept
  first      the evidence path, every post seen for the first time (the dearest case)
  again      the evidence path over the same pages: nothing has changed (the usual case)

Pages a second are counted from the spider's opening to its end, process start left out. Figures of two
runs do not compare; ratios do. Budget: at least 0.7.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

BUDGET = 0.7
POSTS = 40
AT_ONCE = 8
START = datetime(2026, 11, 1, tzinfo=UTC)
HEAD = "platform,account,native_id,side,person,tier,zone,assignment_order,legal_basis,basis"
HEAD += ",confidence,attributed_by,base_url\n"


def page_of(account: int, number: int, pages: int, base: str) -> tuple[bytes, str]:
    """Body and Link header of one timeline page; every account and page has its own posts."""
    author = {
        "id": str(10**6 + account), "username": f"contoh{account}", "acct": f"contoh{account}",
        "display_name": "Contoh", "locked": False, "bot": False, "created_at": "2024-01-01T00:00:00Z",
        "note": "", "url": f"{base}/@contoh{account}", "avatar": "", "header": "", "emojis": [],
        "fields": [], "followers_count": 10, "following_count": 10, "statuses_count": 1200,
    }  # fmt: skip
    posts = []
    for n in range(POSTS):
        at = START - timedelta(minutes=number * POSTS + n)
        id_ = str(10**12 * (account + 1) + 10**6 - (number * POSTS + n))
        posts.append({
            "id": id_, "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "in_reply_to_id": None,
            "in_reply_to_account_id": None, "sensitive": False, "spoiler_text": "",
            "visibility": "public", "language": "id", "uri": f"{base}/{id_}", "url": f"{base}/{id_}",
            "replies_count": 0, "reblogs_count": 1, "favourites_count": 2, "edited_at": None,
            "content": f"<p>Kabar ke-{n} dari halaman {number}, akun {account}: rapat pukul 9.</p>",
            "reblog": None, "account": author, "media_attachments": [], "mentions": [], "tags": [],
            "emojis": [], "card": None, "poll": None,
        })  # fmt: skip
    following = f'<{base}/api/v1/accounts/{author["id"]}/statuses?page={number + 1}>; rel="next"'
    return json.dumps(posts).encode(), following if number + 1 < pages else ""


async def serve(accounts: int, pages: int) -> None:
    """Answer prepared pages on a free loopback port; prints the port."""
    made: dict[str, bytes] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                target = line.split(b" ")[1].decode() if line.count(b" ") > 1 else ""
                writer.write(made.get(target, made["404"]))
        except (ConnectionError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for account in range(accounts):
        for number in range(pages):
            body, link = page_of(account, number, pages, f"http://127.0.0.1:{port}")
            target = f"/api/v1/accounts/{10**6 + account}/statuses?page={number}"
            made[target] = _wire(200, "application/json", body, link)
    made["/robots.txt"] = _wire(200, "text/plain", b"User-agent: *\nAllow: /\n", "")
    made["404"] = _wire(404, "application/json", b'{"error":"Record not found"}', "")
    print(port, flush=True)
    async with server:
        await server.serve_forever()


def _wire(status: int, media: str, body: bytes, link: str) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n"
    return (head + (f"Link: {link}\r\n" if link else "") + "\r\n").encode() + body


def first_page(base: str, native_id: str) -> str:
    """Address of an account's first page."""
    return f"{base}/api/v1/accounts/{native_id}/statuses?page=0"


def crawl(kind: str, base: str, accounts: int) -> dict[str, float]:
    """One crawl in this process: pages, posts, seconds, CPU seconds and the peak of memory."""
    import scrapy

    from crawler import registry
    from crawler.page import Page
    from crawler.spider import AccountSpider
    from crawler.visit import Seen, Visit

    count = {"pages": 0, "posts": 0}

    class Whole(AccountSpider):
        """The evidence path: one visit an account."""

        name = platform = "mastodon"

        async def converse(self, visit: Visit) -> AsyncIterator[Seen]:
            url: str | None = first_page(visit.base_url, visit.native_id or "")
            while url:
                seen = await visit.get(url)
                count["pages"] += 1
                count["posts"] += len(seen.reading.posts)
                yield seen
                url = next(iter(seen.reading.next), None)

    class Bare(scrapy.Spider):
        """The same pages in the same order by Scrapy alone, read by the same reader."""

        name = "bare"
        custom_settings: ClassVar[dict[str, Any]] = {
            "ITEM_PIPELINES": {},
            "DOWNLOADER_MIDDLEWARES": {},
            "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        }

        async def start(self) -> AsyncIterator[Any]:
            for account in range(accounts):
                yield scrapy.Request(first_page(base, str(10**6 + account)), dont_filter=True)

        def parse(self, response: Any) -> Any:
            headers = {k.decode().lower(): v[0].decode() for k, v in response.headers.items()}
            page = Page(response.url, response.status, headers, response.body)
            reading = registry.read("mastodon", page)
            count["pages"] += 1
            count["posts"] += len(reading.posts)
            for url in reading.next:
                yield scrapy.Request(url, dont_filter=True)

    whole = kind != "bare"
    return {**timed(Whole if whole else Bare, spared=whole), **count}


def timed(spider: type[Any], *, spared: bool) -> dict[str, float]:
    """A spider's crawl in this process: seconds from opening to end, CPU seconds, peak of memory.

    spared: with the collector as crawler.run sets it.
    """
    from scrapy.crawler import CrawlerProcess
    from scrapy.utils.project import get_project_settings

    from crawler.collector import spare_collector

    logging.basicConfig(level=logging.ERROR)
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    settings = get_project_settings()
    settings.set("EGRESS_ALLOW", ["127.0.0.0/8"])
    process = CrawlerProcess(settings, install_root_handler=False)
    crawler = process.create_crawler(spider)
    process.crawl(crawler)
    if spared:
        spare_collector()
    began = time.process_time()
    process.start()
    cpu = time.process_time() - began
    seconds = crawler.stats.get_value("elapsed_time_seconds")
    return {"seconds": seconds, "cpu_s": cpu, "rss_kb": _peak_kb()}


def _peak_kb() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def prepare(folder: Path, base: str, accounts: int) -> None:
    """A configuration and an archive in which all accounts are watched."""
    from crawler.config import load
    from evidence.config import parse_watchlist, watch_drafts
    from evidence.model import Watchlist
    from evidence.projection import project_entries
    from evidence.store import open_archive

    (folder / "jejak.toml").write_text(
        'data_dir = "."\negress_allow = ["127.0.0.0/8"]\npages_per_visit = 100000\n'
        'disk_reserve_bytes = 100000000\ncontact = "https://example.invalid/"\n'
    )
    rows = "".join(
        f"mastodon,contoh{n},{10**6 + n},KAMPANYE,Contoh {n},A,WIB,ST/1,UU,rekaan,TINGGI,Uji,{base}\n"
        for n in range(accounts)
    )
    imported = parse_watchlist(
        (HEAD + rows).encode(), "w.csv", existing=Watchlist(), platforms={"mastodon"}, now=START,
        imported_by="bench",
    )  # fmt: skip
    config = load(folder / "jejak.toml", {})
    with closing(open_archive("", config.data_dir)) as archive:
        drafts = watch_drafts(imported, START, "system")
        project_entries(archive, archive.record(drafts))


def run(
    kind: str, base: str, folder: Path, accounts: int, program: str = __file__
) -> dict[str, Any]:
    """One crawl in a process of its own. program: this one, or one that counts more."""
    said = {k: v for k, v in os.environ.items() if not k.startswith("JEJAK_")}
    line = [sys.executable, program, "--crawl", kind, "--base", base, "--accounts", str(accounts)]
    done = subprocess.run(
        line, capture_output=True, text=True, timeout=600, check=False,
        env={**said, "JEJAK_CONFIG": str(folder / "jejak.toml")}, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    if done.returncode or not done.stdout:
        raise SystemExit(f"{kind} ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(accounts: int, pages: int, rounds: int) -> bool:
    """All crawls in turns; prints medians and ratios. True when the budget holds for `again`."""
    from evidence.store.embedded import EmbeddedServer

    serving = [sys.executable, __file__, "--serve", str(pages), "--accounts", str(accounts)]
    rates: dict[str, list[float]] = {"bare": [], "first": [], "again": []}
    peaks: dict[str, list[float]] = {"bare": [], "first": [], "again": []}
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            for _ in range(rounds):
                with tempfile.TemporaryDirectory(prefix="jejak-crawl-") as name:
                    folder = Path(name)
                    prepare(folder, base, accounts)
                    with closing(EmbeddedServer.open(folder)):
                        for kind, measured in rates.items():
                            found = run(kind, base, folder, accounts)
                            assert found["pages"] == accounts * pages, found
                            assert found["posts"] == accounts * pages * POSTS, found
                            measured.append(found["pages"] / found["seconds"])
                            peaks[kind].append(found["rss_kb"] / 1024)
        finally:
            server.terminate()
    return report(rates, peaks, accounts * pages)


def report(rates: dict[str, list[float]], peaks: dict[str, list[float]], pages: int) -> bool:
    """Print figures, machine and versions."""
    median = {kind: statistics.median(values) for kind, values in rates.items()}
    print(f"{pages} timeline pages of {POSTS} posts a crawl, {len(rates['bare'])} rounds")
    for kind, value in median.items():
        low, high = min(rates[kind]), max(rates[kind])
        ratio = value / median["bare"]
        print(f"{kind:>6} {value:8.1f} pages/s ({low:.1f} to {high:.1f})  ratio {ratio:.2f}"
              f"  peak {max(peaks[kind]):.0f} MB")  # fmt: skip
    holds = median["again"] / median["bare"] >= BUDGET
    print(
        f"budget: at least {BUDGET} of the bare spider, nothing new: {'held' if holds else 'MISSED'}"
    )
    names = ("scrapy", "twisted", "pymongo")
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
          f"Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in names))  # fmt: skip
    return holds


def main() -> int:
    """Run the comparison, or (as a child) one side of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--accounts", type=int, default=16)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--crawl", choices=["bare", "first", "again"], help=argparse.SUPPRESS)
    parser.add_argument("--base", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve(asked.accounts, asked.serve))
    elif asked.crawl:
        print(json.dumps(crawl(asked.crawl, asked.base, asked.accounts)))
    else:
        return 0 if compare(asked.accounts, asked.pages, asked.rounds) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The least that pages kept, read and compared can cost here: what the crawl path is to be judged by.

The bare spider of crawl.py, and of the evidence path only what no way of writing it could leave out:
canonical bytes, digests, commitments and sealing of each page and its reading; one batched command for
objects and one for leaves, acknowledged by a majority before the page is read; one question what is
known of its posts, one digest a post, and one batched change of when they were last seen. No keys, no
projections, no visit, no outcome, no check, no gap; nothing could be proved or found by it.

Run: python benchmarks/floor.py [--accounts N] [--pages N] [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import cost
import crawl
from pymongo import MongoClient, UpdateMany
from pymongo.write_concern import WriteConcern

BUDGET = 1.5
AT_ONCE = 16
"""As many pages under way as the evidence path has visits."""


class Writer:
    """An archive that only writes: two commands for a batch of captures, one more for readings."""

    def __init__(self, url: str, name: str) -> None:
        awaited = WriteConcern("majority", j=True)
        self.client: MongoClient[dict[str, Any]] = MongoClient(url)
        made = self.client.get_database(name)
        self.blobs = made.get_collection("floor_blobs", write_concern=WriteConcern(1))
        self.leaves = made.get_collection("floor_leaves", write_concern=awaited)
        self.posts = made.get_collection("p_posts", write_concern=WriteConcern(1))
        self.size = 0
        self.sights: list[tuple[list[str], datetime]] = []

    def record(self, drafts: Sequence[Any]) -> tuple[Any, ...]:
        """Seal and write; durable on return."""
        from evidence.store.intake import prepare
        from evidence.store.objects import new_blob_key, seal_chunks

        made = [prepare(draft, b"floor") for draft in drafts]
        objects = []
        for draft in drafts:
            for plain in draft.objects:
                key = new_blob_key("", len(plain.data))
                objects += [{"_id": n, "sealed": s} for n, s in seal_chunks(key, plain.data)]
        self.blobs.insert_many(objects, ordered=False)
        if seen := [self.sights.pop() for _ in range(len(self.sights))]:
            self.posts.bulk_write([
                UpdateMany({"_id": {"$in": ids}, "last_seen_at": {"$lt": at}},
                           {"$set": {"last_seen_at": at}})
                for ids, at in seen
            ])  # fmt: skip
        self.leaves.insert_many([
            {"_id": self.size + n, "statement": item.statement, "leaf_hash": item.leaf_hash}
            for n, item in enumerate(made)
        ])  # fmt: skip
        self.size += len(made)
        return tuple(drafts)

    def unchanged(self, posts: Sequence[Any], base: str) -> list[str]:
        """Ids of the rows of those posts that are as they were."""
        from evidence.history import state_digest
        from evidence.record import post_key, server_of

        server = server_of("mastodon", base)
        told = {post_key("mastodon", p.native_id, server): state_digest(p) for p in posts}
        found = self.posts.find({"_id": {"$in": list(told)}}, {"state_digest": 1})
        same = [row["_id"] for row in found if row["state_digest"] == told[row["_id"]]]
        assert len(same) == len(posts), "run it over pages that were crawled before"
        return same


def floor(base: str, accounts: int) -> dict[str, float]:
    """One such crawl in this process: figures as crawl.crawl gives them."""
    import scrapy

    from crawler import registry
    from crawler.config import load
    from crawler.page import Page
    from evidence.model import Exchange
    from evidence.record import Recorder
    from evidence.store.commit import GroupCommit
    from evidence.store.embedded import EmbeddedServer

    count = {"pages": 0, "posts": 0}
    server = EmbeddedServer.open(load().data_dir)
    writer = Writer(server.url, "jejak")
    commit = GroupCommit(writer)  # type: ignore[arg-type]
    recorder = Recorder("system", "floor")

    class Floor(scrapy.Spider):
        """Kept before it is read, compared, and its reading written."""

        name = "floor"
        custom_settings: ClassVar[dict[str, Any]] = {
            "ITEM_PIPELINES": {},
            "DOWNLOADER_MIDDLEWARES": {},
            "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        }

        async def start(self) -> AsyncIterator[Any]:
            for account in range(accounts):
                first = crawl.first_page(base, str(10**6 + account))
                yield scrapy.Request(first, dont_filter=True)

        async def parse(self, response: Any) -> AsyncIterator[Any]:
            now = datetime.now(UTC)
            headers = {k.decode().lower(): v[0].decode() for k, v in response.headers.items()}
            exchange = Exchange(
                response.url, "GET", now, now, (), response.status, tuple(headers.items()),
                response.body, media="application/json",
            )  # fmt: skip
            kept = recorder.capture(exchange, visit="a" * 32, watch="w", slot=None)
            await asyncio.wrap_future(commit.submit([kept]))
            page = Page(response.url, response.status, headers, response.body)
            reading = registry.read("mastodon", page)
            count["pages"] += 1
            count["posts"] += len(reading.posts)
            for url in reading.next:
                yield scrapy.Request(url, dont_filter=True)
            same = await asyncio.to_thread(writer.unchanged, reading.posts, base)
            writer.sights.append((same, now))
            said = recorder.reading(
                reading, capture=kept.rec, watch="w", url=page.url, at=now, withheld=0
            )
            await asyncio.wrap_future(commit.submit([said]))

    try:
        return {**crawl.timed(Floor, spared=True), **count}
    finally:
        commit.close()
        writer.client.close()
        server.close()


def main() -> int:
    """Run the comparison, or (as a child) one side of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--accounts", type=int, default=16)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--crawl", help=argparse.SUPPRESS)
    parser.add_argument("--base", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.crawl == "floor":
        cost.one(lambda: floor(asked.base, asked.accounts))
    elif asked.crawl:
        cost.one(lambda: crawl.crawl(asked.crawl, asked.base, asked.accounts))
    else:
        kinds = ("first", "bare", "floor", "again")
        found = cost.compare(
            asked.accounts, asked.pages, asked.rounds,
            commands=False, kinds=kinds, program=__file__,
        )  # fmt: skip
        return 0 if report(found) else 1
    return 0


def report(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    """Print how the crawl path's CPU stands to the floor's; True when the budget holds."""
    cpu = {
        kind: statistics.median(each["cpu_s"] / each["pages"] for each in rounds)
        for kind, rounds in found.items()
    }
    ratio = cpu["again"] / cpu["floor"]
    holds = ratio <= BUDGET
    print(f"CPU of our process against the bare spider: floor {cpu['floor'] / cpu['bare']:.2f} times, "
          f"evidence path {cpu['again'] / cpu['bare']:.2f} times")  # fmt: skip
    print(f"budget: at most {BUDGET} of the floor's CPU, nothing new: {ratio:.2f}, "
          f"{'held' if holds else 'MISSED'}")  # fmt: skip
    return holds


if __name__ == "__main__":
    sys.exit(main())

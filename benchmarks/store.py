"""What the store costs over bare MongoDB calls of the same bytes and concern, in one run.

Run: python benchmarks/store.py [mongodb://...]      (default: an embedded server of its own)

Every figure is a median of rounds in which the store and its peer take turns, so that a drifting
machine touches both. Figures of two runs do not compare; ratios do.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymongo
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from evidence.canonical import new_record_id
from evidence.model import Draft, Plain, StatementType
from evidence.store import Archive
from evidence.store.commit import GroupCommit
from evidence.store.embedded import EmbeddedServer
from evidence.store.intake import prepare
from evidence.store.mongo import open_mongo
from evidence.store.objects import new_naming_key

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ROUNDS = 5
BLOB_BYTES = 300_000
IN_FLIGHT = 16
Docs = Collection[dict[str, Any]]


def draft(data: bytes = b"") -> Draft:
    """A capture statement of the usual length, with one object when there are bytes."""
    facts = {"visit": new_record_id(), "watch": "w-0123456789ab", "kind": "exchange",
             "state": "COMPLETE", "via": "CRAWL", "status": 200}  # fmt: skip
    objects = (Plain("body", "application/octet-stream", data),) if data else ()
    return Draft(StatementType.CAPTURE, new_record_id(), AT, "system", facts, objects)


def rate(count: int, work: Callable[[], object]) -> float:
    """Things a second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def turns(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float, float]:
    """Median rates of both and the median of the paired ratios; the first round only warms up."""
    pairs = [(ours(), theirs()) for _ in range(ROUNDS + 1)][1:]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def leaf_docs(count: int) -> list[dict[str, Any]]:
    """Documents as the log keeps them, made beforehand: the peer only inserts."""
    key = new_naming_key()
    made = (prepare(draft(), key) for _ in range(count))
    return [{"statement": p.statement, "leaf_hash": p.leaf_hash, "rec": p.draft.rec} for p in made]


def grouped(archive: Archive, drafts: Sequence[Draft]) -> None:
    """Submit one by one, as pages come in, with at most IN_FLIGHT * 16 unanswered."""
    commit = GroupCommit(archive)
    for future in [commit.submit([each]) for each in drafts]:
        future.result()
    commit.close()


def bench_append(archive: Archive, bare: Docs, count: int) -> tuple[float, float, float]:
    """Group commit of single drafts against insert_many of ready documents, 256 at a time."""

    def ours() -> float:
        drafts = [draft() for _ in range(count)]
        return rate(count, lambda: grouped(archive, drafts))

    def theirs() -> float:
        docs = leaf_docs(count)
        return rate(
            count, lambda: [bare.insert_many(docs[n : n + 256]) for n in range(0, count, 256)]
        )

    return turns(ours, theirs)


def latency(archive: Archive, count: int) -> tuple[float, float]:
    """Milliseconds of single appends by one writer: median and 99th percentile."""
    taken: list[float] = []
    for _ in range(count):
        each = [draft()]
        start = time.perf_counter()
        archive.record(each)
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return statistics.median(taken), taken[int(count * 0.99)]


def bench_blobs_together(archive: Archive, bare: Docs, count: int) -> tuple[float, float, float]:
    """300 KB objects through group commit against insert_one from IN_FLIGHT threads."""

    def ours() -> float:
        drafts = [draft(os.urandom(BLOB_BYTES)) for _ in range(count)]
        return rate(count, lambda: grouped(archive, drafts))

    def theirs() -> float:
        docs = [{"_id": secrets.token_hex(16), "b": os.urandom(BLOB_BYTES)} for _ in range(count)]
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            return rate(count, lambda: list(pool.map(bare.insert_one, docs)))

    return turns(ours, theirs)


def bench_blobs_alone(archive: Archive, bare: Docs, count: int) -> tuple[float, float, float]:
    """300 KB objects one after the other, each acknowledged before the next."""

    def ours() -> float:
        drafts = [draft(os.urandom(BLOB_BYTES)) for _ in range(count)]
        return rate(count, lambda: [archive.record([each]) for each in drafts])

    def theirs() -> float:
        docs = [{"_id": secrets.token_hex(16), "b": os.urandom(BLOB_BYTES)} for _ in range(count)]
        return rate(count, lambda: [bare.insert_one(doc) for doc in docs])

    return turns(ours, theirs)


def start_up(folder: Path) -> tuple[float, float, float]:
    """Seconds: first start of an embedded server, start with data, clean stop."""
    first = time.perf_counter()
    EmbeddedServer.open(folder).close()
    middle = time.perf_counter()
    server = EmbeddedServer.open(folder)
    again = time.perf_counter()
    server.close()
    return middle - first, again - middle, time.perf_counter() - again


def say(what: str, unit: str, figures: tuple[float, float, float], peer: str) -> dict[str, object]:
    """Print one line and give it back as a value."""
    ours, theirs, ratio = figures
    print(f"{what:<44} {ours:>9.0f} {unit}  peer {theirs:>9.0f}  ratio {ratio:.2f}  ({peer})")
    return {"what": what, "ours": ours, "peer": theirs, "ratio": ratio, "unit": unit}


def main(url: str = "") -> None:
    """Run all and print machine, versions and figures; the last line is JSON."""
    with tempfile.TemporaryDirectory(prefix="jejak-bench-") as folder:
        server = None if url else EmbeddedServer.open(Path(folder) / "server")
        base = url or server.url_of("bench") if server else url
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(base)
        database = client.get_default_database()
        bare = database.get_collection(
            "bare",
            write_concern=WriteConcern(w="majority", j=True),
            read_concern=ReadConcern("majority"),
        )
        bare.create_index("rec", unique=True, sparse=True)
        archive = open_mongo(base)
        version = client.server_info()["version"]
        print(
            f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load "
            f"{os.getloadavg()[0]:.1f}; Python {platform.python_version()}, "
            f"pymongo {pymongo.version}, mongod {version}; {ROUNDS} rounds, medians"
        )
        lines = [
            say("ledger append, group commit", "leaves/s",
                bench_append(archive, bare, 4_000), "insert_many of ready documents by 256"),
            say("300 KB object, many in flight", "puts/s",
                bench_blobs_together(archive, bare, 150), f"insert_one, {IN_FLIGHT} threads"),
            say("300 KB object, one after the other", "puts/s",
                bench_blobs_alone(archive, bare, 60), "insert_one"),
        ]  # fmt: skip
        median_ms, p99_ms = latency(archive, 500)
        print(f"single append, one writer: median {median_ms:.1f} ms, p99 {p99_ms:.1f} ms")
        archive.close()
        client.drop_database(database.name)
        client.close()
        if server is not None:
            server.close()
            first_s, again_s, stop_s = start_up(Path(folder) / "fresh")
            print(
                f"embedded: start and stop {first_s:.2f} s, again {again_s:.2f}, stop {stop_s:.2f}"
            )
        print(json.dumps({"store": lines, "append_p99_ms": p99_ms}))


if __name__ == "__main__":
    main(*sys.argv[1:])

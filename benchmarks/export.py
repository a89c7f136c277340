"""Writing a package out of MongoDB: MB/s, and whether memory stays flat as the package grows.

Run: python benchmarks/export.py [megabytes]      (default 1,000; an embedded server of its own)

Each export runs in a process of its own, at a tenth of the size and at the whole; what is counted
is its peak memory beyond what it had before. Peer: copying the same bytes from file to file.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evidence.model import Exchange
from evidence.package import select, write_package
from evidence.projection import project_entries
from evidence.record import Recorder
from evidence.seal import Signer
from evidence.store.embedded import EmbeddedServer
from evidence.store.mongo import open_mongo

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ORIGIN = "bawaslu.bench/jejak"
BODY_BYTES = 2_000_000
BATCH = 8
FLAT_MB = 64
"""How much more memory the whole may take than its tenth, beyond 3 kB for each record more."""


def fill(url: str, watch: str, megabytes: int) -> int:
    """Record captures of random bytes for one account; returns how many."""
    recorder = Recorder("system", "bench")
    count = max(1, megabytes * 1_000_000 // BODY_BYTES)
    archive = open_mongo(url)
    try:
        for start in range(0, count, BATCH):
            drafts = [
                recorder.capture(_exchange(n), visit="0" * 32, watch=watch, slot=None)
                for n in range(start, min(count, start + BATCH))
            ]
            project_entries(archive, archive.record(drafts))
    finally:
        archive.close()
    return count


def _exchange(number: int) -> Exchange:
    at = AT + timedelta(seconds=number)
    return Exchange(
        url=f"https://contoh.test/{number}", method="GET", requested_at=at, fetched_at=at,
        request_headers=(), status=200, response_headers=(("Content-Type", "video/mp4"),),
        body=os.urandom(BODY_BYTES), media="video/mp4",
    )  # fmt: skip


def export(url: str, watch: str, folder: Path) -> None:
    """Export one account; prints seconds and peak MB beyond the start. Runs as a child process."""
    archive = open_mongo(url)
    signer = Signer(archive, folder / "keys", ORIGIN)
    signer.seal(AT)
    # Linux hands the parent's peak down to a child: begin anew.
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak_mb()
    start = time.perf_counter()
    write_package(
        archive, select(archive, watches=[watch]), folder / watch, signer=signer,
        now=AT + timedelta(days=1), purpose="bench", order="-", actor={"actor": "bench"},
        organisation="Bench", software="jejak bench",
    )  # fmt: skip
    spent_s = time.perf_counter() - start
    archive.close()
    print(spent_s, _peak_mb() - before)


def measure(url: str, folder: Path, watch: str, megabytes: int) -> tuple[float, int]:
    """Fill, export, compare with a copy; returns peak MB beyond the start, and captures."""
    count = fill(url, watch, megabytes)
    child = [sys.executable, __file__, "--child", url, watch, str(folder)]
    done = subprocess.run(child, check=True, capture_output=True, text=True)
    spent_s, peak_mb = (float(word) for word in done.stdout.split())
    (package,) = (folder / watch).iterdir()
    sizes = [path.stat().st_size for path in package.rglob("*") if path.is_file()]
    start = time.perf_counter()
    shutil.copytree(package, folder / "copy")
    os.sync()
    copy_s = time.perf_counter() - start
    shutil.rmtree(folder / "copy")
    shutil.rmtree(folder / watch)
    written_mb = sum(sizes) / 1e6
    print(
        f"{count * BODY_BYTES / 1e6:6.0f} MB of captures: {spent_s:7.2f} s,"
        f" {count * BODY_BYTES / 1e6 / spent_s:6.1f} MB/s of captures,"
        f" {written_mb / spent_s:6.1f} MB/s written ({written_mb:.0f} MB in {len(sizes)} files);"
        f" copying that {copy_s:6.2f} s; peak memory +{peak_mb:.0f} MB",
        flush=True,
    )
    return peak_mb, count


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> int:
    """Exit code 1 when memory grows with the bytes."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    cores = os.cpu_count()
    print(f"export: Python {platform.python_version()}, {platform.machine()}, {cores} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = EmbeddedServer.open(folder / "server")
        try:
            small, few = measure(server.url, folder, "w-000000000001", megabytes // 10)
            large, many = measure(server.url, folder, "w-000000000002", megabytes)
        finally:
            server.close()
    allowed = FLAT_MB + (many - few) * 0.003
    flat = large - small <= allowed
    print(
        f"growth {large - small:.0f} MB, allowed {allowed:.0f} MB: {'flat' if flat else 'EXCEEDED'}"
    )
    return 0 if flat else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        export(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        sys.exit(main())

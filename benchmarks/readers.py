"""How fast each platform's reader is: pages a second, and the slowest page of each.

Run: python benchmarks/readers.py [--seconds S]

The pages are the cases of tests/platforms, and, where ../shared/fixtures is beside the project, the
recorded responses as well. Each page is read again and again for a share of the time; a page's cost is
the median of its readings, in CPU time of this process. A megabyte of page should take under 100 ms.
"""

from __future__ import annotations

import argparse
import json
import platform as machine
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from crawler.page import Page
from crawler.recorded import unwrap
from crawler.registry import PLATFORMS, read

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "platforms"
RECORDED = ROOT.parent / "shared" / "fixtures"
BUDGET_MS_PER_MB = 100
SMALL_BYTES = 200_000
"""Below this a page's cost is not set against its size: most of it is the same for any page."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page took. seconds: CPU time, median of its readings."""

    name: str
    size: int
    seconds: float

    @property
    def ms_per_mb(self) -> float:
        """Milliseconds for a megabyte of it."""
        return self.seconds * 1e3 / (self.size / 1e6)


def pages_of(platform: str) -> list[tuple[str, Page]]:
    """Name and page of every case and recorded response of a platform."""
    found = []
    for folder in sorted((CASES / platform / "cases").glob("*/page.json")):
        said = json.loads(folder.read_text("utf-8"))
        body = (folder.parent / "body").read_bytes()
        found.append((folder.parent.name, Page(said["url"], said["status"], said["headers"], body)))
    for file in sorted((RECORDED / platform).glob("*")):
        data = file.read_bytes()
        page = unwrap(data) or Page("", 200, {}, data)
        found.append((f"recorded/{file.name}", page))
    return found


def cost_of(platform: str, name: str, page: Page, seconds: float) -> Cost:
    """Read one page for about `seconds`, at least three times."""
    taken: list[float] = []
    until = time.process_time() + seconds
    while len(taken) < 3 or time.process_time() < until:
        start = time.process_time()
        read(platform, page)
        taken.append(time.process_time() - start)
    return Cost(name, len(page.body), statistics.median(taken))


def compare(seconds: float) -> bool:
    """Print a line a platform. True when no large page is over the budget."""
    print(f"{'platform':<10} {'pages':>5} {'MB':>6} {'pages/s':>9} {'MB/s':>7}   slowest page")
    over: list[str] = []
    for platform in sorted(PLATFORMS):
        pages = pages_of(platform)
        costs = [cost_of(platform, name, page, seconds / len(pages)) for name, page in pages]
        total, size = sum(c.seconds for c in costs), sum(c.size for c in costs)
        slowest = max(costs, key=lambda cost: cost.seconds)
        print(f"{platform:<10} {len(costs):5} {size / 1e6:6.2f} {len(costs) / total:9.1f}"
              f" {size / total / 1e6:7.1f}   {slowest.seconds * 1e3:.1f} ms for"
              f" {slowest.size / 1e3:.0f} KB: {slowest.name}")  # fmt: skip
        over += [
            f"{platform} {cost.name} {cost.ms_per_mb:.0f} ms/MB"
            for cost in costs
            if cost.size >= SMALL_BYTES and cost.ms_per_mb > BUDGET_MS_PER_MB
        ]
    recorded = "with" if RECORDED.is_dir() else "without"
    print(f"cases of the tests, {recorded} recorded responses; CPU time of one core")
    for line in over:
        print(f"over {BUDGET_MS_PER_MB} ms a megabyte: {line}")
    print(f"{machine.machine()}, Python {machine.python_version()}")
    return not over


def main() -> int:
    """Measure; 1 when a page is over the budget."""
    parser = argparse.ArgumentParser(description="Readers: pages a second.")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each platform")
    return 0 if compare(parser.parse_args().seconds) else 1


if __name__ == "__main__":
    sys.exit(main())

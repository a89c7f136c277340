"""Due-slot planning: CPU milliseconds for 100,000 accounts against the budget, and how it grows.

Run: python benchmarks/planning.py
Three loads: all accounts due at one instant, every account with its own last outcome and its own
start, and three missed slots an account after downtime.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from crawler.collector import spare_collector
from evidence.model import (
    AccountId,
    Attribution,
    Campaign,
    Confidence,
    ElectionKind,
    Phase,
    Side,
    WatchEntry,
    Watchlist,
)
from evidence.planning import due_slots

BUDGET_S = 0.5
NOW = datetime(2024, 2, 9, 5, 7, 11, tzinfo=UTC)
CADENCE_S = {"A": 3600, "B": 21_600, "C": 86_400}
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def campaign() -> Campaign:
    """Four phases in the manner of a real campaign."""
    cadence = tuple(CADENCE_S.items())
    bounds = ("2023-11-28", "2024-02-11", "2024-02-14", "2024-02-15", "2024-03-21")
    names = ("CAMPAIGN", "QUIET", "VOTING", "RECAP")
    phases = tuple(
        Phase(name, f"{start}T00:00:00", f"{end}T00:00:00", cadence)
        for name, start, end in zip(names, bounds, bounds[1:], strict=False)
    )
    return Campaign("pemilu", "Pemilu", ElectionKind.PEMILU, "PKPU", "UU", "bench", phases)


def watchlist(accounts: int, *, own_start: bool) -> Watchlist:
    """Accounts spread over three zones and three tiers."""
    who = Attribution("p", "b", Confidence.HIGH, "n", NOW)
    start = NOW - timedelta(days=90)
    return Watchlist(
        tuple(
            WatchEntry(
                watch=f"w-{n:012x}",
                account=AccountId("mastodon", None, f"user{n}"),
                side=Side.WATCHED,
                tier="ABC"[n % 3],
                zone=ZONES[n % 7 % 3],
                attribution=who,
                assignment_order="ST",
                legal_basis="UU",
                watched_from=start + timedelta(seconds=n if own_start else 0),
            )
            for n in range(accounts)
        )
    )


def last_outcomes(watches: Watchlist, load: str) -> Mapping[str, datetime]:
    """When each account last had an outcome: one cadence ago, four in the load with downtime."""
    return {
        entry.watch: NOW
        - timedelta(seconds=CADENCE_S[entry.tier] * (4 if load == "after downtime" else 1))
        - timedelta(seconds=n % 3000 if load == "own times" else 0)
        for n, entry in enumerate(watches.entries)
    }


def measure(accounts: int, load: str) -> tuple[float, int, int]:
    """Median CPU seconds of five runs, slots to run, slots missed."""
    watches = watchlist(accounts, own_start=load == "own times")
    last = last_outcomes(watches, load)
    spent = []
    for _ in range(5):
        began = time.process_time()
        plan = due_slots([campaign()], watches, last, NOW)
        spent.append(time.process_time() - began)
    return statistics.median(spent), len(plan.run), len(plan.missed)


def main() -> None:
    """Print one line per load and size."""
    spare_collector()  # as the scheduler does
    print(f"due-slot planning, Python {platform.python_version()}, {platform.machine()}")
    for load in ("one due", "own times", "after downtime"):
        for accounts in (25_000, 100_000):
            spent, run, missed = measure(accounts, load)
            print(
                f"{load:15} {accounts:7,} accounts {spent * 1000:7.1f} ms CPU "
                f"{run:7,} run {missed:9,} missed, {spent / BUDGET_S:.2f} of the budget"
            )


if __name__ == "__main__":
    main()

"""What one page of the crawl path costs: CPU of both processes, and commands to the database.

Run: python benchmarks/cost.py [--accounts N] [--pages N] [--rounds N] [--commands]

The crawls of crawl.py, as they are. Wall time on a machine with other work says little; CPU per page
and commands per page hardly change with it, so these are what a change to the path is judged by.
The bare spider's CPU is given too: the rest is what evidence costs. `--commands` lists them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import crawl
from pymongo import monitoring

KINDS = ("bare", "first", "again")


class Commands(monitoring.CommandListener):
    """Counts what is asked of the database, by command and collection."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.spent_us: Counter[str] = Counter()
        self._names: dict[int, str] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command was sent."""
        of = event.command.get(event.command_name)
        name = f"{event.command_name} {of}" if isinstance(of, str) else event.command_name
        self.asked[name] += 1
        self._names[event.request_id] = name

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """It was answered."""
        self.spent_us[self._names.pop(event.request_id)] += event.duration_micros

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """It was refused."""
        self.spent_us[self._names.pop(event.request_id)] += event.duration_micros


def one(crawled: Callable[[], Mapping[str, float]]) -> None:
    """One crawl in this process, counted; prints JSON."""
    heard = Commands()
    monitoring.register(heard)
    found: dict[str, Any] = dict(crawled())
    found["asked"] = dict(heard.asked)
    found["spent_us"] = dict(heard.spent_us)
    print(json.dumps(found))


def server_cpu_s(folder: Path) -> float:
    """CPU seconds the folder's mongod has used so far (proc(5): fields 14 and 15)."""
    pid = json.loads((folder / "mongod.json").read_text())["server"]["pid"]
    said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def compare(
    accounts: int,
    pages: int,
    rounds: int,
    *,
    commands: bool,
    kinds: Sequence[str] = KINDS,
    program: str = __file__,
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """All crawls in turns, with a line printed for each kind; what was found of each round.

    program: what is asked for one crawl.
    """
    from evidence.store.embedded import EmbeddedServer

    serving = [sys.executable, crawl.__file__, "--serve", str(pages), "--accounts", str(accounts)]
    told: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            for _ in range(rounds):
                with tempfile.TemporaryDirectory(prefix="jejak-cost-") as name:
                    folder = Path(name)
                    crawl.prepare(folder, base, accounts)
                    with closing(EmbeddedServer.open(folder)):
                        for kind in kinds:
                            before = server_cpu_s(folder)
                            found = crawl.run(kind, base, folder, accounts, program=program)
                            found["server_s"] = server_cpu_s(folder) - before
                            told[kind].append(found)
        finally:
            server.terminate()
    for kind in kinds:
        print(line(kind, told[kind]))
        if commands:
            print(table(told[kind][-1]))
    return told


def line(kind: str, found: list[dict[str, Any]]) -> str:
    """Medians of one kind, for a page."""
    cpu, server = (
        statistics.median(1000 * each[name] / each["pages"] for each in found)
        for name in ("cpu_s", "server_s")
    )
    asked = statistics.median(sum(each["asked"].values()) / each["pages"] for each in found)
    rate = statistics.median(each["pages"] / each["seconds"] for each in found)
    return (f"{kind:>6} {cpu:6.2f} ms CPU a page, mongod {server:5.2f} ms, "
            f"{asked:5.2f} commands a page, {rate:6.1f} pages/s")  # fmt: skip


def table(found: dict[str, Any]) -> str:
    """The commands of one crawl that come with the pages: how often, and how long they take."""
    return "\n".join(
        f"       {name:28} {count / found['pages']:5.2f} a page"
        f"  {found['spent_us'].get(name, 0) / count / 1000:6.2f} ms each"
        for name, count in sorted(found["asked"].items(), key=lambda item: -item[1])
        if count >= 0.02 * found["pages"]
    )


def main() -> None:
    """Run the comparison, or (as a child) one side of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--accounts", type=int, default=16)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--commands", action="store_true")
    parser.add_argument("--crawl", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--base", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.crawl:
        one(lambda: crawl.crawl(asked.crawl, asked.base, asked.accounts))
    else:
        compare(asked.accounts, asked.pages, asked.rounds, commands=asked.commands)


if __name__ == "__main__":
    main()

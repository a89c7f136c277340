"""The demonstration: a made-up campaign from the first slot to a package verified offline."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler import registry
from crawler.clock import monotonic_s
from crawler.config import ENVIRONMENT, Config, load
from evidence.canonical import decode, from_value
from evidence.config import campaign_drafts, parse_campaign, parse_watchlist, watch_drafts
from evidence.imaging.distance import same_picture
from evidence.model import ImageReading, Side, Watchlist
from evidence.planning import phase_at
from evidence.projection import project_entries
from evidence.seal import Signer, trust_text
from evidence.store import Archive, open_archive
from sandbox.export import Exported, check, export
from sandbox.scenarios import demo
from sandbox.server import Sandbox

CLOCK = "simulated"
INHERITED = ("JEJAK_CHROMIUM", "JEJAK_BROWSER_USER", "JEJAK_LANGUAGE")
"""What the demonstration takes from the environment; anything else could name a real archive."""
SETTINGS = """\
# Written by the demonstration. Everything in this archive is simulated.
data_dir = "."
organisation = "Jejak, peragaan"
contact = "https://example.invalid/jejak"
origin = "peragaan.invalid/jejak"
egress_allow = ["127.0.0.0/8", "::1/128"]
timeout_s = 15
disk_reserve_bytes = 300000000
sandbox = true
clock_start = "{start}"
"""
TICK = "{at}  {phase}: {outcomes}; {seen}"
STARTED = "A made-up network of {accounts} accounts answers on loopback. Archive: {folder}"
TICK = "{at}  {phase}: {outcomes}; {seen}"
SEALED = "    sealed: {size} statements under a signed checkpoint"
EXPORTED = "Package written and checked offline by its own verifier: {word}"
TOTAL = "{slots} due slots, each with one outcome: {outcomes}"
SEEN_TOTAL = "{posts} posts kept, {edits} edited states, {absences} posts absent"
ACTS = "Interactions of watched accounts: {interactions}"
PICTURES = "{same} pairs of pictures of different accounts that may be the same picture"
GAPS = "What could not be seen is noted: {gaps}"
PACKAGE = "Package: {package}"
CHECK = "Check it yourself: python3 -I -S {package}/verify/verify.py {package} --trust {trust}"
TIME = "Took {seconds} s"
MESSAGES = (
    STARTED, TICK, SEALED, EXPORTED, TOTAL, SEEN_TOTAL, ACTS, PICTURES, GAPS, PACKAGE, CHECK, TIME,
)  # fmt: skip
SEEN = ("new", "edited", "absent", "interactions")
VERDICTS = 3
"""The verifier ends with that many lines of verdict."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demonstration did.

    outcomes: outcome word -> number of slots.   gaps: gap code -> times noted.
    posts, edits, absences: posts known, edited states kept, posts seen ABSENT (confirmed).
    interactions: act -> number of edges kept.   same_pictures: pairs of pictures of different
    accounts that may be shown as the same.
    verified: the package held under the offline verifier; report: what that printed.
    """

    folder: Path
    package: Path
    trust: Path
    outcomes: Mapping[str, int]
    gaps: Mapping[str, int]
    posts: int
    edits: int
    absences: int
    interactions: Mapping[str, int]
    same_pictures: int
    statements: int
    verified: bool
    report: str
    seconds: float


def run_demo(
    data_dir: Path,
    *,
    say: Callable[[str], None],
    words: Callable[[str], str] = str,
) -> DemoResult:
    """Crawl the made-up campaign tick by tick, seal, export, and verify offline.

    data_dir: a folder of the demonstration's own; when it holds something already, a numbered one
              beside it is taken, so that nothing is ever overwritten.
    say:      takes each line of progress.   words: translates one of MESSAGES.

    Raises JejakError when a part cannot be used.
    """
    started = monotonic_s()
    folder = _fresh(data_dir)
    with (
        Sandbox(demo.scenario(), demo.TICKS[0]) as sandbox,
        _configured(folder) as config,
        closing(open_archive(config.archive_url, config.data_dir)) as archive,
    ):
        signer = Signer(archive, config.data_dir / "keys", config.origin, clock=CLOCK)
        signer.found(demo.TICKS[0], "jejak demo")
        _load(archive, sandbox.bases)
        say(words(STARTED).format(accounts=len(demo.ACCOUNTS), folder=folder))
        for tick in demo.TICKS:
            _tick(config, archive, sandbox, signer, tick, say, words)
        exported = _export(config, archive, signer)
        result = _result(archive, folder, exported, monotonic_s() - started)
    for line in _summary(result, words):
        say(line)
    return result


def _fresh(data_dir: Path) -> Path:
    folder, number = data_dir, 1
    while folder.exists() and any(folder.iterdir()):
        number += 1
        folder = data_dir.with_name(f"{data_dir.name}-{number}")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.resolve()


@contextmanager
def _configured(folder: Path) -> Iterator[Config]:
    """The demonstration's own configuration, for this process and its children."""
    file = folder / "jejak.toml"
    file.write_text(SETTINGS.format(start=demo.TICKS[0].isoformat()), "utf-8")
    ours = {"JEJAK_CONFIG": str(file)}
    others = [n for n in ENVIRONMENT if n not in INHERITED and n in os.environ]
    before = {name: os.environ.pop(name) for name in others}
    before |= {name: os.environ[name] for name in ours if name in os.environ}
    os.environ.update(ours)
    try:
        yield load(file)
    finally:
        for name in ours:
            del os.environ[name]
        os.environ.update(before)


def _load(archive: Archive, bases: Mapping[str, str]) -> None:
    """Record the campaign and the watchlist of the example."""
    start = demo.TICKS[0]
    imported = parse_watchlist(
        demo.watchlist(bases),
        "watchlist.csv",
        existing=Watchlist(),
        platforms=set(registry.PLATFORMS),
        now=start,
        imported_by="demo",
    )
    drafts = campaign_drafts(parse_campaign(demo.campaign(), "campaign.toml"), start, CLOCK)
    drafts += watch_drafts(imported, start, CLOCK)
    project_entries(archive, archive.record(drafts))


def _tick(
    config: Config,
    archive: Archive,
    sandbox: Sandbox,
    signer: Signer,
    now: datetime,
    say: Callable[[str], None],
    words: Callable[[str], str],
) -> None:
    """Let it be `now`: run what is due on the scheduler's own path, then seal."""
    from scheduler import run_due

    sandbox.set_clock(now)
    run_due(replace(config, clock_start=now.isoformat()), archive, now)
    say(words(TICK).format(**_said(archive, now)))
    checkpoint = signer.seal(now + timedelta(minutes=5))
    if checkpoint:
        say(words(SEALED).format(size=checkpoint.size))


def _said(archive: Archive, now: datetime) -> dict[str, str]:
    """Values of a TICK line: local time, phases, outcomes and what was new."""
    rows = list(archive.rows("outcomes", since=("due_at", now - timedelta(hours=12))))
    campaign = parse_campaign(demo.campaign(), "campaign.toml")
    zones = {row["id"]: str(row["entry"]["zone"]) for row in archive.rows("watches")}
    phases = {phase_at(campaign, zones[row["watch"]], row["due_at"]) or "-" for row in rows}
    outcomes = Counter(str(row["outcome"]) for row in rows)
    seen = {name: sum(row["counts"].get(name, 0) for row in rows) for name in SEEN}
    local = now.astimezone(ZoneInfo("Asia/Jakarta"))
    return {
        "at": f"{local:%d-%m-%Y %H:%M} WIB",
        "phase": "/".join(sorted(phases)) or "-",
        "outcomes": _listed(outcomes),
        "seen": _listed({word: n for word, n in seen.items() if n}),
    }


def _export(config: Config, archive: Archive, signer: Signer) -> Exported:
    """The package about the watched persons over the whole campaign, checked offline."""
    trust = config.data_dir / "trust.txt"
    trust.write_text(trust_text(config.origin, [signer.vkey], "simulated archive"), "utf-8")
    watched = [row["id"] for row in archive.rows("watches", {"side": Side.WATCHED.value})]
    period = (demo.TICKS[0] - timedelta(days=1), demo.TICKS[-1] + timedelta(days=1))
    now = demo.TICKS[-1] + timedelta(hours=1)
    package = export(archive, signer, config.data_dir / "packages", watched, period, now)
    return check(package, trust, config.language or "id")


def _result(archive: Archive, folder: Path, exported: Exported, seconds: float) -> DemoResult:
    outcomes = list(archive.rows("outcomes"))
    gaps: Counter[str] = Counter()
    for row in outcomes:
        for gap in row["gaps"]:
            gaps[gap["code"]] += gap.get("n", 1)
    snapshots = Counter(str(row["change"]) for row in archive.rows("snapshots"))
    states = Counter(str(row["state"]) for row in archive.rows("observations"))
    return DemoResult(
        folder=folder,
        package=exported.package,
        trust=exported.trust,
        outcomes=dict(sorted(Counter(str(row["outcome"]) for row in outcomes).items())),
        gaps=dict(sorted(gaps.items())),
        posts=sum(1 for _ in archive.rows("posts")),
        edits=snapshots["EDITED"],
        absences=states["ABSENT"],
        interactions=dict(
            sorted(Counter(str(r["act"]) for r in archive.rows("interactions")).items())
        ),
        same_pictures=_same_pictures(archive),
        statements=archive.size(),
        verified=exported.verified,
        report=exported.report,
        seconds=seconds,
    )


def _summary(result: DemoResult, words: Callable[[str], str]) -> Iterator[str]:
    """The lines that end the demonstration."""
    verdicts = [line for line in result.report.splitlines() if line.strip()][-VERDICTS:]
    values: dict[str, object] = {
        "slots": sum(result.outcomes.values()),
        "outcomes": _listed(result.outcomes),
        "posts": result.posts,
        "edits": result.edits,
        "absences": result.absences,
        "interactions": _listed(result.interactions),
        "same": result.same_pictures,
        "gaps": _listed(result.gaps),
        "word": "OK" if result.verified else "FAILED",
        "package": result.package,
        "trust": result.trust,
        "seconds": f"{result.seconds:.0f}",
    }
    for message in (TOTAL, SEEN_TOTAL, ACTS, PICTURES, GAPS, EXPORTED):
        yield words(message).format(**values)
    yield from (f"    {line}" for line in verdicts)
    for message in (PACKAGE, CHECK, TIME):
        yield words(message).format(**values)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {word}" for word, n in sorted(counts.items())) or "-"


def _same_pictures(archive: Archive) -> int:
    """Pairs of pictures of different accounts that may be shown as the same."""
    readings: list[tuple[str, ImageReading]] = []
    for entry in archive.entries():
        if entry.statement.type != "fingerprint":
            continue
        opened = archive.open_object(entry.statement.rec, "fingerprint")
        row = archive.row("fingerprints", str(entry.statement.facts["capture"]))
        if opened and row:
            readings.append((str(row["watch"]), from_value(decode(opened.data), ImageReading)))
    pairs = combinations(readings, 2)
    return sum(1 for (a, one), (b, two) in pairs if a != b and same_picture(one, two))

"""The demonstration: a made-up campaign from the first slot to a package verified offline."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler import registry
from crawler.child import COMMAND
from crawler.clock import monotonic_s
from crawler.config import Config, load
from crawler.tick import run_due
from evidence.config import campaign_drafts, parse_campaign, parse_watchlist, watch_drafts
from evidence.errors import IntegrityError
from evidence.model import Side, Watchlist
from evidence.planning import phase_at
from evidence.projection import project_entries
from evidence.seal import Signer, trust_text
from evidence.store import Archive, open_archive
from sandbox.export import Exported, briefed, check, export
from sandbox.folder import Finished, begin, clear, finish, is_empty, standing, taken
from sandbox.scenarios import demo
from sandbox.server import Sandbox
from sandbox.summary import (
    BROKEN_OFF,
    FOUND,
    NOTHING_DUE,
    SEALED,
    STARTED,
    THROWN,
    TICK,
    DemoResult,
    listed,
    result_of,
    summary,
)

CLOCK = "simulated"
LOG = "crawl.log"
TRUST = "trust.txt"
SEEN = ("new", "edited", "absent", "interactions")
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
AFTERWARDS = demo.TICKS[-1] + timedelta(hours=2)
"""Where the clock of commands begins that are run over the archive when the demonstration has ended."""


def run_demo(
    data_dir: Path,
    *,
    say: Callable[[str], None],
    words: Callable[[str], str] = str,
    language: str = "id",
    fresh: bool = False,
) -> DemoResult:
    """Crawl the made-up campaign tick by tick, seal, export, and verify offline.

    data_dir: a folder of the demonstration's own. Where it holds a finished run, that archive is
              opened, shown to have nothing due, and its package verified again; a run that was
              broken off is thrown away and made anew.
    say:      takes each line of progress.   words: translates one of MESSAGES.
    language: of the verifier, `id` or `en`.   fresh: throw a finished run away as well.

    Raises JejakError when a part cannot be used; nothing is touched in a folder that is not a
    demonstration's.
    """
    started = monotonic_s()
    with taken(data_dir) as folder:
        left = standing(folder)
        if left and not fresh:
            result = _again(folder, left, say, words, language, started)
        else:
            if not is_empty(folder):
                say(words(THROWN if left else BROKEN_OFF).format(folder=folder))
                clear(folder)
            result = _anew(folder, say, words, language, started)
    for line in summary(result, words):
        say(line)
    return result


def _anew(
    folder: Path,
    say: Callable[[str], None],
    words: Callable[[str], str],
    language: str,
    started: float,
) -> DemoResult:
    """The whole campaign, in an empty folder."""
    begin(folder)
    config = _configured(folder)
    with (
        Sandbox(demo.scenario(), demo.TICKS[0]) as sandbox,
        closing(open_archive(config.archive_url, config.data_dir)) as archive,
    ):
        signer = Signer(archive, config.data_dir / "keys", config.origin, clock=CLOCK)
        signer.found(demo.TICKS[0], "jejak demo")
        _load(archive, sandbox.bases)
        say(words(STARTED).format(accounts=len(demo.ACCOUNTS), folder=folder))
        for tick in demo.TICKS:
            _tick(config, archive, sandbox, signer, tick, say, words)
        exported = _export(config, archive, signer, language)
        result = result_of(archive, folder, exported, monotonic_s() - started)
    package = str(result.package.relative_to(folder))
    outcomes = sum(result.outcomes.values())
    finish(folder, Finished(package, result.statements, result.snapshots, outcomes))
    return result


def _again(
    folder: Path,
    left: Finished,
    say: Callable[[str], None],
    words: Callable[[str], str],
    language: str,
    started: float,
) -> DemoResult:
    """A finished run, opened once more: another tick finds nothing due, the package still holds."""
    say(words(FOUND).format(folder=folder))
    config, now = _configured(folder), demo.TICKS[-1]
    with closing(open_archive(config.archive_url, config.data_dir)) as archive:
        before = archive.size()
        ticked = run_due(replace(config, clock_start=now.isoformat()), archive, now)
        exported = check(folder / left.package, folder / TRUST, config.language or language)
        result = result_of(archive, folder, exported, monotonic_s() - started)
    lost = result.statements < left.statements or result.snapshots < left.snapshots
    if ticked.due or ticked.missed or result.statements != before or lost:
        raise IntegrityError(
            f"data folder {folder}",
            "a finished demonstration had something due, or lost what it had recorded",
            "Run `jejak demo --fresh` to throw it away and begin anew",
        )
    say(words(NOTHING_DUE).format(statements=result.statements, snapshots=result.snapshots))
    return result


def _configured(folder: Path) -> Config:
    """The demonstration's own configuration; of the environment only what names no archive.

    Its clock begins where the demonstration ends: commands that are run over the archive afterwards
    must not date their records before those that are there (TIME_ORDER).
    """
    file = folder / "jejak.toml"
    file.write_text(SETTINGS.format(start=AFTERWARDS.isoformat()), "utf-8")
    return load(file, {name: os.environ[name] for name in INHERITED if name in os.environ})


def _command(folder: Path) -> tuple[str, ...]:
    """What visits a batch, its log going to a file beside the archive."""
    script = 'log=$1; shift; exec "$@" 2>>"$log"'
    return ("/bin/sh", "-c", script, "sh", str(folder / LOG), *COMMAND)


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
    sandbox.set_clock(now)
    run_due(
        replace(config, clock_start=now.isoformat()),
        archive,
        now,
        command=_command(config.data_dir),
    )
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
        "outcomes": listed(outcomes),
        "seen": listed({word: n for word, n in seen.items() if n}),
    }


def _export(config: Config, archive: Archive, signer: Signer, language: str) -> Exported:
    """The package about the watched persons over the whole campaign, checked offline."""
    trust = config.data_dir / TRUST
    trust.write_text(trust_text(config.origin, [signer.vkey], "simulated archive"), "utf-8")
    watched = [row["id"] for row in archive.rows("watches", {"side": Side.WATCHED.value})]
    period = (demo.TICKS[0] - timedelta(days=1), demo.TICKS[-1] + timedelta(days=1))
    now = demo.TICKS[-1] + timedelta(hours=1)
    brief = briefed(config, {str(row["platform"]) for row in archive.rows("watches")})
    before = archive.size()
    package = export(archive, signer, config.data_dir / "packages", watched, period, now, brief)
    project_entries(archive, list(archive.entries(before)))
    return check(package, trust, config.language or language)

"""The demonstration: from a watchlist to a package that is verified offline, on the real path."""

from __future__ import annotations

import importlib.util
import json
from contextlib import closing
from ctypes.util import find_library
from pathlib import Path

import pytest

from crawler.config import load
from evidence.canonical import instant
from evidence.config import parse_campaign, parse_watchlist
from evidence.errors import ConfigError
from evidence.model import Side, StatusClass, Watchlist
from evidence.planning import phase_at
from evidence.query import fsck
from evidence.store import open_archive
from sandbox.scenarios.demo import TICKS, campaign, watchlist
from sandbox.world import PLATFORMS

BASES = {platform: f"http://127.0.0.1:{8000 + n}" for n, platform in enumerate(PLATFORMS)}


def test_the_example_watchlist_is_taken_whole() -> None:
    imported = parse_watchlist(
        watchlist(BASES),
        "watchlist.csv",
        existing=Watchlist(),
        platforms=set(PLATFORMS),
        now=TICKS[0],
        imported_by="uji",
    )

    watched = [e for e in imported.added if e.side is Side.WATCHED]
    assert len(imported.added) == 10
    assert {e.attribution.status_class for e in watched} == {
        StatusClass.PNS,
        StatusClass.PPPK,
        StatusClass.KADES,
        StatusClass.LURAH,
        StatusClass.POLRI,
    }
    assert {e.zone for e in watched} == {"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}


def test_no_placeholder_is_left_in_the_loaded_watchlist() -> None:
    assert b"{sandbox" not in watchlist(BASES)


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_the_ticks_walk_through_all_phases_in_every_zone(zone: str) -> None:
    read = parse_campaign(campaign(), "campaign.toml")

    assert [phase_at(read, zone, tick) for tick in TICKS] == [
        "CAMPAIGN",
        "CAMPAIGN",
        "QUIET",
        "VOTING",
        "RECAP",
    ]


def _unready() -> str:
    missing = [
        platform
        for platform in PLATFORMS
        if importlib.util.find_spec(f"crawler.platforms.{platform}.spider") is None
    ]
    return f"no spider yet for {', '.join(missing)}" if missing else ""


@pytest.mark.mongo
@pytest.mark.timeout(240)
def test_the_demonstration_sees_what_the_scenario_says_and_its_package_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.demo import run_demo

    if reason := _unready():
        pytest.skip(reason)
    monkeypatch.setenv("JEJAK_ARCHIVE_URL", "mongodb://real.invalid/evidence")
    said: list[str] = []
    try:
        result = run_demo(tmp_path / "demo", say=said.append)
    except ConfigError as error:
        pytest.skip(f"the demonstration needs an embedded mongod: {error}")

    assert result.verified, result.report
    assert sum(result.outcomes.values()) == 48
    assert "FAILED" not in result.outcomes
    assert "MISSED" not in result.outcomes
    assert result.edits == 3
    assert result.absences == 2
    assert set(result.interactions) >= {"LIKE", "COMMENT", "SHARE", "FOLLOW"}
    assert result.same_pictures >= 3
    assert result.renamed == 1
    assert "SIMULASI" in result.report
    assert said[-2:] == [f"Package: {result.package}", "Every check passed."]
    report = (result.package / "data/report/laporan.html").read_text("utf-8")
    assert "RANCANGAN" not in report
    assert "Lampiran teknis" in report
    if find_library("pango-1.0"):
        assert (result.package / "data/report/laporan.pdf").read_bytes().startswith(b"%PDF")
        assert any("laporan.pdf" in line for line in said)

    with closing(open_archive("", tmp_path / "demo")) as archive:
        assert fsck(archive, projections=True).faults == []
    afterwards = load(tmp_path / "demo" / "jejak.toml", {}).clock().now()
    dates = [json.loads(p.read_bytes())["at"] for p in result.package.glob("data/statements/*")]
    assert instant(afterwards) > max(dates), "a later command's records would be dated back"

    said.clear()
    again = run_demo(tmp_path / "demo", say=said.append)

    assert again.package == result.package
    assert (again.statements, again.snapshots) == (result.statements, result.snapshots)
    assert again.verified
    assert any("nothing is due" in line for line in said)
    assert said[-2:] == [f"Package: {result.package}", "Every check passed."]
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_line_of_the_demonstration_is_in_both_catalogues(language: str) -> None:
    from cli.words import read_catalogue
    from sandbox.summary import MESSAGES

    said = read_catalogue(language)
    assert [message for message in MESSAGES if not said.get(message)] == []

"""retention on the command line: a plan changes nothing, applying asks for a second officer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli import exits
from cli.shell import Shell

OFFICER = ("--order", "5/2030", "--officer", "Budi Santoso")


@pytest.fixture
def years_later(monkeypatch) -> None:
    monkeypatch.setattr(
        Shell, "now", lambda _self: datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=400)
    )


def test_a_plan_changes_nothing(call, archive, years_later):
    size = archive.size()

    said = json.loads(call("retention", "plan", "--json").stdout)

    assert said["request"] is None
    assert archive.size() == size


def test_what_is_due_is_erased_when_a_second_officer_confirms(call, login, archive, years_later):
    Path("retention.toml").write_text(
        "[[rule]]\nclass = 'ROUTINE'\nkeep_days = 0\nsource = 'uji'\n"
    )
    (page,) = _loose_page(archive)

    asked = json.loads(call("retention", "apply", *OFFICER, "--json").stdout)
    alone = call("erase", "confirm", asked["request"], "--officer", "Budi Santoso")
    login(4000002)
    done = call("erase", "confirm", asked["request"], "--officer", "Ani")

    assert asked["due"] == [page]
    assert alone.exit_code == exits.SCOPE
    assert done.exit_code == exits.OK
    assert archive.open_object(page, "exchange") is None
    assert "retensi: uji" in Path(f"berita-acara-pemusnahan-{asked['request'][:8]}.txt").read_text()


def test_rules_that_cannot_be_used_are_a_configuration_error(call, years_later):
    Path("retention.toml").write_text("rule = 3\n")

    assert call("retention", "plan").exit_code == exits.CONFIG


def _loose_page(archive) -> list[str]:
    """A page on which nothing new was seen."""
    from evidence.model import Exchange
    from evidence.projection import project_entries
    from evidence.record import Recorder

    at = datetime(2026, 11, 25, tzinfo=UTC)
    watch = next(archive.rows("watches"))["id"]
    exchange = Exchange("https://t.me/s/x", "GET", at, at, (), 200, (), b"x")
    draft = Recorder("system", "t").capture(exchange, visit="v", watch=watch, slot=None)
    entries = archive.record([draft])
    project_entries(archive, entries)
    return [e.statement.rec for e in entries]

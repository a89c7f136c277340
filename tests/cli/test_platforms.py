"""`jejak platforms`: the table of what is observable where, and its page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import exits
from cli.platforms import flat, page
from cli.words import read_catalogue
from crawler.registry import PLATFORMS
from evidence.model import Act

PAGE = Path(__file__).parents[2] / "docs/how-to/platforms.md"


def test_every_platform_says_of_every_act_whether_it_shows(call):
    said = json.loads(call("platforms", "--json").stdout)

    assert [row["name"] for row in said] == sorted(PLATFORMS)
    for row in said:
        assert set(row["observable"]) == {act.value for act in Act}
    assert {r["name"]: r["observable"]["LIKE"] for r in said}["mastodon"] == "campaign side"


@pytest.mark.parametrize(("language", "word"), [("en", "account"), ("id", "akun")])
def test_the_table_speaks_both_languages(call, language, word):
    result = call("--language", language, "platforms")

    (row,) = [line for line in result.stdout.splitlines() if line.strip().startswith("telegram")]
    assert row.split()[:5] == ["telegram", "3", "-", "-", word]


def test_one_platform_is_told_with_its_surfaces(call):
    result = call("platforms", "telegram")

    assert "https://t.me/s/{channel}" in result.stdout
    assert "No phone number" in result.stdout


def test_what_a_manifest_says_is_in_the_indonesian_catalogue_for_the_report():
    """The technical annex goes to people who read Indonesian."""
    manifests = [found.manifest for found in PLATFORMS.values()]
    said = {flat(text) for m in manifests for text in (m.robots, m.terms)}
    said |= {flat(surface.gives) for m in manifests for surface in m.surfaces}

    assert sorted(said - set(read_catalogue("id"))) == []


def test_an_unknown_platform_is_a_usage_error(call):
    assert call("platforms", "frendster").exit_code == exits.USAGE


def test_the_page_of_the_documentation_is_what_the_manifests_say():
    """Run scripts/platforms-page when a manifest has changed, and commit both together."""
    shown = [p.manifest for _name, p in sorted(PLATFORMS.items())]

    assert PAGE.read_text("utf-8") == page(shown) + "\n"

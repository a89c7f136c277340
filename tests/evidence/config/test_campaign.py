"""Campaign files: the shipped ones, and every way to get one wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.config import CampaignErrors, campaign_drafts, parse_campaign
from evidence.config.campaign import read_cadence

CAMPAIGNS = Path(__file__).parents[3] / "campaigns"
GOOD = """
id = "uji"
name = "Uji"
kind = "PILKADA"
legal_source = "PKPU 2/2024"
legal_basis = "UU 10/2016"
purpose = "uji"
[[phase]]
name = "CAMPAIGN"
starts = 2024-09-25
ends = 2024-11-24
cadence = { A = "6h", B = "1d" }
[[phase]]
name = "QUIET"
starts = 2024-11-24T00:00:00
ends = "2024-11-27"
cadence = { A = "30m" }
"""


def refusals(text: str | bytes) -> list[str]:
    with pytest.raises(CampaignErrors) as caught:
        parse_campaign(text.encode() if isinstance(text, str) else text, "c.toml")
    return [str(p) for p in caught.value.problems]


def test_a_campaign_file_is_read():
    campaign = parse_campaign(GOOD.encode(), "c.toml")

    assert [p.starts for p in campaign.phases] == ["2024-09-25T00:00:00", "2024-11-24T00:00:00"]
    assert campaign.phases[0].cadence_s == (("A", 21_600), ("B", 86_400))
    assert campaign.phases[1].ends == "2024-11-27T00:00:00"


@pytest.mark.parametrize("file", sorted(CAMPAIGNS.glob("*.toml")), ids=lambda p: p.stem)
def test_a_shipped_campaign_is_sound_and_named_like_its_file(file):
    campaign = parse_campaign(file.read_bytes(), file.name)

    assert campaign.id == file.stem
    assert campaign.legal_source.startswith("PKPU ")


@pytest.mark.parametrize(
    ("name", "campaign_days", "vote"),
    [("pemilu-2024", 75, date(2024, 2, 14)), ("pilkada-2024", 60, date(2024, 11, 27))],
)
def test_a_shipped_campaign_has_the_days_of_its_regulation(name, campaign_days, vote):
    phases = {
        p.name: p for p in parse_campaign((CAMPAIGNS / f"{name}.toml").read_bytes(), name).phases
    }

    def days(phase: str) -> int:
        ends, starts = phases[phase].ends, phases[phase].starts
        return (datetime.fromisoformat(ends) - datetime.fromisoformat(starts)) // timedelta(days=1)

    assert days("CAMPAIGN") == campaign_days
    assert days("QUIET") == 3
    assert phases["VOTING"].starts == f"{vote}T00:00:00"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('starts = 2024-11-24T00:00:00', "starts = 2024-11-20",
         ("phase[2].starts: begins before CAMPAIGN ends (2024-11-24T00:00:00). "
         "Begin it at 2024-11-24T00:00:00.")),
        ('starts = 2024-11-24T00:00:00', "starts = 2024-11-25",
         ("phase[2].starts: leaves a hole after CAMPAIGN, which ends 2024-11-24T00:00:00. "
         "Begin it at 2024-11-24T00:00:00.")),
        ('"PILKADA"', '"PILPRES"',
         "kind: is not one of the words for this column. Use one of: PEMILU, PILKADA."),
        ('"6h"', '"6 hours"',
         ('phase[1].cadence.A: is not a cadence. '
         'Write a whole number and s, m, h or d: "30m", "6h", "1d".')),
        ('"6h"', '"0h"',
         ('phase[1].cadence.A: is not a cadence. '
         'Write a whole number and s, m, h or d: "30m", "6h", "1d".')),
        ('"QUIET"', '"CAMPAIGN"',
         "phase[2].name: is the name of phase[1] already. Give each phase its own name."),
        ("starts = 2024-09-25", "starts = 2024-09-25T00:00:00+07:00",
         ("phase[1].starts: has a time-zone offset. "
         "Write local time without offset; the zone is that of each watchlist row.")),
        ("ends = 2024-11-24", "ends = 2024-09-25",
         ("phase[1].ends: is not after the start of the phase. "
         "ends is the first moment outside it.")),
        ('purpose = "uji"', "", "purpose: the key is missing. Add it."),
        ('purpose = "uji"', 'purpose = "uji"\nzone = "Asia/Tokyo"',
         ("zone: a campaign has no zone of its own. "
         "Remove it; phases are local time in the zone of each watchlist row.")),
        ('id = "uji"', 'id = "Uji 1"',
         "id: is not a campaign id. Use lower-case letters, digits and hyphens."),
        ('id = "uji"', 'id = "uji"\nsuperseded_by = "uji"',
         "superseded_by: names the campaign itself. Name the campaign that replaces this one."),
        ("{ A = \"30m\" }", "{ aa = \"30m\" }",
         "phase[2].cadence.aa: is not one capital letter. Write A, B, C, ..."),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_key(old, new, said):
    assert said in refusals(GOOD.replace(old, new, 1))


def test_malformed_toml_is_named_by_its_line():
    assert "line 2" in refusals("id = 'a'\nkind = \n")[0]


def test_a_file_that_is_not_utf8_is_refused():
    assert refusals(b"id = '\xff'") == ["byte 6 is not UTF-8. Save the file as UTF-8."]


def test_a_campaign_without_phases_is_refused():
    said = refusals(GOOD.partition("[[phase]]")[0])

    assert said == ["phase: the campaign has no [[phase]]. Add at least one."]


def test_the_statement_repeats_the_schedule():
    draft = campaign_drafts(
        parse_campaign(GOOD.encode(), "c"), datetime(2026, 11, 22, tzinfo=UTC), "system"
    )[0]

    assert draft.facts["campaign"] == "uji"
    assert draft.facts["schedule"]["phases"][1] == {
        "name": "QUIET",
        "starts": "2024-11-24T00:00:00",
        "ends": "2024-11-27T00:00:00",
        "cadence_s": {"A": 1800},
    }


@given(st.integers(1, 999_999), st.sampled_from("smhd"))
def test_a_cadence_is_its_number_times_its_unit_up_to_31_days(number, unit):
    seconds = number * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]

    assert read_cadence(f"{number}{unit}") == (seconds if seconds <= 31 * 86400 else None)


@given(st.text(max_size=200))
def test_no_text_crashes_the_reader(text):
    with pytest.raises(CampaignErrors):
        parse_campaign(text.encode("utf-8", "replace"), "c.toml")


@pytest.mark.parametrize("text", ["a = " + "[" * 20_000, "a" * 2_000_000, "\ufeffid = 1"])
def test_a_hostile_file_is_refused_and_not_a_crash(text):
    assert refusals(text)

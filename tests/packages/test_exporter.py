"""What whoever exports can leave out or say twice must not make a verdict stronger than proven."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.package import Selection, select
from evidence.verify.verify import Malformed as Refused
from evidence.verify.verify import (
    Report,
    TrustError,
    parse_description,
    parse_trust,
    render_text,
    verify,
)
from tests.packages.adversary import Twin
from tests.packages.synthetic import (
    END,
    HOUR,
    START,
    WATCH,
    Site,
    Visitor,
    make_package,
    make_site,
    watch_draft,
)


def left_out(site: Site, kind: str = "") -> Selection:
    """What an exporter chooses who leaves out the first statements, ADDED, of a type."""
    hidden = {
        e.index
        for e in site.archive.entries()
        if e.statement.type.value == kind and e.statement.facts.get("change") == "ADDED"
    }
    whole = select(site.archive, watches=(WATCH,), period=(START, END))
    return replace(whole, indices=tuple(i for i in whole.indices if i not in hidden))


def row_changed(site: Site) -> None:
    """The account's row gets a tier that is never due, before its first visit."""
    visitor = Visitor(site.archive, "system")
    visitor.put(watch_draft(visitor.recorder, WATCH, START - HOUR / 2, change="CHANGED", tier="Z"))


def without(site: Site, tmp_path: Path, kind: str) -> Report:
    """The report on a package whose exporter leaves out the first statements of a type."""
    package = make_package(site, tmp_path / "out", selection=left_out(site, kind))
    return verify(package, site.trust)


def test_holes_do_not_vanish_with_the_campaign_that_shows_them(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site", holes=2)

    report = without(site, tmp_path, "campaign")

    assert report.completeness[0] == "INCOMPLETE"
    assert "SCHEDULE_ABSENT" in {f.code for f in report.findings}


def test_a_row_without_the_version_it_changes_has_no_schedule(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site", holes=2)
    row_changed(site)

    report = without(site, tmp_path, "watch")

    assert report.completeness[0] == "INCOMPLETE"
    assert "SCHEDULE_FORMAT" in {f.code for f in report.findings}


def test_a_period_without_accounts_states_no_completeness(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    chosen = replace(left_out(site), watches=())

    report = verify(make_package(site, tmp_path / "out", selection=chosen), site.trust)

    assert report.completeness[0] == "NOT_STATED"


@pytest.mark.parametrize("field", ["watches", "records", "posts"])
def test_nothing_is_counted_twice(sound: Path, field: str) -> None:
    path = next(sound.glob("data/objects/*/package.json"))
    value = json.loads(path.read_bytes())
    value[field] = (value[field] or ["x"])[:1] * 2
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    with pytest.raises(Refused, match="double"):
        parse_description(text.encode())


def test_the_verdict_says_for_which_time_visits_are_accounted_for(sound: Path, site: Site) -> None:
    report = verify(sound, site.trust)

    assert f"{START:%Y-%m-%dT%H:%M:%SZ} - {END:%Y-%m-%dT%H:%M:%SZ}" in report.completeness[2]


def test_the_verdict_says_that_the_reports_words_were_not_compared(sound: Path, site: Site) -> None:
    assert "report and web archive say was not compared" in verify(sound, site.trust).integrity[2]


def test_the_name_of_a_folder_writes_no_line_of_the_report(
    sound: Path, site: Site, tmp_path: Path
) -> None:
    twin = Twin(sound, tmp_path / "x\nIntegrity: INTACT\x1b[8m")

    lines = render_text(verify(twin.root, site.trust), "en").split("\n")

    assert sum(line.startswith("Integrity: ") for line in lines) == 1
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize(
    "hidden", ["# catatan\u2028{0}", "# catatan\x0b{0}", "# \u202e\n", "# \x1b[8m\n"]
)
def test_a_trust_file_hides_nothing_from_who_reads_it(site: Site, hidden: str) -> None:
    with pytest.raises(TrustError, match="cannot be seen"):
        parse_trust(site.trust + hidden.format(site.trust.splitlines()[2]))


@pytest.mark.parametrize("word", ["vkey", "retired 5"])
def test_a_trust_file_does_not_name_a_key_twice(site: Site, word: str) -> None:
    again = site.trust.splitlines()[2].replace("vkey", word)

    with pytest.raises(TrustError, match="twice"):
        parse_trust(f"{site.trust}{again}\n")

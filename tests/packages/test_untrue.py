"""Times that cannot be true and versions left out are found, whoever made the package."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from evidence.verify.verify import TEXTS, Report, render_json, verify
from tests.evidence.seal.tsa import LocalTsa, serving
from tests.formats.second_reader import read_package
from tests.packages.adversary import Twin
from tests.packages.synthetic import HOUR, NOW, OTHER, START, WATCH
from tests.packages.untrue import LATE, MINUTE, UNTRUE, Office, honest, nothing_due

Sound = tuple[Path, str, Report]


@pytest.fixture(scope="module")
def tsas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[LocalTsa]]:
    folder = tmp_path_factory.mktemp("tsa")
    with (
        serving(LocalTsa(folder / "a", "TSA Satu")) as one,
        serving(LocalTsa(folder / "b", "TSA Dua")) as two,
    ):
        yield one, two


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, tsas: Sequence[LocalTsa]) -> Sound:
    package, trust = honest(tmp_path_factory.mktemp("honest"), tsas)
    return package, trust, verify(package, trust)


def test_a_capture_is_bounded_on_both_sides(sound: Sound) -> None:
    package, trust, report = sound

    second = read_package(package, trust)
    assert (second.problems, second.holes) == ([], [])
    assert report.ok, report.findings
    assert {f.code for f in report.findings} == {
        "OBJECT_WITHHELD",
        "SLOT_NOT_SEEN",
        "REVOCATION_NOT_SHOWN",
    }
    assert report.time[0] == "BOUNDED"
    assert "1 of 6 captures name a stamp and were recorded after it" in report.time[2]
    bounds = json.loads(render_json(report))["times"]
    (both,) = [b for b in bounds if b["not_before"]]
    assert len(bounds) == 6
    assert both["not_before"] == {"time": "2026-11-22T17:30:00Z", "authority": "TSA Satu"}
    assert both["not_after"] == {"time": "2026-11-22T21:06:00Z", "authority": "TSA Dua"}


def test_a_stamp_over_none_of_the_exported_records_is_shipped_when_a_capture_names_it(
    tmp_path: Path, tsas: Sequence[LocalTsa]
) -> None:
    office = Office(tmp_path, tsas)
    for minutes in (3, 2):
        at = LATE - minutes * MINUTE
        office.visitor.capture(OTHER, None, "https://contoh.test/1", b"{}", at)
        head = office.site.signer.seal(at)
        assert head is not None
        tokens = office.stamp(office.site.archive, head, at)
    office.visitor.capture(WATCH, None, "https://contoh.test/1", b"{}", LATE, tokens=tokens)
    office.close()

    report = verify(*office.export())

    assert report.ok
    assert "TOKEN_MISSING" not in {f.code for f in report.findings}
    assert report.times[-1].not_before is not None
    assert report.times[-1].not_before.time == (LATE - 2 * MINUTE).timestamp()


def test_without_a_word_of_the_authority_there_is_an_order_and_no_time(
    tmp_path: Path, tsas: Sequence[LocalTsa]
) -> None:
    package, _trust = honest(tmp_path, tsas)

    report = verify(package, Office(tmp_path / "other", tsas).site.trust)

    assert all(b.not_before is None and b.not_after is None for b in report.times)
    assert "0 of 6 captures name a stamp" not in report.time[2]


def test_verdicts_that_lean_on_records_are_qualified_when_an_error_is_found(
    tmp_path: Path, tsas: Sequence[LocalTsa]
) -> None:
    report = verify(*UNTRUE["capture_of_a_later_day"][1](tmp_path, tsas))

    assert report.time[0] == "BOUNDED"
    assert report.time[1].startswith("HANYA berlaku bila ")
    assert report.time[2].startswith("Holds ONLY if ")
    assert report.completeness[2].startswith("Holds ONLY if ")


def test_a_capture_that_is_not_proven_to_be_in_the_log_is_dated_by_no_stamp_over_it(
    sound: Sound, tmp_path: Path
) -> None:
    package, trust, before = sound
    twin = Twin(package, tmp_path / "twin")
    entry = before.times[0].entry
    twin.edit(f"data/statements/{entry}.json", b'"state":"COMPLETE"', b'"state":"PARTIAL"')
    twin.cover_up()

    report = verify(twin.root, trust)

    assert "PROOF_INCLUSION" in {f.code for f in report.findings}
    assert (before.times[0].not_after is None, report.times[0].not_after) == (False, None)


def test_a_period_in_which_nothing_was_due_states_no_completeness(
    tmp_path: Path, tsas: Sequence[LocalTsa]
) -> None:
    report = verify(*nothing_due(tmp_path, tsas))

    assert report.ok
    assert report.completeness[0] == "NOT_STATED"
    assert (
        "no visit was due in 2026-11-22T17:01:00Z - 2026-11-22T17:02:00Z" in report.completeness[2]
    )


@pytest.mark.parametrize("name", sorted(UNTRUE))
def test_what_cannot_be_true_is_found(name: str, tmp_path: Path, tsas: Sequence[LocalTsa]) -> None:
    code, make = UNTRUE[name]

    package, trust = make(tmp_path, tsas)

    report, second = verify(package, trust), read_package(package, trust)

    assert code in {f.code for f in report.findings}
    assert report.ok == (TEXTS[code][0] != "error") == (not second.problems)
    assert second.problems or second.holes
    if code.startswith("VERSION_"):
        assert report.completeness[0] == "INCOMPLETE"


def test_a_clock_a_little_off_is_no_lie(tmp_path: Path, tsas: Sequence[LocalTsa]) -> None:
    """A capture at START + 1 h names a stamp of a minute later: within what clocks may differ."""
    office = Office(tmp_path, tsas, named_at=START + HOUR + MINUTE)
    office.close(at=NOW - MINUTE)

    report = verify(*office.export())

    assert report.ok, report.findings

"""Versions follow one another, and times the log: the full check of a store finds where not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evidence.canonical import encode, instant, new_record_id
from evidence.model import Draft, Plain, StatementType
from evidence.query import fsck
from evidence.query.version import newest_versions
from evidence.store import MemoryArchive

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WATCH = "w-0123456789ab"


@pytest.fixture
def archive() -> MemoryArchive:
    return MemoryArchive()


def put(archive: MemoryArchive, kind: StatementType, at: datetime, **facts: Any) -> str:
    draft = Draft(kind, new_record_id(), at, "system", facts)
    archive.record([draft])
    return draft.rec


def version(
    archive: MemoryArchive, previous: str | None, at: datetime = NOW, **changed: Any
) -> str:
    facts = {"watch": WATCH, "change": "CHANGED" if previous else "ADDED", "previous": previous}
    return put(archive, StatementType.WATCH, at, **{**facts, **changed})


def faults(archive: MemoryArchive) -> list[str]:
    return [fault.code for fault in fsck(archive).faults]


def export(archive: MemoryArchive, *versions: str, at: datetime = NOW, **more: Any) -> None:
    described = Plain("package", "application/json", encode({"watches": [WATCH]}))
    facts = {"action": "EXPORT", "subjects": [], "purpose": "p", "order": "1", **more}
    draft = Draft(
        StatementType.CUSTODY, new_record_id(), at, "system",
        {**facts, "versions": sorted(versions)}, (described,),
    )  # fmt: skip
    archive.record([draft])


def test_an_export_that_names_the_newest_versions_is_sound(archive: MemoryArchive) -> None:
    campaign = put(
        archive, StatementType.CAMPAIGN, NOW, campaign="uji", change="ADDED", previous=None
    )
    first = version(archive, None)
    version(archive, None, watch="w-ba9876543210")
    export(archive, campaign, first, at=NOW + 30 * MINUTE)
    just_now = version(archive, first, at=NOW + 30 * MINUTE)
    export(archive, campaign, first, at=NOW + 35 * MINUTE)
    export(archive, campaign, just_now, at=NOW + 35 * MINUTE)

    assert faults(archive) == []


@pytest.mark.parametrize("which", ["the one before", "no row", "no campaign", "nobody's"])
def test_an_export_that_hides_the_newest_version_is_a_fault(
    archive: MemoryArchive, which: str
) -> None:
    campaign = put(
        archive, StatementType.CAMPAIGN, NOW, campaign="uji", change="ADDED", previous=None
    )
    first = version(archive, None)
    newest = version(archive, first)
    named = {
        "the one before": (campaign, first), "no row": (campaign,), "no campaign": (newest,),
        "nobody's": (campaign, newest, "f" * 32),
    }  # fmt: skip
    export(archive, *named[which], at=NOW + 30 * MINUTE)

    assert faults(archive) == ["VERSION_NAMED"]


def test_the_newest_versions_are_those_of_the_log(archive: MemoryArchive) -> None:
    put(archive, StatementType.CAMPAIGN, NOW, campaign="uji", change="ADDED", previous=None)
    first = version(archive, None)
    newest = version(archive, first)
    put(archive, StatementType.CAPTURE, NOW, watch=WATCH)

    found = newest_versions(archive)

    assert found[WATCH] == newest
    assert sorted(found) == ["uji", WATCH]


def outcome(archive: MemoryArchive, *versions: str) -> str:
    facts = {"watch": WATCH, "slot": None, "due_at": None, "versions": list(versions)}
    return put(archive, StatementType.OUTCOME, NOW, **facts)


def test_an_outcome_names_versions_made_before_it(archive: MemoryArchive) -> None:
    campaign = put(
        archive, StatementType.CAMPAIGN, NOW, campaign="uji", change="ADDED", previous=None
    )
    outcome(archive, campaign, version(archive, None))

    assert faults(archive) == []


@pytest.mark.parametrize("which", ["nobody's", "another's", "a later one", "no version"])
def test_an_outcome_that_names_something_else_is_a_fault(
    archive: MemoryArchive, which: str
) -> None:
    other = version(archive, None, watch="w-ba9876543210")
    capture = put(archive, StatementType.CAPTURE, NOW, watch=WATCH)
    later = Draft(
        StatementType.WATCH, new_record_id(), NOW, "system",
        {"watch": WATCH, "change": "ADDED", "previous": None},
    )  # fmt: skip
    named = {
        "nobody's": "f" * 32,
        "another's": other,
        "a later one": later.rec,
        "no version": capture,
    }

    outcome(archive, named[which])
    archive.record([later])

    assert faults(archive) == ["VERSION_NAMED"]


def test_versions_in_a_row_are_sound(archive: MemoryArchive) -> None:
    version(archive, version(archive, version(archive, None), NOW + MINUTE), NOW + 2 * MINUTE)

    check = fsck(archive)

    assert (check.faults, check.notes) == ([], [])


@pytest.mark.parametrize(
    ("previous", "changed"),
    [
        ("first", {}),
        (None, {}),
        ("f" * 32, {}),
        ("second", {"at": NOW - MINUTE}),
        ("second", {"change": "ADDED"}),
    ],
)
def test_a_version_that_does_not_follow_the_one_before_is_a_fault(
    archive: MemoryArchive, previous: str | None, changed: dict[str, Any]
) -> None:
    first = version(archive, None)
    known = {"first": first, "second": version(archive, first)}

    version(archive, known.get(previous or "", previous), **changed)

    assert faults(archive) == ["VERSION_CHAIN"]


def test_a_version_that_names_none_is_noted(archive: MemoryArchive) -> None:
    put(archive, StatementType.WATCH, NOW, watch=WATCH, change="ADDED")

    check = fsck(archive)

    assert (check.faults, [note.code for note in check.notes]) == ([], ["VERSION_UNCHAINED"])


def test_records_dated_far_before_earlier_ones_are_one_fault_a_run(
    archive: MemoryArchive,
) -> None:
    for minutes in (0, 11, 2, 0, 5, 0, 0, 11):
        put(archive, StatementType.CAPTURE, NOW + minutes * MINUTE, watch=WATCH)

    assert faults(archive) == ["TIME_ORDER", "TIME_ORDER"]


def test_an_outcome_before_its_visit_was_due_is_a_fault(archive: MemoryArchive) -> None:
    for at in (NOW, NOW - MINUTE, NOW - 2 * MINUTE):
        facts = {"slot": None, "due_at": instant(NOW)}
        put(archive, StatementType.OUTCOME, at, watch=WATCH, **facts)

    assert faults(archive) == ["OUTCOME_EARLY"]

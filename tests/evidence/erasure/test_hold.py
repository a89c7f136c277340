"""What a hold names, what it covers, and which of several is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evidence.erasure import add_hold, confirm_erasure, holds, lift_hold, request_erasure
from evidence.errors import ScopeError
from evidence.model import StatementType
from evidence.query.custody import custody_draft, record_custody
from evidence.query.hold import held_records
from evidence.query.subject import find_subject, named_subject, records_of, subject_of
from tests.evidence.erasure.office import NOW, RECORDER, Office

WORDS = {"case": "03/TM", "order": "9/ST", "actor": "citra"}
ASKED = {"basis": "UU 27/2022", "order": "12/2026", "officer": "Budi", "actor": "budi"}


def exported(office: Office, *recs: str) -> str:
    """Name of the folder of a package of these records."""
    draft = custody_draft(RECORDER, "EXPORT", recs, NOW, actor="b", purpose="p", order="1")
    record_custody(office.archive, draft)
    return f"jejak-20261125-{draft.rec[:8]}"


def snapshot(office: Office) -> str:
    return str(office.archive.row("posts", "telegram|42")["snapshot"])


def test_a_hold_on_a_package_keeps_every_record_in_it_from_being_erased(office):
    archive, rec = office.archive, snapshot(office)
    package = find_subject(archive, exported(office, rec))
    add_hold(archive, RECORDER, package, NOW, **WORDS)

    for name in (rec, "telegram|42"):
        with pytest.raises(ScopeError, match="held for case 03/TM"):
            request_erasure(archive, RECORDER, [find_subject(archive, name)], NOW, **ASKED)

    assert set(held_records(archive, holds(archive))) == {rec, package.id}


def test_a_package_is_free_again_when_the_hold_on_it_is_lifted(office):
    archive, rec = office.archive, snapshot(office)
    package = find_subject(archive, exported(office, rec))
    add_hold(archive, RECORDER, package, NOW, **WORDS)
    lift_hold(archive, RECORDER, package, NOW, **WORDS)
    subject = find_subject(archive, rec)

    asked, _ = request_erasure(archive, RECORDER, [subject], NOW, **ASKED)
    done = confirm_erasure(archive, RECORDER, asked.statement.rec, NOW, officer="Ani", actor="ani")

    assert [e.statement.rec for e in done.records] == [rec]


def test_an_export_named_by_its_record_is_its_package(office):
    archive = office.archive
    package = find_subject(archive, exported(office, snapshot(office)))

    assert named_subject(archive, package.token) == package


def test_a_package_is_found_by_its_export_and_by_no_other_act(office):
    archive, rec = office.archive, snapshot(office)
    read = custody_draft(RECORDER, "READ", [rec], NOW, actor="b", purpose="p", order="1")
    record_custody(archive, read)
    first, second = exported(office, rec), exported(office, rec)

    found = [find_subject(archive, name).id for name in (first, second)]

    assert [id[:8] for id in found] == [first[-8:], second[-8:]]
    with pytest.raises(ScopeError, match="was not exported from this archive"):
        find_subject(archive, f"jejak-20261125-{read.rec[:8]}")


def test_a_post_is_named_by_a_snapshot_and_by_nothing_else(office):
    page = next(
        e.statement.rec for e in office.archive.entries()
        if e.statement.type is StatementType.CAPTURE
    )  # fmt: skip

    for rec in (page, "f" * 32):
        with pytest.raises(ScopeError, match="is no snapshot in the archive"):
            records_of(office.archive, subject_of(f"post:{rec}"))


def test_one_subject_is_held_once_for_a_case(office):
    archive = office.archive
    post = find_subject(archive, "telegram|42")
    add_hold(archive, RECORDER, post, NOW, **WORDS)
    size = archive.size()

    with pytest.raises(ScopeError, match="in force already for case 03/TM"):
        add_hold(archive, RECORDER, post, NOW, **WORDS)

    assert archive.size() == size


@pytest.mark.parametrize("missing", ["case", "order"])
def test_a_hold_without_a_case_or_an_order_is_refused(office, missing):
    post = find_subject(office.archive, "telegram|42")
    size = office.archive.size()

    with pytest.raises(ScopeError, match="a case and an order are needed"):
        add_hold(office.archive, RECORDER, post, NOW, **{**WORDS, missing: " "})

    assert office.archive.size() == size


def test_holds_are_told_in_the_order_they_began_those_that_ended_among_them(office):
    archive = office.archive
    post = find_subject(archive, "telegram|42")
    for day, case in enumerate(("1", "2", "3")):
        at = NOW + timedelta(days=day)
        add_hold(archive, RECORDER, post, at, case=case, order="9", actor="b")
    lift_hold(archive, RECORDER, post, NOW, case="2", order="9", actor="b")

    assert [h.case for h in holds(archive)] == ["1", "3"]
    assert [h.case for h in holds(archive, lifted=True)] == ["1", "2", "3"]

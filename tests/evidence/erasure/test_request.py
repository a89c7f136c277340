"""What an officer may ask for, and how a request is found again."""

from __future__ import annotations

from itertools import combinations

import pytest

from evidence.erasure import confirm_erasure, find_request, plan_erasure, request_erasure, requests
from evidence.errors import ScopeError
from evidence.query.custody import Action, custody_draft, record_custody
from evidence.query.subject import Subject, SubjectKind, find_subject
from tests.evidence.erasure.office import NOW, RECORDER, Office

WORDS = {"basis": "UU 27/2022", "order": "12/2026", "officer": "Budi", "actor": "budi"}
SECOND = {"officer": "Ani", "actor": "ani"}


def ask(office: Office, name: str = "telegram|42") -> str:
    subject = find_subject(office.archive, name)
    return request_erasure(office.archive, RECORDER, [subject], NOW, **WORDS)[0].statement.rec


def erase(office: Office, name: str) -> int:
    done = confirm_erasure(office.archive, RECORDER, ask(office, name), NOW, **SECOND)
    return len(done.records)


def test_a_package_is_no_subject_of_erasure(office):
    with pytest.raises(ScopeError, match="an export is no subject of erasure"):
        plan_erasure(office.archive, [Subject(SubjectKind.PACKAGE, "f" * 32)])


def test_what_was_erased_before_is_counted_and_not_taken_again(office):
    post = find_subject(office.archive, "telegram|42")
    all_of_it = len(plan_erasure(office.archive, [post]).records)

    erase(office, office.archive.row("posts", "telegram|42")["snapshot"])
    plan = plan_erasure(office.archive, [post])

    assert (len(plan.records), plan.before) == (all_of_it - 1, 1)


def test_nothing_is_asked_for_where_nothing_is_left_to_erase(office):
    rec = office.archive.row("posts", "telegram|42")["snapshot"]
    erase(office, rec)
    size = office.archive.size()

    with pytest.raises(ScopeError, match="nothing of these subjects is left"):
        ask(office, rec)

    assert office.archive.size() == size


def test_a_request_is_found_by_a_beginning_that_only_one_has(office):
    asked = [ask(office) for _ in range(17)]
    one, other = next(pair for pair in combinations(asked, 2) if pair[0][0] == pair[1][0])

    assert find_request(office.archive, one).rec == one
    assert find_request(office.archive, other[:-1]).rec == other
    with pytest.raises(ScopeError, match="is the beginning of several ids"):
        find_request(office.archive, one[0])
    for absent in ("", "x"):
        with pytest.raises(ScopeError, match="is not in the log"):
            find_request(office.archive, absent)


def test_a_request_that_names_no_officer_is_not_confirmed(office):
    rec = office.archive.row("posts", "telegram|42")["snapshot"]
    draft = custody_draft(
        RECORDER, Action.ERASE_REQUEST, [rec], NOW, actor="budi", purpose="b", order="1"
    )
    record_custody(office.archive, draft)

    with pytest.raises(ScopeError, match="who asked can no longer be told"):
        confirm_erasure(office.archive, RECORDER, draft.rec, NOW, **SECOND)

    assert [r.began for r in requests(office.archive)] == [None]

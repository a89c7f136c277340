"""What is due by the rules of retention, and what never is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import evidence.retention
from evidence.erasure import add_hold, confirm_erasure, lift_hold, request_erasure
from evidence.errors import ConfigError
from evidence.model import StatementType
from evidence.query.custody import custody_draft, record_custody
from evidence.query.subject import Subject, SubjectKind, find_subject, records_of
from evidence.retention import RecordClass, Rule, parse_rules, plan_retention
from evidence.store import MemoryArchive
from tests.evidence.erasure.office import RECORDER, T0, TIM, Office, furnish

SHIPPED = Path(evidence.retention.__file__).with_suffix(".toml")
DAY = timedelta(days=1)


@pytest.fixture
def office() -> Office:
    return furnish(MemoryArchive())


@pytest.fixture
def rules():
    return parse_rules(SHIPPED.read_bytes(), SHIPPED.name)


def recs(plan) -> set[str]:
    return {e.statement.rec for e in plan.due}


def kinds(plan) -> set[StatementType]:
    return {e.statement.type for e in plan.due}


def test_the_shipped_rules_cover_every_class(rules):
    assert set(rules) == set(RecordClass)


def test_nothing_is_due_while_an_account_is_watched_but_pages_without_news(office, rules):
    plan = plan_retention(office.archive, rules, T0 + 4000 * DAY)

    assert kinds(plan) == {StatementType.CAPTURE, StatementType.READING}
    assert plan.by_class == {"ROUTINE": 2}
    (capture,) = [e for e in plan.due if e.statement.type is StatementType.CAPTURE]
    assert capture.statement.facts["watch"] == office.tim


def test_a_page_without_news_is_due_on_its_day_and_not_before(office, rules):
    recorded = T0 + 2 * DAY
    before = plan_retention(office.archive, rules, recorded + 90 * DAY - timedelta(seconds=1))
    then = plan_retention(office.archive, rules, recorded + 90 * DAY)

    assert recs(before) == set()
    assert before.next_at == recorded + 90 * DAY
    assert len(recs(then)) == 2


def test_an_account_is_due_when_it_left_the_watchlist_long_enough_ago(office, rules):
    office.watch(TIM, complete=True)
    left = max(e.statement.at for e in office.archive.entries())

    before = plan_retention(office.archive, rules, left + 180 * DAY - timedelta(seconds=1))
    then = plan_retention(office.archive, rules, left + 180 * DAY)

    assert before.by_class.get("WATCHED") is None
    named = {
        e.statement.rec for e in office.archive.entries()
        if e.statement.facts.get("watch") == office.siti and e.statement.objects
    }  # fmt: skip
    assert named <= recs(then)


def test_an_edge_is_kept_while_either_of_its_accounts_is_watched(office, rules):
    office.watch(TIM, complete=True)

    plan = plan_retention(office.archive, rules, T0 + 4000 * DAY)

    assert StatementType.INTERACTION not in kinds(plan)


def test_what_is_held_is_never_due_and_after_the_lift_by_the_rule_of_cases(office, rules):
    office.watch(TIM, complete=True)
    post = find_subject(office.archive, "telegram|42")
    held = {e.statement.rec for e in records_of(office.archive, post)}
    words = {"case": "03/TM", "order": "9/ST", "actor": "budi"}
    add_hold(office.archive, RECORDER, post, T0, **words)
    during = plan_retention(office.archive, rules, T0 + 9999 * DAY)
    lift_hold(office.archive, RECORDER, post, T0 + 10 * DAY, **words)

    before = plan_retention(office.archive, rules, T0 + 1834 * DAY)
    then = plan_retention(office.archive, rules, T0 + 1835 * DAY)

    assert not recs(during) & held
    assert during.held == len(held)
    assert not recs(before) & held
    assert held <= recs(then)


def test_what_was_exported_is_kept_for_the_rule_of_exports(office, rules):
    office.watch(TIM, complete=True)
    rec = office.archive.row("posts", "telegram|42")["snapshot"]
    export = custody_draft(
        RECORDER, "EXPORT", [rec], T0 + DAY, actor="b", purpose="pleno", order="1"
    )
    record_custody(office.archive, export)

    assert rec not in recs(plan_retention(office.archive, rules, T0 + 730 * DAY))
    assert rec in recs(plan_retention(office.archive, rules, T0 + 731 * DAY))


def test_a_class_without_a_rule_is_kept_for_ever(office):
    office.watch(TIM, complete=True)
    only = {RecordClass.ROUTINE: Rule(RecordClass.ROUTINE, 1, "x")}

    plan = plan_retention(office.archive, only, T0 + 9999 * DAY)

    assert set(plan.by_class) == {"ROUTINE"}


def test_what_was_erased_is_not_due_again(office, rules):
    then = T0 + 4000 * DAY
    first = plan_retention(office.archive, rules, then)
    subjects = [Subject(SubjectKind.RECORD, rec) for rec in recs(first)]
    asked, _ = request_erasure(
        office.archive, RECORDER, subjects, then, basis="retensi", order="1", officer="A", actor="a"
    )
    confirm_erasure(office.archive, RECORDER, asked.statement.rec, then, officer="B", actor="b")

    assert recs(plan_retention(office.archive, rules, then)) == set()


@pytest.mark.parametrize(
    "text",
    [
        "rule = 3",
        "[[rule]]\nclass = 'ROUTINE'\nkeep_days = 1",
        "[[rule]]\nclass = 'ALL'\nkeep_days = 1\nsource = 'x'",
        "[[rule]]\nclass = 'CASE'\nkeep_days = -1\nsource = 'x'",
        "[[rule]]\nclass = 'CASE'\nkeep_days = true\nsource = 'x'",
        "[[rule]]\nclass = 'CASE'\nkeep_days = 1\nsource = ' '",
        2 * "[[rule]]\nclass = 'CASE'\nkeep_days = 1\nsource = 'x'\n",
        "colour = 1\n[[rule]]\nclass = 'CASE'\nkeep_days = 1\nsource = 'x'\n",
        "[[rule",
    ],
)
def test_rules_that_cannot_be_used_are_refused(text):
    with pytest.raises(ConfigError):
        parse_rules(text.encode(), "retention.toml")


def test_no_number_of_the_shipped_rules_is_said_to_be_the_laws():
    """The source of a rule is the basis in every request made by it, readable for ever."""
    for rule in parse_rules(SHIPPED.read_bytes(), SHIPPED.name).values():
        assert rule.source.startswith(f"usulan {rule.keep_days} hari (JRA belum dikonfirmasi)")

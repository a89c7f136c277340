"""Which objects of which statements stay closed, one reason at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from evidence.model import Entry, ObjectRef, Statement, StatementType
from evidence.package.disclosure import OFFICERS, OTHERS, Disclosure, acted_visits, crowded

AT = datetime(2026, 11, 22, tzinfo=UTC)
WATCH, OTHER = "w-000000000001", "w-000000000002"
ALL = Disclosure(frozenset())
NUMBERS = Disclosure(frozenset({"identity"}), identified=frozenset({WATCH}))
ABOUT = Disclosure(frozenset(), subjects=frozenset({WATCH}))


def entry(kind: StatementType, /, *roles: str, rec: str = "r", **facts: Any) -> Entry:
    refs = tuple(ObjectRef(role, "text/html", 1, "0" * 64) for role in roles)
    return Entry(0, b"", b"", Statement(1, kind, rec, AT, "system", facts, refs))


def capture(**facts: Any) -> Entry:
    return entry(StatementType.CAPTURE, "body", "claim", **{"watch": WATCH, **facts})


def test_nothing_is_closed_that_nobody_asked_to_close() -> None:
    assert ALL.closed(capture(kind="exchange", flags=["browser"])) == frozenset()
    assert ALL.closed(capture(kind="exchange", flags=None)) == frozenset()


def test_identity_numbers_are_closed_but_of_the_accounts_they_are_disclosed_of() -> None:
    closed = [
        NUMBERS.closed(entry(StatementType.WATCH, "identity", watch=watch))
        for watch in (WATCH, OTHER)
    ]

    assert closed == [frozenset(), frozenset({"identity"})]


@pytest.mark.parametrize("disclosure", [ALL, ABOUT], ids=["all", "about one"])
def test_a_file_that_carries_a_login_is_never_opened(disclosure: Disclosure) -> None:
    assert "body" in disclosure.closed(capture(kind="exchange", flags=["credentials"]))


@pytest.mark.parametrize(
    ("kind", "closed"), [("screenshot", {"body"}), ("dom", {"body"}), ("exchange", set())]
)
def test_screenshots_and_rendered_pages_are_closed_where_asked(kind: str, closed: set[str]) -> None:
    withheld = Disclosure(frozenset(), screens=False)

    assert withheld.closed(capture(kind=kind)) == closed
    assert withheld.closed(entry(StatementType.READING, "reading", kind=kind)) == frozenset()
    assert ALL.closed(capture(kind=kind)) == frozenset()


def test_what_tells_of_other_packages_and_cases_is_closed() -> None:
    export = entry(StatementType.CUSTODY, "actor", *OTHERS, action="EXPORT")

    assert ALL.closed(export) == OTHERS
    assert ABOUT.closed(export) == OTHERS | OFFICERS


def test_to_the_person_concerned_no_officer_is_named() -> None:
    assert ABOUT.closed(entry(StatementType.ERASURE, "officer", subject="x")) == OFFICERS


@pytest.mark.parametrize(
    ("kind", "facts", "closed"),
    [
        (StatementType.SNAPSHOT, {"watch": WATCH}, set()),
        (StatementType.SNAPSHOT, {"watch": OTHER}, {"post"}),
        (StatementType.SNAPSHOT, {}, set()),
        (StatementType.INTERACTION, {"actor_watch": WATCH, "target_watch": OTHER}, set()),
        (StatementType.INTERACTION, {"actor_watch": OTHER, "target_watch": WATCH}, {"post"}),
        (StatementType.INTERACTION, {"actor_watch": None, "target_watch": WATCH}, {"post"}),
    ],
)
def test_about_one_person_all_that_is_another_ones_is_closed(
    kind: StatementType, facts: dict[str, Any], closed: set[str]
) -> None:
    assert ABOUT.closed(entry(kind, "post", **facts)) == closed
    assert ALL.closed(entry(kind, "post", **facts)) == frozenset()


@pytest.mark.parametrize(
    ("facts", "closed"),
    [
        ({"via": "HUMAN", "kind": "file"}, {"claim", "body"}),
        ({"via": "HUMAN", "kind": "exchange"}, {"claim"}),
        ({"via": "CRAWL", "kind": "exchange"}, set()),
    ],
)
def test_about_one_person_a_handed_in_file_is_closed_whole_and_its_parts_without_the_officer(
    facts: dict[str, Any], closed: set[str]
) -> None:
    assert ABOUT.closed(capture(**facts)) == closed
    assert ALL.closed(capture(**facts)) == frozenset()


def test_about_one_person_pages_on_which_others_act_are_closed_and_what_was_read_of_them() -> None:
    about = Disclosure(frozenset(), subjects=frozenset({WATCH}), crowded=frozenset({"c"}))
    read = entry(StatementType.READING, "reading", capture="c", watch=WATCH)
    post = entry(StatementType.SNAPSHOT, "post", capture="c", watch=WATCH)

    assert about.closed(capture(rec="c", kind="exchange")) == {"body", "reading"}
    assert about.closed(read) == {"body", "reading"}
    assert about.closed(post) == frozenset()
    assert about.closed(capture(rec="d", kind="exchange")) == frozenset()


def reading(capture: str, **more: Any) -> Entry:
    return entry(StatementType.READING, "reading", rec=f"read {capture}", capture=capture, **more)


NOBODY = {"counts": {"interactions": 0}, "withheld": 0}


@pytest.mark.parametrize(
    ("told", "crowd"),
    [
        (reading("c", **NOBODY), set()),
        (reading("c", counts={"interactions": 1}, withheld=0), {"c", "shot", "of post"}),
        (reading("c", counts={"interactions": 0}, withheld=2), {"c", "shot", "of post"}),
        (reading("d", counts={"interactions": 1}, withheld=0), set()),
        (entry(StatementType.INTERACTION, rec="i", capture="c"), {"c", "shot", "of post"}),
        (entry(StatementType.OBSERVATION, rec="o", capture="c"), set()),
    ],
    ids=["nobody", "an act", "acts not kept", "another page", "an edge", "no act"],
)
def test_a_page_on_which_others_act_is_crowded_and_so_are_its_pictures(
    told: Entry, crowd: set[str]
) -> None:
    entries = (
        capture(rec="c", kind="exchange", visit="v1"),
        capture(rec="shot", kind="screenshot", of="c", visit="v1"),
        entry(StatementType.SNAPSHOT, "post", rec="p", capture="c"),
        capture(rec="of post", kind="screenshot", of="p", visit="v1"),
        capture(rec="image", kind="media", of="c", visit="v1"),
        capture(rec="e", kind="exchange", visit="v2"),
        capture(rec="other", kind="screenshot", of="e", visit="v2"),
        told,
    )

    assert crowded(entries) == crowd
    assert acted_visits(entries) == ({"v1"} if crowd else set())

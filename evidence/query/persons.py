"""Whether an erasure was two persons' act, by what the log holds of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from evidence.canonical import decode
from evidence.errors import ParseError
from evidence.model import Entry, StatementType
from evidence.query.custody import Action
from evidence.query.fault import Check

ALONE = "ERASURE_ALONE"
SIDES = ("requested_by", "confirmed_by")


def note_request(entry: Entry, requests: set[str]) -> None:
    """Remember an officer's request for an erasure."""
    statement = entry.statement
    asked = statement.facts.get("action") == Action.ERASE_REQUEST
    if asked and statement.type is StatementType.CUSTODY:
        requests.add(statement.rec)


def check_erasure(entry: Entry, requests: Collection[str], check: Check) -> None:
    """A fault when no request stands before an erasure in the log."""
    statement = entry.statement
    known = statement.facts.get("request") in requests
    if statement.type is StatementType.ERASURE and not known:
        place = f"record {statement.rec}"
        check.fault(ALONE, place, "no officer's request for it stands before it in the log")


def check_officers(entry: Entry, opened: Mapping[str, bytes], check: Check) -> None:
    """A fault when the officers an erasure names are not two, under two accounts."""
    if entry.statement.type is not StatementType.ERASURE:
        return
    try:
        said = decode(opened.get("officer", b"{}"))
    except ParseError:
        said = {}
    names, accounts = ({_word(said, side, key) for side in SIDES} for key in ("officer", "actor"))
    if len(names - {""}) < len(SIDES) or len(accounts - {""}) < len(SIDES):
        place = f"record {entry.statement.rec}"
        check.fault(ALONE, place, "it does not name two officers under two accounts")


def _word(said: Any, side: str, key: str) -> str:
    """A name, without regard to case and blanks; empty where it is not given."""
    person = said.get(side) if isinstance(said, dict) else None
    value = person.get(key) if isinstance(person, dict) else None
    return " ".join(value.casefold().split()) if isinstance(value, str) else ""

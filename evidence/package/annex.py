"""What a report says besides its exhibits: the case, the requirements, and how collection works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from evidence.model import Entry, StatementType
from evidence.package.brief import Brief, Briefed
from evidence.package.case import HEADINGS, LISTS, TABLES, TOP, Case

KIND_WORDS = {"formal": "formal", "material": "materiel", "berkas": "kelengkapan berkas"}
TOLD_APART = frozenset({"parties", "witnesses"})
"""Rows about people; a package without third parties shows those the person is among."""


def case_sections(case: Case, *, third_parties: bool) -> Iterator[dict[str, Any]]:
    """The filled parts of a case file: heading and either rows of (label, value) or a table.

    third_parties: False leaves witnesses out, and parties without an account in the package.
    """
    for table, known in {"": TOP, **TABLES}.items():
        prefix = f"{table}." if table else ""
        said = [
            (label, case.fields[f"{prefix}{key}"], key == "at" or key.endswith("_at"))
            for key, label in known.items()
            if f"{prefix}{key}" in case.fields
        ]
        if said:
            yield {"heading": HEADINGS[table], "fields": said, "columns": [], "rows": []}
    for table, known in LISTS.items():
        rows = case.rows.get(table, ())
        if not third_parties and table in TOLD_APART:
            rows = tuple(row for row in rows if table == "parties" and "watch" in row)
        if rows:
            yield {
                "heading": HEADINGS[table],
                "fields": [],
                "columns": list(known.values()),
                "rows": [[row.get(key, "") for key in known] for row in rows],
            }


def check_rows(briefed: Briefed) -> list[dict[str, Any]]:
    """Each requirement as the report shows it."""
    return [
        {
            "label": check.requirement.label,
            "kind": KIND_WORDS[check.requirement.kind],
            "source": check.requirement.source,
            "met": check.met,
            "detail": check.detail,
        }
        for check in briefed.checks
    ]


def addressee(brief: Brief) -> str:
    """Whom the package is handed to: the case file's word, else the profile's."""
    named = brief.case.fields.get("referral.addressee", "")
    return named or (brief.profile.addressee if brief.profile else "")


def moment(text: str) -> datetime | None:
    """The time a field of a case file holds, None when it is words."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def collection(entries: Iterable[Entry]) -> dict[str, Any]:
    """How the packed records were collected, from their statements alone.

    tools, readers, settings: what wrote them, each with a count.   gaps: by code.
    campaigns: the schedules in force.   captures: counts by kind and state.
    """
    found: dict[str, Counter[Any]] = {
        name: Counter() for name in ("tools", "readers", "settings", "captures", "gaps", "ways")
    }
    campaigns: dict[str, dict[str, Any]] = {}
    for entry in entries:
        facts, kind = entry.statement.facts, entry.statement.type
        if kind is StatementType.CAPTURE:
            found["tools"][str(facts.get("tool"))] += 1
            found["captures"][f"{facts.get('kind')} {facts.get('state')}"] += 1
            found["ways"][str(facts.get("via"))] += 1
        elif kind is StatementType.READING:
            found["readers"][str(facts.get("read_by"))] += 1
        elif kind is StatementType.OUTCOME:
            found["settings"][str(facts.get("config"))] += 1
            for gap in _list(facts.get("gaps")):
                found["gaps"][str(gap["code"])] += int(gap["n"])
        elif kind is StatementType.CAMPAIGN:
            campaigns[str(facts.get("campaign"))] = _schedule(entry)
    counted = {name: sorted(counts.items()) for name, counts in found.items()}
    return {**counted, "campaigns": sorted(campaigns.items())}


def _schedule(entry: Entry) -> dict[str, Any]:
    schedule = entry.statement.facts.get("schedule")
    phases = schedule.get("phases") if isinstance(schedule, dict) else None
    return {"index": entry.index, "phases": _list(phases)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

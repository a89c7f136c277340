"""What a report says besides its exhibits: the case, the requirements, and how collection works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from evidence.model import Entry, StatementType
from evidence.package.brief import Brief, Briefed
from evidence.package.case import HEADINGS, LISTS, TABLES, TOP, Case
from evidence.package.profile import Profile
from evidence.package.wording import (
    ACTIONS,
    CAPTURED,
    KEPT,
    PHASES,
    WAYS,
    every,
    named,
    with_meaning,
)
from evidence.query.chain import found_of, found_words

KIND_WORDS = {
    "formal": "formal", "material": "materiel", "berkas": "kelengkapan berkas", "saran": "saran",
}  # fmt: skip


def brief_words(
    brief: Brief,
    briefed: Briefed,
    entries: Collection[Entry],
    said: Mapping[int, Mapping[str, Any]],
    time: Callable[[datetime | None], str],
) -> dict[str, Any]:
    """For whom the report is, what people say of the case, and how collection works.

    time: a time as the report writes it.
    """
    checks = check_rows(briefed)
    sections = [
        {
            **section,
            "fields": [
                (label, (time(moment(value)) if timed else "") or value)
                for label, value, timed in section["fields"]
            ],
        }
        for section in case_sections(brief.case, brief.profile, _watches(entries))
    ]
    return {
        "profile": brief.profile,
        "addressee": addressee(brief),
        "sections": sections,
        "checks": checks,
        "lacking": [check for check in checks if check["lacking"]],
        "technical": brief.technical,
        "printed": brief.printed,
        "views": lambda _picture: ("",),
        "volumes": (),
        "cut": {},
        "collection": collection(entries),
        "custody": [{**row, "at": time(row["at"])} for row in custody_rows(entries, said)],
    }


def case_sections(
    case: Case, profile: Profile | None, watches: Collection[str]
) -> Iterator[dict[str, Any]]:
    """The filled parts of a case file: heading and either rows of (label, value, timed) or a table.

    A profile without third parties shows what it requires, what speaks for the person, and of the
    parties those whose account is one of `watches`; so no witness, no address, no analysis.
    """
    only = None
    if profile is not None and not profile.third_parties:
        only = {requirement.key for requirement in profile.requires}
    for table, known in {"": TOP, **TABLES}.items():
        prefix = f"{table}." if table else ""
        fields = [
            (label, case.fields[f"{prefix}{key}"], key == "at" or key.endswith("_at"))
            for key, label in known.items()
            if f"{prefix}{key}" in case.fields and (only is None or f"{prefix}{key}" in only)
        ]
        if fields:
            yield {"heading": HEADINGS[table], "fields": fields, "columns": [], "rows": []}
    for table, known in LISTS.items():
        rows = case.rows.get(table, ())
        columns = list(known)
        if only is not None and table != "context":
            rows = tuple(row for row in rows if row.get("watch") in watches)
            columns = [key for key in known if f"{table}[].{key}" in only]
        if rows and columns:
            yield {
                "heading": HEADINGS[table],
                "fields": [],
                "columns": [known[key] for key in columns],
                "rows": [[row.get(key, "") for key in columns] for row in rows],
            }


def _watches(entries: Iterable[Entry]) -> frozenset[str]:
    return frozenset(
        str(entry.statement.facts["watch"])
        for entry in entries
        if entry.statement.type is StatementType.WATCH
    )


def check_rows(briefed: Briefed) -> list[dict[str, Any]]:
    """Each requirement as the report shows it."""
    return [
        {
            "key": check.requirement.key,
            "label": check.requirement.label,
            "kind": KIND_WORDS[check.requirement.kind],
            "source": check.requirement.source,
            "met": check.met,
            "lacking": check.lacking,
            "detail": check.detail,
        }
        for check in briefed.checks
    ]


def addressee(brief: Brief) -> str:
    """Whom the package is handed to: of a referral the case file's word, else the profile's."""
    profile = brief.profile
    if profile is None:
        return ""
    referral = any(requirement.key.startswith("referral.") for requirement in profile.requires)
    named = brief.case.fields.get("referral.addressee", "") if referral else ""
    return named or profile.addressee


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
    campaigns: each version of each schedule, in the log's order.   captures: counts by kind and state.
    """
    found: dict[str, Counter[Any]] = {
        name: Counter() for name in ("tools", "readers", "settings", "captures", "gaps", "ways")
    }
    campaigns: list[tuple[str, dict[str, Any]]] = []
    for entry in entries:
        facts, kind = entry.statement.facts, entry.statement.type
        if kind is StatementType.CAPTURE:
            found["tools"][str(facts.get("tool"))] += 1
            kept, state = str(facts.get("kind")), str(facts.get("state"))
            found["captures"][f"{KEPT.get(kept, kept)}, {CAPTURED.get(state, state)}"] += 1
            found["ways"][WAYS.get(str(facts.get("via")), str(facts.get("via")))] += 1
        elif kind is StatementType.READING:
            found["readers"][str(facts.get("read_by"))] += 1
        elif kind is StatementType.OUTCOME:
            found["settings"][str(facts.get("config"))] += 1
            for gap in _list(facts.get("gaps")):
                found["gaps"][str(gap["code"])] += int(gap["n"])
        elif kind is StatementType.CAMPAIGN:
            campaigns.append((str(facts.get("campaign")), _schedule(entry)))
    counted = {name: sorted(counts.items()) for name, counts in found.items()}
    return {**counted, "campaigns": campaigns}


def custody_rows(
    entries: Iterable[Entry], said: Mapping[int, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Who did what with the packed records and by which order, in the log's order.

    `by` is None where the person's object is withheld or erased.
    """
    for entry in entries:
        facts, kind = entry.statement.facts, entry.statement.type
        if kind not in (StatementType.CUSTODY, StatementType.ERASURE):
            continue
        actor = said.get(entry.index, {}).get("actor")
        subjects = facts.get("subjects", 1)
        found = found_of(facts)
        yield {
            "index": entry.index,
            "at": entry.statement.at,
            "action": with_meaning(str(facts.get("action", "ERASURE")), ACTIONS),
            "found": found_words(found) if found else "",
            "records": len(subjects) if isinstance(subjects, list) else subjects,
            "by": named(actor) if actor else None,
            "purpose": facts.get("purpose") or facts.get("basis") or "",
            "order": facts.get("order") or "",
        }


def _schedule(entry: Entry) -> dict[str, Any]:
    schedule = entry.statement.facts.get("schedule")
    phases = schedule.get("phases") if isinstance(schedule, dict) else None
    return {
        "index": entry.index,
        "phases": [
            {
                **phase,
                "name": with_meaning(str(phase["name"]), PHASES),
                "every": "; ".join(
                    f"{tier}: {every(seconds)}"
                    for tier, seconds in sorted(phase["cadence_s"].items())
                ),
            }
            for phase in _list(phases)
        ],
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

"""Which records are due for erasure by the rules of retention. Nothing is erased here.

A record's class follows from the log alone: ROUTINE, a page on which nothing new was seen; EXPORTED,
it is in a package; CASE, a hold covered it and was lifted; WATCHED, all else about an account. What
a hold covers now is never due. Of several classes the latest day counts.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from evidence.erasure import erased_records, holds
from evidence.erasure.plan import ERASABLE
from evidence.errors import ConfigError
from evidence.model import Campaign, Entry, StatementType
from evidence.query.chain import subjects_of
from evidence.query.custody import Action
from evidence.query.hold import Hold, held_records
from evidence.query.subject import SIDES, entries_of_type
from evidence.query.watch import campaigns
from evidence.store.ports import Archive

MAX_DAYS = 36_500
PAGES = frozenset((StatementType.CAPTURE, StatementType.READING))


class RecordClass(StrEnum):
    """What a record is kept for."""

    ROUTINE = "ROUTINE"
    WATCHED = "WATCHED"
    EXPORTED = "EXPORTED"
    CASE = "CASE"


@dataclass(frozen=True, slots=True)
class Rule:
    """How long records of a class are kept after what begins their time.

    ROUTINE: after it was recorded.   WATCHED: after the last campaign ended and the account left the
    watchlist, whichever is later.   EXPORTED: after the newest export.   CASE: after the last hold
    was lifted.   source: law, or why.
    """

    of: RecordClass
    keep_days: int
    source: str


Rules = Mapping[RecordClass, Rule]


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What is due, and what is not yet.

    due:     records to be erased now, in log order.   by_class: how many of them per class.
    later:   records not yet due per class, those that are never due included.
    held:    records that would be due and are held.   next_at: when the next one will be due.
    """

    due: tuple[Entry, ...]
    by_class: Mapping[str, int]
    later: Mapping[str, int]
    held: int
    next_at: datetime | None


def parse_rules(data: bytes, name: str) -> Rules:
    """The rules of a TOML file (docs/how-to/retention.md). Raises ConfigError naming the rule."""
    try:
        said = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(name, "is not UTF-8 TOML") from error
    rules: dict[RecordClass, Rule] = {}
    listed = said.get("rule")
    if set(said) != {"rule"} or not isinstance(listed, list):
        raise ConfigError(name, "must hold [[rule]] tables and nothing else")
    for number, item in enumerate(listed, 1):
        rule = _rule(item, f"{name}, rule {number}")
        if rule.of in rules:
            raise ConfigError(f"{name}, rule {number}", f"there are two rules for {rule.of.value}")
        rules[rule.of] = rule
    return rules


def plan_retention(archive: Archive, rules: Rules, now: datetime) -> RetentionPlan:
    """The records that are due at `now`. Reads the whole log twice."""
    facts = _facts(archive)
    due: list[Entry] = []
    classes: Counter[str] = Counter()
    later: Counter[str] = Counter()
    held, coming = 0, []
    for entry in _open_records(archive):
        what = _class(entry, facts)
        moment = _due_at(entry, what, facts, rules)
        if moment is None or moment > now:
            later[what.value] += 1
            coming += [moment] if moment else []
        elif entry.statement.rec in facts.held:
            held += 1
        else:
            due.append(entry)
            classes[what.value] += 1
    return RetentionPlan(tuple(due), dict(classes), dict(later), held, min(coming, default=None))


@dataclass(slots=True)
class _Facts:
    """What classing needs to know of the whole log."""

    held: Mapping[str, Hold]
    lifted: Mapping[str, datetime]
    exported: dict[str, datetime] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Record ids that a finding rests on: its page, its control, what a picture was kept for."""
    ended: dict[str, datetime | None] = field(default_factory=dict)
    """Account -> when its time of watch ended; None while it has not."""


def _facts(archive: Archive) -> _Facts:
    everything = holds(archive, lifted=True)
    current = tuple(h for h in everything if h.lifted_at is None)
    lifted: dict[str, datetime] = {}
    for hold in everything:
        if hold.lifted_at is not None:
            for rec in held_records(archive, (hold,)):
                lifted[rec] = max(hold.lifted_at, lifted.get(rec, hold.lifted_at))
    facts = _Facts(held_records(archive, current), lifted)
    for entry in entries_of_type(archive, StatementType.CUSTODY):
        if entry.statement.facts["action"] in (Action.EXPORT, Action.SUBJECT_EXPORT):
            facts.exported.update(dict.fromkeys(subjects_of(archive, entry), entry.statement.at))
    for entry in archive.entries():
        if entry.statement.type not in PAGES:
            named = (entry.statement.facts.get(name) for name in ("capture", "control"))
            facts.used.update(str(rec) for rec in named if rec)
    facts.ended = _ended(archive)
    return facts


def _open_records(archive: Archive) -> Iterator[Entry]:
    """Records about accounts that have objects and are not erased, in order."""
    done = erased_records(archive)
    for entry in archive.entries():
        statement = entry.statement
        if statement.type in ERASABLE and statement.objects and statement.rec not in done:
            yield entry


def _class(entry: Entry, facts: _Facts) -> RecordClass:
    statement = entry.statement
    if statement.rec in facts.lifted:
        return RecordClass.CASE
    if statement.rec in facts.exported:
        return RecordClass.EXPORTED
    page = (
        statement.rec if statement.type is StatementType.CAPTURE else statement.facts.get("capture")
    )
    routine = statement.type in PAGES and page not in facts.used
    if routine and not statement.facts.get("of"):
        return RecordClass.ROUTINE
    return RecordClass.WATCHED


def _due_at(entry: Entry, what: RecordClass, facts: _Facts, rules: Rules) -> datetime | None:
    """When a record is due; None when never. Of all classes it is in, the latest day."""
    statement = entry.statement
    begins: dict[RecordClass, datetime | None] = {}
    if statement.rec in facts.lifted:
        begins[RecordClass.CASE] = facts.lifted[statement.rec]
    if statement.rec in facts.exported:
        begins[RecordClass.EXPORTED] = facts.exported[statement.rec]
    if what is RecordClass.ROUTINE:
        begins[what] = statement.at
    else:
        named = {str(statement.facts[s]) for s in SIDES if statement.facts.get(s)}
        ends = [facts.ended.get(watch) for watch in named]
        known = [end for end in ends if end is not None]
        begins[RecordClass.WATCHED] = max(known) if known and len(known) == len(ends) else None
    latest = None
    for of, begin in begins.items():
        if begin is None or of not in rules:
            return None
        moment = begin + timedelta(days=rules[of].keep_days)
        latest = moment if latest is None else max(latest, moment)
    return latest


def _ended(archive: Archive) -> dict[str, datetime | None]:
    """Account -> when it left the watchlist and the last campaign ended there; None if not yet."""
    calendars = [c for c in campaigns(archive) if not c.superseded_by]
    ended: dict[str, datetime | None] = {}
    for entry in entries_of_type(archive, StatementType.WATCH):
        facts = entry.statement.facts
        until = facts.get("until")
        left = entry.statement.at if facts["change"] == "REMOVED" else None
        left = left or (datetime.fromisoformat(str(until)) if until else None)
        ends = [left] if left else []
        ends += [_end(campaign, str(facts["zone"])) for campaign in calendars]
        ended[str(facts["watch"])] = max(ends) if left else None
    return ended


def _end(campaign: Campaign, zone: str) -> datetime:
    return max(
        datetime.fromisoformat(p.ends).replace(tzinfo=ZoneInfo(zone)) for p in campaign.phases
    )


def _rule(item: object, place: str) -> Rule:
    if not isinstance(item, dict) or set(item) != {"class", "keep_days", "source"}:
        raise ConfigError(place, "must have class, keep_days and source")
    if item["class"] not in set(RecordClass):
        raise ConfigError(place, f"its class must be one of {', '.join(RecordClass)}")
    days = item["keep_days"]
    if type(days) is not int or not 0 <= days <= MAX_DAYS:
        raise ConfigError(place, f"keep_days must be a whole number from 0 to {MAX_DAYS}")
    if not isinstance(item["source"], str) or not item["source"].strip():
        raise ConfigError(place, "its source is missing")
    return Rule(RecordClass(item["class"]), days, item["source"].strip())

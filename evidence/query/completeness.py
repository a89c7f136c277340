"""Which due visits have their outcome, which have none, and what visits did not see or keep.

Read from the log itself, not from projections: docs/formats/schedule.md is the norm, as it is for
the verifier of a package.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence.canonical import entry_of, parse_instant
from evidence.errors import IntegrityError
from evidence.model import Statement, StatementType
from evidence.planning import slots_then
from evidence.store.ports import Archive
from evidence.timetable import (
    CampaignVersion,
    Timeline,
    WatchVersion,
    campaign_version,
    watch_version,
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One account in one period.

    due:       number of due visits.
    outcomes:  outcome word -> number of due visits that ended so.
    reasons:   (outcome, reason) -> number, of those that did not see everything.
    gaps:      gap code -> times noted.
    holes:     due times without outcome that no scheduler will make up for: a newer one has one.
    pending:   due times without outcome that are newer than every outcome: visited, or recorded as
               missed, when a scheduler next looks.
    unplanned: outcomes of slots that the recorded schedule does not know.
    withheld:  interactions of people not on the watchlist that were seen and not kept.
    bodies:    pages whose bytes were not kept, because they showed no watched actor.
    """

    watch: str
    platform: str
    due: int
    outcomes: Mapping[str, int]
    reasons: Mapping[tuple[str, str], int]
    gaps: Mapping[str, int]
    holes: tuple[datetime, ...]
    pending: tuple[datetime, ...]
    unplanned: tuple[datetime, ...]
    withheld: int
    bodies: int


@dataclass(slots=True)
class _Account:
    """What the log says of one account."""

    platform: str = ""
    versions: list[WatchVersion] = field(default_factory=list)
    ended: dict[datetime, tuple[str, str]] = field(default_factory=dict)
    newest: datetime | None = None
    gaps: Counter[str] = field(default_factory=Counter)
    withheld: int = 0
    bodies: int = 0


COUNTED = tuple(
    f'"type":"{kind}","v":1}}'.encode()
    for kind in ("campaign", "watch", "outcome", "reading", "capture")
)
"""How the canonical bytes of the statements that count end."""
SEEN_FULLY = frozenset({"COMPLETE", "UNCHANGED", "EMPTY"})


def completeness(
    archive: Archive,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    watches: Collection[str] | None = None,
) -> tuple[Coverage, ...]:
    """Each account with its due visits in [since, until), ordered by watch; removed ones too.

    until: not later than now, which is what it is when None.   since: None is the beginning.
    watches: only these accounts.

    One pass over the whole log. Leaves that do not count are not parsed. Raises IntegrityError when a leaf is not what its hash says,
    ConfigError when a recorded schedule cannot be read.
    """
    end = min(until, now) if until else now
    campaigns, accounts = _read(archive, watches, since, end)
    line = Timeline(campaigns)
    return tuple(
        _coverage(line, watch, accounts[watch], since, end)
        for watch in sorted(accounts)
        if accounts[watch].versions
    )


def _read(
    archive: Archive, watches: Collection[str] | None, since: datetime | None, end: datetime
) -> tuple[list[CampaignVersion], dict[str, _Account]]:
    campaigns: list[CampaignVersion] = []
    accounts: dict[str, _Account] = {}
    for statement in _told(archive, watches):
        watch = statement.facts.get("watch")
        if statement.type is StatementType.CAMPAIGN:
            campaigns.append(campaign_version(statement.at, statement.facts))
        elif isinstance(watch, str) and (watches is None or watch in watches):
            account = accounts.setdefault(watch, _Account())
            _note(account, statement, within=(since is None or statement.at >= since)
                  and statement.at < end)  # fmt: skip
    return campaigns, accounts


def _told(archive: Archive, watches: Collection[str] | None) -> Iterator[Statement]:
    """Statements of the types that count, about these accounts, each with the hash of its leaf.

    Most of a log is about others; parsing it all costs ten times more than looking for the ids.
    """
    names = [f'"{watch}"' for watch in watches or ()]
    named = re.compile("|".join(map(re.escape, names)).encode()).search
    leaves = archive.raw_leaves(0, archive.size())
    for expected, (index, data, leaf_hash) in enumerate(leaves):
        if index != expected:
            raise IntegrityError(f"log entry {expected}", "is missing or doubled")
        if data.endswith(COUNTED) and (named(data) or data.endswith(COUNTED[0])):
            yield entry_of(index, data, leaf_hash).statement


def _note(account: _Account, statement: Statement, *, within: bool) -> None:
    """within: whether it was recorded in the period; schedule and outcomes count by due time."""
    facts = statement.facts
    match statement.type:
        case StatementType.WATCH:
            account.versions.append(watch_version(statement.at, facts))
            account.platform = facts["platform"]
        case StatementType.OUTCOME:
            if within:
                account.gaps.update({gap["code"]: gap["n"] for gap in facts["gaps"]})
            if facts["slot"] is not None:
                due = parse_instant(facts["due_at"])
                account.ended[due] = facts["outcome"], facts["reason"]
                account.newest = max(account.newest or due, due)
        case StatementType.READING if within:
            account.withheld += facts["withheld"]
        case StatementType.CAPTURE if within:
            account.bodies += not facts["body_kept"]
        case _:
            return


def _coverage(
    line: Timeline, watch: str, account: _Account, since: datetime | None, end: datetime
) -> Coverage:
    first = min(version.watched_from for version in account.versions)
    start = max(first, since) if since else first
    due = [slot.due_at for slot in slots_then(line, watch, account.versions, start, end)]
    ended = {at: said for at, said in account.ended.items() if start <= at < end}
    without = [at for at in due if at not in ended]
    newest = account.newest
    known = set(due)
    return Coverage(
        watch=watch,
        platform=account.platform,
        due=len(due),
        outcomes=_counted(ended[at][0] for at in due if at in ended),
        reasons=_counted(ended[at] for at in due if at in ended and ended[at][0] not in SEEN_FULLY),
        gaps=dict(sorted(account.gaps.items())),
        holes=tuple(at for at in without if newest and at < newest),
        pending=tuple(at for at in without if not newest or at > newest),
        unplanned=tuple(at for at in sorted(ended) if at not in known),
        withheld=account.withheld,
        bodies=account.bodies,
    )


def _counted(items: Iterator[Any]) -> dict[Any, int]:
    return dict(sorted(Counter(items).items()))

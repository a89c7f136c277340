"""Versions of campaigns and watchlist rows: which is the newest, and that each follows one other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evidence.canonical import decode, entry_of, instant, parse_instant
from evidence.errors import ParseError
from evidence.model import Entry, Statement, StatementType
from evidence.query.custody import Action
from evidence.query.fault import Check
from evidence.store.ports import Archive

ORDER = timedelta(seconds=600)
"""How far before the time of an earlier record a later one's may lie: a page waits to be read."""
EARLY = timedelta(seconds=60)
"""How far before its due time an outcome may be: two clocks differ."""
VERSIONED = frozenset((StatementType.CAMPAIGN, StatementType.WATCH))
ENDINGS = tuple(f'"type":"{kind}","v":1}}'.encode() for kind in sorted(VERSIONED))
"""How the canonical bytes of these statements end."""


def newest_versions(archive: Archive) -> Mapping[str, str]:
    """Campaign id or watch id -> record id of its newest version.

    Read from the log and not from the projections, which an erasure or a rebuild changes. One pass
    over all leaves; those that do not count are not parsed. Raises ParseError for a leaf that is no
    statement, StoreError when the log cannot be read.
    """
    newest: dict[str, str] = {}
    for index, data, leaf_hash in archive.raw_leaves(0, archive.size()):
        if data.endswith(ENDINGS):
            said = entry_of(index, data, leaf_hash).statement
            newest[version_of(said)] = said.rec
    return newest


def newest_known(archive: Archive, watches: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Per account: record ids, ascending, of its row's newest version and those of the campaigns that
    stand. What its outcome names, so that no version before it can be left out of a package unseen.

    Read from the projections, which may be a little behind the log. Unknown accounts are left out.
    """
    campaigns = [str(row["rec"]) for row in archive.rows("campaigns", {"active": True})]
    rows = archive.rows_by_id("watches", sorted(set(watches)))
    return {watch: tuple(sorted((str(row["rec"]), *campaigns))) for watch, row in rows.items()}


def version_of(said: Statement) -> str:
    """What a `campaign` or `watch` statement is a version of; ids of the two never look alike."""
    return str(said.facts.get(said.type.value))


@dataclass(slots=True)
class Order:
    """What the statements so far say of time and of versions, for the full check."""

    newest: datetime | None = None
    behind: bool = False
    last: dict[str, Statement] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def note(self, said: Statement, check: Check) -> None:
        """Take the next statement of the log; faults go into `check`."""
        place = f"record {said.rec}"
        newest = self.newest or said.at
        behind = said.at < newest - ORDER
        if behind and not self.behind:
            detail = f"from it on times such as {instant(said.at)} follow {instant(newest)}"
            check.fault("TIME_ORDER", place, detail)
        self.newest, self.behind = max(newest, said.at), behind
        if said.type in VERSIONED:
            self._version(said, place, check)
        elif said.type is StatementType.OUTCOME:
            _early(said, place, check)
            self._named(said, place, check)

    def exported(self, said: Statement, asked: Collection[str], check: Check) -> None:
        """An export names the newest versions there were when its records were chosen.

        asked: the accounts of its description. One recorded in the last ten minutes before it may
        be later than the choice. Exports of earlier programs name none.
        """
        if "versions" not in said.facts:
            return
        place, named = f"record {said.rec}", frozenset(map(str, said.facts["versions"] or ()))
        for rec in sorted(named - self.names.keys()):
            check.fault("VERSION_NAMED", place, f"no version before it is {rec}, which it names")
        for name, last in sorted(self.last.items()):
            of = last.type is StatementType.CAMPAIGN or name in asked
            if of and last.rec not in named and last.at < said.at - ORDER:
                check.fault(
                    "VERSION_NAMED", place, f"it does not name the newest version of {name} then"
                )

    def _version(self, said: Statement, place: str, check: Check) -> None:
        name, facts = version_of(said), said.facts
        before = self.last.get(name)
        self.last[name] = said
        self.names[said.rec] = f"{said.type} {name}"
        if "previous" not in facts:
            check.note("VERSION_UNCHAINED", place, f"it does not name the version of {name} before")
            return
        follows = facts["previous"] == (before.rec if before else None)
        begins = (facts["previous"] is None) == (facts.get("change") == "ADDED")
        if not follows or not begins or (before is not None and said.at < before.at):
            check.fault("VERSION_CHAIN", place, f"it does not follow the version of {name} before")

    def _named(self, said: Statement, place: str, check: Check) -> None:
        """An outcome names versions of its own account's row and of campaigns, made before it."""
        own = f"{StatementType.WATCH} {said.facts.get('watch')}"
        for rec in said.facts.get("versions", ()):
            name = self.names.get(rec)
            if name is None or (name.startswith(f"{StatementType.WATCH} ") and name != own):
                check.fault(
                    "VERSION_NAMED", place, f"no version before it is {rec}, which it names"
                )


def check_export(entry: Entry, opened: Mapping[str, bytes], order: Order, check: Check) -> None:
    """A fault for each version that an export should name and does not; `order` stands at it."""
    said = entry.statement
    if said.type is not StatementType.CUSTODY or said.facts.get("action") != Action.EXPORT:
        return
    try:
        described = decode(opened.get("package", b"{}"))
    except ParseError:
        described = {}
    asked = described.get("watches") if isinstance(described, dict) else None
    order.exported(said, asked if isinstance(asked, list) else (), check)


def _early(said: Statement, place: str, check: Check) -> None:
    """An outcome is recorded when its visit is over, so not before it was due."""
    due = said.facts.get("due_at")
    if not isinstance(due, str):
        return
    try:
        early = said.at < parse_instant(due) - EARLY
    except ParseError:
        check.fault("OUTCOME_EARLY", place, "its due time cannot be read")
        return
    if early:
        check.fault("OUTCOME_EARLY", place, f"it was recorded before its visit was due, {due}")
